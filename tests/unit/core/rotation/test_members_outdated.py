# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every reason to replace an instance, combined; whole groups by plain counts."""

from __future__ import annotations

import collections
import dataclasses
import itertools
import random

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Instance
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import (
    NEEDS_UPDATE,
    REPLACING,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    Marks,
    Member,
    join,
    outdated,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.node_index import (
    by_instance,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.situation import (
    Situation,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.victims import (
    alone,
    empties_zone,
    next_victim,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.zones import give_back
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    NEW,
    OLD,
    TARGET,
    a_group,
    a_node,
    an_instance,
    members,
)

NOW = 2000.0
"""The target was resolved at 1000."""
YES_OR_NO = (False, True)
SEEDS = range(15)


@pytest.mark.parametrize(
    ("version", "same_image", "late", "old", "marked"),
    list(itertools.product(("1", "2", "7"), YES_OR_NO, YES_OR_NO, YES_OR_NO, YES_OR_NO)),
)
def test_the_first_of_four_reasons_is_told(
    version: str, same_image: bool, late: bool, old: bool, marked: bool
) -> None:
    """Version 7 says the same as the target, version 2; 1 does not."""
    target = dataclasses.replace(TARGET, equivalent_versions=frozenset("7"))
    instance = an_instance(
        "a",
        source=("lt-1", version),
        image_id="ami-new" if same_image else "ami-other",
        launched_at=1100.0 if late else 900.0,
    )
    node = a_node("a", annotations={NEEDS_UPDATE: "x"} if marked else {})
    age = 800.0 if old else 5000.0
    reasons = {
        "version 1, target is 2": version == "1",
        "runs image ami-other, target is ami-new": not same_image and not late,
        "older than 800 s": old,
        f"marked {NEEDS_UPDATE}": marked and not late,
    }
    expected = next((words for words, holds in reasons.items() if holds), "")
    assert outdated(instance, node, target, NOW, age) == expected


@pytest.mark.parametrize("launched_at", [0.0, 1.0, 999.0, 1000.0, 1001.0])
def test_an_image_of_after_the_target_was_resolved_is_current(launched_at: float) -> None:
    """Behind the image is a parameter that may have moved on since."""
    instance = an_instance("a", source=NEW, image_id="ami-newer", launched_at=launched_at)
    assert bool(outdated(instance, None, TARGET, NOW, None)) is (launched_at < 1000.0)


@pytest.mark.parametrize(
    ("launched_at", "max_age", "old"),
    [(1500.0, 500.0, False), (1499.0, 500.0, True), (1500.0, 499.9, True), (2100.0, 1.0, False)],
)
def test_an_instance_is_too_old_only_after_the_whole_age(
    launched_at: float, max_age: float, old: bool
) -> None:
    instance = an_instance("a", fresh=True, launched_at=launched_at)
    assert bool(outdated(instance, None, TARGET, NOW, max_age)) is old


@pytest.mark.parametrize(("unschedulable", "marked"), list(itertools.product(YES_OR_NO, YES_OR_NO)))
@pytest.mark.parametrize("fresh", YES_OR_NO)
def test_a_new_node_that_a_person_cordons_takes_no_pods(
    fresh: bool, unschedulable: bool, marked: bool
) -> None:
    node = a_node("a", annotations={REPLACING: "r"} if marked else {}, unschedulable=unschedulable)
    known = Marks(joined=frozenset(("i-a",)))
    found = members(a_group(an_instance("a", fresh)), node, marks=known)["a"]
    assert found.joined is not (fresh and unschedulable and not marked)


@dataclasses.dataclass(frozen=True)
class Chance:
    """A random group with its nodes and marks."""

    instances: tuple[Instance, ...]
    nodes: tuple[Node, ...]
    marks: Marks
    situation: Situation


def chance(seed: int, size: int = 9) -> Chance:
    dice = random.Random(seed)
    names = [str(number) for number in range(size)]

    def some(odds: float) -> list[str]:
        return [name for name in names if dice.random() < odds]

    new, marked = some(0.4), some(0.2)
    instances = tuple(
        an_instance(name, name in new, zone=dice.choice("abc"), launched_at=dice.choice((1.0, 2.0)))
        for name in names
    )
    nodes = tuple(
        a_node(
            name,
            dice.choice((True, True, True, False, None)),
            annotations={REPLACING: "r"} if name in marked else {},
        )
        for name in some(0.9)
    )
    sets = [frozenset(f"i-{name}" for name in some(odds)) for odds in (0.6, 0.2, 0.2, 0.1)]
    marks = Marks(*sets)
    group = a_group(*instances)
    found = join(group, by_instance(nodes), TARGET, marks, None)
    return Chance(instances, nodes, marks, Situation(found, group.desired, group.desired - 2))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_situation_counts_its_members(seed: int) -> None:
    case = chance(seed)
    found, every = case.situation, case.situation.members
    stays = [one for one in case.instances if one.id not in case.marks.gone]
    assert [member.id for member in every] == [one.id for one in stays]
    assert found.launched == len(stays)
    assert found.surge == 2
    assert [member.id for member in found.outdated] == [i.id for i in stays if i.source == OLD]
    assert [member.id for member in found.current] == [i.id for i in stays if i.source == NEW]
    assert found.outdated_ids == {one.id for one in stays if one.source == OLD}
    assert found.zones == collections.Counter(one.zone for one in stays)
    assert found.available == len([member for member in every if member.available])
    assert found.leaving == tuple(member for member in every if member.leaving)


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_that_leaves_or_is_unknown_is_available(seed: int) -> None:
    for member in chance(seed).situation.members:
        if member.available:
            assert member.node is not None
            assert member.node.ready is True
            assert not member.leaving
            assert REPLACING not in member.node.annotations


def better(situation: Situation, waiting: list[Member], one: Member, other: Member) -> bool:
    """Return whether the rule in words puts `one` before `other`."""
    outdated = collections.Counter(member.instance.zone for member in waiting)
    last = give_back(situation.zones, outdated, situation.surge)
    for says in (
        lambda member: not member.available,
        lambda member: not alone(situation, member),
        lambda member: outdated[member.instance.zone] - last[member.instance.zone],
        lambda member: situation.zones[member.instance.zone],
        lambda member: -member.instance.launched_at,
    ):
        if says(one) != says(other):
            return bool(says(one) > says(other))
    return one.id < other.id


@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_who_waits_comes_before_the_victim(seed: int) -> None:
    case = chance(seed)
    skipped = frozenset(f"i-{number}" for number in random.Random(-seed).sample(range(9), 2))
    waiting = [one for one in case.situation.outdated if not one.leaving and one.id not in skipped]
    victim = next_victim(case.situation, skipped)
    assert (victim is None) is (not waiting)
    if victim is not None:
        assert victim in waiting
        others = [one for one in waiting if one.id != victim.id]
        assert [one.id for one in others if better(case.situation, waiting, one, victim)] == []


@pytest.mark.parametrize("seed", SEEDS)
def test_a_zone_is_emptied_by_the_last_of_its_instances(seed: int) -> None:
    case, dice = chance(seed), random.Random(-seed)
    ending = {one.id for one in case.instances if dice.random() < 0.3}
    for member in case.situation.members:
        left = [
            one
            for one in case.situation.members
            if one.instance.zone == member.instance.zone and one.id not in {member.id, *ending}
        ]
        assert empties_zone(case.situation, member, ending) is (len(left) == 0)
        if empties_zone(case.situation, member, ()):
            assert empties_zone(case.situation, member, ending)


@pytest.mark.parametrize(
    ("desired", "base", "surge"), [(3, 3, 0), (5, 3, 2), (2, 3, 0), (0, 0, 0), (1, 0, 1)]
)
def test_a_desired_below_the_base_is_no_surge(desired: int, base: int, surge: int) -> None:
    assert Situation((), desired, base).surge == surge
