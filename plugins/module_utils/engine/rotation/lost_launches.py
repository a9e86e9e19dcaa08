# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Count launches that come to nothing."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import FailedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import balancer_name
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.failures import (
    fail,
    settle,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import (
    REPEAT,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.target_reads import (
    deleted,
    known_since,
)

UNEXPLAINED = "launch lost"
"""Timer: since when a launch is lost that nothing explains yet."""
LOST_LAUNCHES = 3
"""New instances in a row that may end by themselves before they are ready."""

UNEXPLAINED = "its scaling activities or their console output may say why"


def count_lost(ctx: RotationContext) -> None:
    """Count new instances that ended by themselves before they were ready.

    The goal is one more ready node, not an instance that can be replaced.
    """
    booting = {
        member.id
        for member in ctx.situation.unjoined
        if not (member.outdated or member.leaving)
        and member.id not in ctx.memory.nodes.marks.joined
    }
    lost, missing = _ended(ctx)
    known = frozenset(booting | missing)
    if known != ctx.memory.nodes.booting:
        ctx.note(booting=known)
    if lost:
        ctx.note(lost_launches=ctx.memory.nodes.lost_launches + len(lost))
        ctx.forget(UNEXPLAINED)
        ctx.since(UNEXPLAINED)
    _settle_without_balancer(ctx)
    if lost and ctx.memory.nodes.lost_launches >= LOST_LAUNCHES:
        ctx.note(lost_launches=0)
        why = ctx.group.activity or _by_others(ctx) or UNEXPLAINED
        text = f"{LOST_LAUNCHES} new instances in a row ended before they were ready: {why}"
        fail(ctx, FailedError(text), min(lost))


def _settle_without_balancer(ctx: RotationContext) -> None:
    """Settle once a target group is known not to exist any more.

    New instances do not come into service then, or are never healthy, whatever they are launched
    from. It is looked for when a launch is lost.
    """
    if UNEXPLAINED in ctx.memory.timers:
        lost_at = ctx.now - ctx.since(UNEXPLAINED)
        if known_since(ctx, ctx.group.target_groups, lost_at):
            ctx.forget(UNEXPLAINED)
    for gone in deleted(ctx)[:1]:
        group, name = ctx.group.name, balancer_name(gone)
        error = FailedError(
            f"Auto Scaling group {group} names {name}, which does not exist, so that new instances"
            " do not come into service",
            f"Create it again or detach {gone} from the group, and run again",
        )
        settle(ctx, error)


def _by_others(ctx: RotationContext) -> str:
    """Say that somebody takes them, "" if desired does not fall with them."""
    if not ctx.memory.reads.taken_back.times:
        return ""
    return (
        "desired fell with them, so somebody ends them, an autoscaler perhaps: see the scaling"
        " activities and CloudTrail"
    )


def _ended(ctx: RotationContext) -> tuple[set[str], set[str]]:
    """Return the new instances that have ended, and those that are only missing.

    One has ended that a read shows ending, or that reads have not shown for so long that none of
    them can be late.
    """
    known, memory = ctx.memory.nodes.booting, ctx.memory
    present = ctx.situation.by_id.keys()
    for name in known & present:
        ctx.forget(f"missing {name}")
    absent = known - present - memory.reads.ended_by_us - memory.nodes.marks.joined
    ended = {
        name
        for name in absent
        if name in memory.nodes.marks.gone or ctx.over(f"missing {name}", REPEAT)
    }
    ctx.poll_soon |= bool(absent - ended)
    return ended, set(absent - ended)
