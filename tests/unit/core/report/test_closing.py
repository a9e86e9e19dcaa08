# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a run came that was stopped, and what to type to resume it."""

from __future__ import annotations

from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.closing import (
    ANYWAY,
    closing,
)

VALUES: dict[str, Any] = {
    "status": "stopped",
    "autoscaling_group_name": "blue",
    "replaced": 2,
    "outdated": 1,
    "old_image_ids": ["ami-1"],
    "target": {"image_id": "ami-2"},
    "seconds": 95.0,
    "evictions": 7,
    "blocked_by": [],
    "not_restored": [],
}


def lines(again: str = "ansible-playbook x.yml", **changes: Any) -> tuple[str, ...]:
    """What is told of a run that had these values."""
    return closing({**VALUES, **changes}, "r1", "signal SIGINT", again)


def test_the_closing_words_are_who_was_stopped_the_table_and_what_to_type() -> None:
    first, headings, row, resume, restore = lines()
    assert first == "Run r1 was stopped by signal SIGINT"
    assert headings.split("  ")[0] == "NODE GROUP"
    assert row.startswith("blue        2 of 3")
    assert row.endswith("STOPPED, run again")
    assert resume == "To resume: ansible-playbook x.yml"
    assert "-e rotate_state=restored" in restore


def test_what_was_not_restored_is_listed_and_counted() -> None:
    told = lines(not_restored=["MaxSize is 5 (was 4)"])
    assert told[2].endswith("STOPPED, run again, 1 problem")
    assert told[3] == "Left as it is: MaxSize is 5 (was 4)"


def test_a_command_that_is_not_known_is_described() -> None:
    assert f"To resume: {ANYWAY}" in lines(again="")


def test_a_group_that_could_not_be_read_has_no_images() -> None:
    assert "->" not in lines(target={}, old_image_ids=[])[2]
