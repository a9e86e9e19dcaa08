# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reckon with the replacement nodes that are still to come."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    Member,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.victims import alone
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)


def coming(ctx: RotationContext) -> int:
    """Return how many replacement nodes there are or are still to be launched."""
    situation = ctx.situation
    return len(situation.current) + max(0, situation.desired - situation.launched)


def unready(ctx: RotationContext) -> int:
    """Return how many replacement nodes are still to be launched or to become ready."""
    situation, skipped = ctx.situation, ctx.memory.nodes.marks.skipped
    booting = sum(not one.outdated and one.id not in skipped for one in situation.unjoined)
    return booting + max(0, situation.desired - situation.launched)


def is_of_this_run(ctx: RotationContext, member: Member) -> bool:
    """Return whether an instance was launched, or left its pool, in this run."""
    pooled = member.id in ctx.memory.nodes.pooled
    return pooled or member.instance.launched_at >= (ctx.memory.reads.first_read_at or 0.0)


def empties_zone(ctx: RotationContext, member: Member) -> bool:
    """Return whether a zone would lose its last available node too early.

    That is while new nodes, which may come to that zone, are still starting.
    """
    still = ctx.situation.launched < ctx.situation.desired or any(
        not (other.outdated or other.leaving) for other in ctx.situation.unjoined
    )
    return member.available and still and alone(ctx.situation, member)
