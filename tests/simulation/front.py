# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulate what the name of the API of a kops cluster stands for.

It is a network load balancer, which has an address in each zone and leads to targets of that zone
alone (cross-zone load balancing is off), or the nodes themselves, by records of dns-controller.
Resolvers keep an answer for its time to live, so that it may name an address behind which nobody
is any more.
"""

from __future__ import annotations

import abc
import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING

from ansible_collections.nodeops.rotator.tests.simulation.aws.balancing import TargetGroup
from ansible_collections.nodeops.rotator.tests.simulation.control_plane import ControlPlane
from ansible_collections.nodeops.rotator.tests.simulation.dns import DnsController

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.world import World

Door = Callable[["Front", str], Callable[[], None]]
"""Makes for a client of this name what chooses an address and connects."""
TTL = 60.0
"""Seconds for which an answer of DNS is kept (of a network load balancer: Elastic Load Balancing
user guide, DNS name; dns-controller: defaultTTL in dns-controller/pkg/dns)."""


@dataclasses.dataclass(frozen=True)
class Asked:
    """Attempt to connect. `taken`: by an API server that serves."""

    at: float
    client: str
    address: str
    taken: bool


class Front(abc.ABC):
    """Name of the API.

    `asked`: every attempt to connect, oldest first. `answers`: what DNS has answered since when.
    """

    def __init__(self, world: World, plane: ControlPlane, door: Door) -> None:
        """Let every client of the world come in this way from now on."""
        self.world, self.plane, self._door = world, plane, door
        self._doors: dict[str, Callable[[], None]] = {}
        self.asked: list[Asked] = []
        self.answers: list[tuple[float, list[str]]] = []
        world.cluster.control.front = self

    def enter(self, client: str) -> None:
        """Connect as a client does. Raises OSError where no address takes it."""
        if client not in self._doors:
            self._doors[client] = self._door(self, client)
        self._doors[client]()

    def resolve(self) -> list[str]:
        """Return the addresses that a resolver answers, which may be as old as TTL."""
        now = self.world.kernel.now
        if not self.answers or now - self.answers[-1][0] >= TTL:
            self.answers.append((now, self.true_answer()))
        return self.answers[-1][1]

    def connect(self, client: str, address: str) -> None:
        """Connect to an address.

        Raises ConnectionRefusedError where nobody serves behind it.
        """
        taken = self.takes(address)
        self.asked.append(Asked(self.world.kernel.now, client, address, taken))
        if not taken:
            raise ConnectionRefusedError(f"{address} takes no connection")

    @abc.abstractmethod
    def true_answer(self) -> list[str]:
        """Return the addresses that DNS has now."""

    @abc.abstractmethod
    def takes(self, address: str) -> bool:
        """Return whether an API server that serves is behind an address now."""

    def serving(self) -> list[tuple[str, str, str]]:
        """Return ID, zone and address of each instance whose API server serves."""
        groups = (*self.plane.places, *self.plane.beside)
        found = (one for group in groups for one in self.plane.instances(group))
        return [(one.id, one.zone, one.private_ip) for one in found if self.plane.serves(one)]


class ZonalBalancer(Front):
    """Network load balancer without cross-zone load balancing."""

    def __init__(self, world: World, plane: ControlPlane, door: Door, targets: TargetGroup) -> None:
        """Put it before the API servers. Its addresses stay as they are."""
        zones = sorted({one.zone for one in world.account.instances.values()})
        self._zones = {f"10.{number}.255.10": zone for number, zone in enumerate(zones)}
        self._targets = targets
        super().__init__(world, plane, door)

    def true_answer(self) -> list[str]:
        """Return the addresses of zones with a healthy target, of all where none has one."""
        healthy = {target.zone for target in self._targets.healthy()}
        named = [one for one, zone in self._zones.items() if zone in healthy]
        return named or list(self._zones)

    def takes(self, address: str) -> bool:
        """Return whether a healthy target of the zone serves."""
        zone = self._zones[address]
        healthy = {target.id for target in self._targets.healthy() if target.zone == zone}
        return any(name in healthy for name, _zone, _address in self.serving())


class NodeRecords(Front):
    """Nodes themselves, by the record that dns-controller keeps."""

    def __init__(self, world: World, plane: ControlPlane, door: Door, dns: DnsController) -> None:
        """Let the record be resolved."""
        self._dns = dns
        super().__init__(world, plane, door)

    def true_answer(self) -> list[str]:
        """Return the addresses in the record."""
        return list(self._dns.zone.records[self._dns.name])

    def takes(self, address: str) -> bool:
        """Return whether the API server of a node with this address serves."""
        return address in {found for _name, _zone, found in self.serving()}
