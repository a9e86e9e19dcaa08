# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what a group launches, and how it is pointed elsewhere."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RefusedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.described import (
    read_group,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.launch_source import (
    LaunchOverride,
    Source,
    Use,
    check_overrides,
    repoint,
)

SIZES = {"MinSize": 0, "MaxSize": 1, "DesiredCapacity": 1}
MIXED: dict[str, Any] = {
    "AutoScalingGroupName": "mixed",
    **SIZES,
    "VPCZoneIdentifier": "subnet-1,subnet-2",
    "Instances": [{"InstanceId": "i-1", "LifecycleState": "InService"}],
    "MixedInstancesPolicy": {
        "InstancesDistribution": {
            "OnDemandPercentageAboveBaseCapacity": 20,
            "SpotAllocationStrategy": "price-capacity-optimized",
        },
        "LaunchTemplate": {
            "LaunchTemplateSpecification": {
                "LaunchTemplateId": "lt-1",
                "LaunchTemplateName": "one",
                "Version": "3",
            },
            "Overrides": [
                {"InstanceType": "m5.large"},
                {"InstanceType": "m6i.large", "WeightedCapacity": "1"},
                {
                    "InstanceType": "m6g.large",
                    "LaunchTemplateSpecification": {
                        "LaunchTemplateId": "lt-2",
                        "LaunchTemplateName": "two",
                        "Version": "$Latest",
                    },
                },
                {
                    "InstanceType": "m7g.large",
                    "LaunchTemplateSpecification": {
                        "LaunchTemplateId": "lt-2",
                        "LaunchTemplateName": "two",
                        "Version": "$Latest",
                    },
                },
            ],
        },
    },
}


def read(shown: dict[str, Any]) -> Source:
    """Return the launch source of a described group.

    It has some sizes, and the name blue if it says so little.
    """
    return read_group({"AutoScalingGroupName": "blue", **SIZES, **shown}).source


def test_a_template_by_itself() -> None:
    spec = {"LaunchTemplateId": "lt-1", "LaunchTemplateName": "one", "Version": "3"}
    source = read({"LaunchTemplate": spec})
    assert source.uses == (Use("lt-1", "3"),)
    assert not source.configuration
    assert repoint(source, {("lt-1", "3"): "4"}) == {
        "LaunchTemplate": {"LaunchTemplateId": "lt-1", "Version": "4"}
    }


def test_no_version_means_the_default() -> None:
    assert read({"LaunchTemplate": {"LaunchTemplateId": "lt-1"}}).uses[0].version == "$Default"


def test_a_launch_configuration() -> None:
    source = read({"LaunchConfigurationName": "red-1"})
    assert (source.configuration, source.uses) == ("red-1", ())


def test_every_template_of_a_mixed_policy_counts_once_with_its_types() -> None:
    source = read(MIXED)
    assert source.uses == (
        Use("lt-1", "3", ("m5.large", "m6i.large")),
        Use("lt-2", "$Latest", ("m6g.large", "m7g.large")),
    )
    assert (source.subnet, source.instance_ids) == ("subnet-1", ("i-1",))


def test_a_mixed_policy_is_sent_whole_with_ids_only() -> None:
    shown = copy.deepcopy(MIXED)
    policy = repoint(read(shown), {("lt-1", "3"): "4"})["MixedInstancesPolicy"]
    assert policy["InstancesDistribution"] == MIXED["MixedInstancesPolicy"]["InstancesDistribution"]
    part = policy["LaunchTemplate"]
    assert part["LaunchTemplateSpecification"] == {"LaunchTemplateId": "lt-1", "Version": "4"}
    assert part["Overrides"][1] == {"InstanceType": "m6i.large", "WeightedCapacity": "1"}
    assert part["Overrides"][2]["LaunchTemplateSpecification"] == {
        "LaunchTemplateId": "lt-2",
        "Version": "$Latest",
    }
    assert shown == MIXED, "what was read was changed"


def test_an_overrides_own_template_is_moved_too() -> None:
    policy = repoint(read(MIXED), {("lt-2", "$Latest"): "9"})["MixedInstancesPolicy"]
    versions = [
        one["LaunchTemplateSpecification"]["Version"]
        for one in policy["LaunchTemplate"]["Overrides"][2:]
    ]
    assert versions == ["9", "9"]
    assert policy["LaunchTemplate"]["LaunchTemplateSpecification"]["Version"] == "3"


def own_image(*images: str) -> dict[str, Any]:
    """Return the mixed group with images in its first overrides, "" for none."""
    shown = copy.deepcopy(MIXED)
    overrides = shown["MixedInstancesPolicy"]["LaunchTemplate"]["Overrides"]
    for override, image in zip(overrides, images, strict=False):
        if image:
            override["ImageId"] = image
    return shown


def test_overrides_are_read_with_their_own_template_image_and_weight() -> None:
    assert read(own_image("ami-1")).overrides == (
        LaunchOverride("m5.large", image_id="ami-1"),
        LaunchOverride("m6i.large", weight="1"),
        LaunchOverride("m6g.large", own=Use("lt-2", "$Latest")),
        LaunchOverride("m7g.large", own=Use("lt-2", "$Latest")),
    )


def test_types_with_an_image_of_their_own_are_a_way_of_launching_of_their_own() -> None:
    assert read(own_image("", "ami-1", "ami-2")).pointers == (
        Use("lt-1", "3", ("m5.large",)),
        Use("lt-2", "$Latest", ("m7g.large",)),
        Use("lt-1", "3", ("m6i.large",), "ami-1"),
        Use("lt-2", "$Latest", ("m6g.large",), "ami-2"),
    )


def test_attribute_based_types_with_an_image_are_a_way_without_types() -> None:
    shown = own_image("ami-1")
    del shown["MixedInstancesPolicy"]["LaunchTemplate"]["Overrides"][0]["InstanceType"]
    assert read(shown).pointers[-1] == Use("lt-1", "3", (), "ami-1")


def test_an_override_with_another_image_is_refused_by_type_and_image() -> None:
    with pytest.raises(RefusedError) as refused:
        check_overrides(read(own_image("", "ami-1")), "ami-2")
    assert str(refused.value) == (
        "Cannot update Auto Scaling group mixed to image ami-2: its mixed instances policy names"
        " another image for m6i.large (ami-1). Remove ImageId from the override, or set it to ami-2"
    )


def test_a_rollback_cannot_reach_an_override_with_its_own_image() -> None:
    with pytest.raises(RefusedError) as refused:
        check_overrides(read(own_image("ami-1")), "")
    assert str(refused.value) == (
        "Cannot roll back Auto Scaling group mixed: its mixed instances policy names another image"
        " for m5.large (ami-1). Remove ImageId from the override"
    )


def test_an_override_without_a_type_is_named_too() -> None:
    shown = own_image("ami-1")
    del shown["MixedInstancesPolicy"]["LaunchTemplate"]["Overrides"][0]["InstanceType"]
    with pytest.raises(RefusedError, match=r"for attribute-based types \(ami-1\)"):
        check_overrides(read(shown), "ami-2")


@pytest.mark.parametrize("images", [(), ("ami-2",), ("ami-2", "", "ami-2")])
def test_overrides_that_launch_the_wanted_image_pass(images: tuple[str, ...]) -> None:
    check_overrides(read(own_image(*images)), "ami-2")


SPEC = {"LaunchTemplateId": "lt-1", "LaunchTemplateName": "one", "Version": "3"}


@pytest.mark.parametrize(
    ("shown", "pointer"),
    [
        (MIXED, ("lt-1", "3")),
        ({"LaunchTemplate": SPEC}, ("lt-1", "3")),
        ({"LaunchTemplate": {"LaunchTemplateId": "lt-1"}}, ("lt-1", "$Default")),
        ({"LaunchConfigurationName": "red-1"}, ("red-1", "")),
        # Answers that show the policy's template a second time: the policy counts.
        ({**MIXED, "LaunchTemplate": {"LaunchTemplateId": "lt-1"}}, ("lt-1", "3")),
        # Parts that are missing.
        ({"MixedInstancesPolicy": {}, "LaunchTemplate": SPEC}, ("lt-1", "3")),
        ({"MixedInstancesPolicy": {"LaunchTemplate": {}}}, ("", "")),
        ({}, ("", "")),
    ],
)
def test_the_pointer_is_the_main_template_or_the_launch_configuration(
    shown: dict[str, Any], pointer: tuple[str, str]
) -> None:
    assert read({**shown}).pointer == pointer


def test_a_policy_without_a_template_is_not_sent_back() -> None:
    shown = {"MixedInstancesPolicy": {}, "LaunchTemplate": SPEC}
    assert repoint(read(shown), {("lt-1", "3"): "4"}) == {
        "LaunchTemplate": {"LaunchTemplateId": "lt-1", "Version": "4"}
    }


def test_instances_say_what_they_were_launched_from() -> None:
    instances = [
        {"InstanceId": "i-1", "InstanceType": "m5.large", "LaunchTemplate": SPEC},
        {"InstanceId": "i-2", "LaunchTemplate": {"LaunchTemplateId": "lt-1"}},
        {"InstanceId": "i-3", "LaunchConfigurationName": "red-1"},
        {"InstanceId": "i-4"},
    ]
    assert [(one.id, one.type, one.source) for one in read({"Instances": instances}).instances] == [
        ("i-1", "m5.large", ("lt-1", "3")),
        ("i-2", "", ("lt-1", "")),
        ("i-3", "", ("red-1", "")),
        ("i-4", "", ("", "")),
    ]


def test_types_are_those_of_overrides_and_instances() -> None:
    shown = copy.deepcopy(MIXED)
    shown["Instances"] = [{"InstanceId": "i-1", "InstanceType": "c5.large"}, {"InstanceId": "i-2"}]
    assert read(shown).types == (
        "c5.large",
        "m5.large",
        "m6g.large",
        "m6i.large",
        "m7g.large",
    )


def test_the_tags_of_eks_make_it_a_managed_node_group() -> None:
    tags = [
        {"Key": "eks:nodegroup-name", "Value": "web"},
        {"Key": "eks:cluster-name", "Value": "shop"},
    ]
    assert read({**MIXED, "Tags": tags}).nodegroup == ("shop", "web")
    assert read({**MIXED, "Tags": tags[1:]}).nodegroup is None


@pytest.mark.parametrize(
    ("shares", "both"),
    [
        (None, False),
        ({}, False),
        ({"OnDemandPercentageAboveBaseCapacity": 100}, False),
        ({"OnDemandPercentageAboveBaseCapacity": 0}, False),
        ({"OnDemandPercentageAboveBaseCapacity": 0, "OnDemandBaseCapacity": 0}, False),
        ({"OnDemandPercentageAboveBaseCapacity": 0, "OnDemandBaseCapacity": 1}, True),
        ({"OnDemandPercentageAboveBaseCapacity": 50}, True),
    ],
)
def test_who_buys_on_demand_and_spot_instances(shares: dict[str, int] | None, both: bool) -> None:
    policy = None if shares is None else {"InstancesDistribution": shares}
    assert Source("blue", policy=policy).buys_both is both
