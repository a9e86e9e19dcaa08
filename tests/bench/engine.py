# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure how close a rotation comes to the ideal, and its calls to AWS.

`make bench-engine` runs it. The real engine rotates 100 nodes on the real clients and the World in
memory, in virtual time, with log-normal boots and drains and default options. The ideal is list
scheduling of the same draws: as many workers as the window is wide, each boots a node, waits
`min_ready` and drains an old one; the canary goes first and alone, and its soak follows. Each
figure is the median over the seeds. Whoever evicts a pod of a new node does it in vain: each pod
leaves only outdated nodes. The loops of other tools stand below as models (bench/models).
With `--targets` the group has target groups that drain for five minutes: the ideal and the models
know nothing of them, so only the calls are judged, and the limit grows with each.
"""

from __future__ import annotations

import argparse
import collections
import concurrent.futures
import dataclasses
import functools
import heapq
import os
import random
import statistics
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.policy import (
    RotationPolicy,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import (
    RETRACTED,
)
from ansible_collections.nodeops.rotator.tests.bench.models import MODELS
from ansible_collections.nodeops.rotator.tests.simulation.aws import build as aws_build
from ansible_collections.nodeops.rotator.tests.simulation.aws.behavior import Behavior
from ansible_collections.nodeops.rotator.tests.simulation.builders import (
    BLUE,
    all_current,
)
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.kube import build as kube_build
from ansible_collections.nodeops.rotator.tests.simulation.runs import prepare
from ansible_collections.nodeops.rotator.tests.simulation.scenarios.eks import (
    KUBERNETES,
    add_node_group,
    point_to,
    release_images,
)
from ansible_collections.nodeops.rotator.tests.simulation.world import World

NODES, WINDOWS, SEEDS = 100, (1, 5, 10), 20
LEAST_EFFICIENCY = {1: 0.0, 5: 0.97, 10: 0.95}
MOST_CALLS = {1: 6.0, 5: 4.0, 10: 4.0}
"""What each window has to reach: ideal over ours, and AWS calls per replaced node."""
TARGET_CALLS = 4.0
"""How many more calls each target group may cost for each node."""
BOOT, DRAIN = (100.0, 0.35), (60.0, 0.6)
"""Median in seconds and sigma of the logarithm."""
NO_DELAY = (0.0, 0.0)
ACCOUNT = dataclasses.replace(
    Behavior(),
    scaling_delay=NO_DELAY,
    boot=NO_DELAY,
    in_service=NO_DELAY,
)
AT_ONCE = {"world.nodeops/start-seconds": "0", "world.nodeops/ready-seconds": "0"}
"""The boots that are drawn are whole: from the launch to a node whose DaemonSet pods are ready."""


class Draws:
    """Log-normal durations, repeatable for a seed, kept as they are drawn."""

    def __init__(self, seed: int, median: float, sigma: float) -> None:
        self._dice, self._median, self._sigma = random.Random(seed), median, sigma
        self.drawn: list[float] = []

    def draw(self) -> float:
        """Return the next duration in seconds."""
        self.drawn.append(self._median * self._dice.lognormvariate(0.0, self._sigma))
        return self.drawn[-1]

    def __iter__(self) -> Iterator[float]:
        """Unpack as the World's range (lowest, highest) of a duration that is certain."""
        return iter((self.draw(),) * 2)


@dataclasses.dataclass(frozen=True)
class Figures:
    """One rotation: seconds in the ideal and in truth, and how often what was asked."""

    ideal: float
    seconds: float
    aws: int
    kubernetes: int
    evictions: int
    needed: int
    """How many pods outdated nodes lost: an eviction more is a drain too many, or was refused."""
    calls: collections.Counter[str]
    boots: tuple[float, ...]
    drains: tuple[float, ...]
    """What was drawn: the boots in the order of the launches."""

    @property
    def efficiency(self) -> float:
        """Return the ideal time as a share of ours."""
        return self.ideal / self.seconds


def furnish(seed: int, nodes: int, boots: Draws, drains: Draws, targets: int = 0) -> World:
    """Return a World of outdated nodes, each with a pod of its own stop time.

    `targets`: the number of target groups.
    """
    world = World(Kernel(seed), aws=ACCOUNT)
    images = release_images(world)
    aws_build.add_subnets(world.account)
    aws_build.add_eks_cluster(world.account, world.name, KUBERNETES)
    names = [f"t{number}" for number in range(targets)]
    balanced = [aws_build.add_target_group(world.account, name) for name in names]
    add_node_group(world, BLUE, nodes, "$Latest", images[0], balanced)
    for number in range(nodes):
        stop = {"world.nodeops/stop-seconds": f"{drains.draw():.1f}"}
        pod = {"terminationGracePeriodSeconds": 3600}
        kube_build.deployment(world.cluster, "shop", f"web-{number}", 1, annotations=stop, pod=pod)
    kube_build.daemonset(world.cluster, "kube-system", "agent", annotations=AT_ONCE)
    world.facts |= {"old_image": images[0], "new_image": images[1], "cluster": world.name}
    world.begin()
    world.join, world.ready = boots, NO_DELAY  # type: ignore[assignment]
    point_to(world, BLUE, images[1])
    return world


def ideal(boots: Sequence[float], drains: Sequence[float], window: int, soak: float) -> float:
    """Return the seconds that list scheduling of these draws takes, the canary first."""
    each = [
        boot + RotationPolicy.min_ready + drain for boot, drain in zip(boots, drains, strict=False)
    ]
    free = [each[0] + soak] * window
    for seconds in each[1:]:
        heapq.heapreplace(free, free[0] + seconds)
    return max(free)


def measure(seed: int, nodes: int, window: int, targets: int = 0) -> Figures:
    """Run one rotation and return its figures. Raises RuntimeError if it goes wrong."""
    boots, drains = Draws(seed, *BOOT), Draws(seed + 1000, *DRAIN)
    world = furnish(seed, nodes, boots, drains, targets)
    world.gate.calls.clear()
    begun, run = world.kernel.now, prepare(world, BLUE, max_surge=window)
    result = run()
    if result.error is not None or not all_current(world) or world.judge.breaches:
        raise RuntimeError(f"seed {seed}: {result.error or world.judge.breaches}")
    best = ideal(boots.drawn, drains.drawn, window, run.policy.soak)
    needed = sum(one["evictions"] for one in result.values["nodes"] if not _is_extra(one))
    calls, seconds = collections.Counter(world.gate.calls), world.kernel.now - begun
    drawn = (tuple(boots.drawn[:nodes]), tuple(drains.drawn))
    return Figures(best, seconds, *_counted(calls), needed, calls, *drawn)


def _is_extra(node: Mapping[str, Any]) -> bool:
    """Return whether a node of the result was a new one that was removed again."""
    return node["reason"] in RETRACTED


def _counted(calls: collections.Counter[str]) -> tuple[int, int, int]:
    """Return the AWS calls, the Kubernetes requests, and the evictions among them."""
    kubernetes = sum(count for name, count in calls.items() if name.startswith("kubernetes:"))
    evictions = sum(count for name, count in calls.items() if name.endswith("pods/eviction"))
    return sum(calls.values()) - kubernetes, kubernetes, evictions


def median(figures: Sequence[Any], name: str) -> float:
    """Return the median of one figure."""
    return statistics.median(float(getattr(one, name)) for one in figures)


def show(window: int, figures: Sequence[Figures], nodes: int) -> tuple[float, float]:
    """Print the rows of a window; return our efficiency and AWS calls per node."""
    efficiency, calls = median(figures, "efficiency"), median(figures, "aws") / nodes
    print(
        f"window {window}: {median(figures, 'kubernetes') / nodes:.1f} Kubernetes requests and"
        f" {median(figures, 'evictions') / nodes:.2f} evictions per node,"
        f" {sum(one.evictions - one.needed for one in figures)} of them not needed"
    )
    _row("nodeops.rotator", efficiency, median(figures, "seconds"), calls, window)
    for name, model in MODELS.items():
        modelled = [model(one.boots, one.drains, window) for one in figures]
        shares = [one.ideal / theirs.seconds for one, theirs in zip(figures, modelled, strict=True)]
        share, each = statistics.median(shares), median(modelled, "calls") / nodes
        _row(f"{name} (model)", share, median(modelled, "seconds"), each, modelled[0].extra)
    return efficiency, calls


def _row(name: str, efficiency: float, seconds: float, calls: float, extra: int) -> None:
    print(
        f"  {name:<30} efficiency {efficiency:>5.3f}  {seconds / 60:>5.0f} minutes"
        f"  {calls:>5.2f} AWS calls per node  {extra:>3} nodes more at most",
        flush=True,
    )


def show_calls(figures: Figures, nodes: int) -> None:
    """Print which operations the calls of a rotation are."""
    for name, count in figures.calls.most_common():
        print(f"    {count / nodes:>6.2f} {name}")


def options() -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=NODES)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--windows", type=int, nargs="+", default=list(WINDOWS))
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="seeds at one time")
    parser.add_argument("--targets", type=int, default=0, help="how many target groups")
    parser.add_argument("--calls", action="store_true", help="print the calls by operation")
    return parser.parse_args()


def main() -> None:
    """Print a table for each window; exit non-zero if one misses its limits."""
    given, missed, rows = options(), False, {}
    seeds = range(1, given.seeds + 1)
    for window in given.windows:
        with concurrent.futures.ProcessPoolExecutor(given.jobs) as pool:
            run = functools.partial(
                measure, nodes=given.nodes, window=window, targets=given.targets
            )
            figures = list(pool.map(run, seeds))
        efficiency, calls = rows[window] = show(window, figures, given.nodes)
        if given.calls:
            show_calls(figures[0], given.nodes)
        missed |= not given.targets and efficiency < LEAST_EFFICIENCY.get(window, 0.0)
        more = given.targets * TARGET_CALLS
        missed |= calls > MOST_CALLS.get(window, 6.0) + more
        missed |= any(one.evictions != one.needed for one in figures)
    shown = 5 if 5 in rows else given.windows[-1]
    efficiency, calls = rows[shown]
    print(f"efficiency {efficiency:.2f} at window {shown}, {calls:.1f} AWS calls per node")
    raise SystemExit(missed)


if __name__ == "__main__":
    main()
