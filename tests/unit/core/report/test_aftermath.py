# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said of a node group at the end is what is known of it."""

from __future__ import annotations

from typing import get_args

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.aftermath import (
    NEXT,
    sentence,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.status import Status

LAUNCHES = "new instances start from version 3 of blue (ami-1)"
LEFT = ("MaxSize stays 5 (was 4)", "AZRebalance stays suspended")
FAILURES = ("refused", "failed", "stopped", "suspended")


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (
            "failed",
            f"Now {LAUNCHES}, desired capacity is 4, everything was restored."
            " To try again, run the same command",
        ),
        (
            "refused",
            f"Now {LAUNCHES}, desired capacity is 4, this run has changed nothing."
            " Once that is mended, run the same command",
        ),
        ("complete", f"Now {LAUNCHES}, desired capacity is 4, everything was restored"),
        ("unchanged", f"Now {LAUNCHES}, desired capacity is 4, this run has changed nothing"),
        ("planned", ""),
    ],
)
def test_the_template_the_size_and_what_to_type_are_said(status: Status, said: str) -> None:
    assert sentence(status, LAUNCHES, 4, ()) == said


@pytest.mark.parametrize("status", [one for one in get_args(Status) if one != "planned"])
def test_what_is_left_is_named_and_nothing_is_told_as_restored(status: Status) -> None:
    said = sentence(status, LAUNCHES, 4, LEFT)
    assert f", 2 not restored: {'; '.join(LEFT)}" in said
    assert "everything" not in said
    assert "changed nothing" not in said


@pytest.mark.parametrize("status", FAILURES)
@pytest.mark.parametrize("left", [(), LEFT])
def test_of_a_node_group_that_was_never_read_nothing_is_claimed(
    status: Status, left: tuple[str, ...]
) -> None:
    said = sentence(status, "", 0, left)
    assert not any(word in said for word in ("desired", "everything", "changed nothing"))
    assert said.startswith("2 not restored: " if left else "How the node group is now could not")
    assert said.endswith(NEXT[status])


def test_every_failure_and_no_success_says_what_to_type() -> None:
    assert set(NEXT) == set(FAILURES)
    assert "resume" in NEXT["stopped"]
    assert "credentials" in NEXT["suspended"]
