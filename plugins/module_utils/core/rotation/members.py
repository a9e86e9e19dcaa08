# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Instances and nodes of a group joined, and what each of them is to a rotation. Private: may
change in any release."""

from __future__ import annotations

import collections
import dataclasses
import functools
from collections.abc import Iterable, Mapping

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import (
    Group,
    Instance,
    Target,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node, Taint

PREFIX = "nodeops.rotator/"
REPLACING = PREFIX + "replacing"
"""Node annotation: the run that is taking this node out."""
WAS_CORDONED = PREFIX + "was-unschedulable"
"""Node annotation: it was cordoned before we came, so putting back leaves it cordoned."""
WAS_EXCLUDED = PREFIX + "was-excluded"
"""Node annotation: it was excluded from load balancers before we came."""
SOFT_TAINT = Taint(PREFIX + "outdated", "PreferNoSchedule")
EXCLUDE = "node.kubernetes.io/exclude-from-external-load-balancers"
"""Well-known label: service controllers take the node out of their load balancers."""
NEEDS_UPDATE = "kops.k8s.io/needs-update"
"""Node annotation by which kops' users ask for a node's replacement."""


BLOCKING = ("NoSchedule", "NoExecute")
"""Taint effects that keep pods away."""
CONDITION = "node.kubernetes.io/"
"""Prefix of the taints that the control plane keeps by a node's condition and cordon."""
BALANCED = 1
"""A difference of at most this between zones is balance: AZRebalance does nothing."""


@dataclasses.dataclass(frozen=True, slots=True)
class Member:
    """One instance of the group with its node. `outdated` is why it has to go, "" for a current
    one; `leaving`: we are taking it out; `marked`: its node says so (or still says so, after we
    gave it up); `joined`: its node was judged ready (see core.readiness) and is Ready."""

    instance: Instance
    node: Node | None
    outdated: str
    leaving: bool
    marked: bool
    joined: bool

    @property
    def id(self) -> str:
        """The instance id."""
        return self.instance.id

    @property
    def name(self) -> str:
        """The node's name; the instance id while there is no node."""
        return self.node.name if self.node else self.instance.id

    @property
    def available(self) -> bool:
        """Ready, not cordoned by us, not marked for removal."""
        return self.joined and not self.leaving and not self.marked


@dataclasses.dataclass(frozen=True)
class Situation:
    """The group as this look sees it: only launched instances are members.

    `desired` counts our own late acts, `base` is the recorded one. What is asked of the situation
    is worked out once.
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
        """Pending and InService instances."""
        return len(self.members)

    @functools.cached_property
    def outdated(self) -> tuple[Member, ...]:
        """The members that have to go."""
        return tuple(member for member in self.members if member.outdated)

    @functools.cached_property
    def outdated_ids(self) -> frozenset[str]:
        """The instances that have to go."""
        return frozenset(member.id for member in self.outdated)

    @functools.cached_property
    def usual_taints(self) -> frozenset[str]:
        """The blocking taints that Ready outdated nodes carry: dedicated node groups are tainted on
        purpose. What the control plane sets by a node's condition or cordon is no such purpose."""
        nodes = (
            member.node
            for member in self.outdated
            if member.node is not None and member.node.ready is True
        )
        keys = {taint.key for node in nodes for taint in node.taints if taint.effect in BLOCKING}
        return frozenset(key for key in keys if not key.startswith((PREFIX, CONDITION)))

    @functools.cached_property
    def fresh(self) -> tuple[Member, ...]:
        """The members that run the target."""
        return tuple(member for member in self.members if not member.outdated)

    @functools.cached_property
    def leaving(self) -> tuple[Member, ...]:
        """The members that we are taking out."""
        return tuple(member for member in self.members if member.leaving)

    @functools.cached_property
    def available(self) -> int:
        """How many nodes carry load and may go on doing so."""
        return sum(member.available for member in self.members)

    @functools.cached_property
    def zones(self) -> collections.Counter[str]:
        """Launched instances by zone."""
        return collections.Counter(member.instance.zone for member in self.members)


def by_instance(nodes: Iterable[Node]) -> dict[str, Node]:
    """Nodes by the instance that their providerID names; of two that claim one instance, the
    younger."""
    found: dict[str, Node] = {}
    for node in nodes:
        known = found.get(node.instance_id)
        if node.instance_id and (known is None or node.created > known.created):
            found[node.instance_id] = node
    return found


def outdated(
    instance: Instance, node: Node | None, target: Target, now: float, max_age: float | None
) -> str:
    """Why the instance has to be replaced, "" if it is current. `now` and ages in seconds, `now`
    since the epoch."""
    same = instance.source[0] == target.template
    if not same or instance.source[1] not in {target.version, *target.twins}:
        if same:
            return f"version {instance.source[1]}, target is {target.version}"
        return f"launched from {_source(instance.source)}, target is {_source(target.source)}"
    images = (instance.image_id, target.image_id)
    if all(images) and images[0] != images[1] and instance.launched_at < target.resolved_at:
        return f"runs image {images[0]}, target is {images[1]}"
    if max_age is not None and instance.launched_at and now - instance.launched_at > max_age:
        return f"older than {max_age:.0f} s"
    if node is not None and NEEDS_UPDATE in node.annotations:
        return f"marked {NEEDS_UPDATE}"
    return ""


def _source(source: tuple[str, str]) -> str:
    return f"{source[0]} version {source[1]}" if source[1] else source[0] or "an unknown template"


@dataclasses.dataclass(frozen=True)
class Marks:
    """What is known of instances beyond what the world says: the ids `joined` (judged ready) and
    `taken` (chosen to leave, whether or not their node says so yet), `spared` (given up: they
    stay), `gone` (ended, by us or not, whatever a late read says)."""

    joined: frozenset[str] = frozenset()
    taken: frozenset[str] = frozenset()
    spared: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()


def join(
    group: Group, nodes: Mapping[str, Node], target: Target, marks: Marks, max_age: float | None
) -> tuple[Member, ...]:
    """The launched instances of the group as members; `nodes` by instance id."""
    launched = (instance for instance in group.launched if instance.id not in marks.gone)
    return tuple(
        _member(instance, nodes.get(instance.id), target, marks, group.read_at, max_age)
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
    leaving = instance.id in marks.taken or (marked and instance.id not in marks.spared)
    ready = node is not None and node.ready is True
    return Member(
        instance, node, why, leaving, marked, ready and (bool(why) or instance.id in marks.joined)
    )


def next_victim(situation: Situation, spared: frozenset[str]) -> Member | None:
    """Which outdated node to take out next: one that carries nothing first, then one from the
    fullest zone (there is the fresh capacity, and there a decrement unbalances nothing), there the
    oldest."""
    waiting = [
        member for member in situation.outdated if not member.leaving and member.id not in spared
    ]
    zones = situation.zones

    def order(member: Member) -> tuple[bool, int, float, str]:
        return (
            member.available,
            -zones[member.instance.zone],
            member.instance.launched_at,
            member.id,
        )

    return min(waiting, key=order, default=None)


def spread(zones: Mapping[str, int], all_zones: Iterable[str]) -> int:
    """The difference between the fullest and the emptiest of the group's zones."""
    counts = [zones.get(zone, 0) for zone in all_zones]
    return max(counts) - min(counts) if counts else 0
