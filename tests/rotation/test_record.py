# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of a later release is kept, restored and named."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.lease import (
    lease_name,
)
from ansible_collections.nodeops.rotator.tests.simulation.builders import (
    BLUE,
    CLEAN,
    all_current,
    due,
    traces,
)
from ansible_collections.nodeops.rotator.tests.simulation.runs import prepare, rotate
from ansible_collections.nodeops.rotator.tests.simulation.virtual import Killed
from ansible_collections.nodeops.rotator.tests.simulation.world import World

KEY = "nodeops.rotator/journal"


def record(world: World) -> dict[str, Any]:
    name = lease_name(world.account.groups[BLUE].arn)
    lease = world.cluster.object("leases", name, "kube-system")
    assert lease is not None
    found: dict[str, Any] = json.loads(lease["metadata"]["annotations"][KEY])
    return found


def interrupted(**changes: Any) -> World:
    """Return a world whose rotation was killed in the middle.

    `changes`: fields in its record.
    """
    world = due()
    with pytest.raises(Killed):
        prepare(world, BLUE, "later", kill_at_command=60)()
    name = lease_name(world.account.groups[BLUE].arn)
    text = json.dumps({**record(world), **changes})
    lease = world.cluster.object("leases", name, "kube-system")
    world.cluster.change("leases", lease, {"metadata": {"annotations": {KEY: text}}})
    return world


LATER = {"version": 2, "waves": [1, {"a": 2}]}


def test_a_record_that_this_release_can_read_is_resumed_and_its_fields_are_kept() -> None:
    world = interrupted(**LATER, reader=1)
    run = rotate(world, BLUE, run_id="mine")
    assert run.result is not None
    assert run.result.status == "complete"
    assert all_current(world)
    assert record(world)["waves"] == LATER["waves"]
    assert world.judge.breaches == []
    assert {**traces(world), "journals": []} == CLEAN


def test_a_record_that_this_release_cannot_read_is_refused_and_left() -> None:
    world = interrupted(**LATER, reader=2)
    before = record(world)
    run = rotate(world, BLUE, run_id="mine")
    assert run.result is not None
    assert run.result.status == "refused"
    assert "version 2" in str(run.result.error)
    assert record(world) == before


@pytest.mark.parametrize("more", [{"reader": 1}, {"reader": 2}, {"reader": 2, "base": {"min": 4}}])
def test_restored_works_on_what_it_understands_and_names_the_rest(more: dict[str, Any]) -> None:
    world = interrupted(**LATER, **more)
    run = rotate(world, BLUE, run_id="mine", restore_only=True)
    assert run.result is not None
    assert run.result.status == "restored"
    left = [text for text in run.result.values["not_restored"] if "does not understand" in text]
    names = ["waves", *(["base"] if "base" in more else [])]
    assert all(any(f"a field {name} that" in text for text in left) for name in names)
    assert not any("field reader" in text or "field version" in text for text in left)
    world.kernel.advance(world.kernel.now + 120)
    found = record(world)
    assert found["waves"] == LATER["waves"]
    assert found["reader"] == more["reader"]
    assert {**traces(world), "journals": [], "protected": 0, "protects_new": False} == CLEAN
    assert world.judge.breaches == []


def test_the_record_keeps_how_long_boots_and_drains_took_for_the_next_plan() -> None:
    world = due()
    run = rotate(world, BLUE)
    assert run.result is not None
    assert run.result.status == "complete"
    kept = record(world)
    assert len(kept["drains"]) == run.result.values["replaced"]
    took = [round(one["seconds"]) for one in run.result.values["nodes"] if one["replaced"]]
    assert sorted(kept["drains"]) == sorted(took)
    booted = [round(one["seconds"]) for one in run.result.values["new_nodes"]]
    assert sorted(set(booted) - set(kept["boots"])) == []
