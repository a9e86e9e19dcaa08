# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that dies at any point is gone on with by the next one, and ends as if nothing had
happened."""

from __future__ import annotations

import itertools
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


@pytest.mark.parametrize("offset", range(8))
def test_killed_before_any_command(offset: int) -> None:
    for command in itertools.count(offset, 8):
        world = due(size=SIZE, replicas=6)
        if not killed(world, command):
            assert command > 80, "a rotation takes more commands than that"
            return
        world.kernel.advance(world.kernel.now + world.kernel.spread(0, 60))
        run = rotate(world, BLUE, run_id="r2", soak=20)
        assert run.result is not None and run.result.error is None, (command, run.story()[-5:])
        assert all_current(world) and sizes(world) == (SIZE, SIZE, SIZE), command
        assert traces(world) == CLEAN, command
        assert world.judge.breaches == [], command


@pytest.mark.parametrize("seed", range(1, 5))
def test_killed_again_and_again(seed: int) -> None:
    world = due(seed, size=4, replicas=8)
    for attempt in range(40):
        if not killed(world, 25 + 9 * (attempt % 4), f"r{attempt}", max_surge="2"):
            break
        world.kernel.advance(world.kernel.now + world.kernel.spread(0, 90))
    assert attempt > 1 and all_current(world) and sizes(world) == (4, 4, 4)
    assert traces(world) == CLEAN and world.judge.breaches == []


@pytest.mark.parametrize("command", range(10, 110, 7))
def test_state_restored_puts_everything_back_after_a_kill(command: int) -> None:
    world = due(size=SIZE, replicas=6)
    killed(world, command)
    run = rotate(world, BLUE, run_id="r2", restore_only=True)
    assert run.result is not None and run.result.error is None, run.story()[-5:]
    found = {**traces(world), "holders": []}
    if run.result.values["not_restored"]:
        assert sizes(world)[1] > SIZE or "AZRebalance" in str(run.result.values["not_restored"])
    else:
        assert found == CLEAN and sizes(world)[2] == SIZE
    assert world.judge.breaches == []


@pytest.mark.parametrize("at", range(65, 560, 45))
def test_a_signal_ends_it_in_time_and_the_next_run_goes_on(at: int) -> None:
    world = due(size=SIZE, replicas=6)
    run = prepare(world, BLUE, soak=20)
    run.inbox.stop_at(at)
    result = run()
    if result.status == "complete":
        assert world.kernel.now <= at
        return
    assert result.status == "stopped" and world.kernel.now - at <= 25
    assert traces(world)["holders"] == []
    again = rotate(world, BLUE, run_id="r2", soak=20)
    assert again.result is not None and again.result.error is None, again.story()[-5:]
    assert all_current(world) and traces(world) == CLEAN and world.judge.breaches == []
