# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide a rotation one look at a time, from whatever state the world is in.

Nothing here remembers a step: every look asks again what is missing. So the next run resumes one
that was killed at any point, and the next look sees what others change.
"""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    WriteLease,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    CredentialsError,
    FailedError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.status import (
    failed_status,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.policy import (
    RotationPolicy,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import counted
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.control_plane import (
    shared_lease,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import Step, View
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import (
    ended_nodes,
    failures,
    lock,
    namespaces,
    observe,
    selecting,
    standby,
    warm_pool,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.closing import (
    close,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import (
    Memory,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.outcomes import learn
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.pipeline import (
    STOP,
    run_phases,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.pointer import (
    launches_now,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.result import (
    RotationResult,
    conclude,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.sleep import (
    without_sleep,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.survey import survey
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.target_reads import (
    quiet_until,
)


def start(now: float) -> Memory:
    """Return the memory of a run that begins now."""
    return Memory(began=now)


def decide(
    memory: Memory, view: View, now: float, policy: RotationPolicy
) -> Step[Memory, RotationResult]:
    """Decide what to do at this look, what to report, and the result once it is over."""
    ctx = RotationContext(without_sleep(memory, now), view, now, policy)
    try:
        ctx.note_outcomes(learn)
        result = _decide(ctx)
    except RotatorError as error:
        result = _fail(ctx, error)
    ctx.note(next_look=ctx.wake)
    return Step(
        ctx.memory,
        tuple(ctx.commands),
        tuple(ctx.events),
        ctx.wake,
        frozenset(ctx.feeds),
        result,
        ctx.not_after,
    )


def _fail(ctx: RotationContext, error: RotatorError) -> RotationResult | None:
    """Return the result of a run that cannot go on.

    A Lease that was left to it is given up first, so that nobody has to wait for its end.
    """
    if not _given_back(ctx, error):
        return None
    suspended = isinstance(error, CredentialsError)
    return conclude(
        ctx, "suspended" if suspended else failed_status(ctx.memory.report.changed), error
    )


def _given_back(ctx: RotationContext, error: RotatorError) -> bool:
    """Give up the Lease of a run that ends with this error before it has begun.

    Be it its own or one that was left to it. Returns True once that is done or cannot be done.
    """
    beginning = ctx.memory.mode == "survey" and not ctx.policy.plan_only
    if not beginning or ctx.memory.reads.group is None or ctx.over("giving up", lock.LOST):
        return True
    if not ctx.memory.lock.held and lock.handed_back(ctx):
        return True
    ctx.note(problem=error)
    ctx.look_at(ctx.now + 1)
    if ctx.memory.lock.held:
        return _released(ctx)
    return False


def _released(ctx: RotationContext) -> bool:
    """Release a Lease that was taken in vain; return True if it is not ours any more."""
    try:
        if namespaces.withdrawn(ctx):
            lock.release(ctx)
    except RotatorError:  # somebody has taken it, or it could not be renewed for too long
        return True
    return False


def _decide(ctx: RotationContext) -> RotationResult | None:
    if error := failures.credentials_error(ctx):
        return conclude(ctx, "suspended", error)
    if ctx.memory.lock.released:
        return _ended(ctx)
    if ctx.view.stop is not None:
        return _stop(ctx)
    also = (*ended_nodes.looked_up(ctx), *warm_pool.awaited(ctx))
    if not observe.look(ctx, also) or not lock.known(ctx):
        return None
    if ctx.memory.mode == "survey":
        return survey(ctx)
    ctx.may_act = lock.keep(ctx) and shared_lease.kept(ctx)
    run_phases(ctx, ctx.memory.mode)
    ctx.note(poll_soon=ctx.poll_soon, quiet_until=quiet_until(ctx))
    return None


def _stop(ctx: RotationContext) -> RotationResult | None:
    """End early: start nothing, uncordon nodes that lost no pod, release the lock.

    The record tells the next run where to resume.
    """
    reason = ctx.view.stop.reason if ctx.view.stop else ""
    error = FailedError(
        f"Stopped by {reason}", "Run again to resume, or with state: restored to restore everything"
    )
    taking = any(isinstance(command, WriteLease) for command in ctx.view.in_flight)
    over, held = ctx.over("stop", ctx.policy.stop_timeout), ctx.memory.lock.held or taking
    if not (over or held or _given_back(ctx, error)):
        return None
    if over or not held:
        close(ctx)
        return conclude(ctx, "stopped", error)
    ctx.note(problem=error)
    if ctx.memory.mode == "survey":  # the lock was being taken: it is given up as it was
        if ctx.memory.lock.held:
            close(ctx)
            if namespaces.withdrawn(ctx):
                lock.release(ctx)
        return None
    ctx.may_act = lock.keep(ctx) and shared_lease.kept(ctx)
    run_phases(ctx, STOP)
    return None


def _ended(ctx: RotationContext) -> RotationResult:
    """Return the result after the lock is released."""
    if ctx.memory.report.problem is not None:
        ctx.tell("template", ctx.group.name, launches_now(ctx), once="done")
        stopped = ctx.view.stop is not None
        status = "stopped" if stopped else failed_status(ctx.memory.report.changed)
        return conclude(ctx, status, ctx.memory.report.problem)
    if ctx.memory.mode == "survey":
        return conclude(ctx, "unchanged")
    kept = counted(len(ctx.memory.report.left), "thing")
    restored = (
        f"{kept} not restored (see the warnings)" if ctx.memory.report.left else "all is restored"
    )
    left = ctx.memory.report.left_out
    replaced = f"{counted(ctx.situation.launched - len(left), 'node')} on the target, "
    text = restored if ctx.policy.restore_only else replaced + restored
    ctx.tell("done", ctx.group.name, f"{text}; {launches_now(ctx)}", once="done")
    if ctx.policy.restore_only:
        return conclude(ctx, "restored")
    selecting.tell_left(ctx)
    return conclude(ctx, "partial" if left or standby.left_outdated(ctx) else "complete")
