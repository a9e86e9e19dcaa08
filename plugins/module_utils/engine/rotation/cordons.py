# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep the record of the nodes that we cordon, and of how they were found."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import REPLACING
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.recorded import (
    Replaced,
    replaced,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)


def note_replaced(ctx: RotationContext, node: Node) -> None:
    """Record a node before it is cordoned; those that have ended are dropped.

    The cordon waits until the record is written.
    """
    if all(one[0] != node.instance_id for one in ctx.journal.replacing):
        there = {instance.id for instance in ctx.group.instances} | ctx.left_group.keys()
        kept = [one for one in ctx.journal.replacing if one[0] in there]
        ctx.record(replacing=(*kept, replaced(node)))


def forget_restored(ctx: RotationContext) -> None:
    """Drop from the record what carries nothing of ours any more.

    A cordon that comes to such a node later is somebody else's. Until the end, nodes that have
    ended wait for the next write of the record.
    """
    if kept := ctx.journal.replacing:
        ends = ctx.memory.mode != "rotate"
        kept = tuple(one for one in kept if _stays(ctx, one, ends))
    if kept != ctx.journal.replacing:
        ctx.record(replacing=kept)


def _stays(ctx: RotationContext, found: Replaced, ends: bool) -> bool:
    """Return whether a node stays recorded; `ends`: those that are gone do not."""
    instance = found[0]
    node = ctx.mine.get(instance) or ctx.left_group.get(instance)
    if node is None:
        return not ends
    marked = ctx.kind.carries_pods and REPLACING in node.annotations
    return marked or (
        instance in ctx.memory.nodes.marks.selected
        and any(member.id == instance for member in ctx.situation.members)
    )
