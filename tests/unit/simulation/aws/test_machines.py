# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""EC2: instances, images, types, places, tags."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.aws import build


def found(world: Any, *filters: tuple[str, str]) -> list[str]:
    given = [{"Name": name, "Values": [value]} for name, value in filters]
    answer = world.call("ec2", "DescribeInstances", Filters=given)
    return [
        one["InstanceId"]
        for reservation in answer["Reservations"]
        for one in reservation["Instances"]
    ]


def test_instances_are_found_by_filter(world: Any) -> None:
    one = world.account.instances[world.first()]
    assert found(world, ("instance-id", one.id)) == [one.id]
    assert found(world, ("private-dns-name", one.private_dns)) == [one.id]
    assert len(found(world, ("tag:aws:autoscaling:groupName", "blue"))) == 6
    assert len(found(world, ("tag-key", "aws:autoscaling:*"))) == 6
    assert (
        len(found(world, ("availability-zone", one.zone), ("instance-state-name", "running"))) == 2
    )
    assert len(found(world, ("vpc-id", build.VPC))) == 6
    assert found(world, ("vpc-id", "vpc-0")) == []
    assert (
        world.refused(
            "ec2", "DescribeInstances", Filters=[{"Name": "colour", "Values": ["x"]}]
        ).code
        == "InvalidParameterValue"
    )


def test_unknown_and_malformed_ids(world: Any) -> None:
    assert (
        world.refused("ec2", "DescribeInstances", InstanceIds=["i-0123456789abcdef0"]).code
        == "InvalidInstanceID.NotFound"
    )
    assert (
        world.refused("ec2", "TerminateInstances", InstanceIds=["web-1"]).code
        == "InvalidInstanceID.Malformed"
    )


def test_a_terminated_instance_loses_its_address_and_later_disappears(world: Any) -> None:
    name = world.first()
    change = world.call("ec2", "TerminateInstances", InstanceIds=[name])["TerminatingInstances"][0]
    assert (change["PreviousState"]["Name"], change["CurrentState"]["Name"]) == (
        "running",
        "shutting-down",
    )
    world.wait(30)
    seen = world.call("ec2", "DescribeInstances", InstanceIds=[name])["Reservations"][0][
        "Instances"
    ][0]
    assert seen["State"]["Name"] == "terminated"
    assert "PrivateIpAddress" not in seen
    assert seen["StateReason"]["Code"] == "Client.UserInitiatedShutdown"
    world.wait(3600)
    assert (
        world.refused("ec2", "DescribeInstances", InstanceIds=[name]).code
        == "InvalidInstanceID.NotFound"
    )


def test_run_stop_start(world: Any) -> None:
    spec = {"LaunchTemplateName": "nodes", "Version": "2"}
    name = world.call("ec2", "RunInstances", LaunchTemplate=spec, MinCount=1, MaxCount=1)[
        "Instances"
    ][0]["InstanceId"]
    assert world.account.instances[name].launch_template == (world.template.id, 2)
    states = []
    for operation, wait in (
        ("", 31),
        ("StopInstances", 0),
        ("", 21),
        ("StartInstances", 0),
        ("", 31),
    ):
        if operation:
            world.call("ec2", operation, InstanceIds=[name])
        world.wait(wait)
        states.append(world.account.instances[name].state)
    assert states == ["running", "stopping", "stopped", "pending", "running"]


def test_a_client_token_launches_once(world: Any) -> None:
    spec = {
        "ImageId": world.image.id,
        "InstanceType": "m5.large",
        "MinCount": 1,
        "MaxCount": 1,
        "ClientToken": "t",
    }
    first, again = (world.call("ec2", "RunInstances", **spec) for _time in range(2))
    assert first["Instances"][0]["InstanceId"] == again["Instances"][0]["InstanceId"]
    assert len(world.account.instances) == 7
    wrong = world.refused("ec2", "RunInstances", **{**spec, "InstanceType": "m5.xlarge"})
    assert wrong.code == "IdempotentParameterMismatch"


def test_a_launch_is_partial_but_never_below_its_minimum(world: Any) -> None:
    spec = {"ImageId": world.image.id, "InstanceType": "m5.large", "MaxCount": 4}
    world.account.capacity.update({("m5.large", zone): 2 for zone in world.account.zones})
    assert len(world.call("ec2", "RunInstances", MinCount=1, **spec)["Instances"]) == 2
    assert (
        world.refused("ec2", "RunInstances", MinCount=1, **spec).code
        == "InsufficientInstanceCapacity"
    )


def test_a_dry_run_changes_nothing(world: Any) -> None:
    wrong = world.refused("ec2", "TerminateInstances", InstanceIds=[world.first()], DryRun=True)
    assert (wrong.code, wrong.status) == ("DryRunOperation", 412)
    assert {one.state for one in world.account.instances.values()} == {"running"}


def test_an_image_must_fit_the_type(world: Any) -> None:
    wrong = world.refused(
        "ec2",
        "RunInstances",
        ImageId=world.image.id,
        InstanceType="m7g.large",
        MinCount=1,
        MaxCount=1,
    )
    assert wrong.code == "InvalidParameterValue"
    assert "architecture" in wrong.message
    wrong = world.refused(
        "ec2",
        "RunInstances",
        ImageId="ami-0123456789abcdef0",
        InstanceType="m5.large",
        MinCount=1,
        MaxCount=1,
    )
    assert wrong.code == "InvalidAMIID.NotFound"


@pytest.mark.parametrize(
    ("ask", "names"),
    [
        ({"Owners": ["self"]}, {"new", "old"}),
        ({"Owners": ["602401143452"]}, {"theirs"}),
        ({"Owners": ["amazon"]}, {"theirs"}),
        ({"Filters": [{"Name": "name", "Values": ["t*s"]}]}, {"theirs"}),
        ({"Filters": [{"Name": "tag:k", "Values": ["v"]}]}, {"theirs"}),
        (
            {
                "Filters": [
                    {"Name": "architecture", "Values": ["x86_64"]},
                    {"Name": "state", "Values": ["available"]},
                ]
            },
            {"new", "old"},
        ),
        (
            {"Owners": ["self"], "Filters": [{"Name": "owner-id", "Values": ["602401143452"]}]},
            set(),
        ),
    ],
)
def test_images_are_found_by_owner_and_filter(
    world: Any, ask: dict[str, Any], names: set[str]
) -> None:
    build.add_image(
        world.account, "theirs", "arm64", "602401143452", owner_alias="amazon", tags={"k": "v"}
    )
    assert {one["Name"] for one in world.call("ec2", "DescribeImages", **ask)["Images"]} == names


def test_deprecated_images_are_shown_only_on_request(world: Any) -> None:
    old = build.add_image(world.account, "ancient", deprecation="2020-01-01T00:00:00.000Z")
    names = [one["Name"] for one in world.call("ec2", "DescribeImages")["Images"]]
    assert "ancient" not in names
    assert world.call("ec2", "DescribeImages", ImageIds=[old.id])["Images"][0]["Name"] == "ancient"
    assert len(world.call("ec2", "DescribeImages", IncludeDeprecated=True)["Images"]) == 3
    assert (
        world.refused("ec2", "DescribeImages", ImageIds=["ami-0123456789abcdef0"]).code
        == "InvalidAMIID.NotFound"
    )


def test_types_and_where_they_are_offered(world: Any) -> None:
    seen = world.call("ec2", "DescribeInstanceTypes", InstanceTypes=["m7g.large", "m5.xlarge"])[
        "InstanceTypes"
    ]
    facts = {
        one["InstanceType"]: (
            one["ProcessorInfo"]["SupportedArchitectures"],
            one["VCpuInfo"]["DefaultVCpus"],
            one["MemoryInfo"]["SizeInMiB"],
        )
        for one in seen
    }
    assert facts == {"m7g.large": (["arm64"], 2, 8192), "m5.xlarge": (["x86_64"], 4, 16384)}
    assert (
        world.refused("ec2", "DescribeInstanceTypes", InstanceTypes=["m5.tiny"]).code
        == "InvalidInstanceType"
    )
    world.account.not_offered.add(("m5.large", "eu-west-1c"))
    ask = [{"Name": "instance-type", "Values": ["m5.large"]}]
    offers = world.call(
        "ec2", "DescribeInstanceTypeOfferings", LocationType="availability-zone", Filters=ask
    )
    assert [one["Location"] for one in offers["InstanceTypeOfferings"]] == [
        "eu-west-1a",
        "eu-west-1b",
    ]


def test_zones_regions_and_subnets(world: Any) -> None:
    zones = world.call("ec2", "DescribeAvailabilityZones")["AvailabilityZones"]
    assert (zones[0]["ZoneName"], zones[0]["ZoneId"]) == ("eu-west-1a", "euw1-az1")
    assert "eu-west-1" in [
        one["RegionName"] for one in world.call("ec2", "DescribeRegions")["Regions"]
    ]
    subnets = world.call(
        "ec2", "DescribeSubnets", Filters=[{"Name": "availability-zone", "Values": ["eu-west-1b"]}]
    )["Subnets"]
    assert len(subnets) == 1
    assert subnets[0]["AvailableIpAddressCount"] == 4096 - 5 - 2
    assert (
        world.refused("ec2", "DescribeSubnets", SubnetIds=["subnet-0"]).code
        == "InvalidSubnetID.NotFound"
    )


def test_tags_of_instances(world: Any) -> None:
    name = world.first()
    world.call("ec2", "CreateTags", Resources=[name], Tags=[{"Key": "k", "Value": "v"}])
    assert found(world, ("tag:k", "v")) == [name]
    by_key = [{"Name": "key", "Values": ["k"]}]
    assert world.call("ec2", "DescribeTags", Filters=by_key)["Tags"] == [
        {"ResourceId": name, "ResourceType": "instance", "Key": "k", "Value": "v"}
    ]
    world.call("ec2", "DeleteTags", Resources=[name], Tags=[{"Key": "k", "Value": "other"}])
    assert found(world, ("tag:k", "v")) == [name]
    world.call("ec2", "DeleteTags", Resources=[name], Tags=[{"Key": "k"}])
    assert found(world, ("tag-key", "k")) == []
    assert (
        world.refused(
            "ec2", "CreateTags", Resources=[name], Tags=[{"Key": "aws:x", "Value": ""}]
        ).code
        == "InvalidParameterValue"
    )


def test_status_checks_and_volumes(world: Any) -> None:
    name = world.first()
    volume = world.account.instances[name].volume_id
    attached = world.call("ec2", "DescribeVolumes", VolumeIds=[volume])["Volumes"][0][
        "Attachments"
    ][0]
    assert attached["InstanceId"] == name
    world.call("ec2", "StopInstances", InstanceIds=[name])
    assert len(world.call("ec2", "DescribeInstanceStatus")["InstanceStatuses"]) == 5
    assert (
        len(
            world.call("ec2", "DescribeInstanceStatus", IncludeAllInstances=True)[
                "InstanceStatuses"
            ]
        )
        == 6
    )


def test_the_console_of_an_instance_is_posted_late_unless_the_latest_is_asked_for(
    world: Any,
) -> None:
    name = world.first()
    instance = world.account.instances[name]
    instance.launched_at = world.account.kernel.now
    early = world.call("ec2", "GetConsoleOutput", InstanceId=name)
    assert early["InstanceId"] == name
    assert "Output" not in early
    latest = world.call("ec2", "GetConsoleOutput", InstanceId=name, Latest=True)
    assert name in base64.b64decode(latest["Output"]).decode()
    instance.launched_at -= 3600
    assert world.call("ec2", "GetConsoleOutput", InstanceId=name)["Output"] == latest["Output"]


def test_the_latest_console_output_needs_nitro(world: Any) -> None:
    name = world.first()
    world.account.instances[name].instance_type = "t2.large"
    refused = world.refused("ec2", "GetConsoleOutput", InstanceId=name, Latest=True)
    assert refused.code == "UnsupportedOperation"
    missing = world.refused("ec2", "GetConsoleOutput", InstanceId="i-0123456789abcdef0")
    assert missing.code == "InvalidInstanceID.NotFound"
