# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure the processor time of rotations in virtual time (make bench-world).

The real engine rotates a node group on the real clients and the World in memory. "world" is the
time of the World and the clients, "engine" the time of the decisions. Each row is the median of
three runs with the same seed.
"""

from __future__ import annotations

import dataclasses
import statistics
import time
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.builders import BLUE, all_current, due
from ansible_collections.nodeops.rotator.tests.simulation.runs import prepare

ROWS: tuple[tuple[int, int, dict[str, Any]], ...] = (
    (10, 80, {}),
    (10, 80, {"max_surge": "3"}),
    (50, 400, {"max_surge": "10%"}),
    (100, 800, {"max_surge": "10%"}),
)
"""Nodes, pods (those of a DaemonSet included), options of the rotation."""


@dataclasses.dataclass
class Cost:
    """Processor seconds, minutes of the World, and counts of calls and samples."""

    furnish: float
    world: float
    engine: float
    minutes: float
    calls: int
    samples: int


def measure(nodes: int, pods: int, options: dict[str, Any]) -> Cost:
    """Run one rotation and return its cost. Raises RuntimeError if it goes wrong."""
    began = time.process_time()
    world = due(size=nodes, replicas=pods - nodes, max_unavailable="10%")
    furnished = time.process_time()
    run, inside = prepare(world, BLUE, **options), 0.0
    wait, start, calls = run.inbox.wait, world.kernel.now, sum(world.gate.calls.values())

    def timed(until: float) -> Any:
        nonlocal inside
        entered = time.process_time()
        heard = wait(until)
        inside += time.process_time() - entered
        return heard

    run.inbox.wait = timed  # type: ignore[method-assign]
    result = run()
    total = time.process_time() - furnished
    if result.error is not None or not all_current(world) or world.judge.breaches:
        raise RuntimeError(f"{result.error or world.judge.breaches}")
    minutes, asked = (world.kernel.now - start) / 60, sum(world.gate.calls.values()) - calls
    return Cost(
        furnished - began, inside, total - inside, minutes, asked, len(world.figures.samples)
    )


def main() -> None:
    """Print the table."""
    print(
        f"{'nodes':>5} {'pods':>5}  {'options':<18} {'furnish':>7} {'world':>6} {'engine':>6}"
        f" {'all':>6}  minutes  calls  samples"
    )
    for nodes, pods, options in ROWS:
        costs = [measure(nodes, pods, dict(options)) for _run in range(3)]
        furnish, world, engine = (
            statistics.median(getattr(c, part) for c in costs)
            for part in ("furnish", "world", "engine")
        )
        told = ", ".join(f"{name} {value}" for name, value in options.items()) or "defaults"
        last = costs[-1]
        print(
            f"{nodes:>5} {pods:>5}  {told:<18} {furnish:>7.2f} {world:>6.2f} {engine:>6.2f}"
            f" {world + engine:>6.2f}"
            f"  {last.minutes:>7.0f} {last.calls:>6} {last.samples:>8}",
            flush=True,
        )


if __name__ == "__main__":
    main()
