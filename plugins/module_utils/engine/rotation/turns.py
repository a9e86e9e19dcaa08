# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Let no more rotations run in a cluster at one time than it allows.

Each run says in its own Lease that it waits, lists the others, and goes on if there is room: first
it takes that word back, then it lists once more. So of two that go on at once, at least one sees
the other, and waits again. Among those that wait, the first by the name of the Lease goes first.
"""

from __future__ import annotations

import math

from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.commands import (
    ListLeases,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.shared import (
    NODE_GROUPS,
    goes_first,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.lease import waits
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.access import (
    raise_if_shut_out,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)

WATCH = 2.0
"""Seconds between looks at the Leases of others while they are in the way."""


def busy(ctx: RotationContext) -> str | None:
    """Return who is in the way, None for nobody, "" if that is not known yet.

    It is asked after our own Lease was written.
    """
    limit = ctx.policy.cluster_parallel
    if limit is None or ctx.policy.restore_only:
        return None
    own = ctx.memory.lock.lease
    if own is None or waits(own) is ctx.memory.lock.turn:  # what it says is not written yet
        return ""
    if not _listed(ctx):
        return ""
    plane, waiting = ctx.memory.plane, not ctx.memory.lock.turn
    first = goes_first(ctx.lease, waiting, plane.others, plane.holders, ctx.now, limit)
    if first is not None:
        ctx.note(turn=False, turn_at=math.inf)
        return f"{first.holder} is rotating another node group (Lease {first.name})"
    if ctx.memory.lock.turn:
        return None
    ctx.note(turn=True, turn_at=math.inf)
    return ""


def is_waiting(ctx: RotationContext) -> bool:
    """Return whether this run waits until there is room in the cluster."""
    bounded = ctx.policy.cluster_parallel is not None and not ctx.policy.restore_only
    return bounded and not ctx.memory.lock.turn


def is_told(ctx: RotationContext) -> bool:
    """Return whether our Lease says whether we wait."""
    lease = ctx.memory.lock.lease
    return lease is None or not lease.holder or waits(lease) is is_waiting(ctx)


def _listed(ctx: RotationContext) -> bool:
    """List the Leases of others; return True once that was done.

    It counts if it began after our own Lease was written.
    """
    if math.isinf(ctx.memory.lock.turn_at):
        ctx.note(turn_at=ctx.now)
    since = max(ctx.memory.lock.turn_at, ctx.now - WATCH)
    if ctx.memory.plane.others_at >= since:
        return True
    command = ListLeases(NODE_GROUPS)
    ctx.do(command)
    raise_if_shut_out(ctx, command)
    return False
