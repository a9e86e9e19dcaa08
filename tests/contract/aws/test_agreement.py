# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The account answers the same in memory and on the wire: every operation, every byte that a client
can see.

Two accounts of one seed live through the same calls, one through each face. boto3 checks the
parameters against botocore's models, so an operation, a parameter or a field of an answer that AWS
does not have fails here too.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.contract.aws.conftest import Endpoint, Memory, Wire
from ansible_collections.nodeops.rotator.tests.simulation.aws import build, catalogue, operations
from ansible_collections.nodeops.rotator.tests.simulation.aws.behavior import Behavior
from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import AwsError
from ansible_collections.nodeops.rotator.tests.simulation.aws.groups import Member, WarmPool
from ansible_collections.nodeops.rotator.tests.simulation.gate import Fault

# moto warns of each error code that botocore's models do not name, and they name few.
pytestmark = pytest.mark.filterwarnings("ignore:Exception.AwsError. with code")

# No odds: the wire asks the dice in the same order, but a lost connection would shift them.
# Durations are the usual.
MANNERS = dataclasses.replace(Behavior(), page_size=7)
PARAMETER = "/aws/service/eks/optimized-ami/1.33/amazon-linux-2023/x86_64/standard/recommended"
GROUP = {"AutoScalingGroupName": "blue"}
TAG = {"ResourceId": "blue", "ResourceType": "auto-scaling-group", "Key": "k"}
Step = tuple[str, str, dict[str, Any]]
HOOK = {**GROUP, "LifecycleHookName": "drain"}


def furnish(face: Memory) -> None:
    """One of everything."""
    account = face.account
    build.add_subnets(account)
    catalogue.publish_catalogue(account, ("1.33",))
    image = account.parameters[PARAMETER + "/image_id"].value
    data = {
        "ImageId": image,
        "InstanceType": "m5.large",
        "KeyName": "key",
        "SecurityGroupIds": ["sg-0123456789abcdef0"],
        "IamInstanceProfile": {"Name": "nodes"},
        "UserData": "IyEvYmluL3NoCg==",
    }
    template = build.add_template(
        account, "nodes", [data, {**data, "ImageId": "resolve:ssm:" + PARAMETER + "/image_id"}]
    )
    target_group = build.add_target_group(account, "web", tags={"k": "v"})
    group = build.add_group(
        account, "blue", template, 1, 9, 1, 12, target_groups=[target_group], tags={"team": "a"}
    )
    refresh = {
        "InstanceRefreshId": "r-1",
        "AutoScalingGroupName": "blue",
        "Status": "InProgress",
        "PercentageComplete": 10,
    }
    group.refreshes.append(refresh)
    group.policies.append(
        {"AutoScalingGroupName": "blue", "PolicyName": "cpu", "PolicyType": "TargetTrackingScaling"}
    )
    group.scheduled_actions.append(
        {"AutoScalingGroupName": "blue", "ScheduledActionName": "night", "DesiredCapacity": 1}
    )
    group.warm_pool = WarmPool(
        {"MinSize": 0, "PoolState": "Stopped"},
        {"i-1": Member("i-1", "eu-west-1a", "m5.large", "Warmed:Stopped")},
    )
    cluster = build.add_eks_cluster(account, "prod", tags={"k": "v"})
    build.add_nodegroup(cluster, "workers", group, "1.33.5-20251120", labels={"a": "b"})
    account.capacity["m6i.large", "eu-west-1a"] = 0


@dataclasses.dataclass(frozen=True)
class Names:
    """The ids that the calls need."""

    instances: list[str]
    template: dict[str, str]
    target_group: dict[str, str]
    image: str
    subnet: str

    @staticmethod
    def of(face: Memory) -> Names:
        """Read them off the account."""
        account = face.account
        return Names(
            list(account.groups["blue"].members),
            {"LaunchTemplateId": next(iter(account.templates))},
            {"TargetGroupArn": next(iter(account.target_groups))},
            account.parameters[PARAMETER + "/image_id"].value,
            next(iter(account.subnets)),
        )


def identities(names: Names) -> list[Step]:
    """Who we are, parameters, clusters."""
    return [
        ("sts", "GetCallerIdentity", {}),
        (
            "sts",
            "AssumeRole",
            {"RoleArn": "arn:aws:iam::123456789012:role/r", "RoleSessionName": "run"},
        ),
        ("ssm", "GetParameter", {"Name": PARAMETER}),
        ("ssm", "GetParameters", {"Names": [PARAMETER, "/none"]}),
        ("ssm", "GetParametersByPath", {"Path": PARAMETER, "Recursive": True, "MaxResults": 2}),
        ("ssm", "PutParameter", {"Name": "/mine", "Value": "v", "Type": "String"}),
        ("ssm", "GetParameter", {"Name": "/none"}),
        ("eks", "ListClusters", {}),
        ("eks", "DescribeCluster", {"name": "prod"}),
        ("eks", "DescribeCluster", {"name": "none"}),
        ("eks", "ListNodegroups", {"clusterName": "prod", "maxResults": 1}),
        ("eks", "DescribeNodegroup", {"clusterName": "prod", "nodegroupName": "workers"}),
    ]


def machines(names: Names) -> list[Step]:
    """EC2."""
    return [
        ("ec2", "DescribeRegions", {}),
        ("ec2", "DescribeAvailabilityZones", {}),
        ("ec2", "DescribeSubnets", {}),
        (
            "ec2",
            "DescribeInstanceTypes",
            {"Filters": [{"Name": "instance-type", "Values": ["g5.*", "t4g.*"]}]},
        ),
        ("ec2", "DescribeInstanceTypeOfferings", {"LocationType": "availability-zone"}),
        ("ec2", "DescribeImages", {"Owners": ["amazon"], "MaxResults": 5}),
        ("ec2", "DescribeImages", {"ImageIds": ["ami-0123456789abcdef0"]}),
        ("ec2", "DescribeInstances", {}),
        ("ec2", "DescribeInstances", {"InstanceIds": names.instances[:3]}),
        ("ec2", "DescribeInstanceStatus", {}),
        ("ec2", "DescribeVolumes", {}),
        ("ec2", "DescribeLaunchTemplates", {}),
        ("ec2", "DescribeLaunchTemplateVersions", {**names.template, "ResolveAlias": True}),
        (
            "ec2",
            "CreateLaunchTemplate",
            {"LaunchTemplateName": "other", "LaunchTemplateData": {"ImageId": names.image}},
        ),
        (
            "ec2",
            "CreateLaunchTemplateVersion",
            {
                **names.template,
                "SourceVersion": "1",
                "LaunchTemplateData": {"InstanceType": "m5.xlarge"},
            },
        ),
        ("ec2", "ModifyLaunchTemplate", {**names.template, "DefaultVersion": "3"}),
        ("ec2", "DeleteLaunchTemplateVersions", {**names.template, "Versions": ["2", "3", "9"]}),
        ("ec2", "DeleteLaunchTemplate", {"LaunchTemplateName": "other"}),
        (
            "ec2",
            "RunInstances",
            {
                "LaunchTemplate": names.template,
                "MinCount": 1,
                "MaxCount": 2,
                "InstanceType": "m7i.large",
            },
        ),
        (
            "ec2",
            "RunInstances",
            {
                "ImageId": names.image,
                "InstanceType": "m6i.large",
                "MinCount": 1,
                "MaxCount": 1,
                "DryRun": True,
            },
        ),
        (
            "ec2",
            "CreateTags",
            {"Resources": names.instances[:1], "Tags": [{"Key": "k", "Value": "v"}]},
        ),
        (
            "ec2",
            "DescribeTags",
            {"Filters": [{"Name": "resource-id", "Values": names.instances[:1]}]},
        ),
        ("ec2", "DeleteTags", {"Resources": names.instances[:1], "Tags": [{"Key": "k"}]}),
    ]


def settings(names: Names) -> list[Step]:
    """Target groups, and what a group is set to."""
    targets = {**names.target_group, "Targets": [{"Id": names.instances[0]}]}
    return [
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
        ("autoscaling", "DescribeWarmPool", GROUP),
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


def changes(names: Names) -> list[Step]:
    """Instances come and go."""
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
        ("autoscaling", "SetDesiredCapacity", {**GROUP, "DesiredCapacity": 40}),
        ("autoscaling", "SetDesiredCapacity", {**GROUP, "DesiredCapacity": 8}),
        ("autoscaling", "UpdateAutoScalingGroup", {**GROUP, "MaxSize": 20, "DefaultCooldown": 10}),
        ("autoscaling", "SuspendProcesses", {**GROUP, "ScalingProcesses": ["AZRebalance"]}),
        ("", "wait", {}),
        ("autoscaling", "DescribeAutoScalingGroups", {"AutoScalingGroupNames": ["blue"]}),
        ("autoscaling", "DescribeScalingActivities", GROUP),
    ]


def returns(names: Names) -> list[Step]:
    """What comes back, and a second group."""
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


def script(face: Memory) -> list[Step]:
    """Calls of all operations, in an order that makes sense."""
    names = Names.of(face)
    return identities(names) + machines(names) + settings(names) + changes(names) + returns(names)


def outcome(face: Memory, service: str, operation: str, params: dict[str, Any]) -> Any:
    """What the call came to: its answer, or code, message and status of its refusal."""
    try:
        return face.call(service, operation, **params)
    except AwsError as error:
        return (error.code, error.message, error.status)


def test_every_operation_is_in_the_script() -> None:
    face = Memory(MANNERS)
    furnish(face)
    assert {(service, name) for service, name, _params in script(face) if service} == set(
        operations.names()
    )


def test_both_faces_live_through_the_same_history(endpoint: Endpoint) -> None:
    memory, wire = Memory(MANNERS), Wire(MANNERS, endpoint.boto)
    endpoint.serve(wire)
    furnish(memory)
    furnish(wire)
    for service, name, params in script(memory):
        if name == "wait":
            for face in (memory, wire):
                face.kernel.advance(face.kernel.now + 120)
            continue
        assert outcome(wire, service, name, params) == outcome(memory, service, name, params), (
            service,
            name,
            params,
        )
    assert memory.account.gate.calls == wire.account.gate.calls


@pytest.mark.parametrize(
    ("service", "operation", "params", "code", "status"),
    [
        ("autoscaling", "DescribeTags", {}, "Throttling", 400),
        ("ec2", "DescribeRegions", {}, "RequestLimitExceeded", 503),
        ("ssm", "GetParameter", {"Name": "/x"}, "ThrottlingException", 400),
        ("eks", "ListClusters", {}, "ThrottlingException", 429),
        ("elbv2", "DescribeTargetGroups", {}, "Throttling", 400),
        ("sts", "GetCallerIdentity", {}, "ServiceUnavailable", 503),
    ],
)
def test_faults_keep_code_and_status_on_the_wire(
    endpoint: Endpoint, service: str, operation: str, params: dict[str, Any], code: str, status: int
) -> None:
    for face in (Memory(MANNERS), Wire(MANNERS, endpoint.boto)):
        if isinstance(face, Wire):
            endpoint.serve(face)
        face.account.gate.faults.append(Fault(f"{service}:*", code))
        assert outcome(face, service, operation, params) == (code, "injected fault", status)
