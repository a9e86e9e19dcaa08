# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wait for the new nodes of a run that settles, within their time."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.shortfall import (
    why_short,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Member
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.new_nodes import (
    awaited,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.remarks import left

UNSETTLED = "unsettled"
"""Timer: since when the run waits without a new node that has become ready."""
BASE_MISSING = "base missing"
"""Timer: since when fewer than the base are launched."""


def judge_settling(ctx: RotationContext) -> None:
    """Look at the new nodes: those that become ready count.

    One that does not in time is told, but not ended: another would come in its place.
    """
    for member in _unsettled(ctx):
        lacks = awaited(ctx, member)
        if lacks and ctx.over(f"boot {member.id}", ctx.boot_timeout):
            left(ctx, f"Replacement node {member.name} is not ready: it waits for {lacks}")
    situation = ctx.situation
    if situation.launched >= situation.base and not _unsettled(ctx):
        _forget_unsettled(ctx)
    if situation.launched >= situation.base:
        ctx.forget(BASE_MISSING)
    else:
        ctx.poll_soon = True
        if ctx.over(BASE_MISSING, ctx.boot_timeout):
            _tell_missing(ctx)


def _tell_missing(ctx: RotationContext) -> None:
    """Name what the group lacks of its base, and why."""
    situation = ctx.situation
    left(
        ctx,
        f"Auto Scaling group {ctx.group.name} has {situation.launched} of {situation.base}"
        f" instances: {why_short(ctx.group)}",
    )


def has_settled(ctx: RotationContext) -> bool:
    """Return whether as many nodes as the base have come up, or will not in time."""
    if _comes_to_nothing(ctx):
        return True
    if BASE_MISSING in ctx.memory.timers and not _late(ctx, BASE_MISSING):
        return False
    return all(_late(ctx, f"boot {member.id}") for member in _unsettled(ctx))


def _comes_to_nothing(ctx: RotationContext) -> bool:
    """Return, with a report, whether no new node has become ready for two boots.

    Instances may end at launch one after the other, so that none of them is ever late.
    """
    if ctx.situation.launched >= ctx.situation.base and not _unsettled(ctx):
        return False
    timer = f"{UNSETTLED} {len(ctx.memory.nodes.marks.joined)}"
    if timer not in ctx.memory.timers:
        _forget_unsettled(ctx)
    if not ctx.over(timer, 2 * ctx.boot_timeout):
        return False
    left(
        ctx,
        f"Auto Scaling group {ctx.group.name} has {ctx.situation.available} of"
        f" {ctx.situation.base} instances ready, and not one more for"
        f" {2 * ctx.boot_timeout:.0f} s: {why_short(ctx.group)}",
    )
    return True


def _forget_unsettled(ctx: RotationContext) -> None:
    for timer in [one for one in ctx.memory.timers if one.startswith(UNSETTLED)]:
        ctx.forget(timer)


def _late(ctx: RotationContext, condition: str) -> bool:
    began = ctx.memory.timers.get(condition, ctx.now)
    return ctx.now - began >= ctx.boot_timeout - 1e-6


def _unsettled(ctx: RotationContext) -> list[Member]:
    """Return the new nodes that do not count yet."""
    settled = ctx.memory.nodes.marks.joined | ctx.memory.nodes.marks.skipped
    return [
        member
        for member in ctx.situation.current
        if not member.leaving and member.id not in settled
    ]
