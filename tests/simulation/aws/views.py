# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Views: resources of EC2 and Auto Scaling as their API references show them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.balancing import CLASSIC
from ansible_collections.nodeops.rotator.tests.simulation.aws.groups import Activity, Group, Member
from ansible_collections.nodeops.rotator.tests.simulation.aws.instance_types import TYPES
from ansible_collections.nodeops.rotator.tests.simulation.aws.machines import Instance
from ansible_collections.nodeops.rotator.tests.simulation.aws.paging import tag_list

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account

STATE_CODES = {
    "pending": 0,
    "running": 16,
    "shutting-down": 32,
    "terminated": 48,
    "stopping": 64,
    "stopped": 80,
}


def instance_view(account: Account, instance: Instance) -> dict[str, Any]:
    """Return an element of DescribeInstances' Instances.

    A terminated instance has no address and no subnet.
    """
    view: dict[str, Any] = {
        "InstanceId": instance.id,
        "ImageId": instance.image_id,
        "InstanceType": instance.instance_type,
        "Architecture": instance.architecture,
        "LaunchTime": account.kernel.second(instance.launched_at),
        "Placement": {"AvailabilityZone": instance.zone, "Tenancy": "default", "GroupName": ""},
        "State": {"Code": STATE_CODES[instance.state], "Name": instance.state},
        "Tags": tag_list(instance.tags),
        "PrivateDnsName": "",
        "AmiLaunchIndex": 0,
        "VirtualizationType": "hvm",
        "Hypervisor": "xen",
        "RootDeviceType": "ebs",
        "RootDeviceName": "/dev/xvda",
        "EbsOptimized": True,
        "CpuOptions": _cpus(instance),
        "StateTransitionReason": "",
    }
    if instance.state_reason:
        code, message = instance.state_reason
        view["StateReason"] = {"Code": code, "Message": message}
    if instance.state != "terminated":
        view.update(_attached(account, instance))
    if instance.spot:
        view["InstanceLifecycle"] = "spot"
    if instance.key_name:
        view["KeyName"] = instance.key_name
    return view


def _cpus(instance: Instance) -> dict[str, int]:
    """Return the cores; those of Graviton have one thread each, those of others two."""
    kind = TYPES[instance.instance_type]
    threads = 1 if kind.architecture == "arm64" else 2
    return {"CoreCount": kind.vcpus // threads, "ThreadsPerCore": threads}


def _attached(account: Account, instance: Instance) -> dict[str, Any]:
    view: dict[str, Any] = {
        "PrivateIpAddress": instance.private_ip,
        "PrivateDnsName": account.fleet.dns_name(instance.private_ip),
        "SubnetId": instance.subnet_id,
        "VpcId": account.subnets[instance.subnet_id].vpc_id,
        "SecurityGroups": [
            {"GroupId": group, "GroupName": group} for group in instance.security_groups
        ],
        "BlockDeviceMappings": [
            {
                "DeviceName": "/dev/xvda",
                "Ebs": {
                    "VolumeId": instance.volume_id,
                    "Status": "attached",
                    "DeleteOnTermination": True,
                    "AttachTime": account.kernel.second(instance.launched_at),
                },
            }
        ],
    }
    if instance.ipv6:
        view["Ipv6Address"] = instance.ipv6
    if instance.profile:
        arn = instance.profile
        if not arn.startswith("arn:"):
            arn = account.arn("iam", f"instance-profile/{arn}", regional=False)
        view["IamInstanceProfile"] = {"Arn": arn, "Id": "AIPA" + instance.volume_id[4:21].upper()}
    return view


def member_view(member: Member) -> dict[str, Any]:
    """Return an element of a group's Instances."""
    view: dict[str, Any] = {
        "InstanceId": member.instance_id,
        "InstanceType": member.instance_type,
        "AvailabilityZone": member.zone,
        "LifecycleState": member.lifecycle_state,
        "HealthStatus": member.health,
        "ProtectedFromScaleIn": member.protected,
    }
    if member.launch_template:
        template_id, name, number = member.launch_template
        view["LaunchTemplate"] = {
            "LaunchTemplateId": template_id,
            "LaunchTemplateName": name,
            "Version": str(number),
        }
    if member.launch_configuration:
        view["LaunchConfigurationName"] = member.launch_configuration
    if member.weight is not None:
        view["WeightedCapacity"] = str(member.weight)
    return view


def _arns(group: Group) -> list[str]:
    return [one for one in group.target_groups if not one.startswith(CLASSIC)]


def _names(group: Group) -> list[str]:
    return [one.removeprefix(CLASSIC) for one in group.target_groups if one.startswith(CLASSIC)]


def group_view(account: Account, group: Group) -> dict[str, Any]:
    """Return an element of DescribeAutoScalingGroups, without Instances."""
    view: dict[str, Any] = {
        "AutoScalingGroupName": group.name,
        "AutoScalingGroupARN": group.arn,
        "MinSize": group.minimum,
        "MaxSize": group.maximum,
        "DesiredCapacity": group.desired,
        "AvailabilityZones": list(group.zones),
        "VPCZoneIdentifier": ",".join(group.subnets),
        "LoadBalancerNames": _names(group),
        "TargetGroupARNs": _arns(group),
        "CreatedTime": account.kernel.second(group.created_at),
        "SuspendedProcesses": [
            {"ProcessName": name, "SuspensionReason": reason}
            for name, reason in sorted(group.suspended.items())
        ],
        "EnabledMetrics": [
            {"Metric": name, "Granularity": "1Minute"} for name in sorted(group.metrics)
        ],
        "Tags": group_tags(group),
        "ServiceLinkedRoleARN": account.arn(
            "iam",
            "role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling",
            regional=False,
        ),
        "TrafficSources": [
            *({"Identifier": arn, "Type": "elbv2"} for arn in _arns(group)),
            *({"Identifier": name, "Type": "elb"} for name in _names(group)),
        ],
    }
    view.update(_launched_from(group))
    view.update(_settings(group))
    if group.warm_pool is not None:
        view["WarmPoolConfiguration"] = dict(group.warm_pool.configuration)
        view["WarmPoolSize"] = len(group.warm_pool.members)
    if group.status:
        view["Status"] = group.status
    return view


def _settings(group: Group) -> dict[str, Any]:
    names = (
        "DefaultCooldown",
        "HealthCheckType",
        "HealthCheckGracePeriod",
        "NewInstancesProtectedFromScaleIn",
        "CapacityRebalance",
    )
    shown = {name: group.setting(name) for name in names}
    shown["TerminationPolicies"] = list(group.setting("TerminationPolicies"))
    if group.setting("MaxInstanceLifetime"):
        shown["MaxInstanceLifetime"] = group.setting("MaxInstanceLifetime")
    return shown


def _launched_from(group: Group) -> dict[str, Any]:
    if group.mixed is not None:
        return {"MixedInstancesPolicy": group.mixed}
    if group.template is not None:
        return {"LaunchTemplate": dict(group.template)}
    return {"LaunchConfigurationName": group.launch_configuration}


def group_tags(group: Group) -> list[dict[str, Any]]:
    """Return a group's tags as every Auto Scaling operation shows them."""
    return [
        {
            "Key": key,
            "Value": tag.value,
            "PropagateAtLaunch": tag.propagate,
            "ResourceId": group.name,
            "ResourceType": "auto-scaling-group",
        }
        for key, tag in sorted(group.tags.items())
    ]


def activity_view(account: Account, group: Group, activity: Activity) -> dict[str, Any]:
    """Return an element of DescribeScalingActivities."""
    view = {
        "ActivityId": activity.id,
        "AutoScalingGroupName": group.name,
        "AutoScalingGroupARN": group.arn,
        "Description": activity.description,
        "Cause": activity.cause,
        "StartTime": account.kernel.second(activity.started_at),
        "StatusCode": activity.status,
        "Progress": activity.progress,
        "Details": activity.details,
    }
    if activity.message:
        view["StatusMessage"] = activity.message
    if activity.ended_at is not None:
        view["EndTime"] = account.kernel.second(activity.ended_at)
    return view
