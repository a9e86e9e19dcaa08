# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a new node needs besides Ready, as the options say, in whole rotations."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.builders import BLUE, CLEAN, due, traces
from ansible_collections.nodeops.rotator.tests.simulation.kube import build as kube
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run, rotate
from ansible_collections.nodeops.rotator.tests.simulation.world import World

LATE = 240.0
"""Seconds after which an agent of a new node is ready."""


def seconds(run: Run) -> list[float]:
    """How long each new node took."""
    assert run.result is not None
    assert run.result.status == "complete", run.story()[-5:]
    return [node["seconds"] for node in run.result.values["new_nodes"]]


def reported(world: World, after: float) -> None:
    """Let an agent report a condition on each new node, so long after it joined."""
    old = {node["metadata"]["uid"] for node in world.cluster.objects("nodes")}
    joined: dict[str, float] = {}

    def report() -> None:
        for node in world.cluster.objects("nodes"):
            uid, conditions = node["metadata"]["uid"], node["status"]["conditions"]
            since = joined.setdefault(uid, world.kernel.now)
            known = uid in old or any(one["type"] == "AgentReady" for one in conditions)
            if not known and world.kernel.now - since >= after:
                more = [*conditions, {"type": "AgentReady", "status": "True"}]
                world.cluster.change("nodes", node, {"status": {"conditions": more}})

    world.kernel.every(5, report)


@pytest.mark.parametrize(
    ("options", "waits"), [({"readiness_gates": ("AgentReady",)}, True), ({}, False)]
)
def test_a_readiness_gate_is_waited_for(options: dict[str, Any], waits: bool) -> None:
    world = due(size=3)
    reported(world, LATE)
    assert all((took >= LATE) is waits for took in seconds(rotate(world, BLUE, **options)))
    assert world.judge.breaches == []
    assert traces(world) == CLEAN


def test_a_condition_that_never_comes_fails_the_canary_and_takes_no_second_node() -> None:
    world = due(size=3)
    run = rotate(world, BLUE, readiness_gates=("AgentReady",), boot_timeout=400)
    assert run.result is not None
    assert run.result.values["canary"] == "failed"
    assert "AgentReady" in str(run.result.error)
    assert run.result.values["replaced"] == 0


@pytest.mark.parametrize(("gate", "waits"), [("wait", True), ("off", False)])
def test_the_pods_of_daemonsets_are_waited_for_unless_the_gate_is_off(
    gate: str, waits: bool
) -> None:
    world = due(size=3)
    slow = {"world.nodeops/ready-seconds": str(int(LATE))}
    kube.daemonset(world.cluster, "kube-system", "slow-agent", annotations=slow)
    world.kernel.advance(world.kernel.now + LATE + 60)
    took = seconds(rotate(world, BLUE, daemonset_gate=gate))
    assert all((one >= LATE) is waits for one in took)
    assert world.judge.breaches == []
