# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Target groups: registration, health, draining."""

from __future__ import annotations

from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.aws import build


def health(world: Any, arn: str, **more: Any) -> dict[str, str]:
    answer = world.call("elbv2", "DescribeTargetHealth", TargetGroupArn=arn, **more)
    return {
        one["Target"]["Id"]: one["TargetHealth"]["State"]
        for one in answer["TargetHealthDescriptions"]
    }


def attach(world: Any) -> Any:
    target_group = build.add_target_group(world.account, "web")
    world.scaling("AttachLoadBalancerTargetGroups", TargetGroupARNs=[target_group.arn])
    return target_group


def test_attached_members_become_healthy_after_a_while(world: Any) -> None:
    target_group = attach(world)
    assert set(health(world, target_group.arn).values()) == {"initial"}
    assert (
        world.scaling("DescribeLoadBalancerTargetGroups")["LoadBalancerTargetGroups"][0]["State"]
        == "Added"
    )
    world.wait(11)
    assert list(health(world, target_group.arn).values()) == ["healthy"] * 6
    assert (
        world.scaling("DescribeLoadBalancerTargetGroups")["LoadBalancerTargetGroups"][0]["State"]
        == "InService"
    )


def test_a_terminated_member_drains_before_it_ends(world: Any) -> None:
    target_group, name = attach(world), world.first()
    world.wait(11)
    world.call(
        "autoscaling",
        "TerminateInstanceInAutoScalingGroup",
        InstanceId=name,
        ShouldDecrementDesiredCapacity=False,
    )
    world.wait(4)
    assert health(world, target_group.arn)[name] == "draining"
    world.wait(48)
    assert world.account.instances[name].state == "running"
    world.wait(10)
    assert name not in health(world, target_group.arn)
    assert world.account.instances[name].state == "shutting-down"
    assert list(health(world, target_group.arn).values()) == ["healthy"] * 6


def test_suspended_registration(world: Any) -> None:
    target_group = attach(world)
    world.scaling("SuspendProcesses", ScalingProcesses=["AddToLoadBalancer"])
    world.scaling("SetDesiredCapacity", DesiredCapacity=7)
    world.wait(60)
    assert world.states() == {"InService": 7}
    assert len(health(world, target_group.arn)) == 6


def test_without_its_target_group_an_instance_cannot_enter_service(world: Any) -> None:
    target_group = attach(world)
    del world.account.target_groups[target_group.arn]
    before = set(world.account.groups["blue"].members)
    world.scaling("SetDesiredCapacity", DesiredCapacity=7)
    world.wait(40)
    group = world.account.groups["blue"]
    (launched,) = {name for name in world.account.instances if name not in before}
    (failed,) = (one for one in group.activities if one.status == "Failed")
    assert launched in failed.description
    assert failed.message == (
        f"Failed to update target group {target_group.arn}: Target group '{target_group.arn}' not"
        " found Updating load balancer configuration failed"
    )
    assert world.account.instances[launched].state == "shutting-down"
    assert world.scaling("DescribeLoadBalancerTargetGroups")["LoadBalancerTargetGroups"] == []
    world.scaling("DetachLoadBalancerTargetGroups", TargetGroupARNs=[target_group.arn])
    world.wait(90)
    assert world.states() == {"InService": 7}


def test_targets_are_registered_and_deregistered_by_calls(world: Any) -> None:
    target_group, name = (
        build.add_target_group(world.account, "web", deregistration_delay=20),
        world.first(),
    )
    here = {"TargetGroupArn": target_group.arn, "Targets": [{"Id": name}]}
    assert health(world, target_group.arn, Targets=[{"Id": name}]) == {name: "unused"}
    world.call("elbv2", "RegisterTargets", **here)
    world.wait(11)
    world.call("elbv2", "DeregisterTargets", **here)
    world.call("elbv2", "DeregisterTargets", **here)
    world.wait(19)
    assert health(world, target_group.arn) == {name: "draining"}
    world.wait(2)
    assert health(world, target_group.arn) == {}


def test_a_draining_target_can_be_registered_again(world: Any) -> None:
    target_group, name = build.add_target_group(world.account, "web"), world.first()
    here = {"TargetGroupArn": target_group.arn, "Targets": [{"Id": name}]}
    for operation in ("RegisterTargets", "DeregisterTargets", "RegisterTargets"):
        world.call("elbv2", operation, **here)
    assert health(world, target_group.arn) == {name: "initial"}
    world.wait(100)
    assert health(world, target_group.arn) == {name: "healthy"}


def test_health_follows_the_probe(world: Any) -> None:
    target_group, name = attach(world), world.first()
    world.wait(11)
    target_group.probe = lambda target: target.id == name
    world.account.balancer.reprobe(target_group)
    world.wait(11)
    assert sorted(health(world, target_group.arn).values()) == ["healthy"] + ["unhealthy"] * 5


def test_failed_elb_health_checks_replace_instances_after_the_grace_period(world: Any) -> None:
    target_group, name = attach(world), world.first()
    world.wait(11)
    target_group.probe = lambda target: target.id != name
    world.account.balancer.reprobe(target_group)
    world.wait(100)
    assert world.states() == {"InService": 6}
    assert name in world.group().members
    world.scaling("UpdateAutoScalingGroup", HealthCheckType="ELB", HealthCheckGracePeriod=300)
    world.account.instances[name].launched_at = world.kernel.now
    world.account.balancer.reprobe(target_group)
    world.wait(299)
    assert name in world.group().members
    world.wait(200)
    assert name not in world.group().members
    assert world.states() == {"InService": 6}


def test_a_dead_instance_is_not_a_healthy_target(world: Any) -> None:
    target_group, name = attach(world), world.first()
    world.wait(11)
    world.scaling("SuspendProcesses")
    world.call("ec2", "TerminateInstances", InstanceIds=[name])
    world.wait(30)
    assert health(world, target_group.arn)[name] == "unused"


def test_only_running_instances_can_be_registered(world: Any) -> None:
    target_group = build.add_target_group(world.account, "web")
    world.call("ec2", "StopInstances", InstanceIds=[world.first()])
    wrong = world.refused(
        "elbv2", "RegisterTargets", TargetGroupArn=target_group.arn, Targets=[{"Id": world.first()}]
    )
    assert wrong.code == "InvalidTarget"


def test_target_groups_their_attributes_and_tags(world: Any) -> None:
    target_group = build.add_target_group(
        world.account, "web", tags={"elbv2.k8s.aws/cluster": "prod"}
    )
    assert (
        world.call("elbv2", "DescribeTargetGroups", Names=["web"])["TargetGroups"][0][
            "TargetGroupArn"
        ]
        == target_group.arn
    )
    assert (
        world.refused("elbv2", "DescribeTargetGroups", Names=["nobody"]).code
        == "TargetGroupNotFound"
    )
    delay = [{"Key": "deregistration_delay.timeout_seconds", "Value": "7"}]
    world.call(
        "elbv2", "ModifyTargetGroupAttributes", TargetGroupArn=target_group.arn, Attributes=delay
    )
    assert (
        delay[0]
        in world.call("elbv2", "DescribeTargetGroupAttributes", TargetGroupArn=target_group.arn)[
            "Attributes"
        ]
    )
    tags = world.call("elbv2", "DescribeTags", ResourceArns=[target_group.arn])["TagDescriptions"][
        0
    ]["Tags"]
    assert tags == [{"Key": "elbv2.k8s.aws/cluster", "Value": "prod"}]
