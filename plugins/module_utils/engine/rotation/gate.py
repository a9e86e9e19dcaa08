# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hold the next replacement until pods that this run evicted run again.

It looks only at controllers that lost a pod by this run, and holds only the beginning of a
replacement: never a drain under way, an end, a launch or restoring. A pod that a node on its way
may take does not count until that node has joined.
"""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import AccessError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Pod
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import Feed
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)

PENDING = Feed("pods", phase="Pending")
PENDING_GRACE = 10.0
"""Seconds that the scheduler gets to place a pod before it counts."""


def note_losses(ctx: RotationContext) -> None:
    """Remember the controllers that lost a pod by this run."""
    owners = {
        pod.pod.owner.key
        for node in ctx.memory.drain.nodes.values()
        for pod in node.pods.values()
        if pod.accepted_at is not None and pod.pod.owner is not None
    }
    if not owners <= ctx.memory.robbed:
        ctx.note(robbed=ctx.memory.robbed | owners)


def closed(ctx: RotationContext) -> str:
    """Return why the gate is closed, with the scheduler's words, "" while it is open."""
    if ctx.policy.workload_gate == "off" or not ctx.memory.robbed:
        return ""
    ctx.feeds.add(PENDING)
    error = ctx.view.cache.broken.get(PENDING)
    if isinstance(error, AccessError):
        return ""  # who may not list pods cannot wait for them; a drain could not begin either
    if error is not None:
        return f"the pending pods cannot be read: {error}"
    if not ctx.view.cache.synced(PENDING):
        return "the pending pods are being listed"
    waiting = _waiting(ctx)
    if not waiting or _on_its_way(ctx):
        ctx.forget("pods pending")
        return ""
    if not ctx.over("pods pending", PENDING_GRACE):
        return f"pod {waiting[0].id} is being scheduled"
    first, more = waiting[0], len(waiting) - 1
    others = f" (and {more} more)" if more else ""
    text = f"pod {first.id}{others} cannot run again: {first.unscheduled or 'it is Pending'}"
    if ctx.policy.workload_gate == "warn":
        ctx.tell("warning", ctx.group.name, text, once=text)
        return ""
    return text


def _waiting(ctx: RotationContext) -> list[Pod]:
    pods = (
        pod
        for pod in ctx.view.cache.items(PENDING).values()
        if pod.owner is not None and pod.owner.key in ctx.memory.robbed
    )
    return sorted(
        (pod for pod in pods if not pod.node and pod.deleted_at is None), key=lambda pod: pod.id
    )


def _on_its_way(ctx: RotationContext) -> bool:
    """Return whether a launch in flight may bring the node that takes them."""
    situation = ctx.situation
    skipped = ctx.memory.marks.skipped
    booting = any(not member.joined for member in situation.current if member.id not in skipped)
    return booting or situation.launched < ctx.desired
