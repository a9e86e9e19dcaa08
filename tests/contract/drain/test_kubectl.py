# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run kubectl drain and node_drain on twin worlds and compare the outcome.

Pods and exit status are compared. The worlds are equal, down to the names of the pods. Each test
states differences that are on purpose.
"""

from __future__ import annotations

import dataclasses
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.integration.drain.drain_wire import WireStage
from ansible_collections.nodeops.rotator.tests.rotation.drain_builders import READY, START, STOP
from ansible_collections.nodeops.rotator.tests.simulation.gate import Call
from ansible_collections.nodeops.rotator.tests.simulation.kube.behavior import Behavior

BRISK = {START: "0.05", READY: "0.05", STOP: "0.1"}
MANNERS = Behavior(controller_delay=0.01, scheduler_delay=0.01, pdb_lag=0.05)
NODE = "n1"

pytestmark = pytest.mark.skipif(
    not (Path(sys.executable).with_name("kubectl").exists() or shutil.which("kubectl")),
    reason="there is no kubectl here",
)


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What a tool did to its world."""

    good: bool
    evicted: frozenset[str]
    deleted: frozenset[str]
    left: frozenset[str]
    refused: frozenset[str]
    cordoned: bool


def replicas(stage: WireStage) -> None:
    stage.deployment("cart", 3, annotations=BRISK)


def budget(stage: WireStage) -> None:
    stage.deployment("cart", 4, annotations=BRISK)
    stage.budget("cart", maxUnavailable=2)


def hopeless(stage: WireStage) -> None:
    stage.deployment("cart", 2, annotations=BRISK)
    stage.deployment("web", 1, annotations=BRISK)
    stage.budget("cart", maxUnavailable=0)


def daemons(stage: WireStage) -> None:
    stage.deployment("cart", 1, annotations=BRISK)
    stage.daemonset("agent")
    stage.pod(
        "static",
        NODE,
        "kube-system",
        annotations={"kubernetes.io/config.mirror": "x"},
        ownerReferences=[owner("Node", NODE)],
    )


def orphan(stage: WireStage) -> None:
    stage.deployment("cart", 1, annotations=BRISK)
    stage.pod("left-behind", NODE, ownerReferences=[owner("DaemonSet", "gone")], annotations=BRISK)


def bare(stage: WireStage) -> None:
    stage.deployment("cart", 1, annotations=BRISK)
    stage.pod("alone", NODE, annotations=BRISK)


def bare_and_finished(stage: WireStage) -> None:
    stage.pod("over", NODE, annotations=BRISK)
    stage.cluster.change(
        "pods", stage.found("pods", "over", "default"), {"status": {"phase": "Succeeded"}}
    )


def scratch(stage: WireStage) -> None:
    stage.deployment("cache", 2, annotations=BRISK, empty_dir=True)
    stage.pod("both", NODE, annotations=BRISK, empty_dir=True)


def ordered(stage: WireStage) -> None:
    template = {
        "metadata": {"labels": {"app": "db"}, "annotations": BRISK},
        "spec": {"containers": [{"name": "db", "image": "x"}]},
    }
    spec = {
        "serviceName": "db",
        "replicas": 2,
        "selector": {"matchLabels": {"app": "db"}},
        "template": template,
    }
    stage.cluster.create(
        "statefulsets", {"metadata": {"name": "db", "namespace": "default"}, "spec": spec}
    )
    stage.cluster.settle()


def going(stage: WireStage) -> None:
    stage.deployment("stuck", 1, annotations={STOP: "never"}, grace=1)
    stage.deployment("cart", 1, annotations=BRISK)
    stuck = next(
        pod for pod in stage.cluster.objects("pods") if pod["metadata"]["labels"]["app"] == "stuck"
    )
    stage.cluster.delete("pods", stuck)


def slow(stage: WireStage) -> None:
    stage.deployment("slow", 1, annotations={**BRISK, STOP: "grace"}, grace=300)


def two_kinds(stage: WireStage) -> None:
    stage.deployment("cart", 2, annotations=BRISK)
    stage.deployment("web", 2, annotations=BRISK)


def owner(kind: str, name: str) -> dict[str, Any]:
    version = "v1" if kind == "Node" else "apps/v1"
    return {
        "apiVersion": version,
        "kind": kind,
        "name": name,
        "uid": f"uid-{name}",
        "controller": True,
    }


FIRM: dict[str, Any] = {
    "ignore_daemonsets": False,
    "leave_cordoned": True,
    "wait_for_volumes": False,
}
"""Options that make node_drain behave as kubectl, which does not ignore DaemonSets by default and
always leaves a node cordoned."""
SOON = {"timeout": 4, "retry": 2}

CASES: list[tuple[str, Callable[[WireStage], None], list[str], dict[str, Any]]] = [
    ("replicas", replicas, [], {}),
    ("budget", budget, [], {}),
    ("budget, deleted past it", hopeless, ["--disable-eviction"], {"disable_eviction": True}),
    ("budget that never admits", hopeless, ["--timeout=4s"], SOON),
    ("daemons", daemons, [], {}),
    ("daemons ignored", daemons, ["--ignore-daemonsets"], {"ignore_daemonsets": True}),
    ("orphan", orphan, ["--ignore-daemonsets"], {"ignore_daemonsets": True}),
    (
        "orphan forced",
        orphan,
        ["--ignore-daemonsets", "--force"],
        {"ignore_daemonsets": True, "force": True},
    ),
    ("bare", bare, [], {}),
    ("bare forced", bare, ["--force"], {"force": True}),
    ("bare and finished", bare_and_finished, [], {}),
    ("local data", scratch, [], {}),
    ("local data, forced only", scratch, ["--force"], {"force": True}),
    (
        "local data, allowed only",
        scratch,
        ["--delete-emptydir-data"],
        {"delete_emptydir_data": True},
    ),
    (
        "local data, both",
        scratch,
        ["--delete-emptydir-data", "--force"],
        {"delete_emptydir_data": True, "force": True},
    ),
    ("stateful", ordered, [], {}),
    ("terminating, waited for", going, ["--timeout=4s"], SOON),
    (
        "terminating, not waited for",
        going,
        ["--skip-wait-for-delete-timeout=1"],
        {"skip_wait_for_delete_timeout": 1},
    ),
    ("grace 0", slow, ["--grace-period=0", "--force"], {"grace_period": 0, "force": True}),
    ("grace 1", slow, ["--grace-period=1"], {"grace_period": 1}),
    ("own grace, in vain", slow, ["--timeout=3s"], {"timeout": 3}),
    ("selected", two_kinds, ["--pod-selector=app=web"], {"pod_selector": "app=web"}),
    ("selected among refused", bare, ["--pod-selector=app=cart"], {"pod_selector": "app=cart"}),
]


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def world(build: Callable[[WireStage], None], folder: Path) -> WireStage:
    folder.mkdir()
    stage = WireStage(MANNERS, folder)
    stage.node(NODE)
    build(stage)
    stage.node("n2")
    return stage


def watched(stage: WireStage, act: Callable[[], tuple[bool, frozenset[str]]]) -> Outcome:
    """Run a tool on the world; return what it requested, as counted at the gate."""
    evicted, deleted = set(), set()

    def note(call: Call) -> None:
        if call.operation == "create pods/eviction":
            evicted.add(call.params["name"])
        elif call.operation == "delete pods":
            deleted.add(call.params["name"])

    stage.gate.judges.append(note)
    with stage.serving():
        good, refused = act()
    left = frozenset(stage.names_on(NODE))
    cordoned = bool(stage.found("nodes", NODE)["spec"].get("unschedulable"))
    return Outcome(good, frozenset(evicted), frozenset(deleted), left, refused, cordoned)


def by_kubectl(stage: WireStage, flags: list[str]) -> tuple[bool, frozenset[str]]:
    done = stage.kubectl("drain", NODE, *flags)
    lines = [
        line
        for line in done.stderr.splitlines()
        if line.startswith(("cannot delete ", "error: cannot delete "))
    ]
    named = {
        pod.split("/")[1]
        for line in lines
        for pod in re.findall(r"[\w.-]+/[\w.-]+", line.rpartition("): ")[2])
    }
    # The DaemonSet of an orphan is named by its error instead of by one of the usual sentences.
    orphans = re.findall(r'daemonsets\.apps "[\w-]+" not found: [\w-]+/([\w.-]+)', done.stderr)
    return done.returncode == 0, frozenset(named | set(orphans))


def by_module(stage: WireStage, options: dict[str, Any]) -> tuple[bool, frozenset[str]]:
    answer = stage.module(nodes=[NODE], **FIRM | options)
    pods = [pod for node in answer["nodes"] for pod in node["pods"]]
    return not answer.get("failed"), frozenset(
        pod["name"] for pod in pods if pod["state"] == "refused"
    )


@pytest.mark.parametrize(
    ("build", "flags", "options"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_kubectl_and_node_drain_do_the_same(
    build: Callable[[WireStage], None], flags: list[str], options: dict[str, Any], folder: Path
) -> None:
    theirs, ours = world(build, folder / "theirs"), world(build, folder / "ours")
    assert theirs.names_on(NODE) == ours.names_on(NODE), "twins"
    going_already = {
        pod["metadata"]["name"]
        for pod in ours.cluster.pods_on(NODE)
        if pod["metadata"].get("deletionTimestamp")
    }
    with ThreadPoolExecutor() as pool:
        kubectl = pool.submit(watched, theirs, lambda: by_kubectl(theirs, flags))
        module = pool.submit(watched, ours, lambda: by_module(ours, options))
        expected, found = kubectl.result(), module.result()
    # kubectl evicts again what is terminating already; we only wait for it, which is the same to
    # the pod.
    expected = dataclasses.replace(
        expected, evicted=expected.evicted - going_already, deleted=expected.deleted - going_already
    )
    assert found == expected
