# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Let an update of EKS wait for its turn among the rotations of the cluster.

The rule is that of engine.rotation.turns: our own Lease says that we wait, the others are listed,
and where there is room that word is taken back and they are listed once more.
"""

from __future__ import annotations

import math

from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.commands import (
    ListLeases,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.shared import (
    NODE_GROUPS,
    WATCHES,
    goes_first,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import LockedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.lease import waits
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.context import (
    ManagedContext,
)

WATCH = 2.0
"""Seconds between looks at the Leases of others while they are in the way."""


def is_waiting(ctx: ManagedContext) -> bool:
    """Return whether this run waits until there is room in the cluster."""
    memory = ctx.memory
    return ctx.policy.cluster_parallel is not None and not memory.turn and not memory.working


def is_told(ctx: ManagedContext, lease: Lease | None) -> bool:
    """Return whether our Lease says whether we wait."""
    return lease is None or waits(lease) is is_waiting(ctx)


def has_turn(ctx: ManagedContext, lease: Lease | None) -> bool:
    """Return whether an update may begin beside those at work in the cluster.

    `lease`: ours, as last written. Raises LockedError if others are in the way for longer than
    lock_wait.
    """
    limit = ctx.policy.cluster_parallel
    if limit is None:
        return True
    if lease is None or not is_told(ctx, lease) or not _listed(ctx):
        return False
    memory = ctx.memory
    first = goes_first(
        lease.name, not memory.turn, memory.others, memory.others_seen, ctx.now, limit
    )
    if first is not None:
        ctx.note(turn=False, turn_at=math.inf)
        _wait(ctx, first)
        return False
    if memory.turn:
        return True
    ctx.note(turn=True, turn_at=math.inf)
    ctx.look_at(ctx.now)
    return False


def _listed(ctx: ManagedContext) -> bool:
    """List the Leases of others; return True once that was done.

    It counts if it began after our own Lease was written.
    """
    if math.isinf(ctx.memory.turn_at):
        ctx.note(turn_at=ctx.now)
    if ctx.memory.others_at >= max(ctx.memory.turn_at, ctx.now - WATCH):
        return True
    ctx.do(ListLeases(NODE_GROUPS))
    ctx.look_at(ctx.now + WATCH)
    return False


def _wait(ctx: ManagedContext, first: Lease) -> None:
    """Wait for another run. Raises LockedError when that lasts too long."""
    busy = f"{first.holder} is rotating another node group (Lease {first.name})"
    ctx.look_at(ctx.now + WATCH)
    ctx.tell("lock", ctx.policy.nodegroup, f"waiting: {busy}", once=busy)
    waited = ctx.now - ctx.memory.began >= ctx.policy.lock_wait
    # Whether the other one is alive shows only once its Lease could have run out.
    lasts = max(ctx.policy.lease_duration, first.duration) * WATCHES
    if ctx.over("beside another", lasts) and waited:
        raise LockedError(
            f"Node group {ctx.policy.nodegroup} is not rotated: {busy}",
            "Node groups above cluster_parallel take turns: wait for the end of that run, or set"
            " lock_wait",
        )
