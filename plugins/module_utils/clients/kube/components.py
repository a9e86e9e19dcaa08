# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the components of a control plane of kops.

The health of one API server is asked for at its node (see clients.kube.direct), else through
pods/proxy: kops runs a health check beside it,
which listens on port 3990, asks it with a certificate of its own and forwards only /readyz, /livez
and /healthz, without parameters (kops: cmd/kube-apiserver-healthcheck). The port of the API server
itself would answer 401, since kops turns anonymous access off and a proxy does not forward
credentials.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube import objects
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.direct import (
    DirectHealth,
    health_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.errors import (
    checked,
    reaching,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.parts import (
    Raw,
    is_true,
    moment,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.look import (
    API_SERVER,
    APP_LABEL,
    MANAGER,
    SCHEDULER,
    Component,
    Components,
    Health,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.filters import MIRROR
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.transport import KubeCall

HEALTH_PORT = 3990
PODS = "/api/v1/namespaces/kube-system/pods"
LEASES = "/apis/coordination.k8s.io/v1/namespaces/{}/leases"
DNS_ANNOTATIONS = ("dns.alpha.kubernetes.io/internal", "dns.alpha.kubernetes.io/external")
_STORE = re.compile(r"--backup-store=(\S+)")


class ComponentReads:
    """Implements the part of core.ports.Cluster that reads a control plane."""

    _call: KubeCall
    _namespace: str
    _clock: Callable[[], str]
    _direct: DirectHealth

    def read_components(self, nodes: tuple[str, ...], addresses: Mapping[str, str]) -> Components:
        """Return the pods of the control plane, and the health and Leases of these nodes."""
        doing = "list the pods of the control plane"
        pods = [component(raw) for raw in self._all(PODS, {"labelSelector": APP_LABEL}, doing)]
        read_at = moment(self._clock()) or 0.0
        renewed = {node: self._lease("kube-node-lease", node) for node in nodes}
        return Components(
            pods=tuple(pods),
            renewed={node: lease.renewed for node, lease in renewed.items() if lease},
            health={one: self._health(one, addresses.get(one, ""), read_at) for one in nodes},
            leaders=self.leaders(),
            read_at=read_at,
        )

    def leaders(self) -> dict[str, str]:
        """Return who holds the Leases of controller-manager and scheduler, by Lease."""
        found = {name: self._lease("kube-system", name) for name in (MANAGER, SCHEDULER)}
        return {name: lease.holder for name, lease in found.items() if lease}

    def readiness(self) -> Health:
        """Return whether the API server that answers us says that it is ready."""
        with reaching("ask the API server whether it is ready"):
            reply = self._call.request("GET", "/readyz")
        if reply.status in (401, 403):
            checked(reply, "ask the API server whether it is ready")
        return health_of(reply)

    def list_leases(self, labels: str) -> tuple[Lease, ...]:
        """Return the Leases beside ours that these labels select."""
        found = self._all(LEASES.format(self._namespace), {"labelSelector": labels}, "list Leases")
        return tuple(objects.lease(raw) for raw in found)

    def _all(self, path: str, query: dict[str, str], doing: str) -> Iterator[Raw]:
        token: dict[str, str] = {}
        while True:
            with reaching(doing):
                reply = self._call.request("GET", path, {"limit": "500", **query, **token})
            body = checked(reply, doing)
            yield from body.get("items") or ()
            token = {"continue": (body.get("metadata") or {}).get("continue") or ""}
            if not token["continue"]:
                return

    def _lease(self, namespace: str, name: str) -> Lease | None:
        doing = f"read Lease {namespace}/{name}"
        with reaching(doing):
            reply = self._call.request("GET", f"{LEASES.format(namespace)}/{name}")
        return None if reply.status == 404 else objects.lease(checked(reply, doing))

    def _health(self, node: str, address: str, now: float) -> Health:
        """Ask the API server of a node if it is ready, by the first way that works."""
        return self._direct(node, address, now) or self._beside(node)

    def _beside(self, node: str) -> Health:
        """Ask the health check beside the API server of one node."""
        pod = f"{API_SERVER}-{node}"
        with reaching(f"ask the API server of {node}"):
            reply = self._call.request("GET", f"{PODS}/{pod}:{HEALTH_PORT}/proxy/readyz")
        return health_of(reply)


def component(raw: Raw) -> Component:
    """Read a pod of the control plane."""
    meta, spec, status = raw["metadata"], raw.get("spec") or {}, raw.get("status") or {}
    states = (entry.get("state") or {} for entry in status.get("containerStatuses") or ())
    begun = (moment((state.get("running") or {}).get("startedAt")) for state in states)
    store = _STORE.search(_command(spec))
    return Component(
        app=str((meta.get("labels") or {}).get(APP_LABEL, "")),
        name=meta["name"],
        node=spec.get("nodeName") or "",
        ready=is_true(status, "Ready") and not meta.get("deletionTimestamp"),
        started=max((at for at in begun if at is not None), default=0.0),
        backup_store=store[1].rstrip("/") if store else "",
        dns_names=_dns_names(meta.get("annotations") or {}),
        static=MIRROR in (meta.get("annotations") or {}),
    )


def _dns_names(annotations: Raw) -> tuple[str, ...]:
    """Return the names that these annotations ask dns-controller to keep.

    Each holds one name, or several with commas between (kops: dns-controller/pkg/watchers).
    """
    texts = (annotations.get(key) or "" for key in DNS_ANNOTATIONS)
    names = (name.strip().rstrip(".") for text in texts for name in text.split(","))
    return tuple(name for name in names if name)


def _command(spec: Raw) -> str:
    parts: list[Any] = []
    for container in spec.get("containers") or ():
        parts += [*(container.get("command") or ()), *(container.get("args") or ())]
    return " ".join(map(str, parts))
