# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Call one API: the World in memory, on the wire, and a real API server."""

from __future__ import annotations

import json
import re
import tempfile
import threading
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from ansible_collections.kubernetes.core.plugins.module_utils.k8s.client import get_api_client

from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kube import RawKube
from ansible_collections.nodeops.rotator.tests.simulation.adapters_kube import kube_call
from ansible_collections.nodeops.rotator.tests.simulation.gate import Gate
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.kube import build, tables
from ansible_collections.nodeops.rotator.tests.simulation.kube.behavior import Behavior
from ansible_collections.nodeops.rotator.tests.simulation.kube.cluster import VERSION, Cluster
from ansible_collections.nodeops.rotator.tests.simulation.wire.kube import (
    KubeServer,
    Pump,
    make_server,
)

REAL = "CONTRACT_KUBECONFIG"
"""Variable that names a kubeconfig. The cases then run against its API server too.

They create and delete namespaces with Leases, pods that are never placed, PodDisruptionBudgets,
ConfigMaps and Deployments without replicas, ask for Nodes by dry run, and nothing else.
"""

Answer = tuple[int, dict[str, Any]]


class Face(Protocol):
    """What a case needs: requests, and a watch read to its end.

    `minor`: minor version of the server.
    """

    minor: int

    def ask(
        self, verb: str, path: str, body: Any = None, kind: str = "application/json", **query: str
    ) -> Answer:
        """Send one request; return status and body."""

    def watch(self, path: str, seconds: int, **query: str) -> list[dict[str, Any]]:
        """Watch for this many seconds (`timeoutSeconds`); return all events."""

    def table(self, path: str) -> dict[str, Any]:
        """Return a list as the Table that `kubectl get` asks for."""

    def warnings(self, path: str, body: Any) -> list[str]:
        """Create an object by dry run; return the warnings beside the answer."""


OLD, NEW = "v1.33.5", "v1.37.2"
"""Versions whose answers differ; see docs/simulation.md."""


def told(header: str) -> list[str]:
    """Return the texts of a header Warning, of which a server may send several."""
    return [json.loads(text) for text in re.findall(r'299 - ("(?:[^"\\]|\\.)*")', header)]


def a_cluster(behavior: Behavior, version: str = VERSION) -> Cluster:
    """Return the World of the cases: two nodes, nothing else."""
    kernel = Kernel()
    cluster = Cluster(kernel, Gate(lambda: kernel.now), behavior, version)
    for name in ("n1", "n2"):
        build.node(cluster, name)
    cluster.settle()
    return cluster


class Memory:
    """The World at the request seam. Each request takes a moment of its time."""

    def __init__(self, version: str) -> None:
        self._cluster = a_cluster(Behavior(watch_list=None), version)
        self._call = kube_call(self._cluster)
        self.minor = self._cluster.control.minor

    def ask(
        self, verb: str, path: str, body: Any = None, kind: str = "application/json", **query: str
    ) -> Answer:
        self._cluster.kernel.advance(self._cluster.kernel.now + 0.01)
        reply = self._call.request(verb, path, query, body, kind)
        return reply.status, json.loads(json.dumps(reply.body))

    def watch(self, path: str, seconds: int, **query: str) -> list[dict[str, Any]]:
        watch = self._cluster.watch(path, {**query, "timeoutSeconds": str(seconds)})
        self._cluster.kernel.advance(self._cluster.kernel.now + seconds + 1)
        assert watch.closed
        return [json.loads(line) for line in watch.lines()]

    def table(self, path: str) -> dict[str, Any]:
        return tables.as_table(self.ask("GET", path)[1], self._cluster.kernel.utc())

    def warnings(self, path: str, body: Any) -> list[str]:
        headers = self._cluster.request("POST", path, {"dryRun": "All"}, body)[2]
        return told(headers.get("Warning", ""))


class Client:
    """An API server, called through the client of kubernetes.core.

    Requests pass the request seam of the project, RawKube.
    """

    def __init__(self, kubeconfig: Any) -> None:
        self._client = get_api_client(None, kubeconfig=kubeconfig).client
        self._raw = RawKube(lambda: self._client)
        self.minor = int(self.ask("GET", "/version")[1]["minor"].rstrip("+"))

    def ask(
        self, verb: str, path: str, body: Any = None, kind: str = "application/json", **query: str
    ) -> Answer:
        reply = self._raw.request(verb, path, query, body, kind)
        return reply.status, reply.body

    def watch(self, path: str, seconds: int, **query: str) -> list[dict[str, Any]]:
        lines = self._raw.stream(path, {**query, "timeoutSeconds": str(seconds)})
        return [json.loads(line) for line in lines if line]

    def table(self, path: str) -> dict[str, Any]:
        accept = "application/json;as=Table;v=v1;g=meta.k8s.io"
        found: dict[str, Any] = json.loads(self._http("GET", path, None, Accept=accept).data)
        return found

    def warnings(self, path: str, body: Any) -> list[str]:
        kind = {"Content-Type": "application/json"}
        reply = self._http("POST", f"{path}?dryRun=All", json.dumps(body), **kind)
        return told(reply.headers.get("Warning", ""))

    def _http(self, verb: str, path: str, body: str | None, **headers: str) -> Any:
        """Send a request whose headers matter; return urllib3's answer."""
        api = self._client.client
        for auth in api.configuration.auth_settings().values():
            headers[auth["key"]] = auth["value"]
        url = f"{api.configuration.host}{path}"
        return api.rest_client.pool_manager.request(verb, url, headers=headers, body=body)


class Served:
    """A cluster on the wire that follows the wall clock. End it with `close`."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster, self.lock = cluster, threading.RLock()
        self.pump = Pump(cluster.kernel, self.lock)
        self.server: KubeServer = make_server(cluster, self.lock, self.pump.advance)
        self._thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.pump.start()
        self._thread.start()

    @property
    def kubeconfig(self) -> Mapping[str, Any]:
        """Return its kubeconfig as a dictionary."""
        return self.server.kubeconfig()

    def kubeconfig_file(self) -> str:
        """Write the kubeconfig to a file and return the path."""
        with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False) as file:
            json.dump(self.kubeconfig, file)
        return file.name

    def close(self) -> None:
        """Stop serving."""
        self.server.shutdown()
        self._thread.join()
        self.server.server_close()
        self.pump.stop()


def served(behavior: Behavior, version: str = VERSION) -> Iterator[Served]:
    """Yield a World on the wire, and close it afterwards."""
    world = Served(a_cluster(behavior, version))
    try:
        yield world
    finally:
        world.close()
