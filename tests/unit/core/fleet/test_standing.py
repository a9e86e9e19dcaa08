# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It is judged whether the line goes on, and how long it soaks."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.fleet.line import Batch
from ansible_collections.nodeops.rotator.plugins.module_utils.core.fleet.rings import Ring
from ansible_collections.nodeops.rotator.plugins.module_utils.core.fleet.standing import (
    Standing,
    hosts_of,
    soak_left,
    stop,
    unfinished,
)

DONE = Standing(done=True, ended=1000.0, changed=True, youngest=60.0)
FAILED, PASSED, NOT_REACHED = Standing(failed="No."), Standing(passed_over=True), Standing()
STATES = {"d": DONE, "f": FAILED, "p": PASSED, ".": NOT_REACHED}


def states(text: str) -> list[Standing]:
    """States of a text such as "df.": done, failed, not reached."""
    return [STATES[letter] for letter in text]


@pytest.mark.parametrize(
    ("text", "may", "stops"),
    [
        ("dd", 0, False),
        ("d.", 0, False),
        ("f.........", 0, True),
        ("f.........", 10, False),
        ("ff........", 10, True),
        ("fp........", 10, True),
        ("fp........", 20, False),
        ("fff", 100, False),
        ("f..", 33, True),
        ("f..", 34, False),
    ],
)
def test_the_line_stops_above_the_failures_that_a_ring_bears(
    text: str, may: int, stops: bool
) -> None:
    assert bool(stop(Ring("a", max_failed=may), states(text))) is stops


def test_it_says_why_it_stops() -> None:
    assert stop(Ring("dev", max_failed=10), states("fpdd")) == (
        "The line stops in ring dev: 2 of 4 node groups failed, and 10 percent may"
    )


@pytest.mark.parametrize(
    ("state", "done"),
    [
        (DONE, True),
        (Standing(done=True), True),
        (Standing(done=True, left=1), False),
        (NOT_REACHED, False),
        (FAILED, True),  # max_failed has judged it
        (PASSED, True),
    ],
)
def test_a_ring_is_done_when_nothing_outdated_is_left(state: Standing, done: bool) -> None:
    assert (unfinished(Ring("a"), ["x", "y"], [DONE, state]) == "") is done


def test_what_is_left_is_named() -> None:
    left = Standing(done=True, left=2)
    assert unfinished(Ring("dev"), ["x", "y"], [DONE, left]) == (
        "The line stops after ring dev: outdated nodes are left in y. Run again to go on"
    )


@pytest.mark.parametrize(
    ("found", "now", "left"),
    [
        ([DONE], 1000.0, 300.0),
        ([DONE], 1100.0, 200.0),
        ([DONE], 1300.0, 0.0),
        ([DONE], 9999.0, 0.0),
        # The last one counts.
        ([DONE, Standing(done=True, ended=1050.0, changed=True)], 1100.0, 250.0),
        # An earlier run has rotated it: its youngest node is that old.
        ([Standing(done=True, ended=1000.0, youngest=100.0)], 1000.0, 200.0),
        ([Standing(done=True, ended=1000.0, youngest=400.0)], 1000.0, 0.0),
        ([Standing(done=True, ended=1000.0, youngest=0.0)], 1000.0, 300.0),
        ([Standing(done=True, ended=1000.0, youngest=None)], 1000.0, 0.0),
        ([Standing(done=True, ended=1000.0, youngest=400.0), DONE], 1000.0, 300.0),
        # What has failed is not watched.
        ([DONE, FAILED], 1100.0, 200.0),
        ([NOT_REACHED], 1000.0, 300.0),
        ([], 1000.0, 300.0),
    ],
)
def test_a_soak_begins_with_the_end_of_the_ring(
    found: list[Standing], now: float, left: float
) -> None:
    assert soak_left(Ring("a", soak=300), found, now) == left


def test_without_a_soak_nothing_is_waited_for() -> None:
    assert soak_left(Ring("a"), [DONE], 1000.0) == 0.0


def test_the_hosts_of_a_ring_are_those_of_all_its_batches() -> None:
    batches = [Batch("a", ("x", "y")), Batch("a", ("z",)), Batch("b", ("v",))]
    assert hosts_of(batches, "a") == ["x", "y", "z"]
    assert hosts_of(batches, "b") == ["v"]
    assert hosts_of(batches, "c") == []
