# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Members that have not changed stay the same objects; the others are judged."""

from __future__ import annotations

import dataclasses
import random
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import (
    Group,
    Instance,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node, Taint
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import REPLACING
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    SOFT_TAINT,
    Marks,
    join,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.rejoining import (
    Joined,
    Judged,
    rejoin,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.situation import (
    LISTED,
    SAID,
    Situation,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.victims import alone
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    TARGET,
    a_group,
    a_node,
    an_instance,
)

NAMES = "abcdefgh"


class Chance:
    """A group whose instances, nodes and marks change by chance."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.instances = {name: self.instance(name) for name in NAMES}
        self.nodes = {f"i-{name}": self.node(name) for name in NAMES[1:]}
        self.marks = Marks()

    def instance(self, name: str) -> Instance:
        """One that is new or old, in any zone."""
        state = self.dice.choice(("InService", "InService", "Pending", "Terminating"))
        fresh, zone = self.dice.random() < 0.5, self.dice.choice("ab")
        return an_instance(name, fresh=fresh, zone=zone, lifecycle=state)

    def node(self, name: str) -> Node:
        """One in any state."""
        marked = {REPLACING: "r"} if self.dice.random() < 0.3 else {}
        taints = (SOFT_TAINT,) if self.dice.random() < 0.5 else (Taint("startup", "NoSchedule"),)
        ready, cordoned = self.dice.random() < 0.8, self.dice.random() < 0.2
        return a_node(name, ready, annotations=marked, taints=taints, unschedulable=cordoned)

    def change(self) -> None:
        """Change one thing, or nothing but the read of it."""
        name, what = self.dice.choice(NAMES), self.dice.random()
        if what < 0.2:
            self.instances[name] = self.instance(name)
        elif what < 0.4:  # read again, equal
            self.instances[name] = dataclasses.replace(self.instances[name])
        elif what < 0.6:
            self.nodes = {**self.nodes, f"i-{name}": self.node(name)}
        elif what < 0.7:
            self.nodes = {key: one for key, one in self.nodes.items() if key != f"i-{name}"}
        else:
            kind = self.dice.choice(("joined", "selected", "skipped", "gone"))
            known: frozenset[str] = getattr(self.marks, kind)
            self.marks = dataclasses.replace(self.marks, **{kind: known ^ {f"i-{name}"}})

    @property
    def group(self) -> Group:
        """The group as read now."""
        return a_group(*self.instances.values())


@pytest.mark.parametrize("seed", range(40))
def test_a_group_joined_on_what_was_known_is_as_joined_anew(seed: int) -> None:
    chance = Chance(seed)
    known: Joined | None = None
    group = chance.group
    for step in range(60):
        if chance.dice.random() < 0.4:
            group = chance.group
        judged = Judged(TARGET, chance.dice.choice((None, 900.0)) if step % 20 == 0 else None, 2e3)
        known = rejoin(known, group, chance.nodes, chance.marks, judged, (8, 8))
        fresh = join(group, chance.nodes, TARGET, chance.marks, judged.max_age, 2e3)
        assert known.situation.members == fresh
        assert known.is_of(group, chance.nodes, chance.marks, judged, (8, 8))
        chance.change()


GROUP = a_group(*(an_instance(name) for name in "abc"))
NODES = {f"i-{name}": a_node(name) for name in "abc"}
BY = Judged(TARGET, None, 2000.0)
NONE = Marks()
KNOWN = rejoin(None, GROUP, NODES, NONE, BY, (3, 3))


@pytest.mark.parametrize(
    "group",
    [
        pytest.param(GROUP, id="the same read"),
        pytest.param(a_group(*(an_instance(name) for name in "abc")), id="another one"),
    ],
)
def test_only_what_has_changed_is_another_member(group: Group) -> None:
    chosen, nodes = Marks(selected=frozenset(("i-b",))), {**NODES, "i-c": a_node("c", False)}
    found = rejoin(KNOWN, group, nodes, chosen, BY, (3, 3)).situation
    pairs = zip(found.members, KNOWN.situation.members, strict=True)
    assert [one is other for one, other in pairs] == [True, False, False]
    assert (found.members[1].leaving, found.members[2].joined) == (True, False)


@pytest.mark.parametrize(
    ("more", "same"),
    [
        pytest.param({}, True, id="nothing"),
        pytest.param({"group": a_group(*(an_instance(n) for n in "abc"))}, True, id="a read"),
        pytest.param({"nodes": dict(NODES)}, True, id="a node of another group"),
        pytest.param({"marks": Marks(skipped=frozenset(("i-x",)))}, True, id="another's mark"),
        pytest.param({"nodes": {**NODES, "i-a": a_node("a", False)}}, False, id="a node"),
        pytest.param({"marks": Marks(gone=frozenset(("i-a",)))}, False, id="an end"),
        pytest.param({"sizes": (4, 3)}, False, id="desired"),
        pytest.param({"judged": Judged(TARGET, 1.0, 2000.0)}, False, id="the age"),
    ],
)
def test_a_situation_stays_the_same_object_until_something_changes(
    more: dict[str, Any], same: bool
) -> None:
    given = {"group": GROUP, "nodes": NODES, "marks": NONE, "judged": BY, "sizes": (3, 3)}
    found = rejoin(KNOWN, **{**given, **more})
    assert (found.situation is KNOWN.situation) is same
    assert KNOWN.is_of(**{**given, **more}) is (not more)


def test_ages_are_judged_anew_with_each_read_until_the_first_one_is_known() -> None:
    by, later = Judged(TARGET, 600.0), dataclasses.replace(GROUP, read_at=9e9)
    young = dataclasses.replace(an_instance("n", fresh=True), launched_at=1990.0)
    first = rejoin(None, a_group(young), {}, Marks(), by, (1, 1))
    again = rejoin(first, dataclasses.replace(later, instances=(young,)), {}, Marks(), by, (1, 1))
    assert (first.situation.outdated, len(again.situation.outdated)) == ((), 1)


@pytest.mark.parametrize("seed", range(30))
def test_what_a_situation_says_of_its_members_is_what_they_say(seed: int) -> None:
    chance = Chance(seed)
    for _number in range(10):
        chance.change()
    members = join(chance.group, chance.nodes, TARGET, chance.marks, None, 2000.0)
    found = Situation(members, len(members), len(members))
    assert [found.by_id[one.id] for one in members] == list(members)
    assert all(found.by_name[one.name] is one for one in members)
    assert found.nodeless == tuple(one for one in members if one.node is None)
    assert found.with_node == {one.id for one in members if one.node is not None}
    assert found.unready == tuple(one for one in members if one.node and not one.node.ready)
    assert [found.places[one.id] for one in members] == list(range(len(members)))
    assert found.marked == tuple(one for one in members if one.marked)
    assert found.unjoined == tuple(one for one in members if not one.joined)
    assert found.idle == tuple(one for one in members if one.outdated and not one.leaving)
    assert found.idle_away == tuple(one for one in found.idle if not one.available)
    assert found.untainted == tuple(
        one for one in members if one.outdated and one.node and SOFT_TAINT not in one.node.taints
    )
    for one in members:
        others = [other for other in members if other.available and other.id != one.id]
        there = [other for other in others if other.instance.zone == one.instance.zone]
        assert alone(found, one) is not bool(there)


@pytest.mark.parametrize(
    ("other", "same"),
    [
        pytest.param(lambda members: Situation(members, 2, 2), True, id="the same"),
        pytest.param(lambda members: Situation(members, 3, 2), False, id="another desired"),
        pytest.param(lambda members: Situation(members, 2, 1), False, id="another base"),
        pytest.param(lambda members: Situation(members[:1], 2, 2), False, id="one less"),
        pytest.param(
            lambda members: Situation((members[0], dataclasses.replace(members[1])), 2, 2),
            False,
            id="one read anew",
        ),
    ],
)
def test_a_situation_is_the_same_with_the_very_same_members(other: object, same: bool) -> None:
    group = a_group(an_instance("a"), an_instance("b"))
    members = join(group, {}, TARGET, Marks(), None, 2000.0)
    assert callable(other)
    assert Situation(members, 2, 2).is_same(other(members)) is same


KNOWN_OF_ALL = (*LISTED, *SAID, "by_id")


@pytest.mark.parametrize("seed", range(40))
def test_what_a_situation_takes_over_is_what_it_would_find_itself(seed: int) -> None:
    chance = Chance(seed)
    known: Joined | None = None
    group = chance.group
    for _step in range(60):
        if chance.dice.random() < 0.3:
            group = chance.group
        known = rejoin(known, group, chance.nodes, chance.marks, BY, (8, 8))
        fresh = Situation(known.situation.members, 8, 8)
        for name in KNOWN_OF_ALL:
            assert getattr(known.situation, name) == getattr(fresh, name), name
        chance.change()


def test_a_property_that_is_taken_over_is_one_of_a_situation() -> None:
    fresh = Situation(KNOWN.situation.members, 3, 3)
    for name, lists in LISTED.items():
        assert getattr(fresh, name) == tuple(one for one in fresh.members if lists(one))


def test_what_does_not_change_is_not_looked_for_again() -> None:
    assert KNOWN.situation.nodeless == ()
    nodes = {**NODES, "i-c": a_node("c", taints=(Taint("startup", "NoSchedule"),))}
    found = rejoin(KNOWN, GROUP, nodes, NONE, BY, (3, 3)).situation
    assert "nodeless" in found.__dict__
    assert found is not KNOWN.situation
