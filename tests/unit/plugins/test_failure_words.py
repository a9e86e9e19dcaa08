# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The message of a failure is made of what the tasks have registered."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.rotation.screens import message

READ: dict[str, Any] = {
    "msg": "The canary failed.",
    "status": "failed",
    "launches": "new instances start from version 3 of blue (ami-1)",
    "desired": 4,
    "not_restored": [],
}
NOW = "Now new instances start from version 3 of blue (ami-1), desired capacity is 4, "
AGAIN = "To try again, run the same command"
OWED = {"owner": "kops", "name": "nodes-a", "image": ""}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, f"The canary failed. {NOW}everything was restored. {AGAIN}"),
        (
            {"rolled_back_to": "1"},
            "The canary failed (the launch template was rolled back to version 1)."
            f" {NOW}everything was restored. {AGAIN}",
        ),
        (
            {"not_restored": ["MaxSize stays 5"]},
            f"The canary failed. {NOW}1 not restored: MaxSize stays 5. {AGAIN}",
        ),
        (
            {"launches": "", "desired": 0},
            f"The canary failed. How the node group is now could not be read. {AGAIN}",
        ),
    ],
)
def test_a_failure_says_what_failed_how_things_are_and_what_to_type(
    changes: dict[str, Any], words: str
) -> None:
    assert message({"_rotate_result": {**READ, **changes}}) == words


def test_a_run_that_was_refused_has_changed_nothing() -> None:
    told = message({"_rotate_result": {**READ, "status": "refused"}})
    assert told == (
        f"The canary failed. {NOW}this run has changed nothing."
        " Once that is mended, run the same command"
    )


def test_a_module_that_did_not_begin_is_told_by_its_message_alone() -> None:
    assert message({"_rotate_result": {"msg": "unsupported parameters."}}) == (
        "unsupported parameters"
    )


def test_the_state_store_of_kops_is_told_as_it_was_left() -> None:
    owed = {**READ, "state_store": OWED}
    written = {"instance_groups": [{"image": "ami-old"}]}
    told = message({"_rotate_result": owed, "_rotate_store": written})
    assert f"(the state store of kops names ami-old again). {NOW}everything was restored" in told
    told = message({"_rotate_result": owed, "_rotate_store": {"msg": "no kops"}})
    assert "(the state store of kops still names the failed image: no kops)." in told
