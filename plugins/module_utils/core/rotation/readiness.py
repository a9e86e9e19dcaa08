# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge whether a replacement node is ready to take load.

Its condition Ready is True (not Unknown), its startup taints are gone, its DaemonSet pods are
ready, it offers the extended resources and CSI drivers of its group, and it is healthy in every
target group in which an outdated node is healthy now, or was before the last one left it, unless
that target group follows pods.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.filters import of_daemonset
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import (
    Group,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    DaemonSet,
    Node,
    Pod,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import PREFIX
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    BLOCKING,
    CONDITION,
    Member,
)

CORDON = CONDITION + "unschedulable"
"""The taint that goes with spec.unschedulable."""


def waiting_for(
    member: Member,
    pods: Iterable[Pod],
    broken: Iterable[str],
    expected_taints: Collection[str],
    lacking: tuple[str, ...] = (),
    gates: Iterable[str] = (),
) -> str:
    """Return what a replacement node still waits for, "" if it is ready.

    `pods`: those on the node. `broken`: DaemonSets (namespace/name) that do not count.
    `expected_taints`: taint keys that the group's nodes carry on purpose. `lacking`: what
    most of the group's outdated nodes offered and it does not (see core.rotation.offers). `gates`:
    types of conditions that its node must have.
    """
    node = member.node
    if node is None:
        return "its node to join the cluster"
    if node.ready is not True:
        return "its node to be Ready"
    if node.unschedulable:
        return "its cordon to be lifted"
    if taint := startup_taint(node, expected_taints):
        return f"taint {taint} to be removed"
    for gate in gates:
        if gate not in node.conditions:
            return f"condition {gate} to be True"
    if unready := _unready_agent(pods, broken):
        return f"DaemonSet pod {unready} to be ready"
    if member.instance.held:
        return f"the launch hooks of its group ({member.instance.lifecycle})"
    return f"{lacking[0]} to be offered" if lacking else ""


def _unready_agent(pods: Iterable[Pod], broken: Iterable[str]) -> str:
    """Return a pod that is not ready, of a DaemonSet that counts; "" for none."""
    for pod in pods:
        counts = pod.owner is not None and of_daemonset(pod) and not pod.ready
        if counts and pod.owner and f"{pod.namespace}/{pod.owner.name}" not in broken:
            return pod.id
    return ""


def startup_taint(node: Node, expected_taints: Collection[str]) -> str:
    """Return the key of a taint that an agent removes once the node is complete.

    "" without one. A cordon does not count, since a person set it.
    """
    keys = (taint.key for taint in node.taints if taint.effect in BLOCKING)
    ours = (key for key in keys if key != CORDON and not key.startswith(PREFIX))
    return next((key for key in ours if key not in expected_taints), "")


def broken(daemonsets: Iterable[DaemonSet]) -> tuple[str, ...]:
    """Return the DaemonSets that have more than half of their pods not ready.

    Names are namespace/name. Broken before the rotation, they say nothing about a replacement node.
    """
    return tuple(
        sorted(f"{one.namespace}/{one.name}" for one in daemonsets if one.ready * 2 < one.desired)
    )


def serving_groups(group: Group, outdated: frozenset[str]) -> frozenset[str]:
    """Return the target groups in which an outdated instance is healthy."""
    return frozenset(
        target.group
        for target in group.targets
        if target.state == "healthy" and target.id in outdated
    )


def lacking_targets(
    group: Group,
    member: Member,
    outdated: frozenset[str],
    served: Iterable[str] = (),
    follows: Iterable[str] = (),
) -> tuple[str, ...]:
    """Return target groups where an outdated instance is healthy and this one is not.

    `served`: those in which one was healthy at the beginning; they count where no outdated instance
    is registered any more. `follows`: those in which only a node with certain pods is healthy; they
    do not count.
    """
    registered = {
        target.group
        for target in group.targets
        if target.id in outdated and target.state not in ("draining", "unused")
    }
    gone = set(served).intersection(group.target_groups) - registered
    serving = (serving_groups(group, outdated) | gone).difference(follows)
    mine = {
        target.group
        for target in group.targets
        if target.state == "healthy" and target.id == member.id
    }
    return tuple(sorted(serving - mine))
