# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Search small groups: when can a new node not be spared another drain?

A game of two: we choose which outdated node ends and whether with decrement, Auto Scaling chooses
among the zones with the fewest nodes. At the end, each node above the base is one drain too many.
Nodes are replaced one after another here. A zone's only node ends when no other outdated node is
left, since pods with volumes of that zone run nowhere else.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    Marks,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.victims import (
    next_victim,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    a_situation,
    an_instance,
)

Counts = tuple[int, ...]
"""Nodes by zone."""
Worth = Callable[[Counts, Counts, int], int]
"""Extra drains from here on: of outdated nodes, new ones, and the surge that is left."""
ZONES = "abc"


def balanced(zones: int, size: int) -> Iterator[Counts]:
    """Yield every way in which Auto Scaling may have spread so many nodes."""
    for counts in itertools.product(range(1, size + 1), repeat=zones):
        if sum(counts) == size and max(counts) - min(counts) <= 1:
            yield counts


GROUPS = [
    (counts, surge)
    for zones in (2, 3)
    for size in range(zones, 8)
    for surge in range(1, min(size, 4))
    for counts in balanced(zones, size)
]


def total(old: Counts, new: Counts) -> Counts:
    return tuple(map(sum, zip(old, new, strict=True)))


def launched(old: Counts, new: Counts) -> Iterator[Counts]:
    """Every choice of Auto Scaling for the next instance, as the new nodes by zone."""
    counts = total(old, new)
    for zone, count in enumerate(counts):
        if count == min(counts):
            yield tuple(n + (at == zone) for at, n in enumerate(new))


def surged(old: Counts, new: Counts, surge: int) -> set[Counts]:
    """Every way in which the surge may be launched."""
    if not surge:
        return {new}
    return {found for one in launched(old, new) for found in surged(old, one, surge - 1)}


def less(counts: Counts, zone: int) -> Counts:
    return tuple(n - (at == zone) for at, n in enumerate(counts))


def bear(counts: Counts) -> bool:
    """Return whether zones may be left like this."""
    return min(counts) > 0 and max(counts) - min(counts) <= 1


@functools.cache
def best(old: Counts, new: Counts, surge: int) -> int:
    """The extra drains of the best choices, against the worst of Auto Scaling."""
    if not sum(old):
        return surge
    counts, found = total(old, new), surge + 1
    able = [zone for zone, n in enumerate(old) if n]
    for zone in [zone for zone in able if counts[zone] > 1] or able:
        rest = less(old, zone)
        found = min(found, max(best(rest, one, surge) for one in launched(rest, new)))
        works_on = surge > 1 or not sum(rest)
        if surge and works_on and bear(total(rest, new)):
            found = min(found, best(rest, new, surge - 1))
    return found


@functools.cache
def chosen(old: Counts, new: Counts, surge: int) -> int:
    """The zone of the node that a rotation replaces next."""
    fresh = [f"n{zone}{n}" for zone, count in enumerate(new) for n in range(count)]
    stale = [f"o{zone}{n}" for zone, count in enumerate(old) for n in range(count)]
    instances = [an_instance(name, name in fresh, ZONES[int(name[1])]) for name in fresh + stale]
    nodes = [a_node(name) for name in fresh + stale]
    group = a_group(*instances, zones=tuple(ZONES[: len(old)]))
    joined = frozenset(instance.id for instance in instances)
    situation = a_situation(group, *nodes, marks=Marks(joined=joined), surge=surge)
    victim = next_victim(situation, frozenset(), group.zones)
    assert victim is not None
    return ZONES.index(victim.instance.zone)


@functools.cache
def ours(old: Counts, new: Counts, surge: int) -> int:
    """The extra drains of a rotation, against the worst of Auto Scaling."""
    if not sum(old):
        return surge
    zone = chosen(old, new, surge)
    rest = less(old, zone)
    together = sum(old) > 1 and bear(new)
    if sum(old) <= surge and (bear(total(rest, new)) or together):
        return ours(rest, new, surge - 1)
    return max(ours(rest, one, surge) for one in launched(rest, new))


def worst(worth: Worth, counts: Counts, surge: int) -> int:
    none = (0,) * len(counts)
    return max(worth(counts, new, surge) for new in surged(counts, none, surge))


@pytest.mark.parametrize(("counts", "surge"), GROUPS)
def test_no_choice_of_nodes_would_spare_new_nodes_more_drains(counts: Counts, surge: int) -> None:
    assert worst(ours, counts, surge) == worst(best, counts, surge)


def test_one_cannot_be_avoided_only_where_a_zone_has_a_single_node() -> None:
    unavoidable = {
        (tuple(sorted(counts)), surge) for counts, surge in GROUPS if worst(best, counts, surge)
    }
    assert unavoidable == {((1, 1), 1), ((1, 1, 1), 1), ((1, 1, 1), 2), ((1, 1, 2), 1)}
