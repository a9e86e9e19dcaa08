# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep Cluster Autoscaler from taking new nodes, empty until others are drained.

It ends a node that it finds unneeded with decrement, which no scale-in protection stops. Its own
opt-out is an annotation (Cluster Autoscaler FAQ, "How can I prevent Cluster Autoscaler from scaling
down a particular node?"). It is put on new nodes until the end of the run, and only where nobody
else has put it.
"""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import (
    MARKED_IN,
    REPLACING,
    SCALE_DOWN_DISABLED,
    SHIELDED,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import NodeChange, changes
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    SOFT_TAINT,
    Member,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.situation import (
    Situation,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.failures import barred
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.remarks import stays


def shield(ctx: RotationContext) -> None:
    """Annotate the group's new nodes, so that Cluster Autoscaler leaves them alone.

    They are recorded before: somebody may take off the mark that says that the annotation is ours.
    """
    if not ctx.kind.carries_pods:
        return
    due = ctx.shelved(_due, ctx.situation)
    if missing := {member.id for member, _node in due}.difference(ctx.journal.shielded):
        ctx.record(shielded=(*ctx.journal.shielded, *sorted(missing)))
    marks = {SCALE_DOWN_DISABLED: "true", SHIELDED: ctx.journal.run, MARKED_IN: ctx.group.name}
    for _member, node in due:
        ctx.change(node, NodeChange(annotations=changes(marks)))


def _due(situation: Situation) -> tuple[tuple[Member, Node], ...]:
    """Return the new members, with their nodes, that lack the annotation."""
    return tuple(
        (member, member.node)
        for member in situation.current
        if member.node is not None and not member.leaving
        if SCALE_DOWN_DISABLED not in member.node.annotations
    )


def unshield(ctx: RotationContext) -> bool:
    """Remove our annotation from all nodes; return True once done or impossible."""
    done = clean = True
    for member in ctx.situation.members:
        node = member.node
        if node is not None and (marks := _marks(ctx, node)):
            clean = False
            change = NodeChange(annotations=changes(dict.fromkeys(marks)))
            done = done and (barred(ctx, member) or stays(ctx, node, change))
            ctx.change(node, change)
    if clean and ctx.journal.shielded:
        ctx.record(shielded=())
    return done


def _marks(ctx: RotationContext, node: Node) -> list[str]:
    """Return what is to be taken off a node.

    Its group is named as long as it carries another mark.
    """
    shield = [SCALE_DOWN_DISABLED, SHIELDED] if ctx.is_shielded(node) else []
    needed = REPLACING in node.annotations or SOFT_TAINT in node.taints
    named = MARKED_IN in node.annotations and not needed
    return [*shield, *([MARKED_IN] if named else [])]
