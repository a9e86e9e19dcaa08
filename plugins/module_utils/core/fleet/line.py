# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Put the node groups of a fleet in line, and cut the line into batches.

Hosts of a play are node groups, and plays cannot be looped. So the line is one list of hosts, and
the sizes of its batches are the `serial` of one play.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Iterator, Sequence

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.fleet.rings import Ring
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import listed


@dataclasses.dataclass(frozen=True)
class LinePlace:
    """One node group in the line.

    `host`: its name in the inventory. `cluster`: what no two clusters have in common. `ring`: "" if
    it belongs to none.
    """

    host: str
    cluster: str
    ring: str


@dataclasses.dataclass(frozen=True)
class Batch:
    """Node groups that are rotated at one time: of one ring, each of another cluster."""

    ring: str
    hosts: tuple[str, ...]


def line(members: Sequence[LinePlace], rings: Sequence[Ring], forks: int) -> tuple[Batch, ...]:
    """Return the batches of the line, in their order.

    Within a ring, up to `parallel` clusters are taken at one time, in the order of `members`. The
    i-th batch of them has the i-th node group of each. Ansible works on at most `forks` hosts at
    one time. Raises InputError.
    """
    _check(members, rings)
    batches = tuple(itertools.chain.from_iterable(_of_ring(ring, members) for ring in rings))
    if not batches:
        raise InputError(
            "No node group is in a ring", "Look at ring of the hosts and rotation_rings"
        )
    widest = max(batches, key=lambda batch: len(batch.hosts))
    if len(widest.hosts) > forks:
        raise InputError(
            f"{len(widest.hosts)} clusters of ring {widest.ring} would be rotated at one time, and"
            f" Ansible works on {forks} hosts at one time",
            f"Raise forks (--forks {len(widest.hosts)}), or lower parallel of the ring",
        )
    return batches


def _of_ring(ring: Ring, members: Iterable[LinePlace]) -> Iterator[Batch]:
    clusters: dict[str, list[str]] = {}
    for member in members:
        if member.ring == ring.name:
            clusters.setdefault(member.cluster, []).append(member.host)
    every = list(clusters.values())
    for first in range(0, len(every), ring.parallel):
        for row in itertools.zip_longest(*every[first : first + ring.parallel]):
            yield Batch(ring.name, tuple(host for host in row if host is not None))


def _check(members: Sequence[LinePlace], rings: Sequence[Ring]) -> None:
    """Refuse node groups without a ring that exists, and clusters in several rings."""
    names = {ring.name for ring in rings}
    lost = [one.host for one in members if not one.ring]
    if lost:
        raise InputError(
            f"Node groups belong to no ring: {listed(lost)}",
            "Set ring for them, or leave them out with rotation_hosts",
        )
    for one in members:
        if one.ring not in names:
            raise InputError(
                f"{one.host} belongs to ring {one.ring}, which is not in rotation_rings",
                f"Rings are {', '.join(ring.name for ring in rings)}",
            )
    homes: dict[str, str] = {}
    for one in members:
        if homes.setdefault(one.cluster, one.ring) != one.ring:
            raise InputError(
                f"Cluster {one.cluster} is in the rings {homes[one.cluster]} and {one.ring}",
                "All node groups of a cluster belong to one ring",
            )
