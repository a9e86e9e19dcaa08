# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An Auto Scaling group as AWS describes it: every field, and none.

The operation is DescribeAutoScalingGroups.
"""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Instance
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.described import (
    read_group,
)

LEAST: dict[str, Any] = {
    "AutoScalingGroupName": "blue",
    "DesiredCapacity": 2,
    "MinSize": 1,
    "MaxSize": 4,
}


def spec(template: str = "lt-1", version: str | None = "2") -> dict[str, str]:
    """A LaunchTemplateSpecification."""
    return {"LaunchTemplateId": template, **({"Version": version} if version else {})}


def test_the_least_that_is_answered_leaves_the_rest_empty() -> None:
    group = read_group(LEAST)
    assert (group.name, group.desired, group.min_size, group.max_size) == ("blue", 2, 1, 4)
    assert (group.arn, group.instances, group.zones, group.target_groups) == ("", (), (), ())
    assert (dict(group.tags), group.suspended) == ({}, frozenset())
    assert (group.protects_new, group.warm_pool) == (False, None)
    assert group.source.pointer == ("", "")


@pytest.mark.parametrize(
    ("fields", "name", "value"),
    [
        ({"AutoScalingGroupARN": "arn"}, "arn", "arn"),
        ({"AvailabilityZones": ["a", "b"]}, "zones", ("a", "b")),
        ({"Tags": [{"Key": "k", "Value": "v"}, {"Key": "empty"}]}, "tags", {"k": "v", "empty": ""}),
        (
            {"SuspendedProcesses": [{"ProcessName": "Launch"}, {"ProcessName": "AZRebalance"}]},
            "suspended",
            {"Launch", "AZRebalance"},
        ),
        ({"NewInstancesProtectedFromScaleIn": True}, "protects_new", True),
        ({"NewInstancesProtectedFromScaleIn": False}, "protects_new", False),
        ({"HealthCheckType": "EC2"}, "by_balancers", False),
        ({"HealthCheckType": "EC2,ELB"}, "by_balancers", True),
        ({"TargetGroupARNs": ["t1", "t2"]}, "target_groups", ("t1", "t2")),
        ({"WarmPoolConfiguration": {"MinSize": 0}}, "warm_pool", {"MinSize": 0}),
        ({"WarmPoolConfiguration": {}}, "warm_pool", None),
    ],
)
def test_a_field_is_read(fields: dict[str, Any], name: str, value: Any) -> None:
    assert getattr(read_group({**LEAST, **fields}), name) == value


class TestInstances:
    @pytest.mark.parametrize(
        ("entry", "instance"),
        [
            pytest.param(
                {
                    "InstanceId": "i-1",
                    "AvailabilityZone": "a",
                    "LifecycleState": "InService",
                    "ProtectedFromScaleIn": True,
                    "InstanceType": "m5.large",
                    "LaunchTemplate": {"LaunchTemplateId": "lt-1", "Version": "3"},
                },
                Instance("i-1", "a", "InService", True, ("lt-1", "3"), "", type="m5.large"),
                id="from a template",
            ),
            pytest.param(
                {"InstanceId": "i-1", "LaunchConfigurationName": "conf"},
                Instance("i-1", "", "", False, ("conf", ""), ""),
                id="from a launch configuration",
            ),
            pytest.param(
                {"InstanceId": "i-1"}, Instance("i-1", "", "", False, ("", ""), ""), id="of nothing"
            ),
            pytest.param(
                {"InstanceId": "i-1", "LaunchTemplate": {"LaunchTemplateId": "lt-1"}},
                Instance("i-1", "", "", False, ("lt-1", ""), ""),
                id="from a template without a version",
            ),
        ],
    )
    def test_are_read_as_the_group_knows_them(
        self, entry: dict[str, Any], instance: Instance
    ) -> None:
        assert read_group({**LEAST, "Instances": [entry]}).instances == (instance,)

    def test_that_only_the_group_knows_do_not_count_as_running(self) -> None:
        entry = {"InstanceId": "i-1", "LifecycleState": "InService"}
        (instance,) = read_group({**LEAST, "Instances": [entry]}).instances
        assert instance.state == ""


class TestTheSource:
    @pytest.mark.parametrize(
        ("fields", "pointer"),
        [
            pytest.param({"LaunchTemplate": spec()}, ("lt-1", "2"), id="a template"),
            pytest.param(
                {"LaunchTemplate": spec(version=None)}, ("lt-1", "$Default"), id="its default"
            ),
            pytest.param({"LaunchConfigurationName": "conf"}, ("conf", ""), id="a configuration"),
            pytest.param(
                {
                    "MixedInstancesPolicy": {
                        "LaunchTemplate": {"LaunchTemplateSpecification": spec()}
                    }
                },
                ("lt-1", "2"),
                id="a policy",
            ),
            pytest.param(
                {
                    "MixedInstancesPolicy": {
                        "LaunchTemplate": {"LaunchTemplateSpecification": spec("lt-2", "5")}
                    },
                    "LaunchTemplate": spec(),
                },
                ("lt-2", "5"),
                id="a policy counts before a template",
            ),
        ],
    )
    def test_is_one_of_three(self, fields: dict[str, Any], pointer: tuple[str, str]) -> None:
        assert read_group({**LEAST, **fields}).source.pointer == pointer

    @pytest.mark.parametrize(
        ("subnets", "first"), [("s-1,s-2", "s-1"), ("s-1", "s-1"), ("", ""), (",s-2", "s-2")]
    )
    def test_is_tried_in_the_first_subnet(self, subnets: str, first: str) -> None:
        assert read_group({**LEAST, "VPCZoneIdentifier": subnets}).source.subnet == first

    def test_of_a_policy_has_a_use_for_each_template_with_its_types(self) -> None:
        overrides = [
            {"InstanceType": "m5.large"},
            {"InstanceType": "m6g.large", "LaunchTemplateSpecification": spec("lt-arm", "7")},
            {"InstanceType": "c5.large", "WeightedCapacity": "2"},
            {"InstanceRequirements": {}, "ImageId": "ami-own"},
        ]
        part = {"LaunchTemplateSpecification": spec(), "Overrides": overrides}
        policy = {"MixedInstancesPolicy": {"LaunchTemplate": part}}
        source = read_group({**LEAST, **policy}).source
        assert [(use.template_id, use.version, use.types) for use in source.uses] == [
            ("lt-1", "2", ("m5.large", "c5.large")),
            ("lt-arm", "7", ("m6g.large",)),
        ]
        assert [one.weight for one in source.overrides] == ["", "", "2", ""]
        assert [one.image_id for one in source.overrides] == ["", "", "", "ami-own"]
