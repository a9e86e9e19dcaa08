# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find nodes by instance at a cost that hardly depends on other nodes.

In a large cluster some node changes at nearly every look. Only what has changed is indexed anew,
and nothing that rests on the nodes of one group is computed again for the heartbeats of others.
"""

from __future__ import annotations

import dataclasses
import operator
from collections.abc import Collection, Iterable, Mapping

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import changed_items
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import MARKED_IN


@dataclasses.dataclass(frozen=True)
class NodeIndex:
    """Hold the nodes of a cluster by instance ID.

    `nodes`: what the index was made of, by key. `mine`: the nodes of the wanted instances. It stays
    the same object as long as none of these nodes changes. `marked`: the group that a rotation has
    marked a node for, by instance ID. `ids`: the instances of all nodes, the same object as long as
    they are the same. `doubled`: two nodes name the same instance.
    """

    nodes: Mapping[str, Node]
    by_instance: Mapping[str, Node]
    mine: Mapping[str, Node]
    marked: Mapping[str, str] = dataclasses.field(default_factory=dict)
    ids: frozenset[str] = frozenset()
    doubled: bool = False


def by_instance(nodes: Iterable[Node]) -> dict[str, Node]:
    """Return nodes by the instance id in their providerID.

    If two nodes name the same instance, the one that is Ready counts, since its kubelet runs the
    pods; of two that are or are not, the younger one.
    """
    found: dict[str, Node] = {}
    for node in nodes:
        known = found.get(node.instance_id)
        if node.instance_id and (known is None or _counts_more(node, known)):
            found[node.instance_id] = node
    return found


def _counts_more(node: Node, other: Node) -> bool:
    return (node.ready is True, node.created) > (other.ready is True, other.created)


def by_name(nodes: Mapping[str, Node]) -> Mapping[str, tuple[Node, ...]]:
    """Return nodes by their names; `nodes` by UID."""
    found: dict[str, tuple[Node, ...]] = {}
    for node in nodes.values():
        found[node.name] = (*found.get(node.name, ()), node)
    return found


def foreign(
    ids: frozenset[str], known: frozenset[str], instances: Mapping[str, object]
) -> frozenset[str]:
    """Return the instances of nodes that are not in the group.

    `ids`: of nodes. `known`: instances that are not told again. `instances`: of the group, by ID.
    """
    return ids - known - instances.keys()


def index(
    nodes: Mapping[str, Node], wanted: Iterable[str], known: NodeIndex | None = None
) -> NodeIndex:
    """Return the index of these nodes.

    `wanted`: instance IDs. `known`: the index at the last look; what has not changed is kept.
    """
    changed = None if known is None else changed_items(known.nodes, nodes)
    marked: Mapping[str, str]
    if known is None or changed is None:
        marked = _marks(nodes.values())
    else:
        marked = _marks_renewed(known.marked, changed.values())
    renewed = None if known is None or changed is None else _renewed(known, changed)
    every = by_instance(nodes.values()) if renewed is None else renewed
    doubled = renewed is None and sum(bool(one.instance_id) for one in nodes.values()) > len(every)
    mine: Mapping[str, Node] = {name: every[name] for name in wanted if name in every}
    if known is not None and _same(known.mine, mine):
        mine = known.mine
    ids = known.ids if known is not None and every.keys() == known.ids else frozenset(every)
    return NodeIndex(nodes, every, mine, marked, ids, doubled)


def _same(one: Mapping[str, Node], other: Mapping[str, Node]) -> bool:
    """Return whether both hold the very same records in the same order."""
    return one.keys() == other.keys() and all(map(operator.is_, one.values(), other.values()))


def _marks(nodes: Iterable[Node]) -> dict[str, str]:
    return {
        node.instance_id: node.annotations[MARKED_IN]
        for node in nodes
        if MARKED_IN in node.annotations
    }


def _marks_renewed(known: Mapping[str, str], nodes: Collection[Node]) -> Mapping[str, str]:
    if all(known.get(node.instance_id) == node.annotations.get(MARKED_IN) for node in nodes):
        return known
    others = {node.instance_id for node in nodes}
    kept = {instance: group for instance, group in known.items() if instance not in others}
    return {**kept, **_marks(nodes)}


def _renewed(known: NodeIndex, changed: Mapping[str, Node]) -> Mapping[str, Node] | None:
    """Return the nodes by instance ID.

    Only changes are looked at. None if that is not enough: a node names another instance than
    before, or one that has a node.
    """
    before = known.nodes
    if known.doubled:
        return None
    if not changed:
        return known.by_instance
    found = dict(known.by_instance)
    for key, node in changed.items():
        old = before.get(key)
        if not node.instance_id and (old is None or not old.instance_id):
            continue
        if not node.instance_id or found.get(node.instance_id) is not old:
            return None
        found[node.instance_id] = node
    return found
