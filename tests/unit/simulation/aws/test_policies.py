# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What IAM policies allow: actions, resources, conditions."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.aws.policies import (
    Asked,
    Statement,
    action_of,
    allows,
    read_policy,
)
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.scenarios import small
from ansible_collections.nodeops.rotator.tests.simulation.world import World

GROUP = "demo-blue"
TAG = "aws:ResourceTag/kubernetes.io/cluster/demo"


@pytest.fixture(scope="module")
def world() -> World:
    return small.furnish(World(Kernel()))


def may(world: World, statement: Statement, operation: str, **params: Any) -> bool:
    service, name = operation.split(":")
    return allows([statement], world.account, service, name, params)


def test_a_policy_document_is_read() -> None:
    entry = {
        "Effect": "Allow",
        "Action": "ec2:RunInstances",
        "Resource": ["*"],
        "Condition": {"ArnLike": {"ec2:LaunchTemplate": "arn:*"}},
    }
    assert read_policy({"Statement": [entry]}) == (
        Statement(("ec2:RunInstances",), ("*",), (("ArnLike", "ec2:LaunchTemplate", ("arn:*",)),)),
    )


def test_a_deny_is_not_passed_over() -> None:
    with pytest.raises(ValueError, match="Deny"):
        read_policy({"Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]})


def test_an_unknown_condition_is_not_passed_over() -> None:
    statement = Statement(("*",), ("*",), (("NumericLessThan", "key", ("1",)),))
    with pytest.raises(ValueError, match="NumericLessThan"):
        statement.allows("ec2:RunInstances", Asked("*", {"key": "0"}))


@pytest.mark.parametrize(
    ("service", "operation", "action"),
    [
        ("elbv2", "DescribeTargetHealth", "elasticloadbalancing:DescribeTargetHealth"),
        ("service-quotas", "GetServiceQuota", "servicequotas:GetServiceQuota"),
        ("s3", "ListObjectsV2", "s3:ListBucket"),
        ("ec2", "DescribeInstances", "ec2:DescribeInstances"),
    ],
)
def test_actions_have_names_of_their_own(service: str, operation: str, action: str) -> None:
    assert action_of(service, operation) == action


def test_an_action_is_matched_whatever_its_case(world: World) -> None:
    assert may(world, Statement(("EC2:describe*",)), "ec2:DescribeInstances")


def test_what_is_not_named_is_not_allowed(world: World) -> None:
    assert not may(world, Statement(("ec2:Get*",)), "ec2:DescribeInstances")


def test_an_operation_without_resource_types_needs_every_resource(world: World) -> None:
    statement = Statement(("ec2:*",), ("arn:aws:ec2:eu-west-1:123456789012:instance/*",))
    assert not may(world, statement, "ec2:DescribeInstances")


def test_the_tag_of_a_group_decides(world: World) -> None:
    owned = Statement(("autoscaling:*",), ("*",), (("StringEquals", TAG, ("owned",)),))
    shared = Statement(("autoscaling:*",), ("*",), (("StringEquals", TAG, ("shared",)),))
    params = {"AutoScalingGroupName": GROUP, "DesiredCapacity": 4}
    assert may(world, owned, "autoscaling:SetDesiredCapacity", **params)
    assert not may(world, shared, "autoscaling:SetDesiredCapacity", **params)


def test_a_group_that_is_unknown_has_no_tag(world: World) -> None:
    owned = Statement(("autoscaling:*",), ("*",), (("StringEquals", TAG, ("owned",)),))
    name = {"AutoScalingGroupName": "other"}
    assert not may(world, owned, "autoscaling:SetDesiredCapacity", **name)


def test_an_instance_is_judged_by_its_group(world: World) -> None:
    instance = next(iter(world.account.groups[GROUP].members))
    owned = Statement(("autoscaling:*",), ("*",), (("StringEquals", TAG, ("owned",)),))
    operation = "autoscaling:TerminateInstanceInAutoScalingGroup"
    assert may(world, owned, operation, InstanceId=instance)
    assert not may(world, owned, operation, InstanceId="i-0123456789abcdef0")


def test_every_resource_of_a_call_has_to_be_allowed(world: World) -> None:
    instance = next(iter(world.account.groups[GROUP].members))
    template = next(iter(world.account.templates))
    statement = Statement(("ec2:CreateTags",), ("arn:aws:ec2:*:*:instance/*",))
    assert may(world, statement, "ec2:CreateTags", Resources=[instance], Tags=[])
    assert not may(world, statement, "ec2:CreateTags", Resources=[instance, template], Tags=[])


def test_a_launch_without_template_does_not_match_a_condition_on_templates(world: World) -> None:
    template = next(iter(world.account.templates))
    condition = ("ArnLike", "ec2:LaunchTemplate", ("arn:aws:ec2:*:*:launch-template/*",))
    statement = Statement(("ec2:RunInstances",), ("*",), (condition,))
    assert may(world, statement, "ec2:RunInstances", LaunchTemplate={"LaunchTemplateId": template})
    assert not may(world, statement, "ec2:RunInstances")


@pytest.mark.parametrize(
    ("name", "allowed"), [("/aws/service/eks/optimized-ami/x", True), ("/own/ami", False)]
)
def test_public_parameters_belong_to_no_account(world: World, name: str, allowed: bool) -> None:
    statement = Statement(("ssm:*",), ("arn:aws:ssm:*::parameter/aws/service/*",))
    assert may(world, statement, "ssm:GetParameter", Name=name) is allowed


def test_the_node_groups_of_one_cluster_are_not_those_of_another(world: World) -> None:
    arn = "arn:aws:eks:eu-west-1:123456789012:nodegroup/demo/*"
    statement = Statement(("eks:UpdateNodegroupVersion",), (arn,))
    operation = "eks:UpdateNodegroupVersion"
    assert may(world, statement, operation, clusterName="demo", nodegroupName="web")
    assert not may(world, statement, operation, clusterName="demo-2", nodegroupName="web")
