# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a group gives its surge back."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.zones import (
    bears_surge,
    filled,
    fillings,
    give_back,
    hope,
)

ZONES = "abc"
SMALL = list(itertools.product(range(4), repeat=3))


@pytest.mark.parametrize(
    ("launched", "missing", "full"),
    [
        pytest.param({"a": 2, "b": 1}, 0, {"a": 2, "b": 1, "c": 0}, id="none is missing"),
        pytest.param({"a": 2, "b": 1}, 1, {"a": 2, "b": 1, "c": 1}, id="an empty zone first"),
        pytest.param({"a": 2, "b": 1}, 3, {"a": 2, "b": 2, "c": 2}, id="each where fewest are"),
        pytest.param({"a": 2}, -1, {"a": 2, "b": 0, "c": 0}, id="more than are wanted"),
    ],
)
def test_what_is_missing_is_launched_where_the_fewest_are(
    launched: dict[str, int], missing: int, full: dict[str, int]
) -> None:
    assert filled(launched, ZONES, missing) == full


def test_a_group_without_zones_launches_nowhere() -> None:
    assert filled({}, (), 2) == {}


@pytest.mark.parametrize(
    ("launched", "missing", "ways"),
    [
        pytest.param("ab", 0, ["ab"], id="none is missing"),
        pytest.param("ab", 1, ["abc"], id="the emptiest zone"),
        pytest.param("abb", 1, ["abbc"], id="never a fuller one"),
        pytest.param("aab", 2, ["aabbc", "aabcc"], id="either of two"),
        pytest.param("abc", 1, ["aabc", "abbc", "abcc"], id="any of three"),
        pytest.param("", 3, ["abc"], id="one each, in whatever order"),
        pytest.param("abc", -1, ["abc"], id="more than are wanted"),
    ],
)
def test_every_way_in_which_the_missing_ones_may_be_launched(
    launched: str, missing: int, ways: list[str]
) -> None:
    found = fillings(Counter(launched), ZONES, missing)
    assert sorted("".join(sorted(way.elements())) for way in found) == ways


def test_a_group_without_zones_has_one_way() -> None:
    assert list(fillings({}, (), 2)) == [Counter()]


@pytest.mark.parametrize("counts", SMALL)
@pytest.mark.parametrize("missing", [0, 1, 2, 4])
def test_the_likely_way_is_one_of_them(counts: tuple[int, ...], missing: int) -> None:
    launched = dict(zip(ZONES, counts, strict=True))
    assert filled(launched, ZONES, missing) in fillings(launched, ZONES, missing)


@pytest.mark.parametrize(
    ("launched", "missing", "outdated", "part"),
    [
        pytest.param("aabbc", 0, "a", 1.0, id="nothing is missing, and it is borne"),
        pytest.param("aabbc", 0, "c", 0.0, id="nothing is missing, and it is not"),
        pytest.param("aabc", 1, "b", 0.5, id="borne where the missing one comes to its zone"),
        pytest.param("abc", 1, "c", 1 / 3, id="borne in one of three ways"),
        pytest.param("aabc", 1, "abc", 1.0, id="borne in any case"),
    ],
)
def test_in_how_many_ways_the_outdated_ones_give_the_surge_back(
    launched: str, missing: int, outdated: str, part: float
) -> None:
    assert hope(Counter(launched), ZONES, missing, Counter(outdated), 1, 1) == part


@pytest.mark.parametrize(
    ("counts", "outdated", "surge", "plan"),
    [
        pytest.param({"a": 2, "b": 1}, {}, 1, {"a": 1}, id="the fullest zone"),
        pytest.param({"a": 1, "b": 1}, {"b": 1}, 1, {"b": 1}, id="the one with outdated nodes"),
        pytest.param(
            {"a": 2, "b": 2, "c": 2}, {"a": 1, "b": 3}, 2, {"a": 1, "b": 1}, id="one of each"
        ),
        pytest.param({"a": 3}, {"a": 3}, 0, {}, id="no surge"),
        pytest.param({"a": 9, "b": 1}, {"a": 9}, 3, {"a": 3}, id="zones that never were even"),
        pytest.param({}, {}, 2, {}, id="no zones"),
    ],
)
def test_each_goes_from_the_fullest_zone(
    counts: dict[str, int], outdated: dict[str, int], surge: int, plan: dict[str, int]
) -> None:
    assert give_back(counts, outdated, surge) == plan


@pytest.mark.parametrize("counts", SMALL)
@pytest.mark.parametrize("surge", [0, 1, 2, 5])
def test_the_zones_are_as_even_afterwards_as_they_can_be(
    counts: tuple[int, ...], surge: int
) -> None:
    launched = dict(zip(ZONES, counts, strict=True))
    surge = min(surge, sum(counts))
    plan = give_back(launched, {}, surge)
    left = {zone: launched[zone] - plan[zone] for zone in ZONES}
    assert plan.total() == surge
    assert min(left.values()) >= 0
    taken = [zone for zone in ZONES if plan[zone]]
    assert all(left[zone] + 1 >= max(left.values()) for zone in taken)


def unevenness(counts: Counter[str]) -> int:
    return max(counts[zone] for zone in ZONES) - min(counts[zone] for zone in ZONES)


@pytest.mark.parametrize("counts", SMALL)
def test_a_plan_that_is_begun_leads_to_the_same_end(counts: tuple[int, ...]) -> None:
    launched = Counter({zone: count + 1 for zone, count in zip(ZONES, counts, strict=True)})
    plan = give_back(launched, launched, 3)
    for zone in plan:
        rest = launched - Counter((zone,))
        after = give_back(rest, rest, 2)
        assert unevenness(rest - after) == unevenness(launched - plan)


@pytest.mark.parametrize(
    ("counts", "outdated", "surge", "most", "borne"),
    [
        pytest.param("aabbc", "a", 1, 1, True, id="one of a fullest zone"),
        pytest.param("aabbc", "c", 1, 1, False, id="its zone would be empty"),
        pytest.param("aabbc", "c", 1, 2, True, id="the zones were as uneven before"),
        pytest.param("aabbcc", "", 0, 1, True, id="no surge"),
        pytest.param("aabbcc", "a", 2, 1, False, id="fewer outdated ones than surge"),
        pytest.param("aaabbbcc", "ab", 2, 1, True, id="one of each fullest zone"),
        pytest.param("aaabbbcc", "aa", 2, 1, False, id="both of one zone"),
        pytest.param("aaabbbcc", "aab", 2, 1, True, id="the better two of three"),
        pytest.param("aabb", "a", 1, 0, False, id="not even after one"),
        pytest.param("", "", 0, 1, True, id="no zones"),
    ],
)
def test_the_outdated_ones_give_the_surge_back_where_the_zones_stay_even(
    counts: str, outdated: str, surge: int, most: int, borne: bool
) -> None:
    assert bears_surge(Counter(counts), Counter(outdated), surge, most) is borne


@pytest.mark.parametrize("counts", SMALL)
@pytest.mark.parametrize("surge", [1, 2, 3])
def test_no_other_choice_of_outdated_ones_would_do_where_the_fullest_zones_do_not(
    counts: tuple[int, ...], surge: int
) -> None:
    launched = Counter({zone: count + 1 for zone, count in zip(ZONES, counts, strict=True)})
    for outdated in SMALL[::5]:
        left = Counter(dict(zip(ZONES, outdated, strict=True))) & launched
        choices = itertools.combinations(sorted(left.elements()), surge)
        some = any(unevenness(launched - Counter(chosen)) <= 1 for chosen in choices)
        assert bears_surge(launched, left, surge, 1) is some
