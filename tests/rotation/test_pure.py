# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""To decide twice gives the same step, whatever was computed before.

So it is in every look of whole rotations, and nothing of the arguments is changed.
"""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.coverage import Budgets
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.policy import (
    RotationPolicy,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import Step, View
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.decide import decide
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.derived import Shelf
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import (
    Memory,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.result import (
    RotationResult,
)
from ansible_collections.nodeops.rotator.tests.simulation import runs
from ansible_collections.nodeops.rotator.tests.simulation.aws.behavior import (
    Behavior as AwsBehavior,
)
from ansible_collections.nodeops.rotator.tests.simulation.builders import BLUE, due


def forgetful(memory: Memory) -> Memory:
    """The same memory without anything that was computed before."""
    drain = dataclasses.replace(memory.drain, indexed=Budgets())
    computed = {"index": None, "marked": None, "memo": None, "workloads": None}
    return memory.with_fields(drain=drain, shelf=Shelf(), **computed)


def decided(step: Step[Memory, RotationResult]) -> tuple[object, ...]:
    """What was decided, without what was computed on the way to it."""
    memory = forgetful(step.memory)
    told = (step.events, repr(step.result), repr(memory.report.problem))
    asked = (step.commands, step.wake, step.feeds, step.not_after)
    return (*asked, *told, memory.with_fields(problem=None))


@pytest.mark.parametrize("seed, stop", [(1, None), (2, 150.0), (3, None)])
def test_deciding_is_pure(seed: int, stop: float | None, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = 0

    def twice(
        memory: Memory, view: View, now: float, policy: RotationPolicy
    ) -> Step[Memory, RotationResult]:
        nonlocal looks
        before = repr((memory, view))
        first, second = decide(memory, view, now, policy), decide(memory, view, now, policy)
        third = decide(forgetful(memory), view, now, policy)
        assert repr((memory, view)) == before
        assert all(
            repr(getattr(first, f.name)) == repr(getattr(second, f.name))
            for f in dataclasses.fields(first)
        )
        assert decided(third) == decided(first)
        looks += 1
        return first

    monkeypatch.setattr(runs, "decide", twice)
    world = due(seed, size=2, replicas=3, aws=AwsBehavior(contention_odds=0.2))
    run = runs.prepare(world, BLUE)
    if stop is not None:
        run.inbox.stop_at(stop)
    assert run().status == ("complete" if stop is None else "stopped")
    assert looks > 40
