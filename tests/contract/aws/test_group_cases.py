# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cases of Auto Scaling that memory, wire and moto answer alike."""

from __future__ import annotations

from typing import Any


def state(face: Any, instance_id: str) -> str:
    answer = face.call("ec2", "DescribeInstances", InstanceIds=[instance_id])
    return str(answer["Reservations"][0]["Instances"][0]["State"]["Name"])


def healths(face: Any) -> dict[str, str]:
    answer = face.call("elbv2", "DescribeTargetHealth", TargetGroupArn=face.resources.target_group)
    return {
        one["Target"]["Id"]: one["TargetHealth"]["State"]
        for one in answer["TargetHealthDescriptions"]
    }


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
        face.resources.template
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
    assert face.group()["DesiredCapacity"] == 3
    assert len(face.members()) == 3
    assert name not in face.members()
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
    assert face.group()["DesiredCapacity"] == 4
    assert len(face.members()) == 4
    assert name not in face.members()


def test_protected_instances_are_not_scaled_in(face: Any) -> None:
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
    assert name not in face.members()
    assert face.group()["DesiredCapacity"] == 3
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
    assert states[name] == "Standby"
    assert face.group()["DesiredCapacity"] == 3
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
    assert tag in seen
    assert len(seen) == 2
    face.call("autoscaling", "DeleteTags", Tags=[tag])
    assert [one["Key"] for one in face.group()["Tags"]] == ["team"]


def test_targets_are_registered_and_deregistered(face: Any) -> None:
    name = face.members()[0]
    here = {"TargetGroupArn": face.resources.target_group, "Targets": [{"Id": name, "Port": 30080}]}
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
        TargetGroupARNs=[face.resources.target_group],
    )
    face.settle()
    assert face.group()["TargetGroupARNs"] == [face.resources.target_group]
    assert set(healths(face)) == set(face.members())


def test_unknown_groups_are_left_out(face: Any) -> None:
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
            VPCZoneIdentifier=face.resources.subnets[0],
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
