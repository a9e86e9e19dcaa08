# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cases of EC2 that memory, wire and moto answer alike."""

from __future__ import annotations

from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.instance_types import TYPES


def versions(face: Any, *wanted: str) -> list[int]:
    answer = face.call(
        "ec2",
        "DescribeLaunchTemplateVersions",
        LaunchTemplateId=face.resources.template,
        Versions=list(wanted),
    )
    return [one["VersionNumber"] for one in answer["LaunchTemplateVersions"]]


def test_the_template_of_a_group_is_changed(face: Any) -> None:
    face.call(
        "ec2",
        "CreateLaunchTemplateVersion",
        LaunchTemplateId=face.resources.template,
        LaunchTemplateData={"ImageId": face.resources.image, "InstanceType": "m5.xlarge"},
    )
    face.call(
        "autoscaling",
        "UpdateAutoScalingGroup",
        AutoScalingGroupName="blue",
        LaunchTemplate={"LaunchTemplateId": face.resources.template, "Version": "2"},
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
        LaunchTemplateId=face.resources.template,
        LaunchTemplateData={"ImageId": face.resources.image, "InstanceType": "m5.xlarge"},
        VersionDescription="x",
    )
    assert made["LaunchTemplateVersion"]["VersionNumber"] == 2
    assert versions(face, "$Latest") == [2]
    assert versions(face, "$Default") == [1]
    assert versions(face, "1") == [1]
    face.call(
        "ec2", "ModifyLaunchTemplate", LaunchTemplateId=face.resources.template, DefaultVersion="2"
    )
    assert versions(face, "$Default") == [2]
    seen = face.call("ec2", "DescribeLaunchTemplates", LaunchTemplateNames=["nodes"])[
        "LaunchTemplates"
    ][0]
    assert (seen["DefaultVersionNumber"], seen["LatestVersionNumber"]) == (2, 2)


def test_images_are_found(face: Any) -> None:
    by_name = face.call(
        "ec2", "DescribeImages", Owners=["self"], Filters=[{"Name": "name", "Values": ["nodes-*"]}]
    )["Images"]
    by_id = face.call("ec2", "DescribeImages", ImageIds=[face.resources.image])["Images"]
    for found in (by_name, by_id):
        assert [(one["ImageId"], one["Name"], one["State"]) for one in found] == [
            (face.resources.image, "nodes-1", "available")
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
    # Includes burstable and accelerated types. moto's table comes from EC2.
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
    seen = face.call("ec2", "DescribeSubnets", SubnetIds=face.resources.subnets)["Subnets"]
    assert {one["AvailabilityZone"] for one in seen} == {"eu-west-1a", "eu-west-1b", "eu-west-1c"}
    zones = face.call(
        "ec2",
        "DescribeAvailabilityZones",
        Filters=[{"Name": "zone-name", "Values": ["eu-west-1a"]}],
    )
    assert [
        (one["ZoneName"], one["State"], one["RegionName"]) for one in zones["AvailabilityZones"]
    ] == [("eu-west-1a", "available", "eu-west-1")]


def test_instance_tags(face: Any) -> None:
    name = face.members()[0]
    face.call("ec2", "CreateTags", Resources=[name], Tags=[{"Key": "k", "Value": "v"}])
    answer = face.call("ec2", "DescribeInstances", Filters=[{"Name": "tag:k", "Values": ["v"]}])
    assert [one["InstanceId"] for r in answer["Reservations"] for one in r["Instances"]] == [name]
    face.call("ec2", "DeleteTags", Resources=[name], Tags=[{"Key": "k"}])
    assert (
        face.call("ec2", "DescribeTags", Filters=[{"Name": "key", "Values": ["k"]}])["Tags"] == []
    )
