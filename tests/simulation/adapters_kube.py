# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reach the cluster through core.transport.KubeCall, in memory.

The real clients speak to it on virtual time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from urllib3.exceptions import ProtocolError

from ansible_collections.nodeops.rotator.plugins.module_utils.core.transport import KubeCall, Reply
from ansible_collections.nodeops.rotator.tests.simulation.kube.admission import ANONYMOUS
from ansible_collections.nodeops.rotator.tests.simulation.kube.cluster import Cluster
from ansible_collections.nodeops.rotator.tests.simulation.kube.errors import ConnectionLost


class _InMemory:
    """core.ports.KubeCall; a lost connection is urllib3's exception, as on the wire."""

    def __init__(self, cluster: Cluster, token: str) -> None:
        self._cluster, self._token = cluster, token

    def request(
        self,
        verb: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        content_type: str = "application/json",
    ) -> Reply:
        self._enter()
        try:
            status, answer, headers = self._cluster.request(
                verb, path, query, body, content_type, self._token
            )
        except ConnectionLost as error:
            raise ProtocolError(str(error)) from error
        if "text" in answer and headers.get("Content-Type") == "text/plain":
            answer = {"kind": "Status", "message": answer["text"]}
        return Reply(status, answer, {name.lower(): value for name, value in headers.items()})

    def _enter(self) -> None:
        """Connect, where the World has something before the API."""
        if self._cluster.control.front is not None:
            self._cluster.control.front.enter(self._token)

    def stream(self, path: str, query: Mapping[str, str]) -> Iterator[bytes | None]:
        self._enter()
        try:
            watch = self._cluster.watch(path, query, self._token)
        except ConnectionLost as error:
            raise ProtocolError(str(error)) from error
        try:
            while True:
                ended = (
                    watch.closed
                )  # looked at first: lines made ready before the end are still taken
                yield from watch.lines()
                if ended:
                    return
                yield None
        finally:
            watch.close()


class _AtAddress(_InMemory):
    """Requests to the API server at one address: only its readiness is asked."""

    def __init__(self, cluster: Cluster, token: str, address: str) -> None:
        super().__init__(cluster, token)
        self._address = address

    def request(
        self,
        verb: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        content_type: str = "application/json",
    ) -> Reply:
        direct = self._cluster.control.direct
        found = direct(self._address) if direct is not None else None
        if found is None:
            raise ProtocolError(f"{verb} {path}: nobody answers at {self._address}")
        return Reply(found[0], {"kind": "Status", "message": found[1]})


def kube_at(cluster: Cluster, token: str = "") -> Callable[[str], KubeCall]:
    """Requests to single API servers, by the addresses of their nodes."""
    return lambda address: _AtAddress(cluster, token, address)


def kube_call(cluster: Cluster, token: str = "") -> KubeCall:
    """Requests to the simulated API server as the user of this bearer token."""
    cluster.admission.ours.add(token or ANONYMOUS)
    return _InMemory(cluster, token)
