# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Operations on single instances: terminate, detach, attach, standby, hooks."""

from __future__ import annotations

from typing import Any


def end(world: Any, instance_id: str, decrement: bool) -> dict[str, Any]:
    answer = world.call(
        "autoscaling",
        "TerminateInstanceInAutoScalingGroup",
        InstanceId=instance_id,
        ShouldDecrementDesiredCapacity=decrement,
    )
    activity: dict[str, Any] = answer["Activity"]
    return activity


def state(world: Any, instance_id: str) -> str:
    found = world.call("autoscaling", "DescribeAutoScalingInstances", InstanceIds=[instance_id])[
        "AutoScalingInstances"
    ]
    return str(found[0]["LifecycleState"]) if found else ""


def test_a_terminating_instance_is_replaced_before_it_is_gone(world: Any) -> None:
    name = world.first()
    world.scaling("SetInstanceProtection", InstanceIds=[name], ProtectedFromScaleIn=True)
    assert end(world, name, False)["StatusCode"] == "InProgress"
    world.wait(2.9)
    assert state(world, name) == "InService"
    world.wait(0.2)
    assert state(world, name) == "Terminating"
    assert world.account.instances[name].state == "shutting-down"
    world.wait(2)
    assert world.states() == {"InService": 5, "Pending": 1, "Terminating": 1}
    world.wait(60)
    assert state(world, name) == ""
    assert world.states() == {"InService": 6}
    assert world.account.instances[name].state == "terminated"


def test_a_decrement_lowers_desired_at_once_without_a_replacement(world: Any) -> None:
    end(world, world.first(), True)
    assert world.seen()["DesiredCapacity"] == 5
    world.wait(120)
    assert world.states() == {"InService": 5}
    assert (
        "shrinking the capacity from 6 to 5"
        in world.scaling("DescribeScalingActivities")["Activities"][0]["Cause"]
    )


def test_a_decrement_at_the_minimum_is_refused(make_world: Any) -> None:
    world = make_world(desired=3)
    wrong = world.refused(
        "autoscaling",
        "TerminateInstanceInAutoScalingGroup",
        InstanceId=world.first(),
        ShouldDecrementDesiredCapacity=True,
    )
    assert wrong.code == "ValidationError"
    assert "desiredSize equals minSize (3)" in wrong.message
    world.wait(60)
    assert world.states() == {"InService": 3}
    assert world.group().desired == 3


def test_a_repeated_termination_decrements_once(world: Any) -> None:
    name = world.first()
    assert end(world, name, True)["ActivityId"] == end(world, name, True)["ActivityId"]
    world.wait(120)
    assert world.group().desired == 5
    assert world.states() == {"InService": 5}


def test_terminating_an_instance_outside_of_groups_is_refused(world: Any) -> None:
    wrong = world.refused(
        "autoscaling",
        "TerminateInstanceInAutoScalingGroup",
        InstanceId="i-0123456789abcdef0",
        ShouldDecrementDesiredCapacity=True,
    )
    assert wrong.code == "ValidationError"
    assert "No managed instance found" in wrong.message


def test_a_detached_instance_keeps_running(world: Any) -> None:
    name = world.first()
    world.scaling("DetachInstances", InstanceIds=[name], ShouldDecrementDesiredCapacity=False)
    assert state(world, name) == "Detaching"
    world.wait(60)
    instance = world.account.instances[name]
    assert state(world, name) == ""
    assert instance.state == "running"
    assert instance.group == ""
    assert "aws:autoscaling:groupName" not in instance.tags
    assert world.states() == {"InService": 6}


def test_attaching_an_instance_raises_desired(world: Any) -> None:
    name = world.first()
    world.scaling("DetachInstances", InstanceIds=[name], ShouldDecrementDesiredCapacity=True)
    world.wait(60)
    world.scaling("AttachInstances", InstanceIds=[name])
    world.wait(10)
    assert state(world, name) == "InService"
    assert world.group().desired == 6
    assert "LaunchTemplate" not in next(
        one for one in world.seen()["Instances"] if one["InstanceId"] == name
    )


def test_standby_and_back(world: Any) -> None:
    name = world.first()
    world.scaling("EnterStandby", InstanceIds=[name], ShouldDecrementDesiredCapacity=True)
    world.wait(5)
    assert state(world, name) == "Standby"
    assert world.group().desired == 5
    world.wait(60)
    assert world.states() == {"InService": 5, "Standby": 1}
    world.scaling("ExitStandby", InstanceIds=[name])
    world.wait(5)
    assert world.states() == {"InService": 6}
    assert world.group().desired == 6


def test_a_terminating_hook_holds_the_old_instance_while_the_new_one_boots(world: Any) -> None:
    world.scaling(
        "PutLifecycleHook",
        LifecycleHookName="drain",
        LifecycleTransition="autoscaling:EC2_INSTANCE_TERMINATING",
        HeartbeatTimeout=300,
    )
    name = world.first()
    end(world, name, False)
    world.wait(60)
    assert world.states() == {"InService": 6, "Terminating:Wait": 1}
    assert world.account.instances[name].state == "running"
    world.scaling(
        "CompleteLifecycleAction",
        LifecycleHookName="drain",
        InstanceId=name,
        LifecycleActionResult="CONTINUE",
    )
    assert state(world, name) == "Terminating:Proceed"
    world.wait(30)
    assert state(world, name) == ""


def test_a_hook_times_out_without_heartbeats(world: Any) -> None:
    world.scaling(
        "PutLifecycleHook",
        LifecycleHookName="drain",
        LifecycleTransition="autoscaling:EC2_INSTANCE_TERMINATING",
        HeartbeatTimeout=100,
    )
    name = world.first()
    end(world, name, True)
    world.wait(100)
    world.scaling("RecordLifecycleActionHeartbeat", LifecycleHookName="drain", InstanceId=name)
    world.wait(99)
    assert state(world, name) == "Terminating:Wait"
    world.wait(30)
    assert state(world, name) == ""


def test_an_abandoned_launch_is_terminated_and_retried(world: Any) -> None:
    world.scaling(
        "PutLifecycleHook",
        LifecycleHookName="join",
        LifecycleTransition="autoscaling:EC2_INSTANCE_LAUNCHING",
        HeartbeatTimeout=100,
    )
    world.scaling("SetDesiredCapacity", DesiredCapacity=7)
    world.wait(40)
    assert world.states() == {"InService": 6, "Pending:Wait": 1}
    held = next(
        one for one in world.group().members.values() if one.lifecycle_state == "Pending:Wait"
    ).instance_id
    world.scaling(
        "CompleteLifecycleAction",
        LifecycleHookName="join",
        InstanceId=held,
        LifecycleActionResult="ABANDON",
    )
    world.wait(40)
    assert held not in world.group().members
    assert world.states() == {
        "InService": 6,
        "Pending:Wait": 1,
    }


def test_deleting_a_hook_releases_its_instances(world: Any) -> None:
    world.scaling(
        "PutLifecycleHook",
        LifecycleHookName="drain",
        LifecycleTransition="autoscaling:EC2_INSTANCE_TERMINATING",
    )
    end(world, world.first(), True)
    world.wait(60)
    assert [
        one["LifecycleHookName"]
        for one in world.scaling("DescribeLifecycleHooks")["LifecycleHooks"]
    ] == ["drain"]
    world.scaling("DeleteLifecycleHook", LifecycleHookName="drain")
    world.wait(60)
    assert world.states() == {"InService": 5}


def test_refreshes_and_warm_pools_are_shown_as_the_scenario_set_them(world: Any) -> None:
    assert world.scaling("DescribeInstanceRefreshes") == {"InstanceRefreshes": []}
    assert world.scaling("DescribeWarmPool") == {"Instances": []}
    world.group().refreshes.append(
        {"InstanceRefreshId": "r-1", "AutoScalingGroupName": "blue", "Status": "InProgress"}
    )
    assert (
        world.scaling("DescribeInstanceRefreshes")["InstanceRefreshes"][0]["Status"] == "InProgress"
    )
    world.scaling("CancelInstanceRefresh")
    assert (
        world.scaling("DescribeInstanceRefreshes")["InstanceRefreshes"][0]["Status"] == "Cancelled"
    )
    assert (
        world.refused("autoscaling", "CancelInstanceRefresh", AutoScalingGroupName="blue").code
        == "ActiveInstanceRefreshNotFound"
    )
