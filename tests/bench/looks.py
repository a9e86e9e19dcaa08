# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure what the heartbeats of nodes cost a rotation (make bench-looks).

A node of the cluster reports its status, and the engine decides anew: how long that takes with and
without thousands of nodes that are not the group's, and in small and large groups.
"""

from __future__ import annotations

import dataclasses
import statistics
import time

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    NODES,
    Changed,
    reduce,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    SOFT_TAINT,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import View
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.decide import decide
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.observe import NEEDED
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    NOW,
    POLICY,
    a_cache,
    a_memory,
)

SIZE, SIZES = 10, (25, 100, 1000)
"""Nodes of the group."""
LOOKS = 500


def median_look(others: int, size: int = SIZE) -> float:
    """Return the median processor time of a look after a heartbeat, in seconds.

    All nodes of the group are outdated and have the soft taint.
    """
    mine = [a_node(str(number), taints=(SOFT_TAINT,)) for number in range(size)]
    beating = [a_node(f"other-{number}") for number in range(others)] or mine
    cache = a_cache([*mine, *beating], NEEDED)
    group = a_group(*(an_instance(str(number)) for number in range(size)))
    memory, seconds = a_memory(group, acted=NOW, first_read_at=2000.0), []
    for number in range(LOOKS):
        node = beating[number % len(beating)]
        node = dataclasses.replace(node, resource_version=str(number + 2))
        began = time.process_time()
        cache = reduce(cache, [Changed(NODES, node)])
        memory = decide(memory, View(cache), NOW + number / 100, POLICY).memory
        seconds.append(time.process_time() - began)
    return statistics.median(seconds)


def main() -> None:
    """Print the figures and their ratio."""
    alone = median_look(0)
    print(f"{SIZE} nodes, one of them changed: {alone * 1e6:.0f} us a look")
    for others in (500, 2000):
        took = median_look(others)
        print(f"and {others} others, one of them changed: {took * 1e6:.0f} us, {took / alone:.1f}x")
    least = median_look(0, min(SIZES))
    for size in SIZES:
        took = median_look(0, size)
        print(f"{size} nodes, one of them changed: {took * 1e6:.0f} us, {took / least:.1f}x")


if __name__ == "__main__":
    main()
