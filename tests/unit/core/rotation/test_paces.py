# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is remembered of boots and drains, and the estimate that rests on it."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import (
    Journal,
    dump,
    load,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.paces import (
    REMEMBERED,
    estimate,
    learned,
)

NONE: tuple[tuple[int, ...], tuple[int, ...]] = ((), ())
SEEN = ((100, 80, 120), (50, 40, 90))


def test_what_a_run_has_learnt_comes_after_what_earlier_ones_have() -> None:
    found = learned(Journal(boots=(70,), drains=(30,)), [80.4, 90.6], [41.0])
    assert (found.boots, found.drains) == ((70, 80, 91), (30, 41))


def test_only_the_last_ones_are_kept() -> None:
    found = learned(Journal(boots=tuple(range(REMEMBERED))), [99.0], [])
    assert found.boots == (*range(1, REMEMBERED), 99)
    assert found.drains == ()


def test_a_run_that_replaced_nothing_forgets_nothing() -> None:
    before = Journal(boots=(70,), drains=(30,))
    assert learned(before, [], []) == before


def test_a_record_that_is_emptied_keeps_them_and_is_clean() -> None:
    one = Journal(run="r1", fenced=True, boots=(70,), drains=(30,)).emptied
    assert (one.clean, one.run, one.boots, one.drains) == (True, "", (70,), (30,))
    assert load(dump(one)) == one


@pytest.mark.parametrize(
    ("nodes", "canaries", "window", "rounds"),
    [
        (1, 1, 1, 1),
        (4, 1, 1, 4),
        (4, 1, 3, 2),
        (5, 1, 2, 3),
        (5, 0, 2, 3),
        (5, 2, 3, 3),
        (2, 5, 1, 2),
        (6, 0, 6, 1),
    ],
)
def test_canaries_go_alone_and_the_others_fill_the_window(
    nodes: int, canaries: int, window: int, rounds: int
) -> None:
    found = estimate(nodes, canaries, window, 0, SEEN)
    assert (found.least, found.likely, found.most) == (
        rounds * (80 + 40),
        rounds * (100 + 50),
        rounds * (120 + 90),
    )


@pytest.mark.parametrize(("canaries", "more"), [(1, 60), (0, 0)])
def test_a_canary_is_watched_once(canaries: int, more: int) -> None:
    still, watched = (estimate(3, canaries, 1, soak, SEEN) for soak in (0, 60))
    assert watched.likely - still.likely == more
    assert watched.least - still.least == watched.most - still.most == more


def test_nothing_to_replace_takes_no_time() -> None:
    found = estimate(0, 1, 1, 60, SEEN)
    assert (found.least, found.likely, found.most) == (0, 0, 0)


@pytest.mark.parametrize(
    ("paces", "count"), [(NONE, 0), (SEEN, 3), (((90,), ()), 0), (((90, 91), (30,)), 1)]
)
def test_it_says_on_how_many_replacements_it_rests(
    paces: tuple[tuple[int, ...], tuple[int, ...]], count: int
) -> None:
    found = estimate(3, 1, 1, 60, paces)
    assert found.learned == count
    assert found.least < found.most
    assert found.least <= found.likely <= found.most
