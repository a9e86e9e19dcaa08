# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restore marked nodes that are not in service in the group any more."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import ChangeNode
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import (
    EXCLUDE,
    MARKED_IN,
    REPLACING,
    SCALE_DOWN_DISABLED,
    SHIELDED,
    WAS_CORDONED,
    WAS_EXCLUDED,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import NodeChange, changes
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    SOFT_TAINT,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.failures import (
    hopeless,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.remarks import stays
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.taken_over import (
    is_taken_over,
)

DETACHED = 60.0
"""Seconds for which reads have to show that an instance left the group and runs on."""


def restore_outside(ctx: RotationContext) -> bool:
    """Restore such nodes; return True once done.

    What cannot be restored does not hold it up. Those that were kept for people to look into stay
    as they are.
    """
    failing = {one.name for one in hopeless(ctx) if isinstance(one, ChangeNode)}
    done = True
    for node, is_sure in (*_in_standby(ctx), *_detached(ctx)):
        change = as_found(node, ctx.is_shielded(node))
        if is_sure:
            ctx.change(node, change)
        done = done and (node.name in failing or stays(ctx, node, change))
    return done


def as_found(node: Node, shielded: bool) -> NodeChange:
    """Return what takes every mark of ours off a node.

    `shielded`: we have hidden it from Cluster Autoscaler.
    """
    taken = dict.fromkeys((REPLACING, MARKED_IN, WAS_CORDONED, WAS_EXCLUDED))
    shield = {SCALE_DOWN_DISABLED: None, SHIELDED: None} if shielded else {}
    rest = tuple(taint for taint in node.taints if taint != SOFT_TAINT)
    replaced = REPLACING in node.annotations
    return NodeChange(
        False if replaced and WAS_CORDONED not in node.annotations else None,
        changes({EXCLUDE: None}) if replaced and WAS_EXCLUDED not in node.annotations else (),
        changes({**taken, **shield}),
        rest if SOFT_TAINT in node.taints else None,
    )


def _in_standby(ctx: RotationContext) -> Iterator[tuple[Node, bool]]:
    """Yield the marked nodes of instances that somebody puts into standby, or has.

    To enter it takes as long as a target group drains.
    """
    for one in ctx.group.in_standby:
        node = ctx.mine.get(one.id)
        kept = one.kept or one.id in ctx.journal.kept
        if node is not None and not (kept or one.ending):
            noted = {REPLACING, MARKED_IN} & node.annotations.keys()
            if noted or SOFT_TAINT in node.taints or ctx.is_shielded(node):
                yield node, True


def _detached(ctx: RotationContext) -> Iterator[tuple[Node, bool]]:
    """Yield marked nodes that left the group and run on, and if that is sure.

    Under the Node of one that has ended another may run on.
    """
    former = ctx.group.former
    running = {one.id for one in former if one.state and not one.ending and not one.kept}
    for instance, node in ctx.left_group.items():
        if is_taken_over(ctx, node):
            yield node, True
        elif instance in running:
            yield node, ctx.over(f"detached {instance}", DETACHED)
        else:
            ctx.forget(f"detached {instance}")
