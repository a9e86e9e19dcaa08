# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Join instances with their nodes and judge each of them for a rotation."""

from __future__ import annotations

import collections
import dataclasses
import functools
from collections.abc import Collection, Iterable, Mapping

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import (
    Group,
    Instance,
    Target,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node, Taint
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import (
    NEEDS_UPDATE,
    OUTDATED,
    PREFIX,
    REPLACING,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.zones import (
    filled,
    give_back,
)

SOFT_TAINT = Taint(OUTDATED, "PreferNoSchedule")

BLOCKING = ("NoSchedule", "NoExecute")
"""Taint effects that keep pods away."""
CONDITION = "node.kubernetes.io/"
"""Prefix of the taints that the control plane sets for a node's conditions and cordon."""
BALANCED = 1
"""Largest difference between zones at which AZRebalance does nothing."""


@dataclasses.dataclass(frozen=True, slots=True)
class Member:
    """One instance of the group with its node.

    `outdated`: why it has to be replaced, "" if it is current. `leaving`: we are replacing it.
    `marked`: its node carries our annotation, perhaps still after we gave it up. `joined`: its node
    is Ready and, if current, was judged ready (see core.rotation.readiness).
    """

    instance: Instance
    node: Node | None
    outdated: str
    leaving: bool
    marked: bool
    joined: bool

    @property
    def id(self) -> str:
        """Return the instance id."""
        return self.instance.id

    @property
    def name(self) -> str:
        """Return the node's name; the instance id while there is no node."""
        return self.node.name if self.node else self.instance.id

    @property
    def available(self) -> bool:
        """Return whether it is ready, not cordoned by us and not marked for removal."""
        return self.joined and not self.leaving and not self.marked


@dataclasses.dataclass(frozen=True)
class Situation:
    """State of the group at one moment; only launched instances are members.

    `desired`: the desired capacity including our own acts that reads do not show yet. `base`: the
    recorded base. Each property is computed once.
    """

    members: tuple[Member, ...]
    desired: int
    base: int

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
    def zones(self) -> collections.Counter[str]:
        """Return the number of launched instances by zone."""
        return collections.Counter(member.instance.zone for member in self.members)


def outdated(
    instance: Instance, node: Node | None, target: Target, now: float, max_age: float | None
) -> str:
    """Return why the instance has to be replaced, "" if it is current.

    `now`: seconds since the epoch. `max_age`: seconds. A mark on an instance that was launched
    after the target was resolved is for the next run, lest a rotation never end.
    """
    target = target.of(instance)
    same = instance.source[0] == target.template
    if not same or instance.source[1] not in {target.version, *target.equivalent_versions}:
        if same:
            return f"version {instance.source[1]}, target is {target.version}"
        return f"launched from {_source(instance.source)}, target is {_source(target.source)}"
    images = (instance.image_id, target.image_id)
    if all(images) and images[0] != images[1] and instance.launched_at < target.resolved_at:
        return f"runs image {images[0]}, target is {images[1]}"
    if max_age is not None and instance.launched_at and now - instance.launched_at > max_age:
        return f"older than {max_age:.0f} s"
    marked = node is not None and NEEDS_UPDATE in node.annotations
    if marked and (not target.resolved_at or instance.launched_at < target.resolved_at):
        return f"marked {NEEDS_UPDATE}"
    return ""


def _source(source: tuple[str, str]) -> str:
    return f"{source[0]} version {source[1]}" if source[1] else source[0] or "an unknown template"


@dataclasses.dataclass(frozen=True)
class Marks:
    """What this run knows of instances beyond what reads show, as instance ids.

    `joined`: judged ready. `selected`: chosen for replacement, even if their node is not marked
    yet. `skipped`: their replacement was given up, they stay. `gone`: ended, even if a late read
    still shows them.
    """

    joined: frozenset[str] = frozenset()
    selected: frozenset[str] = frozenset()
    skipped: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()


def join(
    group: Group,
    nodes: Mapping[str, Node],
    target: Target,
    marks: Marks,
    max_age: float | None,
    judged_at: float | None = None,
) -> tuple[Member, ...]:
    """Return the launched instances of the group as members; `nodes` by instance id."""
    launched = (instance for instance in group.launched if instance.id not in marks.gone)
    now = group.read_at if judged_at is None else judged_at
    return tuple(
        _member(instance, nodes.get(instance.id), target, marks, now, max_age)
        for instance in launched
    )


def _member(
    instance: Instance,
    node: Node | None,
    target: Target,
    marks: Marks,
    now: float,
    max_age: float | None,
) -> Member:
    why = outdated(instance, node, target, now, max_age)
    marked = node is not None and REPLACING in node.annotations
    leaving = instance.id in marks.selected or (marked and instance.id not in marks.skipped)
    ready = node is not None and node.ready is True
    if node is not None and not why and node.unschedulable and not marked:
        ready = False  # somebody has cordoned a new node: it takes no pods
    return Member(
        instance, node, why, leaving, marked, ready and (bool(why) or instance.id in marks.joined)
    )


def next_victim(
    situation: Situation,
    skipped: frozenset[str],
    all_zones: Iterable[str] = (),
    volumes: bool = True,
) -> Member | None:
    """Return the outdated node to replace next, None if there is none.

    First nodes that are not available, then those whose zone keeps another available node (where
    pods on them may have `volumes`), then those of the zone with the most outdated nodes besides
    those that are to end with decrement (see core.rotation.zones), then those of the fullest zone,
    of equal ones of that with the most outdated, then the oldest. No other order spares new nodes
    more drains, whatever zones Auto Scaling chooses (searched exhaustively for small groups).
    """
    waiting = [
        member for member in situation.outdated if not member.leaving and member.id not in skipped
    ]
    zones = filled(situation.zones, all_zones, situation.desired - situation.launched)
    outdated = collections.Counter(member.instance.zone for member in waiting)
    last = give_back(zones, outdated, situation.surge)

    def order(member: Member) -> tuple[bool, bool, int, int, int, float, str]:
        zone = member.instance.zone
        return (
            member.available,
            volumes and alone(situation, member),
            last[zone] - outdated[zone],
            -zones[zone],
            -outdated[zone],
            member.instance.launched_at,
            member.id,
        )

    return min(waiting, key=order, default=None)


def alone(situation: Situation, member: Member) -> bool:
    """Return whether the zone of this member has no other available node."""
    zone = member.instance.zone
    others = (other for other in situation.members if other.id != member.id and other.available)
    return not any(other.instance.zone == zone for other in others)


def empties_zone(situation: Situation, member: Member, ending: Collection[str]) -> bool:
    """Return whether a zone would have no node left without this member.

    `ending`: IDs of those that go as well. Pods with volumes of that zone could not run.
    """
    zone, going = member.instance.zone, {member.id, *ending}
    return not any(
        other.instance.zone == zone and other.id not in going for other in situation.members
    )


def spread(zones: Mapping[str, int], all_zones: Iterable[str]) -> int:
    """Return the difference between the fullest and the emptiest zone."""
    counts = [zones.get(zone, 0) for zone in all_zones]
    return max(counts) - min(counts) if counts else 0
