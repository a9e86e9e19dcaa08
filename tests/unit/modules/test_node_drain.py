# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""node_drain from stdin to stdout, on virtual time."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.builders import BLUE
from ansible_collections.nodeops.rotator.tests.simulation.world import World
from ansible_collections.nodeops.rotator.tests.unit.modules.running import Runner


@pytest.fixture
def node(world: World) -> str:
    """Return the name of a node with pods."""
    return next(
        name
        for found in world.judge.nodes(BLUE)
        if pods(world, name := str(found["metadata"]["name"]))
    )


def pods(world: World, node: str) -> list[str]:
    """Return the pods of the shop on a node."""
    found = world.cluster.pods_on(node)
    return sorted(
        pod["metadata"]["name"] for pod in found if pod["metadata"]["namespace"] == "shop"
    )


def cordoned(world: World, node: str) -> bool:
    """Return whether a node is cordoned, in truth."""
    found = world.cluster.object("nodes", node)
    assert found is not None
    return bool(found["spec"].get("unschedulable"))


def test_a_node_is_drained_and_each_pod_is_told_of(run: Runner, world: World, node: str) -> None:
    there = pods(world, node)
    outcome = run("node_drain", diff=True, nodes=[node])
    assert outcome.code == 0, outcome.result
    (told,) = outcome.result["nodes"]
    assert (told["state"], told["changed"], told["cordoned"]) == ("drained", True, True)
    evicted = [pod["name"] for pod in told["pods"] if pod["state"] == "evicted"]
    assert sorted(evicted) == there
    assert pods(world, node) == []
    assert outcome.result["diff"] == {
        "before": f"{node}: schedulable\n",
        "after": f"{node}: unschedulable\n",
    }
    assert outcome.result["events"][-1]["phase"] == "drained"


def test_a_second_drain_changes_nothing(run: Runner, world: World, node: str) -> None:
    run("node_drain", nodes=[node])
    run.calls.clear()
    result = run("node_drain", nodes=[node]).result
    assert (result["changed"], result["nodes"][0]["state"]) == (False, "drained")
    assert run.writes() == []


def test_check_mode_asks_the_server_and_touches_nothing(
    run: Runner, world: World, node: str
) -> None:
    there = pods(world, node)
    outcome = run("node_drain", check=True, nodes=[node])
    assert outcome.code == 0
    (told,) = outcome.result["nodes"]
    assert (told["state"], told["changed"]) == ("drained", True)
    assert (pods(world, node), cordoned(world, node)) == (there, False)
    assert all("eviction" in call for call in run.writes()), "dry runs only"


@pytest.mark.parametrize(
    ("state", "before", "changed"),
    [
        ("cordoned", False, True),
        ("cordoned", True, False),
        ("uncordoned", True, True),
        ("uncordoned", False, False),
    ],
)
def test_a_cordon_alone(
    run: Runner, world: World, node: str, state: str, before: bool, changed: bool
) -> None:
    if before:
        run("node_drain", nodes=[node], state="cordoned")
    outcome = run("node_drain", nodes=[node], state=state)
    assert (outcome.code, outcome.result["changed"]) == (0, changed)
    assert cordoned(world, node) is (state == "cordoned")
    assert len(pods(world, node)) > 0


def test_what_cannot_be_drained_is_named_and_uncordoned(
    run: Runner, world: World, node: str
) -> None:
    spec = {"nodeName": node, "containers": [{"name": "main", "image": "pause"}]}
    world.cluster.create("pods", {"metadata": {"name": "bare", "namespace": "shop"}, "spec": spec})
    world.cluster.settle()
    outcome = run("node_drain", nodes=[node])
    assert outcome.message == (
        f"Not drained: {node}. shop/bare: has no controller and nothing will replace it; set force"
        " to lose it"
    )
    (told,) = outcome.result["nodes"]
    assert (told["state"], told["cordoned"]) == ("failed", False)
    assert cordoned(world, node) is False


def test_a_node_that_does_not_exist_is_told_as_absent(run: Runner, world: World) -> None:
    result = run("node_drain", nodes=["ghost"]).result
    assert result["changed"] is False
    assert [told["state"] for told in result["nodes"]] == ["absent"]


def test_nodes_are_found_by_label(run: Runner, world: World) -> None:
    label = "kubernetes.io/os=linux"
    result = run("node_drain", check=True, node_selector=label).result
    assert len(result["nodes"]) == len(list(world.cluster.objects("nodes")))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        pytest.param({}, "one of the following is required: nodes, node_selector", id="none"),
        pytest.param({"nodes": ["a"], "node_selector": "b"}, "mutually exclusive", id="both"),
        pytest.param({"nodes": [""]}, "nodes has an empty name", id="an empty name"),
        pytest.param({"node_selector": "a b"}, "'a b'", id="no selector"),
        pytest.param({"nodes": ["a"], "max_parallel": 0}, "max_parallel is 0", id="none at a time"),
        pytest.param({"nodes": ["a"], "retry": 0}, "retry is 0", id="no pause"),
        pytest.param({"nodes": ["a"], "timeout": -1}, "timeout is -1", id="a negative time"),
        pytest.param(
            {"nodes": ["a"], "grace_period": 901}, "longer than timeout", id="a grace too long"
        ),
        pytest.param({"nodes": ["a"], "state": "gone"}, "state must be one of", id="no choice"),
        pytest.param({"nodes": ["a"], "request_burst": 0}, "request_burst", id="no requests"),
        pytest.param(
            {"nodes": ["a"], "pdb_overrides": [{"action": "wait"}]}, "selector", id="no override"
        ),
    ],
)
def test_bad_input_is_told_in_one_line_and_touches_nothing(
    run: Runner, world: World, options: dict[str, Any], words: str
) -> None:
    assert words in run("node_drain", **options).message
    assert run.writes() == []
