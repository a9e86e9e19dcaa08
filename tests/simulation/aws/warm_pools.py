# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Warm pools: instances that wait, prepared, for their group to grow.

EC2 Auto Scaling user guide, "Warm pools": the pool holds as many instances as the group may still
grow by; a launch takes one from the pool if there is any ready; with instance reuse an instance
goes back to the pool when the group becomes smaller.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import AwsError
from ansible_collections.nodeops.rotator.tests.simulation.aws.groups import (
    Group,
    Member,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws.machines import Instance, Subnet

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account
    from ansible_collections.nodeops.rotator.tests.simulation.aws.scaler import Scaler

READY = ("Warmed:Stopped", "Warmed:Running", "Warmed:Hibernated")
"""States in which an instance of a pool may be taken into its group."""


class WarmPools:
    """Fills the warm pool of each group, and hands its instances over."""

    def __init__(self, account: Account, scaler: Scaler) -> None:
        self._account, self._scaler = account, scaler

    def reconcile(self, group: Group) -> None:
        """Launch what the pool lacks, and end what it has too many of."""
        if group.warm_pool is None or group.status:
            return
        members = [one for one in group.warm_pool.members.values() if not one.doomed]
        lacks = wanted(group) - len(members)
        for _number in range(lacks if "Launch" not in group.suspended else 0):
            if not self._fill(group):
                return
        for member in members[: max(0, -lacks)]:
            self._retire(group, member)

    def _fill(self, group: Group) -> bool:
        """Launch an instance into the pool; return whether that went well."""
        counts = dict.fromkeys(group.zones, 0)
        for member in (group.warm_pool.members if group.warm_pool else {}).values():
            counts[member.zone] = counts.get(member.zone, 0) + 1
        subnets = [self._account.subnets[name] for name in group.subnets]
        for subnet in sorted(subnets, key=lambda one: (counts.get(one.zone, 0), one.id)):
            try:
                self._launch(group, subnet)
            except AwsError:
                continue
            return True
        retry = self._account.behavior.launch_retry
        self._scaler.plan(group, self._account.kernel.spread(*retry))
        return False

    def _launch(self, group: Group, subnet: Subnet) -> None:
        lifecycle = self._scaler.lifecycle
        instance, origin = lifecycle.start(group, subnet)
        member = lifecycle.made(instance, origin)
        self._account.history.note("member", instance.id, lambda: None)
        self.enter(group, member, instance)

    def enter(self, group: Group, member: Member, instance: Instance) -> None:
        """Take an instance into the pool, to be prepared."""
        if group.warm_pool is not None:
            member.lifecycle_state, member.doomed = "Warmed:Pending", False
            member.returns = member.protected = False
            instance.group = group.name
            group.warm_pool.members[instance.id] = member
            if instance.state == "running":
                self.running(group, member)

    def find(self, instance_id: str) -> tuple[Group | None, Member | None]:
        """Return the group and the member of an instance in a pool, or None for each."""
        instance = self._account.instances.get(instance_id)
        group = self._account.groups.get(instance.group) if instance is not None else None
        if group is None or group.warm_pool is None:
            return None, None
        return group, group.warm_pool.members.get(instance_id)

    def running(self, group: Group, member: Member) -> None:
        """Prepare an instance that has booted in the pool, and let it wait."""
        delay = self._account.kernel.spread(*self._account.behavior.in_service)
        self._account.kernel.after(delay, lambda: self._prepared(group, member))

    def _prepared(self, group: Group, member: Member) -> None:
        pool = group.warm_pool
        if pool is None or pool.members.get(member.instance_id) is not member or member.doomed:
            return
        state = str(pool.configuration.get("PoolState", "Stopped"))
        self._scaler.note_member(group, member)
        member.lifecycle_state = f"Warmed:{state}"
        if state != "Running":
            self._account.fleet.stop(self._account.instances[member.instance_id])

    def take(self, group: Group, subnet: Subnet) -> Member | None:
        """Move a ready instance of this zone from the pool into the group, if any.

        A stopped one is started, and counts as launched from then.
        """
        pool = group.warm_pool
        for member in list(pool.members.values()) if pool is not None else ():
            instance = self._account.instances[member.instance_id]
            ready = member.lifecycle_state in READY and instance.state in ("running", "stopped")
            if pool is None or not ready or member.doomed or member.zone != subnet.zone:
                continue
            del pool.members[member.instance_id]
            self._scaler.note_member(group, member)
            member.lifecycle_state = "Pending"
            group.members[member.instance_id] = member
            self._account.tell_member(group, member)
            self._wake(group, member, instance)
            return member
        return None

    def _wake(self, group: Group, member: Member, instance: Instance) -> None:
        if instance.state == "stopped":
            self._account.fleet.start(instance)
        else:
            self._account.tell("running", instance)
            self._scaler.lifecycle.booted(group, member)

    def ended(self, group: Group, member: Member) -> None:
        """Let the group find, after a while, that an instance of its pool has ended."""
        delay = self._account.kernel.spread(*self._account.behavior.health_check)
        self._account.kernel.after(delay, lambda: self._gone(group, member))

    def _gone(self, group: Group, member: Member) -> None:
        pool = group.warm_pool
        if pool is not None and pool.members.get(member.instance_id) is member:
            del pool.members[member.instance_id]
            self._scaler.plan(group)

    def _retire(self, group: Group, member: Member) -> None:
        self._scaler.note_member(group, member)
        member.doomed, member.lifecycle_state = True, "Warmed:Terminating"
        self._account.fleet.terminate(self._account.instances[member.instance_id])

    def takes_back(self, group: Group) -> bool:
        """Return whether instances go back to the pool on scale-in."""
        if group.warm_pool is None:
            return False
        policy = group.warm_pool.configuration.get("InstanceReusePolicy") or {}
        return bool(policy.get("ReuseOnScaleIn"))


def wanted(group: Group) -> int:
    """Return how many instances the pool is to hold.

    It is what MaxGroupPreparedCapacity, or else MaxSize, leaves beyond desired, and at least
    MinSize.
    """
    configuration = group.warm_pool.configuration if group.warm_pool is not None else {}
    most = configuration.get("MaxGroupPreparedCapacity")
    most = group.maximum if most is None or most < 0 else most
    return max(int(configuration.get("MinSize", 0)), most - group.desired)
