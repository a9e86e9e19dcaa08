# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say which pods twin nodes carry, and how both tools are to drain them.

The tools are kubectl drain and node_drain. The cases run on the World and on a real control plane.
Differences that are on purpose are in the options.
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from ansible_collections.nodeops.rotator.tests.rotation.drain_builders import READY, START, STOP

BRISK = {START: "0.05", READY: "0.05", STOP: "0.1"}
NODE = "n1"


class Furnisher(Protocol):
    """What a case needs: the parts of drain_builders.Stage on any cluster."""

    def deployment(
        self, name: str, replicas: int, namespace: str = "default", **pod: Any
    ) -> None: ...

    def statefulset(self, name: str, replicas: int, **pod: Any) -> None: ...

    def job(self, name: str, **pod: Any) -> None: ...

    def daemonset(self, name: str, namespace: str = "kube-system", **pod: Any) -> None: ...

    def static_pod(self, name: str, node: str) -> None: ...

    def pod(self, name: str, node: str = "", namespace: str = "default", **pod: Any) -> None: ...

    def budget(self, name: str, namespace: str = "default", app: str = "", **spec: Any) -> None: ...

    def finish(self, name: str) -> None: ...

    def end(self, app: str) -> None: ...


def workloads(names: Iterable[str]) -> dict[str, int]:
    """Return how many pods of each workload there are.

    Twins have pods with other random suffixes.
    """
    return dict(Counter(re.sub(SUFFIX, "", name) for name in names))


SUFFIX = r"(-[0-9a-f]{6,10})?-[0-9a-z]{5}$"
"""What ReplicaSets, DaemonSets and Jobs append to their names."""


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What a tool did to its node: numbers of pods by the name of their workload.

    `good`: it succeeded. `refused`: what it said that it must not remove.
    """

    good: bool
    evicted: Mapping[str, int]
    deleted: Mapping[str, int]
    left: Mapping[str, int]
    refused: Mapping[str, int]
    cordoned: bool

    @classmethod
    def of(
        cls,
        good: bool,
        cordoned: bool,
        evicted: Iterable[str],
        deleted: Iterable[str],
        left: Iterable[str],
        refused: Iterable[str],
    ) -> Outcome:
        """Return the outcome for the names of these pods."""
        return cls(
            good,
            workloads(evicted),
            workloads(deleted),
            workloads(left),
            workloads(refused),
            cordoned,
        )


def replicas(stage: Furnisher) -> None:
    stage.deployment("cart", 3, annotations=BRISK)


def budget(stage: Furnisher) -> None:
    stage.deployment("cart", 4, annotations=BRISK)
    stage.budget("cart", maxUnavailable=2)


def hopeless(stage: Furnisher) -> None:
    stage.deployment("cart", 2, annotations=BRISK)
    stage.deployment("web", 1, annotations=BRISK)
    stage.budget("cart", maxUnavailable=0)


def daemons(stage: Furnisher) -> None:
    stage.deployment("cart", 1, annotations=BRISK)
    stage.daemonset("agent")
    stage.static_pod("static", NODE)


def orphan(stage: Furnisher) -> None:
    stage.deployment("cart", 1, annotations=BRISK)
    stage.pod("left-behind", NODE, ownerReferences=[GONE], annotations=BRISK)


def bare(stage: Furnisher) -> None:
    stage.deployment("cart", 1, annotations=BRISK)
    stage.pod("alone", NODE, annotations=BRISK)


def bare_and_finished(stage: Furnisher) -> None:
    stage.pod("over", NODE, annotations=BRISK)
    stage.finish("over")


def scratch(stage: Furnisher) -> None:
    stage.deployment("cache", 2, annotations=BRISK, empty_dir=True)
    stage.pod("both", NODE, annotations=BRISK, empty_dir=True)


def ordered(stage: Furnisher) -> None:
    stage.statefulset("db", 2, annotations=BRISK)


def going(stage: Furnisher) -> None:
    stage.deployment("stuck", 1, annotations={STOP: "never"}, grace=1)
    stage.deployment("cart", 1, annotations=BRISK)
    stage.end("stuck")


def slow(stage: Furnisher) -> None:
    stage.deployment("slow", 1, annotations={**BRISK, STOP: "grace"}, grace=300)


def two_kinds(stage: Furnisher) -> None:
    stage.deployment("cart", 2, annotations=BRISK)
    stage.deployment("web", 2, annotations=BRISK)


def job(stage: Furnisher) -> None:
    stage.job("report", annotations=BRISK)
    stage.deployment("cart", 1, annotations=BRISK)


def two_budgets(stage: Furnisher) -> None:
    stage.deployment("cart", 2, annotations=BRISK)
    stage.budget("cart", maxUnavailable=1)
    stage.budget("again", app="cart", maxUnavailable=1)


def unready(policy: str) -> Callable[[Furnisher], None]:
    def furnish(stage: Furnisher) -> None:
        stage.deployment("broken", 1, annotations={**BRISK, READY: "never"})
        stage.budget("broken", minAvailable=1, unhealthyPodEvictionPolicy=policy)

    return furnish


GONE: dict[str, Any] = {
    "apiVersion": "apps/v1",
    "kind": "DaemonSet",
    "name": "gone",
    "uid": "uid-gone",
    "controller": True,
}
"""An owner that is not there."""
FIRM: dict[str, Any] = {
    "ignore_daemonsets": False,
    "leave_cordoned": True,
    "wait_for_volumes": False,
}
"""Options that make node_drain behave as kubectl, which does not ignore DaemonSets by default and
always leaves a node cordoned."""
SOON = {"timeout": 4, "retry": 2}

CASES: list[tuple[str, Callable[[Furnisher], None], list[str], dict[str, Any]]] = [
    ("replicas", replicas, [], {}),
    ("budget", budget, [], {}),
    ("budget, deleted past it", hopeless, ["--disable-eviction"], {"disable_eviction": True}),
    ("budget that never admits", hopeless, ["--timeout=4s"], SOON),
    ("daemons", daemons, [], {}),
    ("daemons ignored", daemons, ["--ignore-daemonsets"], {"ignore_daemonsets": True}),
    ("daemons forced", daemons, ["--force"], {"force": True}),
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
    ("job", job, [], {}),
    ("two budgets", two_budgets, ["--timeout=4s"], SOON),
    ("unready, always let go", unready("AlwaysAllow"), [], {}),
    ("unready, not let go", unready("IfHealthyBudget"), ["--timeout=4s"], SOON),
    ("selected among refused", bare, ["--pod-selector=app=cart"], {"pod_selector": "app=cart"}),
]


def told_by_kubectl(errors: str) -> frozenset[str]:
    """Return the names of the pods that kubectl says it must not remove."""
    lines = [
        line
        for line in errors.splitlines()
        if line.startswith(("cannot delete ", "error: cannot delete "))
    ]
    named = {
        pod.split("/")[1]
        for line in lines
        for pod in re.findall(r"[\w.-]+/[\w.-]+", line.rpartition("): ")[2])
    }
    # The DaemonSet of an orphan is named by its error instead of by one of the usual sentences.
    orphans = re.findall(r'daemonsets\.apps "[\w-]+" not found: [\w-]+/([\w.-]+)', errors)
    return frozenset(named | set(orphans))


def told_by_module(answer: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of the pods that node_drain refused."""
    pods = [pod for node in answer["nodes"] for pod in node["pods"]]
    return frozenset(pod["name"] for pod in pods if pod["state"] == "refused")
