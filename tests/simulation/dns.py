# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulate dns-controller of kops, which keeps records of the API servers.

API servers ask for names by annotations of their pods; some time after a node came or went, the
record of each name has the addresses of the nodes whose API server is there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.records import HostedZone

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.world import World

INTERNAL = "dns.alpha.kubernetes.io/internal"


class DnsController:
    """Keeps the record of one name; the `zone` has the name of the cluster.

    `delay`: seconds until a record follows, as a range. `stuck`: it follows no more.
    """

    def __init__(self, world: World, cluster: str) -> None:
        """Start it: every API server of the world asks for the record from now on."""
        self._world, self.delay, self.stuck = world, (5.0, 60.0), False
        self.name, self.zone = f"api.internal.{cluster}", HostedZone(cluster)
        world.account.hosted_zones["Z0EXAMPLE"] = self.zone
        pod = {"containers": [{"name": "c", "image": "registry.example/dns-controller:1.0"}]}
        meta = {"namespace": "kube-system", "name": "dns-controller-1"}
        labels = {"k8s-app": "dns-controller"}
        world.cluster.create("pods", {"metadata": {**meta, "labels": labels}, "spec": pod})
        for server in self._servers():
            self._annotate(server)
        world.cluster.store.listen("pods", self._changed)
        self.follow()

    def _servers(self) -> list[dict[str, Any]]:
        pods = self._world.cluster.objects("pods", "kube-system")
        return [pod for pod in pods if _is_server(pod)]

    def _annotate(self, pod: dict[str, Any]) -> None:
        asked = {"annotations": {INTERNAL: self.name}}
        self._world.cluster.change("pods", pod, {"metadata": asked})

    def _changed(self, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> None:
        pod = new or old or {}
        if not _is_server(pod) or (old and new):
            return
        kernel = self._world.kernel
        if old is None and new is not None:
            kernel.after(0.1, lambda: self._ask(pod["metadata"]["name"]))
        kernel.after(kernel.spread(*self.delay), self.follow)

    def _ask(self, name: str) -> None:
        pod = self._world.cluster.object("pods", name, "kube-system")
        if pod is not None:
            self._annotate(pod)

    def follow(self) -> None:
        """Write the addresses of the nodes that have an API server into the record."""
        if self.stuck:
            return
        names = {pod["spec"]["nodeName"] for pod in self._servers()}
        self.zone.records[self.name] = sorted(
            entry["address"]
            for node in self._world.cluster.objects("nodes")
            for entry in node["status"].get("addresses", ())
            if node["metadata"]["name"] in names and entry["type"] == "InternalIP"
        )


def _is_server(pod: Mapping[str, Any]) -> bool:
    """Return whether a pod is an API server of the cluster."""
    return bool(pod["metadata"].get("labels", {}).get("k8s-app") == "kube-apiserver")
