# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reach the API server at those of its addresses that take connections.

Its name may stand for several: the nodes of a control plane of kops, or one address in each zone of
a network load balancer, which takes connections only while a target in that zone is healthy. While
a node is out, DNS may go on naming the address that leads to it. So the address that took a
connection last is asked first, and one that took none is left out for a minute, as long as another
one takes connections.
"""

from __future__ import annotations

import math
import socket
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.direct import UNHEARD
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.errors import NO_ANSWER
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.inbox import clock


class Addresses:
    """Remembers which addresses took a connection, and which took none."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}
        self._taker: dict[str, str] = {}

    def of(self, name: str, port: int) -> list[str]:
        """Return the addresses of a name that are to be asked.

        The one that took a connection last comes first. They are all, where each is left out.
        Raises OSError where it stands for none.
        """
        known, now = self.resolve(name, port), self.now()
        asked = [one for one in known if self._until.get(one, -math.inf) <= now] or known
        return sorted(asked, key=lambda one: one != self._taker.get(name))

    def leave_out(self, address: str) -> None:
        """Note that an address has just taken no connection."""
        self._until[address] = self.now() + UNHEARD

    def prefer(self, name: str, address: str) -> None:
        """Note that an address of a name has just taken a connection."""
        self._taker[name] = address

    def now(self) -> float:
        """Return the seconds of a clock that never goes back."""
        return clock()

    def resolve(self, name: str, port: int) -> list[str]:
        """Return all addresses that a name stands for, in their order. Raises OSError."""
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
        return list(dict.fromkeys(str(entry[4][0]) for entry in found))


ADDRESSES = Addresses()
"""Shared by all connections of a process."""


class Fronted:
    """What makes a connection of urllib3 one to the first address that takes it."""

    _dns_host: str
    port: int

    def _new_conn(self) -> Any:
        name = self._dns_host
        try:
            known = self._addresses().of(name, self.port)
        except OSError:
            return super()._new_conn()  # type: ignore[misc]  # says what is wrong with the name
        try:
            made = self._first_of(known)
            self._addresses().prefer(name, self._dns_host)
            return made
        finally:
            self._dns_host = name  # whose certificate the server has to show

    def _first_of(self, addresses: list[str]) -> Any:
        *before, last = addresses
        for address in before:
            try:
                return self._at(address)
            except NO_ANSWER:
                continue
        return self._at(last)

    def _at(self, address: str) -> Any:
        self._dns_host = address
        try:
            return super()._new_conn()  # type: ignore[misc]
        except NO_ANSWER:
            self._addresses().leave_out(address)
            raise

    def _addresses(self) -> Addresses:
        return ADDRESSES


def use_fronts(pools: Any) -> None:
    """Let a pool manager of urllib3 make such connections.

    Clients of kubernetes.core that are asked for twice are the same, and so is their pool manager.
    """
    plain = pools.pool_classes_by_scheme["https"]
    if issubclass(plain.ConnectionCls, Fronted):
        return
    connection = type("FrontConnection", (Fronted, plain.ConnectionCls), {})
    pool = type("FrontPool", (plain,), {"ConnectionCls": connection})
    pools.pool_classes_by_scheme = {**pools.pool_classes_by_scheme, "https": pool}
