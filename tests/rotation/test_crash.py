# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that is interrupted at any command is resumed by the next one.

It ends as if nothing had happened.
"""

from __future__ import annotations

import contextlib
import functools
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    ReadGroup,
    ReadLease,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws.victims import zone_counts
from ansible_collections.nodeops.rotator.tests.simulation.builders import (
    BLUE,
    due,
    images,
    sizes,
    traces,
)
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run, prepare, rotate
from ansible_collections.nodeops.rotator.tests.simulation.virtual import INTERRUPTIONS, Killed
from ansible_collections.nodeops.rotator.tests.simulation.world import World

SIZE = 2
OPTIONS: dict[str, Any] = {"soak": 20}
PARTS = 8
"""Tests into which the commands are divided."""


def a_world() -> World:
    return due(size=SIZE, replicas=4)


def end_state(world: World) -> dict[str, Any]:
    """What has to be the same however often a rotation was interrupted."""
    group = world.account.groups[BLUE]
    counts = zone_counts(group).values()
    return {
        **traces(world),
        "images": images(world),
        "sizes": (*sizes(world), group.minimum),
        "balanced": max(counts) - min(counts) <= 1,
        "ready": world.cluster.ready_pods("shop"),
        "template": group.template,
        "breaches": world.judge.breaches,
    }


@functools.cache
def undisturbed() -> tuple[Run, dict[str, Any]]:
    """A rotation that nobody interrupts, and the state that it leaves."""
    world = a_world()
    run = rotate(world, BLUE, **OPTIONS)
    world.kernel.advance(world.kernel.now + 120)
    return run, end_state(world)


def commands(how: str) -> list[int]:
    """Return the commands at which an interruption of this kind matters.

    The reply of a read changes nothing.
    """
    numbers = enumerate(command for _at, command in undisturbed()[0].inbox.commands)
    reads = (ReadGroup, ReadLease)
    replies = how in ("sent", "answered")
    return [number for number, one in numbers if not (replies and isinstance(one, reads))]


def interrupted(world: World, command: int, how: str) -> Run:
    """A run that is interrupted at this command."""
    run = prepare(world, BLUE, **OPTIONS)
    run.inbox.interrupt(command, how)
    with contextlib.suppress(Killed):
        run()
    return run


def test_an_undisturbed_rotation_leaves_nothing_behind() -> None:
    run, state = undisturbed()
    assert run.result is not None
    assert run.result.status == "complete"
    assert state["breaches"] == []
    assert state["ready"] == 4
    assert state["sizes"] == (2, 2, 2, 1)
    assert len(commands("before")) > 60
    assert len(commands("sent")) > 40


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("how", INTERRUPTIONS)
def test_a_rotation_that_is_interrupted_ends_as_an_undisturbed_one(how: str, part: int) -> None:
    for command in commands(how)[part::PARTS]:
        world = a_world()
        first = interrupted(world, command, how)
        stopped = first.result.status if first.result else "killed"
        assert stopped == ("stopped" if how == "signal" else "killed"), command
        run = rotate(world, BLUE, run_id="r2", **OPTIONS)
        world.kernel.advance(world.kernel.now + 120)
        assert run.result is not None, (command, run.story()[-5:])
        assert run.result.error is None, (command, run.story()[-5:])
        assert end_state(world) == undisturbed()[1], (command, run.story()[-5:])
