# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deciding a rotation: one look at a time, from whatever state the world is in.

Level-triggered: nothing here remembers a step, every look asks again what is missing. So a run that
was killed at any point is simply gone on with, and what the world changes behind our back is seen
at the next look.
"""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.refusals import refusal
from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    SetDesired,
    WriteLease,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    FailedError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.status import (
    failed_status,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.policy import (
    RotationPolicy,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import Step, View
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import (
    balancers,
    begin,
    capacity,
    ended_nodes,
    failures,
    gate,
    lock,
    new_nodes,
    observe,
    pointer,
    replacement,
    restore,
    shield,
    unknown,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.first_record import (
    write_first_record,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import Memory
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.outcomes import learn
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.result import (
    RotationResult,
    conclude,
)


def start(now: float) -> Memory:
    """The memory of a run that begins now."""
    return Memory(began=now)


def decide(memory: Memory, view: View, now: float, policy: RotationPolicy) -> Step[Memory]:
    """One look: what to do, what to tell, when to look again, and the result when all is done."""
    ctx = RotationContext(memory, view, now, policy)
    try:
        ctx.note_outcomes(learn)
        result = _decide(ctx)
    except RotatorError as error:
        result = conclude(ctx, failed_status(ctx.memory.changed), error)
    return Step(
        ctx.memory,
        tuple(ctx.commands),
        tuple(ctx.events),
        ctx.wake,
        frozenset(ctx.feeds),
        result,
        ctx.not_after,
    )


def _decide(ctx: RotationContext) -> RotationResult | None:
    if error := failures.credentials_error(ctx):
        return conclude(ctx, "suspended", error)
    if ctx.memory.released:
        return _ended(ctx)
    if ctx.view.stop is not None:
        return _stop(ctx)
    if not observe.look(ctx, ended_nodes.awaited(ctx)) or not lock.known(ctx):
        return None
    if ctx.memory.mode == "survey":
        return _survey(ctx)
    ctx.may_act = lock.keep(ctx)
    {"rotate": _rotate, "settle": _settle, "release": _release}[ctx.memory.mode](ctx)
    ctx.note(poll_soon=ctx.poll_soon)
    return None


def _survey(ctx: RotationContext) -> RotationResult | None:
    """Refuse, or end at once if there is nothing to do or only a plan was asked for; else take the
    lock and begin."""
    if observe.stale(ctx):
        return None
    refused = refusal(ctx.group) or unknown.wrong_cluster(ctx)
    if refused and not ctx.policy.restore_only:
        raise refused
    work = ctx.situation.outdated
    held = ctx.memory.lease is not None and ctx.memory.lease.holder != ""
    rest = held or not ctx.journal.clean or any(member.marked for member in ctx.situation.members)
    if ctx.policy.plan_only:
        return conclude(ctx, "planned" if work or rest else "unchanged")
    if not rest and (ctx.policy.restore_only or not work):
        return conclude(ctx, "unchanged")
    if observe.permitted(ctx) and lock.acquire(ctx):
        if pointer.inherited(ctx):
            return None
        write_first_record(ctx)
        ctx.note(mode="release" if ctx.policy.restore_only else "rotate")
        ctx.look_at(ctx.now)
    return None


def _rotate(ctx: RotationContext) -> None:
    unknown.note_seen(ctx)
    gate.note_losses(ctx)
    replacement.record_terminated(ctx)
    ended_nodes.delete_ended_nodes(ctx)
    capacity.adopt(ctx)
    capacity.tell_foreign(ctx)
    for hopeless in failures.hopeless(ctx).values():
        failures.settle(ctx, hopeless)
    if error := observe.same_target(ctx) or unknown.stray_error(ctx):
        failures.settle(ctx, error)
    fenced = not (ctx.situation.outdated or ctx.situation.surge) or capacity.fence(ctx)
    capacity.taint(ctx)
    shield.shield(ctx)
    new_nodes.judge(ctx)
    replacement.advance(ctx)
    replacement.put_back(ctx)
    balancers.rejoined(ctx)
    wide = new_nodes.canary(ctx)
    why = begin.obstacle(ctx, fenced)
    begin.end_if_stalled(ctx, why)
    if ctx.memory.mode != "rotate":
        return
    if not why:
        capacity.raise_desired(ctx)
        capacity.choose(ctx)
    if wide and _done(ctx):
        ctx.note(problem=_incomplete(ctx))
        ctx.note(mode="release")
        ctx.look_at(ctx.now)


def _incomplete(ctx: RotationContext) -> RotatorError | None:
    """Return why the rotation is not complete although it has come to its end, or None."""
    if ctx.memory.marks.skipped & {member.id for member in ctx.situation.outdated}:
        reasons = "; ".join(ctx.journal.failures)
        return FailedError(f"Not every node of {ctx.group.name} could be replaced: {reasons}")
    if pending := gate.closed(ctx):
        return FailedError(f"Every node of {ctx.group.name} was replaced, but {pending}")
    return unknown.unknown_error(ctx)


def _done(ctx: RotationContext) -> bool:
    """Whether every outdated node that we did not give up is replaced, for good."""
    situation = ctx.situation
    left = ctx.memory.marks.skipped | unknown.left_alone(ctx)
    if situation.leaving or any(member.id not in left for member in situation.outdated):
        return False
    nodeless = [member for member in situation.outdated if member.node is None]
    if any(unknown.may_still_join(ctx, member) for member in nodeless):
        return False
    if capacity.next_unknown(ctx) is not None:
        return False
    if not gate.closed(ctx):
        ctx.forget("gate at the end")
    elif not ctx.over("gate at the end", ctx.policy.gate_timeout):
        return False
    if not restore.shrunk(ctx) or not ctx.read_fresh:
        return False
    well = all(member.joined for member in situation.members if member.id not in left)
    return well and situation.launched == situation.desired and ended_nodes.ended_nodes_gone(ctx)


def _settle(ctx: RotationContext) -> None:
    back = pointer.back(ctx) or pointer.given_up(ctx)
    replacement.record_terminated(ctx)
    capacity.adopt(ctx)
    capacity.tell_foreign(ctx)
    replacement.skip_blocked(ctx)
    replacement.advance(ctx)
    replacement.put_back(ctx)
    balancers.rejoined(ctx)
    if ctx.journal.account.raise_from is not None:
        capacity.drop_raise(ctx)
    elif restore.shrunk(ctx) and ended_nodes.ended_nodes_gone(ctx) and back:
        ctx.note(mode="release")
        ctx.look_at(ctx.now)


def _release(ctx: RotationContext) -> None:
    replacement.record_terminated(ctx)
    capacity.tell_foreign(ctx)
    if ctx.journal.account.raise_from is not None:
        capacity.drop_raise(ctx)
        return
    if not (pointer.back(ctx) or pointer.given_up(ctx)):
        return
    if restore.restored(ctx) and ctx.recorded:
        if ctx.policy.restore_only and ctx.situation.surge:
            restore.left(ctx, restore.surplus(ctx))
        for command, error in failures.hopeless(ctx).items():
            if not isinstance(command, SetDesired):  # what was never raised is not left either
                restore.left(ctx, error.message)
        lock.release(ctx)


def _stop(ctx: RotationContext) -> RotationResult | None:
    """Somebody wants us to end now: nothing new, nodes that lost no pod go back, the lock is given
    up, and the record tells the next run where to go on."""
    reason = ctx.view.stop.reason if ctx.view.stop else ""
    error = FailedError(
        f"Stopped by {reason}", "Run again to go on, or with state: restored to put everything back"
    )
    taking = any(isinstance(command, WriteLease) for command in ctx.view.in_flight)
    if ctx.over("stop", ctx.policy.stop_timeout) or not (ctx.memory.held or taking):
        return conclude(ctx, "stopped", error)
    ctx.note(problem=error)
    if ctx.memory.mode == "survey":  # the lock was being taken: it is given up as it was
        if ctx.memory.held:
            lock.release(ctx)
        return None
    ctx.may_act = lock.keep(ctx)
    replacement.record_terminated(ctx)
    for member in ctx.situation.leaving:
        record = ctx.memory.records.get(member.id)
        deregistered = any(target[1] == member.id for target in ctx.journal.deregistered_targets)
        if (
            member.node is not None
            and record is not None
            and record.evictions == 0
            and not deregistered
            and record.phase != "drained"
        ):
            capacity.give_up(ctx, member)
    if replacement.put_back(ctx) and ctx.recorded:
        lock.release(ctx)
    return None


def _ended(ctx: RotationContext) -> RotationResult:
    """The lock is given up: say how it went."""
    if ctx.view.stop is not None and ctx.memory.problem is not None:
        return conclude(ctx, "stopped", ctx.memory.problem)
    if ctx.memory.problem is not None:
        return conclude(ctx, failed_status(ctx.memory.changed), ctx.memory.problem)
    kept = f"; {len(ctx.memory.left)} things stay as said" if ctx.memory.left else ""
    ctx.tell(
        "done",
        ctx.group.name,
        f"{ctx.situation.launched} nodes are current, everything is put back{kept}",
        once="done",
    )
    return conclude(ctx, "restored" if ctx.policy.restore_only else "complete")
