# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PodDisruptionBudget status: what it says, how late, and what is true."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.kube import build
from ansible_collections.nodeops.rotator.tests.unit.simulation.kube.conftest import Hand


def status(hand: Hand, name: str = "web") -> dict[str, Any]:
    found = hand.cluster.object("poddisruptionbudgets", name, "shop")
    assert found is not None
    result: dict[str, Any] = found["status"]
    return result


@pytest.mark.parametrize(
    ("replicas", "limits", "desired", "allowed"),
    [
        (4, {"min_available": 3}, 3, 1),
        (4, {"min_available": "50%"}, 2, 2),
        (5, {"min_available": "50%"}, 3, 2),  # percentages round up
        (4, {"max_unavailable": 1}, 3, 1),
        (5, {"max_unavailable": "30%"}, 3, 2),
        (2, {"max_unavailable": 5}, 0, 2),
        (2, {"min_available": 2}, 2, 0),
        (2, {"min_available": "100%"}, 2, 0),
        (0, {"min_available": 0}, 0, 0),
    ],
)
def test_figures(
    hand: Hand, replicas: int, limits: dict[str, Any], desired: int, allowed: int
) -> None:
    build.deployment(hand.cluster, "shop", "web", replicas)
    build.pdb(hand.cluster, "shop", "web", **limits)
    hand.cluster.settle()
    found = status(hand)
    assert (found["expectedPods"], found["currentHealthy"]) == (replicas, replicas)
    assert (found["desiredHealthy"], found["disruptionsAllowed"], found["observedGeneration"]) == (
        desired,
        allowed,
        1,
    )
    condition = found["conditions"][0]
    assert condition["type"] == "DisruptionAllowed"
    assert condition["status"] == ("True" if allowed else "False")


def test_the_scale_counts_not_the_pods_that_are_there(hand: Hand) -> None:
    build.statefulset(
        hand.cluster, "shop", "web", 3, annotations={"world.nodeops/ready-seconds": "never"}
    )
    build.pdb(hand.cluster, "shop", "web", max_unavailable=1)
    hand.cluster.settle()
    assert len(hand.pods()) == 1
    assert (
        status(hand)["expectedPods"],
        status(hand)["desiredHealthy"],
        status(hand)["disruptionsAllowed"],
    ) == (3, 2, 0)


def test_the_status_trails_and_the_truth_does_not(a_hand: Callable[..., Hand]) -> None:
    hand = a_hand(pdb_lag=5.0, controller_delay=60.0)
    hand.nodes("n1")
    build.deployment(hand.cluster, "shop", "web", 3)
    build.pdb(hand.cluster, "shop", "web", min_available=2)
    hand.cluster.settle()
    first, second, _third = hand.pods()
    assert hand.cluster.budget_left(first) == 1
    hand.ask("DELETE", f"/api/v1/namespaces/shop/pods/{first['metadata']['name']}")
    assert (hand.cluster.budget_left(second), status(hand)["disruptionsAllowed"]) == (0, 1)
    hand.wait(4.9)
    assert status(hand)["disruptionsAllowed"] == 1
    hand.wait(0.2)
    assert (status(hand)["disruptionsAllowed"], status(hand)["currentHealthy"]) == (0, 2)


def test_truth_knows_that_a_silent_node_serves_nobody(hand: Hand) -> None:
    build.deployment(hand.cluster, "shop", "web", 2)
    build.pdb(hand.cluster, "shop", "web", min_available=1)
    hand.cluster.settle()
    assert hand.cluster.ready_pods("shop", "app=web") == 2
    hand.cluster.node_silent("n1")
    assert (hand.cluster.ready_pods("shop"), hand.cluster.budget_left(hand.pods()[0])) == (0, -1)
    assert status(hand)["currentHealthy"] == 2


def test_truth_with_several_budgets_or_none(hand: Hand) -> None:
    build.deployment(hand.cluster, "shop", "web", 3)
    hand.cluster.settle()
    pod = hand.pods()[0]
    assert hand.cluster.budget_left(pod) is None
    build.pdb(hand.cluster, "shop", "wide", {"app": "web"}, min_available=1)
    build.pdb(hand.cluster, "shop", "tight", {"app": "web"}, min_available=3)
    assert hand.cluster.budget_left(pod) == 0


def test_a_granted_eviction_that_no_deletion_follows_is_forgotten(
    a_hand: Callable[..., Hand],
) -> None:
    hand = a_hand(disrupted_timeout=120.0)
    hand.nodes("n1")
    build.deployment(hand.cluster, "shop", "web", 3)
    build.pdb(hand.cluster, "shop", "web", min_available=2)
    hand.cluster.settle()
    name = hand.pods()[0]["metadata"]["name"]
    hand.evict(name, options={"preconditions": {"uid": "other"}})
    hand.wait(10)
    assert (status(hand)["currentHealthy"], list(status(hand)["disruptedPods"])) == (2, [name])
    hand.wait(120)
    assert (status(hand)["currentHealthy"], "disruptedPods" in status(hand)) == (3, False)


def test_pods_come_and_go_by_their_labels(hand: Hand) -> None:
    build.bare_pod(hand.cluster, "shop", "p", labels={"app": "web"})
    build.pdb(hand.cluster, "shop", "web", min_available=1)
    hand.cluster.settle()
    assert status(hand)["currentHealthy"] == 1
    hand.ask("PATCH", "/api/v1/namespaces/shop/pods/p", {"metadata": {"labels": {"app": "other"}}})
    hand.cluster.settle()
    assert (status(hand)["expectedPods"], hand.cluster.budget_left(hand.pod("p"))) == (0, None)


def test_scaling_moves_the_figures(hand: Hand) -> None:
    build.deployment(hand.cluster, "shop", "web", 2)
    build.pdb(hand.cluster, "shop", "web", max_unavailable=1)
    hand.cluster.settle()
    hand.ask("PATCH", "/apis/apps/v1/namespaces/shop/deployments/web", {"spec": {"replicas": 5}})
    hand.cluster.settle()
    assert (status(hand)["expectedPods"], status(hand)["desiredHealthy"]) == (5, 4)
