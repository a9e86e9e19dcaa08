# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge how far the line is: whether it goes on, and how long it soaks."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

from ansible_collections.nodeops.rotator.plugins.module_utils.core.fleet.line import Batch
from ansible_collections.nodeops.rotator.plugins.module_utils.core.fleet.rings import Ring
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import counted, listed


@dataclasses.dataclass(frozen=True)
class Standing:
    """What has become of a node group in this run.

    `done`: verified. `ended`: when, in seconds since the epoch. `changed`: nodes were replaced.
    `youngest`: age of its youngest node at that time in seconds, None if it has none. `left`:
    number of outdated nodes that were left. `failed`: why it failed. `passed_over`: not touched
    after a failure in its cluster.
    """

    done: bool = False
    ended: float = 0.0
    changed: bool = False
    youngest: float | None = None
    left: int = 0
    failed: str = ""
    passed_over: bool = False

    @property
    def lost(self) -> bool:
        """Return whether it counts against max_failed of its ring."""
        return bool(self.failed) or self.passed_over


def hosts_of(batches: Iterable[Batch], ring: str) -> list[str]:
    """Return the hosts of a ring, in their order."""
    return [host for batch in batches if batch.ring == ring for host in batch.hosts]


def stop(ring: Ring, states: Sequence[Standing]) -> str:
    """Return why the line stops in this ring, "" if it goes on.

    `states`: of all node groups of the ring. Those that are not reached yet count as no failure.
    """
    lost = sum(state.lost for state in states)
    if lost * 100 <= ring.max_failed * len(states):
        return ""
    of = f"{lost} of {counted(len(states), 'node group')}"
    return f"The line stops in ring {ring.name}: {of} failed, and {ring.max_failed} percent may"


def unfinished(ring: Ring, hosts: Sequence[str], states: Sequence[Standing]) -> str:
    """Return why no ring may follow this one yet, "" if one may.

    What is not known to be done is not done.
    """
    open_ = [
        host
        for host, state in zip(hosts, states, strict=True)
        if not state.lost and (not state.done or state.left)
    ]
    if not open_:
        return ""
    return (
        f"The line stops after ring {ring.name}: outdated nodes are left in {listed(open_)}. Run"
        " again to go on"
    )


def soak_left(ring: Ring, states: Sequence[Standing], now: float) -> float:
    """Return for how many seconds the line still has to wait after this ring.

    The soak begins when the last of its node groups was verified. One that an earlier run has
    rotated has run the release for at least as long as its youngest node.
    """
    begins = [_soaks_since(state, now) for state in states if state.done]
    return max(0.0, max(begins, default=now) + ring.soak - now)


def _soaks_since(state: Standing, now: float) -> float:
    if state.changed:
        return state.ended
    if state.youngest is None:  # a group without nodes has nothing to watch
        return now - float("inf")
    return state.ended - state.youngest
