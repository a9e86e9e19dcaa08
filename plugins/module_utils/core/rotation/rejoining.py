# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Join a group with its nodes again: only what has changed is judged anew."""

from __future__ import annotations

import dataclasses
import itertools
import operator
from collections.abc import Iterable, Mapping

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Group, Target
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import changed_items
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    Marks,
    Member,
    join,
    member_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.situation import (
    Situation,
)

MOST_CHANGED = 20
"""Changed members with which what is known of the others is taken over; with more it is not worth
it."""


@dataclasses.dataclass(frozen=True)
class Judged:
    """By what members are judged (see members.outdated).

    `at` is its `now`, None for the moment of the read.
    """

    target: Target
    max_age: float | None = None
    at: float | None = None


@dataclasses.dataclass(frozen=True)
class Joined:
    """A situation with what it was made of; `nodes` are by instance id."""

    group: Group
    nodes: Mapping[str, Node]
    marks: Marks
    judged: Judged
    situation: Situation

    def is_of(
        self,
        group: Group,
        nodes: Mapping[str, Node],
        marks: Marks,
        judged: Judged,
        sizes: tuple[int, int],
    ) -> bool:
        """Return whether it was made of these very objects and equal values (see rejoin)."""
        same = self.group is group and self.nodes is nodes and self.marks is marks
        equal = (self.situation.desired, self.situation.base) == sizes
        return same and equal and self.judged == judged


def rejoin(
    known: Joined | None,
    group: Group,
    nodes: Mapping[str, Node],
    marks: Marks,
    judged: Judged,
    sizes: tuple[int, int],
) -> Joined:
    """Return the group joined with its nodes.

    `sizes`: desired and base of the situation.
    What has not changed since it was `known` stays the same object: a member, or all of them.
    """
    found = Situation(_members(known, group, nodes, marks, judged), *sizes)
    if known is not None and found.is_same(known.situation):
        found = known.situation
    elif known is not None:
        _inherit(found, known.situation)
    return Joined(group, nodes, marks, judged, found)


def _inherit(found: Situation, before: Situation) -> None:
    """Let a situation take over what its changed members leave as it was.

    They are the same instances in the same places, and few of them have changed.
    """
    if len(found.members) != len(before.members):
        return
    differ = map(operator.is_not, before.members, found.members)
    pairs = itertools.compress(zip(before.members, found.members, strict=True), differ)
    changed = tuple(itertools.islice(pairs, MOST_CHANGED + 1))
    if len(changed) <= MOST_CHANGED and all(one.id == other.id for one, other in changed):
        found.inherit(before, changed)


def _members(
    known: Joined | None, group: Group, nodes: Mapping[str, Node], marks: Marks, judged: Judged
) -> tuple[Member, ...]:
    by = (judged.target, marks, judged.max_age, judged.at)
    if known is None or known.judged != judged or judged.at is None:
        return join(group, nodes, *by)
    stale, changed = moved(known.marks, marks), changed_items(known.nodes, nodes)
    same = known.group is group and known.marks.gone == marks.gone
    if same and changed is not None:
        return _judged_again(known.situation, stale.union(changed), nodes, marks, judged)
    stay = {id_: one for id_, one in known.situation.by_id.items() if id_ not in stale}
    return join(group, nodes, *by, stay)


def _judged_again(
    situation: Situation,
    stale: Iterable[str],
    nodes: Mapping[str, Node],
    marks: Marks,
    judged: Judged,
) -> tuple[Member, ...]:
    """Return the members with those judged again that are stale."""
    members = list(situation.members)
    for name in stale:
        if (place := situation.places.get(name)) is None:
            continue
        before, by = members[place], (judged.target, marks, judged.at or 0.0, judged.max_age)
        found = member_of(before.instance, nodes.get(name), *by)
        members[place] = before if found == before else found
    return tuple(members)


def moved(before: Marks, marks: Marks) -> frozenset[str]:
    """Return the ids of which both marks do not say the same."""
    if before is marks:
        return frozenset()
    found = before.joined ^ marks.joined
    found |= before.selected ^ marks.selected
    found |= before.skipped ^ marks.skipped
    return found | (before.gone ^ marks.gone)
