# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""node_group_info from stdin to stdout."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.builders import BLUE
from ansible_collections.nodeops.rotator.tests.simulation.world import World
from ansible_collections.nodeops.rotator.tests.unit.modules.running import Runner

NAMED: dict[str, Any] = {"autoscaling_group_name": BLUE}


@pytest.mark.parametrize("check", [False, True])
def test_the_group_is_described(run: Runner, world: World, check: bool) -> None:
    outcome = run("node_group_info", check=check, **NAMED)
    assert outcome.code == 0, outcome.result
    result = outcome.result
    assert (result["changed"], result["kind"], result["outdated"]) == (False, "self_managed", 4)
    assert result["sizes"] == {"desired": 4, "min": 1, "max": 4, "launched": 4}
    assert result["target"]["image_id"] == world.facts["new_image"]
    assert {node["ready"] for node in result["nodes"]} == {True}
    assert (result["refusals"], result["blockers"]) == ([], [])
    assert run.writes() == []


def test_what_a_rotation_would_leave_behind_is_a_problem(run: Runner, world: World) -> None:
    before = run("node_group_info", **NAMED).result
    assert any("4 of 4 nodes do not run the target" in one for one in before["problems"])
    run("asg_node_replace", **NAMED, soak=1)
    after = run("node_group_info", **NAMED, before=before["snapshot"]).result
    assert (after["problems"], after["outdated"]) == ([], 0)


def test_a_planned_image_is_judged_by(run: Runner, world: World) -> None:
    run("asg_node_replace", **NAMED, soak=1)
    planned = run("node_group_info", **NAMED, image_id="ami-0123456789abcdef0").result
    assert planned["outdated"] == 4
    assert "ami-0123456789abcdef0 is planned" in planned["nodes"][0]["outdated"]


def test_what_a_drain_would_refuse_is_a_blocker_unless_allowed(run: Runner, world: World) -> None:
    name = world.judge.nodes(BLUE)[0]["metadata"]["name"]
    spec = {"nodeName": name, "containers": [{"name": "main", "image": "pause"}]}
    world.cluster.create("pods", {"metadata": {"name": "bare", "namespace": "shop"}, "spec": spec})
    world.cluster.settle()
    assert "shop/bare" in str(run("node_group_info", **NAMED).result["blockers"])
    assert run("node_group_info", **NAMED, drain_force=True).result["blockers"] == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        pytest.param({}, "missing required arguments: autoscaling_group_name", id="no name"),
        pytest.param(
            {"autoscaling_group_name": ""}, "autoscaling_group_name is empty", id="an empty name"
        ),
        pytest.param(
            {"autoscaling_group_name": "demo-bleu"},
            "There is no Auto Scaling group",
            id="not there",
        ),
        pytest.param({**NAMED, "before": "x"}, "before", id="no dictionary"),
        pytest.param({**NAMED, "max_node_age": "old"}, "max_node_age", id="no number"),
    ],
)
def test_bad_input_is_told_in_one_line(
    run: Runner, world: World, options: dict[str, Any], words: str
) -> None:
    assert words in run("node_group_info", **options).message
    assert run.writes() == []
