# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Let one tool drain one new world: what bench.drain measures, row by row."""

from __future__ import annotations

import dataclasses
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ansible_collections.nodeops.rotator.tests.bench import ideal
from ansible_collections.nodeops.rotator.tests.integration.drain.drain_wire import (
    WireStage,
    finished,
)
from ansible_collections.nodeops.rotator.tests.rotation.drain_builders import READY, START, STOP
from ansible_collections.nodeops.rotator.tests.simulation.kube.behavior import Behavior

BEHAVIOR = Behavior(controller_delay=0.01, scheduler_delay=0.0, pdb_lag=0.01)
LIMIT = 240.0
"""Seconds after which a tool counts as stuck."""
RATE, BURST = 50, 100
"""Request budget of node_drain by default, and of the ideal client: writes a second, at once."""
UNLIMITED = 100000


@dataclasses.dataclass(frozen=True)
class Row:
    """One row of the table.

    `stop`: seconds that containers take to end, and their grace period. `allowed`: maxUnavailable
    of the budget over all pods, None for no budget. `ready`: seconds from binding to ready.
    """

    pods: int
    nodes: int = 1
    stop: int = 0
    allowed: int | None = None
    ready: float = 0.2
    latency: float = 0.0

    @property
    def name(self) -> str:
        """Return the first cell of the row."""
        budget = f", PDB maxUnavailable {self.allowed}" if self.allowed is not None else ""
        nodes = f"{self.nodes} nodes x " if self.nodes > 1 else ""
        return (
            f"{nodes}{self.pods} pods, grace {self.stop}{budget}, latency"
            f" {self.latency * 1000:.0f} ms"
        )

    @property
    def bound(self) -> bool:
        """Return True if there are more writes than the request budget admits at once."""
        return self.nodes * (self.pods + 1) > BURST

    @property
    def repeats(self) -> int:
        """Return how often the row is measured."""
        return 1 if self.stop or self.allowed is not None else 3


def rows() -> list[Row]:
    """Return all rows."""
    found = []
    for latency in (0.0, 0.02):
        found += [
            Row(pods, stop=stop, latency=latency) for pods in (30, 110) for stop in (0, 2, 10)
        ]
        found += [
            Row(30, stop=1, allowed=5, ready=0.5, latency=latency),
            Row(30, allowed=1, latency=latency),
        ]
        found += [Row(110, allowed=5, latency=latency), Row(30, nodes=10, latency=latency)]
    return found


QUICK = [Row(30), Row(30, allowed=5, ready=0.5), Row(30, allowed=5, ready=0.5, latency=0.02)]


@dataclasses.dataclass(frozen=True)
class Figures:
    """What a tool needed. `ok`: it drained its nodes."""

    ok: bool
    seconds: float
    requests: int
    refusals: int


def world(row: Row, folder: Path) -> WireStage:
    """Return a new world for a row. Every pod to move is on the nodes n1, n2, ..."""
    stage = WireStage(BEHAVIOR, folder)
    pod: dict[str, Any] = {
        "annotations": {START: "0", READY: str(row.ready), STOP: str(row.stop)},
        "grace": row.stop,
    }
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
    """Return the names of the nodes to drain."""
    return [f"n{number}" for number in range(1, row.nodes + 1)]


Tool = Callable[[WireStage, Row, list[str]], bool]


def by_kubectl(*flags: str) -> Tool:
    """Return a tool: kubectl drain, with all nodes in one command."""

    def act(stage: WireStage, row: Row, names: list[str]) -> bool:
        return (
            stage.kubectl("drain", *names, "--ignore-daemonsets", *flags, timeout=LIMIT).returncode
            == 0
        )

    return act


def by_k8s_drain(stage: WireStage, row: Row, names: list[str]) -> bool:
    """Drain with kubernetes.core: one process for each node, all at once."""
    common: dict[str, Any] = {
        "state": "drain",
        "delete_options": {"ignore_daemonsets": True, "wait_timeout": int(LIMIT), "wait_sleep": 1},
    }
    started = [
        stage.start_module("kubernetes.core.k8s_drain", name=name, **common) for name in names
    ]
    answers = [finished(process, LIMIT) for process in started]
    return not any(answer.get("failed") for answer in answers) and not any(
        left(stage, name) for name in names
    )


def by_node_drain(**options: Any) -> Tool:
    """Return a tool: node_drain with these options."""

    def act(stage: WireStage, row: Row, names: list[str]) -> bool:
        return not stage.module(nodes=names, max_parallel=len(names), **options).get("failed")

    return act


def by_ideal(rate: int, burst: int) -> Tool:
    """Return a tool: the ideal client."""

    def act(stage: WireStage, row: Row, names: list[str]) -> bool:
        assert stage.server is not None
        command = [sys.executable, ideal.__file__, stage.server.url, str(rate), str(burst), *names]
        return (
            subprocess.run(command, capture_output=True, timeout=LIMIT, check=False).returncode == 0
        )

    return act


def left(stage: WireStage, name: str) -> int:
    """Return how many pods are still on a node."""
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
"""The tool that is measured in parallel with the others."""


def measure(tool: Tool, row: Row, folder: Path) -> Figures:
    """Let a tool drain the world of the row and return its figures."""
    folder.mkdir(parents=True)
    stage, names = world(row, folder), nodes_of(row)
    counter = Counter(stage, names)
    with stage.serving(row.latency):
        try:
            ok = tool(stage, row, names)
        except subprocess.TimeoutExpired:
            ok = False
        ok = ok and not any(left(stage, name) for name in names)
    return Figures(
        ok, counter.last - (counter.first or counter.last), counter.requests, counter.refusals
    )


class Counter:
    """Count requests to the cluster, discovery included, and answers with 429.

    `first`: time of the first write. `last`: time of the last request or of the last pod's end.
    """

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
    """Return the figures of a tool for a row, the median of all measurements.

    None if the tool has no limit to lift in this row.
    """
    if name.endswith("no budget") and not row.bound:
        return None
    repeats = 1 if name == SLOW else row.repeats
    found = [
        measure(TOOLS[name], row, folder / f"{name}-{row.name}-{number}")
        for number in range(repeats)
    ]
    middle = statistics.median_low([figures.seconds for figures in found])
    return next(figures for figures in found if figures.seconds == middle)
