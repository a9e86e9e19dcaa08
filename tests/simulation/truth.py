# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep which instances and nodes of each group count, as they change.

The judge and the figures ask for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.groups import Group, Member
from ansible_collections.nodeops.rotator.tests.simulation.aws.machines import Instance

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.world import World


class Truth:
    """What really counts.

    `launched`: by group, the instances that are Pending or InService and not on their way out.
    `detached`: the group of each running instance that was detached from it, and still carries its
    pods: its node counts as available.
    `available`: by group, the names of the nodes of those instances that are Ready and not
    `cordoned`: by whom the judge judges, told by uid; what an operator has cordoned still carries
    its load. `changed` is called after a change.
    """

    def __init__(self, world: World, changed: Callable[[], None]) -> None:
        self._world, self._changed = world, changed
        self.launched: dict[str, set[str]] = defaultdict(set)
        self.available: dict[str, set[str]] = defaultdict(set)
        self.cordoned: set[str] = set()
        self.detached: dict[str, str] = {}
        world.account.observers.append(self._instance)
        world.account.member_observers.append(self._member)
        world.cluster.store.listen("nodes", self._node)

    def begin(self) -> None:
        """Take in what is there already."""
        for group in self._world.account.groups.values():
            for member in group.members.values():
                self._member(group, member)

    def _member(self, group: Group, member: Member) -> None:
        """Note that a member came, went, or changed its state."""
        counted = member.counted and group.members.get(member.instance_id) is member
        launched = self.launched[group.name]
        (launched.add if counted else launched.discard)(member.instance_id)
        if member.lifecycle_state == "Detaching":
            self.detached[member.instance_id] = group.name
        elif counted:
            self.detached.pop(member.instance_id, None)
        instance = self._world.account.instances.get(member.instance_id)
        node = self._world.node_of(instance) if instance is not None else None
        if node is not None:
            self._judge(group.name, node, counted or member.instance_id in self.detached)
        self._changed()

    def _instance(self, event: str, instance: Instance) -> None:
        """Note that a detached instance ends."""
        if event == "shutting-down" and instance.id in self.detached:
            node, group = self._world.node_of(instance), self.detached.pop(instance.id)
            if node is not None:
                self._judge(group, node, False)

    def _node(self, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> None:
        if old is not None and (new is None or instance_id(new) != instance_id(old)):
            self._judge(self._group(old), old, False)
        if new is not None:
            name, instance = self._group(new), instance_id(new)
            self._judge(name, new, instance in self.launched[name] or instance in self.detached)
        self._changed()

    def group_of(self, instance: Instance) -> str:
        """Return the group that an instance is, or was, a member of; "" for none."""
        return self.detached.get(instance.id) or instance.group

    def _group(self, node: Mapping[str, Any]) -> str:
        instance = self._world.account.instances.get(instance_id(node))
        return self.group_of(instance) if instance is not None else ""

    def _judge(self, group: str, node: Mapping[str, Any], counted: bool) -> None:
        available = self.available[group]
        ours = node["metadata"]["uid"] in self.cordoned and node["spec"].get("unschedulable")
        good = counted and is_ready(node) and not ours  # whose cordon was lifted takes pods again
        (available.add if good else available.discard)(node["metadata"]["name"])


def instance_id(node: Mapping[str, Any]) -> str:
    """Return the instance that a Node names."""
    return str(node["spec"].get("providerID", "")).rsplit("/", 1)[-1]


def is_ready(thing: Mapping[str, Any]) -> bool:
    """Return whether condition Ready of a Node or Pod is True."""
    conditions = thing.get("status", {}).get("conditions", ())
    return any(entry["type"] == "Ready" and entry["status"] == "True" for entry in conditions)
