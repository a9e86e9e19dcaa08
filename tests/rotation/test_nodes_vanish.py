# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Node objects that are deleted in mid-rotation while their instances run on."""

from __future__ import annotations

import itertools

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.builders import (
    BLUE,
    CLEAN,
    all_current,
    due,
    sizes,
    traces,
)
from ansible_collections.nodeops.rotator.tests.simulation.gate import Call
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run, prepare
from ansible_collections.nodeops.rotator.tests.simulation.truth import instance_id
from ansible_collections.nodeops.rotator.tests.simulation.world import World

AT = 150.0
"""Seconds from the beginning until the Nodes are deleted: the canary has passed then."""


def rotated(world: World, number: int) -> tuple[Run, list[tuple[float, str]]]:
    """Rotate while so many Nodes are deleted at once.

    Also returns when which of their instances was ended afterwards.
    """
    gone: list[str] = []
    ends: list[tuple[float, str]] = []

    def vanish() -> None:
        for node in list(world.cluster.objects("nodes"))[:number]:
            gone.append(instance_id(node))
            world.cluster.delete("nodes", node, 0)

    def watch(call: Call) -> None:
        if call.operation == "TerminateInstanceInAutoScalingGroup":
            instance = call.params["InstanceId"]
            ends.extend([(world.kernel.now, instance)] if instance in gone else [])

    world.gate.judges.append(watch)
    world.kernel.after(AT, vanish)
    run = prepare(world, BLUE, soak=30)
    run.inbox.past = world.kernel.now + 4 * 3600
    run()
    assert run.result is not None
    assert world.judge.breaches == []
    return run, ends


@pytest.mark.parametrize(("size", "number"), [(4, 9), (6, 4)])
def test_where_most_are_gone_nothing_is_ended_and_the_run_says_so(size: int, number: int) -> None:
    world = due(size=size, replicas=6)
    run, ends = rotated(world, number)
    assert run.result is not None
    assert ends == []
    assert run.result.status == "failed"
    assert f"instances of Auto Scaling group {BLUE} have a Node in this cluster" in str(
        run.result.error
    )
    assert {**traces(world), "journals": []} == CLEAN
    assert any("above its base" in sentence for sentence in run.result.values["not_restored"])


def test_a_few_are_replaced_one_after_the_other_and_named() -> None:
    world = due(size=6, replicas=6)
    run, ends = rotated(world, 3)
    assert run.result is not None
    assert run.result.status == "complete", run.story()
    assert sizes(world) == (6, 6, 6)
    assert all_current(world)
    assert traces(world) == CLEAN
    named = [event.subject for _at, event in run.events if "its Node is gone" in event.text]
    assert named == [instance for _at, instance in ends]
    assert len(named) >= 2
    ready = [at for at, event in run.events if event.phase == "ready"]
    for (before, _one), (after, _other) in itertools.pairwise(ends):
        assert any(before < at < after for at in ready), "its replacement is waited for"
