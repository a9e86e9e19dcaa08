# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Evict with our own drain where EKS's fifteen minutes are not enough.

Two that evict compete for the same budgets, so EKS is left alone as long as it goes on. A node is
drained by us once EKS would soon give it up, and once it has: then nothing else evicts, our drain
takes the time that budgets need, and EKS is asked for the same update again.

Only nodes that EKS has cordoned and taken out of the load balancers are drained. Of those that EKS
has not reached, no more than the group has nodes besides, so that their pods find room.
"""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import FailedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.nodegroup import (
    ManagedMember,
    NodegroupUpdate,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.troubles import EVICTION
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import EXCLUDE
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import counted, listed
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.advance import advance
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.context import (
    ManagedContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.failures import (
    failure_of,
)

LATE = 600.0
"""Seconds without success after which a node is helped; EKS gives it up after 900."""
OF_A_DRAIN = ("evicted", "deleted", "blocked", "warning", "waiting", "volumes", "failed", "skipped")
"""What of a drain is reported. The rest is seen by following the nodes."""


def assist(ctx: ManagedContext) -> None:
    """Go on with our drain of the nodes that EKS is late with, or has given up."""
    if not ctx.policy.assist or ctx.policy.restore_only:
        return
    if ctx.memory.not_of_eks is None:
        marked = frozenset(one.id for one in _marked(ctx) if not one.outdated)
        ctx.note(not_of_eks=marked)
    names = _in_turn(ctx, given_up(ctx) if ctx.memory.given_up else _late(ctx))
    step = advance(ctx.memory.drain, names, ctx.view, ctx.now, ctx.policy.drain)
    for name in names:
        text = "EKS is late with it: its pods are evicted by this run, as budgets allow"
        ctx.tell("draining", name, text, once=f"assist {name}")
    ctx.note(drain=step.memory, drains=step.status)
    ctx.feeds |= step.feeds
    ctx.look_at(step.wake)
    for command in step.commands:
        ctx.do(command)
    for event in step.events:
        if event.phase in OF_A_DRAIN:
            ctx.tell(event.phase, event.subject, event.text)


def _in_turn(ctx: ManagedContext, nodes: list[ManagedMember]) -> list[str]:
    """Return names of nodes, of which no more have pods than EKS takes at once."""
    chosen, busy = [], 0
    for name in (one.name for one in nodes):
        status = ctx.memory.drains.get(name)
        empty = status is not None and status.final
        if empty or busy < _at_once(ctx):
            chosen.append(name)
            busy += not empty
    return chosen


def takes_over(ctx: ManagedContext, update: NodegroupUpdate) -> bool:
    """Return whether our drain goes on where an update has failed.

    That is so if nothing but evictions made it fail, and nodes have been replaced since the last
    time.
    """
    codes = {one.code for one in update.errors}
    if not ctx.policy.assist or update.status != "Failed" or codes != {EVICTION}:
        return False
    if 0 <= ctx.memory.outdated_then <= len(ctx.outdated) or not _marked(ctx):
        return False
    named = frozenset(name for one in update.errors for name in one.resources)
    ctx.note(given_up=update.id, named=named, outdated_then=len(ctx.outdated), version_begun=False)
    text = "EKS has given up after 15 minutes; this run drains what it could not, and asks again"
    ctx.tell("start", ctx.policy.nodegroup, text, once=f"took over {update.id}")
    ctx.look_at(ctx.now)
    return True


def has_drained(ctx: ManagedContext, update: NodegroupUpdate) -> bool:
    """Return whether our drain has emptied what EKS has given up.

    Raises the error of the update, with what our drain met, if it could not.
    """
    nodes = given_up(ctx)
    status = ctx.memory.drains
    if not nodes or any(one.name not in status or not status[one.name].final for one in nodes):
        return not nodes
    stuck = [one.name for one in nodes if status[one.name].phase != "drained"]
    if stuck:
        why = "; ".join(reason for name in stuck for reason in status[name].reasons)
        error = failure_of(ctx, update)
        failed = f"{counted(len(stuck), 'node')} could not be drained by this run either"
        raise FailedError(f"{error}. {failed} ({listed(stuck)}): {why}", error.hint)
    return True


def given_up(ctx: ManagedContext) -> list[ManagedMember]:
    """Return the nodes to drain now that EKS has given up, those that it names first."""
    named, known = ctx.memory.named, ctx.memory.drain.nodes
    nodes = sorted(
        _marked(ctx), key=lambda one: (one.name not in named, one.name not in known, one.name)
    )
    return nodes[: max(_room(ctx), sum(one.name in named for one in nodes))]


def _late(ctx: ManagedContext) -> list[ManagedMember]:
    """Return the nodes that EKS is at work on and will soon give up.

    Where nothing at all goes on, EKS does not show which these are.
    """
    running = ctx.nodegroup.running
    if running is None or not running.moves:
        return []
    marked, known = _marked(ctx), ctx.memory.drain.nodes
    if marked and ctx.now - ctx.memory.moved_at >= LATE:
        ctx.note(stuck=running.id)
    stuck = ctx.memory.stuck == running.id
    late = [one for one in marked if one.name in known or _is_late(ctx, one) or stuck]
    late.sort(key=lambda one: (one.name not in known, one.name))
    return late[: _room(ctx)]


def _is_late(ctx: ManagedContext, member: ManagedMember) -> bool:
    """Return whether pods began to leave a node long ago, and some are still there."""
    record = ctx.memory.records.get(member.id)
    at_work = record is not None and record.phase == "draining"
    return at_work and ctx.over(f"draining {member.id}", LATE)


def _marked(ctx: ManagedContext) -> list[ManagedMember]:
    """Return the nodes that EKS has cordoned and taken out of the load balancers.

    EKS also replaces those that a former update has launched. Those that run the target and were
    marked before are somebody else's.
    """
    foreign = ctx.memory.not_of_eks or frozenset()
    return [
        one
        for one in ctx.members
        if one.node is not None
        and (one.node.unschedulable and EXCLUDE in one.node.labels)
        and (one.outdated or one.id not in foreign)
    ]


def _room(ctx: ManagedContext) -> int:
    """Return how many nodes may be empty before EKS ends them."""
    return max(len(ctx.members) - ctx.memory.desired_before, _at_once(ctx))


def _at_once(ctx: ManagedContext) -> int:
    return ctx.nodegroup.config.at_once(ctx.memory.desired_before)
