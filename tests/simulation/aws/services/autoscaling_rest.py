# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Auto Scaling: lifecycle hooks, launch configurations and instance refreshes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import AwsError, validation
from ansible_collections.nodeops.rotator.tests.simulation.aws.groups import Group, Hook, Member
from ansible_collections.nodeops.rotator.tests.simulation.aws.machines import LaunchConfiguration
from ansible_collections.nodeops.rotator.tests.simulation.aws.operations import Params, operation
from ansible_collections.nodeops.rotator.tests.simulation.aws.paging import page
from ansible_collections.nodeops.rotator.tests.simulation.aws.services.autoscaling_groups import (
    find_group,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws.services.autoscaling_views import (
    answer,
)

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account


@operation(
    "autoscaling",
    "PutLifecycleHook",
    "LifecycleHookName",
    "AutoScalingGroupName",
    "LifecycleTransition",
    "HeartbeatTimeout",
    "DefaultResult",
    "NotificationMetadata",
    "NotificationTargetARN",
    "RoleARN",
)
def put_hook(account: Account, params: Params) -> dict[str, Any]:
    """Create or change a lifecycle hook."""
    group, name = find_group(account, params["AutoScalingGroupName"]), params["LifecycleHookName"]
    old = group.hooks.get(name)
    transition = params.get("LifecycleTransition", "")
    if not transition and old is None:
        raise validation("LifecycleTransition is required for a new lifecycle hook")
    hook = old or Hook(name, transition.rpartition("_")[2].lower())
    hook.timeout = float(params.get("HeartbeatTimeout", hook.timeout))
    hook.default_result = params.get("DefaultResult", hook.default_result)
    hook.metadata = params.get("NotificationMetadata", hook.metadata)
    hook.target_arn = params.get("NotificationTargetARN", hook.target_arn)
    hook.role_arn = params.get("RoleARN", hook.role_arn)
    group.hooks[name] = hook
    return {}


@operation("autoscaling", "DeleteLifecycleHook", "LifecycleHookName", "AutoScalingGroupName")
def delete_hook(account: Account, params: Params) -> dict[str, Any]:
    """Delete a hook; complete it for the members that it holds.

    The result is ABANDON for launches and CONTINUE for terminations.
    """
    group = find_group(account, params["AutoScalingGroupName"])
    hook = group.hooks.pop(params["LifecycleHookName"], None)
    if hook is None:
        raise validation(f"No Lifecycle Hook found with name {params['LifecycleHookName']}")
    result = "ABANDON" if hook.transition == "launching" else "CONTINUE"
    for member in [m for m in group.members.values() if hook.name in m.hooks]:
        account.scaler.lifecycle.complete(group, member, hook, result)
    return {}


def _held(account: Account, params: Params) -> tuple[Group, Member, Hook]:
    group = find_group(account, params["AutoScalingGroupName"])
    member = group.members.get(params.get("InstanceId", ""))
    hook = group.hooks.get(params["LifecycleHookName"])
    if member is None or hook is None or hook.name not in member.hooks:
        raise validation(
            f"No active Lifecycle Action found with instance ID {params.get('InstanceId')}"
        )
    return group, member, hook


@operation(
    "autoscaling",
    "CompleteLifecycleAction",
    "LifecycleHookName",
    "AutoScalingGroupName",
    "LifecycleActionResult",
    "InstanceId",
)
def complete(account: Account, params: Params) -> dict[str, Any]:
    """Complete a hook for an instance, with CONTINUE or ABANDON."""
    account.scaler.lifecycle.complete(*_held(account, params), params["LifecycleActionResult"])
    return {}


@operation(
    "autoscaling",
    "RecordLifecycleActionHeartbeat",
    "LifecycleHookName",
    "AutoScalingGroupName",
    "InstanceId",
)
def heartbeat(account: Account, params: Params) -> dict[str, Any]:
    """Restart a hook's timeout."""
    account.scaler.lifecycle.heartbeat(*_held(account, params))
    return {}


@operation(
    "autoscaling",
    "CreateLaunchConfiguration",
    "LaunchConfigurationName",
    "ImageId",
    "InstanceType",
    "KeyName",
    "SecurityGroups",
    "UserData",
    "IamInstanceProfile",
    "BlockDeviceMappings",
    "EbsOptimized",
    "MetadataOptions",
    "InstanceMonitoring",
    "AssociatePublicIpAddress",
)
def create_configuration(account: Account, params: Params) -> dict[str, Any]:
    """Create a launch configuration; it cannot be changed."""
    name = params["LaunchConfigurationName"]
    if name in account.launch_configurations:
        raise AwsError(
            "AlreadyExists",
            f"Launch Configuration by this name already exists - A launch configuration "
            f"already exists with the name {name}",
        )
    uuid = f"{account.kernel.random.getrandbits(128):032x}"
    arn = account.arn("autoscaling", f"launchConfiguration:{uuid}:launchConfigurationName/{name}")
    data = {key: value for key, value in params.items() if key != "LaunchConfigurationName"}
    account.launch_configurations[name] = LaunchConfiguration(name, arn, data, account.kernel.now)
    return {}


@operation(
    "autoscaling",
    "DescribeLaunchConfigurations",
    "LaunchConfigurationNames",
    "MaxRecords",
    "NextToken",
)
def describe_configurations(account: Account, params: Params) -> dict[str, Any]:
    """Return launch configurations by name; unknown names are left out."""
    names = params.get("LaunchConfigurationNames")
    views = {
        one.name: {
            "SecurityGroups": [],
            "BlockDeviceMappings": [],
            "KeyName": "",
            "UserData": "",
            "EbsOptimized": False,
            "InstanceMonitoring": {"Enabled": True},
            **one.data,
            "LaunchConfigurationName": one.name,
            "LaunchConfigurationARN": one.arn,
            "CreatedTime": account.kernel.second(one.created_at),
            "ClassicLinkVPCSecurityGroups": [],
            "KernelId": "",
            "RamdiskId": "",
        }
        for one in account.launch_configurations.values()
        if not names or one.name in names
    }
    size = account.page_size(params.get("MaxRecords", 50), 100)
    return answer("LaunchConfigurations", *page(views, params.get("NextToken"), size))


@operation("autoscaling", "DeleteLaunchConfiguration", "LaunchConfigurationName")
def delete_configuration(account: Account, params: Params) -> dict[str, Any]:
    """Delete a launch configuration that no group uses."""
    name = params["LaunchConfigurationName"]
    if any(group.launch_configuration == name for group in account.groups.values()):
        raise AwsError(
            "ResourceInUse",
            f"Cannot delete launch configuration {name} because it is attached to an "
            "AutoScalingGroup",
        )
    if account.launch_configurations.pop(name, None) is None:
        raise validation(f"Launch configuration name not found - {name}")
    return {}


@operation(
    "autoscaling", "CancelInstanceRefresh", "AutoScalingGroupName", "WaitForTransitioningInstances"
)
def cancel_refresh(account: Account, params: Params) -> dict[str, Any]:
    """Cancel the instance refresh in progress."""
    group = find_group(account, params["AutoScalingGroupName"])
    for refresh in group.refreshes:
        if refresh["Status"] in ("Pending", "InProgress", "Baking"):
            refresh["Status"] = "Cancelled"
            return {"InstanceRefreshId": refresh["InstanceRefreshId"]}
    raise AwsError(
        "ActiveInstanceRefreshNotFound",
        f"No in progress or pending Instance Refresh found for Auto Scaling group {group.name}",
    )
