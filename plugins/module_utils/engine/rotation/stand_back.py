# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Let a node that nothing has touched yet wait for one that is out of service."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import ChangeNode
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    Member,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.sizes import may_take
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import unknown
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)


def stand_back(ctx: RotationContext) -> None:
    """Unselect what is untouched where something out of service has to go first.

    A Node may vanish between selection and cordon. Then too few are available for the cordon, and
    only the replacement of the one that is out of service brings that back: it would wait for the
    selected one, and that one for it.
    """
    situation = ctx.situation
    untouched = [one for one in situation.leaving if _is_untouched(ctx, one)]
    if not untouched or may_take(situation.available + 1, situation.base, ctx.window):
        return
    skipped = ctx.memory.nodes.marks.skipped | unknown.left_alone(ctx)
    first = [one for one in situation.idle_away if one.id not in skipped]
    if not any(one.node is not None or unknown.long_missing(ctx, one) for one in first):
        return
    waiting = frozenset(one.id for one in untouched)
    records = ctx.memory.nodes.records
    ctx.note(records={name: one for name, one in records.items() if name not in waiting})
    ctx.mark(selected=ctx.memory.nodes.marks.selected - waiting)


def _is_untouched(ctx: RotationContext, member: Member) -> bool:
    """Return whether a selected node that serves is neither cordoned nor about to be."""
    node = member.node
    if node is None or member.marked or node.ready is not True:
        return False
    asked = any(isinstance(one, ChangeNode) and one.name == node.name for one in ctx.view.in_flight)
    return not (asked or member.id in ctx.journal.decrements)
