# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""End dead nodes instead of waiting for their kubelets."""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.filters import (
    Context,
    Fate,
    decide,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import FailedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    Node,
    Taint,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    ATTACHMENTS,
    Feed,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import NodeChange
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Member
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.capacity import (
    give_up,
    take,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.failures import fail
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.heartbeats import (
    is_silent,
)

OUT_OF_SERVICE = Taint("node.kubernetes.io/out-of-service", "NoExecute", "nodeshutdown")
"""Lets the control plane detach volumes at once (Kubernetes: node shutdowns, non-graceful). Never
on a node whose instance has not ended: data could be corrupted."""


def is_dead(ctx: RotationContext, member: Member) -> bool:
    """Return whether the node of this instance is dead.

    One of a control plane never is: its machine may run etcd although its kubelet is silent.
    """
    node = member.node
    if node is None or node.ready is True or not ctx.kind.carries_pods or ctx.kind.serves_api:
        return False
    return not too_many(ctx) and is_silent(ctx, node)


def take_dead(ctx: RotationContext) -> None:
    """Select the dead outdated nodes, whatever gate or window say.

    They have lost their pods already, and those may run nowhere else before another node comes. So
    to wait with them would hold up what waits for these pods.
    """
    if any(name in ctx.situation.by_id for name in ctx.journal.decrements):
        return  # see capacity.choose
    for member in ctx.situation.unready:
        idle = not member.leaving and member.id not in ctx.memory.nodes.marks.skipped
        if member.outdated and idle and is_dead(ctx, member):
            take(ctx, member, member.outdated)


def too_many(ctx: RotationContext) -> str:
    """Return why silent nodes are not taken for dead, "" if they may be.

    One node alone is never an outage.
    """
    return ctx.shelved(_too_many, ctx.nodes)


def _too_many(every: Mapping[str, Node]) -> str:
    nodes = tuple(every.values())
    silent = [node for node in nodes if node.ready is None and node.ready_since]
    if len(silent) <= 1:
        return ""
    if 3 * len(silent) >= len(nodes):
        return f"{len(silent)} of {len(nodes)} nodes of the cluster do not answer"
    for zone in sorted({node.zone for node in silent}):
        there = sum(node.zone == zone for node in nodes)
        mute = sum(node.zone == zone for node in silent)
        if mute > 1 and 3 * mute >= there:
            return f"{mute} of {there} nodes in {zone} do not answer"
    return ""


def judge_dead(ctx: RotationContext, member: Member) -> bool:
    """Note a dead node that may be ended; give up one that may not.

    It may if a drain would refuse none of its pods. Returns whether it may.
    """
    pods = Feed("pods", member.name)
    ctx.feeds.add(pods)
    if not ctx.view.cache.synced(pods):
        return False
    context = Context(ctx.policy.drain)
    refused = sorted(
        f"{pod.id} ({decision.why})"
        for pod in ctx.view.cache.items(pods).values()
        if (decision := decide(pod, context)).fate is Fate.REFUSE
    )
    if not refused:
        ctx.tell("dead", member.name, "its kubelet does not answer; ended", once=member.id)
        ctx.note(dead=ctx.memory.nodes.dead | {member.id})
        return True
    give_up(ctx, member)
    text = f"Node {member.name} is dead and carries what a drain refuses: {', '.join(refused)}"
    fail(ctx, FailedError(text))
    return False


def release_volumes(ctx: RotationContext, node: Node) -> bool:
    """Release the volumes of a dead node whose instance has ended.

    Returns whether its Node object may be deleted.
    """
    if node.instance_id not in ctx.memory.nodes.dead:
        return True
    if OUT_OF_SERVICE not in node.taints:
        ctx.change(node, NodeChange(taints=(*node.taints, OUT_OF_SERVICE)))
        return False
    ctx.feeds.add(ATTACHMENTS)
    if not ctx.view.cache.synced(ATTACHMENTS):
        return False
    attached = any(one.node == node.name for one in ctx.view.cache.items(ATTACHMENTS).values())
    limit = ctx.policy.drain.volume_timeout or float("inf")
    return not attached or ctx.over(f"volumes {node.instance_id}", limit)
