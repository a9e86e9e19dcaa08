# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the module node_drain on the simulated cluster on the wire."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.integration.drain.drain_wire import (
    WireStage,
    finished,
    until,
)
from ansible_collections.nodeops.rotator.tests.rotation.drain_builders import READY, START, STOP
from ansible_collections.nodeops.rotator.tests.simulation.kube.behavior import Behavior

BRISK = {START: "0.05", READY: "0.05", STOP: "0.1"}
NAME = "nodeops.rotator.node_drain"


@pytest.fixture
def stage(tmp_path: Path) -> WireStage:
    """Return a stage: node n1 with three pods and a daemon, and room on n2."""
    found = WireStage(Behavior(controller_delay=0.01, scheduler_delay=0.01, pdb_lag=0.05), tmp_path)
    found.node("n1", labels={"pool": "blue"})
    found.deployment("cart", 3, annotations=BRISK)
    found.daemonset("agent")
    found.node("n2")
    return found


def cordoned(stage: WireStage) -> bool:
    with stage.lock:
        return bool(stage.found("nodes", "n1")["spec"].get("unschedulable"))


def only(answer: dict[str, Any]) -> dict[str, Any]:
    """Return the only node of a result."""
    (node,) = answer["nodes"]
    return dict(node)


def test_a_second_drain_changes_nothing_and_uncordon_undoes_the_cordon(stage: WireStage) -> None:
    with stage.serving():
        first = stage.module(nodes=["n1", "ghost"])
        again = stage.module(node_selector="pool=blue")
        back = stage.module(nodes=["n1"], state="uncordoned")
        same = stage.module(nodes=["n1"], state="uncordoned")
    assert (first["changed"], again["changed"], back["changed"], same["changed"]) == (
        True,
        False,
        True,
        False,
    )
    node, ghost = first["nodes"]
    assert (node["state"], node["cordoned_before"], node["cordoned"]) == ("drained", False, True)
    assert (ghost["state"], ghost["changed"]) == ("absent", False)
    assert sorted(pod["state"] for pod in node["pods"]) == ["evicted"] * 3 + ["left"]
    assert first["diff"] == {"before": "n1: schedulable\n", "after": "n1: unschedulable\n"}
    assert [event["phase"] for event in first["events"]][-1] == "drained"
    assert only(back)["state"] == "uncordoned"


def test_a_failure_names_the_pods_and_restores_the_cordon(stage: WireStage) -> None:
    stage.budget("cart", maxUnavailable=0)
    with stage.serving():
        answer = stage.module(nodes=["n1"], timeout=2)
        assert not cordoned(stage)
    assert answer["failed"]
    assert answer["error_type"] == "OverdueError"
    assert "Node n1 is not drained: 3 pods are still there after 2 s" in answer["msg"]
    assert "blocked by PDB default/cart: 3 healthy, 3 needed" in answer["msg"]
    assert "\n" not in answer["msg"]
    assert only(answer)["blocked_by"] == ["default/cart"]
    assert "exception" not in answer


def test_check_mode_changes_nothing(stage: WireStage) -> None:
    stage.budget("cart", maxUnavailable=0)
    with stage.serving():
        answer = stage.module(nodes=["n1"], check=True)
        assert not cordoned(stage)
        assert len(stage.names_on("n1")) == 4
    assert answer["changed"]
    assert not answer.get("failed")
    assert [pod["state"] for pod in only(answer)["pods"] if pod["namespace"] == "default"] == [
        "blocked"
    ] * 3
    assert only(answer)["blocked_by"] == ["default/cart"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_uncordons_a_node_that_lost_no_pod(stage: WireStage, number: int) -> None:
    stage.budget("cart", maxUnavailable=0)
    with stage.serving():
        process = stage.start_module(NAME, nodes=["n1"])
        until(lambda: cordoned(stage) and stage.calls("watch poddisruptionbudgets"))
        process.send_signal(number)
        answer = finished(process)
        assert not cordoned(stage)
    assert answer["failed"]
    assert "Stopped by signal" in answer["msg"]


def test_a_killed_drain_completes_when_run_again(stage: WireStage) -> None:
    stage.budget("cart", maxUnavailable=1)
    with stage.serving():
        process = stage.start_module(NAME, nodes=["n1"])
        until(lambda: stage.calls("create pods/eviction"))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        answer = stage.module(nodes=["n1"])
    assert only(answer)["state"] == "drained"
    assert [name[:5] for name in stage.names_on("n1")] == ["agent"]
    assert stage.calls("create pods/eviction") == 3


def test_a_killed_drain_that_fails_when_run_again_is_uncordoned(stage: WireStage) -> None:
    """The cordon of the killed run does not count as the state before."""
    stage.budget("cart", maxUnavailable=0)
    with stage.serving():
        process = stage.start_module(NAME, nodes=["n1"])
        until(lambda: cordoned(stage) and stage.calls("watch poddisruptionbudgets"))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert cordoned(stage)
        answer = stage.module(nodes=["n1"], timeout=2)
        assert not cordoned(stage)
    assert answer["failed"]
    assert (only(answer)["cordoned_before"], only(answer)["cordoned"], answer["changed"]) == (
        True,
        False,
        True,
    )


def test_a_refused_node_is_never_reported_as_draining(stage: WireStage) -> None:
    stage.pod("bare", "n1")
    with stage.serving():
        answer = stage.module(nodes=["n1"])
    assert [event["phase"] for event in answer["events"]] == ["cordoned", "failed", "uncordoned"]


def test_a_missing_permission_fails_in_one_line(stage: WireStage) -> None:
    stage.cluster.denied.append(("*", "create pods/eviction"))
    with stage.serving():
        answer = stage.module(nodes=["n1"], retry=1, constants={"ACCESS_GRACE": 1.0})
    assert answer["failed"]
    assert "Cannot evict pod default/cart-" in answer["msg"]
    assert "Allow it in the caller's RBAC role" in answer["msg"]


def test_an_unknown_token_fails_in_one_line(stage: WireStage) -> None:
    stage.cluster.tokens = {"somebody-else-with-a-long-token": "joe"}
    with stage.serving():
        answer = stage.module(nodes=["n1"])
    assert answer["failed"]
    assert answer["error_type"] == "CredentialsError"


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"nodes": ["n1"], "node_selector": "a=b"}, "mutually exclusive"),
        ({}, "one of the following is required"),
        ({"nodes": [""]}, "empty name"),
        ({"node_selector": "a=b=c"}, "a=b=c"),
        ({"nodes": ["n1"], "max_parallel": 0}, "max_parallel"),
        ({"nodes": ["n1"], "request_rate": 0}, "request_rate"),
        ({"nodes": ["n1"], "grace_period": 1000}, "grace_period"),
    ],
)
def test_invalid_options_are_refused_before_any_request(
    stage: WireStage, options: dict[str, Any], word: str
) -> None:
    with stage.serving():
        answer = stage.module(**options)
    assert answer["failed"]
    assert word in answer["msg"]
    assert stage.asked == 0
