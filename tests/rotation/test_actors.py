# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster autoscaler and a node termination handler work while a rotation runs."""

from __future__ import annotations

from functools import partial

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.autoscaler import Autoscaler, Settings
from ansible_collections.nodeops.rotator.tests.simulation.builders import (
    BLUE,
    CLEAN,
    all_current,
    due,
    sizes,
    traces,
)
from ansible_collections.nodeops.rotator.tests.simulation.kube import build
from ansible_collections.nodeops.rotator.tests.simulation.runs import prepare, rotate
from ansible_collections.nodeops.rotator.tests.simulation.termination_handler import (
    TerminationHandler,
)


def test_a_termination_handler_finds_nothing_to_drain() -> None:
    world = due()
    handler = TerminationHandler(world, BLUE)
    run = rotate(world, BLUE)
    assert run.result is not None
    assert run.result.status == "complete", run.story()[-4:]
    assert all_current(world)
    assert len(handler.done) == 4
    assert traces(world) == CLEAN
    assert world.judge.breaches == []


def test_an_autoscaler_that_ends_empty_nodes_leaves_the_new_ones() -> None:
    world = due()
    group = world.account.groups[BLUE]
    group.minimum, group.maximum = 1, 8
    scaler, old = Autoscaler(world, BLUE, Settings(unneeded=20.0)), set(group.members)
    run = rotate(world, BLUE)
    assert run.result is not None
    assert run.result.status == "complete", run.story()[-4:]
    assert all_current(world)
    ended = {act.removeprefix("end ") for _at, act, done in scaler.acts if done}
    assert ended <= old  # Drained by the run, and so empty.
    assert sizes(world) == (4, 4, 8)
    assert traces(world) == CLEAN
    assert world.judge.breaches == []


@pytest.mark.parametrize("at", [50, 150, 400])
def test_an_autoscaler_that_makes_room_in_mid_run_is_taken_into_account(at: int) -> None:
    """It overwrites our surge from its cache, and asks again for what is missing."""
    world = due()
    group = world.account.groups[BLUE]
    group.minimum, group.maximum = 1, 10
    scaler = Autoscaler(world, BLUE)
    run = prepare(world, BLUE)
    world.judge.rules[BLUE].most = 10
    crowd = partial(build.deployment, world.cluster, "shop", "big", 5, cpu="1200m")
    world.kernel.after(at, crowd)
    run()
    assert run.result is not None
    assert run.result.status == "complete", run.story()[-4:]
    assert any(done for _at, _act, done in scaler.acts)
    assert all_current(world)
    assert all(pod["spec"].get("nodeName") for pod in world.cluster.objects("pods", "shop"))
    launched, desired, maximum = sizes(world)
    assert (launched, maximum) == (desired, 10)
    assert desired > 4
    assert traces(world) == CLEAN
    assert world.judge.breaches == []


def test_a_refresh_that_somebody_starts_in_mid_run_is_seen_and_named() -> None:
    """The fence holds the refresh back meanwhile."""
    world = due()
    run = prepare(world, BLUE)
    params = {"AutoScalingGroupName": BLUE}

    def begin() -> None:
        world.account.call("autoscaling", "StartInstanceRefresh", params, "operator")

    world.kernel.after(100, begin)
    run()
    assert run.result is not None
    assert "instance refresh" in str(run.result.error).lower()
    assert world.judge.breaches == []
