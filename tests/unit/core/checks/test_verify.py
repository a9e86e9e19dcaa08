# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is not as it should be after a rotation."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.look import Look
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.verify import problems
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease, Taint
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import Journal
from ansible_collections.nodeops.rotator.tests.unit.core.checks.builders import (
    fresh,
    instance,
    look,
    node,
    pod,
)

BEFORE: dict[str, Any] = {
    "max_size": 5,
    "suspended": [],
    "protects_new": False,
    "protected": [],
    "workloads": {"Deployment shop/cart": {"pods": 2, "ready": 2}},
}
CART = (pod("cart-1"), pod("cart-2"))


def after(**changes: Any) -> Look:
    """A group that is as it should be, but for what is changed."""
    members = changes.pop("members", (fresh(1), fresh(2)))
    return look(*members, **{"pods": CART, **changes})


def test_all_is_well() -> None:
    assert problems(after(), BEFORE) == () == problems(after(), None)


def test_what_was_left_outdated_on_purpose_is_no_problem_unless_it_is_not_ready() -> None:
    left = {"members": (instance(1), fresh(2)), "left_outdated": frozenset(("i-1",))}
    assert problems(after(**left), BEFORE) == ()
    others = {**left, "members": (instance(1), instance(2))}
    assert problems(after(**others), None) == ("1 of 2 nodes do not run the target: node-2",)
    unready = {**left, "nodes": {"i-1": node(1, ready=False), "i-2": node(2)}}
    assert problems(after(**unready), None) == ("1 of 2 nodes are not Ready: node-1",)


def test_the_annotation_of_people_is_no_mark_of_ours() -> None:
    nodes = {"i-1": node(1, annotations={"nodeops.rotator/skip": "anna"}), "i-2": node(2)}
    assert problems(after(nodes=nodes), BEFORE) == ()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"members": (instance(1), fresh(2))}, "1 of 2 nodes do not run the target: node-1"),
        (
            {"nodes": {"i-1": node(1), "i-2": node(2, ready=None)}},
            "1 of 2 nodes are not Ready: node-2",
        ),
        ({"nodes": {"i-1": node(1)}}, "1 of 2 nodes are not Ready: i-2"),
        ({"desired": 3}, "Auto Scaling group blue has 2 of 3 instances"),
        ({"resolved": None}, "What Auto Scaling group blue launches from does not exist"),
        (
            {
                "nodes": {
                    "i-1": node(1, annotations={"nodeops.rotator/replacing": "r"}),
                    "i-2": node(2),
                }
            },
            "Node node-1 still carries nodeops.rotator/replacing",
        ),
        (
            {
                "nodes": {
                    "i-1": node(1, taints=(Taint("nodeops.rotator/outdated", "PreferNoSchedule"),)),
                    "i-2": node(2),
                }
            },
            "Node node-1 still carries nodeops.rotator/outdated",
        ),
        (
            {"tags": {"nodeops.rotator/run": "r", "team": "web"}},
            "Auto Scaling group blue still has the tag nodeops.rotator/run",
        ),
        ({"lease": Lease("l", holder="somebody")}, "Node group blue is still locked by somebody"),
        (
            {"journal": Journal(expected=1)},
            "The record of node group blue lists settings that are not restored yet. Run again to"
            " restore them",
        ),
        ({"max_size": 6}, "MaxSize of Auto Scaling group blue is 6, it was 5"),
        (
            {"suspended": frozenset(("AZRebalance",))},
            "Auto Scaling group blue still has AZRebalance suspended",
        ),
        (
            {"protects_new": True},
            "Auto Scaling group blue still protects new instances from scale-in",
        ),
        (
            {"members": (fresh(1, protected=True), fresh(2))},
            "Auto Scaling group blue still protects 1 instance from scale-in: i-1",
        ),
        (
            {"pods": (pod("cart-1"), pod("cart-2", ready=False))},
            "Deployment shop/cart has 1 of 2 pods ready, it had 2 ready",
        ),
    ],
)
def test_one_thing_is_not_as_it_should_be(changes: dict[str, Any], said: str) -> None:
    assert problems(after(**changes), BEFORE) == (said,)


@pytest.mark.parametrize(
    "changes",
    [
        {"max_size": 6},
        {"suspended": frozenset(("AZRebalance",))},
        {"protects_new": True},
        {"members": (fresh(1, protected=True),)},
        {"pods": (pod("cart-1", ready=False),)},
    ],
)
def test_what_only_a_comparison_shows_is_left_out_without_one(changes: dict[str, Any]) -> None:
    assert problems(after(**changes), None) == ()


def test_a_workload_that_was_scaled_down_is_as_it_should_be() -> None:
    assert problems(after(pods=CART[:1]), BEFORE) == ()


def test_what_was_so_before_is_left_so() -> None:
    before = {
        **BEFORE,
        "suspended": ["AZRebalance"],
        "protects_new": True,
        "protected": ["i-0"],
        "max_size": 7,
    }
    members = (fresh(1, protected=True), fresh(2, protected=True))
    assert (
        problems(
            after(members=members, suspended=frozenset(("AZRebalance",)), protects_new=True), before
        )
        == ()
    )
