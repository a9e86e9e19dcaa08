# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong in a cluster at one look."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.health import (
    describe,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    Pod,
)
from ansible_collections.nodeops.rotator.tests.unit.core.checks.health_builders import (
    AGENT,
    CART,
    WELL,
    a_budget,
    a_component,
    a_node,
    a_pod,
    look,
)


def problems(**fields: Any) -> list[str]:
    found = describe(look(**fields), None)
    assert found["healthy"] is (found["problems"] == [])
    return list(found["problems"])


def test_a_cluster_that_is_well_says_so_and_what_there_is() -> None:
    assert describe(WELL, None) == {
        "nodes": {
            "total": 2,
            "versions": {"v1.33.5": 2},
            "not_ready": [],
            "unschedulable": [],
        },
        "pending_pods": [],
        "crashing_pods": [],
        "troubled": {},
        "short_workloads": {},
        "exhausted_budgets": [],
        "control_plane": {
            "etcd-manager-main": {"pods": 1, "ready": 1},
            "kube-apiserver": {"pods": 2, "ready": 2},
        },
        "api_ready": True,
        "api_latency": 0.012,
        "problems": [],
        "healthy": True,
        "worse": [],
    }


class TestProblems:
    @pytest.mark.parametrize("ready", [False, None])
    def test_a_node_that_is_not_ready_is_one_also_if_nobody_knows(self, ready: Any) -> None:
        nodes = (a_node("a"), a_node("b", ready=ready))
        assert problems(nodes=nodes) == ["1 node not Ready: b"]

    def test_a_cordoned_node_is_none(self) -> None:
        nodes = (a_node("a"), a_node("b", unschedulable=True))
        assert problems(nodes=nodes) == []
        assert describe(look(nodes=nodes), None)["nodes"]["unschedulable"] == ["b"]

    def test_a_cluster_of_which_no_node_is_seen_is_not_well(self) -> None:
        assert problems(nodes=()) == ["there is no node"]

    @pytest.mark.parametrize(
        ("pod", "words"),
        [
            ({"phase": "Pending"}, "1 pod Pending: shop/x"),
            ({"waiting": "CrashLoopBackOff", "ready": False}, "1 pod crashing: shop/x"),
            ({"waiting": "ImagePullBackOff", "ready": False}, "1 pod crashing: shop/x"),
            ({"waiting": "ErrImagePull", "ready": False}, "1 pod crashing: shop/x"),
            ({"waiting": "CreateContainerConfigError"}, "1 pod crashing: shop/x"),
            ({"waiting": "ContainerCreating"}, ""),
            ({"phase": "Succeeded", "ready": False}, ""),
            ({"ready": False}, ""),
        ],
    )
    def test_a_pod_that_does_not_come_up_is_one(self, pod: dict[str, Any], words: str) -> None:
        found = problems(pods=(*WELL.pods, a_pod("x", **pod)))
        assert found == ([words] if words else [])

    @pytest.mark.parametrize(
        ("ready", "wanted", "deleting", "words"),
        [
            (3, 3, False, ""),
            (4, 3, False, ""),
            (0, 0, False, ""),
            (2, 3, False, "Deployment shop/cart has 2 of 3 pods ready"),
            (0, 3, True, ""),
        ],
    )
    def test_a_workload_below_strength_is_one(
        self, ready: int, wanted: int, deleting: bool, words: str
    ) -> None:
        cart = dataclasses.replace(CART, ready=ready, wanted=wanted, deleting=deleting)
        assert problems(workloads=(cart,)) == ([words] if words else [])

    def test_a_daemonset_below_strength_is_one(self) -> None:
        agents = (dataclasses.replace(AGENT, ready=1),)
        assert problems(daemonsets=agents) == ["DaemonSet kube-system/agent has 1 of 2 pods ready"]

    @pytest.mark.parametrize(
        ("budget", "exhausted"),
        [
            ({}, False),
            ({"disruptions_allowed": 0}, True),
            ({"disruptions_allowed": 0, "expected_pods": 0}, False),
            ({"generation": 2, "observed_generation": 1}, True),
            ({"sync_error": "no controller"}, True),
        ],
    )
    def test_a_budget_at_zero_is_told_and_is_none(
        self, budget: dict[str, Any], exhausted: bool
    ) -> None:
        found = describe(look(budgets=(a_budget(**budget),)), None)
        assert found["exhausted_budgets"] == (["shop/cart"] if exhausted else [])
        assert found["healthy"] is True

    def test_an_api_server_that_is_not_ready_is_one(self) -> None:
        found = problems(ready=False, why="HTTP status 500")
        assert found == ["the API server is not ready: HTTP status 500"]

    @pytest.mark.parametrize("pod", [{"ready": False}, {"phase": "Failed"}])
    def test_a_component_that_is_not_ready_is_one(self, pod: dict[str, Any]) -> None:
        pods = (a_component("kube-apiserver", "a"), a_component("kube-apiserver", "b", **pod))
        assert problems(pods=pods) == ["1 of 2 pods of kube-apiserver are ready"]


class TestComponents:
    @pytest.mark.parametrize(
        ("pod", "names"),
        [
            (a_component("etcd", "a", label="component"), ["etcd"]),
            (a_component("kube-scheduler", "a"), ["kube-scheduler"]),
            (a_component("coredns", "a"), []),
            (a_component("kube-proxy", "a"), []),
            (a_pod("x", labels={"k8s-app": "kube-apiserver"}), []),
            (a_pod("x", namespace="kube-system"), []),
        ],
    )
    def test_are_pods_of_kube_system_with_their_labels(self, pod: Pod, names: list[str]) -> None:
        assert list(describe(look(pods=(pod,)), None)["control_plane"]) == names

    def test_of_eks_are_none_and_that_is_no_problem(self) -> None:
        found = describe(look(pods=(a_pod("cart-1"),)), None)
        assert (found["control_plane"], found["healthy"]) == ({}, True)
