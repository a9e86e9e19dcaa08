# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run replaces the nodes that it is asked for, and says what it leaves."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import Evict
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import DrainPolicy
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RefusedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import SKIP
from ansible_collections.nodeops.rotator.tests.simulation.builders import (
    BLUE,
    CLEAN,
    all_current,
    due,
    images,
    sizes,
    traces,
)
from ansible_collections.nodeops.rotator.tests.simulation.kernel import EPOCH
from ansible_collections.nodeops.rotator.tests.simulation.kube import build as kube
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run, rotate
from ansible_collections.nodeops.rotator.tests.simulation.virtual import Killed
from ansible_collections.nodeops.rotator.tests.simulation.world import World

Raw = dict[str, Any]


def instance_of(node: Raw) -> str:
    """The instance that a node names."""
    return str(node["spec"]["providerID"]).rsplit("/", 1)[-1]


def ended(run: Run) -> set[str]:
    """The instances that a run has replaced."""
    assert run.result is not None
    return {node["instance_id"] for node in run.result.values["nodes"] if node["replaced"]}


def check_rest(world: World, run: Run, replaced: int, left: int) -> None:
    """Some are replaced, the rest is outdated still, and all is as it was before."""
    assert run.result is not None, run.story()[-5:]
    assert run.result.error is None, run.story()[-5:]
    assert run.result.status == "partial"
    assert run.result.values["replaced"] == replaced
    assert len(run.result.values["left_outdated"]) == left == run.result.values["outdated"]
    assert images(world).count(world.facts["old_image"]) == left
    assert sizes(world) == (4, 4, 4)
    assert world.judge.breaches == []


@pytest.mark.parametrize("window", [("1", "0"), ("0", "1"), ("3", "0"), ("100%", "0")])
@pytest.mark.parametrize("seed", (1, 2, 3))
def test_only_the_nodes_that_were_asked_for_go(window: tuple[str, str], seed: int) -> None:
    world = due(seed)
    nodes = world.judge.nodes(BLUE)
    asked = {instance_of(node) for node in (nodes[1], nodes[3])}
    run = rotate(
        world,
        BLUE,
        max_surge=window[0],
        max_unavailable=window[1],
        nodes=(nodes[1]["metadata"]["name"],),
        instances=(instance_of(nodes[3]),),
    )
    check_rest(world, run, replaced=2, left=2)
    assert ended(run) == asked
    assert traces(world) == CLEAN


@pytest.mark.parametrize("surge", ["1", "3", "100%"])
@pytest.mark.parametrize("limit", [1, 2, 3])
def test_a_limit_ends_the_run_in_good_order(surge: str, limit: int) -> None:
    world = due(limit)
    run = rotate(world, BLUE, max_surge=surge, limit=limit)
    check_rest(world, run, replaced=limit, left=4 - limit)
    assert traces(world) == CLEAN
    again = rotate(world, BLUE, run_id="r2", max_surge=surge)
    assert again.result is not None
    assert (again.result.status, again.result.values["replaced"]) == ("complete", 4 - limit)
    assert all_current(world)


def test_a_node_that_people_keep_is_left_and_named() -> None:
    world = due()
    node = world.judge.nodes(BLUE)[0]
    mark = {"metadata": {"annotations": {SKIP: "anna: debugging"}}}
    world.cluster.change("nodes", node, mark)
    run = rotate(world, BLUE)
    check_rest(world, run, replaced=3, left=1)
    name = node["metadata"]["name"]
    said = f"1 outdated node left: {name} (annotation {SKIP}: anna: debugging)"
    assert said in [event.text for _at, event in run.events]
    assert traces(world) == {**CLEAN, "marks": [SKIP]}


def test_a_node_that_is_marked_in_mid_run_is_left_from_then_on() -> None:
    world = due()
    node = world.judge.nodes(BLUE)[3]
    mark = {"metadata": {"annotations": {SKIP: "anna"}}}
    world.kernel.after(20, lambda: world.cluster.change("nodes", node, mark))
    run = rotate(world, BLUE)
    check_rest(world, run, replaced=3, left=1)


def test_cordoned_nodes_are_left_if_asked_and_stay_cordoned() -> None:
    world = due()
    name = world.judge.nodes(BLUE)[2]["metadata"]["name"]
    world.cluster.change("nodes", world.judge.nodes(BLUE)[2], {"spec": {"unschedulable": True}})
    run = rotate(world, BLUE, cordoned_nodes="skip")
    check_rest(world, run, replaced=3, left=1)
    assert traces(world)["cordoned"] == [name]
    again = rotate(world, BLUE, run_id="r2")
    assert again.result is not None
    assert again.result.status == "complete"


def test_a_group_of_which_all_is_left_is_not_touched_and_not_complete() -> None:
    world = due()
    for node in world.judge.nodes(BLUE):
        world.cluster.change("nodes", node, {"metadata": {"annotations": {SKIP: "freeze"}}})
    world.gate.calls.clear()
    run = rotate(world, BLUE)
    check_rest(world, run, replaced=0, left=4)
    assert run.result is not None
    assert not run.result.changed
    assert not any(":Set" in name or ":update" in name for name in world.gate.calls)


def test_a_name_that_no_node_has_is_refused_before_anything_is_touched() -> None:
    world = due()
    run = rotate(world, BLUE, nodes=("ip-10-9-9-9",), instances=("i-0",))
    assert run.result is not None
    assert isinstance(run.result.error, RefusedError)
    assert run.result.status == "refused"
    assert f"{BLUE} has no node ip-10-9-9-9, i-0" in str(run.result.error)


def test_what_an_earlier_run_has_begun_is_finished_whatever_is_asked_for() -> None:
    evictions = [isinstance(one, Evict) for _at, one in rotate(due(), BLUE).inbox.commands]
    world = due()
    with contextlib.suppress(Killed):
        rotate(world, BLUE, kill_at_command=evictions.index(True) + 1)
    other = next(n for n in world.judge.nodes(BLUE) if not n["spec"].get("unschedulable"))
    run = rotate(world, BLUE, run_id="r2", nodes=(other["metadata"]["name"],))
    assert run.result is not None
    assert run.result.values["resumed"]
    check_rest(world, run, replaced=2, left=2)


def test_a_percentage_of_canaries_goes_first() -> None:
    world = due(size=6)
    run = rotate(world, BLUE, max_surge="100%", canary="34%", soak=60)
    passed = next(at for at, event in run.events if event.text == "passed")
    gone = [at for at, event in run.events if event.phase == "cordoned"]
    assert sum(at < passed for at in gone) == 3


@pytest.mark.parametrize("window", [("1", "0"), ("0", "1"), ("2", "0")])
@pytest.mark.parametrize("seed", (1, 2, 3))
def test_a_node_whose_pod_a_budget_holds_is_drained_last(
    window: tuple[str, str], seed: int
) -> None:
    world = due(seed, size=5)
    kube.deployment(world.cluster, "shop", "single", 1)
    kube.pdb(world.cluster, "shop", "single", min_available=1)
    world.kernel.advance(world.kernel.now + 60)
    surge, unavailable = window
    drain = DrainPolicy(timeout=120, pdb_timeout=60, epoch=EPOCH.timestamp())
    run = rotate(world, BLUE, max_surge=surge, max_unavailable=unavailable, drain=drain)
    assert run.result is not None
    assert run.result.status == "failed"
    assert run.result.values["replaced"] == 4, run.story()
    assert "shop/single" in str(run.result.error)
    assert world.judge.breaches == []


@pytest.mark.parametrize("surge", ["1", "3"])
def test_the_node_that_the_run_itself_works_on_is_left_and_named(surge: str) -> None:
    world = due()
    pod = next(
        one for one in world.cluster.objects("pods") if one["metadata"]["namespace"] == "shop"
    )
    node = pod["spec"]["nodeName"]
    run = rotate(world, BLUE, max_surge=surge, addresses=(pod["status"]["podIP"],))
    check_rest(world, run, replaced=3, left=1)
    assert run.result is not None
    (left,) = run.result.values["left_outdated"]
    assert left["name"] == node
    assert world.cluster.object("pods", pod["metadata"]["name"], "shop")["spec"]["nodeName"] == node
