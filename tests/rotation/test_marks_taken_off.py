# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody takes our marks off nodes, and the record knows what is ours."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import DrainPolicy
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import EXCLUDE
from ansible_collections.nodeops.rotator.tests.simulation.builders import (
    BLUE,
    due,
)
from ansible_collections.nodeops.rotator.tests.simulation.kernel import EPOCH
from ansible_collections.nodeops.rotator.tests.simulation.runs import prepare, rotate
from ansible_collections.nodeops.rotator.tests.simulation.virtual import Killed
from ansible_collections.nodeops.rotator.tests.simulation.world import World


def nodes(world: World) -> list[dict[str, Any]]:
    return sorted(world.judge.nodes(BLUE), key=lambda node: str(node["metadata"]["name"]))


def every(world: World, seconds: float, act: Any) -> None:
    """Let somebody do this again and again."""

    def again() -> None:
        act()
        world.kernel.after(seconds, again)

    world.kernel.after(seconds, again)


def strip(world: World) -> None:
    """Somebody who owns the annotations of nodes takes off all of ours."""
    for node in nodes(world):
        notes = node["metadata"].get("annotations") or {}
        if gone := [key for key in notes if "nodeops" in key]:
            world.cluster.change("nodes", node, {"metadata": {"annotations": dict.fromkeys(gone)}})


def allow(world: World, pods: int) -> None:
    """Let budgets allow so many pods to be missing."""
    for budget in world.cluster.objects("poddisruptionbudgets", "shop"):
        spec = {"maxUnavailable": pods, "minAvailable": None}
        world.cluster.change("poddisruptionbudgets", budget, {"spec": spec})


@pytest.mark.parametrize("restore", [False, True])
@pytest.mark.parametrize("command", [60, 90])
def test_a_cordon_whose_marks_were_taken_off_is_known_by_the_record(
    command: int, restore: bool
) -> None:
    world = due()
    allow(world, 0)
    every(world, 0.5, lambda: strip(world))
    with pytest.raises(Killed):
        prepare(world, BLUE, "first", kill_at_command=command)()
    world.kernel.advance(world.kernel.now + 60)
    assert any(node["spec"].get("unschedulable") for node in nodes(world))
    allow(world, 1)
    result = rotate(world, BLUE, run_id="second", restore_only=restore).result
    assert result is not None
    assert result.status == ("restored" if restore else "complete"), result.error
    assert not any(node["spec"].get("unschedulable") for node in nodes(world))
    assert not any(EXCLUDE in (node["metadata"].get("labels") or {}) for node in nodes(world))


def test_a_cordon_that_somebody_else_set_stays_though_the_marks_were_taken_off() -> None:
    world = due()
    old = nodes(world)[0]
    world.cluster.change("nodes", old, {"spec": {"unschedulable": True}})
    every(world, 0.5, lambda: strip(world))
    allow(world, 0)
    run = rotate(
        world, BLUE, drain=DrainPolicy(timeout=60, pdb_timeout=30, epoch=EPOCH.timestamp())
    )
    assert run.result is not None
    assert run.result.status == "failed"
    now = {one["metadata"]["name"]: one["spec"].get("unschedulable") for one in nodes(world)}
    assert {name for name, value in now.items() if value} == {old["metadata"]["name"]}
