# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""kubectl drain, kubernetes.core.k8s_drain, node_drain and an ideal client, side by side on worlds alike (make bench-drain).

Each tool drains a fresh world on the wire, in a process of its own. Seconds are of the whole process, less what the same
tool takes for a node on which nothing is left to do: so nobody is measured by its start. Requests and refusals (429) are
counted by the world. `--quick` takes a few rows. The table goes into docs/drain.md.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
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


def by_ideal(stage: WireStage, row: Row, names: list[str]) -> bool:
    """The yardstick."""
    assert stage.server is not None
    command = [sys.executable, ideal.__file__, stage.server.url, "-1", *names]
    return subprocess.run(command, capture_output=True, timeout=LIMIT, check=False).returncode == 0


def left(stage: WireStage, name: str) -> int:
    """Pods still on a node."""
    with stage.lock:
        return len(stage.names_on(name))


TOOLS: dict[str, Tool] = {
    "kubectl": by_kubectl(),
    "k8s_drain": by_k8s_drain,
    "node_drain": by_node_drain(),
    "node_drain, request budget lifted": by_node_drain(request_rate=10000, request_burst=10000),
    "ideal": by_ideal,
}


def measure(tool: Tool, row: Row, folder: Path) -> Figures:
    """Let a tool drain the row's world, and then once more for its start."""
    folder.mkdir(parents=True)
    stage, names = world(row, folder), nodes_of(row)
    refused = [0]
    with stage.serving(row.latency):
        count_answers(stage, refused)
        began = time.monotonic()
        try:
            ok = tool(stage, row, names)
        except subprocess.TimeoutExpired:
            return Figures(False, LIMIT, sum(stage.server_requests), refused[0])
        whole = time.monotonic() - began
        requests, refusals = sum(stage.server_requests), refused[0]
        ok = ok and not any(left(stage, name) for name in names)
        began = time.monotonic()
        if ok:
            tool(stage, row, names)
        start = time.monotonic() - began if ok else 0.0
    return Figures(ok, max(whole - start, 0.0), requests, refusals)


def count_answers(stage: WireStage, refused: list[int]) -> None:
    """Count every request that reaches the cluster, discovery included, and the 429s among the answers."""
    counted = stage.server_requests = [0]
    request, watch = stage.cluster.request, stage.cluster.watch

    def counting(*given: Any, **named: Any) -> Any:
        counted[0] += 1
        answer = request(*given, **named)
        refused[0] += answer[0] == 429
        return answer

    def watching(*given: Any, **named: Any) -> Any:
        counted[0] += 1
        return watch(*given, **named)

    stage.cluster.request = counting  # type: ignore[method-assign]
    stage.cluster.watch = watching  # type: ignore[method-assign]


def cell(figures: Figures) -> str:
    """Seconds (requests, refusals), or that it failed."""
    text = f"{figures.seconds:.2f} ({figures.requests}, {figures.refusals})"
    return text if figures.ok else f"fails after {text}"


def verdict(row: Row, found: dict[str, Figures]) -> str:
    """The three aims: time against the ideal, requests per pod, refusals against kubectl's."""
    ours, best, theirs = found["node_drain"], found["ideal"], found["kubectl"]
    ratio, each = ours.seconds / max(best.seconds, 0.01), ours.requests / (row.pods * row.nodes)
    few = ours.refusals * 3 <= theirs.refusals or ours.refusals == 0
    return f"{ratio:.2f} x ideal, {each:.2f} a pod, refusals {'ok' if few else 'too many'}"


def main() -> None:
    """Run the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few rows only")
    parser.add_argument("--tools", default=";".join(TOOLS), help="which tools, separated by semicolons")
    parser.add_argument("--rows", default="", help="only rows whose name contains this")
    given = parser.parse_args()
    tools = {name: TOOLS[name] for name in given.tools.split(";")}
    print("seconds (requests, 429s); kubectl's client holds itself to 5 requests a second, burst 10, and has no option for it")
    print("| row | " + " | ".join(tools) + " | node_drain against the aims |\n|---|" + "---|" * (len(tools) + 1), flush=True)
    report = []
    with tempfile.TemporaryDirectory() as folder:
        for number, row in enumerate(r for r in (QUICK if given.quick else rows()) if given.rows in r.name):
            found = {name: measure(tool, row, Path(folder) / f"{number}-{name}") for name, tool in tools.items()}
            last = verdict(row, found) if {"node_drain", "ideal", "kubectl"} <= found.keys() else ""
            print(f"| {row.name} | " + " | ".join(cell(figures) for figures in found.values()) + f" | {last} |", flush=True)
            report.append({"row": row.name, **{name: dataclasses.asdict(figures) for name, figures in found.items()}})
    output = Path("tests/output")
    output.mkdir(parents=True, exist_ok=True)
    (output / "bench-drain.json").write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
