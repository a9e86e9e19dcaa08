# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the drain of each node moves, and what stands in its way."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.burdens import (
    Burden,
    burdens,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.look import Look
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import DrainPolicy
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Owner, Pod
from ansible_collections.nodeops.rotator.tests.unit.core.checks.builders import (
    budget,
    fresh,
    instance,
    look,
    node,
    pod,
)

DAEMON = Owner("DaemonSet", "agent")
KARPENTER = {"karpenter.sh/do-not-disrupt": "true"}


def burden(*pods: Pod, **changes: Any) -> Burden:
    """Return what the drain of the first node has to deal with."""
    return burdens(look(pods=pods, **changes))["i-1"]


def ways(*pods: Pod, **changes: Any) -> tuple[str, ...]:
    """Return what stands in the way of the drain of the first node."""
    return burden(*pods, **changes).in_the_way


def test_a_node_whose_pods_may_go_has_nothing_in_its_way() -> None:
    assert burden(pod("a"), pod("b")) == Burden(2)
    assert burden() == Burden()


def test_each_outdated_node_has_its_own_pods() -> None:
    found = burdens(look(pods=(pod("a"), pod("b", 2), pod("c", 2))))
    assert {id_: one.pods for id_, one in found.items()} == {"i-1": 1, "i-2": 2, "i-3": 0}


def test_nodes_that_stay_are_not_judged() -> None:
    assert list(burdens(look(instance(1), fresh(2), pods=(pod("b", 2),)))) == ["i-1"]


def test_what_a_drain_leaves_is_not_moved() -> None:
    static = pod("s", annotations={"config.mirror": ""}, owner=DAEMON)
    assert burden(pod("a"), static, pod("x", phase="Succeeded")).pods == 1


def test_volumes_are_those_of_pods_that_move() -> None:
    claims = burden(pod("a", claims=("data", "log")), pod("d", owner=DAEMON, claims=("none",)))
    assert claims.volumes == ("shop/data", "shop/log")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"owner": None}, "shop/a: has no controller and nothing will replace it"),
        ({"empty_dir": True}, "shop/a: has local data in an emptyDir"),
        ({"deleted_at": 9.0}, "shop/a: terminating"),
        ({"annotations": KARPENTER}, "shop/a: marked karpenter.sh/do-not-disrupt=true"),
    ],
)
def test_what_a_drain_refuses_or_waits_for_is_named(changes: dict[str, Any], words: str) -> None:
    found = burden(pod("a", **changes), drain=DrainPolicy(honor_do_not_disrupt="wait"))
    assert (found.pods, found.in_the_way) == (0, (words,))


def test_a_node_that_is_left_is_told_as_one() -> None:
    policy = DrainPolicy(honor_do_not_disrupt="skip_node")
    (found,) = ways(pod("a", annotations=KARPENTER), drain=policy)
    assert found.endswith("so the node is left")


@pytest.mark.parametrize(
    ("changes", "policy", "words"),
    [
        ({"owner": None}, DrainPolicy(force=True), "shop/a: has no controller, and is lost"),
        ({"empty_dir": True}, DrainPolicy(delete_emptydir_data=True), "shop/a: loses its emptyDir"),
    ],
)
def test_what_is_lost_is_named(changes: dict[str, Any], policy: DrainPolicy, words: str) -> None:
    found = burden(pod("a", **changes), drain=policy)
    assert (found.pods, found.in_the_way) == (1, (words,))


CLOSED = budget(disruptions_allowed=0, current_healthy=2)


def test_a_budget_that_allows_nothing_is_named_once_with_its_pods() -> None:
    found = ways(pod("a"), pod("b"), budgets=(CLOSED,))
    assert found == ("budget shop/cart allows no eviction of shop/a, shop/b now",)


@pytest.mark.parametrize(
    "changes",
    [
        {"budgets": (budget(),)},
        {"budgets": (CLOSED,), "drain": DrainPolicy(disable_eviction=True)},
    ],
)
def test_a_budget_that_does_not_count_is_not_named(changes: dict[str, Any]) -> None:
    assert ways(pod("a"), **changes) == ()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ready": None}, "its Node is not Ready"),
        ({"ready": False}, "its Node is not Ready"),
        ({"unschedulable": True}, "its Node is cordoned already"),
    ],
)
def test_the_state_of_its_node_is_told(changes: dict[str, Any], words: str) -> None:
    assert ways(nodes={"i-1": node(1, **changes)}) == (words,)


def test_an_instance_without_a_node_is_not_taken_for_empty() -> None:
    found: Look = look(nodes={})
    assert burdens(found)["i-1"] == Burden(in_the_way=("no Node belongs to it",))
