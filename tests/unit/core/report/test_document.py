# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report says what the event log tells, and no more."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.document import document
from ansible_collections.nodeops.rotator.tests.unit.core.report.report_builders import (
    BEGAN,
    ROTATION,
    event,
    result,
)


def the_group(*records: dict[str, Any]) -> dict[str, Any]:
    (group,) = document(records)["node_groups"]
    return dict(group)


def test_a_rotation_is_reported_with_its_result_and_its_nodes() -> None:
    group = the_group(*ROTATION)
    assert (group["autoscaling_group_name"], group["run"]) == ("blue", "night-7")
    assert (group["status"], group["words"], group["ok"]) == ("complete", "complete", True)
    assert (group["began"], group["ended"]) == (BEGAN, BEGAN + 141)
    assert (group["replaced"], group["outdated"], group["evictions"]) == (1, 0, 2)
    assert group["blocked_seconds"] == 30
    assert [node["instance_id"] for node in group["nodes"]] == ["i-new", "i-old"]
    assert group["capacity"][0] == (BEGAN, 3, 3)


def test_the_totals_are_those_of_all_rotations() -> None:
    other = [{**record, "autoscaling_group_name": "green"} for record in ROTATION]
    report = document([*ROTATION, *other])
    assert report["totals"] == {
        "node_groups": 2,
        "failed": [],
        "replaced": 2,
        "outdated": 0,
        "evictions": 4,
        "blocked_seconds": 60,
    }


@pytest.mark.parametrize(
    ("end", "status"),
    [
        pytest.param((), "unfinished", id="killed, or still running"),
        pytest.param((result(9, "failed"),), "failed", id="failed"),
        pytest.param((result(9, "stopped"),), "stopped", id="stopped"),
        pytest.param((result(9, "partial"),), "partial", id="some left out"),
        pytest.param((result(9, "new-one"),), "new-one", id="a status that is not known"),
        pytest.param(
            (result(9, not_restored=["MaxSize"]),), "complete", id="something is not restored"
        ),
    ],
)
def test_what_is_not_known_to_have_ended_well_is_not_ok(
    end: tuple[dict[str, Any], ...], status: str
) -> None:
    report = document([event(0, "start"), *end])
    assert report["node_groups"][0]["status"] == status
    assert report["node_groups"][0]["ok"] is False
    assert report["totals"]["failed"] == ["blue"]


def test_a_rotation_that_was_killed_counts_the_nodes_that_were_seen_to_go() -> None:
    assert the_group(*ROTATION[:-2])["replaced"] == 1


def test_each_run_of_a_node_group_is_reported_by_itself() -> None:
    again = [{**record, "run": "night-8"} for record in ROTATION]
    assert [group["run"] for group in document([*ROTATION, *again])["node_groups"]] == [
        "night-7",
        "night-8",
    ]


def test_findings_are_what_is_wrong_or_left() -> None:
    group = the_group(event(0, "start"), event(1, "warning", text="a budget covers no pod"))
    assert group["findings"] == [
        {"at": BEGAN + 1, "phase": "warning", "subject": "blue", "text": "a budget covers no pod"}
    ]


def test_without_records_the_report_is_empty() -> None:
    report = document([])
    assert (report["began"], report["ended"], report["node_groups"]) == (None, None, [])


def test_records_are_put_in_the_order_of_their_times() -> None:
    """Several modules write one log."""
    group = the_group(*reversed(ROTATION))
    assert (group["began"], group["ended"]) == (BEGAN, BEGAN + 141)
    assert group["nodes"][1]["blocked_seconds"] == 30


def test_records_without_a_time_are_left_out() -> None:
    untimed = {name: value for name, value in ROTATION[0].items() if name != "at"}
    assert document([untimed])["node_groups"] == []


def test_a_node_group_that_was_rotated_twice_counts_once() -> None:
    again = [{**record, "run": "night-8"} for record in ROTATION]
    assert document([*ROTATION, *again])["totals"]["node_groups"] == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("error", "the group is locked"),
        ("blocked_by", ["shop/cart"]),
        ("not_restored", ["MaxSize is still 4"]),
        ("canary", "passed"),
        ("api_calls", {"ec2:DescribeInstances": 4}),
    ],
)
def test_the_result_is_reported_as_the_module_gave_it(name: str, value: Any) -> None:
    assert the_group(*ROTATION[:-1], result(141, **{name: value}))[name] == value


@pytest.mark.parametrize(
    ("name", "empty"),
    [("error", ""), ("blocked_by", []), ("api_calls", {}), ("target", {}), ("outdated", None)],
)
def test_what_the_log_does_not_tell_is_empty(name: str, empty: Any) -> None:
    assert the_group(event(0, "start"))[name] == empty


def test_a_failure_that_left_something_is_not_told_as_restored() -> None:
    group = the_group(event(0, "start"), result(9, "failed", not_restored=["MaxSize is still 4"]))
    assert (group["words"], group["ok"]) == ("FAILED, not all restored", False)


def test_a_rotation_without_a_canary_has_none() -> None:
    group = the_group(*ROTATION[:-1], result(141, canary="none"))
    assert (group["canary"], group["soak"]) == ("", None)
    assert [node["canary"] for node in group["nodes"]] == [False, False]


def test_the_nodes_that_began_before_the_canary_was_watched_are_its_own() -> None:
    watching = event(132, "canary", text="replaced; watching it for 8 s")
    later = {**ROTATION[1], "at": BEGAN + 135, "instance_id": "i-next"}
    group = the_group(*ROTATION[:-2], watching, later, *ROTATION[-2:])
    assert {node["instance_id"]: node["canary"] for node in group["nodes"]} == {
        "i-new": True,
        "i-old": True,
        "i-next": False,
    }
    assert (group["soak"].began, group["soak"].ended) == (BEGAN + 132, BEGAN + 141)


def test_evictions_are_those_of_the_result_where_eks_drains() -> None:
    told = [record for record in ROTATION if record.get("phase") != "evicted"]
    assert the_group(*told[:-1], result(141, evictions=8))["evictions"] == 8
    assert the_group(*told)["evictions"] == 0
