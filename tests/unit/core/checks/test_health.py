# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong in a cluster at one look, and what is worse than before."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

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
    usual: dict[str, Any] = {"ready": True, "kubelet_version": "v1.33.5"}
    return Node(name, f"uid-{name}", "1", **{**usual, **more})


def a_pod(name: str, **more: Any) -> Pod:
    return Pod(**{"namespace": "shop", "name": name, "uid": f"uid-{name}", **more})


def a_component(app: str, node: str, **more: Any) -> Pod:
    key = more.pop("label", "k8s-app")
    return a_pod(f"{app}-{node}", namespace="kube-system", labels={key: app}, **more)


def a_budget(name: str = "cart", **more: Any) -> Budget:
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
    return dataclasses.replace(WELL, **fields)


def problems(**fields: Any) -> list[str]:
    found = describe(look(**fields), None)
    assert found["healthy"] is (found["problems"] == [])
    return list(found["problems"])


def worse(before: ClusterLook, **fields: Any) -> list[str]:
    return list(describe(look(**fields), describe(before, None))["worse"])


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


class TestWorse:
    def test_nothing_is_worse_than_itself(self) -> None:
        assert worse(WELL) == []

    def test_nothing_is_worse_than_nothing(self) -> None:
        bad = look(nodes=(a_node("a", ready=False),))
        assert describe(bad, None)["worse"] == []

    @pytest.mark.parametrize(
        ("now", "words"),
        [
            ({"nodes": (a_node("a"), a_node("b", ready=False))}, "now not Ready: b"),
            ({"nodes": (a_node("a"),)}, "1 nodes instead of 2"),
            ({"pods": (*WELL.pods, a_pod("x", phase="Pending"))}, "now Pending: shop/x"),
            (
                {"pods": (*WELL.pods, a_pod("x", waiting="CrashLoopBackOff"))},
                "now crashing: shop/x",
            ),
            (
                {"budgets": (a_budget(disruptions_allowed=0),)},
                "now without a disruption left: shop/cart",
            ),
            (
                {"workloads": (dataclasses.replace(CART, ready=1),)},
                "Deployment shop/cart lacks 2 pods",
            ),
            ({"ready": False, "why": "no"}, "the API server is no longer ready"),
        ],
    )
    def test_what_has_come_is_told_and_what_goes_is_not(
        self, now: dict[str, Any], words: str
    ) -> None:
        assert worse(WELL, **now) == [words]
        assert describe(WELL, describe(look(**now), None))["worse"] == []

    def test_what_was_as_bad_before_is_not_worse(self) -> None:
        bad = {
            "nodes": (a_node("a"), a_node("b", ready=False)),
            "workloads": (dataclasses.replace(CART, ready=1),),
            "pods": (a_pod("x", phase="Pending"),),
        }
        assert worse(look(**bad), **bad) == []

    def test_a_workload_that_lacks_more_is_worse(self) -> None:
        before = look(workloads=(dataclasses.replace(CART, ready=2),))
        now = (dataclasses.replace(CART, ready=1),)
        assert worse(before, workloads=now) == ["Deployment shop/cart lacks 2 pods"]

    @pytest.mark.parametrize(
        ("pods", "words"),
        [
            (
                (),
                [
                    "etcd-manager-main has 0 ready pods instead of 1",
                    "kube-apiserver has 0 ready pods instead of 2",
                ],
            ),
            (WELL.pods[:2] + WELL.pods[3:], ["kube-apiserver has 1 ready pods instead of 2"]),
        ],
    )
    def test_a_part_of_the_control_plane_that_is_gone_is_worse(
        self, pods: tuple[Pod, ...], words: list[str]
    ) -> None:
        assert worse(WELL, pods=pods) == words

    def test_an_earlier_result_that_says_less_is_no_error(self) -> None:
        found = describe(look(nodes=(a_node("a", ready=False),)), {})
        assert found["worse"] == ["now not Ready: a"]
