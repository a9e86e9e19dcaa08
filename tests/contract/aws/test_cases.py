# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all faces must do alike: the account in memory and on the wire, and moto where moto is
right."""

from __future__ import annotations

from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.instance_types import TYPES


def state(face: Any, instance_id: str) -> str:
    answer = face.call("ec2", "DescribeInstances", InstanceIds=[instance_id])
    return str(answer["Reservations"][0]["Instances"][0]["State"]["Name"])


def healths(face: Any) -> dict[str, str]:
    answer = face.call("elbv2", "DescribeTargetHealth", TargetGroupArn=face.stage.target_group)
    return {
        one["Target"]["Id"]: one["TargetHealth"]["State"]
        for one in answer["TargetHealthDescriptions"]
    }


def versions(face: Any, *wanted: str) -> list[int]:
    answer = face.call(
        "ec2",
        "DescribeLaunchTemplateVersions",
        LaunchTemplateId=face.stage.template,
        Versions=list(wanted),
    )
    return [one["VersionNumber"] for one in answer["LaunchTemplateVersions"]]


def test_a_group_has_its_instances_in_its_zones(face: Any) -> None:
    group = face.group()
    assert (group["MinSize"], group["MaxSize"], group["DesiredCapacity"]) == (2, 6, 4)
    assert group["LaunchTemplate"]["LaunchTemplateName"] == "nodes"
    assert group["LaunchTemplate"]["Version"] == "1"
    assert [one["LifecycleState"] for one in group["Instances"]] == ["InService"] * 4
    # moto puts all into one zone.
    assert {one["AvailabilityZone"] for one in group["Instances"]} <= set(
        group["AvailabilityZones"]
    )
    assert {one["HealthStatus"] for one in group["Instances"]} == {"Healthy"}
    assert not any(one["ProtectedFromScaleIn"] for one in group["Instances"])
    assert {one["LaunchTemplate"]["LaunchTemplateId"] for one in group["Instances"]} == {
        face.stage.template
    }


def test_instances_carry_the_tags_of_their_group(face: Any) -> None:
    answer = face.call(
        "ec2",
        "DescribeInstances",
        Filters=[{"Name": "tag:aws:autoscaling:groupName", "Values": ["blue"]}],
    )
    found = [one for reservation in answer["Reservations"] for one in reservation["Instances"]]
    assert {one["InstanceId"] for one in found} == set(face.members())
    assert all({"Key": "team", "Value": "a"} in one["Tags"] for one in found)
    assert {one["State"]["Name"] for one in found} == {"running"}


def test_members_are_found_by_id(face: Any) -> None:
    name = face.members()[0]
    found = face.call("autoscaling", "DescribeAutoScalingInstances", InstanceIds=[name])[
        "AutoScalingInstances"
    ]
    assert [
        (one["InstanceId"], one["AutoScalingGroupName"], one["LifecycleState"]) for one in found
    ] == [(name, "blue", "InService")]


def test_scaling_out_and_in(face: Any) -> None:
    for desired in (6, 3):
        face.call(
            "autoscaling",
            "SetDesiredCapacity",
            AutoScalingGroupName="blue",
            DesiredCapacity=desired,
        )
        face.settle()
        assert (face.group()["DesiredCapacity"], len(face.members())) == (desired, desired)


def test_terminate_with_decrement(face: Any) -> None:
    name = face.members()[0]
    answer = face.call(
        "autoscaling",
        "TerminateInstanceInAutoScalingGroup",
        InstanceId=name,
        ShouldDecrementDesiredCapacity=True,
    )
    assert answer["Activity"]["AutoScalingGroupName"] == "blue"
    face.settle()
    assert (
        face.group()["DesiredCapacity"] == 3
        and len(face.members()) == 3
        and name not in face.members()
    )
    assert state(face, name) == "terminated"


def test_terminate_without_decrement_is_replaced(face: Any) -> None:
    name = face.members()[0]
    face.call(
        "autoscaling",
        "TerminateInstanceInAutoScalingGroup",
        InstanceId=name,
        ShouldDecrementDesiredCapacity=False,
    )
    face.settle()
    assert (
        face.group()["DesiredCapacity"] == 4
        and len(face.members()) == 4
        and name not in face.members()
    )


def test_protection_is_shown_and_spares_from_scaling_in(face: Any) -> None:
    kept = face.members()[:2]
    face.call(
        "autoscaling",
        "SetInstanceProtection",
        AutoScalingGroupName="blue",
        InstanceIds=kept,
        ProtectedFromScaleIn=True,
    )
    assert [
        one["InstanceId"] for one in face.group()["Instances"] if one["ProtectedFromScaleIn"]
    ] == kept
    face.call("autoscaling", "SetDesiredCapacity", AutoScalingGroupName="blue", DesiredCapacity=2)
    face.settle()
    assert set(face.members()) == set(kept)


def test_detach_leaves_the_instance_running(face: Any) -> None:
    name = face.members()[0]
    face.call(
        "autoscaling",
        "DetachInstances",
        AutoScalingGroupName="blue",
        InstanceIds=[name],
        ShouldDecrementDesiredCapacity=True,
    )
    face.settle()
    assert name not in face.members() and face.group()["DesiredCapacity"] == 3
    assert state(face, name) == "running"


def test_standby(face: Any) -> None:
    name = face.members()[0]
    face.call(
        "autoscaling",
        "EnterStandby",
        AutoScalingGroupName="blue",
        InstanceIds=[name],
        ShouldDecrementDesiredCapacity=True,
    )
    face.settle()
    states = {one["InstanceId"]: one["LifecycleState"] for one in face.group()["Instances"]}
    assert states[name] == "Standby" and face.group()["DesiredCapacity"] == 3
    face.call("autoscaling", "ExitStandby", AutoScalingGroupName="blue", InstanceIds=[name])
    face.settle()
    assert face.group()["DesiredCapacity"] == 4
    assert {one["LifecycleState"] for one in face.group()["Instances"]} == {"InService"}


def test_processes_are_suspended_and_resumed(face: Any) -> None:
    face.call(
        "autoscaling",
        "SuspendProcesses",
        AutoScalingGroupName="blue",
        ScalingProcesses=["AZRebalance", "Launch"],
    )
    assert {one["ProcessName"] for one in face.group()["SuspendedProcesses"]} == {
        "AZRebalance",
        "Launch",
    }
    face.call(
        "autoscaling", "ResumeProcesses", AutoScalingGroupName="blue", ScalingProcesses=["Launch"]
    )
    assert {one["ProcessName"] for one in face.group()["SuspendedProcesses"]} == {"AZRebalance"}


def test_group_tags(face: Any) -> None:
    tag = {
        "ResourceId": "blue",
        "ResourceType": "auto-scaling-group",
        "Key": "run",
        "Value": "1",
        "PropagateAtLaunch": False,
    }
    face.call("autoscaling", "CreateOrUpdateTags", Tags=[tag])
    assert {one["Key"]: one["Value"] for one in face.group()["Tags"]} == {"team": "a", "run": "1"}
    by_group = [{"Name": "auto-scaling-group", "Values": ["blue"]}]
    seen = face.call("autoscaling", "DescribeTags", Filters=by_group)["Tags"]
    assert tag in seen and len(seen) == 2
    face.call("autoscaling", "DeleteTags", Tags=[tag])
    assert [one["Key"] for one in face.group()["Tags"]] == ["team"]


def test_the_template_of_a_group_is_changed(face: Any) -> None:
    face.call(
        "ec2",
        "CreateLaunchTemplateVersion",
        LaunchTemplateId=face.stage.template,
        LaunchTemplateData={"ImageId": face.stage.image, "InstanceType": "m5.xlarge"},
    )
    face.call(
        "autoscaling",
        "UpdateAutoScalingGroup",
        AutoScalingGroupName="blue",
        LaunchTemplate={"LaunchTemplateId": face.stage.template, "Version": "2"},
    )
    assert face.group()["LaunchTemplate"]["Version"] == "2"
    face.call("autoscaling", "SetDesiredCapacity", AutoScalingGroupName="blue", DesiredCapacity=5)
    face.settle()
    answer = face.call("ec2", "DescribeInstances", InstanceIds=face.members())
    types = [
        one["InstanceType"]
        for reservation in answer["Reservations"]
        for one in reservation["Instances"]
    ]
    assert sorted(types) == ["m5.large"] * 4 + ["m5.xlarge"]


def test_versions_and_the_default(face: Any) -> None:
    made = face.call(
        "ec2",
        "CreateLaunchTemplateVersion",
        LaunchTemplateId=face.stage.template,
        LaunchTemplateData={"ImageId": face.stage.image, "InstanceType": "m5.xlarge"},
        VersionDescription="x",
    )
    assert made["LaunchTemplateVersion"]["VersionNumber"] == 2
    assert (
        versions(face, "$Latest") == [2]
        and versions(face, "$Default") == [1]
        and versions(face, "1") == [1]
    )
    face.call(
        "ec2", "ModifyLaunchTemplate", LaunchTemplateId=face.stage.template, DefaultVersion="2"
    )
    assert versions(face, "$Default") == [2]
    seen = face.call("ec2", "DescribeLaunchTemplates", LaunchTemplateNames=["nodes"])[
        "LaunchTemplates"
    ][0]
    assert (seen["DefaultVersionNumber"], seen["LatestVersionNumber"]) == (2, 2)


def test_targets_come_and_go(face: Any) -> None:
    name = face.members()[0]
    here = {"TargetGroupArn": face.stage.target_group, "Targets": [{"Id": name, "Port": 30080}]}
    face.call("elbv2", "RegisterTargets", **here)
    assert list(healths(face)) == [name]
    face.call("elbv2", "DeregisterTargets", **here)
    face.settle()
    assert name not in healths(face)


def test_the_group_registers_its_instances(face: Any) -> None:
    face.call(
        "autoscaling",
        "AttachLoadBalancerTargetGroups",
        AutoScalingGroupName="blue",
        TargetGroupARNs=[face.stage.target_group],
    )
    face.settle()
    assert face.group()["TargetGroupARNs"] == [face.stage.target_group]
    assert set(healths(face)) == set(face.members())


def test_images_are_found(face: Any) -> None:
    by_name = face.call(
        "ec2", "DescribeImages", Owners=["self"], Filters=[{"Name": "name", "Values": ["nodes-*"]}]
    )["Images"]
    by_id = face.call("ec2", "DescribeImages", ImageIds=[face.stage.image])["Images"]
    for found in (by_name, by_id):
        assert [(one["ImageId"], one["Name"], one["State"]) for one in found] == [
            (face.stage.image, "nodes-1", "available")
        ]


def test_instance_types_are_described(face: Any) -> None:
    found = face.call("ec2", "DescribeInstanceTypes", InstanceTypes=["m5.large", "m6g.large"])[
        "InstanceTypes"
    ]
    facts = {
        one["InstanceType"]: (
            one["ProcessorInfo"]["SupportedArchitectures"],
            one["VCpuInfo"]["DefaultVCpus"],
            one["MemoryInfo"]["SizeInMiB"],
        )
        for one in found
    }
    assert facts == {"m5.large": (["x86_64"], 2, 8192), "m6g.large": (["arm64"], 2, 8192)}


def test_all_instance_types_of_the_account_are_real(face: Any) -> None:
    # Burstable and accelerated types among them: moto's table is EC2's own.
    for start in range(0, len(TYPES), 20):
        names = list(TYPES)[start : start + 20]
        for one in face.call("ec2", "DescribeInstanceTypes", InstanceTypes=names)["InstanceTypes"]:
            mine = TYPES[one["InstanceType"]]
            network = one["NetworkInfo"]
            assert (
                one["ProcessorInfo"]["SupportedArchitectures"][-1],
                one["VCpuInfo"]["DefaultVCpus"],
                one["MemoryInfo"]["SizeInMiB"],
                network["MaximumNetworkInterfaces"],
                network["Ipv4AddressesPerInterface"],
            ) == (mine.architecture, mine.vcpus, mine.memory, mine.interfaces, mine.addresses), (
                mine.name
            )


def test_subnets_and_zones(face: Any) -> None:
    seen = face.call("ec2", "DescribeSubnets", SubnetIds=face.stage.subnets)["Subnets"]
    assert {one["AvailabilityZone"] for one in seen} == {"eu-west-1a", "eu-west-1b", "eu-west-1c"}
    zones = face.call(
        "ec2",
        "DescribeAvailabilityZones",
        Filters=[{"Name": "zone-name", "Values": ["eu-west-1a"]}],
    )
    assert [
        (one["ZoneName"], one["State"], one["RegionName"]) for one in zones["AvailabilityZones"]
    ] == [("eu-west-1a", "available", "eu-west-1")]


def test_parameters(face: Any) -> None:
    for name, value in (("/mine/a", "1"), ("/mine/b/c", "2")):
        face.call("ssm", "PutParameter", Name=name, Value=value, Type="String")
    assert face.call("ssm", "GetParameter", Name="/mine/a")["Parameter"]["Value"] == "1"
    several = face.call("ssm", "GetParameters", Names=["/mine/b/c", "/none"])
    assert [one["Value"] for one in several["Parameters"]] == ["2"] and several[
        "InvalidParameters"
    ] == ["/none"]
    below = face.call("ssm", "GetParametersByPath", Path="/mine")["Parameters"]
    assert [one["Name"] for one in below] == ["/mine/a"]
    deep = face.call("ssm", "GetParametersByPath", Path="/mine", Recursive=True)["Parameters"]
    assert {one["Name"] for one in deep} == {"/mine/a", "/mine/b/c"}
    assert (
        face.call("ssm", "PutParameter", Name="/mine/a", Value="3", Overwrite=True)["Version"] == 2
    )


def test_instance_tags(face: Any) -> None:
    name = face.members()[0]
    face.call("ec2", "CreateTags", Resources=[name], Tags=[{"Key": "k", "Value": "v"}])
    answer = face.call("ec2", "DescribeInstances", Filters=[{"Name": "tag:k", "Values": ["v"]}])
    assert [one["InstanceId"] for r in answer["Reservations"] for one in r["Instances"]] == [name]
    face.call("ec2", "DeleteTags", Resources=[name], Tags=[{"Key": "k"}])
    assert (
        face.call("ec2", "DescribeTags", Filters=[{"Name": "key", "Values": ["k"]}])["Tags"] == []
    )


def test_who_am_i(face: Any) -> None:
    answer = face.call("sts", "GetCallerIdentity")
    assert answer["Account"] == "123456789012" and answer["Arn"].startswith("arn:aws:")


def test_a_role_is_assumed(face: Any) -> None:
    role = "arn:aws:iam::123456789012:role/rotator"
    answer = face.call("sts", "AssumeRole", RoleArn=role, RoleSessionName="run")
    assert answer["AssumedRoleUser"]["Arn"] == "arn:aws:sts::123456789012:assumed-role/rotator/run"
    assert answer["Credentials"]["AccessKeyId"].startswith("ASIA")


def test_refusals_have_the_same_codes(face: Any) -> None:
    unknown = "i-0123456789abcdef0"
    assert (
        face.refused("ec2", "DescribeInstances", InstanceIds=[unknown])
        == "InvalidInstanceID.NotFound"
    )
    assert (
        face.refused("ec2", "DescribeImages", ImageIds=["ami-0123456789abcdef0"])
        == "InvalidAMIID.NotFound"
    )
    assert (
        face.refused("ec2", "DescribeSubnets", SubnetIds=["subnet-0123456789abcdef0"])
        == "InvalidSubnetID.NotFound"
    )
    assert (
        face.refused("ec2", "TerminateInstances", InstanceIds=face.members()[:1], DryRun=True)
        == "DryRunOperation"
    )
    assert face.refused(
        "ec2", "CreateLaunchTemplate", LaunchTemplateName="nodes", LaunchTemplateData={}
    ) == ("InvalidLaunchTemplateName.AlreadyExistsException")
    assert face.refused("ssm", "GetParameter", Name="/none") == "ParameterNotFound"
    assert face.refused("eks", "DescribeCluster", name="none") == "ResourceNotFoundException"
    assert face.refused("elbv2", "DescribeTargetGroups", Names=["none"]) == "TargetGroupNotFound"


def test_a_group_that_is_none_is_left_out(face: Any) -> None:
    assert (
        face.call("autoscaling", "DescribeAutoScalingGroups", AutoScalingGroupNames=["none"])[
            "AutoScalingGroups"
        ]
        == []
    )
    assert (
        face.call(
            "autoscaling", "DescribeAutoScalingInstances", InstanceIds=["i-0123456789abcdef0"]
        )["AutoScalingInstances"]
        == []
    )


def test_pages_hold_everything_once(face: Any) -> None:
    for name in ("amber", "green"):
        face.call(
            "autoscaling",
            "CreateAutoScalingGroup",
            AutoScalingGroupName=name,
            MinSize=0,
            MaxSize=1,
            VPCZoneIdentifier=face.stage.subnets[0],
            LaunchTemplate={"LaunchTemplateName": "nodes"},
        )
    names, token = [], ""
    while True:
        more = {"NextToken": token} if token else {}
        answer = face.call("autoscaling", "DescribeAutoScalingGroups", MaxRecords=2, **more)
        names += [one["AutoScalingGroupName"] for one in answer["AutoScalingGroups"]]
        token = answer.get("NextToken", "")
        if not token:
            break
    assert sorted(names) == ["amber", "blue", "green"]
