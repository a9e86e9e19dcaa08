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


def evicted_last(ctx: RotationContext, member: Member) -> bool:
    """Request the last eviction of pods that come back; return True once accepted."""
    node = member.node
    pods = _returning(ctx, member)
    if node is None or not pods:
        return True
    _note_answers(ctx)
    waiting = {key: pod for key, pod in pods.items() if key not in ctx.memory.nodes.evicted_last}
    if not waiting:
        return True
    drain = ctx.policy.drain
    if ctx.over(f"last eviction {member.id}", drain.pdb_timeout or drain.timeout or float("inf")):
        names = ", ".join(sorted(pod.id for pod in waiting.values()))
        give_up(ctx, member)
        fail(ctx, FailedError(f"Node {member.name}: the last eviction of {names} is refused"))
        return False
    for pod in waiting.values():
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


def _returning(ctx: RotationContext, member: Member) -> dict[str, Pod]:
    """Return the pods that come back to the node, one of each controller, by its key."""
    memory = ctx.memory.drain.nodes.get(member.name)
    if memory is None:
        return {}
    often = {key for key, times in memory.returns.items() if times >= RETURNS}
    pods = ctx.view.cache.items(Feed("pods", member.name)).values()
    return {
        pod.owner.key: pod
        for pod in pods
        if pod.owner is not None and pod.owner.key in often and pod.deleted_at is None
    }


def _note_answers(ctx: RotationContext) -> None:
    """Remember the controllers whose pod the server has let go."""
    for done in ctx.view.done:
        command, answer = done.command, done.answer
        if not isinstance(command, Evict) or getattr(answer, "verdict", None) not in ACCEPTED:
            continue
        for feed, items in ctx.view.cache.feeds.items():
            pod = items.get(command.uid) if feed.kind == "pods" else None
            if pod is not None and pod.owner is not None:
                ctx.note(evicted_last=ctx.memory.nodes.evicted_last | {pod.owner.key})


ACCEPTED = (Verdict.ACCEPTED, Verdict.GONE)
