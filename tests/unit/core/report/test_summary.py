# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of each node group, and the closing table."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.summary import (
    HEADINGS,
    row,
    summarize,
    table,
    totals,
)

INFO: dict[str, Any] = {
    "autoscaling_group_name": "asg-blue",
    "nodes": [{"outdated": "old"}, {"outdated": "old"}, {"outdated": ""}],
    "image_ids": ["ami-1"],
    "target": {"image_id": "ami-1"},
}
RESULT: dict[str, Any] = {
    "status": "complete",
    "replaced": 2,
    "outdated": 0,
    "old_image_ids": ["ami-1"],
    "target": {"image_id": "ami-2"},
    "seconds": 95.0,
    "evictions": 7,
    "blocked_by": ["shop/cart"],
    "not_restored": [],
}
TEMPLATE = {"changed": True, "image_id": "ami-2"}
DONE: dict[str, Any] = {
    "_prepare_ami": {"image_id": "ami-2"},
    "_prepare_info": INFO,
    "_prepare_template": TEMPLATE,
    "_rotate_result": RESULT,
    "_verify_info": {"problems": []},
}


def summary(plan: bool = False, **changes: Any) -> dict[str, Any]:
    """What is told of a node group with these variables."""
    found = summarize("blue", {**DONE, **changes}, plan)
    assert found is not None
    return found


def cells(**changes: Any) -> tuple[str, ...]:
    """Replaced, images, time, outcome of its row."""
    found = row(summary(**changes))
    return found.replaced, found.images, found.time, found.outcome


def test_a_node_group_whose_turn_has_not_come_is_left_out() -> None:
    assert summarize("blue", {}, plan=False) is None


def test_a_rotation_without_the_role_that_prepares_it_is_told_too() -> None:
    """Such as a restoration, or roles in a playbook of one's own."""
    found = summarize("blue", {"_rotate_result": {"status": "restored"}}, plan=False)
    assert found is not None
    assert (found["status"], found["failed"], found["replaced"]) == ("restored", False, 0)


@pytest.mark.parametrize("plan", [True, False])
def test_a_node_group_that_was_left_alone_on_purpose_has_not_failed(plan: bool) -> None:
    left = {"_rotate_result": None, "_verify_info": None, "_prepare_template": None}
    found = summary(plan, **left, _prepare_left_alone="drainAndTerminate is false")
    assert (found["status"], found["failed"], found["replaced"]) == ("partial", False, 0)
    assert found["outdated"] == 2
    assert summary(plan, **left)["failed"]


def test_a_complete_rotation() -> None:
    assert cells() == ("2", "ami-1 -> ami-2", "1 min 35 s", "complete")
    assert summary()["failed"] is False


def test_a_plan_counts_what_is_outdated_with_the_planned_image() -> None:
    planned = {**RESULT, "status": "planned", "replaced": 0, "outdated": 2, "seconds": 2.0}
    assert cells(plan=True, _rotate_result=planned) == ("0 of 2", "ami-1 -> ami-2", "-", "planned")


def test_a_plan_with_nothing_to_do() -> None:
    current = {**INFO, "nodes": [{"outdated": ""}]}
    found = cells(
        plan=True,
        _prepare_info=current,
        _prepare_template={},
        _rotate_result={"status": "unchanged"},
    )
    assert found == ("0", "ami-1", "-", "nothing outdated")


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("refused", "REFUSED, nothing touched"),
        ("failed", "FAILED, restored"),
        ("suspended", "FAILED, run again"),
        ("stopped", "STOPPED, run again"),
    ],
)
def test_a_failure_says_how_things_were_left(status: str, outcome: str) -> None:
    failed = {**RESULT, "status": status, "msg": "No.", "replaced": 1, "outdated": 1}
    assert cells(_rotate_result=failed)[0::3] == ("1 of 2", outcome)
    assert summary(_rotate_result=failed)["failed"] is True


@pytest.mark.parametrize("result", [{"failed": True}, {"failed": True, "msg": "MODULE FAILURE"}])
def test_a_rotation_that_was_ended_from_outside_has_failed_and_was_not_refused(
    result: dict[str, Any],
) -> None:
    found = summary(_rotate_result=result, _prepare_template={"changed": False}, _verify_info={})
    assert (found["failed"], found["status"]) == (True, "failed")


@pytest.mark.parametrize("name", ["_prepare_template", "_prepare_kops", "_prepare_owed"])
def test_what_failed_after_a_write_before_the_rotation_was_not_refused(name: str) -> None:
    """The state store was written and restored, so something was touched."""
    none: dict[str, Any] = {"_rotate_result": None, "_prepare_template": None}
    written = {**none, name: {"changed": True, "msg": "Did not update."}}
    assert cells(**written)[3] == "FAILED, restored"
    assert summary(plan=True, **written)["status"] == "refused"
    assert (
        cells(**{**none, name: {"changed": False, "msg": "No."}})[3] == "REFUSED, nothing touched"
    )


def test_a_rotation_that_was_skipped_did_not_run() -> None:
    skipped = {"skipped": True, "changed": False}
    found = summary(_rotate_result=skipped, _prepare_template={"changed": False}, _verify_info={})
    assert (found["failed"], found["status"]) == (True, "refused")


def test_what_failed_before_it_was_rotated() -> None:
    found = cells(_rotate_result=None, _prepare_template=None)
    assert found == ("0 of 2", "ami-1", "-", "REFUSED, nothing touched")


def test_a_look_that_failed_tells_no_more_than_that() -> None:
    found = cells(
        _prepare_info={"msg": "No."},
        _prepare_template=None,
        _rotate_result=None,
        _verify_info=None,
    )
    assert found == ("0", "-", "-", "REFUSED, nothing touched")


def test_a_lookup_that_failed_is_a_row() -> None:
    found = summarize("blue", {"_prepare_ami": {"msg": "No."}}, plan=False)
    assert found is not None
    assert found["failed"]
    assert found["status"] == "refused"


def test_problems_are_counted_in_the_outcome() -> None:
    assert (
        cells(_verify_info={"problems": ["a"]}, _rotate_result={**RESULT, "not_restored": ["b"]})[3]
        == "complete, not all restored, 2 problems"
    )


@pytest.mark.parametrize("verified", [{"problems": ["a"]}, {"msg": "Cannot read blue"}])
def test_a_node_group_that_is_not_in_order_afterwards_has_failed(verified: dict[str, Any]) -> None:
    assert summary()["failed"] is False
    assert summary(_verify_info=verified)["failed"] is True


def test_many_blockers_are_cut() -> None:
    found = row(summary(_rotate_result={**RESULT, "blocked_by": ["a/a", "b/b", "c/c"]}))
    assert found.blocked_by == "a/a, b/b +1"


def test_a_table_has_headings_and_aligned_columns() -> None:
    first, second = (
        row(summary()),
        row(summary(_rotate_result={**RESULT, "evictions": 12345678901})),
    )
    heading, *lines = table([first, second])
    assert heading.startswith("NODE GROUP")
    assert {line.index("complete") for line in lines} == {heading.index("OUTCOME")}


def test_on_a_narrow_screen_the_table_leaves_out_the_images_and_shortens_names() -> None:
    long = dataclasses.replace(HEADINGS, group="a-node-group-of-a-long-name", images="ami-1 " * 9)
    heading, line = table([long], 80)
    assert heading.split("  ")[0] == "NODE GROUP"
    assert "AMI" not in heading
    assert line.startswith("a-node-…long-name  NODES REPLACED  TIME")
    assert table([long], 300) == table([long]) == table([long], 0)


def test_the_last_line_has_the_figures_of_all() -> None:
    failed = summary(_rotate_result={**RESULT, "status": "failed", "msg": "No.", "replaced": 1})
    assert totals([summary()], plan=False) == "1 node group, 2 nodes replaced, 7 pods evicted."
    assert (
        totals([summary(), failed], plan=False)
        == "2 node groups, 3 nodes replaced, 14 pods evicted. Failed: blue."
    )


def test_the_last_line_of_a_plan_says_that_nothing_was_changed() -> None:
    planned = {**RESULT, "status": "planned", "outdated": 2}
    assert totals([summary(plan=True, _rotate_result=planned)], plan=True) == (
        "1 node group looked at, 2 nodes would be replaced. Nothing was changed."
    )


def test_the_last_line_of_a_plan_names_what_could_not_be_planned() -> None:
    failed = summary(plan=True, _rotate_result=None)
    assert totals([failed], plan=True).endswith("Nothing was changed. Failed: blue.")
