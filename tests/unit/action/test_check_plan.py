# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""check_plan: a rotation is held to its plan."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from ansible.errors import AnsibleError

from ansible_collections.nodeops.rotator.plugins.action import check_plan
from ansible_collections.nodeops.rotator.tests.unit.core.report.plan_builders import (
    NEW,
    a_plan,
    an_info,
)


def checked(variables: dict[str, Any] | None = None, **options: Any) -> dict[str, Any]:
    """Run the action for the host blue."""
    args = {"info": an_info(), "image_id": NEW, **options}
    task = mock.Mock(args=args, check_mode=False, async_val=0, diff=False)
    action = check_plan.ActionModule(task, *(mock.Mock() for _n in range(5)))
    known = {"inventory_hostname": "blue", "hostvars": {"blue": variables or {}}}
    result: dict[str, Any] = action.run(task_vars=known)
    return result


def test_a_plan_as_data_or_as_a_file_lets_it_pass(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(a_plan()))
    passed = {"changed": False, "departures": []}
    assert checked(plan=a_plan()).items() >= passed.items()
    assert checked(file=str(path)).items() >= passed.items()


def test_what_differs_is_told_in_one_line_with_what_to_do() -> None:
    result = checked({"rotate_max_surge": 3}, plan=a_plan(), image_id="ami-0newer")
    assert result["failed"]
    assert result["msg"] == (
        f"The rotation is not what was planned: the image is ami-0newer, and was {NEW};"
        " rotate_max_surge is 3, and was not set. Make a new plan with the playbook plan"
    )
    assert len(result["departures"]) == 2


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"file": ""},
        {"plan": {}},
        {"plan": {"schema": 1}},
        {"plan": {"schema": 1, "node_groups": [{}]}},
        {"plan": {"schema": 1, "node_groups": 5}},
        {"file": "/nowhere/plan.json"},
    ],
    ids=str,
)
def test_a_plan_that_cannot_be_read_allows_nothing(options: dict[str, Any]) -> None:
    result = checked(**options)
    assert result["failed"]
    assert "it cannot be read: " in result["msg"]
    assert "\n" not in result["msg"]


@pytest.mark.parametrize("text", ["", "{", "[]", "5", "null"])
def test_a_file_that_is_no_plan_allows_nothing(tmp_path: Path, text: str) -> None:
    path = tmp_path / "plan.json"
    path.write_text(text)
    assert checked(file=str(path))["failed"]


@pytest.mark.parametrize("options", [{"info": None}, {"x": 1}, {"plan": "perhaps"}], ids=str)
def test_bad_input_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(AnsibleError):
        checked(**options)
