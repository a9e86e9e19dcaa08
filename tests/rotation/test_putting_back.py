# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What keeps a rotation from beginning keeps nothing from being put back."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.rotation.test_following import a_world
from ansible_collections.nodeops.rotator.tests.simulation.builders import BLUE, CLEAN, traces
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run, prepare
from ansible_collections.nodeops.rotator.tests.simulation.world import World


def asg(world: World, operation: str, **params: Any) -> None:
    """Let somebody else change the group."""
    named = {"AutoScalingGroupName": BLUE, **params}
    world.account.call("autoscaling", operation, named, "operator")


def standby(world: World) -> None:
    """Put an instance of the old image into standby."""
    instances, old = world.account.instances, world.facts["old_image"]
    members = world.account.groups[BLUE].members
    first = next(name for name in members if instances[name].image_id == old)
    asg(world, "EnterStandby", InstanceIds=[first], ShouldDecrementDesiredCapacity=True)
    world.judge.rules[BLUE].base -= 1


def process(world: World) -> None:
    """Suspend Terminate."""
    asg(world, "SuspendProcesses", ScalingProcesses=["Terminate"])


def template(world: World) -> None:
    """Delete the launch template."""
    used = world.account.groups[BLUE].template or {}
    params = {"LaunchTemplateId": used["LaunchTemplateId"]}
    world.account.call("ec2", "DeleteLaunchTemplate", params, "operator")


def target_group(world: World) -> None:
    """Delete the target group, to which the Auto Scaling group goes on to point."""
    (arn,) = world.account.groups[BLUE].target_groups
    del world.account.target_groups[arn]


OBSTACLES: tuple[Callable[[World], None], ...] = (standby, process, template, target_group)
MOMENTS = (70.0, 130.0, 200.0)
"""Seconds after the beginning of a run: before the surge is there, and while nodes are replaced."""


NAMED = {
    "suspended": "AZRebalance",
    "protected": "Scale-in protection",
    "protects_new": "Scale-in protection",
    "journals": "",
}
"""How what may stay is named. The record stays while anything does."""


def put_back(world: World, run: Run, suspended: bool) -> None:
    """Check that all is as it was, or named.

    `suspended`: somebody else has suspended Terminate.
    """
    assert run.result is not None
    clean = {**CLEAN, "suspended": ["Terminate"] if suspended else []}
    left = run.result.values["not_restored"]
    found = {key: value for key, value in traces(world).items() if value != clean[key]}
    assert {key for key in found if key not in NAMED or not _names(left, NAMED[key])} == set()
    assert world.judge.breaches == []


def _names(left: list[str], what: str) -> bool:
    return any(what in sentence for sentence in left)


@pytest.mark.parametrize("obstacle", OBSTACLES)
@pytest.mark.parametrize("at", MOMENTS)
def test_a_run_that_only_restores_is_kept_from_it_by_nothing(
    obstacle: Callable[[World], None], at: float
) -> None:
    world, _web = a_world(3, {}, local=False)
    run = restored_after(world, (obstacle,), at)
    put_back(world, run, obstacle is process)


def restored_after(world: World, obstacles: Iterable[Callable[[World], None]], at: float) -> Run:
    """Return a run that restores a stopped rotation, with obstacles in the way."""
    first = prepare(world, BLUE, "r1", soak=20)
    first.inbox.stop_at(world.kernel.now + at, "signal SIGTERM")
    assert first().status == "stopped"
    for obstacle in obstacles:
        obstacle(world)
    world.kernel.advance(world.kernel.now + 60)
    run = prepare(world, BLUE, "r2", restore_only=True)
    run.inbox.past = world.kernel.now + 3600
    assert run().status == "restored", run.story()
    return run


@pytest.mark.parametrize("obstacle", [standby, process, template])
def test_a_run_that_settles_is_not_either(obstacle: Callable[[World], None]) -> None:
    world, _web = a_world(3, {}, local=False)
    run = prepare(world, BLUE, "r1", soak=20, gate_timeout=300.0)
    run.inbox.past = world.kernel.now + 4 * 3600
    denied = ("*", "autoscaling:SetDesiredCapacity")
    world.kernel.after(130, lambda: obstacle(world))
    world.kernel.after(135, lambda: world.account.denied.append(denied))
    assert run().status == ("partial" if obstacle is standby else "failed")
    put_back(world, run, obstacle is process)


@pytest.mark.parametrize("at", [70.0, 130.0])
def test_a_deleted_target_group_ends_the_run_and_the_image_is_innocent(at: float) -> None:
    """Auto Scaling ends each new instance that it cannot register."""
    world, _web = a_world(3, {}, local=False)
    run = prepare(world, BLUE, "r1", soak=20)
    run.inbox.past = world.kernel.now + 4 * 3600
    world.kernel.after(at, lambda: target_group(world))
    assert run().status == "failed"
    assert run.result is not None
    assert "names target group web, which does not exist" in str(run.result.error)
    assert run.result.values["canary"] != "failed"
    assert world.facts["new_image"] in run.result.values["launches"]
    put_back(world, run, False)


@pytest.mark.parametrize("pair", list(itertools.combinations(OBSTACLES, 2)))
def test_nor_by_two_at_once(pair: tuple[Callable[[World], None], ...]) -> None:
    world, _web = a_world(3, {}, local=False)
    run = restored_after(world, pair, 130)
    put_back(world, run, process in pair)
