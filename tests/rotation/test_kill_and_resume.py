# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs that die again and again, and `state: restored` after one that died."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.builders import (
    BLUE,
    CLEAN,
    all_current,
    due,
    sizes,
    traces,
)
from ansible_collections.nodeops.rotator.tests.simulation.runs import prepare, rotate
from ansible_collections.nodeops.rotator.tests.simulation.virtual import Killed
from ansible_collections.nodeops.rotator.tests.simulation.world import World

SIZE = 3


def killed(world: World, command: int, run_id: str = "r1", **options: Any) -> bool:
    """Run until just before the n-th command; whether it got that far."""
    run = prepare(world, BLUE, run_id, kill_at_command=command, soak=20, **options)
    try:
        run()
    except Killed:
        return True
    return False


@pytest.mark.parametrize("seed", range(1, 5))
def test_killed_again_and_again(seed: int) -> None:
    world = due(seed, size=4, replicas=8)
    for attempt in range(40):
        if not killed(world, 25 + 9 * (attempt % 4), f"r{attempt}", max_surge="2"):
            break
        world.kernel.advance(world.kernel.now + world.kernel.spread(0, 90))
    assert attempt > 1
    assert all_current(world)
    assert sizes(world) == (4, 4, 4)
    assert traces(world) == CLEAN
    assert world.judge.breaches == []


@pytest.mark.parametrize("command", range(10, 110, 7))
def test_state_restored_puts_everything_back_after_a_kill(command: int) -> None:
    world = due(size=SIZE, replicas=6)
    killed(world, command)
    run = rotate(world, BLUE, run_id="r2", restore_only=True)
    assert run.result is not None, run.story()[-5:]
    assert run.result.error is None, run.story()[-5:]
    found = {**traces(world), "holders": []}
    if run.result.values["not_restored"]:
        assert sizes(world)[1] > SIZE or "AZRebalance" in str(run.result.values["not_restored"])
    else:
        assert found == CLEAN
        assert sizes(world)[2] == SIZE
    assert world.judge.breaches == []
