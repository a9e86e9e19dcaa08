# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say what stays as we set it."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import (
    NodeChange,
    NodeWrite,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)

STAYS: dict[NodeWrite, str] = {
    "uncordon": "our cordon and marks",
    "untaint": "our taint",
    "unmark": "our annotations",
}
"""What stays on a node where each kind of write is undone."""


def left(ctx: RotationContext, sentence: str) -> None:
    """Report once what stays as we set it."""
    if sentence not in ctx.memory.report.left:
        ctx.note(left=(*ctx.memory.report.left, sentence))
        ctx.tell("left", ctx.group.name, sentence)


def stays(ctx: RotationContext, node: Node, change: NodeChange) -> bool:
    """Return whether this change is undone so often that we leave it; report it then."""
    if not ctx.undone(node, change.kind):
        return False
    what = STAYS.get(change.kind, "our marks")
    left(
        ctx,
        f"Node {node.name} keeps {what}: somebody puts them back again and again; see who writes"
        " it (metadata.managedFields)",
    )
    return True
