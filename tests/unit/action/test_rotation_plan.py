# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""rotation_plan: the plan is shown, written and handed on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from ansible.errors import AnsibleError

from ansible_collections.nodeops.rotator.plugins.action import rotation_plan
from ansible_collections.nodeops.rotator.tests.unit.core.report.plan_builders import (
    a_host,
    current,
)


class Screen:
    """Collects what is shown, with its color."""

    def __init__(self) -> None:
        self.shown: list[tuple[str, str | None]] = []

    def display(self, text: str, color: str | None = None) -> None:
        """Show a line."""
        self.shown.append((text, color))


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Screen:
    """Return what the action shows."""
    found = Screen()
    monkeypatch.setattr(rotation_plan, "Display", lambda: found)
    return found


def plan(
    play: dict[str, dict[str, Any]], rotation_progress: str = "always", **options: Any
) -> dict[str, Any]:
    """Run the action in a play with these hosts and their variables."""
    task = mock.Mock(args=options, check_mode=True, async_val=0, diff=False)
    action = rotation_plan.ActionModule(task, *(mock.Mock() for _n in range(5)))
    variables = {
        "ansible_play_hosts_all": list(play),
        "hostvars": play,
        "rotation_progress": rotation_progress,
    }
    result: dict[str, Any] = action.run(task_vars=variables)
    return result


def test_the_last_line_shown_is_that_for_pipelines(screen: Screen) -> None:
    result = plan({"blue": a_host(), "green": current()})
    assert result["msg"] == "plan: due, 3 nodes in 1 of 2 node groups"
    assert screen.shown[-1] == (result["msg"], rotation_plan.TONE_COLORS["head"])
    assert (result["changed"], result["fails"], result["files"]) == (False, False, [])


@pytest.mark.parametrize(
    ("host", "options", "failed"),
    [
        (a_host(), {}, False),
        (a_host(), {"fail_if_due": True}, True),
        (current(), {"fail_if_due": True}, False),
        ({"_prepare_ami": {"msg": "no image"}}, {}, True),
        ({}, {}, True),
    ],
)
def test_it_says_whether_to_fail_and_hands_its_plan_on_all_the_same(
    screen: Screen, host: dict[str, Any], options: dict[str, Any], failed: bool
) -> None:
    result = plan({"blue": host}, **options)
    assert result["fails"] is failed
    assert not result.get("failed")
    assert result["ansible_stats"]["data"]["rotation_plan_data"]["line"] == result["msg"]


@pytest.mark.parametrize(
    ("hosts", "options", "said"),
    [
        ({"blue": a_host()}, {}, ""),
        ({"blue": current()}, {"fail_if_due": True}, ""),
        (
            {"blue": a_host(), "green": current()},
            {"fail_if_due": True},
            "plan: due, 3 nodes in 1 of 2 node groups (blue)",
        ),
        ({"blue": {"_prepare_ami": {"msg": "no image"}}}, {}, "plan: failed, blue: no image"),
        (
            {"blue": {"_plan_failed": "no image"}},
            {},
            "plan: failed, blue: see the failed task above",
        ),
    ],
    ids=("due", "nothing to do", "due and not wanted", "failed", "failed before"),
)
def test_a_plan_that_is_only_judged_fails_its_task_and_shows_nothing(
    screen: Screen, hosts: dict[str, Any], options: dict[str, Any], said: str, tmp_path: Path
) -> None:
    result = plan(hosts, show=False, file=str(tmp_path / "plan.json"), **options)
    assert (result["failed"], result["fails"]) == (bool(said), bool(said))
    assert result["msg"] == said or not said
    assert screen.shown == []
    assert list(tmp_path.iterdir()) == []
    assert "ansible_stats" not in result


def test_it_is_handed_to_the_next_job_of_a_workflow(screen: Screen) -> None:
    result = plan({"blue": a_host()})
    stats = result["ansible_stats"]
    assert (stats["per_host"], stats["aggregate"]) == (False, False)
    assert stats["data"]["rotation_plan_outcome"] == "due"
    assert stats["data"]["rotation_plan_data"] == result["plan"]


@pytest.mark.parametrize("name", ["plan", "plan.json", "plan.md", "plan.env"])
def test_it_is_written_in_three_forms(screen: Screen, tmp_path: Path, name: str) -> None:
    result = plan({"blue": a_host()}, file=str(tmp_path / "build" / name))
    stem = tmp_path / "build" / "plan"
    assert result["files"] == [f"{stem}{suffix}" for suffix in (".json", ".md", ".env")]
    assert json.loads(Path(f"{stem}.json").read_text()) == result["plan"]
    assert Path(f"{stem}.md").read_text().startswith("# Rotation plan")
    assert Path(f"{stem}.env").read_text().startswith("ROTATION_DUE=true\n")


def test_a_plan_that_cannot_be_written_fails(screen: Screen, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = plan({"blue": a_host()}, file=str(tmp_path / "file" / "plan.json"))
    assert result["failed"]
    assert result["msg"].startswith("plan: failed, the plan cannot be written")


def test_it_names_the_variables_that_it_was_made_with(screen: Screen) -> None:
    result = plan({"blue": a_host(rotate_max_surge=2)})
    assert result["plan"]["node_groups"][0]["options"] == {"rotate_max_surge": "2"}


def test_only_the_hosts_that_are_named_are_planned_in_their_order(screen: Screen) -> None:
    result = plan({name: a_host() for name in "abc"}, hosts=["c", "a"])
    assert [group["node_group"] for group in result["plan"]["node_groups"]] == ["c", "a"]


def test_where_lines_would_spoil_the_output_none_is_shown(screen: Screen) -> None:
    result = plan({"blue": a_host()}, rotation_progress="never")
    assert (result["plan"]["outcome"], result["shown"]) == ("due", False)
    assert screen.shown == []


@pytest.mark.parametrize("options", [{"hosts": {}}, {"fail_if_due": "perhaps"}, {"x": 1}], ids=str)
def test_bad_input_is_refused(screen: Screen, options: dict[str, Any]) -> None:
    with pytest.raises(AnsibleError):
        plan({"blue": a_host()}, **options)
    assert screen.shown == []
