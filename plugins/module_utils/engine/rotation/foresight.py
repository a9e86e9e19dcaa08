# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say how a rotation would go about its nodes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    Member,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.victims import (
    next_victim,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import unknown
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)


def foreseen(ctx: RotationContext) -> dict[str, Any]:
    """Return window, canaries and order of the rotation, as of this look.

    `soak`: seconds that canaries are watched. `maintenance`: the maintenance window and, while it
    is closed, when it opens, for people; "" without one. The order is that of the next victims
    while nothing else changes; a rotation chooses each one anew.
    """
    window = ctx.window
    return {
        "surge": window.surge,
        "unavailable": window.unavailable,
        "canaries": 0 if ctx.journal.canary == "passed" else ctx.canaries,
        "soak": ctx.policy.soak,
        "maintenance": ctx.policy.maintenance,
        "order": [member.id for member in _order(ctx)],
    }


def _order(ctx: RotationContext) -> Iterator[Member]:
    """Yield the nodes that this run means to replace, those under way first."""
    wanted = unknown.to_replace(ctx)
    yield from (member for member in wanted if member.leaving)
    situation, rest = ctx.situation, {member.id for member in wanted if not member.leaving}
    passed_over = frozenset(situation.outdated_ids - rest)
    while victim := next_victim(situation, passed_over, ctx.group.zones):
        yield victim
        passed_over |= {victim.id}
