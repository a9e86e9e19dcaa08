# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The surge launched by LaunchInstances: what the group and its users see of it."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.aws.victims import zone_counts
from ansible_collections.nodeops.rotator.tests.simulation.builders import (
    BLUE,
    CLEAN,
    all_current,
    due,
    sizes,
    traces,
)
from ansible_collections.nodeops.rotator.tests.simulation.gate import Fault
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run, prepare
from ansible_collections.nodeops.rotator.tests.simulation.virtual import Killed
from ansible_collections.nodeops.rotator.tests.simulation.world import World

LAUNCH = "autoscaling:LaunchInstances"


def ended(world: World, run_id: str = "r1", **options: Any) -> Run:
    run = prepare(world, BLUE, run_id=run_id, surge_by="launch_instances", **options)
    run.inbox.past = world.kernel.now + 4 * 3600
    run()
    assert run.result is not None
    assert world.judge.breaches == []
    return run


@pytest.mark.parametrize("surge", ["1", "2"])
def test_a_group_is_rotated_and_desired_is_never_set(surge: str) -> None:
    world = due()
    run = ended(world, max_surge=surge)
    assert run.result is not None
    assert run.result.status == "complete"
    assert all_current(world)
    assert sizes(world) == (4, 4, 4)
    assert traces(world) == CLEAN
    assert world.gate.calls[LAUNCH] == int(surge)
    assert world.gate.calls["autoscaling:SetDesiredCapacity"] == 0


def test_a_zone_without_capacity_is_passed_over_and_without_any_the_run_says_why() -> None:
    world = due()
    zones = world.account.groups[BLUE].zones
    counts = zone_counts(world.account.groups[BLUE])
    emptiest = min(zones, key=lambda zone: (counts[zone], zone))
    world.account.capacity["m6i.large", emptiest] = 0
    run = ended(world)
    assert run.result is not None
    assert run.result.status == "complete"
    assert world.gate.calls[LAUNCH] == 2

    world = due()
    for zone in world.account.zones:
        world.account.capacity["m6i.large", zone] = 0
    run = ended(world)
    assert run.result is not None
    assert run.result.status == "failed"
    assert "The surge could not be launched" in str(run.result.error)
    assert "InsufficientInstanceCapacity" in str(run.result.error)
    assert sizes(world) == (4, 4, 4)
    assert traces(world) == CLEAN
    assert world.gate.calls[LAUNCH] == len(zones)


@pytest.mark.parametrize("applied", [True, False])
def test_an_answer_that_is_lost_launches_nothing_twice(applied: bool) -> None:
    world = due()
    world.gate.faults.append(Fault(LAUNCH, "ConnectionClosed", times=2, applied=applied))
    run = ended(world)
    assert run.result is not None
    assert run.result.status == "complete"
    assert sizes(world) == (4, 4, 4)


@pytest.mark.parametrize("command", range(8, 24, 3))
def test_a_run_that_follows_a_killed_one_ends_at_the_same_size(command: int) -> None:
    world = due()
    with pytest.raises(Killed):
        prepare(world, BLUE, kill_at_command=command, surge_by="launch_instances")()
    run = ended(world, "r2")
    assert run.result is not None
    assert run.result.status == "complete"
    assert sizes(world) == (4, 4, 4)
    assert traces(world) == CLEAN


def test_a_raise_by_somebody_between_our_read_and_the_launch_is_kept() -> None:
    world = due()
    world.account.groups[BLUE].maximum = 9

    def grow(call: object) -> bool:
        """Somebody raises desired when our request is on its way."""
        if world.gate.calls[LAUNCH] == 1:
            params = {"AutoScalingGroupName": BLUE, "DesiredCapacity": 6}
            world.account.call("autoscaling", "SetDesiredCapacity", params, "operator")
            world.judge.rules[BLUE].base = 6
        return False

    world.gate.faults.append(Fault(LAUNCH, "Throttling", times=1, where=grow))
    run = ended(world)
    assert run.result is not None
    assert run.result.status == "complete"
    assert world.account.groups[BLUE].desired == 6
