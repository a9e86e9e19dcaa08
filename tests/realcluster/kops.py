# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a control plane of three nodes as kops makes it.

Each API server asks only the etcd members of its own node: one of the cluster `main`, and one of
the cluster `events`, which keeps only Events. Anonymous access is off. There are no kubelets: the
pods of the control plane are only objects.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.components import (
    HEALTH_PORT,
)
from ansible_collections.nodeops.rotator.tests.realcluster.binaries import Binaries
from ansible_collections.nodeops.rotator.tests.realcluster.cluster import (
    ADMIN,
    RealCluster,
    token,
)
from ansible_collections.nodeops.rotator.tests.realcluster.processes import free_ports
from ansible_collections.nodeops.rotator.tests.realcluster.stage import Reach

NODES = ("master-a", "master-b", "master-c")
ETCDS = ("main", "events")
SYSTEM = "/api/v1/namespaces/kube-system"
FORWARDED = ("/readyz", "/livez", "/healthz")
"""Paths that kops's health check beside an API server forwards, without parameters (kops:
cmd/kube-apiserver-healthcheck)."""


class NoAddress(Exception):
    """There is no place for the health check, to which the API server would connect."""


class KopsControlPlane(RealCluster):
    """Three API servers, each with members of two etcd clusters.

    `urls`: by node.
    """

    def __init__(self, programs: Binaries, folder: Path) -> None:
        super().__init__(programs, folder)
        number = len(NODES) * len(ETCDS)
        ports = iter(free_ports(2 * number + len(NODES)))
        members = [(etcd, node) for etcd in ETCDS for node in NODES]
        self._clients = {member: next(ports) for member in members}
        self._peers_of = {member: next(ports) for member in members}
        self._ports = {NODES[0]: self._secure} | {node: next(ports) for node in NODES[1:]}
        self.urls = {node: f"https://127.0.0.1:{port}" for node, port in self._ports.items()}

    def start(self) -> None:
        """Start all members and API servers, and wait until each is ready."""
        for member in self._clients:
            self._run("etcd", self._member_options(*member), "-".join(member))
        for node in NODES:
            name = "kube-apiserver" if node == NODES[0] else node
            self._run("kube-apiserver", self._api_options(node), name)
        for url in self.urls.values():
            self.url = url
            self.wait()
        self.url = self.urls[NODES[0]]

    def _member_options(self, etcd: str, node: str) -> Mapping[str, Any]:
        clients = f"http://127.0.0.1:{self._clients[etcd, node]}"
        peers = {name: f"http://127.0.0.1:{self._peers_of[etcd, name]}" for name in NODES}
        return {
            **self._etcd_options(),
            "name": node,
            "data-dir": self._path(f"etcd-{etcd}-{node}"),
            "listen-client-urls": clients,
            "advertise-client-urls": clients,
            "listen-peer-urls": peers[node],
            "initial-advertise-peer-urls": peers[node],
            "initial-cluster": ",".join(f"{name}={url}" for name, url in peers.items()),
        }

    def _api_options(self, node: str) -> Mapping[str, Any]:
        events = f"/events#http://127.0.0.1:{self._clients['events', node]}"
        return {
            **self._server_options(),
            "etcd-servers": f"http://127.0.0.1:{self._clients['main', node]}",
            "etcd-servers-overrides": events,
            "secure-port": self._ports[node],
            "anonymous-auth": "false",
            "audit-log-path": self._path(f"audit-{node}.log"),
        }


class HealthCheck(ThreadingHTTPServer):
    """Stands in for the health check that kops runs beside each API server.

    All nodes here have one address, so it forwards to the API server of `node`.
    """

    daemon_threads = True

    def __init__(self, plane: KopsControlPlane, address: str) -> None:
        super().__init__((address, HEALTH_PORT), Forwarder)
        self.plane, self.node = plane, NODES[0]


class Forwarder(BaseHTTPRequestHandler):
    """Answers as the API server behind it does."""

    server: HealthCheck

    def do_GET(self) -> None:
        """Forward what kops's health check forwards."""
        plane = self.server.plane
        status = 404
        if self.path in FORWARDED:
            url = plane.urls[self.server.node]
            status = plane.answer(url, self.path, token(ADMIN)) or 502
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Write nothing."""


def own_address() -> str:
    """Return an address of this machine that is not loopback; raises NoAddress.

    An API server refuses to proxy to loopback.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing
        except OSError as error:
            raise NoAddress(f"no address but loopback: {error}") from None
        address = str(probe.getsockname()[0])
    if address.startswith("127."):
        raise NoAddress("no address but loopback")
    return address


@contextmanager
def health_check(plane: KopsControlPlane) -> Iterator[HealthCheck]:
    """Run the health check, with the pods that it is asked through.

    Raises NoAddress.
    """
    address = own_address()
    try:
        server = HealthCheck(plane, address)
    except OSError as error:
        raise NoAddress(f"port {HEALTH_PORT} of {address}: {error}") from None
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        furnish(Reach(plane.folder), address)
        yield server
    finally:
        server.shutdown()
        server.server_close()


def furnish(reach: Reach, address: str) -> None:
    """Create the Nodes and their API servers' pods, as kubelets would."""
    reach.ask("POST", f"{SYSTEM}/serviceaccounts", {"metadata": {"name": "default"}})
    for node in NODES:
        reach.ask("POST", "/api/v1/nodes", {"metadata": {"name": node}})
        name = f"kube-apiserver-{node}"
        container = {"name": "main", "image": "registry.example/kube-apiserver"}
        spec = {"nodeName": node, "hostNetwork": True, "containers": [container]}
        meta = {"name": name, "labels": {"k8s-app": "kube-apiserver"}}
        automount = {"automountServiceAccountToken": False}
        reach.ask("POST", f"{SYSTEM}/pods", {"metadata": meta, "spec": {**spec, **automount}})
        ready = {"type": "Ready", "status": "True"}
        places = {"podIP": address, "podIPs": [{"ip": address}], "hostIP": address}
        status = {"phase": "Running", "conditions": [ready], **places}
        reach.ask("PATCH", f"{SYSTEM}/pods/{name}/status", {"status": status})
