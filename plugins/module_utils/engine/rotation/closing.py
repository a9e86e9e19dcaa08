# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hand the closing words of a run that is stopped to the next one, in the record."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.closing import (
    HEADING,
    closing,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.lines import (
    CLOSING,
    EARLIER,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.result import conclude


def close(ctx: RotationContext) -> None:
    """Report, once, how far this run came and how to resume it.

    Record it for the next run if this one has begun and left something to do.
    """
    if CLOSING in ctx.memory.report.told or ctx.memory.reads.group is None:
        return
    reason = ctx.view.stop.reason if ctx.view.stop else ""
    values = conclude(_after_release(ctx), "stopped").values
    lines = closing(values, ctx.policy.run, reason, ctx.policy.again)
    if ctx.memory.mode != "survey" and (ctx.situation.outdated or not ctx.journal.clean):
        ctx.record(closing=lines)
    ctx.note(told=ctx.memory.report.told | {CLOSING})
    for text in lines:
        ctx.tell(CLOSING, ctx.policy.group, text)


def _after_release(ctx: RotationContext) -> RotationContext:
    """Return the context as it will be once the Lease is released."""
    released = ctx.memory.with_fields(held=False)
    return RotationContext(released, ctx.view, ctx.now, ctx.policy)


def show_earlier(ctx: RotationContext) -> None:
    """Report, once, the closing words of the last run if it was stopped."""
    if ctx.journal.closing and EARLIER not in ctx.memory.report.told:
        ctx.note(told=ctx.memory.report.told | {EARLIER})
        for text in (HEADING, *ctx.journal.closing):
            ctx.tell(EARLIER, ctx.policy.group, text)
