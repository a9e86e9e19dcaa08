# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When to look again at a target that changes slowly."""

from __future__ import annotations

import itertools

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.deregistration import (
    SOONEST,
    look_after,
)


def looks(lasts: float, shortest: float | None) -> list[float]:
    """When a target that changes after so many seconds is looked at."""
    found, waited = list[float](), 0.0
    while waited < lasts:
        waited += look_after(waited, shortest)
        found.append(waited)
    return found


@pytest.mark.parametrize("lasts", [3.0, 17.0, 60.0, 300.0, 3600.0])
def test_the_first_one_is_looked_for_less_and_less_often(lasts: float) -> None:
    times = looks(lasts, None)
    pauses = [after - before for before, after in itertools.pairwise([0.0, *times])]
    assert pauses[0] == SOONEST
    assert pauses == sorted(pauses)
    assert times[-1] <= max(SOONEST, lasts * 1.25), "never later than a quarter of the time"
    assert len(times) <= 30


@pytest.mark.parametrize("lasts", [60.0, 300.0, 3600.0])
def test_one_after_others_is_looked_at_twice_where_it_takes_as_long(lasts: float) -> None:
    assert len(looks(lasts, lasts)) <= 2
    assert looks(lasts, lasts)[-1] <= lasts * 1.125


def test_one_that_is_slower_than_all_before_is_still_seen_in_time() -> None:
    assert looks(300.0, 30.0)[-1] <= 300.0 * 1.125 + SOONEST


def test_what_is_known_comes_closer_with_each_target() -> None:
    shortest = looks(300.0, None)[-1]
    for _number in range(10):
        shortest = min(shortest, looks(300.0, shortest)[-1])
    assert shortest <= 300.0 * 1.1


def test_it_is_never_looked_at_more_often_than_anything_else() -> None:
    for waited, shortest in itertools.product((0.0, 1.0, 30.0, 900.0), (None, 0.0, 1.0, 300.0)):
        assert look_after(waited, shortest) >= SOONEST
