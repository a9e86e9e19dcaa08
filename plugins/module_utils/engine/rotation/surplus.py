# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Choose the node that is needed least, where there are too many."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable

from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.shortfall import (
    namesake,
    runs_under,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.filters import (
    Context,
    Fate,
    decide,
    finished,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node, Pod
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import Feed
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    Member,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.sizes import may_take
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.victims import (
    empties_zone,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import unknown
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.ending import (
    zones_bear,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.guard import (
    runs_pods,
    takes_pods,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.right_cluster import (
    lost_sight,
)

LOOKED_AT = 10
"""Maximum number of nodes that are examined: the youngest, which had the least time to fill."""
UNREAD = 60.0
"""Seconds after which pods that cannot be listed are taken for pods that must not be moved."""


@dataclasses.dataclass(frozen=True)
class Spare:
    """Who goes. `left`: why nobody can, for people. Neither: that is not known yet."""

    member: Member | None = None
    left: str = ""


def spare(ctx: RotationContext) -> Spare:
    """Return the node to give up: a new one if there is any.

    It is one whose loss unbalances no zone, else one whose loss takes the only node of a zone from
    no pod with volumes, or from the fewest. Among those it is one that is of no use, then the
    emptiest, then the youngest. After a drain that failed, and where evicted pods do not run again,
    only an empty one goes: to move pods once more would do new harm.
    """
    members = [m for m in ctx.situation.members if m.id not in ctx.memory.nodes.marks.skipped]
    candidates = [member for member in members if not member.outdated] or members
    if ctx.memory.mode == "rotate" and not all(member.joined for member in candidates):
        return Spare()
    candidates.sort(key=lambda member: (member.joined, -member.instance.launched_at, member.id))
    candidates = candidates[:LOOKED_AT]
    if not _read(ctx, candidates):
        return Spare()
    careful = ctx.memory.careful or bool(
        ctx.memory.nodes.marks.skipped & ctx.situation.outdated_ids
    )
    hidden = {member.id: why for member in candidates if (why := _hidden(ctx, member))}
    why = next(iter(hidden.values()), "")
    able = [member for member in candidates if not careful or not _carried(ctx, member)]
    able = [member for member in able if member.id not in hidden]
    if not able:
        busy = ": each of its new nodes carries pods, which are not moved once more after a failure"
        return Spare(left=why or (busy if candidates else "."))
    found = _if_available(ctx, max(able, key=lambda member: _order(ctx, member)))
    return dataclasses.replace(found, left=why or found.left) if found.left else found


def _hidden(ctx: RotationContext, member: Member) -> str:
    """Return why nobody can see what an instance runs, "" if it can be seen.

    Nobody has seen its Node. Or its kubelet runs under a Node that names another one, so it could
    not be drained, or under one that has been deleted since. Or its Node is gone, as those of most
    others.
    """
    if member.node is not None:
        return ""
    if unknown.is_unknown(ctx, member):
        return f": {member.id} {unknown.WITHOUT_NODE}, so nobody can see what runs on it"
    if unknown.was_seen(ctx, member) and (blind := lost_sight(ctx)):
        return f": {blind}"
    other = namesake(member.instance, ctx.nodes.values())
    name = _called(member)
    if other is None and name and (pods := _moved(ctx, name)):
        return f": {pods[0].id} runs on {name}, as {member.id} is called, and has no Node object"
    if other is None or not runs_under(member.instance, other):
        return ""
    return (
        f": {member.id} runs as node {other.name}, whose Node object still names"
        f" {other.instance_id or 'no instance'}, so nobody can see what runs on it"
    )


def _if_available(ctx: RotationContext, best: Member) -> Spare:
    if may_spare(ctx, best):
        ctx.forget("surplus")
        return Spare(best)
    if ctx.over("surplus", ctx.policy.terminate_timeout):
        return Spare(left=": too few are available to drain another")
    return Spare()


def may_spare(ctx: RotationContext, member: Member) -> bool:
    """Return whether enough others are available, or this node runs no pods."""
    situation = ctx.situation
    if member.available:
        return may_take(situation.available, situation.base, ctx.window)
    others = sum(takes_pods(ctx, other) for other in situation.members if other.id != member.id)
    return not runs_pods(member) or may_take(others + 1, situation.base, ctx.window)


def _order(
    ctx: RotationContext, member: Member
) -> tuple[bool, float, bool, float, bool, float, str]:
    """Return a key that is greatest for the node that is needed least."""
    return (
        zones_bear(ctx, member),
        -_stranded(ctx, member),
        not (member.joined or runs_pods(member)),
        -_carried(ctx, member),
        not member.joined,
        member.instance.launched_at,
        member.id,
    )


def _read(ctx: RotationContext, members: Iterable[Member]) -> bool:
    """Return whether the pods on these nodes are known, or will not be in time."""
    feeds = {Feed("pods", node=name) for member in members if (name := _called(member))}
    ctx.feeds |= feeds
    return ctx.view.cache.synced(*feeds) or ctx.over("surplus pods", UNREAD)


def _called(member: Member) -> str:
    """Return the name of its Node, or that of its kubelet, "" if unknown."""
    return member.node.name if member.node is not None else member.instance.private_dns


def _carried(ctx: RotationContext, member: Member) -> float:
    """Return how many pods a drain would have to care about.

    A node that nobody can see into counts as full.
    """
    if member.node is None:
        return math.inf if unknown.was_seen(ctx, member) else 0
    return carried(ctx, member.node)


def _stranded(ctx: RotationContext, member: Member) -> float:
    """Return how many pods with volumes would lose the only node of their zone.

    Infinity if that is unknown. A volume of EBS is attached in its own zone alone.
    """
    if not empties_zone(ctx.situation, member, ctx.journal.decrements):
        return 0
    if member.node is None or not ctx.view.cache.synced(Feed("pods", node=member.name)):
        return _carried(ctx, member)
    return sum(bool(pod.claims) for pod in _moved(ctx, member.node.name))


def carried(ctx: RotationContext, node: Node) -> float:
    """Return how many pods of a node a drain has to remove, infinity if unknown."""
    if not ctx.view.cache.synced(Feed("pods", node=node.name)):
        return math.inf
    return len(_moved(ctx, node.name))


def _moved(ctx: RotationContext, node: str) -> list[Pod]:
    context = Context(ctx.policy.drain)
    pods = ctx.view.cache.items(Feed("pods", node=node)).values()
    return [
        pod for pod in pods if not finished(pod) and decide(pod, context).fate is not Fate.LEAVE
    ]
