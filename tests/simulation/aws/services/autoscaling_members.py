# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Auto Scaling: operations on single instances of a group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import validation
from ansible_collections.nodeops.rotator.tests.simulation.aws.groups import Group, Member
from ansible_collections.nodeops.rotator.tests.simulation.aws.operations import Params, operation
from ansible_collections.nodeops.rotator.tests.simulation.aws.services.autoscaling_groups import (
    busy,
    find_group,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws.views import activity_view

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account


@operation(
    "autoscaling",
    "TerminateInstanceInAutoScalingGroup",
    "InstanceId",
    "ShouldDecrementDesiredCapacity",
)
def terminate(account: Account, params: Params) -> dict[str, Any]:
    """Terminate an instance, protected or not; a second time has no effect."""
    group, member = account.scaler.find_member(params["InstanceId"])
    if group is None or member is None:
        raise validation(
            "Instance Id not found - No managed instance found for instance ID: "
            f"{params['InstanceId']}"
        )
    busy(account)
    decrement = params["ShouldDecrementDesiredCapacity"]
    if member.doomed:
        return _activity(account, group, member)
    if decrement and group.desired - 1 < group.minimum:
        raise validation(
            f"Currently, desiredSize equals minSize ({group.minimum}). Terminating instance "
            "without replacement will violate group's min size constraint. Either set "
            "shouldDecrementDesiredCapacity flag to false or lower group's min size."
        )
    cause = _cause(account, member, "taken out of service")
    if decrement:
        cause += f", shrinking the capacity from {group.desired} to {group.desired - 1}."
        account.scaler.note_group(group)
        group.desired -= 1
        member.returns = True
    account.scaler.lifecycle.retire(group, member, cause + "." * (not decrement))
    return _activity(account, group, member)


def _cause(account: Account, member: Member, change: str) -> str:
    """Return why an activity began, without the full stop at the end."""
    at, name = account.scaler.stamp(), member.instance_id
    return f"At {at} instance {name} was {change} in response to a user request"


def _activity(account: Account, group: Group, member: Member) -> dict[str, Any]:
    return {"Activity": activity_view(account, group, member.activity)} if member.activity else {}


def _chosen(group: Group, ids: list[str]) -> list[Member]:
    unknown = [name for name in ids if name not in group.members]
    if unknown:
        raise validation(
            f"The instance {unknown[0]} is not part of Auto Scaling group {group.name}."
        )
    return [group.members[name] for name in ids]


@operation(
    "autoscaling",
    "SetInstanceProtection",
    "AutoScalingGroupName",
    "InstanceIds",
    "ProtectedFromScaleIn",
)
def protect(account: Account, params: Params) -> dict[str, Any]:
    """Set or remove scale-in protection of at most 50 instances that are in service."""
    group, ids = find_group(account, params["AutoScalingGroupName"]), params["InstanceIds"]
    busy(account)
    if len(ids) > 50:
        raise validation(
            "1 validation error detected: Value at 'instanceIds' failed to satisfy constraint: "
            "Member must have length less than or equal to 50"
        )
    members = _chosen(group, ids)
    for member in members:
        if member.lifecycle_state not in ("InService", "EnteringStandby", "Standby"):
            raise validation(
                f"The instance {member.instance_id} is not in InService or EnteringStandby or "
                "Standby."
            )
    for member in members:
        account.scaler.note_member(group, member)
        member.protected = params["ProtectedFromScaleIn"]
    account.scaler.plan(group)
    return {}


@operation(
    "autoscaling", "SetInstanceHealth", "InstanceId", "HealthStatus", "ShouldRespectGracePeriod"
)
def set_health(account: Account, params: Params) -> dict[str, Any]:
    """Set an instance's health; unhealthy is ignored during its grace period.

    An unhealthy instance is replaced.
    """
    group, member = account.scaler.find_member(params["InstanceId"])
    if group is None or member is None:
        raise validation(
            "Instance Id not found - No managed instance found for instance ID "
            f"{params['InstanceId']}"
        )
    age = account.kernel.now - account.instances[member.instance_id].launched_at
    in_grace_period = params.get("ShouldRespectGracePeriod", True) and age < group.setting(
        "HealthCheckGracePeriod"
    )
    if params["HealthStatus"] == "Unhealthy" and not in_grace_period:
        account.scaler.mark_unhealthy(group, member)
    elif params["HealthStatus"] == "Healthy":
        account.scaler.note_member(group, member)
        member.health = "Healthy"
    return {}


def _sizes(group: Group) -> str:
    limits = f"min-size={group.minimum}, max-size={group.maximum}"
    return f"AutoScalingGroup {group.name} has {limits}, and desired-size={group.desired}"


def _shrink(account: Account, group: Group, number: int, decrement: bool) -> None:
    if not decrement:
        return
    if group.desired - number < group.minimum:
        raise validation(
            f"{_sizes(group)}. To place into standby or detach {number} instance(s), please "
            "update the AutoScalingGroup sizes appropriately."
        )
    account.scaler.note_group(group)
    group.desired -= number


@operation(
    "autoscaling",
    "DetachInstances",
    "InstanceIds",
    "AutoScalingGroupName",
    "ShouldDecrementDesiredCapacity",
)
def detach(account: Account, params: Params) -> dict[str, Any]:
    """Detach instances and leave them running; replace them unless desired shrinks."""
    group = find_group(account, params["AutoScalingGroupName"])
    busy(account)
    members = _chosen(group, params.get("InstanceIds", []))
    for member in members:
        if member.lifecycle_state not in ("InService", "Standby") or member.doomed:
            raise validation(f"The instance {member.instance_id} is not in InService or Standby.")
    counted = [member for member in members if member.counted]
    _shrink(account, group, len(counted), params["ShouldDecrementDesiredCapacity"])
    views = []
    for member in members:
        cause = _cause(account, member, "detached") + "."
        member.activity = account.scaler.activity(
            group, f"Detaching EC2 instance: {member.instance_id}", cause
        )
        views.append(activity_view(account, group, member.activity))
        _detach(account, group, member)
    account.scaler.plan(group)
    return {"Activities": views}


def _detach(account: Account, group: Group, member: Member) -> None:
    account.scaler.lifecycle.move(group, member, "Detaching")
    draining = account.scaler.lifecycle.deregister(group, member)

    def gone() -> None:
        instance = account.instances[member.instance_id]
        instance.group = ""
        instance.tags.pop("aws:autoscaling:groupName", None)
        account.scaler.lifecycle.finish(member)
        account.scaler.lifecycle.leave(group, member)

    account.kernel.after(max(draining, account.kernel.spread(*account.behavior.detach)), gone)


@operation("autoscaling", "AttachInstances", "InstanceIds", "AutoScalingGroupName")
def attach(account: Account, params: Params) -> dict[str, Any]:
    """Attach running instances to the group; desired grows by their number."""
    group, ids = find_group(account, params["AutoScalingGroupName"]), params.get("InstanceIds", [])
    busy(account)
    for name in ids:
        instance = account.instances.get(name)
        if instance is None or instance.state != "running" or instance.group:
            raise validation(
                f"Invalid Instance ID(s): [{name}] are not in a valid state to be attached."
            )
    if group.desired + len(ids) > group.maximum:
        raise validation(
            f"{_sizes(group)}. To attach {len(ids)} more instance(s), please update the "
            "AutoScalingGroup sizes appropriately."
        )
    account.scaler.note_group(group)
    group.desired += len(ids)
    for name in ids:
        member = account.scaler.lifecycle.enroll(group, account.instances[name], None)
        account.instances[name].tags["aws:autoscaling:groupName"] = group.name
        account.scaler.lifecycle.booted(group, member)
    return {}


@operation(
    "autoscaling",
    "EnterStandby",
    "InstanceIds",
    "AutoScalingGroupName",
    "ShouldDecrementDesiredCapacity",
)
def enter_standby(account: Account, params: Params) -> dict[str, Any]:
    """Take instances out of service and keep them in the group."""
    group = find_group(account, params["AutoScalingGroupName"])
    members = _chosen(group, params.get("InstanceIds", []))
    for member in members:
        if member.lifecycle_state != "InService" or member.doomed:
            raise validation(f"The instance {member.instance_id} is not in InService.")
    _shrink(account, group, len(members), params["ShouldDecrementDesiredCapacity"])
    views, decrement = [], params["ShouldDecrementDesiredCapacity"]
    shrinks = f", shrinking the capacity from {group.desired + len(members)} to {group.desired}"
    for member in members:
        cause = _cause(account, member, "moved to standby") + shrinks * decrement + "."
        member.activity = account.scaler.activity(
            group, f"Moving EC2 instance to Standby: {member.instance_id}", cause
        )
        views.append(activity_view(account, group, member.activity))
        _stand_by(account, group, member)
    account.scaler.plan(group)
    return {"Activities": views}


def _stand_by(account: Account, group: Group, member: Member) -> None:
    lifecycle = account.scaler.lifecycle
    lifecycle.move(group, member, "EnteringStandby")
    draining = lifecycle.deregister(group, member)

    def arrived() -> None:
        if member.lifecycle_state == "EnteringStandby":
            lifecycle.move(group, member, "Standby")
            lifecycle.finish(member)

    account.kernel.after(max(draining, account.kernel.spread(*account.behavior.detach)), arrived)


@operation("autoscaling", "ExitStandby", "InstanceIds", "AutoScalingGroupName")
def exit_standby(account: Account, params: Params) -> dict[str, Any]:
    """Put instances back into service; desired grows by their number."""
    group = find_group(account, params["AutoScalingGroupName"])
    members = _chosen(group, params.get("InstanceIds", []))
    for member in members:
        if member.lifecycle_state != "Standby":
            raise validation(f"The instance {member.instance_id} is not in Standby.")
    if group.desired + len(members) > group.maximum:
        raise validation(f"AutoScalingGroup {group.name} has max-size={group.maximum}.")
    account.scaler.note_group(group)
    grows = f", increasing the capacity from {group.desired} to {group.desired + len(members)}"
    group.desired += len(members)
    views = []
    for member in members:
        cause = _cause(account, member, "moved out of standby") + grows + "."
        member.activity = account.scaler.activity(
            group, f"Moving EC2 instance out of Standby: {member.instance_id}", cause
        )
        views.append(activity_view(account, group, member.activity))
        account.scaler.lifecycle.move(group, member, "Pending")
        account.scaler.lifecycle.booted(group, member)
    return {"Activities": views}
