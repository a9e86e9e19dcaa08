# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure the engine itself on a large cluster (make bench-scale).

The real engine rotates 25 and 1,000 nodes with thirty pods each on the World in memory, in virtual
time. Only the processor time of the loop itself counts: what the World, the clients and the waits
take is left out. A look is one decision. Memory is what the engine's memory and its watch cache
hold, every object counted once.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import Step, View, run
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.decide import (
    decide,
    start,
)
from ansible_collections.nodeops.rotator.tests.simulation.builders import BLUE, all_current
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run, prepare
from ansible_collections.nodeops.rotator.tests.simulation.scenarios.dense import PODS, furnish

SIZES, WINDOW = (25, 1000), 10
MOST_SECONDS, MOST_BYTES, MOST_RATIO = 60.0, 500e6, 1.5
"""What the largest may cost, and how much dearer a look may be there than in the smallest."""
WEIGHED = 500
"""Looks between two measurements of the memory."""


@dataclasses.dataclass
class Cost:
    """What one rotation cost: processor seconds, looks, and the bytes held at most."""

    seconds: float = 0.0
    looks: int = 0
    held: int = 0

    @property
    def look(self) -> float:
        """Return the seconds of a look."""
        return self.seconds / self.looks


def held(*roots: Any) -> int:
    """Return the bytes of these objects and of all that they refer to, once each."""
    found, rest, total = set[int](), list(roots), 0
    while rest:
        one = rest.pop()
        if id(one) in found or isinstance(one, type):
            continue
        found.add(id(one))
        total += sys.getsizeof(one)
        if isinstance(one, Mapping):
            rest += [*one.keys(), *one.values()]
        elif isinstance(one, (tuple, list, set, frozenset)):
            rest += one
        elif hasattr(one, "__dict__"):
            rest += [one.__dict__]
    return total


class Stopwatch:
    """Counts the processor time of the loop, without the inbox and the weighing."""

    def __init__(self, prepared: Run) -> None:
        self.cost, self._prepared, self._out = Cost(), prepared, 0.0
        inbox: Any = prepared.inbox
        for name in ("wait", "submit", "follow", "now"):
            setattr(inbox, name, self._outside(getattr(inbox, name)))

    def run(self) -> Cost:
        """Run the rotation. Raises RuntimeError if it goes wrong."""
        began, one = time.process_time(), self._prepared
        result = run(self._decide, start(one.inbox.now()), one.policy, one.inbox, lambda *_: None)
        self.cost.seconds = time.process_time() - began - self._out
        if result.error is not None or not all_current(one.world) or one.world.judge.breaches:
            raise RuntimeError(f"{result.error or one.world.judge.breaches}")
        return self.cost

    def _outside(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def measured(*given: Any) -> Any:
            entered = time.process_time()
            try:
                return call(*given)
            finally:
                self._out += time.process_time() - entered

        return measured

    def _decide(self, memory: Any, view: View, now: float, policy: Any) -> Step[Any, Any]:
        step = decide(memory, view, now, policy)
        if self.cost.looks % WEIGHED == 0:
            weigh = self._outside(lambda: held(step.memory, view))
            self.cost.held = max(self.cost.held, weigh())
        self.cost.looks += 1
        return step


def measure(nodes: int, window: int = WINDOW, pods: int = PODS) -> Cost:
    """Rotate so many nodes and return what the engine cost."""
    return Stopwatch(prepare(furnish(nodes, pods), BLUE, max_surge=window)).run()


def main() -> None:
    """Print a row for each size; exit non-zero if the largest costs too much."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    costs = {}
    for size in parser.parse_args().sizes:
        cost = costs[size] = measure(size)
        print(
            f"{size:>5} nodes, {size * PODS:>6} pods, window {WINDOW}:"
            f" {cost.seconds:>6.1f} s in the engine,"
            f" {cost.looks:>6} looks of {cost.look * 1e6:>5.0f} us, {cost.held / 1e6:.1f} MB",
            flush=True,
        )
    least, most = costs[min(costs)], costs[max(costs)]
    ratio = most.look / least.look
    print(f"{most.seconds:.0f} s, {most.held / 1e6:.0f} MB, a look {ratio:.1f} times as dear")
    missed = most.seconds > MOST_SECONDS or most.held > MOST_BYTES or ratio > MOST_RATIO
    raise SystemExit(missed)


if __name__ == "__main__":
    main()
