# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time: in order, repeatable, and moved by nobody but its driver."""

from __future__ import annotations

import datetime

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.kernel import EPOCH, Kernel


def test_events_happen_in_order_at_their_moment() -> None:
    kernel, seen = Kernel(), list[tuple[float, str]]()
    for delay, name in ((3, "c"), (1, "a"), (2, "b"), (1, "a again")):
        kernel.after(delay, lambda name=name: seen.append((kernel.now, name)))  # type: ignore[misc]
    kernel.advance(2.5)
    assert seen == [(1, "a"), (1, "a again"), (2, "b")]
    assert kernel.now == 2.5
    assert kernel.next_event() == 3
    kernel.advance(3)
    assert seen[3:] == [(3, "c")]
    assert kernel.next_event() is None


def test_what_an_event_plans_for_now_happens_in_the_same_advance_and_after_what_is_due() -> None:
    kernel, seen = Kernel(), list[str]()

    def first() -> None:
        seen.append("first")
        kernel.after(0, lambda: seen.append("planned"))

    kernel.after(1, first)
    kernel.after(1, lambda: seen.append("second"))
    kernel.advance(1)
    assert seen == ["first", "second", "planned"]


def test_a_cancelled_event_is_not_waited_for() -> None:
    kernel, seen = Kernel(), list[float]()
    early = kernel.after(1, lambda: seen.append(kernel.now))
    kernel.after(5, lambda: seen.append(kernel.now))
    early.cancel()
    assert kernel.next_event() == 5
    kernel.advance(10)
    assert seen == [5]
    assert kernel.now == 10


def test_a_period_begins_after_one_of_it() -> None:
    kernel, seen = Kernel(), list[float]()
    kernel.every(4, lambda: seen.append(kernel.now))
    kernel.advance(13)
    assert seen == [4, 8, 12]


def test_time_never_goes_back() -> None:
    kernel, seen = Kernel(), list[float]()
    kernel.advance(10)
    kernel.after(-3, lambda: seen.append(kernel.now))
    kernel.advance(4)
    assert (kernel.now, seen) == (10, [])
    kernel.advance(10)
    assert seen == [10]


@pytest.mark.parametrize("seed", [1, 2])
def test_the_same_seed_throws_the_same_dice(seed: int) -> None:
    first, second, other = Kernel(seed), Kernel(seed), Kernel(seed + 1)
    throws = [first.spread(5, 60) for _throw in range(20)]
    assert throws == [second.spread(5, 60) for _throw in range(20)]
    assert all(5 <= one <= 60 for one in throws)
    assert throws != [other.spread(5, 60) for _throw in range(20)]


def test_the_calendar() -> None:
    kernel = Kernel(epoch=datetime.datetime(2026, 1, 31, 23, 59, 30, tzinfo=datetime.UTC))
    kernel.advance(45.6)
    assert kernel.timestamp() == "2026-02-01T00:00:15Z"
    assert kernel.timestamp(0) == "2026-01-31T23:59:30Z"
    assert Kernel().utc() == EPOCH
