# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rotate the warm pool of the group, before any node.

An instance of the pool serves nobody, so nothing is drained and no capacity is lost. But the next
launch takes it, so nothing begins while one is outdated. While the run lasts no instance goes back
to the pool, where it would be outdated again.
"""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    FailedError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Instance
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import Feed
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.warm_pool import (
    EndPooled,
    SetReuse,
    behind,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import counted
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.failures import (
    hopeless,
    tried,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.remarks import left
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.surplus import (
    carried,
)

LAG = 5.0
"""Seconds after an act until no read goes back to what was before it."""


def note_seen(ctx: RotationContext) -> None:
    """Note which instances have been in the pool, and which of them we ended."""
    pool = ctx.group.warm_pool
    seen = frozenset(one.id for one in pool.instances) if pool is not None else frozenset()
    if seen - ctx.memory.nodes.pooled:
        ctx.note(pooled=ctx.memory.nodes.pooled | seen)
    acts = (act for act in ctx.memory.outbox.acts if isinstance(act, EndPooled))
    for act in acts:
        if act.instance not in ctx.memory.report.pool_ended:
            ctx.note(pool_ended=(*ctx.memory.report.pool_ended, act.instance))
            ctx.tell("terminated", act.instance, f"it was outdated in the warm pool of {act.group}")


def outdated(ctx: RotationContext) -> tuple[tuple[Instance, str], ...]:
    """Return the instances of the pool that have to go, each with the reason.

    Once a run settles they are held against what the group launches then, which a failed canary
    has changed. What we have just ended is not among them.
    """
    now = ctx.memory.reads.first_read_at or ctx.group.read_at
    age = None if ctx.memory.turned_back else ctx.policy.max_node_age
    settles = ctx.memory.mode in ("settle", "release")
    target = (ctx.group.resolved if settles else None) or ctx.target
    found = behind(ctx.group, ctx.by_instance, target, now, age)
    acts = ctx.memory.outbox.acts
    return tuple(pair for pair in found if EndPooled(ctx.group.name, pair[0].id) not in acts)


def end_outdated(ctx: RotationContext) -> None:
    """End what is outdated in the pool, but an instance whose node carries pods.

    The read has to be recent, since the group may take an instance from the pool at any time.
    """
    found = outdated(ctx)
    if not found or not ctx.read_recently():
        return
    ctx.poll_soon = True
    for one in _to_end(ctx):
        ctx.do(EndPooled(ctx.group.name, one.id))


def _carries(ctx: RotationContext, instance: Instance) -> bool:
    """Return whether pods run on an instance of the pool, or may: its node is Ready."""
    node = ctx.by_instance.get(instance.id)
    if node is None or node.ready is not True:
        return False
    ctx.feeds.add(Feed("pods", node=node.name))
    return carried(ctx, node) > 0


def obstacle(ctx: RotationContext) -> str:
    """Return why no node may be replaced before the pool is, "" if one may."""
    found = outdated(ctx)
    if not found:
        return ""
    first, why = found[0]
    node = ctx.by_instance.get(first.id)
    carries = f", and its node {node.name} carries pods" if node and _carries(ctx, first) else ""
    return (
        f"the warm pool of Auto Scaling group {ctx.group.name} still has"
        f" {counted(len(found), 'outdated instance')}: {first.id} ({why}){carries}"
    )


def awaited(ctx: RotationContext) -> tuple[str, ...]:
    """Return the instances of the pool that we have ended and EC2 still shows."""
    group = ctx.memory.reads.group
    pool = group.warm_pool if group is not None else None
    ids = {one.id for one in pool.instances} if pool is not None else set()
    return tuple(name for name in ctx.memory.report.pool_ended if name in ids)


def is_current(ctx: RotationContext) -> bool:
    """Return whether the pool is current, or nothing more can be done about it.

    Every read from now on has to show what the group launches. It is given up after gate_timeout.
    """
    timer, pool = "warm pool at the end", ctx.group.warm_pool
    seen = ctx.memory.reads.read_began >= ctx.memory.outbox.acted + LAG
    if pool is None or (seen and not outdated(ctx)):
        ctx.forget(timer)
        return True
    if seen and not _to_end(ctx):
        return True
    ctx.poll_soon = True
    return ctx.over(timer, ctx.policy.gate_timeout)


def _to_end(ctx: RotationContext) -> list[Instance]:
    """Return the outdated instances that may be ended and that AWS lets us end."""
    shut = {command.instance for command in hopeless(ctx) if isinstance(command, EndPooled)}
    return [one for one, _why in outdated(ctx) if one.id not in shut and not _carries(ctx, one)]


def error(ctx: RotationContext) -> RotatorError | None:
    """Return the error of a run that leaves the pool outdated, or None."""
    why = obstacle(ctx)
    if not why:
        return None
    return FailedError(f"The rotation is not complete: {why}", "End it with EC2, and run again")


def shut(ctx: RotationContext) -> None:
    """Let no instance go back to the pool, if that was so and is recorded."""
    if takes_back(ctx):
        ctx.do(SetReuse(ctx.group.name, False))


def takes_back(ctx: RotationContext) -> bool:
    """Return whether instances still go back to the pool although they are not to."""
    pool = ctx.group.warm_pool
    return ctx.journal.reused and pool is not None and pool.reuses


def reopened(ctx: RotationContext) -> bool:
    """Let instances go back to the pool as before; return True once done or given up.

    Not while one of ours is still ending, since it could go there.
    """
    if not ctx.journal.reused:
        return True
    pool = ctx.group.warm_pool
    if pool is None or pool.reuses:
        ctx.record(reused=False)
        return True
    ending = [one.id for one in ctx.group.instances if one.ending]
    if ending and not ctx.over("pool shut", ctx.policy.terminate_timeout):
        ctx.poll_soon = True
        return False
    if tried(ctx, SetReuse(ctx.group.name, True)):
        left(ctx, f"The warm pool of Auto Scaling group {ctx.group.name} takes no instances back")
        return True
    return False
