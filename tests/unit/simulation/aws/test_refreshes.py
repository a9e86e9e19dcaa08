# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Instance refreshes.

Source: EC2 Auto Scaling user guide, "How an instance refresh works".
"""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import AwsError
from ansible_collections.nodeops.rotator.tests.simulation.builders import (
    BLUE,
    all_current,
    due,
    images,
)
from ansible_collections.nodeops.rotator.tests.simulation.world import World


def call(world: World, operation: str, **params: Any) -> dict[str, Any]:
    given = {"AutoScalingGroupName": BLUE, **params}
    return world.account.call("autoscaling", operation, given, "operator")


def begin(world: World, **preferences: Any) -> str:
    answer = call(world, "StartInstanceRefresh", Preferences=preferences)
    return str(answer["InstanceRefreshId"])


def shown(world: World) -> dict[str, Any]:
    found: dict[str, Any] = call(world, "DescribeInstanceRefreshes")["InstanceRefreshes"][0]
    return found


def wait(world: World, seconds: float) -> None:
    world.kernel.advance(world.kernel.now + seconds)


def test_a_refresh_replaces_one_after_the_other_and_ends() -> None:
    world = due()
    name = begin(world, InstanceWarmup=30)
    assert shown(world)["Status"] == "Pending"
    lowest, group = 4, world.account.groups[BLUE]
    for _step in range(200):
        wait(world, 10)
        serving = [m for m in group.counted() if m.lifecycle_state == "InService"]
        lowest = min(lowest, len(serving))
    found = shown(world)
    assert (found["InstanceRefreshId"], found["Status"]) == (name, "Successful")
    assert (found["PercentageComplete"], found["InstancesToUpdate"]) == (100, 0)
    assert found["EndTime"] > found["StartTime"]
    assert all_current(world)
    assert lowest == 3


def test_a_lower_healthy_percentage_replaces_more_at_once() -> None:
    world = due()
    begin(world, MinHealthyPercentage=50)
    lowest, group = 4, world.account.groups[BLUE]
    for _step in range(60):
        wait(world, 5)
        serving = [m for m in group.counted() if m.lifecycle_state == "InService"]
        lowest = min(lowest, len(serving))
    assert lowest == 2


def test_only_one_runs_at_a_time_and_it_can_be_cancelled() -> None:
    world = due()
    begin(world)
    with pytest.raises(AwsError) as caught:
        begin(world)
    assert caught.value.code == "InstanceRefreshInProgress"
    call(world, "CancelInstanceRefresh")
    assert shown(world)["Status"] == "Cancelling"
    wait(world, 30)
    assert shown(world)["Status"] == "Cancelled"
    wait(world, 600)
    assert images(world) == [world.facts["old_image"]] * 4


def test_instances_that_match_can_be_skipped() -> None:
    world = due()
    begin(world)
    wait(world, 1500)
    before = set(world.account.groups[BLUE].members)
    begin(world, SkipMatching=True)
    wait(world, 300)
    assert shown(world)["Status"] == "Successful"
    assert set(world.account.groups[BLUE].members) == before


def protect(world: World) -> None:
    ids = sorted(world.account.groups[BLUE].members)
    call(world, "SetInstanceProtection", InstanceIds=ids, ProtectedFromScaleIn=True)


def test_protected_instances_are_waited_for_and_then_it_fails() -> None:
    world = due()
    protect(world)
    begin(world)
    wait(world, 3000)
    assert shown(world)["Status"] == "InProgress"
    wait(world, 900)
    assert shown(world)["Status"] == "Failed"
    assert images(world) == [world.facts["old_image"]] * 4


def test_protected_instances_can_be_left_or_replaced() -> None:
    world = due()
    protect(world)
    begin(world, ScaleInProtectedInstances="Ignore")
    wait(world, 200)
    assert shown(world)["Status"] == "Successful"
    assert images(world) == [world.facts["old_image"]] * 4
    begin(world, ScaleInProtectedInstances="Refresh")
    wait(world, 2000)
    assert all_current(world)


def test_a_suspended_process_stops_it() -> None:
    world = due()
    call(world, "SuspendProcesses", ScalingProcesses=["InstanceRefresh"])
    begin(world)
    wait(world, 900)
    assert images(world) == [world.facts["old_image"]] * 4
    call(world, "ResumeProcesses", ScalingProcesses=["InstanceRefresh"])
    wait(world, 1500)
    assert all_current(world)


def test_launches_before_time_began_are_activities() -> None:
    world = due()
    found = call(world, "DescribeScalingActivities")["Activities"]
    names = sorted(one["Description"].rpartition(" ")[2] for one in found)
    assert names == sorted(world.account.groups[BLUE].members)
    assert {one["StatusCode"] for one in found} == {"Successful"}
    assert found[0]["EndTime"] < world.kernel.second(0.0)
