# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups launch, scale in, replace and rebalance, unless suspended."""

from __future__ import annotations

import collections
import dataclasses
from typing import Any

from ansible_collections.nodeops.rotator.tests.unit.simulation.aws.conftest import STEADY


def since_the_start(world: Any) -> list[dict[str, Any]]:
    """The activities without those by which the first instances were launched."""
    found = world.scaling("DescribeScalingActivities")["Activities"]
    return [one for one in found if one["StartTime"] >= world.kernel.second(0.0)]


def zones(world: Any) -> list[int]:
    counts = collections.Counter(one.zone for one in world.group().counted())
    return sorted(counts[zone] for zone in world.group().zones)


def test_scaling_out_takes_its_time_and_fills_zones_evenly(world: Any) -> None:
    world.scaling("SetDesiredCapacity", DesiredCapacity=9)
    world.wait(4.9)
    assert world.states() == {"InService": 6}
    world.wait(0.1)
    assert world.states() == {"InService": 6, "Pending": 3}
    world.wait(31)
    assert world.states() == {"InService": 6, "Pending": 3}
    world.wait(1)
    assert world.states() == {"InService": 9}
    assert zones(world) == [3, 3, 3]


def test_scaling_in_starts_in_the_fullest_zone_and_skips_protected_instances(world: Any) -> None:
    members = list(world.group().members.values())
    kept = [one.instance_id for one in members if one.zone == members[0].zone]
    world.scaling("SetInstanceProtection", InstanceIds=kept, ProtectedFromScaleIn=True)
    world.scaling("SetDesiredCapacity", DesiredCapacity=3)
    world.wait(60)
    assert set(kept) < set(world.group().members)
    assert zones(world) == [0, 1, 2]


def test_protected_instances_outlast_a_lower_desired_until_protection_is_removed(
    world: Any,
) -> None:
    ids = list(world.group().members)
    world.scaling("SetInstanceProtection", InstanceIds=ids, ProtectedFromScaleIn=True)
    world.scaling("UpdateAutoScalingGroup", MaxSize=4)
    world.wait(600)
    assert world.seen()["DesiredCapacity"] == 4
    assert world.states() == {"InService": 6}
    world.scaling("SetInstanceProtection", InstanceIds=ids[:1], ProtectedFromScaleIn=False)
    world.wait(60)
    assert set(world.group().members) == set(ids[1:])


def test_outdated_instances_go_first_in_a_zone(make_world: Any) -> None:
    world = make_world(maximum=24)
    world.scaling(
        "UpdateAutoScalingGroup",
        LaunchTemplate={"LaunchTemplateName": "nodes", "Version": "2"},
        DesiredCapacity=24,
    )
    world.wait(60)
    world.scaling("SetDesiredCapacity", DesiredCapacity=18)
    world.wait(60)
    assert [one["LaunchTemplate"]["Version"] for one in world.seen()["Instances"]] == ["2"] * 18


def test_new_instances_are_protected_from_in_service_on(world: Any) -> None:
    world.scaling(
        "UpdateAutoScalingGroup", NewInstancesProtectedFromScaleIn=True, DesiredCapacity=7
    )
    world.wait(10)
    assert not any(one["ProtectedFromScaleIn"] for one in world.seen()["Instances"])
    world.wait(60)
    assert [one["ProtectedFromScaleIn"] for one in world.seen()["Instances"]].count(True) == 1


def test_protection_is_for_at_most_fifty_in_service_instances_of_the_group(world: Any) -> None:
    def wrong(ids: list[str]) -> str:
        return str(
            world.refused(
                "autoscaling",
                "SetInstanceProtection",
                AutoScalingGroupName="blue",
                InstanceIds=ids,
                ProtectedFromScaleIn=True,
            ).message
        )

    assert "less than or equal to 50" in wrong([world.first()] * 51)
    assert "not part of" in wrong(["i-0123456789abcdef0"])
    world.scaling("SetDesiredCapacity", DesiredCapacity=7)
    world.wait(6)
    pending = next(
        one.instance_id
        for one in world.group().members.values()
        if one.lifecycle_state == "Pending"
    )
    assert "not in InService" in wrong([pending])


def test_a_lost_instance_is_noticed_later_and_replaced(world: Any) -> None:
    lost = world.first()
    world.call("ec2", "TerminateInstances", InstanceIds=[lost])
    world.wait(9)
    assert world.states() == {"InService": 6}
    world.wait(2)
    assert (
        next(one for one in world.seen()["Instances"] if one["InstanceId"] == lost)["HealthStatus"]
        == "Unhealthy"
    )
    world.wait(120)
    assert world.states() == {"InService": 6}
    assert lost not in world.group().members


def test_suspended_launch_launches_nothing_until_resumed(world: Any) -> None:
    world.scaling("SuspendProcesses", ScalingProcesses=["Launch"])
    world.scaling("SetDesiredCapacity", DesiredCapacity=7)
    world.wait(600)
    assert world.states() == {"InService": 6}
    assert [one["ProcessName"] for one in world.seen()["SuspendedProcesses"]] == ["Launch"]
    world.scaling("ResumeProcesses", ScalingProcesses=["Launch"])
    world.wait(60)
    assert world.states() == {"InService": 7}


def test_suspended_terminate_keeps_the_surplus_and_the_unhealthy(world: Any) -> None:
    world.scaling("SuspendProcesses", ScalingProcesses=["Terminate"])
    world.scaling("SetDesiredCapacity", DesiredCapacity=5)
    world.call(
        "autoscaling", "SetInstanceHealth", InstanceId=world.first(), HealthStatus="Unhealthy"
    )
    world.wait(600)
    assert world.states() == {"InService": 6}
    world.scaling("ResumeProcesses")
    world.wait(60)
    assert world.states() == {"InService": 5}


def test_suspended_health_check_and_replacement(world: Any) -> None:
    for process in ("HealthCheck", "ReplaceUnhealthy"):
        lost = world.first()
        world.scaling("SuspendProcesses", ScalingProcesses=[process])
        world.call("ec2", "TerminateInstances", InstanceIds=[lost])
        world.wait(300)
        assert lost in world.group().members
        world.scaling("ResumeProcesses", ScalingProcesses=[process])
        world.wait(120)
        assert lost not in world.group().members
        assert world.states() == {"InService": 6}


def test_resumed_rebalancing_launches_before_it_terminates_in_the_fullest_zone(world: Any) -> None:
    world.scaling("SuspendProcesses", ScalingProcesses=["AZRebalance"])
    zone = world.group().zones[0]
    for member in [one for one in world.group().members.values() if one.zone == zone]:
        world.call(
            "autoscaling",
            "TerminateInstanceInAutoScalingGroup",
            InstanceId=member.instance_id,
            ShouldDecrementDesiredCapacity=True,
        )
    world.wait(300)
    assert zones(world) == [0, 2, 2]
    world.scaling("ResumeProcesses", ScalingProcesses=["AZRebalance"])
    world.wait(6)
    assert world.states() == {"InService": 4, "Pending": 1}
    world.wait(300)
    assert zones(world) == [1, 1, 2]
    assert world.group().desired == 4


def test_a_zone_without_capacity_is_skipped(world: Any) -> None:
    world.account.capacity["m5.large", "eu-west-1a"] = 0
    world.scaling("SetDesiredCapacity", DesiredCapacity=7)
    world.wait(60)
    assert world.states() == {"InService": 7}


def test_without_any_capacity_activities_fail_and_are_retried(world: Any) -> None:
    world.account.capacity.update({("m5.large", zone): 0 for zone in world.account.zones})
    world.scaling("SetDesiredCapacity", DesiredCapacity=7)
    world.wait(30)
    activities = since_the_start(world)
    assert len(activities) > 1
    assert {one["StatusCode"] for one in activities} == {"Failed"}
    assert "sufficient m5.large capacity" in activities[0]["StatusMessage"]
    world.account.capacity.clear()
    world.wait(60)
    assert world.states() == {"InService": 7}
    assert world.scaling("DescribeScalingActivities")["Activities"][0]["StatusCode"] == "Successful"


def test_a_quota_of_vcpus_stops_launches_until_it_is_raised(world: Any) -> None:
    world.account.quotas["m"] = 12
    world.scaling("SetDesiredCapacity", DesiredCapacity=7)
    world.wait(30)
    activities = since_the_start(world)
    assert {one["StatusCode"] for one in activities} == {"Failed"}
    assert "your current vCPU limit of 12 allows" in activities[0]["StatusMessage"]
    world.account.quotas["m"] = 14
    world.wait(60)
    assert world.states() == {"InService": 7}


def test_weighted_instances_count_more_than_once_toward_desired(make_world: Any) -> None:
    world = make_world()
    overrides = [{"InstanceType": "m5.xlarge", "WeightedCapacity": "2"}]
    spec = {"LaunchTemplateName": "nodes", "Version": "2"}
    policy = {"LaunchTemplate": {"LaunchTemplateSpecification": spec, "Overrides": overrides}}
    world.scaling("UpdateAutoScalingGroup", MixedInstancesPolicy=policy, DesiredCapacity=9)
    world.wait(60)
    assert [one.get("WeightedCapacity") for one in world.seen()["Instances"]] == [None] * 6 + [
        "2"
    ] * 2
    world.scaling("SetDesiredCapacity", DesiredCapacity=10)
    world.wait(60)
    assert len(world.seen()["Instances"]) == 8


def test_set_health_respects_the_grace_period_by_default(world: Any) -> None:
    world.scaling("UpdateAutoScalingGroup", HealthCheckGracePeriod=40 * 86400)
    name = world.first()
    for insist, health in ((False, "Healthy"), (True, "Unhealthy")):
        more = {"ShouldRespectGracePeriod": False} if insist else {}
        world.call(
            "autoscaling", "SetInstanceHealth", InstanceId=name, HealthStatus="Unhealthy", **more
        )
        assert world.seen()["Instances"][0]["HealthStatus"] == health


def test_a_later_plan_does_not_delay_a_change(make_world: Any) -> None:
    world = make_world(dataclasses.replace(STEADY, launch_retry=(1000.0, 1000.0)))
    world.account.capacity.update({("m5.large", zone): 0 for zone in world.account.zones})
    world.scaling("SetDesiredCapacity", DesiredCapacity=7)
    world.wait(10)
    world.account.capacity.clear()
    world.scaling("SetDesiredCapacity", DesiredCapacity=8)
    world.wait(6)
    assert world.states() == {"InService": 6, "Pending": 2}


def test_cooldown_is_honored_only_on_request(world: Any) -> None:
    world.scaling("SetDesiredCapacity", DesiredCapacity=7)
    world.wait(10)
    wrong = world.refused(
        "autoscaling",
        "SetDesiredCapacity",
        AutoScalingGroupName="blue",
        DesiredCapacity=8,
        HonorCooldown=True,
    )
    assert wrong.code == "ScalingActivityInProgress"
    world.scaling("SetDesiredCapacity", DesiredCapacity=8, HonorCooldown=False)
