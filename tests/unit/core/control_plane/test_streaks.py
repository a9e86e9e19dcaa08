# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A node counts as whole once enough looks in a row have shown it so."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.streaks import (
    LONGEST_GAP,
    Streak,
    extended,
    has_settled,
)

WELL, BAD = {"a": ""}, {"a": "it is not Ready"}


def after(*looks: tuple[float, dict[str, str]]) -> dict[str, Streak]:
    streaks: dict[str, Streak] = {}
    for at, flaws in looks:
        streaks = extended(streaks, flaws, at)
    return streaks


def test_each_look_in_a_row_counts() -> None:
    assert after((0, WELL), (10, WELL), (20, WELL)) == {"a": Streak(0, 20, 3)}


def test_a_flaw_ends_the_count_and_the_next_good_look_begins_it_anew() -> None:
    assert after((0, WELL), (10, BAD)) == {}
    assert after((0, WELL), (10, BAD), (20, WELL)) == {"a": Streak(20, 20, 1)}


def test_who_is_not_seen_is_forgotten() -> None:
    assert after((0, WELL), (10, {"b": ""})) == {"b": Streak(10, 10, 1)}


def test_the_same_look_counts_once() -> None:
    assert after((0, WELL), (10, WELL), (10, WELL)) == {"a": Streak(0, 10, 2)}


def test_after_a_gap_nobody_knows_what_was_in_between() -> None:
    assert after((0, WELL), (LONGEST_GAP, WELL)) == {"a": Streak(0, LONGEST_GAP, 2)}
    assert after((0, WELL), (LONGEST_GAP + 1, WELL)) == {
        "a": Streak(LONGEST_GAP + 1, LONGEST_GAP + 1, 1)
    }


@pytest.mark.parametrize(
    ("streak", "settle", "settled"),
    [
        (None, 0.0, False),
        (Streak(0, 120, 3), 120.0, True),
        (Streak(0, 119, 13), 120.0, False),
        (Streak(0, 120, 2), 120.0, False),
        (Streak(0, 0, 3), 0.0, True),
        (Streak(50, 120, 9), 120.0, False),
    ],
)
def test_when_a_streak_is_long_enough(streak: Streak | None, settle: float, settled: bool) -> None:
    assert has_settled(streak, settle) is settled
