# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client of the World that chooses an address of the API as the product does."""

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kube_front import (
    Addresses,
    Fronted,
)
from ansible_collections.nodeops.rotator.tests.simulation.front import Front


class KnownAddresses(Addresses):
    """What one client knows of the addresses."""

    def __init__(self, front: Front) -> None:
        super().__init__()
        self._front = front

    def now(self) -> float:
        """Return the time of the World."""
        return self._front.world.kernel.now

    def resolve(self, name: str, port: int) -> list[str]:
        """Return what a resolver answers."""
        return self._front.resolve()


class PlainConnection:
    """Connection as urllib3 has it, as far as ours changes it."""

    def __init__(self, front: Front, client: str) -> None:
        self._front, self._client = front, client
        self._dns_host, self.port = "api", 443

    def _new_conn(self) -> None:
        self._front.connect(self._client, self._dns_host)


class FrontedConnection(Fronted, PlainConnection):
    """Connection of the product."""

    def __init__(self, front: Front, client: str, known: Addresses) -> None:
        super().__init__(front, client)
        self._known = known

    def _addresses(self) -> Addresses:
        return self._known


def a_door(front: Front, client: str) -> Callable[[], None]:
    """Return the way in of a client, which remembers what takes no connection."""
    known = KnownAddresses(front)

    def enter() -> None:
        FrontedConnection(front, client, known)._new_conn()

    return enter
