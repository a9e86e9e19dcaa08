# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows of many sizes and bases: rounding, progress, both limits together."""

from __future__ import annotations

import fractions
import itertools

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.sizes import (
    Size,
    Window,
    may_take,
    room,
    window,
)

BASES = (1, 2, 3, 4, 7, 10, 33, 99, 100, 101, 1000)
PERCENTS = (0, 1, 10, 25, 33, 50, 99, 100, 150)


@pytest.mark.parametrize("percent", PERCENTS)
def test_a_percentage_is_rounded_by_less_than_one_node(percent: int) -> None:
    for base in BASES:
        exact = fractions.Fraction(percent * base, 100)
        up, down = Size(percent, True).of(base, True), Size(percent, True).of(base, False)
        assert exact <= up < exact + 1
        assert exact - 1 < down <= exact


@pytest.mark.parametrize("number", [0, 1, 2, 50])
def test_a_number_is_the_same_for_every_base(number: int) -> None:
    assert {Size(number).of(base, up) for base in BASES for up in (False, True)} == {number}


SIZES = [Size(value, percent) for value in (0, 1, 25, 100) for percent in (False, True)]


@pytest.mark.parametrize(
    ("surge", "unavailable"),
    [pair for pair in itertools.product(SIZES, SIZES) if pair[0].value or pair[1].value],
)
def test_every_window_lets_a_rotation_progress(surge: Size, unavailable: Size) -> None:
    for base in BASES:
        found = window(surge, unavailable, base)
        assert found.size >= 1
        assert found.surge == surge.of(base, True)
        assert found.unavailable == unavailable.of(base, False) or (
            found.surge == 0 and found.unavailable == 1
        )


@pytest.mark.parametrize(
    ("base", "surge", "unavailable"), list(itertools.product((1, 3, 10), (0, 1, 5), (0, 1, 3)))
)
def test_taking_as_many_as_allowed_keeps_the_limit(base: int, surge: int, unavailable: int) -> None:
    limits, available = Window(surge, unavailable), base + surge
    while may_take(available, base, limits):
        available -= 1
    assert available == base - unavailable


@pytest.mark.parametrize(
    ("base", "surge", "launched"), list(itertools.product((1, 3, 10), (0, 1, 5), range(0, 17, 4)))
)
def test_launching_as_many_as_allowed_reaches_the_limit(
    base: int, surge: int, launched: int
) -> None:
    more = room(launched, base, Window(surge, 0))
    assert more >= 0
    assert launched + more == max(launched, base + surge)


@pytest.mark.parametrize("size", SIZES)
def test_a_size_is_written_as_users_write_it(size: Size) -> None:
    assert str(size) == f"{size.value}" + "%" * size.percent
