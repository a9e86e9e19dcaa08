# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When to look again at a target that changes slowly."""

from __future__ import annotations

import itertools

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.deregistration import (
    DRAIN_LAG,
    SOONEST,
    look_after,
    look_at_drain,
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


def drain_looks(lasts: float, shortest: float | None, delay: float | None) -> list[float]:
    """When a target that drains for so many seconds is looked at."""
    found, waited = list[float](), 0.0
    while waited < lasts:
        waited += look_at_drain(waited, shortest, delay)
        found.append(waited)
    return found


@pytest.mark.parametrize("delay", [5.0, 20.0, 60.0, 300.0, 3600.0])
def test_once_one_has_drained_for_the_whole_delay_the_others_are_looked_at_once(
    delay: float,
) -> None:
    assert drain_looks(delay, delay + DRAIN_LAG, delay) == [delay + DRAIN_LAG]


@pytest.mark.parametrize("delay", [60.0, 300.0, 3600.0])
def test_the_first_is_looked_at_on_the_way_and_when_its_delay_is_over(delay: float) -> None:
    found = drain_looks(delay, None, delay)
    assert found[-1] == delay + DRAIN_LAG
    assert len(found) <= 12
    assert drain_looks(17.0, None, delay)[-1] <= 34.0, "one that ends early is seen"


def test_where_others_end_early_it_is_looked_at_as_they_did() -> None:
    assert drain_looks(40.0, 40.0, 300.0)[-1] <= 45.0
    assert drain_looks(300.0, 40.0, 300.0)[-1] <= 300.0 + DRAIN_LAG


def test_one_that_drains_longer_than_its_delay_is_looked_at_less_and_less_often() -> None:
    assert look_at_drain(304.0, 304.0, 300.0) == SOONEST
    assert look_at_drain(340.0, 304.0, 300.0) == 40.0


def test_without_a_delay_its_time_is_anybodys_guess() -> None:
    for waited, shortest in itertools.product((0.0, 30.0, 900.0), (None, 300.0)):
        assert look_at_drain(waited, shortest, None) == look_after(waited, shortest)
