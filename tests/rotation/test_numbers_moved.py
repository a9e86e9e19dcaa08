# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sizes and templates that somebody changes before a read of ours can show it."""

from __future__ import annotations

import json

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.aws.behavior import (
    Behavior as AwsBehavior,
)
from ansible_collections.nodeops.rotator.tests.simulation.builders import (
    BLUE,
    CLEAN,
    all_current,
    due,
    sizes,
    traces,
)
from ansible_collections.nodeops.rotator.tests.simulation.gate import Call
from ansible_collections.nodeops.rotator.tests.simulation.runs import rotate


@pytest.mark.parametrize("seed", (2, 3))
def test_a_minimum_raised_before_a_read_can_show_it_is_the_size_too(seed: int) -> None:
    """Auto Scaling refuses the recorded end with decrement until then."""
    world = due(seed, AwsBehavior(describe_lag=19.0))
    group = world.account.groups[BLUE]
    group.maximum = 8
    raised: list[int] = []

    def watch(call: Call) -> None:
        if "leases" in call.name and '"decrements\\"' in json.dumps(call.params) and not raised:
            raised.append(group.desired)
            params = {"AutoScalingGroupName": BLUE, "MinSize": group.desired}
            update = ("autoscaling", "UpdateAutoScalingGroup", params, "operator")
            world.kernel.after(0.0, lambda: world.account.call(*update))

    world.gate.judges.append(watch)
    world.judge.rules[BLUE].surge += 1
    run = rotate(world, BLUE)
    assert run.result is not None
    assert raised == [5]
    assert run.result.status == "complete", run.story()
    assert sizes(world) == (5, 5, 8)
    assert all_current(world)
    assert traces(world) == CLEAN


@pytest.mark.parametrize("seed", (1, 2, 3))
def test_a_maximum_put_back_before_a_read_can_show_it_is_raised_once_more(seed: int) -> None:
    """Somebody applies what he has declared, between our MaxSize and our desired."""
    world = due(seed, AwsBehavior(describe_lag=19.0))
    group = world.account.groups[BLUE]
    applied: list[int] = []

    def watch(call: Call) -> None:
        if "MaxSize" in call.params and not applied:
            applied.append(call.params["MaxSize"])
            params = {"AutoScalingGroupName": BLUE, "MaxSize": group.maximum}
            update = ("autoscaling", "UpdateAutoScalingGroup", params, "operator")
            world.kernel.after(0.01, lambda: world.account.call(*update))

    world.gate.judges.append(watch)
    run = rotate(world, BLUE)
    assert run.result is not None
    assert applied == [5]
    assert run.result.status == "complete", run.story()
    assert sizes(world) == (4, 4, 4)
    assert all_current(world)
    assert traces(world) == CLEAN


def test_a_version_that_is_deleted_is_named_and_not_guessed() -> None:
    """Templates are read less often than instances, and a new one shows it first."""
    world = due()
    template = (world.account.groups[BLUE].template or {})["LaunchTemplateId"]
    params = {"LaunchTemplateId": template, "Versions": ["2"]}
    delete = ("ec2", "DeleteLaunchTemplateVersions", params, "operator")
    world.kernel.after(200, lambda: world.account.call(*delete))
    run = rotate(world, BLUE, soak=30)
    assert run.result is not None
    assert run.result.status == "failed"
    assert f"moved from {template} version 2 to {template} version 1" in str(run.result.error)
    assert traces(world) == CLEAN
    assert world.judge.breaches == []
