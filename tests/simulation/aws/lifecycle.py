# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Life of one member of an Auto Scaling group, from Pending until it has left.

EC2 Auto Scaling user guide, "Instance lifecycle": Pending, perhaps Pending:Wait and
Pending:Proceed, InService; Terminating (its targets drain first), perhaps Terminating:Wait and
Terminating:Proceed, then EC2 terminates it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import AwsError
from ansible_collections.nodeops.rotator.tests.simulation.aws.groups import (
    Activity,
    Group,
    Hook,
    Member,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws.machines import Instance, Subnet
from ansible_collections.nodeops.rotator.tests.simulation.aws.origin import Origin, resolve_origins
from ansible_collections.nodeops.rotator.tests.simulation.aws.views import member_view

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account
    from ansible_collections.nodeops.rotator.tests.simulation.aws.scaler import Scaler


class Lifecycle:
    """Moves members from state to state."""

    def __init__(self, account: Account, scaler: Scaler) -> None:
        self._account = account
        self._scaler = scaler

    # Launch.

    def launch(self, group: Group, subnet: Subnet, activity: Activity) -> Member:
        """Launch an instance into `subnet` and make it a Pending member. Raises AwsError."""
        instance, origin = self.start(group, subnet)
        member = self.enroll(group, instance, origin)
        self.describe_launch(activity, member, subnet)
        return member

    def describe_launch(self, activity: Activity, member: Member, subnet: Subnet) -> None:
        """Let the activity tell which instance it brings, and where."""
        member.activity = activity
        activity.description = f"Launching a new EC2 instance: {member.instance_id}"
        activity.details = f'{{"Subnet ID":"{subnet.id}","Availability Zone":"{subnet.zone}"}}'

    def start(self, group: Group, subnet: Subnet) -> tuple[Instance, Origin]:
        """Launch an instance from what the group launches from. Raises AwsError."""
        tags = {key: tag.value for key, tag in group.tags.items() if tag.propagate}
        tags["aws:autoscaling:groupName"] = group.name
        failure: AwsError | None = None
        for origin in resolve_origins(self._account, group):
            try:
                return self._account.fleet.launch(origin.spec(group, tags), subnet), origin
            except AwsError as error:
                failure = error
        raise failure or AwsError("ValidationError", "The group has nothing to launch from")

    def enroll(self, group: Group, instance: Instance, origin: Origin | None) -> Member:
        """Make an instance a Pending member; `origin` is None for one that was attached."""
        member = self.made(instance, origin)
        self._account.history.note("member", instance.id, lambda: None)
        group.members[instance.id] = member
        instance.group = group.name
        self._account.tell_member(group, member)
        return member

    def made(self, instance: Instance, origin: Origin | None) -> Member:
        """Return an instance as a member, which no group has yet."""
        member = Member(instance.id, instance.zone, instance.instance_type)
        if origin is not None and origin.template and origin.version:
            member.launch_template = (
                origin.template.id,
                origin.template.name,
                origin.version.number,
            )
        member.launch_configuration = origin.configuration if origin else ""
        member.weight = origin.weight if origin else None
        return member

    def booted(self, group: Group, member: Member) -> None:
        """Run the launch hooks of a member that is running, or put it in service."""
        if member.lifecycle_state == "Pending" and not member.doomed:
            self._hold(group, member, "launching")

    def enter_service(self, group: Group, member: Member) -> None:
        """Put the member in service: protect it if set so, and register its targets."""
        if member.doomed or not member.lifecycle_state.startswith("Pending"):
            return
        registers = "AddToLoadBalancer" not in group.suspended
        missing = [arn for arn in group.target_groups if arn not in self._account.target_groups]
        if registers and missing:
            self._cannot_register(group, member, missing[0])
            return
        self._become(group, member, "InService")
        member.protected = member.protected or group.setting("NewInstancesProtectedFromScaleIn")
        self.finish(member)
        for arn in group.target_groups if registers else ():
            self._account.balancer.register(self._account.target_groups[arn], member.instance_id)
        if member.instance_id in group.surplus_launches:
            group.surplus_launches.discard(member.instance_id)
            self._scaler.plan(group)

    def _cannot_register(self, group: Group, member: Member, arn: str) -> None:
        """Fail the launch of a member whose target group is gone, and end it.

        The words are those of an activity in zalando-incubator/kube-ingress-aws-controller#197.
        """
        why = (
            f"Failed to update target group {arn}: Target group '{arn}' not found Updating load"
            " balancer configuration failed"
        )
        activity = member.activity
        if activity is not None and activity.status == "InProgress":
            self.finish(member)
            activity.status, activity.message = "Failed", why
            activity.description += f".  Status Reason: {why}"
        cause = f"At {self._scaler.stamp()} an instance was taken out of service: {why}"
        self.retire(group, member, cause, at_once=True)

    # Termination.

    def retire(self, group: Group, member: Member, cause: str, at_once: bool = False) -> Activity:
        """Begin a termination; without `at_once` it is reported only after a while.

        The member stops counting at once, so a replacement may be launched before it is gone.
        """
        activity = self._scaler.activity(
            group, f"Terminating EC2 instance: {member.instance_id}", cause
        )
        member.activity, member.doomed = activity, True
        self._account.tell_member(group, member)
        group.surplus_launches.discard(member.instance_id)
        if member.hook_event is not None:
            member.hook_event.cancel()
        behavior = self._account.behavior
        lag = 0.0 if at_once else self._account.kernel.spread(*behavior.terminate_lag)
        self._account.kernel.after(lag, lambda: self._terminating(group, member))
        self._scaler.plan(group)
        return activity

    def _terminating(self, group: Group, member: Member) -> None:
        if group.members.get(member.instance_id) is not member:
            return
        self._become(group, member, "Terminating")
        self._account.kernel.after(
            self.deregister(group, member), lambda: self._hold(group, member, "terminating")
        )

    def deregister(self, group: Group, member: Member) -> float:
        """Start draining the member's targets; return the seconds until they are gone."""
        arns = [arn for arn in group.target_groups if arn in self._account.target_groups]
        delays = [
            self._account.balancer.deregister(self._account.target_groups[arn], member.instance_id)
            for arn in arns
        ]
        return max(delays, default=0.0)

    def _end(self, group: Group, member: Member) -> None:
        instance = self._account.instances.get(member.instance_id)
        if instance is None or instance.state == "terminated":
            self.gone(group, member)
        elif member.returns and instance.alive and self._scaler.pools.takes_back(group):
            self.finish(member)
            self.leave(group, member)
            self._scaler.pools.enter(group, member, instance)
        else:
            self._account.fleet.terminate(instance)

    def gone(self, group: Group, member: Member) -> None:
        """Remove a terminated member, unless a hook or its targets still hold it."""
        instance = self._account.instances.get(member.instance_id)
        if member.lifecycle_state in ("Terminating", "Terminating:Proceed") and (
            instance is None or instance.state == "terminated"
        ):
            self.finish(member)
            self.leave(group, member)

    def leave(self, group: Group, member: Member) -> None:
        """Remove the member from its group."""
        self._account.history.part(group.name, member_view(member))
        del group.members[member.instance_id]
        self._account.tell_member(group, member)
        group.surplus_launches.discard(member.instance_id)
        if group.status and not group.members:
            self._account.groups.pop(group.name, None)
        self._scaler.plan(group)

    # Hooks.

    def _hold(self, group: Group, member: Member, transition: str) -> None:
        if group.members.get(member.instance_id) is not member:
            return
        hooks = [hook for hook in group.hooks.values() if hook.transition == transition]
        if not hooks:
            self._proceed(group, member, transition)
            return
        word = "Pending" if transition == "launching" else "Terminating"
        self._become(group, member, f"{word}:Wait")
        member.hooks = {hook.name for hook in hooks}
        self.heartbeat(group, member, min(hooks, key=lambda hook: hook.timeout))

    def heartbeat(self, group: Group, member: Member, hook: Hook) -> None:
        """Start, or restart, the timeout of a hook that holds the member."""
        if member.hook_event is not None:
            member.hook_event.cancel()
        member.hook_event = self._account.kernel.after(
            hook.timeout, lambda: self.complete(group, member, hook, hook.default_result)
        )

    def complete(self, group: Group, member: Member, hook: Hook, result: str) -> None:
        """Complete a hook for the member.

        ABANDON ends all waiting, and terminates an instance that is launching.
        """
        if member.lifecycle_state not in ("Pending:Wait", "Terminating:Wait"):
            return
        member.hooks.discard(hook.name)
        if member.hook_event is not None:
            member.hook_event.cancel()
        if result == "ABANDON" and hook.transition == "launching":
            cause = (
                f"At {self._scaler.stamp()} an instance was taken out of service in response to "
                "a lifecycle hook that was abandoned."
            )
            self._cancel(member)
            self.retire(group, member, cause, at_once=True)
        elif result == "ABANDON" or not member.hooks:
            word = member.lifecycle_state.partition(":")[0]
            self._become(group, member, f"{word}:Proceed")
            self._proceed(group, member, hook.transition)
        else:
            self.heartbeat(group, member, group.hooks[min(member.hooks)])

    def _cancel(self, member: Member) -> None:
        """End the activity of a launch whose hook was abandoned, in the words of AWS."""
        if member.activity is not None and member.activity.status == "InProgress":
            self.finish(member)
            member.activity.status = "Cancelled"
            member.activity.message = (
                "Instance failed to complete user's Lifecycle Action: Lifecycle Action with token"
                f" {self._account.new_id('token')} was abandoned: Heartbeat Timeout"
            )

    def _proceed(self, group: Group, member: Member, transition: str) -> None:
        if transition == "terminating":
            self._end(group, member)
        else:
            delay = self._account.kernel.spread(*self._account.behavior.in_service)
            self._account.kernel.after(delay, lambda: self.enter_service(group, member))

    def _become(self, group: Group, member: Member, state: str) -> None:
        self._scaler.note_member(group, member)
        member.lifecycle_state = state
        self._account.tell_member(group, member)

    def move(self, group: Group, member: Member, state: str) -> None:
        """Put the member into a state such as Standby or Detaching."""
        self._become(group, member, state)

    def finish(self, member: Member) -> None:
        """Mark the member's open activity, if any, as successful."""
        if member.activity is not None and member.activity.status == "InProgress":
            member.activity.status, member.activity.progress = "Successful", 100
            member.activity.ended_at = self._account.kernel.now
