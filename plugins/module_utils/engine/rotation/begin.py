# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say why no other replacement may begin; end the run if that lasts."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.refusals import refusal
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.shortfall import (
    why_short,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import FailedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import listed
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.control_plane import (
    judging as control_plane,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import (
    capacity,
    gate,
    namespaces,
    pause,
    raising,
    standby,
    unknown,
    warm_pool,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.dead import (
    take_dead,
    too_many,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.failures import (
    access_error,
    settle,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import (
    REPEAT,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.observe import (
    moving,
    target_error,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.right_cluster import (
    lost_sight,
    unproven,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.settings import (
    fought_over,
)


def protect(ctx: RotationContext) -> None:
    """Keep others from taking undrained nodes, while there is anything to protect."""
    if ctx.situation.outdated or ctx.situation.surge:
        capacity.fence(ctx)
    warm_pool.shut(ctx)
    capacity.taint(ctx)


def begin(ctx: RotationContext) -> None:
    """Raise the surge and select the next nodes, unless something is in the way.

    End the run if that lasts for too long.
    """
    pause.close_in_time(ctx)
    if pause.is_paused(ctx):
        return
    held = _obstacle_to_all(ctx) or unproven(ctx)
    why = obstacle(ctx)
    end_if_stalled(ctx, why or held)
    if not held and ctx.memory.mode == "rotate":
        take_dead(ctx)
        warm_pool.end_outdated(ctx)
    if not why and ctx.memory.mode == "rotate":
        raising.raise_desired(ctx)
        capacity.choose(ctx)


def settle_if_moved(ctx: RotationContext) -> None:
    """Settle when new instances do not come from the target any more."""
    error = target_error(ctx)
    stray = unknown.stray_error(ctx)
    if stray is None:
        ctx.forget(unknown.STRAY)
    elif error is None and not moving(ctx):  # a move explains new instances that are outdated
        ctx.poll_soon = True
        error = stray if ctx.over(unknown.STRAY, REPEAT) else None
    if error is not None:
        settle(ctx, error)


def obstacle(ctx: RotationContext) -> str:
    """Return why nothing may begin now, "" if it may."""
    return _obstacle_to_all(ctx) or warm_pool.obstacle(ctx) or gate.closed(ctx)


def _obstacle_to_all(ctx: RotationContext) -> str:
    """Return why nothing may begin, not even with a node that is dead, "" if it may."""
    if unread := namespaces.pending(ctx):
        return unread
    if refused := refusal(ctx.group) or standby.refusal(ctx):
        return str(refused)
    if refused_writes := access_error(ctx):
        return str(refused_writes)
    if silent := too_many(ctx):
        return f"{silent}, so it is not known which of them are dead"
    if blind := lost_sight(ctx):
        return blind
    if moving(ctx) or unknown.STRAY in ctx.memory.timers:
        return f"what Auto Scaling group {ctx.group.name} launches from is being changed"
    if ctx.memory.reads.doubt is not None:
        return (
            f"somebody seems to have set desired of Auto Scaling group {ctx.group.name} to"
            f" {ctx.memory.reads.doubt.desired}, which another read has to confirm"
        )
    if why := control_plane.obstacle(ctx):
        return why
    if warm_pool.takes_back(ctx):
        return f"instances of {ctx.group.name} still go back to its warm pool"
    protected = not (ctx.situation.outdated or ctx.situation.surge) or capacity.fenced(ctx)
    if protected:
        return ""
    taken = fought_over(ctx)
    why = f": somebody takes back our {taken} again and again" if taken else ""
    return f"the scale-in fence of {ctx.group.name} is not up{why}"


def end_if_stalled(ctx: RotationContext, why: str) -> None:
    """End the run when nothing is under way and nothing may begin for gate_timeout."""
    if not _idle(ctx):
        ctx.forget("stalled")
    elif ctx.over("stalled", ctx.policy.gate_timeout):
        ctx.note(careful=True)
        text = f"Nothing could be replaced for {ctx.policy.gate_timeout:.0f} s: "
        settle(ctx, FailedError(text + (why or _unavailable(ctx))))


def _idle(ctx: RotationContext) -> bool:
    """Return whether nodes wait to be replaced and nothing under way can change that."""
    situation = ctx.situation
    skipped = ctx.memory.nodes.marks.skipped
    booting = any(not one.outdated and one.id not in skipped for one in situation.unjoined)
    under_way = situation.leaving or booting or situation.launched < ctx.desired
    soaking = not ctx.journal.canary and "soak" in ctx.memory.timers
    if under_way or soaking:
        return False
    return bool(unknown.to_replace(ctx)) or capacity.next_unknown(ctx) is not None


def _unavailable(ctx: RotationContext) -> str:
    """Say which nodes are not available, so that no other may go."""
    situation = ctx.situation
    missing = [member.name for member in situation.members if not member.available]
    text = f"{situation.available} nodes are available at a base of {situation.base}"
    if situation.launched < situation.base:
        text += f"; {situation.launched} are launched: {why_short(ctx.group)}"
    if not missing:
        return text
    return f"{text}; not so {listed(missing)}: see why, or allow more max_unavailable or max_surge"
