# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide an update of a managed node group one look at a time.

EKS drives; this asks for the update, watches it, and says what happens. So a run that is killed
leaves EKS at work, and the next run joins what goes on.
"""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    Command,
    ReadCluster,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    AccessError,
    FailedError,
    NotFoundError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.commands import (
    ReadNodegroup,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.policy import (
    ManagedPolicy,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    BUDGETS,
    NODES,
    SERVICES,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.access import (
    ACCESS_GRACE,
    lasts,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.handover.memory import (
    LockMemory,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import Step, View
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed import lock
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.assist import assist
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.context import (
    ALL_PODS,
    ManagedContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.ending import (
    end,
    fail,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.memory import (
    WRITES,
    ManagedMemory,
    learn_outcomes,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.result import (
    ManagedResult,
    conclude_update,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.survey import survey
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.track import (
    follow_nodes,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.work import work

FIRST_PATIENCE, WATCH_PATIENCE = 300.0, 900.0
"""Seconds for which requests may fail before anything has begun, and while EKS is at work."""
NODEGROUP_GONE = 60.0
"""Seconds for which reads have to say that there is no such node group, or no such update, when it
was there: one answer may be older than others."""
SOON = 5.0
"""Seconds until the next read where only a read shows what is awaited."""


def begin(now: float) -> ManagedMemory:
    """Return the memory of a run that begins now."""
    return ManagedMemory(began=now, lock=LockMemory(now))


def decide(
    memory: ManagedMemory, view: View, now: float, policy: ManagedPolicy
) -> Step[ManagedMemory, ManagedResult]:
    """Decide what to do at this look, what to report, and the result once it is over."""
    ctx = ManagedContext(learn_outcomes(memory, view, policy.holder), view, now, policy)
    try:
        result = _decide(ctx)
    except RotatorError as error:
        result = fail(ctx, error)
    limits: dict[Command, float] = {
        command: ctx.memory.sure_until for command in ctx.commands if isinstance(command, WRITES)
    }
    return Step(
        ctx.memory,
        tuple(ctx.commands),
        tuple(ctx.events),
        ctx.wake,
        frozenset(ctx.feeds),
        result,
        limits,
    )


def _decide(ctx: ManagedContext) -> ManagedResult | None:
    if ctx.view.stop is not None:
        return _stop(ctx, ctx.view.stop.reason)
    if ctx.memory.ending is None:
        _raise_troubles(ctx)
    if ctx.memory.held and ctx.memory.released == "":
        lock.keep(ctx)
    if ctx.memory.working and ctx.memory.ending is None:
        assist(ctx)
    if not _observed(ctx):
        return None
    if ctx.memory.working:
        follow_nodes(ctx)
    if ctx.memory.ending is not None:
        return end(ctx)
    if not ctx.memory.working:
        status = survey(ctx)
        return conclude_update(ctx, status, None) if status is not None else None
    work(ctx)
    ctx.forget_unwanted()
    return None


def _stop(ctx: ManagedContext, reason: str) -> ManagedResult | None:
    """End early: ask for nothing more and give up the Lease. EKS goes on by itself."""
    error = FailedError(
        f"Stopped by {reason}",
        "EKS goes on with an update that it has begun. Run again to watch it",
    )
    if ctx.over("stop", ctx.policy.stop_timeout):
        ctx.note(held=False, released="done")
    ctx.note(ending=("stopped", error))
    return end(ctx)


def _raise_troubles(ctx: ManagedContext) -> None:
    """Raise what has failed for too long, or will never succeed."""
    for command, trouble in ctx.memory.troubles.items():
        lasted = ctx.now - trouble.since
        patience = WATCH_PATIENCE if ctx.memory.working else FIRST_PATIENCE
        limit = lasts(trouble.error, patience)
        read = isinstance(command, ReadNodegroup) and isinstance(trouble.error, NotFoundError)
        if lasted >= (NODEGROUP_GONE if read and ctx.memory.working else limit):
            raise trouble.error
    broken = [error for feed, error in ctx.view.cache.broken.items() if feed != SERVICES]
    for error in broken:
        if isinstance(error, AccessError) and ctx.over("feeds", ACCESS_GRACE):
            raise error
    if not broken:
        ctx.forget("feeds")


def _observed(ctx: ManagedContext) -> bool:
    """Return whether all is known, and no read is older than our last act."""
    memory = ctx.memory
    if not memory.cluster_uid:
        ctx.do(ReadCluster())
    fresh = memory.nodegroup is not None and memory.read_began >= memory.acted_at
    awaited = memory.nodegroup is not None and (
        memory.nodegroup.running is not None or memory.ending is not None
    )
    pause = min(SOON, ctx.policy.poll_interval) if awaited and not memory.version_begun else None
    pause = ctx.policy.poll_interval if pause is None else pause
    if not fresh or ctx.now - memory.read_began >= pause - 1e-6:
        ctx.read()
    ctx.look_at(max(memory.read_began + pause, ctx.now + 1))
    return fresh and memory.cluster_uid != "" and ctx.view.cache.synced(NODES, ALL_PODS, BUDGETS)
