# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Auto Scaling: launch configurations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import AwsError, validation
from ansible_collections.nodeops.rotator.tests.simulation.aws.machines import LaunchConfiguration
from ansible_collections.nodeops.rotator.tests.simulation.aws.operations import Params, operation
from ansible_collections.nodeops.rotator.tests.simulation.aws.paging import page
from ansible_collections.nodeops.rotator.tests.simulation.aws.services.autoscaling_views import (
    answer,
)

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account


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
