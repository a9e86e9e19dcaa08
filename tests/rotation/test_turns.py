# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rotations of one cluster take turns, whoever runs them."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.lease import (
    lease_name,
)
from ansible_collections.nodeops.rotator.tests.simulate.actors import Actor, play
from ansible_collections.nodeops.rotator.tests.simulation.builders import CLEAN, traces
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run, prepare
from ansible_collections.nodeops.rotator.tests.simulation.scenarios import eks
from ansible_collections.nodeops.rotator.tests.simulation.scenarios.eks import point_to
from ansible_collections.nodeops.rotator.tests.simulation.virtual import Killed
from ansible_collections.nodeops.rotator.tests.simulation.world import World

GROUPS = ("demo-blue", "demo-green", "demo-storage")


def a_cluster(seed: int = 1) -> World:
    """Return a cluster with three node groups, all due for an update."""
    world = eks.furnish(World(Kernel(seed)))
    for group in GROUPS:
        point_to(world, group, world.facts["new_image"])
    return world


def runs(world: World, parallel: int | None, **options: Any) -> list[Run]:
    """Return a run for each node group."""
    usual = {"cluster_parallel": parallel, "lock_wait": 99999, "canary": 0, "soak": 0}
    return [
        prepare(world, group, f"r{number}", **{**usual, **options})
        for number, group in enumerate(GROUPS)
    ]


def together(world: World, begin: dict[float, Run]) -> None:
    """Carry out runs at the same time, each from so many seconds from now on."""
    now = world.kernel.now

    def life(run: Run) -> Any:
        return lambda actor: actor.perform(run.inbox, run)

    play(
        world.kernel,
        [Actor(world.kernel, life(run), now + at) for at, run in begin.items()],
    )


def at_once(found: list[Run]) -> int:
    """Return how many of these runs were at work at one time, at most."""
    spans = []
    for run in found:
        times = [at for at, event in run.events if event.phase in ("surge", "cordoned", "ready")]
        spans.append((min(times), max(times)))
    return max(sum(a <= at <= b for a, b in spans) for at, _end in spans)


@pytest.mark.parametrize("starts", list(itertools.permutations((0.0, 0.5, 3.0)))[:3])
@pytest.mark.parametrize("parallel", [1, 2])
def test_no_more_rotations_are_at_work_than_the_cluster_allows(
    parallel: int, starts: tuple[float, ...]
) -> None:
    world = a_cluster()
    found = runs(world, parallel)
    together(world, dict(zip(starts, found, strict=True)))
    assert [run.result.status for run in found if run.result] == ["complete"] * 3
    assert at_once(found) <= parallel
    assert world.judge.breaches == []
    assert traces(world) == CLEAN


def test_without_a_limit_all_are_at_work_at_once() -> None:
    world = a_cluster()
    found = runs(world, None)
    together(world, {float(number): run for number, run in enumerate(found)})
    assert at_once(found) == 3


@pytest.mark.parametrize("seed", range(6))
def test_whoever_begins_when_takes_turns(seed: int) -> None:
    chance = random.Random(seed)
    world = a_cluster(seed)
    found = runs(world, 1)
    together(world, {chance.uniform(0, 4) * (n > 0): run for n, run in enumerate(found)})
    assert [run.result.status for run in found if run.result] == ["complete"] * 3
    assert at_once(found) == 1


def test_who_may_not_wait_is_refused_and_names_the_other() -> None:
    world = a_cluster()
    first, second, _third = runs(world, 1, lock_wait=0)
    together(world, {0.0: first, 20.0: second})
    assert first.result is not None
    assert second.result is not None
    assert first.result.status == "complete"
    assert second.result.status == "refused"
    lease = lease_name(world.account.groups[GROUPS[0]].arn)
    assert f"host_r0 is rotating another node group (Lease {lease})" in str(second.result.error)
    assert "cluster_parallel" in str(second.result.error)
    assert traces(world)["holders"] == []


def test_a_run_that_was_killed_is_not_waited_for_longer_than_its_lease_lasts() -> None:
    world = a_cluster()
    killed = prepare(world, GROUPS[0], "dead", kill_at_command=12, cluster_parallel=1)
    with pytest.raises(Killed):
        killed()
    began = world.kernel.now
    second = prepare(world, GROUPS[1], "r2", cluster_parallel=1, canary=0, soak=0)
    second()
    assert second.result is not None
    assert second.result.status == "complete"
    surged = min(at for at, event in second.events if event.phase == "surge")
    assert surged - began < 60
