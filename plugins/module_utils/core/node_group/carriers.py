# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say what carries each node of a cluster, and what would replace it.

Nodes that no node group of the inventory has are named too: Karpenter's, those of EKS Auto Mode,
of Fargate and of EKS Hybrid Nodes, and those whose owner is not known. Sources: EKS user guide
(labels that EKS applies), Karpenter documentation (disruption).
"""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.filters import (
    KARPENTER,
    of_daemonset,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node, Pod
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import counted, listed

COMPUTE_TYPE = "eks.amazonaws.com/compute-type"
NODEPOOL = "karpenter.sh/nodepool"
NODEGROUP = "eks.amazonaws.com/nodegroup"
FARGATE = "fargate"

ROTATED_BY: Mapping[str, tuple[str, str]] = {
    "eks_managed": ("managed node group", "rotate_eks, which lets EKS update it"),
    "auto_scaling_group": ("Auto Scaling group", "rotate_eks, if it is in the inventory"),
    "karpenter": (
        "Karpenter NodePool",
        "Karpenter, by drift within the disruption budgets of the NodePool, once the AMI of its"
        " EC2NodeClass has changed",
    ),
    "auto_mode": ("NodePool of EKS Auto Mode", "EKS, within the budgets of the NodePool"),
    "fargate": ("Fargate", "a restart of its pods: each has a node of its own"),
    "hybrid": ("EKS Hybrid Nodes", "whoever runs the machines, with nodeadm"),
    "unknown": ("no known owner", "whoever launched it"),
}
"""What a carrier is called, and what replaces its nodes; by the name of its kind."""
OF_NODEPOOLS = frozenset(("karpenter", "auto_mode"))
"""Kinds whose nodes have a NodeClaim."""
ROTATED_HERE = frozenset(("eks_managed", "auto_scaling_group"))
"""Kinds that may be hosts of an inventory."""


@dataclasses.dataclass(frozen=True)
class Carrier:
    """What carries some nodes.

    `kind`: see ROTATED_BY. `name`: of the node group, NodePool and so on, "" where it has none.
    `drifted`: of its nodes, those that Karpenter says differ from what it would launch. `held`:
    those that carry karpenter.sh/do-not-disrupt. `unread`: neither could be read. `pods`: on its
    nodes, where these are restarted instead of the nodes. `held_by`: what keeps Karpenter from
    replacing those that have drifted, sentences.
    """

    kind: str
    name: str
    nodes: tuple[str, ...]
    drifted: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    unread: bool = False
    pods: tuple[str, ...] = ()
    held_by: tuple[str, ...] = ()

    @property
    def rotated_by(self) -> str:
        """Return what replaces its nodes."""
        return ROTATED_BY[self.kind][1]

    def rotated_with(self, node_groups: Collection[str] | None) -> bool:
        """Return whether a rotation of these node groups reaches it.

        `node_groups`: names of Auto Scaling groups and managed node groups, None for all there are.
        """
        return self.kind in ROTATED_HERE and (node_groups is None or self.name in node_groups)

    @property
    def text(self) -> str:
        """Return it as one line for people."""
        called = " ".join(part for part in (ROTATED_BY[self.kind][0], self.name) if part)
        words = [f"{counted(len(self.nodes), 'node')} of {called}: replaced by {self.rotated_by}"]
        if self.drifted:
            words.append(f"drifted: {listed(list(self.drifted))}")
        if self.unread:
            words.append(
                "which have drifted, and what holds them, is not known, since NodeClaims or"
                " NodePools may not be listed"
            )
        if self.pods:
            words.append(f"pods to restart: {listed(list(self.pods))}")
        words += self.held_by
        if self.held and not self.held_by:
            words.append(f"held by {KARPENTER}: {listed(list(self.held))}")
        return "; ".join(words)


def carrier_of(node: Node, groups: Mapping[str, str]) -> tuple[str, str]:
    """Return kind and name of what carries a node.

    `groups`: Auto Scaling groups by the IDs of their instances. What EC2 says counts, labels only
    where it says nothing: anybody can write a label.
    """
    labels, group = node.labels, groups.get(node.instance_id, "")
    if group:
        nodegroup = labels.get(NODEGROUP, "")
        return ("eks_managed", nodegroup) if nodegroup else ("auto_scaling_group", group)
    kind = labels.get(COMPUTE_TYPE, "")
    if kind in (FARGATE, "hybrid"):
        return (kind, "")
    if pool := labels.get(NODEPOOL, ""):
        return ("auto_mode" if kind == "auto" else "karpenter", pool)
    return ("unknown", "")


def carriers_of(
    nodes: Iterable[Node],
    groups: Mapping[str, str],
    drifted: frozenset[str] = frozenset(),
    held: frozenset[str] = frozenset(),
    unread: bool = False,
    pods: Iterable[Pod] = (),
    held_by: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> tuple[Carrier, ...]:
    """Return what carries the nodes, sorted by kind and name.

    Each node is in exactly one of them.
    `groups`: see carrier_of. `drifted` and `held`: names of nodes, see Carrier. `unread`: the
    NodeClaims may not be listed. `pods`: of the whole cluster, of which those on Fargate are shown
    that do not belong to the node itself.
    `held_by`: by the name of the NodePool, see Carrier.
    """
    on = collections.defaultdict(list)
    for pod in pods:
        if not of_daemonset(pod):
            on[pod.node].append(pod.id)
    found: dict[tuple[str, str], list[str]] = collections.defaultdict(list)
    for node in nodes:
        found[carrier_of(node, groups)].append(node.name)
    return tuple(
        Carrier(
            kind,
            name,
            tuple(sorted(names)),
            tuple(sorted(drifted.intersection(names))),
            tuple(sorted(held.intersection(names))),
            unread and kind in OF_NODEPOOLS,
            tuple(sorted(pod for node in names for pod in on[node])) if kind == FARGATE else (),
            held_by.get(name, ()) if kind in OF_NODEPOOLS else (),
        )
        for (kind, name), names in sorted(found.items())
    )
