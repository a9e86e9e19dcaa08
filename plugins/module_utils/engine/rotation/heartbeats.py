# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the leases of nodes that are not Ready, and only of those."""

from __future__ import annotations

import math

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    AccessError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease, Node
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.heartbeats import (
    NODE_LEASES,
    ReadHeartbeat,
    heard,
    is_dead,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import Memory

PERIOD = 10.0
"""Seconds between two reads of a node's lease: kubelets renew it as often."""


def is_silent(ctx: RotationContext, node: Node) -> bool:
    """Return whether the kubelet has not answered for dead_node_timeout.

    Its lease is read while that is asked and the node is not Ready.
    """
    if node.ready is True:
        return False
    known = ctx.memory.nodes.heartbeats.get(node.name)
    due = known.read + PERIOD if known is not None else -math.inf
    if ctx.now >= due:
        ctx.do(ReadHeartbeat(node.name))
        _tell_unread(ctx, node)
    else:
        ctx.look_at(due)
    return is_dead(node, known, _read_at(ctx, node.name), ctx.policy.dead_node_timeout)


def _read_at(ctx: RotationContext, node: str) -> float:
    """Return when its lease or the group was read last, in seconds since the epoch."""
    known, reads = ctx.memory.nodes.heartbeats.get(node), ctx.memory.reads
    later = known.read - reads.read_began if known is not None else 0.0
    return ctx.group.read_at + max(0.0, later)


def _tell_unread(ctx: RotationContext, node: Node) -> None:
    refused = ctx.refused(ReadHeartbeat(node.name))
    if refused is not None and isinstance(refused.error, AccessError):
        ctx.tell(
            "warning",
            ctx.group.name,
            f"leases in {NODE_LEASES} may not be read, so nodes count as dead by their Ready"
            f" condition alone: {refused.error.message}",
            once="unread node leases",
        )


def learn_heartbeat(memory: Memory, node: str, lease: Lease | None, began: float) -> Memory:
    """Return the memory after a read of a node's lease."""
    known = memory.nodes.heartbeats
    renewed = "" if lease is None else lease.renewed
    return memory.with_fields(heartbeats={**known, node: heard(known.get(node), renewed, began)})


def learn_refusal(memory: Memory, node: str, error: RotatorError, began: float) -> Memory:
    """Return the memory after a failed read; a forbidden one shows no lease."""
    return learn_heartbeat(memory, node, None, began) if isinstance(error, AccessError) else memory
