# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows and last line of the closing table, from the roles' variables."""

from __future__ import annotations

import itertools
from typing import Any, get_args

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.status import (
    WORDS,
    Status,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.summary import (
    HEADINGS,
    Row,
    row,
    summarize,
    table,
    totals,
)

PLAIN: dict[str, Any] = {
    "node_group": "blue",
    "autoscaling_group_name": "asg-blue",
    "status": "complete",
    "failed": False,
    "replaced": 3,
    "outdated": 0,
    "old_image_ids": ["ami-1"],
    "image_id": "ami-2",
    "seconds": 60.0,
    "evictions": 7,
    "blocked_by": [],
    "problems": [],
}


def cell(name: str, **changes: Any) -> str:
    """One cell of the row of this summary."""
    return str(getattr(row({**PLAIN, **changes}), name))


@pytest.mark.parametrize("status", get_args(Status))
@pytest.mark.parametrize(
    ("problems", "ending"), [([], ""), (["a"], ", 1 problem"), (["a", "b"], ", 2 problems")]
)
def test_the_outcome_has_the_words_of_the_status(
    status: Status, problems: list[str], ending: str
) -> None:
    assert cell("outcome", status=status, problems=problems) == WORDS[status] + ending


def test_a_status_without_words_is_shown_as_it_is() -> None:
    assert cell("outcome", status="unheard") == "unheard"


@pytest.mark.parametrize(
    ("replaced", "outdated", "said"), [(0, 0, "0"), (3, 0, "3"), (0, 3, "0 of 3"), (2, 1, "2 of 3")]
)
def test_what_is_left_is_told_beside_what_was_done(replaced: int, outdated: int, said: str) -> None:
    assert cell("replaced", replaced=replaced, outdated=outdated) == said


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (["ami-1"], "ami-2", "ami-1 -> ami-2"),
        (["ami-0", "ami-1"], "ami-2", "ami-0, ami-1 -> ami-2"),
        (["ami-1", "ami-2"], "ami-2", "ami-1 -> ami-2"),
        (["ami-2"], "ami-2", "ami-2"),
        ([], "ami-2", "ami-2"),
        ([], "", "-"),
    ],
)
def test_images_are_those_before_and_the_one_after(old: list[str], new: str, said: str) -> None:
    assert cell("images", old_image_ids=old, image_id=new) == said


@pytest.mark.parametrize(
    ("seconds", "status", "said"),
    [(60.0, "complete", "1 min"), (0.0, "complete", "-"), (60.0, "planned", "-")],
)
def test_a_plan_takes_no_time(seconds: float, status: str, said: str) -> None:
    assert cell("time", seconds=seconds, status=status) == said


@pytest.mark.parametrize(
    ("blockers", "said"),
    [
        ([], "-"),
        (["a"], "a"),
        (["a", "b"], "a, b"),
        (list("abc"), "a, b +1"),
        (list("abcde"), "a, b +3"),
    ],
)
def test_two_blockers_are_named_and_the_others_counted(blockers: list[str], said: str) -> None:
    assert cell("blocked_by", blocked_by=blockers) == said


@pytest.mark.parametrize("count", range(4))
def test_a_table_has_a_line_for_each_group_and_one_heading(count: int) -> None:
    lines = table([row({**PLAIN, "node_group": f"g{number}"}) for number in range(count)])
    assert len(lines) == count + 1
    assert [line.split()[0] for line in lines[1:]] == [f"g{number}" for number in range(count)]
    assert lines[0].split("  ")[0] == HEADINGS.group
    assert len({len(line) - len(line.lstrip()) for line in lines}) == 1


def test_every_cell_of_a_row_is_text() -> None:
    found = row(PLAIN)
    assert isinstance(found, Row)
    assert found == Row("blue", "3", "ami-1 -> ami-2", "1 min", "7", "-", "complete")


INFO = {
    "autoscaling_group_name": "asg-blue",
    "nodes": [{"outdated": "old"}, {"outdated": ""}],
    "image_ids": ["ami-1"],
    "target": {"image_id": "ami-0"},
}
RESULT = {"status": "complete", "replaced": 1, "outdated": 0, "target": {"image_id": "ami-2"}}


def summary(plan: bool = False, **variables: Any) -> dict[str, Any]:
    found = summarize("blue", {"_prepare_ami": {}, **variables}, plan)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("template", "plan", "status"),
    [
        (None, False, "refused"),
        ({"changed": False}, False, "refused"),
        ({"changed": True}, False, "failed"),
        ({"changed": True}, True, "refused"),
    ],
)
def test_a_group_that_was_not_rotated_was_touched_only_if_its_template_was(
    template: Any, plan: bool, status: str
) -> None:
    found = summary(plan, _prepare_info=INFO, _prepare_template=template)
    assert found["status"] == status
    assert found["failed"] is True


@pytest.mark.parametrize(
    ("template", "result", "image"),
    [
        ({"image_id": "ami-3"}, RESULT, "ami-3"),
        ({}, RESULT, "ami-2"),
        ({}, {"status": "unchanged"}, "ami-0"),
        ({}, None, "ami-0"),
    ],
)
def test_the_new_image_is_of_the_template_else_of_the_target(
    template: Any, result: Any, image: str
) -> None:
    found = summary(_prepare_info=INFO, _prepare_template=template, _rotate_result=result)
    assert found["image_id"] == image


def test_what_the_rotation_does_not_tell_is_of_the_look_before() -> None:
    found = summary(_prepare_info=INFO, _rotate_result=None)
    assert (found["outdated"], found["old_image_ids"]) == (1, ["ami-1"])
    assert found["autoscaling_group_name"] == "asg-blue"
    assert (found["replaced"], found["seconds"], found["evictions"]) == (0, 0.0, 0)


@pytest.mark.parametrize(
    ("not_restored", "problems", "message"),
    list(itertools.product(([], ["a"]), ([], ["b", "c"]), ("", "It failed"))),
)
def test_every_problem_is_listed_and_any_of_them_is_a_failure(
    not_restored: list[str], problems: list[str], message: str
) -> None:
    verified = {"problems": problems, **({"msg": message} if message else {})}
    found = summary(_rotate_result={**RESULT, "not_restored": not_restored}, _verify_info=verified)
    assert found["problems"] == [*not_restored, *problems, *([message] if message else [])]
    assert found["failed"] is bool(found["problems"])


@pytest.mark.parametrize("plan", [False, True])
def test_no_groups_make_a_line_too(plan: bool) -> None:
    assert totals([], plan).startswith("0 node groups")


@pytest.mark.parametrize("failed", [(), ("b",), ("a", "c")])
@pytest.mark.parametrize("plan", [False, True])
def test_the_last_line_names_every_group_that_failed(failed: tuple[str, ...], plan: bool) -> None:
    every = [{**PLAIN, "node_group": name, "failed": name in failed} for name in "abc"]
    line = totals(every, plan)
    assert line.startswith("3 node groups")
    assert ("Failed" in line) is bool(failed)
    if failed:
        assert line.endswith(f"Failed: {', '.join(failed)}.")
    assert ("9 nodes replaced, 21 pods evicted" in line) is not plan
    assert ("Nothing was changed" in line) is plan
