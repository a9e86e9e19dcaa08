# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Evict pods that come back to a cordoned node a last time, before its end.

The drain leaves them (see engine.drain.pods). Their node is ended when the server has accepted that
last eviction, not when the node is empty, which it never is. A budget that refuses it blocks as for
any other pod.
"""

from __future__ import annotations

import math

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import Evict
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.eviction import Verdict
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import FailedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Pod
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import Feed
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Member
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.pods import RETURNS
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.capacity import (
    give_up,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.failures import fail

RECHECK = 5.0
"""Seconds until a refused last eviction is asked again."""
AT_LAST = 15.0
"""Seconds for which an accepted eviction is the last one: a pod that came back later is evicted
again before its node ends."""


def evicted_last(ctx: RotationContext, member: Member, within: float = math.inf) -> bool:
    """Request the last eviction of pods that come back; return True once accepted.

    `within`: so many seconds ago at most.
    """
    _note_answers(ctx)
    node = member.node
    pods = _returning(ctx, member)
    if node is None or not pods:
        return True
    waiting = [
        pod
        for owner, there in pods.items()
        for pod in _left_to_evict(ctx, (node.name, owner), there, within)
    ]
    if not waiting:
        return True
    drain = ctx.policy.drain
    if ctx.over(f"last eviction {member.id}", drain.pdb_timeout or drain.timeout or float("inf")):
        names = ", ".join(sorted(pod.id for pod in waiting))
        give_up(ctx, member)
        fail(ctx, FailedError(f"Node {member.name}: the last eviction of {names} is refused"))
        return False
    for pod in waiting:
        due = _due(ctx, member, pod)
        if ctx.now >= due:
            ctx.do(Evict(pod.namespace, pod.name, pod.uid, drain.grace(pod.grace_period)))
        ctx.look_at(max(due, ctx.now + RECHECK))
    return False


def _due(ctx: RotationContext, member: Member, pod: Pod) -> float:
    """Return when a pod may be evicted again, by what was answered last."""
    memory = ctx.memory.drain
    known = memory.nodes[member.name].pods.get(pod.uid)
    if known is None:
        return memory.paused_until
    failed = known.next_try if known.trouble else -math.inf
    return max(memory.paused_until, known.refused_at + RECHECK, failed)


def _left_to_evict(
    ctx: RotationContext, where: tuple[str, str], there: list[Pod], within: float
) -> list[Pod]:
    """Return the pods of a controller on a node that get their last eviction now.

    As many are evicted as there are, and what comes in their place meanwhile is not evicted too. If
    that is too long ago, all that are there are evicted again.
    """
    known = ctx.memory.nodes.evicted_last
    accepted = known.get(where, {})
    if len(accepted) >= len(there):
        if ctx.now - max(accepted.values()) <= within:
            return []
        ctx.note(evicted_last={key: pods for key, pods in known.items() if key != where})
        return there
    left = [pod for pod in there if pod.uid not in accepted]
    return left[: len(there) - len(accepted)]


def _returning(ctx: RotationContext, member: Member) -> dict[str, list[Pod]]:
    """Return the pods that come back to the node, by the key of their controller."""
    memory = ctx.memory.drain.nodes.get(member.name)
    found: dict[str, list[Pod]] = {}
    often = {key for key, times in memory.returns.items() if times >= RETURNS} if memory else ()
    for pod in ctx.view.cache.items(Feed("pods", member.name)).values() if often else ():
        if pod.owner is not None and pod.owner.key in often and pod.deleted_at is None:
            found.setdefault(pod.owner.key, []).append(pod)
    return found


def _note_answers(ctx: RotationContext) -> None:
    """Remember the pods that the server has let go, and when."""
    for done in ctx.view.done:
        command, answer = done.command, done.answer
        if not isinstance(command, Evict) or getattr(answer, "verdict", None) not in ACCEPTED:
            continue
        for name, node in ctx.memory.drain.nodes.items():
            pod = node.pods.get(command.uid)  # the watch may have forgotten it already
            if pod is not None and pod.pod.owner is not None:
                known, where = ctx.memory.nodes.evicted_last, (name, pod.pod.owner.key)
                pods = {**known.get(where, {}), command.uid: ctx.now}
                ctx.note(evicted_last={**known, where: pods})


ACCEPTED = (Verdict.ACCEPTED, Verdict.GONE)
