# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever happens beside it, a rotation of a control plane costs no quorum."""

from __future__ import annotations

import contextlib
import random

import pytest

from ansible_collections.nodeops.rotator.tests.rotation.control_plane_builders import (
    a_plane,
    a_run,
    is_new,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import AwsError
from ansible_collections.nodeops.rotator.tests.simulation.control_plane import ControlPlane
from ansible_collections.nodeops.rotator.tests.simulation.virtual import INTERRUPTIONS, Killed
from ansible_collections.nodeops.rotator.tests.simulation.world import World

TRIES = 6
"""Runs on one group after which it has to be done, whatever was in the way."""


def somebody_ends_a_node(world: World, plane: ControlPlane, dice: random.Random) -> None:
    """Let a careful person end a node, who looks whether all the others are whole."""
    place = dice.choice(plane.places)
    instance = plane.instance(place)
    if instance is not None and all(plane.is_whole(one) for one in plane.places):
        params = {"InstanceId": instance.id, "ShouldDecrementDesiredCapacity": False}
        operation = "TerminateInstanceInAutoScalingGroup"
        with contextlib.suppress(AwsError):
            world.account.call("autoscaling", operation, params, "operator")


def misfortunes(world: World, plane: ControlPlane, dice: random.Random) -> None:
    """Let some of what can happen to a control plane happen, at random moments."""
    plane.etcd.join = dice.choice([(10.0, 30.0), (10.0, 30.0), (200.0, 900.0)])
    for _time in range(dice.choice([0, 1, 2])):
        at = dice.uniform(0, 2000)
        world.kernel.after(at, lambda: somebody_ends_a_node(world, plane, dice))
    if dice.random() < 0.3:
        world.kernel.after(dice.uniform(0, 2000), world.cluster.restart_api)


def rotated(world: World, place: str, dice: random.Random, number: int) -> list[str]:
    """Rotate a group until that is done; return how each run ended."""
    ends: list[str] = []
    for attempt in range(TRIES):
        run = a_run(world, place, f"r{number}-{attempt}", lock_wait=600)
        if attempt == 0 and dice.random() < 0.6:
            run.inbox.interrupt(dice.randint(5, 90), dice.choice(INTERRUPTIONS))
        with contextlib.suppress(Killed):
            run()
        ends.append(f"{run.result.status}: {run.result.error}" if run.result else "killed")
        if run.result and run.result.status in ("complete", "unchanged"):
            break
        world.kernel.advance(world.kernel.now + 300)
    return ends


@pytest.mark.parametrize("seed", range(12))
def test_no_quorum_is_lost_and_every_node_is_replaced(seed: int) -> None:
    dice = random.Random(seed)
    lag = dice.choice([0.0, 3.0, 10.0])
    world, plane = a_plane(seed, describe_lag=lag, throttle_odds=dice.choice([0, 0, 0.03]))
    misfortunes(world, plane, dice)
    places = dice.sample(plane.places, 3)
    ends = {place: rotated(world, place, dice, n) for n, place in enumerate(places)}
    world.kernel.advance(world.kernel.now + 1500)
    assert world.judge.breaches == [], ends
    assert plane.etcd.quorum_losses == 0, ends
    assert all(is_new(world, place) for place in plane.places), ends
    assert all(plane.is_whole(place) for place in plane.places), ends
