# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Name the outdated nodes that this run leaves on purpose.

A node that is asked for and does not exist is refused.
"""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RefusedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.selection import (
    absent,
    sentences,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import listed
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import (
    standby,
    warm_pool,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)


def refuse_unknown(ctx: RotationContext) -> None:
    """Raise RefusedError if nodes are asked for that the group does not have.

    Not when an earlier run is resumed, which may have replaced them.
    """
    missing = absent(ctx.situation.members, ctx.policy.selection)
    if missing and ctx.journal.clean and not ctx.policy.restore_only:
        raise RefusedError(
            f"Auto Scaling group {ctx.group.name} has no node {listed(list(missing))}",
            "Give names of its nodes in nodes, and IDs of its instances in instances",
        )


def has_work(ctx: RotationContext) -> bool:
    """Return whether a node is to be replaced, or an instance of the warm pool."""
    nodes = len(ctx.situation.outdated) > len(ctx.passed_over)
    return nodes or bool(warm_pool.outdated(ctx))


def left_outdated(ctx: RotationContext) -> list[dict[str, str]]:
    """Return name, instance ID and reason of each outdated node that is left.

    Those in standby are among them.
    """
    left = {**ctx.memory.report.left_out, **ctx.passed_over}
    gone = ctx.memory.nodes.marks.gone
    members = (
        {"name": member.name, "instance_id": member.id, "why": left[member.id]}
        for member in ctx.situation.outdated
        if member.id in left and member.id not in gone
    )
    return [*members, *standby.left_outdated(ctx)]


def tell_left(ctx: RotationContext) -> None:
    """Name the outdated nodes that this run leaves on purpose."""
    for sentence in sentences(left_outdated(ctx)):
        ctx.tell("skipped", ctx.group.name, sentence, once=f"skipped {sentence}")
