# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""State of a group at one moment, and what follows from its members."""

from __future__ import annotations

import collections
import dataclasses
import functools
import operator
from collections.abc import Callable, Iterable, Mapping

from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import (
    PREFIX,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    BLOCKING,
    CONDITION,
    SOFT_TAINT,
    Member,
)


@dataclasses.dataclass(frozen=True)
class Situation:
    """State of the group at one moment; only launched instances are members.

    `desired`: the desired capacity including our own acts that reads do not show yet. `base`: the
    recorded base. Each property is computed once.
    """

    members: tuple[Member, ...]
    desired: int
    base: int

    def is_same(self, other: Situation) -> bool:
        """Return whether the other one is made of the very same members and numbers."""
        numbers = (self.desired, self.base, len(self.members))
        if numbers != (other.desired, other.base, len(other.members)):
            return False
        return all(map(operator.is_, self.members, other.members))

    def inherit(self, before: Situation, changed: Iterable[tuple[Member, Member]]) -> None:
        """Take over what is known of the members before that these changes do not touch.

        `changed`: each changed member as it was and as it is; all others are the very same.
        """
        pairs, known = tuple(changed), before.__dict__
        for name, said in SAID.items():
            if name in known and all(said(one) == said(other) for one, other in pairs):
                self.__dict__[name] = known[name]
        for name, said in LISTED.items():
            if name in known and not any(said(one) or said(other) for one, other in pairs):
                self.__dict__[name] = known[name]
        if "by_id" in known:
            self.__dict__["by_id"] = {**known["by_id"], **{one.id: one for _before, one in pairs}}

    @functools.cached_property
    def surge(self) -> int:
        """Return how much desired is above the base."""
        return max(0, self.desired - self.base)

    @functools.cached_property
    def launched(self) -> int:
        """Return the number of Pending and InService instances."""
        return len(self.members)

    @functools.cached_property
    def outdated(self) -> tuple[Member, ...]:
        """Return the members that have to be replaced."""
        return tuple(member for member in self.members if member.outdated)

    @functools.cached_property
    def outdated_ids(self) -> frozenset[str]:
        """Return the ids of the members that have to be replaced."""
        return frozenset(member.id for member in self.outdated)

    @functools.cached_property
    def expected_taints(self) -> frozenset[str]:
        """Return the blocking taints that Ready outdated nodes carry on purpose.

        Dedicated node groups have such taints. Taints set by the control plane do not count. Keys
        only.
        """
        nodes = (
            member.node
            for member in self.outdated
            if member.node is not None and member.node.ready is True
        )
        keys = {taint.key for node in nodes for taint in node.taints if taint.effect in BLOCKING}
        return frozenset(key for key in keys if not key.startswith((PREFIX, CONDITION)))

    @functools.cached_property
    def current(self) -> tuple[Member, ...]:
        """Return the members that run the target."""
        return tuple(member for member in self.members if not member.outdated)

    @functools.cached_property
    def leaving(self) -> tuple[Member, ...]:
        """Return the members that we are replacing."""
        return tuple(member for member in self.members if member.leaving)

    @functools.cached_property
    def ready_ids(self) -> frozenset[str]:
        """Return the ids of the members whose node is Ready."""
        return frozenset(
            member.id for member in self.members if member.node is not None and member.node.ready
        )

    @functools.cached_property
    def available(self) -> int:
        """Return the number of available members."""
        return sum(member.available for member in self.members)

    @functools.cached_property
    def available_zones(self) -> collections.Counter[str]:
        """Return the number of available members by zone."""
        return collections.Counter(one.instance.zone for one in self.members if one.available)

    @functools.cached_property
    def by_id(self) -> Mapping[str, Member]:
        """Return the members by instance id."""
        return {member.id: member for member in self.members}

    @functools.cached_property
    def places(self) -> Mapping[str, int]:
        """Return the places of the members by instance id."""
        return {member.id: place for place, member in enumerate(self.members)}

    @functools.cached_property
    def by_name(self) -> Mapping[str, Member]:
        """Return the members by name; of two with the same name the first."""
        return {member.name: member for member in reversed(self.members)}

    @functools.cached_property
    def nodeless(self) -> tuple[Member, ...]:
        """Return the members without a node."""
        return tuple(member for member in self.members if member.node is None)

    @functools.cached_property
    def with_node(self) -> frozenset[str]:
        """Return the ids of the members that have a node."""
        return frozenset(member.id for member in self.members if member.node is not None)

    @functools.cached_property
    def unready(self) -> tuple[Member, ...]:
        """Return the members whose node is not Ready."""
        nodes = ((member, member.node) for member in self.members)
        return tuple(one for one, node in nodes if node is not None and node.ready is not True)

    @functools.cached_property
    def marked(self) -> tuple[Member, ...]:
        """Return the members whose node carries our annotation."""
        return tuple(member for member in self.members if member.marked)

    @functools.cached_property
    def unjoined(self) -> tuple[Member, ...]:
        """Return the members that are not joined (see Member)."""
        return tuple(member for member in self.members if not member.joined)

    @functools.cached_property
    def idle(self) -> tuple[Member, ...]:
        """Return the outdated members that are not being replaced."""
        return tuple(member for member in self.outdated if not member.leaving)

    @functools.cached_property
    def idle_away(self) -> tuple[Member, ...]:
        """Return those of the idle ones that are not available."""
        return tuple(member for member in self.idle if not member.available)

    @functools.cached_property
    def untainted(self) -> tuple[Member, ...]:
        """Return the outdated members whose node lacks the soft taint."""
        return tuple(
            member
            for member in self.outdated
            if member.node is not None and SOFT_TAINT not in member.node.taints
        )

    @functools.cached_property
    def zones(self) -> collections.Counter[str]:
        """Return the number of launched instances by zone."""
        return collections.Counter(member.instance.zone for member in self.members)


def _outdated(member: Member) -> bool:
    return bool(member.outdated)


def _idle(member: Member) -> bool:
    return bool(member.outdated) and not member.leaving


def _unready(member: Member) -> bool:
    return member.node is not None and member.node.ready is not True


def _untainted(member: Member) -> bool:
    node = member.node
    return bool(member.outdated) and node is not None and SOFT_TAINT not in node.taints


LISTED: Mapping[str, Callable[[Member], bool]] = {
    "outdated": _outdated,
    "current": lambda member: not member.outdated,
    "leaving": lambda member: member.leaving,
    "nodeless": lambda member: member.node is None,
    "unready": _unready,
    "marked": lambda member: member.marked,
    "unjoined": lambda member: not member.joined,
    "idle": _idle,
    "idle_away": lambda member: _idle(member) and not member.available,
    "untainted": _untainted,
}
"""By the name of a property that lists members: which it lists."""
SAID: Mapping[str, Callable[[Member], object]] = {
    "launched": lambda member: None,
    "places": lambda member: member.id,
    "zones": lambda member: member.instance.zone,
    "outdated_ids": _outdated,
    "with_node": lambda member: member.node is None,
    "ready_ids": lambda member: member.node is not None and bool(member.node.ready),
    "available": lambda member: member.available,
    "available_zones": lambda member: (member.available, member.instance.zone),
    "expected_taints": lambda member: (
        bool(member.outdated),
        member.node is not None and member.node.ready is True and member.node.taints,
    ),
}
"""By the name of a property that says something of all members: what of each decides it."""
