# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that is told to end leaves its closing words in the record.

The next run finds them there.
"""

from __future__ import annotations

import json

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import PREFIX
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.closing import HEADING
from ansible_collections.nodeops.rotator.tests.simulation.builders import BLUE, CLEAN, due, traces
from ansible_collections.nodeops.rotator.tests.simulation.kube.behavior import Behavior
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run, prepare, rotate
from ansible_collections.nodeops.rotator.tests.simulation.world import World

AGAIN = "ansible-playbook nodeops.rotator.rotate_eks --limit blue"


def stopped(at: float, **options: object) -> tuple[World, Run]:
    """Stop a rotation at this moment."""
    world = due(size=3, replicas=6)
    run = prepare(world, BLUE, "r1", soak=20, again=AGAIN, **options)
    run.inbox.stop_at(at, "signal SIGINT")
    assert run().status == "stopped"
    return world, run


def told(run: Run, phase: str) -> list[str]:
    """Return the texts of this phase."""
    return [event.text for _at, event in run.events if event.phase == phase]


def recorded(world: World) -> list[str]:
    """Return the closing words in the record."""
    (lease,) = world.cluster.objects("leases", "kube-system")
    found = json.loads(lease["metadata"]["annotations"]["nodeops.rotator/journal"])
    words = found.get("closing", [])
    assert isinstance(words, list)
    return words


@pytest.mark.parametrize("at", [95, 200, 320])
def test_the_closing_table_and_what_to_type_are_in_the_record_and_the_event_log(at: float) -> None:
    world, run = stopped(at)
    lines = told(run, "closing")
    assert recorded(world) == lines
    assert lines[0] == "Run r1 was stopped by signal SIGINT"
    assert lines[1].startswith("NODE GROUP  NODES REPLACED")
    done = run.result.values["replaced"] if run.result else -1
    assert lines[2].startswith(f"{BLUE}   {done} of 3 ")
    assert "STOPPED, run again" in lines[2]
    assert lines[-2] == f"To resume: {AGAIN}"
    assert "rotate_state=restored" in lines[-1]
    assert not any("Lease" in line for line in lines), "it is given up"


@pytest.mark.parametrize("options", [{}, {"restore_only": True}, {"plan_only": True}])
def test_the_next_run_shows_them_first(options: dict[str, bool]) -> None:
    world, run = stopped(200)
    following = rotate(world, BLUE, run_id="r2", soak=20, **options)
    words = [HEADING, *told(run, "closing")]
    assert [event.text for _at, event in following.events][: len(words)] == words
    assert following.phases().count("earlier") == len(words)


@pytest.mark.parametrize(("at", "restore_only"), [(1, True), (1, False), (95, False), (200, False)])
def test_a_run_that_follows_at_once_restores_what_reads_do_not_show_yet(
    at: float, restore_only: bool
) -> None:
    world = due(size=3, replicas=6)
    world.behave(aws={"describe_lag": 19.0})
    run = prepare(world, BLUE, "r1", soak=20)
    run.inbox.stop_at(world.kernel.now + at, "signal SIGTERM")
    assert run().status == "stopped"
    following = rotate(world, BLUE, run_id="r2", soak=20, restore_only=restore_only)
    assert following.result is not None
    assert following.result.status == ("restored" if restore_only else "complete")
    assert following.result.values["not_restored"] == []
    assert traces(world) == CLEAN


def test_a_run_that_comes_to_its_end_leaves_none() -> None:
    world, _run = stopped(200)
    following = rotate(world, BLUE, run_id="r2", soak=20)
    assert following.result is not None
    assert following.result.status == "complete"
    assert recorded(world) == []
    assert traces(world) == CLEAN
    assert rotate(world, BLUE, run_id="r3").phases() == []


def test_words_are_recorded_in_good_time_even_if_nodes_cannot_be_restored() -> None:
    world = due(size=3, replicas=6)
    run = prepare(world, BLUE, "r1", soak=20)
    run.inbox.stop_at(150)
    world.kernel.after(
        149 - world.kernel.now, lambda: world.cluster.denied.append(("*", "patch nodes"))
    )
    assert run().status == "stopped"
    assert recorded(world) == told(run, "closing") != []


def last_end(world: World) -> float:
    """Rotate, and return the moment of the last termination."""
    run = rotate(world, BLUE, max_surge="1")
    return max(at for at, event in run.events if event.phase == "terminated")


@pytest.mark.parametrize("restore_only", [False, True])
def test_a_node_that_outlives_its_instance_until_the_next_run_is_removed_by_that_one(
    restore_only: bool,
) -> None:
    """The instance has left the group by then.

    Its Node carries our marks and is deleted late.
    """
    slow = Behavior(node_monitor_grace=900.0)
    at = last_end(due(size=3, replicas=6, kube=slow)) + 1
    world = due(size=3, replicas=6, kube=slow)
    run = prepare(world, BLUE, "r1", max_surge="1")
    run.inbox.stop_at(at)
    assert run().status == "stopped"
    world.kernel.advance(world.kernel.now + 120)
    following = rotate(world, BLUE, run_id="r2", max_surge="1", restore_only=restore_only)
    assert following.result is not None
    assert following.result.error is None
    marked = [
        node["metadata"]["name"]
        for node in world.cluster.objects("nodes")
        if any(key.startswith(PREFIX) for key in node["metadata"].get("annotations") or {})
    ]
    assert marked == []
    assert traces(world) == CLEAN
    assert world.judge.breaches == []
