# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is worse in a cluster than at an earlier look."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.health import (
    describe,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    Owner,
    Pod,
)
from ansible_collections.nodeops.rotator.tests.unit.core.checks.health_builders import (
    CART,
    WELL,
    a_budget,
    a_node,
    a_pod,
    look,
    worse,
)


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

    @pytest.mark.parametrize(
        "trouble", [{"phase": "Pending"}, {"waiting": "CrashLoopBackOff", "ready": False}]
    )
    def test_a_pod_that_was_moved_and_is_as_bad_by_another_name_is_not_worse(
        self, trouble: dict[str, Any]
    ) -> None:
        owner = Owner("ReplicaSet", "cart-6d", "uid-rs")
        before = look(pods=(a_pod("cart-6d-a", owner=owner, **trouble),))
        moved = a_pod("cart-6d-b", owner=owner, **trouble)
        assert worse(before, pods=(moved,)) == []
        words = {"Pending": "Pending"}.get(trouble.get("phase", ""), "crashing")
        more = (moved, a_pod("cart-6d-c", owner=owner, **trouble))
        assert worse(before, pods=more) == [f"now {words}: shop/cart-6d-b, shop/cart-6d-c"]
        other = a_pod("cart-7e-b", owner=Owner("ReplicaSet", "cart-7e", "uid-2"), **trouble)
        assert worse(before, pods=(other,)) == [f"now {words}: shop/cart-7e-b"]

    def test_a_pod_of_a_node_or_of_nobody_is_told_by_its_name(self) -> None:
        node = Owner("Node", "a", "uid-a", "")
        for owner in (node, None):
            before = look(pods=(a_pod("x-a", owner=owner, phase="Pending"),))
            now = (a_pod("x-b", owner=owner, phase="Pending"),)
            assert worse(before, pods=now) == ["now Pending: shop/x-b"]
            assert worse(before, pods=before.pods) == []

    def test_what_one_owner_has_less_does_not_make_up_for_another(self) -> None:
        first, second = (Owner("ReplicaSet", name, f"uid-{name}") for name in ("one", "two"))
        before = look(pods=(a_pod("one-a", owner=first, phase="Pending"),))
        now = (a_pod("two-a", owner=second, phase="Pending"),)
        assert worse(before, pods=now) == ["now Pending: shop/two-a"]

    def test_an_earlier_result_without_owners_is_compared_by_names(self) -> None:
        owner = Owner("ReplicaSet", "cart-6d", "uid-rs")
        before = describe(look(pods=(a_pod("a", owner=owner, phase="Pending"),)), None)
        del before["troubled"]
        now = look(pods=(a_pod("b", owner=owner, phase="Pending"),))
        assert describe(now, before)["worse"] == ["now Pending: shop/b"]

    @pytest.mark.parametrize(
        ("before", "now", "words"),
        [
            (0.02, 1.5, ["a request takes 1.5 s instead of 0.020 s"]),
            (0.02, 0.9, []),
            (0.5, 1.4, []),
            (0.5, 1.5, ["a request takes 1.5 s instead of 0.500 s"]),
            (1.5, 0.02, []),
        ],
    )
    def test_an_api_that_has_become_slow_is_worse(
        self, before: float, now: float, words: list[str]
    ) -> None:
        assert worse(look(latency=before), latency=now) == words
        assert describe(look(latency=now), None)["healthy"] is True

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
