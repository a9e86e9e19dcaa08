# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How each mode of a run comes to its end."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    Command,
    Protect,
    SetDesired,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    FailedError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.launching import (
    LaunchInstance,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.control_plane import (
    repair,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import (
    canary,
    capacity,
    ended_nodes,
    failures,
    gate,
    kept,
    lock,
    observe,
    pointer,
    raising,
    remarks,
    replacement,
    restore,
    settling,
    shrink,
    standby,
    turn_back,
    unknown,
    warm_pool,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.closing import close
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.settings import (
    settings_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.standing import (
    more_than_desired,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.target_reads import (
    read_every,
)

REGISTERED = 60.0
"""Seconds after which reads show that an instance was registered in a target group."""


def finish_rotating(ctx: RotationContext) -> None:
    """Go on to putting everything back once every outdated node is replaced."""
    if ctx.memory.mode == "rotate" and canary.is_wide(ctx) and _finish_rotating(ctx):
        incomplete = _incomplete(ctx)
        if ctx.memory.report.problem is not None and incomplete is not None:
            remarks.left(ctx, incomplete.message)
        ctx.note(problem=ctx.memory.report.problem or incomplete, left_out=dict(ctx.passed_over))
        _go_on_to_release(ctx)


def _go_on_to_release(ctx: RotationContext) -> None:
    ctx.note(mode="release", to_restore=ctx.journal)
    ctx.look_at(ctx.now)


def _incomplete(ctx: RotationContext) -> RotatorError | None:
    """Return why the rotation is not complete although it has ended, or None."""
    if ctx.memory.nodes.marks.skipped & {member.id for member in ctx.situation.outdated}:
        reasons = "; ".join(ctx.journal.failures)
        return FailedError(f"Not every node of {ctx.group.name} could be replaced: {reasons}")
    if pending := gate.closed(ctx) or _untargeted(ctx):
        return FailedError(f"Every node of {ctx.group.name} was replaced, but {pending}")
    return warm_pool.error(ctx) or unknown.unknown_error(ctx)


def _untargeted(ctx: RotationContext) -> str:
    """Return which replacement node a target group of the group lacks, "" for none.

    Auto Scaling registers an instance when it enters service and never later, so not if
    AddToLoadBalancer is suspended then.
    """
    registered = {(target.group, target.id) for target in ctx.group.targets}
    for target_group in ctx.group.target_groups:
        for member in ctx.situation.current:
            if (target_group, member.id) not in registered:
                read_every(ctx, target_group)
                return f"instance {member.id} was not registered in {target_group}"
    return ""


def _finish_rotating(ctx: RotationContext) -> bool:
    """Return True once every outdated node that we did not give up is replaced.

    That is not known while reads show another template than the one that was rotated to.
    """
    situation = ctx.situation
    if observe.moving(ctx):
        return False
    if situation.leaving:
        return False
    left = ctx.memory.nodes.marks.skipped | unknown.left_alone(ctx)
    if any(member.id not in left for member in situation.outdated):
        return False
    nodeless = [member for member in situation.nodeless if member.outdated]
    if any(unknown.may_still_join(ctx, member) for member in nodeless):
        return False
    if capacity.next_unknown(ctx) is not None:
        return False
    if not gate.closed(ctx):
        ctx.forget("gate at the end")
        if gate.untold(ctx):
            return False
    elif not ctx.over("gate at the end", ctx.policy.gate_timeout):
        return False
    else:
        ctx.note(careful=True)
    if not _untargeted(ctx):
        ctx.forget("untargeted at the end")
    elif not ctx.over("untargeted at the end", REGISTERED):
        return False
    if not shrink.shrunk(ctx) or not ctx.fresh_awaited() or not warm_pool.is_current(ctx):
        return False
    well = all(member.id in left for member in situation.unjoined)
    # More than desired that nobody can spare has been told, and does not become less by waiting.
    return well and situation.launched >= situation.desired


def finish_settling(ctx: RotationContext) -> None:
    """Begin to restore once nothing is in flight and the surge is removed."""
    if ctx.journal.account.raise_from is not None:
        raising.drop_raise(ctx)
        return
    gone = shrink.shrunk(ctx) and ended_nodes.clear_ended_nodes(ctx)
    turning = turn_back.is_pending(ctx)
    gone = gone and warm_pool.is_current(ctx) and repair.is_done(ctx)
    if gone and _points_back(ctx) and settling.has_settled(ctx) and not turning:
        _go_on_to_release(ctx)


def _points_back(ctx: RotationContext) -> bool:
    """Return whether the group launches from what it should, or cannot be made to."""
    return not ctx.journal.pointer_owed or pointer.given_up(ctx)


def finish_release(ctx: RotationContext) -> None:
    """Put everything back and give up the lock once reads show that it is."""
    if ctx.journal.account.raise_from is not None:
        raising.drop_raise(ctx)
        return
    if _moves(ctx):
        return
    if _points_back(ctx) and restore.restored(ctx) and ctx.recorded:
        for sentence in (*kept.in_standby(ctx), *standby.kept_and_outdated(ctx)):
            remarks.left(ctx, sentence)
        if ctx.memory.report.problem is None and not ctx.policy.restore_only:
            error = standby.error_of_outdated(ctx) or standby.error_of_returned(ctx)
            ctx.note(problem=error or warm_pool.error(ctx))
        if ctx.policy.restore_only:
            restore.name_unknown(ctx)
        _name_surge(ctx)
        for command, error in failures.hopeless(ctx).items():
            if not _is_setting(command):
                remarks.left(ctx, error.message)
        lock.release(ctx)


def _is_setting(command: Command) -> bool:
    """Return whether a command sets something: if refused, nothing is left."""
    if isinstance(command, Protect):
        return command.protected
    return isinstance(command, (SetDesired, LaunchInstance)) or bool(settings_of(command))


def _name_surge(ctx: RotationContext) -> None:
    """Say that the group stays larger than it should, if nobody has said so.

    Somebody may have raised desired when the surge was gone, into the room that we had made. Or he
    has lowered it, and the group keeps what is protected from scale-in.
    """
    if excess := more_than_desired(ctx):
        remarks.left(ctx, f"{excess}: somebody has lowered desired meanwhile")
    said = any("above its base" in sentence for sentence in ctx.memory.report.left)
    if ctx.situation.surge and not said:
        remarks.left(ctx, shrink.surplus(ctx))


def _moves(ctx: RotationContext) -> bool:
    """Return whether reads have yet to tell whether the template moves in the end.

    A rotation is not complete if it has. Once the record is emptied, which is the last that is done
    with the Lease, it names no target any more.
    """
    emptied = not ctx.journal.run
    if emptied or ctx.policy.restore_only or ctx.memory.report.problem is not None:
        return False
    error = observe.target_error(ctx)
    if error is not None:
        ctx.note(problem=error)
    return error is None and observe.moving(ctx)


def let_untouched_go(ctx: RotationContext) -> None:
    """Give up, after a signal, the nodes that have lost nothing yet.

    The others stay as they are, and the record tells the next run where to resume.
    """
    deregistered = {target[1] for target in ctx.journal.deregistered_targets}
    for member in ctx.situation.leaving:
        record = ctx.memory.nodes.records.get(member.id)
        if member.node is None or record is None or member.id in deregistered:
            continue
        if record.evictions == 0 and record.phase != "drained":
            capacity.give_up(ctx, member)


def finish_stopping(ctx: RotationContext) -> None:
    """Release the lock, after a signal, once the nodes given up are restored.

    The closing words are recorded in good time, even if that does not come to an end.
    """
    restored = replacement.restore_nodes(ctx)
    if restored or ctx.over("restoring nodes", ctx.policy.stop_timeout / 2):
        close(ctx)
    if ctx.journal.closing and ctx.journal.clean and not ctx.situation.outdated:
        ctx.record(closing=())  # nothing of it is so any more, and no run has anything to resume
    if restored and ctx.recorded:
        lock.release(ctx)
