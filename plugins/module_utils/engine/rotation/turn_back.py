# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replace the nodes of a failed image by nodes of the previous one.

Once new instances are launched from the previous version again, that version is the target, and
what was launched from the failed one is outdated. The run stays a failed one.
"""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import (
    recorded_target,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import counted
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.pointer import is_back


def is_pending(ctx: RotationContext) -> bool:
    """Return whether nodes of the failed image still have to be turned to."""
    memory = ctx.memory
    wanted = ctx.policy.on_failure == "rollback" and not ctx.policy.restore_only
    return wanted and bool(memory.report.launches_from[0]) and not memory.turned_back


def turn_back(ctx: RotationContext) -> None:
    """Rotate to the previous version once reads show that the group launches from it."""
    found = ctx.group.resolved
    if not is_pending(ctx) or found is None or not is_back(ctx, found):
        ctx.poll_soon |= is_pending(ctx)
        return
    back = frozenset(
        member.id for member in ctx.situation.outdated if member.joined and not member.leaving
    )
    ctx.mark(joined=ctx.memory.nodes.marks.joined | back)
    target = found.resolved_again(ctx.group.read_at)
    ctx.record(**recorded_target(target))
    ctx.note(target=target, turned_back=True, mode="rotate")
    failed = len(ctx.situation.outdated)
    if failed:
        ctx.tell("template", ctx.group.name, f"{counted(failed, 'node')} of the failed image to go")
