# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Begin nothing while people have paused the rotation, or when its time is over."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    FailedError,
    RefusedError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import PAUSED
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.lease import paused_by
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.maintenance import (
    expected,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import duration
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.failures import (
    settle,
)


def is_paused(ctx: RotationContext) -> bool:
    """Return whether people want nothing to begin; end the run if that lasts.

    What has begun goes on. The time of a pause counts for no other limit of beginning.
    """
    lease = ctx.memory.lock.lease
    why = paused_by(lease) if lease is not None else ""
    if not why:
        if "paused" in ctx.memory.timers:
            ctx.tell("start", ctx.group.name, "no longer paused")
            ctx.forget("paused")
        return False
    text = f"paused by annotation {PAUSED} of Lease {ctx.lease}: {why}"
    if "paused" not in ctx.memory.timers:
        ctx.tell("waiting", ctx.group.name, text)
    ctx.forget("stalled")
    if ctx.over("paused", ctx.policy.pause_timeout):
        error = FailedError(
            f"Node group {ctx.group.name} was {text}, for {duration(ctx.policy.pause_timeout)}",
            f"Remove the annotation (kubectl annotate lease {ctx.lease} {PAUSED}-), and run again",
        )
        settle(ctx, error)
    return True


def refuse_closed(ctx: RotationContext) -> None:
    """Raise RefusedError if the maintenance window is closed."""
    until = ctx.policy.not_after
    if until is not None and ctx.now >= until:
        raise RefusedError(
            f"The maintenance window of node group {ctx.group.name} is closed"
            f" ({ctx.policy.maintenance})",
            "Run again when it is open, or with state: restored to restore what was left",
        )


def close_in_time(ctx: RotationContext) -> None:
    """Let nothing begin any more that would not end in the maintenance window."""
    until = ctx.policy.not_after
    if until is None or ctx.memory.window_closed:
        return
    takes = expected(ctx.memory.nodes.drains, ctx.memory.nodes.boots.values())
    if ctx.now + takes < until:
        ctx.look_at(until - takes)
        return
    ctx.note(window_closed=True)
    ctx.tell(
        "warning",
        ctx.group.name,
        f"the maintenance window ends in {duration(max(0.0, until - ctx.now))}, and a replacement"
        f" takes {duration(takes)}: beginning nothing more",
        once="window closed",
    )
