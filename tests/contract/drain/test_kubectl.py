# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run kubectl drain and node_drain on twin worlds and compare the outcome.

Pods and exit status are compared. The worlds are equal, down to the names of the pods.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
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
)
from ansible_collections.nodeops.rotator.tests.integration.drain.drain_wire import WireStage
from ansible_collections.nodeops.rotator.tests.simulation.gate import Call
from ansible_collections.nodeops.rotator.tests.simulation.kube.behavior import Behavior

MANNERS = Behavior(controller_delay=0.01, scheduler_delay=0.01, pdb_lag=0.05)

pytestmark = pytest.mark.skipif(
    not (Path(sys.executable).with_name("kubectl").exists() or shutil.which("kubectl")),
    reason="there is no kubectl here",
)


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def world(build: Callable[[Furnisher], None], folder: Path) -> WireStage:
    folder.mkdir()
    stage = WireStage(MANNERS, folder)
    stage.node(NODE)
    build(stage)
    stage.node("n2")
    return stage


def watched(
    stage: WireStage, act: Callable[[], tuple[bool, frozenset[str]]], going: set[str]
) -> Outcome:
    """Run a tool on the world; return what it requested, as counted at the gate.

    `going`: pods that are terminating already. kubectl evicts them again and node_drain only waits
    for them, which is the same to the pod.
    """
    evicted, deleted = set[str](), set[str]()

    def note(call: Call) -> None:
        if call.operation == "create pods/eviction":
            evicted.add(call.params["name"])
        elif call.operation == "delete pods":
            deleted.add(call.params["name"])

    stage.gate.judges.append(note)
    with stage.serving():
        good, refused = act()
    evicted, deleted = evicted - going, deleted - going
    cordoned = bool(stage.found("nodes", NODE)["spec"].get("unschedulable"))
    return Outcome.of(good, cordoned, evicted, deleted, stage.names_on(NODE), refused)


def by_kubectl(stage: WireStage, flags: list[str]) -> tuple[bool, frozenset[str]]:
    done = stage.kubectl("drain", NODE, *flags)
    return done.returncode == 0, told_by_kubectl(done.stderr)


def by_module(stage: WireStage, options: dict[str, Any]) -> tuple[bool, frozenset[str]]:
    answer = stage.module(nodes=[NODE], **FIRM | options)
    return not answer.get("failed"), told_by_module(answer)


@pytest.mark.parametrize(
    ("build", "flags", "options"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_kubectl_and_node_drain_do_the_same(
    build: Callable[[Furnisher], None], flags: list[str], options: dict[str, Any], folder: Path
) -> None:
    theirs, ours = world(build, folder / "theirs"), world(build, folder / "ours")
    assert theirs.names_on(NODE) == ours.names_on(NODE), "twins"
    going = {
        pod["metadata"]["name"]
        for pod in ours.cluster.pods_on(NODE)
        if pod["metadata"].get("deletionTimestamp")
    }
    with ThreadPoolExecutor() as pool:
        kubectl = pool.submit(watched, theirs, lambda: by_kubectl(theirs, flags), going)
        module = pool.submit(watched, ours, lambda: by_module(ours, options), going)
    assert module.result() == kubectl.result()
