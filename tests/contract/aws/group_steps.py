# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls to ELBv2 and Auto Scaling that every face must answer alike."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.tests.contract.aws.furnishing import Names
from ansible_collections.nodeops.rotator.tests.contract.aws.machine_steps import Step

GROUP = {"AutoScalingGroupName": "blue"}


TAG = {"ResourceId": "blue", "ResourceType": "auto-scaling-group", "Key": "k"}


HOOK = {**GROUP, "LifecycleHookName": "drain"}


def target_steps(names: Names) -> list[Step]:
    """Return the calls about target groups and their targets."""
    targets = {**names.target_group, "Targets": [{"Id": names.instances[0]}]}
    classic = {"LoadBalancerName": "old", "Instances": [{"InstanceId": names.instances[1]}]}
    return [
        ("elb", "DescribeInstanceHealth", {"LoadBalancerName": "old"}),
        ("elb", "DeregisterInstancesFromLoadBalancer", classic),
        ("elb", "DescribeInstanceHealth", classic),
        ("elb", "RegisterInstancesWithLoadBalancer", classic),
        ("elb", "DescribeInstanceHealth", {"LoadBalancerName": "none"}),
        ("elbv2", "DescribeTargetGroups", {}),
        ("elbv2", "DescribeTargetHealth", names.target_group),
        ("elbv2", "DeregisterTargets", targets),
        (
            "elbv2",
            "DescribeTargetHealth",
            {**names.target_group, "Targets": [{"Id": names.instances[0]}, {"Id": "i-none"}]},
        ),
        ("elbv2", "RegisterTargets", targets),
        ("elbv2", "DescribeTargetGroupAttributes", names.target_group),
        (
            "elbv2",
            "ModifyTargetGroupAttributes",
            {**names.target_group, "Attributes": [{"Key": "stickiness.enabled", "Value": "true"}]},
        ),
        ("elbv2", "DescribeTags", {"ResourceArns": [names.target_group["TargetGroupArn"]]}),
    ]


POOL: list[Step] = [
    (
        "autoscaling",
        "PutWarmPool",
        {
            **GROUP,
            "MinSize": 1,
            "PoolState": "Stopped",
            "MaxGroupPreparedCapacity": -1,
            "InstanceReusePolicy": {"ReuseOnScaleIn": True},
        },
    ),
    ("autoscaling", "DescribeWarmPool", GROUP),
]
"""The calls about a warm pool."""


def settings_steps(names: Names) -> list[Step]:
    """Return the calls about the settings of a group."""
    return [
        ("autoscaling", "DescribeAutoScalingGroups", {}),
        ("autoscaling", "DescribeAutoScalingInstances", {}),
        (
            "autoscaling",
            "CreateOrUpdateTags",
            {"Tags": [{**TAG, "Value": "v", "PropagateAtLaunch": True}]},
        ),
        ("autoscaling", "DescribeTags", {}),
        ("autoscaling", "DeleteTags", {"Tags": [TAG]}),
        ("autoscaling", "DescribeInstanceRefreshes", GROUP),
        ("autoscaling", "CancelInstanceRefresh", GROUP),
        ("autoscaling", "StartInstanceRefresh", {**GROUP, "Preferences": {"InstanceWarmup": 30}}),
        ("autoscaling", "StartInstanceRefresh", GROUP),
        ("autoscaling", "DescribeInstanceRefreshes", GROUP),
        ("autoscaling", "CancelInstanceRefresh", GROUP),
        ("autoscaling", "DescribeInstanceRefreshes", GROUP),
        ("autoscaling", "DescribeWarmPool", GROUP),
        *POOL,
        ("autoscaling", "EnableMetricsCollection", {**GROUP, "Granularity": "1Minute"}),
        ("autoscaling", "DisableMetricsCollection", {**GROUP, "Metrics": ["GroupMinSize"]}),
        ("autoscaling", "DescribePolicies", GROUP),
        ("autoscaling", "DescribeScheduledActions", GROUP),
        ("autoscaling", "DescribeLoadBalancerTargetGroups", GROUP),
        (
            "autoscaling",
            "DetachLoadBalancerTargetGroups",
            {**GROUP, "TargetGroupARNs": [names.target_group["TargetGroupArn"]]},
        ),
        (
            "autoscaling",
            "AttachLoadBalancerTargetGroups",
            {**GROUP, "TargetGroupARNs": [names.target_group["TargetGroupArn"]]},
        ),
    ]


def member_steps(names: Names) -> list[Step]:
    """Return the calls that change members of a group."""
    return [
        (
            "autoscaling",
            "PutLifecycleHook",
            {**HOOK, "LifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING"},
        ),
        ("autoscaling", "DescribeLifecycleHooks", GROUP),
        (
            "autoscaling",
            "SetInstanceProtection",
            {**GROUP, "InstanceIds": names.instances[:2], "ProtectedFromScaleIn": True},
        ),
        (
            "autoscaling",
            "SetInstanceHealth",
            {"InstanceId": names.instances[3], "HealthStatus": "Unhealthy"},
        ),
        (
            "autoscaling",
            "DetachInstances",
            {**GROUP, "InstanceIds": names.instances[4:5], "ShouldDecrementDesiredCapacity": False},
        ),
        (
            "autoscaling",
            "EnterStandby",
            {**GROUP, "InstanceIds": names.instances[5:6], "ShouldDecrementDesiredCapacity": True},
        ),
        (
            "autoscaling",
            "TerminateInstanceInAutoScalingGroup",
            {"InstanceId": names.instances[6], "ShouldDecrementDesiredCapacity": True},
        ),
        ("ec2", "TerminateInstances", {"InstanceIds": names.instances[8:9]}),
    ]


def size_steps() -> list[Step]:
    """Return the calls that change the size of a group, and a wait for the outcome."""
    return [
        ("autoscaling", "SetDesiredCapacity", {**GROUP, "DesiredCapacity": 40}),
        ("autoscaling", "SetDesiredCapacity", {**GROUP, "DesiredCapacity": 8}),
        ("autoscaling", "UpdateAutoScalingGroup", {**GROUP, "MaxSize": 20, "DefaultCooldown": 10}),
        ("autoscaling", "SuspendProcesses", {**GROUP, "ScalingProcesses": ["AZRebalance"]}),
        *launch_steps(),
        ("", "wait", {}),
        ("autoscaling", "DescribeAutoScalingGroups", {"AutoScalingGroupNames": ["blue"]}),
        ("autoscaling", "DescribeScalingActivities", GROUP),
    ]


def launch_steps() -> list[Step]:
    """Return launches at once: one, the same again, and those that are refused."""
    one = {**GROUP, "RequestedCapacity": 1, "RetryStrategy": "none"}
    here = {"AvailabilityZones": ["eu-west-1a"]}
    return [
        ("autoscaling", "LaunchInstances", {**one, **more})
        for more in (
            {"ClientToken": "token-1", **here},
            {"ClientToken": "token-1", **here},
            {"ClientToken": "token-2", "AvailabilityZones": ["eu-west-1z"]},
            {"ClientToken": "token-3"},
            {
                "ClientToken": "token-4",
                "AvailabilityZones": ["eu-west-1a"],
                "RequestedCapacity": 99,
            },
        )
    ]


def return_steps(names: Names) -> list[Step]:
    """Return the calls that put members back and end a lifecycle hook."""
    return [
        ("autoscaling", "AttachInstances", {**GROUP, "InstanceIds": names.instances[4:5]}),
        ("autoscaling", "ExitStandby", {**GROUP, "InstanceIds": names.instances[5:6]}),
        (
            "autoscaling",
            "RecordLifecycleActionHeartbeat",
            {**HOOK, "InstanceId": names.instances[6]},
        ),
        (
            "autoscaling",
            "CompleteLifecycleAction",
            {**HOOK, "InstanceId": names.instances[6], "LifecycleActionResult": "CONTINUE"},
        ),
        ("autoscaling", "DeleteLifecycleHook", HOOK),
        ("autoscaling", "ResumeProcesses", GROUP),
        ("ec2", "StopInstances", {"InstanceIds": names.instances[:1]}),
        ("", "wait", {}),
        ("ec2", "StartInstances", {"InstanceIds": names.instances[:1]}),
        ("ec2", "DescribeInstances", {}),
    ]


def second_group_steps(names: Names) -> list[Step]:
    """Return the calls that create and delete a group with a launch configuration."""
    return [
        (
            "autoscaling",
            "CreateLaunchConfiguration",
            {"LaunchConfigurationName": "lc", "ImageId": names.image, "InstanceType": "m5.large"},
        ),
        (
            "autoscaling",
            "CreateAutoScalingGroup",
            {
                "AutoScalingGroupName": "old",
                "MinSize": 1,
                "MaxSize": 2,
                "LaunchConfigurationName": "lc",
                "VPCZoneIdentifier": names.subnet,
            },
        ),
        ("autoscaling", "DescribeLaunchConfigurations", {}),
        ("", "wait", {}),
        ("autoscaling", "DescribeAutoScalingGroups", {"AutoScalingGroupNames": ["old"]}),
        ("autoscaling", "DescribeAutoScalingInstances", {}),
        (
            "autoscaling",
            "DeleteAutoScalingGroup",
            {"AutoScalingGroupName": "old", "ForceDelete": True},
        ),
        ("", "wait", {}),
        ("autoscaling", "DeleteLaunchConfiguration", {"LaunchConfigurationName": "lc"}),
        ("autoscaling", "DescribeAutoScalingGroups", {}),
    ]
