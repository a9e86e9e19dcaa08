# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Count how often somebody takes the surge back, and do not fight that.

The goal is one more ready node, not a raise that can be repeated for hours.
"""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import OverdueError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.accounting import (
    Foreign,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    UNDONE_TIMES,
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.failures import settle
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.records import (
    TakenBack,
)

SOONEST_AGAIN, LATEST_AGAIN = 30.0, 300.0
"""Seconds until desired is raised again that was taken back UNDONE_TIMES times without a new ready
node, doubled with each time, and at most."""


def note_taken_back(ctx: RotationContext, foreign: Foreign) -> None:
    """Note a write of somebody else that takes our surge, or part of it.

    Where we have none, he takes nothing of ours: the group becomes smaller. Who takes it again and
    again until boot_timeout has passed without one more ready node ends the run.
    """
    if ctx.memory.mode != "rotate" or not foreign.surge:
        return
    if not foreign.base <= foreign.after < foreign.before:
        return
    since = _since_progress(ctx)
    first = since.first if since.times else ctx.now
    since = TakenBack(since.times + 1, first, ctx.now, ctx.memory.nodes.marks.joined)
    ctx.note(taken_back=since)
    if since.times == UNDONE_TIMES:
        text = "somebody takes our surge back again and again; it is launched less and less often"
        ctx.tell("undone", ctx.group.name, text)
    if since.times >= UNDONE_TIMES and ctx.now - since.first >= ctx.boot_timeout:
        cause = f", last {foreign.cause}" if foreign.cause else ""
        text = (
            f"Somebody has set desired of Auto Scaling group {ctx.group.name} back {since.times}"
            f" times since a new node was ready last{cause}"
        )
        settle(ctx, OverdueError(text, "See who does that, and let it rest during a rotation"))


def waits(ctx: RotationContext) -> bool:
    """Return whether desired is not to be raised again yet."""
    since = _since_progress(ctx)
    if since.times < UNDONE_TIMES:
        return False
    until = since.last + min(LATEST_AGAIN, SOONEST_AGAIN * 2 ** (since.times - UNDONE_TIMES))
    if ctx.now < until:
        ctx.look_at(until)
        return True
    return False


def _since_progress(ctx: RotationContext) -> TakenBack:
    """Return what was noted, nothing if a new node has become ready since."""
    noted = ctx.memory.reads.taken_back
    return TakenBack() if ctx.memory.nodes.marks.joined - noted.joined else noted
