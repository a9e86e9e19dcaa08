# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sample the World over time, after each moment that changed something.

A test or the demo asks for the worst of the samples. Nothing is counted anew for one: nodes come
from truth.py and replicas from the cluster's tally, which are kept as things change.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.world import World


@dataclasses.dataclass(frozen=True)
class Sample:
    """One moment: available and launched nodes by group, replicas by workload.

    Replicas are (wanted, ready) by "kind namespace/name".
    """

    at: float
    available: dict[str, int]
    launched: dict[str, int]
    workloads: dict[str, tuple[int, int]]


class Figures:
    """Samples, oldest first; one that equals the one before is left out."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.samples: list[Sample] = []
        self._began = self._due = False
        for plural in ("pods", "deployments", "statefulsets", "daemonsets"):
            world.cluster.store.listen(plural, lambda old, new: self.changed())

    def begin(self) -> None:
        """Start sampling."""
        self._began = True
        self._take()

    def changed(self) -> None:
        """Note a change.

        There will be a sample of this moment when everything that happens in it has happened.
        """
        if self._began and not self._due:
            self._due = True
            self._world.kernel.after(0, self._take)

    def _take(self) -> None:
        self._due = False
        world = self._world
        groups = [name for name in world.account.groups if name in world.kinds]
        sample = Sample(
            world.kernel.now,
            {name: len(world.truth.available[name]) for name in groups},
            {name: len(world.truth.launched[name]) for name in groups},
            {
                f"{kind} {space}/{name}": counts
                for (kind, space, name), counts in world.cluster.workload_figures().items()
            },
        )
        last = self.samples[-1] if self.samples else None
        if last is None or dataclasses.replace(sample, at=last.at) != last:
            self.samples.append(sample)

    def report(self) -> dict[str, Any]:
        """Return the extremes.

        Least available and most launched by group, least ready replicas by workload.
        """
        names = self.samples[-1].available if self.samples else {}
        return {
            "available_least": {
                name: min(sample.available.get(name, 0) for sample in self.samples)
                for name in names
            },
            "launched_most": {
                name: max(sample.launched.get(name, 0) for sample in self.samples) for name in names
            },
            "ready_least": {
                name: min(
                    sample.workloads[name][1] for sample in self.samples if name in sample.workloads
                )
                for name in (self.samples[-1].workloads if self.samples else {})
            },
        }
