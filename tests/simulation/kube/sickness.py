# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Let nodes be unwell whose kubelets live."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.tests.simulation.kube import machines
from ansible_collections.nodeops.rotator.tests.simulation.kube.cluster import Cluster
from ansible_collections.nodeops.rotator.tests.simulation.kube.kubelet import unready
from ansible_collections.nodeops.rotator.tests.simulation.kube.objects import (
    condition_is,
    with_conditions,
)

READY = {"type": "Ready", "status": "True"}


def falls_sick(cluster: Cluster, node: str, ready: str = "False") -> None:
    """Write into a Node that it is not Ready, while its containers go on.

    `ready`: "False", as a kubelet says whose network or runtime is broken, or "Unknown", as the
    node lifecycle controller says that has not heard of its status.
    """
    found = cluster.object("nodes", node)
    if found is None:
        return
    present = found["status"]["conditions"]
    broken = with_conditions(found, cluster.control.now, machines.NOT_READY)
    conditions = machines.unknown(cluster.control.now, present) if ready == "Unknown" else broken
    cluster.control.status("nodes", found, conditions=conditions)
    for pod in cluster.pods_on(node):
        unready(cluster.control, pod)


def gets_well(cluster: Cluster, node: str) -> None:
    """Write into a Node, and into its pods that run, that it is Ready again."""
    found = cluster.object("nodes", node)
    if found is None:
        return
    conditions = machines.conditions(cluster.control.now, machines.READY)
    cluster.control.status("nodes", found, conditions=conditions)
    for pod in cluster.pods_on(node):
        if condition_is(pod, "ContainersReady"):
            known = with_conditions(pod, cluster.control.now, READY)
            cluster.control.status("pods", pod, conditions=known)


def stops_renewing(cluster: Cluster, node: str) -> None:
    """Let a kubelet fail to renew its lease from now on; its node is Ready."""
    cluster.nodes.keep_lease(node)
    cluster.nodes.unrenewed.add(node)
