# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What comes of the plan of one node group."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.plan_group import (
    NO_WHOLE_PLAN,
    UNSEEN,
    plan_group,
    registered,
    why_failed,
)
from ansible_collections.nodeops.rotator.tests.unit.core.report.plan_builders import (
    a_host,
    a_result,
    an_info,
    current,
)


def planned(**more: Any) -> dict[str, Any]:
    """The plan of a node group with these variables of its host."""
    return plan_group("blue", a_host(**more))


def texts(group: dict[str, Any], kind: str) -> list[str]:
    """The findings of one kind."""
    return [one["text"] for one in group["findings"] if one["kind"] == kind]


class TestOutcome:
    """What comes of it."""

    def test_a_group_that_is_locked_says_by_whom(self) -> None:
        group = planned(_prepare_info=an_info(locked_by="runner-7/r1"))
        assert (group["outcome"], group["due"]) == ("locked by runner-7/r1", True)
        assert group["locked_by"] == "runner-7/r1"

    def test_a_group_that_is_left_alone_on_purpose_has_nothing_to_do(self) -> None:
        why = "drainAndTerminate is false"
        left = {"_rotate_result": {}, "_prepare_template": {}, "_prepare_left_alone": why}
        group = planned(**left)
        assert (group["outcome"], group["due"], group["failed"]) == ("nothing to do", False, "")
        assert group["nodes"] != []
        assert {node["left"] for node in group["nodes"]} == {why}
        assert planned(**left, _prepare_owed={"msg": "no kops"})["failed"] == "no kops"

    def test_a_lock_is_no_matter_where_nothing_is_due(self) -> None:
        done = current()
        done["_prepare_info"]["locked_by"] = "runner-7/r1"
        assert plan_group("blue", done)["outcome"] == "nothing to do"

    def test_a_group_in_which_a_drain_would_stop_is_blocked(self) -> None:
        group = planned(_prepare_info=an_info(blockers=["A drain would stop at shop/a"]))
        assert (group["outcome"], group["due"]) == ("blocked", True)
        assert texts(group, "refused") == ["A drain would stop at shop/a"]

    def test_one_that_was_refused_for_that_has_no_whole_plan(self) -> None:
        info = an_info(blockers=["A drain would stop at shop/a"])
        group = planned(_prepare_info=info, _rotate_result={}, _prepare_template={})
        assert (group["outcome"], group["due"]) == ("blocked", False)
        assert group["failed"] == "A drain would stop at shop/a"
        assert texts(group, "refused") == ["A drain would stop at shop/a"]

    def test_the_reason_of_the_failed_task_is_told_once(self) -> None:
        text = "A drain would stop at shop/a (set prepare_preflight to warn to continue anyway)"
        info = an_info(blockers=["A drain would stop at shop/a"])
        group = planned(_prepare_info=info, _rotate_result={}, _plan_failed=text)
        assert group["failed"] == text
        assert texts(group, "refused") == ["A drain would stop at shop/a"]

    def test_a_refusal_is_one(self) -> None:
        group = planned(_prepare_info=an_info(refusals=["Warm pool."]), _rotate_result={})
        assert (group["outcome"], group["failed"]) == ("refused", "Warm pool.")
        refused = a_result(status="refused", msg="It is the wrong cluster")
        group = planned(_rotate_result=refused)
        assert (group["outcome"], group["due"]) == ("refused", False)
        assert texts(group, "refused") == ["It is the wrong cluster"]

    def test_what_an_interrupted_run_has_left_is_due(self) -> None:
        left = current()
        left["_prepare_info"]["interrupted"] = True
        group = plan_group("blue", left)
        assert (group["due"], group["outcome"], group["nodes"]) == (True, "due", [])

    def test_findings_are_told_the_worst_first_and_none_twice(self) -> None:
        info = an_info(blockers=["b"], waits=["w"], preflight=["w", "p"])
        result = a_result(warnings=["x", "p"])
        group = planned(_prepare_info=info, _rotate_result=result)
        assert [(one["kind"], one["text"]) for one in group["findings"]] == [
            ("refused", "b"),
            ("will wait", "w"),
            ("warning", "p"),
            ("warning", "x"),
        ]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, ""),
        ({"_prepare_ami": {"msg": "no image"}}, "no image"),
        ({"_prepare_info": {"msg": "no group"}}, "no group"),
        ({"_prepare_template": {"msg": "no version"}}, "no version"),
        ({"_prepare_owed": {"msg": "owed"}}, "owed"),
        ({"_prepare_kops": {"msg": "no kops"}}, "no kops"),
        ({"_rotate_result": {"msg": "no lock", "status": "refused"}}, "no lock"),
        ({"_rotate_result": {"skipped": True}}, NO_WHOLE_PLAN),
        ({"_rotate_result": {}}, NO_WHOLE_PLAN),
        ({"_plan_failed": "the carriers were not read"}, "the carriers were not read"),
        ({"_prepare_template": {"skipped": True}}, ""),
    ],
)
def test_what_is_absent_or_failed_is_never_taken_for_fine(
    changes: dict[str, Any], why: str
) -> None:
    assert why_failed(a_host(**changes)) == why


def test_a_host_that_no_role_has_run_for_has_failed() -> None:
    group = plan_group("blue", {"cluster_name": "shop"})
    assert (group["outcome"], group["failed"], group["due"]) == ("failed", UNSEEN, False)
    assert (group["base"], group["nodes"], group["estimate"]) == (None, [], None)


def test_what_a_skipped_task_registers_is_nothing() -> None:
    assert registered({"x": {"skipped": True, "msg": "no"}}, "x") == {}
    assert registered({"x": None}, "x") == registered({}, "x") == {}
    assert registered({"x": {"a": 1}}, "x") == {"a": 1}
