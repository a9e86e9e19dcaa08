# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What nodes offer to pods beyond room: extended resources and CSI drivers.

A replacement node that lacks one takes no pod that asks for it, although it is Ready: a device
plugin or a CSI driver registers later, or never with a bad image.
"""

from __future__ import annotations

import collections
from collections.abc import Iterable, Mapping

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import CsiNode, Node

DRIVER, RESOURCE = "CSI driver ", "resource "
"""How an offer begins, by its sort; its name follows."""


def offers_of(node: Node, csi_nodes: Mapping[str, CsiNode]) -> frozenset[str]:
    """Return what a node offers, each as its sort and name; `csi_nodes` by node name.

    A CSINode that belongs to a former Node of the same name does not count.
    """
    found = csi_nodes.get(node.name)
    its_own = found is not None and found.owner in ("", node.uid)
    drivers = found.drivers if found is not None and its_own else frozenset[str]()
    return frozenset(
        {RESOURCE + name for name in node.resources} | {DRIVER + name for name in drivers}
    )


def usual_offers(nodes: Iterable[Node], csi_nodes: Iterable[CsiNode]) -> tuple[str, ...]:
    """Return what more than half of these nodes offer, sorted."""
    by_name = {found.name: found for found in csi_nodes}
    each = [offers_of(node, by_name) for node in nodes]
    counts = collections.Counter(offer for offers in each for offer in offers)
    return tuple(sorted(offer for offer, count in counts.items() if 2 * count > len(each)))


def missing_offers(
    usual: Iterable[str], node: Node, csi_nodes: Iterable[CsiNode]
) -> tuple[str, ...]:
    """Return what of the usual offers a node lacks, sorted."""
    by_name = {found.name: found for found in csi_nodes if found.name == node.name}
    return tuple(sorted(set(usual) - offers_of(node, by_name)))


def offers_all(usual: Iterable[str], node: Node, csi_nodes: Mapping[str, CsiNode]) -> bool:
    """Return whether a node offers all of the usual; `csi_nodes` by node name."""
    return not usual or offers_of(node, csi_nodes).issuperset(usual)
