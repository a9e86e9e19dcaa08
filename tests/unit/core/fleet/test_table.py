# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of a fleet: what needs attention comes first."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.fleet.standing import Standing
from ansible_collections.nodeops.rotator.plugins.module_utils.core.fleet.table import (
    ROWS_SHOWN,
    FleetRow,
    ordered,
    table,
)

DONE = Standing(done=True)


def summary(host: str = "x", seconds: float = 60.0, **more: Any) -> dict[str, Any]:
    """What the roles have done with a node group."""
    return {
        "node_group": host,
        "status": "complete",
        "failed": False,
        "replaced": 2,
        "outdated": 0,
        "old_image_ids": ["ami-old"],
        "image_id": "ami-new",
        "seconds": seconds,
        "evictions": 3,
        "blocked_by": [],
        "problems": [],
        **more,
    }


def entry(host: str, state: Standing = DONE, ring: str = "dev", **more: Any) -> FleetRow:
    """A node group that was rotated."""
    return FleetRow(ring, "shop, eu-west-1", host, state, summary(host, **more))


FAST, SLOW = entry("fast", seconds=10.0), entry("slow", seconds=900.0)
BLOCKED = entry("blocked", seconds=5.0, blocked_by=["shop/cart"])
FAILED = entry("failed", Standing(failed="No."), seconds=1.0, failed=True, status="failed")
LEFT = entry("left", Standing(done=True, left=1), seconds=2.0, status="partial")
PASSED = FleetRow("dev", "shop, eu-west-1", "passed", Standing(passed_over=True))


def test_the_failed_are_first_then_the_blocked_then_the_slowest() -> None:
    every = [FAST, SLOW, BLOCKED, PASSED, LEFT, FAILED]
    names = [one.host for one in ordered(every)]
    assert names == ["failed", "passed", "left", "blocked", "slow", "fast"]


def test_a_row_says_ring_cluster_and_what_was_done() -> None:
    heading, row, *rest = table([SLOW], plan=False)
    assert heading.split()[:2] == ["RING", "CLUSTER"]
    assert row.split()[:4] == ["dev", "shop,", "eu-west-1", "slow"]
    assert "ami-old -> ami-new" in row
    assert "15 min" in row
    assert rest == ["", "1 node group, 2 nodes replaced, 3 pods evicted."]


def test_what_was_not_touched_after_a_failure_says_so() -> None:
    lines = table([FAILED, PASSED], plan=False)
    assert lines[2].endswith("NOT TOUCHED, its cluster failed")
    assert lines[-1].endswith("Failed: failed. 1 node group not reached.")


def test_what_failed_before_any_role_ran_is_a_row_too() -> None:
    early = FleetRow("dev", "shop", "early", Standing(failed="No."))
    assert table([early], plan=False)[1].endswith("FAILED")


def test_what_was_not_reached_is_only_counted() -> None:
    lines = table([FAST, FleetRow("production", "bank", "far", Standing())], plan=False)
    assert not any("far" in line for line in lines)
    assert lines[-1].endswith("1 node group not reached.")


def test_a_plan_has_a_sentence_of_its_own() -> None:
    assert table([FAST], plan=True)[-1].endswith("Nothing was changed.")


@pytest.mark.parametrize(
    ("count", "more"), [(ROWS_SHOWN, 0), (ROWS_SHOWN + 1, 1), (ROWS_SHOWN + 40, 40)]
)
def test_a_long_table_is_cut(count: int, more: int) -> None:
    lines = table([entry(f"n{n}") for n in range(count)], plan=False)
    assert len([line for line in lines if line.startswith("dev ")]) == ROWS_SHOWN
    said = f"and {more} node group{'s' if more > 1 else ''} more, none of them failed"
    assert (said in lines) is (more > 0)


def test_every_failure_is_shown_however_many_there_are() -> None:
    every = [entry(f"n{n}", Standing(failed="No."), failed=True) for n in range(ROWS_SHOWN + 5)]
    assert (
        len([line for line in table(every, plan=False) if line.startswith("dev ")])
        == ROWS_SHOWN + 5
    )
