# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""rotation_summary: the closing table, made of what the roles registered."""

from __future__ import annotations

from typing import Any
from unittest import mock

import pytest
from ansible.errors import AnsibleError

from ansible_collections.nodeops.rotator.plugins.action import rotation_summary

DONE: dict[str, Any] = {
    "status": "complete",
    "autoscaling_group_name": "shop-blue",
    "replaced": 4,
    "outdated": 0,
    "old_image_ids": ["ami-old"],
    "target": {"image_id": "ami-new"},
    "seconds": 471.6,
    "evictions": 8,
    "blocked_by": [],
    "not_restored": [],
}


class Screen:
    """Collects what is shown."""

    def __init__(self) -> None:
        self.shown: list[str] = []

    def display(self, text: str) -> None:
        """Show a line."""
        self.shown.append(text)


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Screen:
    """Return what the action shows."""
    found = Screen()
    monkeypatch.setattr(rotation_summary, "Display", lambda: found)
    return found


def tried(**result: Any) -> dict[str, Any]:
    """Return what the roles have registered for a node group."""
    nodes = [{"outdated": "version 1, target is 2"}] * 4
    info = {"autoscaling_group_name": "shop-blue", "nodes": nodes, "image_ids": ["ami-old"]}
    found = {"image_id": "ami-new"}
    return {"_prepare_ami": found, "_prepare_info": info, "_rotate_result": {**DONE, **result}}


def summary(
    play: dict[str, dict[str, Any]],
    check: bool = False,
    rotation_progress: str = "always",
    **options: Any,
) -> dict[str, Any]:
    """Run the action in a play with these hosts and their variables."""
    task = mock.Mock(args=options, check_mode=check, async_val=0, diff=False)
    action = rotation_summary.ActionModule(
        task, mock.Mock(), mock.Mock(), mock.Mock(), mock.Mock(), mock.Mock()
    )
    variables = {
        "ansible_play_hosts_all": list(play),
        "hostvars": play,
        "rotation_progress": rotation_progress,
    }
    result: dict[str, Any] = action.run(task_vars=variables)
    return result


def test_every_node_group_that_was_rotated_is_a_row(screen: Screen) -> None:
    hosts = {
        "shop-blue": tried(),
        "shop-red": tried(msg="No.", status="failed", replaced=1),
    }
    result = summary(hosts)
    assert result["changed"] is False
    assert [
        (one["node_group"], one["status"], one["failed"], one["replaced"])
        for one in result["node_groups"]
    ] == [("shop-blue", "complete", False, 4), ("shop-red", "failed", True, 1)]
    assert "2 node groups, 5 nodes replaced, 16 pods evicted. Failed: shop-red." in screen.shown[-1]


def test_a_host_that_was_not_tried_is_left_out(screen: Screen) -> None:
    result = summary({"shop-blue": tried(), "bastion": {}})
    assert [one["node_group"] for one in result["node_groups"]] == ["shop-blue"]


def test_where_nothing_was_tried_nothing_is_shown(screen: Screen) -> None:
    assert summary({"bastion": {}})["node_groups"] == []
    assert screen.shown == []


@pytest.mark.parametrize(("wanted", "shown"), [("always", True), ("never", False)])
def test_the_table_is_returned_whether_it_is_shown_or_not(
    screen: Screen, wanted: str, shown: bool
) -> None:
    hosts = {"shop-blue": tried()}
    result = summary(hosts, rotation_progress=wanted)
    assert bool(screen.shown) is shown
    assert result["table"][0].startswith("NODE GROUP")
    assert "1 node group" in result["table"][-1]


def test_only_the_hosts_that_are_named_are_shown(screen: Screen) -> None:
    hosts = {name: tried() for name in ("a", "b", "c")}
    result = summary(hosts, hosts=["c", "a"])
    assert [one["node_group"] for one in result["node_groups"]] == ["c", "a"]


@pytest.mark.parametrize(
    ("check", "options", "planned"),
    [
        (False, {}, False),
        (True, {}, True),
        (False, {"plan": True}, True),
        (True, {"plan": False}, False),
    ],
)
def test_a_plan_is_told_as_one(
    screen: Screen, check: bool, options: dict[str, Any], planned: bool
) -> None:
    summary({"shop-blue": tried(status="planned", replaced=0)}, check, **options)
    assert ("would be replaced" in screen.shown[-1]) is planned


@pytest.mark.parametrize("options", [{"hosts": {}}, {"plan": "perhaps"}, {"no_such": 1}], ids=str)
def test_bad_input_is_refused(screen: Screen, options: dict[str, Any]) -> None:
    with pytest.raises(AnsibleError):
        summary({"shop-blue": tried()}, **options)
    assert screen.shown == []
