# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look again at the nodes of an order: whether somebody undoes what was done.

A node may lose its cordon while it is drained, so that its pods come back. Or it ends, and another
one gets its name, whose pods nobody wanted to go.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import FailedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.events import Event
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    Cache,
    reaches,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.pods import node_record
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.run import OrderedNode

CORDONED_AGAIN = 3
"""How often a cordon that somebody has lifted is set again: who lifts it once more is named, and
not fought."""


def look_again(nodes: Mapping[str, OrderedNode], cache: Cache) -> dict[str, OrderedNode]:
    """Return the nodes of a drain as somebody else may have changed them since."""
    return {name: _seen_again(node, cache) for name, node in nodes.items()}


def _seen_again(node: OrderedNode, cache: Cache) -> OrderedNode:
    _read, found = node_record(node.name, cache)
    if found is None or node.before is None or node.error is not None:
        return node
    if node.uid and found.uid != node.uid:
        return node if node.over else _another(node, found)
    lifted = node.cordoned and not found.unschedulable and not _goes_back(node)
    return _lifted(node) if lifted and _is_shown(node, found) else node


def _is_shown(node: OrderedNode, found: Node) -> bool:
    """Return whether what the watch shows is no older than the cordon."""
    if not node.version:
        return bool(node.before)
    return reaches(found.resource_version, node.version)


def _goes_back(node: OrderedNode) -> bool:
    """Return whether we lift its cordon ourselves, since it could not be drained."""
    return node.over and not (node.status is not None and node.status.phase == "drained")


def _another(node: OrderedNode, found: Node) -> OrderedNode:
    """Return a node that has ended in mid-drain, and whose name another one has."""
    text = f"Node {node.name} has ended, and another node has its name by now, which was left alone"
    error = FailedError(text, "Drain it again if the new one is meant too")
    return dataclasses.replace(node, error=error, cordoned=found.unschedulable)


def _lifted(node: OrderedNode) -> OrderedNode:
    """Return a node whose cordon somebody has lifted.

    It is set again a few times while pods are still there to go.
    """
    node = dataclasses.replace(node, cordoned=False, lifted=node.lifted + 1)
    drained = node.over
    if not drained and node.lifted <= CORDONED_AGAIN:
        return node
    when = "after it was drained" if drained else f"{node.lifted} times while it was drained"
    error = FailedError(
        f"Somebody lifted the cordon of node {node.name} {when}, so that pods come to it",
        "Find out who does that, and drain it again",
    )
    return dataclasses.replace(node, error=error)


def told_lifted(before: Mapping[str, OrderedNode], after: Iterable[OrderedNode]) -> Iterator[Event]:
    """Yield an event for each cordon that was lifted and is set again."""
    for node in after:
        if node.lifted > before[node.name].lifted and node.error is None:
            yield Event("warning", node.name, "somebody lifted its cordon; cordoned again")
