# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan of all node groups, and its last line."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.plan import (
    SCHEMA,
    going,
    plan_document,
)
from ansible_collections.nodeops.rotator.tests.unit.core.report.plan_builders import (
    MADE,
    a_host,
    a_plan,
    a_result,
    an_info,
    current,
)

FAILED: dict[str, Any] = {"_prepare_ami": {"msg": "No image:\n  none was found"}}


def test_it_says_what_it_is_and_when_it_was_made() -> None:
    plan = a_plan()
    assert (plan["schema"], plan["made_at"], plan["outcome"]) == (SCHEMA, MADE, "due")
    assert [group["node_group"] for group in plan["node_groups"]] == ["blue"]


def test_it_is_data_that_json_can_hold() -> None:
    plan = a_plan(blue=a_host(), green=current(), red=FAILED, pink={})
    assert json.loads(json.dumps(plan)) == plan


@pytest.mark.parametrize(
    ("hosts", "line"),
    [
        ({"blue": a_host()}, "plan: due, 3 nodes in 1 of 1 node group"),
        (
            {"blue": a_host(), "green": current(), "red": a_host()},
            "plan: due, 6 nodes in 2 of 3 node groups",
        ),
        (
            {"blue": a_host(_rotate_result=a_result("i-1")), "green": current()},
            "plan: due, 1 node in 1 of 2 node groups",
        ),
        ({"green": current(), "red": current()}, "plan: nothing to do"),
        ({"red": FAILED}, "plan: failed, red: No image: none was found"),
        ({"blue": a_host(), "red": FAILED}, "plan: failed, red: No image: none was found"),
        (
            {"red": FAILED, "green": current(), "pink": {}},
            "plan: failed, red: No image: none was found (and 1 more)",
        ),
    ],
)
def test_the_last_line_is_one_of_three(hosts: dict[str, Any], line: str) -> None:
    plan = a_plan(**hosts)
    assert plan["line"] == line
    assert plan["line"].startswith(
        {"due": "plan: due, ", "failed": "plan: failed, "}.get(
            plan["outcome"], "plan: nothing to do"
        )
    )


def test_no_node_group_is_not_nothing_to_do() -> None:
    plan = plan_document({}, MADE)
    assert (plan["outcome"], plan["line"]) == ("failed", "plan: failed, no node group")


def test_the_totals_are_those_of_what_is_due() -> None:
    plan = a_plan(blue=a_host(), green=current(), red=a_host(), pink=FAILED)
    assert plan["totals"] == {
        "node_groups": 4,
        "node_groups_due": 2,
        "nodes": 6,
        "evictions": 12,
        "volumes": 2,
        "surge": 1,
    }
    assert a_plan(green=current())["totals"]["surge"] == 0


def test_nodes_that_are_left_are_not_counted() -> None:
    left = {"i-3": "cordoned, and cordoned_nodes is skip"}
    plan = a_plan(blue=a_host(_rotate_result=a_result("i-1", "i-2", left=left)))
    assert [node["instance_id"] for node in going(plan["node_groups"][0])] == ["i-1", "i-2"]
    assert plan["line"] == "plan: due, 2 nodes in 1 of 1 node group"


def test_a_lock_or_a_blocker_alone_does_not_fail_it() -> None:
    for more in ({"locked_by": "runner"}, {"blockers": ["A drain would stop"]}):
        assert a_plan(blue=a_host(_prepare_info=an_info(**more)))["outcome"] == "due"


def test_each_group_has_the_variables_that_it_was_made_with() -> None:
    hosts = {"blue": a_host(), "green": current()}
    plan = plan_document(hosts, MADE, {"blue": {"rotate_max_surge": "2"}})
    assert [group["options"] for group in plan["node_groups"]] == [{"rotate_max_surge": "2"}, {}]


def test_what_else_carries_nodes_is_named_by_cluster() -> None:
    others = {"others": ["2 nodes of Karpenter"]}
    plan = a_plan(blue=a_host(_others=others), green=a_host(_others={"others": []}), red=a_host())
    assert plan["others"] == [{"cluster": "shop", "lines": ["2 nodes of Karpenter"]}]
