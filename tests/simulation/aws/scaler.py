# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Auto Scaling's physics: it brings changed groups to their desired size.

Nothing is scanned: each change of a group plans one reconciliation of that group, and an earlier
plan replaces a later one. The steps of one member's life are in lifecycle.py.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from ansible_collections.nodeops.rotator.tests.simulation.aws.balancing import Target, TargetGroup
from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import AwsError
from ansible_collections.nodeops.rotator.tests.simulation.aws.groups import Activity, Group, Member
from ansible_collections.nodeops.rotator.tests.simulation.aws.lifecycle import Lifecycle
from ansible_collections.nodeops.rotator.tests.simulation.aws.machines import Instance, Subnet
from ansible_collections.nodeops.rotator.tests.simulation.aws.victims import (
    choose_victims,
    zone_counts,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws.views import group_view, member_view
from ansible_collections.nodeops.rotator.tests.simulation.aws.warm_pools import WarmPools

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account


class Scaler:
    """Keeps every group at its desired size, unless its processes are suspended."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self.lifecycle = Lifecycle(account, self)
        self.pools = WarmPools(account, self)

    # Events that change a group.

    def plan(self, group: Group, delay: float | None = None) -> None:
        """Reconcile the group after `delay` seconds, unless it is planned sooner.

        `delay` defaults to the scaling delay.
        """
        kernel = self._account.kernel
        at = kernel.now + (
            kernel.spread(*self._account.behavior.scaling_delay) if delay is None else delay
        )
        if group.pending is not None and not group.pending.cancelled:
            if group.pending.at <= at:
                return
            group.pending.cancel()
        group.pending = kernel.after(at - kernel.now, lambda: self._reconcile(group))

    def instance_running(self, instance: Instance) -> None:
        """Go on with the launch of an instance that has booted."""
        group, member = self.find_member(instance.id)
        if group is not None and member is not None:
            self.lifecycle.booted(group, member)
        group, member = self.pools.find(instance.id)
        if group is not None and member is not None:
            self.pools.running(group, member)

    def instance_ended(self, instance: Instance) -> None:
        """Let a health check find an instance that shuts down unexpectedly."""
        group, member = self.find_member(instance.id)
        if group is not None and member is not None and not member.doomed:
            delay = self._account.kernel.spread(*self._account.behavior.health_check)
            self._account.kernel.after(delay, lambda: self._check_health(group, member))
        pool, pooled = self.pools.find(instance.id)
        if pool is not None and pooled is not None and instance.state == "shutting-down":
            self.pools.ended(pool, pooled)

    def instance_terminated(self, instance: Instance) -> None:
        """Go on with the termination of an instance that EC2 has terminated."""
        group, member = self.find_member(instance.id)
        if group is not None and member is not None and member.doomed:
            self.lifecycle.gone(group, member)

    def target_failed(self, target_group: TargetGroup, target: Target) -> None:
        """Replace an instance whose target is unhealthy, if the group checks ELB health.

        Its grace period must be over.
        """
        group, member = self.find_member(target.id)
        if group is None or member is None or target_group.arn not in group.target_groups:
            return
        age = self._account.kernel.now - self._account.instances[target.id].launched_at
        delay = self._account.kernel.spread(*self._account.behavior.health_check)
        grace = max(0.0, group.setting("HealthCheckGracePeriod") - age)
        self._account.kernel.after(
            max(delay, grace), lambda: self._check_target(group, member, target)
        )

    def _check_target(self, group: Group, member: Member, target: Target) -> None:
        asked = "ELB" in group.setting("HealthCheckType") and "HealthCheck" not in group.suspended
        present = group.members.get(member.instance_id) is member and member.counted
        if (
            asked
            and present
            and target.state == "unhealthy"
            and member.lifecycle_state == "InService"
        ):
            self.mark_unhealthy(group, member)

    def mark_unhealthy(self, group: Group, member: Member) -> None:
        """Mark the member unhealthy; ReplaceUnhealthy then replaces it."""
        self.note_member(group, member)
        member.health = "Unhealthy"
        self.plan(group)

    def resumed(self, group: Group) -> None:
        """Catch up with what resumed processes have missed."""
        for member in list(group.members.values()):
            if not member.doomed:
                self._check_health(group, member)
        self.plan(group)

    # Reconciliation.

    def _reconcile(self, group: Group) -> None:
        group.pending = None
        if self._account.groups.get(group.name) is not group:
            return
        self._replace_unhealthy(group)
        missing = group.desired - group.capacity()
        surplus = -missing - sum(group.members[name].weight or 1 for name in group.surplus_launches)
        if missing > 0:
            self._scale_out(group, missing)
        elif surplus > 0:
            self._scale_in(group, surplus)
        elif not group.surplus_launches and group.status == "":
            self._rebalance(group)
        self.pools.reconcile(group)

    def _check_health(self, group: Group, member: Member) -> None:
        instance = self._account.instances.get(member.instance_id)
        gone = instance is None or instance.state not in ("pending", "running")
        present = group.members.get(member.instance_id) is member and not member.doomed
        if (
            gone
            and present
            and "HealthCheck" not in group.suspended
            and member.lifecycle_state != "Standby"
        ):
            self.mark_unhealthy(group, member)

    def _replace_unhealthy(self, group: Group) -> None:
        if "ReplaceUnhealthy" in group.suspended or "Terminate" in group.suspended:
            return
        for member in [m for m in group.counted() if m.health == "Unhealthy"]:
            cause = (
                f"At {self.stamp()} an instance was taken out of service in response to an EC2 "
                "health check indicating it has been terminated or stopped."
            )
            self.lifecycle.retire(group, member, cause, at_once=True)

    def _scale_out(self, group: Group, missing: int) -> None:
        size = group.capacity()
        while missing > 0:
            cause = (
                f"{group.asked}At {self.stamp()} an instance was started in response to a"
                " difference between "
                f"desired and actual capacity, increasing the capacity from {size} to {size + 1}."
            )
            member = None if "Launch" in group.suspended else self.launch(group, cause)
            if member is None:
                return
            size, missing = size + 1, missing - (member.weight or 1)
        group.asked, group.last_scaled_at = "", self._account.kernel.now

    def _scale_in(self, group: Group, surplus: int) -> None:
        if "Terminate" in group.suspended:
            return
        size = group.capacity()
        for member in choose_victims(self._account, group, surplus):
            cause = (
                f"At {self.stamp()} an instance was taken out of service in response to a "
                "difference between desired and actual capacity, shrinking the capacity from "
                f"{size} to {size - 1}.  At {self.stamp()} instance {member.instance_id} was "
                "selected for termination."
            )
            size -= 1
            member.returns = True
            self.lifecycle.retire(group, member, cause, at_once=True)
        group.last_scaled_at = self._account.kernel.now

    def _rebalance(self, group: Group) -> None:
        """Launch an instance in the emptiest zone if zones are out of balance.

        Once it is InService, the surplus is terminated in the fullest zone. If all instances there
        are protected, none is launched.
        """
        counts = zone_counts(group)
        if (
            not self._account.behavior.az_rebalance
            or len(counts) < 2
            or "AZRebalance" in group.suspended
        ):
            return
        least = min(counts, key=lambda zone: (counts[zone], zone))
        most = max(counts.values())
        exposed = any(
            counts[member.zone] == most and not member.protected for member in group.counted()
        )
        if most - counts[least] < 2 or not exposed or "Launch" in group.suspended:
            return
        zones = " ".join(sorted(counts))
        cause = f"At {self.stamp()} an instance was launched to balance instances in zones {zones}."
        member = self.launch(group, cause, least)
        if member is not None:
            group.surplus_launches.add(member.instance_id)

    def launch(
        self, group: Group, cause: str, zone: str | None = None, cold: bool = False
    ) -> Member | None:
        """Launch one instance into the group; return its member, or None on failure.

        It goes to the zone with the fewest instances unless `zone` is given, and comes from the
        warm pool if any of these zones has one ready, unless it is to start `cold`. Zones, and
        overrides of a mixed instances policy, without capacity are skipped; if none is left, the
        activity fails.
        """
        activity = self.activity(group, "Launching a new EC2 instance", cause)
        failure = AwsError("ValidationError", "The group has no subnet")
        subnets = self._subnets(group, zone)
        for subnet in () if cold else subnets:
            if (member := self.pools.take(group, subnet)) is not None:
                self.lifecycle.describe_launch(activity, member, subnet)
                return member
        for subnet in subnets:
            try:
                return self.lifecycle.launch(group, subnet, activity)
            except AwsError as error:
                failure = error
                if error.code not in (
                    "InsufficientInstanceCapacity",
                    "InsufficientFreeAddressesInSubnet",
                ):
                    break
        activity.status, activity.progress, activity.ended_at = (
            "Failed",
            100,
            self._account.kernel.now,
        )
        activity.description += ".  Status Reason: " + failure.message
        activity.message = failure.message + " Launching EC2 instance failed."
        self.plan(group, self._account.kernel.spread(*self._account.behavior.launch_retry))
        return None

    def _subnets(self, group: Group, zone: str | None) -> list[Subnet]:
        counts = zone_counts(group)
        subnets = [self._account.subnets[name] for name in group.subnets]
        chosen = [subnet for subnet in subnets if zone is None or subnet.zone == zone]
        return sorted(
            chosen, key=lambda subnet: (counts.get(subnet.zone, 0), -subnet.available, subnet.id)
        )

    # Helpers that handlers and lifecycle.py share.

    def find_member(self, instance_id: str) -> tuple[Group | None, Member | None]:
        """Return the group and the member of an instance, or None for each."""
        instance = self._account.instances.get(instance_id)
        group = self._account.groups.get(instance.group) if instance else None
        if group is None:
            return None, None
        return group, group.members.get(instance_id)

    def note_group(self, group: Group) -> None:
        """Keep the group's view before it changes."""
        self._account.history.note("group", group.name, lambda: group_view(self._account, group))

    def note_member(self, group: Group, member: Member) -> None:
        """Keep a member's view before it changes."""
        self._account.history.note("member", member.instance_id, lambda: member_view(member))

    def set_desired(self, group: Group, desired: int) -> None:
        """Change desired and let the group follow."""
        self.note_group(group)
        if desired != group.desired:
            group.asked = (
                f"At {self.stamp()} a user request explicitly set group desired capacity changing"
                f" the desired capacity from {group.desired} to {desired}.  "
            )
        group.desired = desired
        self.plan(group)

    def activity(self, group: Group, description: str, cause: str) -> Activity:
        """Begin a scaling activity; the newest is first."""
        name = f"{self._account.kernel.random.getrandbits(128):032x}"
        dashed = "-".join((name[:8], name[8:12], name[12:16], name[16:20], name[20:]))
        activity = Activity(dashed, description, cause, self._account.kernel.now)
        group.activities.insert(0, activity)
        return activity

    def stamp(self, at: float | None = None) -> str:
        """Return the time now as the causes of activities show it."""
        moment: datetime.datetime = self._account.kernel.utc(at)
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
