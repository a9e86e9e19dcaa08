# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Know a node that we cordoned by the record where its marks have been taken off.

Annotations say which cordon is ours, and anybody may remove them: a controller that owns the
annotations of its nodes does so every few seconds. The record is ours alone, so it counts more.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Group
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import (
    EXCLUDE,
    REPLACING,
    WAS_CORDONED,
    WAS_EXCLUDED,
)

Replaced = tuple[str, bool, bool]
"""An instance whose node is being replaced, and how the node was found: cordoned, and excluded from
load balancers."""
RECORDED = "recorded"
"""Value of a mark that only the record knows."""


def replaced(node: Node) -> Replaced:
    """Return what to record of a node: what our marks say, or how it is now."""
    notes = node.annotations
    if REPLACING in notes:
        return (node.instance_id, WAS_CORDONED in notes, WAS_EXCLUDED in notes)
    return (node.instance_id, node.unschedulable, EXCLUDE in node.labels)


def as_marked(node: Node, found: Replaced | None) -> Node:
    """Return the node with the marks that the record knows of.

    `found`: what is recorded of it. A node that is as it was found carries nothing of ours, so
    without marks it stays without.
    """
    if found is None:
        return node
    _instance, cordoned, excluded = found
    cordon, exclusion = node.unschedulable and not cordoned, EXCLUDE in node.labels and not excluded
    if REPLACING not in node.annotations and not (cordon or exclusion):
        return node
    was = {WAS_CORDONED: cordoned, WAS_EXCLUDED: excluded}
    notes = {key: text for key, text in node.annotations.items() if key not in was}
    notes |= {key: "true" for key, is_so in was.items() if is_so}
    return dataclasses.replace(node, annotations={REPLACING: RECORDED, **notes})


def all_as_marked(nodes: Mapping[str, Node], found: Iterable[Replaced]) -> Mapping[str, Node]:
    """Return the nodes, by instance, with the marks that the record knows of."""
    known = {one[0]: as_marked(nodes[one[0]], one) for one in found if one[0] in nodes}
    return {**nodes, **known}


def gone_away(
    group: Group,
    marked: Mapping[str, str],
    shielded: Iterable[str],
    replacing: Iterable[Replaced],
) -> frozenset[str]:
    """Return the instances that a rotation of this group has marked and that left it.

    `marked`: by instance id, the group that a Node names in its marks. `shielded` and `replacing`:
    as recorded.
    """
    ours = {one for one, name in marked.items() if name == group.name}
    return frozenset(ours.union(shielded, (one[0] for one in replacing)) - group.by_id.keys())
