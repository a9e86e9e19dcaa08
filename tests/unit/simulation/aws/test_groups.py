# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Auto Scaling groups: creation, limits, description, tags."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.aws import build


def test_a_group_is_shown_as_the_service_shows_it(world: Any) -> None:
    group = world.seen()
    assert (group["MinSize"], group["MaxSize"], group["DesiredCapacity"]) == (3, 10, 6)
    assert group["LaunchTemplate"] == {
        "LaunchTemplateId": world.template.id,
        "LaunchTemplateName": "nodes",
        "Version": "1",
    }
    assert group["AvailabilityZones"] == ["eu-west-1a", "eu-west-1b", "eu-west-1c"]
    assert {one["AvailabilityZone"] for one in group["Instances"]} == set(
        group["AvailabilityZones"]
    )
    assert group["Instances"][0]["LaunchTemplate"]["Version"] == "1"
    assert "NextToken" not in world.call("autoscaling", "DescribeAutoScalingGroups")


def test_instances_keep_the_version_that_was_resolved_at_launch(world: Any) -> None:
    world.scaling(
        "UpdateAutoScalingGroup",
        LaunchTemplate={"LaunchTemplateName": "nodes", "Version": "$Latest"},
    )
    assert world.seen()["LaunchTemplate"]["Version"] == "$Latest"
    world.scaling("SetDesiredCapacity", DesiredCapacity=7)
    world.wait(60)
    world.call(
        "ec2", "CreateLaunchTemplateVersion", LaunchTemplateName="nodes", LaunchTemplateData={}
    )
    reported = sorted(one["LaunchTemplate"]["Version"] for one in world.seen()["Instances"])
    assert reported == ["1"] * 6 + ["2"]
    fresh = [
        i for i in world.account.instances.values() if i.launch_template == (world.template.id, 2)
    ]
    assert len(fresh) == 1
    assert fresh[0].tags["aws:ec2launchtemplate:version"] == "2"


def test_desired_stays_within_its_limits(world: Any) -> None:
    above = world.refused(
        "autoscaling", "SetDesiredCapacity", AutoScalingGroupName="blue", DesiredCapacity=11
    )
    below = world.refused(
        "autoscaling", "SetDesiredCapacity", AutoScalingGroupName="blue", DesiredCapacity=2
    )
    assert (above.code, below.code) == ("ValidationError", "ValidationError")
    assert "above max value 10" in above.message
    assert "below min value 3" in below.message
    assert world.group().desired == 6


@pytest.mark.parametrize(
    ("change", "desired"),
    [
        ({"MaxSize": 4}, 4),
        ({"MinSize": 8}, 8),
        ({"MinSize": 1, "MaxSize": 20}, 6),
        ({"DesiredCapacity": 5}, 5),
    ],
)
def test_desired_follows_changed_limits(world: Any, change: dict[str, int], desired: int) -> None:
    world.scaling("UpdateAutoScalingGroup", **change)
    assert world.seen()["DesiredCapacity"] == desired


@pytest.mark.parametrize(
    "change", [{"MinSize": 11}, {"DesiredCapacity": 11}, {"MaxSize": 5, "DesiredCapacity": 6}]
)
def test_impossible_limits_are_refused(world: Any, change: dict[str, int]) -> None:
    assert (
        world.refused(
            "autoscaling", "UpdateAutoScalingGroup", AutoScalingGroupName="blue", **change
        ).code
        == "ValidationError"
    )
    assert (world.group().minimum, world.group().maximum, world.group().desired) == (3, 10, 6)


def test_an_unknown_group(world: Any) -> None:
    assert world.call("autoscaling", "DescribeAutoScalingGroups", AutoScalingGroupNames=["x"]) == {
        "AutoScalingGroups": []
    }
    wrong = world.refused(
        "autoscaling", "UpdateAutoScalingGroup", AutoScalingGroupName="x", MinSize=1
    )
    assert wrong.code == "ValidationError"
    assert "not found" in wrong.message


def test_a_group_launches_from_exactly_one_source(world: Any) -> None:
    both = {"LaunchTemplate": {"LaunchTemplateName": "nodes"}, "LaunchConfigurationName": "old"}
    assert (
        world.refused(
            "autoscaling", "UpdateAutoScalingGroup", AutoScalingGroupName="blue", **both
        ).code
        == "ValidationError"
    )
    none = {"AutoScalingGroupName": "green", "MinSize": 0, "MaxSize": 1}
    assert world.refused("autoscaling", "CreateAutoScalingGroup", **none).code == "ValidationError"
    assert "green" not in world.account.groups


def test_a_group_with_a_launch_configuration(world: Any) -> None:
    world.call(
        "autoscaling",
        "CreateLaunchConfiguration",
        LaunchConfigurationName="old",
        ImageId=world.image.id,
        InstanceType="m5.large",
    )
    world.scaling("UpdateAutoScalingGroup", LaunchConfigurationName="old", DesiredCapacity=7)
    world.wait(60)
    assert "LaunchTemplate" not in world.seen()
    fresh = [
        one for one in world.seen()["Instances"] if one.get("LaunchConfigurationName") == "old"
    ]
    assert len(fresh) == 1
    assert "LaunchTemplate" not in fresh[0]
    assert (
        world.refused(
            "autoscaling", "DeleteLaunchConfiguration", LaunchConfigurationName="old"
        ).code
        == "ResourceInUse"
    )


def test_a_mixed_policy_launches_the_first_override_with_capacity(world: Any) -> None:
    world.account.capacity.update({("m5.large", zone): 0 for zone in world.account.zones})
    spec = {"LaunchTemplateName": "nodes", "Version": "2"}
    overrides = [{"InstanceType": "m5.large"}, {"InstanceType": "m6i.large"}]
    policy = {"LaunchTemplate": {"LaunchTemplateSpecification": spec, "Overrides": overrides}}
    world.scaling("UpdateAutoScalingGroup", MixedInstancesPolicy=policy, DesiredCapacity=7)
    world.wait(60)
    seen = world.seen()["MixedInstancesPolicy"]["LaunchTemplate"]
    assert seen["LaunchTemplateSpecification"]["LaunchTemplateId"] == world.template.id
    assert [one["InstanceType"] for one in world.seen()["Instances"]].count("m6i.large") == 1


def test_an_override_launches_the_image_that_it_names(world: Any) -> None:
    image = build.add_image(world.account, "other")
    spec = {"LaunchTemplateName": "nodes", "Version": "2"}
    overrides = [{"InstanceType": "m5.large", "ImageId": image.id}]
    policy = {"LaunchTemplate": {"LaunchTemplateSpecification": spec, "Overrides": overrides}}
    before = set(world.account.instances)
    world.scaling("UpdateAutoScalingGroup", MixedInstancesPolicy=policy, DesiredCapacity=7)
    world.wait(60)
    fresh = [one for name, one in world.account.instances.items() if name not in before]
    assert [one.image_id for one in fresh] == [image.id]


def test_tags_are_set_filtered_and_given_to_new_instances_only(world: Any) -> None:
    tag = {"ResourceId": "blue", "ResourceType": "auto-scaling-group"}
    world.call(
        "autoscaling",
        "CreateOrUpdateTags",
        Tags=[{**tag, "Key": "team", "Value": "a", "PropagateAtLaunch": True}],
    )
    by_tag = [{"Name": "tag:team", "Values": ["a"]}]
    assert (
        len(
            world.call("autoscaling", "DescribeAutoScalingGroups", Filters=by_tag)[
                "AutoScalingGroups"
            ]
        )
        == 1
    )
    by_tag = [{"Name": "tag:team", "Values": ["b"]}]
    assert not world.call("autoscaling", "DescribeAutoScalingGroups", Filters=by_tag)[
        "AutoScalingGroups"
    ]
    world.scaling("SetDesiredCapacity", DesiredCapacity=7)
    world.wait(60)
    assert [one.tags.get("team") for one in world.account.instances.values()].count("a") == 1
    world.call("autoscaling", "DeleteTags", Tags=[{**tag, "Key": "team"}])
    assert (
        world.call(
            "autoscaling",
            "DescribeTags",
            Filters=[{"Name": "auto-scaling-group", "Values": ["blue"]}],
        )["Tags"]
        == []
    )


def test_groups_come_in_pages(world: Any) -> None:
    for name in ("green", "amber"):
        world.scaling(
            "CreateAutoScalingGroup",
            group=name,
            MinSize=0,
            MaxSize=1,
            LaunchTemplate={"LaunchTemplateName": "nodes"},
            VPCZoneIdentifier=next(iter(world.account.subnets)),
        )
    first = world.call("autoscaling", "DescribeAutoScalingGroups", MaxRecords=2)
    rest = world.call(
        "autoscaling", "DescribeAutoScalingGroups", MaxRecords=2, NextToken=first["NextToken"]
    )
    names = [
        one["AutoScalingGroupName"]
        for one in first["AutoScalingGroups"] + rest["AutoScalingGroups"]
    ]
    assert names == ["amber", "blue", "green"]
    assert (
        world.refused("autoscaling", "DescribeAutoScalingGroups", NextToken="?").code
        == "InvalidNextToken"
    )


def test_deleting_needs_an_empty_group_or_force(world: Any) -> None:
    assert (
        world.refused("autoscaling", "DeleteAutoScalingGroup", AutoScalingGroupName="blue").code
        == "ResourceInUse"
    )
    world.scaling("DeleteAutoScalingGroup", ForceDelete=True)
    assert world.seen()["Status"] == "Delete in progress"
    world.wait(60)
    assert "blue" not in world.account.groups
    assert {one.state for one in world.account.instances.values()} == {"terminated"}
