# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carry out a recorded raise by LaunchInstances, zone after zone."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    FailedError,
    RefusedError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.launching import (
    LaunchInstance,
    launch_refusal,
    next_zone,
    token_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.failures import settle


def wanted(ctx: RotationContext) -> bool:
    """Return whether the surge is launched by LaunchInstances."""
    return ctx.policy.surge_by == "launch_instances"


def refusal_to_launch(ctx: RotationContext) -> RefusedError | None:
    """Return why the group's surge cannot be launched as asked, None if it can."""
    return launch_refusal(ctx.group) if wanted(ctx) and ctx.window.surge else None


def _may_be_under_way(ctx: RotationContext, goal: int) -> bool:
    """Return whether a run before this one may have launched it.

    Its request had another token, so that ours would launch another instance.
    """
    asked = (*ctx.memory.outbox.retries, *ctx.memory.outbox.acts)
    own = any(isinstance(one, LaunchInstance) and one.desired == goal for one in asked)
    return ctx.memory.reads.raise_sent and not own


def launch(ctx: RotationContext, goal: int, since: float) -> bool:
    """Launch one instance; return whether that was issued.

    `goal`: what desired becomes. `since`: when this raise began. A zone that refuses is not asked
    again for it; where all do, the run settles.
    """
    if _may_be_under_way(ctx, goal):
        ctx.poll_soon = True
        return False
    refused = {
        command.zone: retry.error
        for command, retry in ctx.memory.outbox.retries.items()
        if isinstance(command, LaunchInstance)
        and command.desired == goal
        and isinstance(retry.error, RefusedError)
    }
    zone = next_zone(ctx.group.zones, ctx.situation.zones, refused)
    if not zone:
        why = "; ".join(error.message for _zone, error in sorted(refused.items()))
        settle(ctx, FailedError(f"The surge could not be launched. {why}"))
        return False
    token = token_of(ctx.policy.run, since, goal, zone)
    ctx.do(LaunchInstance(ctx.group.name, goal, zone, token))
    return True
