# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Streaks of random looks, held against a plain count of the same looks."""

from __future__ import annotations

import random

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.streaks import (
    LONGEST_GAP,
    LOOKS,
    Streak,
    extended,
    has_settled,
)

SETTLE = 120.0


def looks_of(dice: random.Random) -> list[tuple[float, bool]]:
    """Return looks in the order of time, each with whether the node was whole."""
    found, at = [], 0.0
    for _look in range(dice.randint(1, 40)):
        at += dice.choice([0.0, 5.0, 10.0, 10.0, 30.0, LONGEST_GAP, LONGEST_GAP + 1])
        found.append((at, dice.random() < 0.9))
    return found


def counted(looks: list[tuple[float, bool]]) -> list[float]:
    """Return the moments of the looks that count at the end, the oldest first."""
    row: list[float] = []
    for at, whole in looks:
        if not whole:
            row = []
        elif row and at - row[-1] > LONGEST_GAP:
            row = [at]
        elif not row or at > row[-1]:
            row.append(at)
    return row


def streak_of(looks: list[tuple[float, bool]]) -> Streak | None:
    streaks: dict[str, Streak] = {}
    for at, whole in looks:
        streaks = extended(streaks, {"a": "" if whole else "why"}, at)
    return streaks.get("a")


@pytest.mark.parametrize("seed", range(60))
def test_a_streak_is_the_row_of_good_looks_up_to_now(seed: int) -> None:
    looks = looks_of(random.Random(seed))
    row, streak = counted(looks), streak_of(looks)
    assert (streak is None) is (row == [])
    if streak is not None:
        assert (streak.since, streak.last, streak.looks) == (row[0], row[-1], len(row))


@pytest.mark.parametrize("seed", range(60))
def test_it_is_settled_if_the_row_is_long_enough(seed: int) -> None:
    looks = looks_of(random.Random(seed))
    row = counted(looks)
    expected = len(row) >= LOOKS and row[-1] - row[0] >= SETTLE
    assert has_settled(streak_of(looks), SETTLE) is expected


@pytest.mark.parametrize("seed", range(20))
def test_nodes_do_not_count_for_one_another(seed: int) -> None:
    dice = random.Random(seed)
    looks = looks_of(dice)
    both: dict[str, Streak] = {}
    for at, whole in looks:
        flaws = {"a": "" if whole else "why", "b": "" if dice.random() < 0.5 else "why"}
        both = extended(both, flaws, at)
    assert both.get("a") == streak_of(looks)
