# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Classic load balancers: what they say of their instances."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.aws import build
from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import AwsError


def states(world: Any, *ids: str) -> dict[str, tuple[str, str]]:
    named = {"Instances": [{"InstanceId": id_} for id_ in ids]} if ids else {}
    answer = world.call("elb", "DescribeInstanceHealth", LoadBalancerName="old", **named)
    return {
        one["InstanceId"]: (one["State"], one["Description"]) for one in answer["InstanceStates"]
    }


@pytest.fixture
def attached(world: Any) -> Any:
    balancer = build.add_classic_balancer(world.account, "old")
    (group,) = world.account.groups.values()
    group.target_groups.append(balancer.arn)
    for member in group.counted():
        world.account.balancer.register(balancer, member.instance_id)
    return world


def test_instances_come_into_service_after_a_while(attached: Any) -> None:
    said = "Instance registration is still in progress."
    assert set(states(attached).values()) == {("OutOfService", said)}
    attached.wait(11)
    assert set(states(attached).values()) == {("InService", "N/A")}


def test_one_that_is_deregistered_is_in_service_until_its_connections_are_drained(
    attached: Any,
) -> None:
    attached.wait(11)
    first = attached.first()
    named = {"LoadBalancerName": "old", "Instances": [{"InstanceId": first}]}
    left = attached.call("elb", "DeregisterInstancesFromLoadBalancer", **named)
    assert first not in {one["InstanceId"] for one in left["Instances"]}
    said = "Instance deregistration currently in progress."
    assert states(attached)[first] == ("InService", said)
    attached.wait(20)
    assert first not in states(attached)
    absent = "Instance is not currently registered with the LoadBalancer."
    assert states(attached, first) == {first: ("OutOfService", absent)}
    attached.call("elb", "RegisterInstancesWithLoadBalancer", **named)
    attached.wait(20)
    assert states(attached)[first] == ("InService", "N/A")


def test_it_is_no_target_group(attached: Any) -> None:
    assert attached.call("elbv2", "DescribeTargetGroups")["TargetGroups"] == []
    (group,) = attached.call("autoscaling", "DescribeAutoScalingGroups")["AutoScalingGroups"]
    assert (group["LoadBalancerNames"], group["TargetGroupARNs"]) == (["old"], [])


def test_what_does_not_exist_is_refused(attached: Any) -> None:
    with pytest.raises(AwsError, match="LoadBalancerNotFound"):
        attached.call("elb", "DescribeInstanceHealth", LoadBalancerName="none")
    with pytest.raises(AwsError, match="InvalidInstance"):
        states(attached, "i-none")
