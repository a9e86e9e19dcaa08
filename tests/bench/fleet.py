# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rotate a fleet of 200 clusters in virtual time (make bench-fleet).

The clusters stand in three rings, and the product's own line cuts them into batches. Each cluster
is a World of its own, on which the real engine rotates 30 nodes; boots and drains are log-normal,
options are the defaults and a window of 5. A batch lasts as long as its slowest cluster. What
Ansible itself needs comes on top. Then the same line gets an image whose nodes never join.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import dataclasses
import functools
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import Executor

from ansible_collections.nodeops.rotator.plugins.module_utils.core.fleet.line import (
    Batch,
    LinePlace,
    line,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.fleet.rings import Ring
from ansible_collections.nodeops.rotator.plugins.module_utils.core.fleet.standing import (
    Standing,
    stop,
)
from ansible_collections.nodeops.rotator.tests.bench.engine import (
    BOOT,
    DRAIN,
    Draws,
    Figures,
    furnish,
    measure,
)
from ansible_collections.nodeops.rotator.tests.simulation.builders import BLUE
from ansible_collections.nodeops.rotator.tests.simulation.runs import prepare
from ansible_collections.nodeops.rotator.tests.simulation.world import NEVER_JOINS

WINDOW, NODES, FORKS = 5, 30, 50
RINGS = (
    Ring("dev", parallel=10, soak=3600),
    Ring("staging", parallel=10, soak=14400),
    Ring("production", parallel=20),
)
SHARES = (10, 30, 60)
"""Percentage of the clusters in each ring."""


@dataclasses.dataclass
class RingFigures:
    """Sum up a ring: its seconds, AWS calls, and the most of them in a second."""

    batches: int = 0
    seconds: float = 0.0
    clusters: int = 0
    calls: int = 0
    rate: float = 0.0

    def add(self, batch: Sequence[Figures]) -> None:
        """Count one batch."""
        seconds = max(one.seconds for one in batch)
        calls = sum(one.aws for one in batch)
        self.batches += 1
        self.seconds += seconds
        self.clusters += len(batch)
        self.calls += calls
        self.rate = max(self.rate, sum(one.aws / one.seconds for one in batch))


def fleet(clusters: int) -> list[LinePlace]:
    """Return the node groups of the fleet, one for each cluster."""
    found: list[LinePlace] = []
    for ring, share in zip(RINGS, SHARES, strict=True):
        for _number in range(clusters * share // 100):
            name = f"cluster-{len(found)}"
            found.append(LinePlace(name, name, ring.name))
    return found


def seed_of(host: str) -> int:
    """Return the seed of a cluster's draws."""
    return 1 + int(host.rpartition("-")[2])


def rotate(batches: Iterable[Batch], pool: Executor, nodes: int) -> dict[str, RingFigures]:
    """Rotate batch after batch; return the figures of each ring.

    Raises RuntimeError if a rotation fails or breaks a rule.
    """
    found = {ring.name: RingFigures() for ring in RINGS}
    run = functools.partial(measure, nodes=nodes, window=WINDOW)
    for batch in batches:
        found[batch.ring].add(list(pool.map(run, map(seed_of, batch.hosts))))
    return found


def fail(seed: int, nodes: int) -> tuple[float, str, int]:
    """Rotate a cluster to an image whose nodes never join.

    Returns seconds, error, and how many nodes were lost.
    """
    world = furnish(seed, nodes, Draws(seed, *BOOT), Draws(seed + 1000, *DRAIN))
    world.bad_images[world.facts["new_image"]] = NEVER_JOINS
    begun = world.kernel.now
    result = prepare(world, BLUE, max_surge=WINDOW)()
    old = [
        one
        for one in world.account.instances.values()
        if one.state == "running" and one.image_id == world.facts["old_image"]
    ]
    return world.kernel.now - begun, str(result.error or ""), nodes - len(old)


def stopped(batches: Sequence[Batch], pool: Executor, nodes: int) -> str:
    """Return how a bad image ends in the line. Raises RuntimeError if it goes on."""
    first = batches[0]
    ends = list(pool.map(functools.partial(fail, nodes=nodes), map(seed_of, first.hosts)))
    states = [Standing(failed=error) for _seconds, error, _lost in ends]
    why = stop(RINGS[0], states)
    lost = sum(one[2] for one in ends)
    if not why or lost:
        raise RuntimeError(f"a bad image goes on: {why or ends}")
    minutes = max(one[0] for one in ends) / 60
    return f"{why}. After {minutes:.0f} minutes, {lost} nodes lost, {len(batches) - 1} batches left"


def show(figures: dict[str, RingFigures], nodes: int) -> float:
    """Print a row for each ring; return the seconds of the whole line."""
    print("RING        CLUSTERS  BATCHES  HOURS  SOAK  NODES  AWS CALLS  CALLS A SECOND AT MOST")
    total = 0.0
    for ring in RINGS:
        one = figures[ring.name]
        total += one.seconds + ring.soak
        print(
            f"{ring.name:<12}{one.clusters:>8}{one.batches:>9}{one.seconds / 3600:>7.1f}"
            f"{ring.soak / 3600:>6.1f}{one.clusters * nodes:>7}{one.calls:>11}{one.rate:>10.1f}"
        )
    return total


def main() -> None:
    """Rotate the fleet, then stop it; exit non-zero if a rotation goes wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clusters", type=int, default=200)
    parser.add_argument("--nodes", type=int, default=NODES)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    batches = line(fleet(given.clusters), RINGS, FORKS)
    with concurrent.futures.ProcessPoolExecutor(given.jobs) as pool:
        figures = rotate(batches, pool, given.nodes)
        seconds = show(figures, given.nodes)
        print(stopped(batches, pool, given.nodes))
    nodes = sum(one.clusters for one in figures.values()) * given.nodes
    print(
        f"fleet: {given.clusters} clusters, {nodes} nodes, {seconds / 3600:.1f} hours, 0 breaches"
    )


if __name__ == "__main__":
    main()
