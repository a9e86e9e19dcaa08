# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what a group launches, and how it is pointed elsewhere."""

from __future__ import annotations

import copy
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.launch_source import (
    Use,
    read_group,
    repoint,
)

MIXED: dict[str, Any] = {
    "AutoScalingGroupName": "mixed",
    "VPCZoneIdentifier": "subnet-1,subnet-2",
    "Instances": [{"InstanceId": "i-1"}],
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


def test_a_template_by_itself() -> None:
    spec = {"LaunchTemplateId": "lt-1", "LaunchTemplateName": "one", "Version": "3"}
    source = read_group({"AutoScalingGroupName": "blue", "LaunchTemplate": spec})
    assert source.uses == (Use("lt-1", "3"),) and not source.configuration
    assert repoint(source, {("lt-1", "3"): "4"}) == {
        "LaunchTemplate": {"LaunchTemplateId": "lt-1", "Version": "4"}
    }


def test_no_version_means_the_default() -> None:
    assert (
        read_group({"AutoScalingGroupName": "blue", "LaunchTemplate": {"LaunchTemplateId": "lt-1"}})
        .uses[0]
        .version
        == "$Default"
    )


def test_a_launch_configuration() -> None:
    source = read_group({"AutoScalingGroupName": "red", "LaunchConfigurationName": "red-1"})
    assert (source.configuration, source.uses) == ("red-1", ())


def test_every_template_of_a_mixed_policy_counts_once_with_its_types() -> None:
    source = read_group(MIXED)
    assert source.uses == (
        Use("lt-1", "3", ("m5.large", "m6i.large")),
        Use("lt-2", "$Latest", ("m6g.large", "m7g.large")),
    )
    assert (source.subnet, source.instance_ids) == ("subnet-1", ("i-1",))


def test_a_mixed_policy_is_sent_whole_with_ids_only() -> None:
    shown = copy.deepcopy(MIXED)
    policy = repoint(read_group(shown), {("lt-1", "3"): "4"})["MixedInstancesPolicy"]
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
    policy = repoint(read_group(MIXED), {("lt-2", "$Latest"): "9"})["MixedInstancesPolicy"]
    versions = [
        one["LaunchTemplateSpecification"]["Version"]
        for one in policy["LaunchTemplate"]["Overrides"][2:]
    ]
    assert (
        versions == ["9", "9"]
        and policy["LaunchTemplate"]["LaunchTemplateSpecification"]["Version"] == "3"
    )
