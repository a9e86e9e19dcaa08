# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wait until the volumes of evicted pods have left the node."""

from __future__ import annotations

import dataclasses
import math

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    OverdueError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    ATTACHMENTS,
    CLAIMS,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.pods import (
    attached_to,
    volumes_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.progress import (
    NextStep,
    NodeDrain,
)


def remember_volumes(ctx: NodeDrain) -> frozenset[str]:
    """Note the volumes of the pods that leave; return the feeds that this needs."""
    if not ctx.policy.wait_for_volumes or not ctx.left:
        return frozenset()
    volumes = ctx.memory.volumes | volumes_of(ctx.left, ctx.cache)
    if volumes != ctx.memory.volumes or not ctx.memory.had_pods:
        ctx.memory = dataclasses.replace(ctx.memory, volumes=volumes, had_pods=True)
    if any(entry.memory.pod.claims for entry in ctx.left):
        return frozenset((CLAIMS.kind, ATTACHMENTS.kind))
    return frozenset()


def wait_for_volumes(ctx: NodeDrain) -> NextStep:
    """Wait, once no pods are left, until their volumes are detached.

    Otherwise another node would wait minutes for them.
    """
    memory, policy = ctx.memory, ctx.policy
    if not policy.wait_for_volumes or (memory.had_pods and not memory.volumes):
        return ctx.end("drained")
    kinds = frozenset(
        (ATTACHMENTS.kind, CLAIMS.kind)
        if any(e.memory.pod.claims for e in ctx.look.entries)
        else (ATTACHMENTS.kind,)
    )
    if memory.volumes_since is None:
        ctx.memory = memory = dataclasses.replace(memory, volumes_since=ctx.now)
    limit = (
        (memory.volumes_since or 0.0) + policy.volume_timeout if policy.volume_timeout else math.inf
    )
    unread = [
        kind for kind in sorted(kinds) if not any(feed.kind == kind for feed in ctx.cache.feeds)
    ]
    waiting = _awaited(ctx)
    if not unread and not waiting:
        return ctx.end("drained")
    reasons = [
        f"volume {name} is still attached to {ctx.look.name}; see its CSI driver"
        for name in sorted(waiting)
    ]
    if ctx.now < limit:
        return NextStep(memory, ctx.status("volumes", reasons), wake=limit, kinds=kinds)
    reasons += [f"the {kind} could not be read" for kind in unread]
    if not memory.had_pods or policy.on_timeout in ("delete", "force_delete"):
        return ctx.end("drained", reasons)
    error = OverdueError(
        f"Node {ctx.look.name} is not drained: volumes are still attached after"
        f" {policy.volume_timeout:g} s"
    )
    return ctx.end("skipped" if policy.on_timeout == "skip" else "failed", reasons, error)


def _awaited(ctx: NodeDrain) -> frozenset[str]:
    """Return the attached volumes that have to leave the node.

    Where no pod was seen going (they went before this run began), these are all but the volumes of
    pods that stay.
    """
    attached = attached_to(ctx.look.name, ctx.cache)
    if ctx.memory.had_pods:
        return attached & ctx.memory.volumes
    return attached - volumes_of(ctx.look.entries, ctx.cache)
