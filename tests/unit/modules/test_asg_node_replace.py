# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""asg_node_replace from stdin to stdout: a whole rotation on virtual time."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.builders import (
    BLUE,
    CLEAN,
    images,
    sizes,
    traces,
)
from ansible_collections.nodeops.rotator.tests.simulation.world import World
from ansible_collections.nodeops.rotator.tests.unit.modules.running import Runner

OPTIONS: dict[str, Any] = {"autoscaling_group_name": BLUE, "soak": 5}


def test_a_group_is_rotated_and_the_result_says_how(run: Runner, world: World) -> None:
    outcome = run("asg_node_replace", diff=True, **OPTIONS)
    assert outcome.code == 0, outcome.result
    result = outcome.result
    assert (result["status"], result["changed"]) == ("complete", True)
    assert (result["replaced"], result["outdated"], result["canary"]) == (4, 0, "passed")
    assert result["not_restored"] == []
    assert (result["events"][0]["phase"], result["events"][-1]["phase"]) == ("start", "done")
    assert images(world) == [world.facts["new_image"]] * 4
    assert (sizes(world), traces(world)) == ((4, 4, 4), CLEAN)
    assert result["diff"]["after"].count(f"replaced by {world.facts['new_image']}") == 4


def test_a_second_run_changes_nothing(run: Runner, world: World) -> None:
    run("asg_node_replace", **OPTIONS)
    run.calls.clear()
    result = run("asg_node_replace", **OPTIONS).result
    assert (result["status"], result["changed"]) == ("unchanged", False)
    assert run.writes() == []


def test_check_mode_tells_what_would_be_done_and_touches_nothing(run: Runner, world: World) -> None:
    outcome = run("asg_node_replace", check=True, diff=True, **OPTIONS)
    assert outcome.code == 0
    result = outcome.result
    assert (result["status"], result["changed"]) == ("planned", True)
    assert {node["phase"] for node in result["nodes"]} == {"outdated"}
    assert run.writes() == []
    assert images(world) == [world.facts["old_image"]] * 4


def test_a_failure_returns_the_whole_result(run: Runner, world: World) -> None:
    world.cluster.create(
        "pods",
        {
            "metadata": {"name": "bare", "namespace": "shop"},
            "spec": {
                "nodeName": world.judge.nodes(BLUE)[0]["metadata"]["name"],
                "containers": [{"name": "main", "image": "pause"}],
            },
        },
    )
    world.cluster.settle()
    outcome = run("asg_node_replace", **{**OPTIONS, "canary": 0})
    assert "shop/bare: has no controller" in outcome.message
    result = outcome.result
    assert (result["status"], result["changed"]) == ("failed", True)
    assert result["error_type"] == "FailedError"
    assert traces(world) == CLEAN


@pytest.mark.parametrize(
    ("options", "words"),
    [
        pytest.param(
            {"autoscaling_group_name": "demo-bleu"},
            "There is no Auto Scaling group demo-bleu",
            id="a group that is not there",
        ),
        pytest.param({"autoscaling_group_name": ""}, "autoscaling_group_name is empty", id="none"),
        pytest.param({"max_surge": "many"}, "max_surge is 'many'", id="no number"),
        pytest.param({"max_surge": "0", "max_unavailable": "0"}, "both 0", id="no window"),
        pytest.param({"soak": -1}, "soak is -1", id="a negative duration"),
        pytest.param({"boot_timeout": 0}, "boot_timeout is 0", id="no time at all"),
        pytest.param({"drain_retry": 0}, "retry is 0", id="an option of the drain"),
        pytest.param({"drain_pod_selector": "a b"}, "'a b'", id="no selector"),
        pytest.param({"request_rate": 0}, "request_rate", id="no requests"),
        pytest.param({"on_failure": "explode"}, "on_failure must be one of", id="no choice"),
        pytest.param({"group": "x", "nodes": ["y"]}, "Unsupported parameters", id="no such option"),
        pytest.param({"cluster_name": "other"}, "belongs to cluster", id="another cluster"),
    ],
)
def test_bad_input_is_told_in_one_line_and_touches_nothing(
    run: Runner, world: World, options: dict[str, Any], words: str
) -> None:
    outcome = run("asg_node_replace", **{**OPTIONS, **options})
    assert words in outcome.message
    assert run.writes() == []


def test_a_group_has_to_be_named(run: Runner, world: World) -> None:
    assert "missing required arguments: autoscaling_group_name" in run("asg_node_replace").message


def test_events_are_written_for_the_action_plugin_while_it_runs(
    run: Runner, world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    progress = tmp_path / "progress"
    progress.write_text("")
    monkeypatch.setenv("NODEOPS_ROTATOR_PROGRESS_FILE", str(progress))
    result = run("asg_node_replace", **OPTIONS).result
    first, *records, last = map(json.loads, progress.read_text().splitlines())
    assert first["time_to_stop"] == 20
    assert last == {"ended": True}
    assert [record["text"] for record in records] == [event["text"] for event in result["events"]]
