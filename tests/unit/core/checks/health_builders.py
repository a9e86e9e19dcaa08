# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build looks at a cluster."""

from __future__ import annotations

import dataclasses
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.health import (
    ClusterLook,
    describe,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    Budget,
    DaemonSet,
    Node,
    Pod,
    Workload,
)


def a_node(name: str, **more: Any) -> Node:
    """A node that is Ready."""
    usual: dict[str, Any] = {"ready": True, "kubelet_version": "v1.33.5"}
    return Node(name, f"uid-{name}", "1", **{**usual, **more})


def a_pod(name: str, **more: Any) -> Pod:
    """A pod that runs."""
    return Pod(**{"namespace": "shop", "name": name, "uid": f"uid-{name}", **more})


def a_component(app: str, node: str, **more: Any) -> Pod:
    """A pod of the control plane."""
    key = more.pop("label", "k8s-app")
    return a_pod(f"{app}-{node}", namespace="kube-system", labels={key: app}, **more)


def a_budget(name: str = "cart", **more: Any) -> Budget:
    """A budget that allows a disruption."""
    usual: dict[str, Any] = {"expected_pods": 3, "disruptions_allowed": 1}
    return Budget("shop", name, f"uid-{name}", "1", None, **{**usual, **more})


CART = Workload("Deployment", "shop", "cart", "uid-cart", wanted=3, ready=3)
AGENT = DaemonSet("kube-system", "agent", "uid-agent", desired=2, ready=2)
WELL = ClusterLook(
    nodes=(a_node("a"), a_node("b")),
    pods=(
        a_pod("cart-1"),
        a_component("kube-apiserver", "a"),
        a_component("kube-apiserver", "b"),
        a_component("etcd-manager-main", "a"),
    ),
    workloads=(CART,),
    daemonsets=(AGENT,),
    budgets=(a_budget(),),
    latency=0.01234,
)


def look(**fields: Any) -> ClusterLook:
    """A look at a cluster that is well but for these fields."""
    return dataclasses.replace(WELL, **fields)


def worse(before: ClusterLook, **fields: Any) -> list[str]:
    """What a look with these fields calls worse than one before."""
    return list(describe(look(**fields), describe(before, None))["worse"])
