# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people are told of a rotation."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.held_up import Hold
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.news import (
    LAST_NEWS,
    NEWS_KINDS,
    UNKNOWN,
    about_hold,
    about_run,
    news,
    why_failed,
    worth_telling,
)

OUTDATED = {"nodes": [{"outdated": True}, {"outdated": False}], "image_ids": ["ami-1"]}
CURRENT = {"nodes": [{"outdated": False}]}
HOST: dict[str, Any] = {
    "cluster_name": "shop",
    "region": "eu-west-1",
    "_prepare_ami": {"image_id": "ami-2"},
    "_prepare_info": OUTDATED,
    "_prepare_template": {"image_id": "ami-2", "changed": True},
}
RESULT = {
    "status": "complete",
    "replaced": 5,
    "outdated": 0,
    "seconds": 120.0,
    "evictions": 12,
    "old_image_ids": ["ami-1"],
    "blocked_by": ["shop/web"],
    "not_restored": [],
}


def test_the_beginning_tells_what_is_outdated_and_the_new_image() -> None:
    told = news("started", "blue", HOST, 1000.0)
    assert (told["event"], told["at"]) == ("started", 1000.0)
    assert (told["node_group"], told["cluster"], told["region"]) == ("blue", "shop", "eu-west-1")
    assert (told["outdated"], told["image_id"], told["old_image_ids"]) == (1, "ami-2", ["ami-1"])
    assert (told["reason"], told["node"], told["since"], told["until"]) == ("", "", None, None)


def test_the_end_tells_what_was_done() -> None:
    told = news("finished", "blue", {**HOST, "_rotate_result": RESULT}, 1000.0)
    assert (told["status"], told["replaced"], told["outdated"]) == ("complete", 5, 0)
    assert (told["seconds"], told["evictions"]) == (120.0, 12)
    assert told["blocked_by"] == ["shop/web"]
    assert told["reason"] == ""


def test_a_node_group_that_no_role_has_worked_on_has_all_fields_too() -> None:
    bare = news("failed", "blue", {}, 1000.0)
    assert set(bare) == set(news("failed", "blue", HOST, 1000.0))
    assert (bare["outdated"], bare["image_id"], bare["reason"]) == (0, "", UNKNOWN)


def test_a_failure_has_its_reason_unless_one_is_given() -> None:
    failed = {**HOST, "_prepare_info": {**OUTDATED, "msg": "no such group"}}
    assert news("failed", "blue", failed, 1.0)["reason"] == "no such group"
    assert news("failed", "blue", failed, 1.0, "the line stops")["reason"] == "the line stops"
    assert news("started", "blue", failed, 1.0)["reason"] == ""


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        ({"_rotate_result": {"msg": "boot"}, "_prepare_ami": {"msg": "old"}}, "boot"),
        ({"_prepare_ami": {"msg": "no image"}}, "no image"),
        ({"_prepare_kops": {"msg": "kops says no"}}, "kops says no"),
        ({"_prepare_info": {"refusals": ["weights", "own templates"]}}, "weights own templates"),
        ({"_prepare_info": {"blockers": ["a budget"]}}, "a budget"),
        ({"_prepare_info": {"blockers": ["a budget"]}, "_rotate_result": RESULT}, UNKNOWN),
        ({"_rotate_result": {**RESULT, "not_restored": ["min size", "tags"]}}, "min size. tags"),
        ({"_rotate_result": RESULT, "_verify_info": {"problems": ["x is old"]}}, "x is old"),
        ({"_verify_info": {"msg": "not read"}}, "not read"),
        ({"_rotate_result": {}, "_prepare_template": None}, UNKNOWN),
    ],
)
def test_why_it_failed_is_what_the_roles_have_registered(
    variables: dict[str, Any], reason: str
) -> None:
    assert why_failed(variables) == reason


def test_what_holds_a_node_up_is_told_with_its_times() -> None:
    told = about_hold(
        news("blocked", "blue", HOST, 9.0), Hold("ip-1", "by PDB shop/web", 5.0, 50.0)
    )
    assert (told["node"], told["reason"]) == ("ip-1", "by PDB shop/web")
    assert (told["since"], told["until"], told["at"]) == (5.0, 50.0, 9.0)


def test_what_holds_the_node_group_up_names_no_node() -> None:
    told = about_hold(
        news("blocked", "blue", HOST, 9.0), Hold("blue", "paused", 5.0, of_group=True)
    )
    assert (told["node"], told["reason"], told["until"]) == ("", "paused", None)


@pytest.mark.parametrize(("kind", "failed"), [("failed", True), ("approval", False)])
def test_news_of_a_run_are_about_no_node_group(kind: str, failed: bool) -> None:
    told = about_run(news(kind, "blue", {**HOST, "_rotate_result": RESULT}, 9.0, "the line stops"))
    assert (told["node_group"], told["cluster"], told["replaced"]) == ("", "", 0)
    assert (told["reason"], told["failed"]) == ("the line stops", failed)


@pytest.mark.parametrize(
    ("kind", "changes", "worth"),
    [
        ("started", {}, True),
        ("started", {"_prepare_template": {"changed": False}}, True),
        ("started", {"_prepare_template": None, "_prepare_info": CURRENT}, False),
        ("started", {"_prepare_info": CURRENT}, True),
        ("started", {"_prepare_left_alone": "drainAndTerminate is false"}, False),
        ("finished", {"_rotate_result": RESULT}, True),
        ("finished", {"_rotate_result": {"status": "unchanged"}}, True),
        (
            "finished",
            {
                "_rotate_result": {"status": "unchanged"},
                "_prepare_template": {},
                "_prepare_info": CURRENT,
            },
            False,
        ),
        ("finished", {"_prepare_template": {}, "_prepare_info": CURRENT}, False),
        ("failed", {"_prepare_template": {}, "_prepare_info": {}}, True),
        ("approval", {"_prepare_template": {}, "_prepare_info": {}}, True),
        ("blocked", {"_prepare_template": {}, "_prepare_info": {}}, True),
    ],
)
def test_what_has_nothing_to_replace_neither_starts_nor_finishes(
    kind: str, changes: dict[str, Any], worth: bool
) -> None:
    assert worth_telling(kind, {**HOST, **changes}) is worth


def test_a_rotation_ends_with_one_of_the_kinds() -> None:
    assert set(NEWS_KINDS) > LAST_NEWS
