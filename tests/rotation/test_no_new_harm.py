# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of a run that has failed does no new harm."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import DrainPolicy
from ansible_collections.nodeops.rotator.tests.simulation.builders import (
    BLUE,
    CLEAN,
    all_current,
    due,
    images,
    sizes,
    traces,
)
from ansible_collections.nodeops.rotator.tests.simulation.kube.objects import is_ready
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run, prepare, rotate
from ansible_collections.nodeops.rotator.tests.simulation.scenarios.eks import point_to
from ansible_collections.nodeops.rotator.tests.simulation.world import NEVER_JOINS, World

STOP = "world.nodeops/stop-seconds"
LIMITS = DrainPolicy(timeout=300, pdb_timeout=120)


def stick(world: World, node: str) -> dict[str, Any]:
    """A pod on the node that never ends."""
    pods = world.cluster.pods_on(node)
    pod = next(one for one in pods if one["metadata"]["namespace"] == "shop")
    world.cluster.change("pods", pod, {"metadata": {"annotations": {STOP: "never"}}})
    return pod


def evictions_from(world: World) -> list[tuple[float, str]]:
    """When a pod is evicted from which node, from now on."""
    seen: list[tuple[float, str]] = []

    def note(call: Any) -> None:
        if call.operation == "create pods/eviction":
            pod = world.cluster.object("pods", call.params["name"], call.params["namespace"])
            seen.append((world.kernel.now, pod["spec"]["nodeName"] if pod else ""))

    world.gate.judges.append(note)
    return seen


def settled_at(run: Run) -> float:
    return next(at for at, event in run.events if event.phase == "settle")


def test_after_a_drain_that_failed_the_pods_that_moved_are_not_moved_again() -> None:
    world = due()
    stuck = [stick(world, node["metadata"]["name"]) for node in world.judge.nodes(BLUE)]
    seen = evictions_from(world)
    run = rotate(world, BLUE, drain=LIMITS)
    assert run.result is not None
    assert run.result.status == "failed"
    assert "longer than its grace" in str(run.result.error)
    assert seen
    assert all(at <= settled_at(run) for at, _node in seen)
    assert sizes(world) == (5, 5, 5)
    assert world.judge.breaches == []
    assert any("1 above its base of 4" in line for line in run.result.values["not_restored"])
    assert "cordoned" not in {k for k, v in traces(world).items() if v}

    for pod in stuck:
        world.cluster.delete("pods", pod, 0)
    again = rotate(world, BLUE, run_id="r2", drain=LIMITS)
    assert again.result is not None, again.story()[-5:]
    assert again.result.status == "complete", again.story()[-5:]
    assert all_current(world)
    assert sizes(world) == (4, 4, 4)
    assert traces(world) == CLEAN


def test_an_empty_new_node_goes_also_after_a_drain_that_failed() -> None:
    world = due(max_unavailable=0)
    run = rotate(world, BLUE, drain=LIMITS)
    assert run.result is not None
    assert run.result.status == "failed"
    assert sizes(world) == (4, 4, 4)
    assert traces(world) == CLEAN
    assert images(world) == [world.facts["old_image"]] * 4


def test_a_run_that_settles_waits_for_the_node_on_its_way() -> None:
    """It took an old node, so the group would be one node short for a while."""
    world = due()
    world.ready = (400.0, 400.0)  # the template is looked at every five minutes
    world.judge.rules[BLUE].unavailable = 1
    run = prepare(world, BLUE, max_surge="0", max_unavailable="1", canary=0)

    def move() -> None:
        if "launched" in run.phases():
            point_to(world, BLUE, world.facts["old_image"])
        else:
            world.kernel.after(1, move)

    world.kernel.after(1, move)
    run()
    assert run.result is not None
    assert run.result.status == "failed"
    assert "moved from" in str(run.result.error)
    assert sizes(world) == (4, 4, 4)
    assert traces(world) == CLEAN
    assert world.judge.breaches == []
    assert sum(is_ready(node) for node in world.judge.nodes(BLUE)) == 4
    assert run.phases().index("settle") < run.phases().index("ready")


def test_a_node_that_does_not_come_while_a_run_settles_is_named() -> None:
    world = due()
    world.judge.rules[BLUE].unavailable = 1
    run = prepare(world, BLUE, max_surge="0", max_unavailable="1", canary=0, boot_timeout=600)
    world.bad_images[world.facts["new_image"]] = NEVER_JOINS

    def move() -> None:
        if "launched" in run.phases():
            point_to(world, BLUE, world.facts["old_image"])
        else:
            world.kernel.after(1, move)

    world.kernel.after(1, move)
    run()
    assert run.result is not None
    assert run.result.status == "failed"
    (sentence,) = run.result.values["not_restored"]
    assert "is not ready: it waits for its node to join the cluster" in sentence


@pytest.mark.parametrize("restore", [False, True])
def test_the_closing_sentence_counts_what_is_current(restore: bool) -> None:
    world = due()
    run = prepare(world, BLUE, kill_at_command=60)
    with pytest.raises(Exception, match="command 60"):
        run()
    second = rotate(world, BLUE, run_id="r2", restore_only=restore)
    assert second.result is not None
    current = images(world).count(world.facts["new_image"])
    launched = sizes(world)[0]
    assert (current < launched) is restore
    closing = [line for line in second.story() if " done " in line][-1]
    assert (f"{current} nodes on the target" in closing) is not restore
    assert restore or current == launched
