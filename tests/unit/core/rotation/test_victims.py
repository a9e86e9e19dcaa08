# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every combination of marks for one instance, and the order of victims for many."""

from __future__ import annotations

import itertools
import random

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Taint
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import PREFIX, REPLACING
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    CONDITION,
    Marks,
    Member,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.situation import (
    Situation,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.victims import (
    alone,
    empties_zone,
    next_victim,
    spread,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    a_situation,
    an_instance,
    members,
)

YES_OR_NO = (False, True)


def member(
    fresh: bool, ready: bool | None, marked: bool, joined: bool, selected: bool, skipped: bool
) -> Member:
    """The member i-a with these marks."""
    ids = frozenset(("i-a",))
    marks = Marks(
        joined=ids if joined else frozenset(),
        selected=ids if selected else frozenset(),
        skipped=ids if skipped else frozenset(),
    )
    node = a_node("a", ready, annotations={REPLACING: "r"} if marked else {})
    return members(a_group(an_instance("a", fresh)), node, marks=marks)["a"]


TRAITS = list(
    itertools.product(YES_OR_NO, (False, None, True), YES_OR_NO, YES_OR_NO, YES_OR_NO, YES_OR_NO)
)


@pytest.mark.parametrize(("fresh", "ready", "marked", "joined", "selected", "skipped"), TRAITS)
def test_what_a_member_is(
    fresh: bool, ready: bool | None, marked: bool, joined: bool, selected: bool, skipped: bool
) -> None:
    found = member(fresh, ready, marked, joined, selected, skipped)
    assert found.marked is marked
    assert found.leaving is (selected or (marked and not skipped))
    assert found.joined is (ready is True and (joined or not fresh))
    assert found.available is (found.joined and not selected and not marked)


@pytest.mark.parametrize("seed", range(50))
def test_victims_come_in_the_same_order_whatever_the_order_of_the_read(seed: int) -> None:
    dice = random.Random(seed)
    instances = [
        an_instance(str(n), zone=dice.choice("abc"), launched_at=float(dice.randint(1, 3)))
        for n in range(8)
    ]
    nodes = [a_node(str(n), dice.random() < 0.7) for n in range(8)]
    shuffled = dice.sample(instances, 8)
    first = next_victim(a_situation(a_group(*instances), *nodes), frozenset())
    second = next_victim(a_situation(a_group(*shuffled), *dice.sample(nodes, 8)), frozenset())
    assert first is not None
    assert second is not None
    assert first.id == second.id


@pytest.mark.parametrize("seed", range(50))
def test_a_victim_carries_nothing_or_all_nodes_carry_load(seed: int) -> None:
    dice = random.Random(seed)
    group = a_group(*(an_instance(str(n), zone=dice.choice("ab")) for n in range(6)))
    situation = a_situation(group, *(a_node(str(n), dice.random() < 0.6) for n in range(6)))
    victim = next_victim(situation, frozenset())
    assert victim is not None
    idle = [one for one in situation.outdated if not one.available]
    assert victim in idle or not idle
    peers = idle or list(situation.outdated)
    assert situation.zones[victim.instance.zone] == max(
        situation.zones[one.instance.zone] for one in peers
    )


@pytest.mark.parametrize(("volumes", "first"), [(True, "i-3"), (False, "i-1")])
def test_without_volumes_the_zone_that_got_the_new_one_is_left_to_the_end(
    volumes: bool, first: str
) -> None:
    """i-4 is new, in the zone of i-3: whichever ends there last needs no successor."""
    zones = {"1": "a", "2": "b", "3": "c", "4": "c"}
    instances = [an_instance(name, name == "4", zone) for name, zone in zones.items()]
    marks = Marks(joined=frozenset(("i-4",)))
    nodes = (a_node(name) for name in zones)
    situation = a_situation(a_group(*instances), *nodes, marks=marks, surge=1)
    victim = next_victim(situation, frozenset(), "abc", volumes)
    assert victim is not None
    assert victim.id == first


@pytest.mark.parametrize("skipped", [(), ("i-a",), ("i-a", "i-b"), ("i-a", "i-b", "i-c")])
def test_a_skipped_node_is_never_a_victim(skipped: tuple[str, ...]) -> None:
    situation = a_situation(
        a_group(*(an_instance(name) for name in "abc")), *(a_node(name) for name in "abc")
    )
    victim = next_victim(situation, frozenset(skipped))
    left = [name for name in ("i-a", "i-b", "i-c") if name not in skipped]
    assert (victim.id if victim else None) == (left[0] if left else None)


@pytest.mark.parametrize("counts", list(itertools.product(range(4), repeat=3)))
def test_spread_is_that_of_the_zones_of_the_group(counts: tuple[int, ...]) -> None:
    zones = dict(zip("abc", counts, strict=True))
    assert spread(zones, "abc") == max(counts) - min(counts)
    assert spread({name: n for name, n in zones.items() if n}, "abc") == spread(zones, "abc")


@pytest.mark.parametrize("key", [PREFIX + "outdated", CONDITION + "disk-pressure"])
def test_no_taint_of_ours_or_the_control_planes_is_expected(key: str) -> None:
    node = a_node("a", taints=(Taint(key, "NoSchedule"), Taint("team", "NoExecute")))
    assert a_situation(a_group(an_instance("a")), node).expected_taints == {"team"}


def three(zones: str, *joined: str) -> Situation:
    """Fresh instances a, b, c in these zones; the named ones are Ready and joined."""
    instances = [an_instance(n, True, zone=z) for n, z in zip("abc", zones, strict=True)]
    marks = Marks(joined=frozenset(f"i-{name}" for name in joined))
    return a_situation(a_group(*instances), *(a_node(name) for name in joined), marks=marks)


@pytest.mark.parametrize(
    ("zones", "joined", "expected"),
    [
        pytest.param("xxy", "abc", False, id="another node serves the zone"),
        pytest.param("xyy", "abc", True, id="all others are elsewhere"),
        pytest.param("xxy", "ac", True, id="the other one of the zone is not available"),
    ],
)
def test_who_is_alone_in_a_zone(zones: str, joined: str, expected: bool) -> None:
    situation = three(zones, *joined)
    assert alone(situation, situation.members[0]) is expected


@pytest.mark.parametrize(
    ("zones", "ending", "expected"),
    [
        pytest.param("xxy", (), False, id="another instance stays in the zone"),
        pytest.param("xyy", (), True, id="the zone would be empty"),
        pytest.param("xxy", ("i-b",), True, id="the other one ends as well"),
        pytest.param("xxy", ("i-c",), False, id="one that ends elsewhere does not matter"),
    ],
)
def test_what_empties_a_zone(zones: str, ending: tuple[str, ...], expected: bool) -> None:
    situation = three(zones, "a", "b", "c")
    assert empties_zone(situation, situation.members[0], ending) is expected


def test_a_zone_keeps_its_last_node_longest() -> None:
    """Zone x is the fullest, but one node alone serves y; z has the oldest node."""
    zones = {"a": "x", "b": "x", "c": "y", "d": "z", "e": "z"}
    instances = [
        an_instance(name, zone=zone, launched_at=1.0 if zone == "y" else 2.0)
        for name, zone in zones.items()
    ]
    found = a_situation(a_group(*instances), *(a_node(name) for name in zones))
    order = []
    skipped: frozenset[str] = frozenset()
    while (victim := next_victim(found, skipped)) is not None:
        order.append(victim.id)
        skipped |= {victim.id}
    assert order[-1] == "i-c"
