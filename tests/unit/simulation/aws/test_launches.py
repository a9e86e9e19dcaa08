# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""LaunchInstances launches at once in one zone, or says why not."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import AwsError


def launch(world: Any, token: str = "t", zone: str | None = None, number: int = 1) -> Any:
    zones = {} if zone == "" else {"AvailabilityZones": [zone or world.group().zones[0]]}
    return world.scaling(
        "LaunchInstances",
        RequestedCapacity=number,
        ClientToken=token,
        RetryStrategy="none",
        **zones,
    )


def test_desired_grows_by_what_was_launched_in_the_zone(world: Any) -> None:
    zone = world.group().zones[1]
    answer = launch(world, zone=zone)
    (name,) = answer["Instances"][0]["InstanceIds"]
    assert world.group().desired == 7
    assert world.group().members[name].zone == zone
    assert answer["Errors"] == []


def test_the_same_token_launches_once(world: Any) -> None:
    assert launch(world) == launch(world)
    assert world.group().desired == 7
    launch(world, "another")
    assert world.group().desired == 8


def test_a_zone_without_capacity_is_an_error_in_the_answer_and_changes_nothing(world: Any) -> None:
    zone = world.group().zones[0]
    kind = world.account.instances[next(iter(world.group().members))].instance_type
    world.account.capacity[kind, zone] = 0
    answer = launch(world, zone=zone)
    assert answer["Instances"] == []
    assert answer["Errors"][0]["ErrorCode"] == "InsufficientInstanceCapacity"
    assert world.group().desired == 6


@pytest.mark.parametrize(("zone", "number"), [("", 1), ("elsewhere", 1), (None, 99)])
def test_what_is_not_a_zone_of_the_group_or_too_much_is_refused(
    world: Any, zone: str | None, number: int
) -> None:
    with pytest.raises(AwsError):
        launch(world, zone=zone, number=number)
    assert world.group().desired == 6
