# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run kubectl drain and node_drain on twin nodes of a real cluster."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.contract.drain.twins import (
    CASES,
    FIRM,
    NODE,
    Furnisher,
    Outcome,
    told_by_kubectl,
    told_by_module,
    workloads,
)
from ansible_collections.nodeops.rotator.tests.realcluster.stage import RealStage
from ansible_collections.nodeops.rotator.tests.realcluster.tools import kubectl, module

Answer = tuple[bool, frozenset[str]]


def twin(make: Callable[[], RealStage], furnish: Callable[[Furnisher], None]) -> RealStage:
    """Return a stage with every pod on its first node, and room on a second."""
    stage = make()
    stage.node(NODE)
    furnish(stage)
    stage.node("n2")
    return stage


def on_node(stage: RealStage) -> dict[str, int]:
    """Return how many pods of each workload the node has."""
    return workloads(pod["metadata"]["name"] for pod in stage.on(NODE))


def drained(stage: RealStage, tool: Callable[[RealStage], Answer]) -> Outcome:
    """Let a tool drain the node; return what it requested, by the audit log.

    kubectl evicts again what is terminating already and node_drain only waits for it, which is the
    same to the pod, so that does not count.
    """
    pods = [pod["metadata"] for pod in stage.on(NODE)]
    going = {pod["name"] for pod in pods if pod.get("deletionTimestamp")}
    good, refused = tool(stage)
    evicted, deleted = set[str](), set[str]()
    for entry in stage.requests():
        what = entry["objectRef"]
        if what["resource"] == "pods" and what.get("name", "") not in going:
            if what.get("subresource") == "eviction":
                evicted.add(what["name"])
            elif entry["verb"] == "delete":
                deleted.add(what["name"])
    cordoned = bool(stage.found_node(NODE)["spec"].get("unschedulable"))
    left = (pod["metadata"]["name"] for pod in stage.on(NODE))
    return Outcome.of(good, cordoned, evicted, deleted, left, refused)


def by_kubectl(flags: list[str], home: Path) -> Callable[[RealStage], Answer]:
    def drain(stage: RealStage) -> Answer:
        done = kubectl(stage.reach, home, "drain", stage.names[NODE], *flags)
        return done.returncode == 0, told_by_kubectl(done.stderr)

    return drain


def by_module(options: dict[str, Any], home: Path) -> Callable[[RealStage], Answer]:
    def drain(stage: RealStage) -> Answer:
        answer = module(stage.reach, home, nodes=[stage.names[NODE]], **FIRM | options)
        return not answer.get("failed"), told_by_module(answer)

    return drain


@pytest.mark.parametrize(
    ("furnish", "flags", "options"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_kubectl_and_node_drain_do_the_same(
    new_stage: Callable[[], RealStage],
    furnish: Callable[[Furnisher], None],
    flags: list[str],
    options: dict[str, Any],
    tmp_path: Path,
) -> None:
    with ThreadPoolExecutor(2) as pool:
        theirs, ours = pool.map(lambda _: twin(new_stage, furnish), range(2))
        assert on_node(theirs) == on_node(ours), "twins"
        expected = pool.submit(drained, theirs, by_kubectl(flags, tmp_path))
        found = pool.submit(drained, ours, by_module(options, tmp_path))
    assert found.result() == expected.result()
