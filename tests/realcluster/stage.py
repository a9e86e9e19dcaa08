# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Furnish nodes and pods on the real control plane, in namespaces of their own."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ansible_collections.nodeops.rotator.tests.contract.kube.faces import Client
from ansible_collections.nodeops.rotator.tests.rotation.drain_builders import pod_spec

ADMIN, MERGE = "admin", "application/merge-patch+json"
PATHS = {
    "deployments": "/apis/apps/v1",
    "statefulsets": "/apis/apps/v1",
    "daemonsets": "/apis/apps/v1",
    "jobs": "/apis/batch/v1",
    "poddisruptionbudgets": "/apis/policy/v1",
    "pods": "/api/v1",
}
POD_META: Sequence[str] = ("annotations", "ownerReferences", "finalizers")
UP_WITHIN = 60.0
"""Seconds within which controllers, scheduler and kwok have done what was asked for."""


class Reach:
    """The control plane that runs, known by its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.client = Client(str(self.kubeconfig(ADMIN)))

    def kubeconfig(self, user: str) -> Path:
        """Return the path of the user's kubeconfig."""
        return self.folder / f"kubeconfig-{user}"

    def ask(self, verb: str, path: str, body: Any = None, **query: str) -> Any:
        """Send a request as administrator; return its answer, which must be good."""
        kind = MERGE if verb == "PATCH" else "application/json"
        status, answer = self.client.ask(verb, path, body, kind, **query)
        assert status < 300, (verb, path, status, answer)
        return answer

    def audit(self) -> Iterator[dict[str, Any]]:
        """Yield the audit log: requests of callers that are not the cluster's own."""
        with (self.folder / "audit.log").open() as lines:
            yield from (json.loads(line) for line in lines if line.endswith("\n"))


class RealStage:
    """Nodes, and pods that can be only on them.

    `names`: names of nodes as a case knows them, and as they are in the cluster. Create workloads
    while only the nodes meant for them exist.
    """

    def __init__(self, reach: Reach) -> None:
        self.reach, self.id = reach, f"s{uuid.uuid4().hex[:8]}"
        self.names: dict[str, str] = {}
        self._namespaces: dict[str, str] = {}

    def node(self, name: str, pods: int = 250) -> None:
        """A Ready node."""
        real = self.names[name] = f"{self.id}-{name}"
        room = {"cpu": "64", "memory": "256Gi", "pods": str(pods), "ephemeral-storage": "1Ti"}
        meta = {
            "name": real,
            "labels": {"stage": self.id, "kubernetes.io/hostname": real},
            "annotations": {"volumes.kubernetes.io/controller-managed-attach-detach": "true"},
        }
        spec = {"providerID": f"aws:///eu-west-1a/i-{self.id}{name}"}
        status = {"capacity": room, "allocatable": room}
        self.reach.ask("POST", "/api/v1/nodes", {"metadata": meta, "spec": spec, "status": status})
        self.until(lambda: not self.found_node(name)["spec"].get("taints"), f"{name} takes pods")

    def found_node(self, name: str) -> Any:
        """Return a Node, by its name as the case knows it."""
        return self.reach.ask("GET", f"/api/v1/nodes/{self.names[name]}")

    def deployment(self, name: str, replicas: int, namespace: str = "default", **pod: Any) -> None:
        """Running pods of a Deployment, labelled app=<name>."""
        self._workload("deployments", name, namespace, pod, replicas=replicas)

    def statefulset(self, name: str, replicas: int, **pod: Any) -> None:
        """Running pods of a StatefulSet."""
        more = {"serviceName": name, "replicas": replicas}
        self._workload("statefulsets", name, "default", pod, **more)

    def daemonset(self, name: str, namespace: str = "kube-system", **pod: Any) -> None:
        """A pod of a DaemonSet on every node."""
        everywhere = {"tolerations": [{"operator": "Exists"}], **pod}
        self._workload("daemonsets", name, namespace, everywhere)

    def job(self, name: str, **pod: Any) -> None:
        """A running pod of a Job."""
        made = self._template(name, {**pod, "restartPolicy": "Never"})
        self._create("jobs", name, "default", {"template": made})
        self._rest(name, "default", 1)

    def pod(self, name: str, node: str = "", namespace: str = "default", **pod: Any) -> None:
        """A pod without controller; `node`: where it runs."""
        meta: dict[str, Any] = {key: pod[key] for key in POD_META if key in pod}
        spec = {**pod_spec(pod), **({"nodeName": self.names[node]} if node else {})}
        meta["labels"] = {"app": name, **pod.get("labels", {})}
        self._create("pods", name, namespace, spec, **meta)
        self._rest(name, namespace, 1)

    def static_pod(self, name: str, node: str) -> None:
        """The mirror of a static pod, as a kubelet makes it."""
        real = self.names[node]
        uid = self.found_node(node)["metadata"]["uid"]
        owner = {"apiVersion": "v1", "kind": "Node", "name": real, "uid": uid, "controller": True}
        self.pod(
            f"{name}-{node}",
            node,
            "kube-system",
            annotations={"kubernetes.io/config.mirror": name},
            ownerReferences=[owner],
        )

    def budget(self, name: str, namespace: str = "default", app: str = "", **spec: Any) -> None:
        """A PodDisruptionBudget for the pods of a workload, and its status."""
        selector = {"matchLabels": {"app": app or name}}
        self._create("poddisruptionbudgets", name, namespace, {"selector": selector, **spec})
        path = self._path("poddisruptionbudgets", namespace, name)

        def counted() -> bool:
            found = self.reach.ask("GET", path)
            return bool(found.get("status", {}).get("observedGeneration") == 1)

        self.until(counted, f"the status of budget {name}")

    def finish(self, name: str) -> None:
        """Let a pod have ended well."""
        path = f"{self._path('pods', 'default', name)}/status"
        self.reach.ask("PATCH", path, {"status": {"phase": "Succeeded"}})

    def end(self, app: str) -> None:
        """Begin to delete the pods of a workload."""
        for pod in self.pods("default", app):
            self.reach.ask("DELETE", self._path("pods", "default", pod["metadata"]["name"]))

    def pods(self, namespace: str, app: str) -> list[dict[str, Any]]:
        """Return the pods of a workload."""
        path = self._path("pods", namespace)
        return list(self.reach.ask("GET", path, labelSelector=f"app={app}")["items"])

    def on(self, node: str) -> list[dict[str, Any]]:
        """Return the pods on a node."""
        selector = f"spec.nodeName={self.names[node]}"
        return list(self.reach.ask("GET", "/api/v1/pods", fieldSelector=selector)["items"])

    def requests(self) -> Iterator[dict[str, Any]]:
        """Yield what the audit log has about the namespaces of this stage."""
        ours = set(self._namespaces.values())
        for entry in self.reach.audit():
            if entry.get("objectRef", {}).get("namespace") in ours:
                yield entry

    def remove(self) -> None:
        """Delete the nodes and namespaces, without waiting for them."""
        for name in self.names.values():
            self.reach.client.ask("DELETE", f"/api/v1/nodes/{name}")
        for name in self._namespaces.values():
            self.reach.client.ask("DELETE", f"/api/v1/namespaces/{name}")

    def until(self, holds: Callable[[], bool], what: str) -> None:
        """Wait until others have done something."""
        limit = time.monotonic() + UP_WITHIN
        while not holds():
            assert time.monotonic() < limit, f"waited in vain: {what}"
            time.sleep(0.05)

    def _workload(
        self, plural: str, name: str, namespace: str, pod: Mapping[str, Any], **spec: Any
    ) -> None:
        selector = {"matchLabels": {"app": name}}
        body = {"selector": selector, "template": self._template(name, pod), **spec}
        self._create(plural, name, namespace, body)
        self._rest(name, namespace, spec.get("replicas", len(self.names)))

    def _template(self, name: str, pod: Mapping[str, Any]) -> dict[str, Any]:
        meta = {"labels": {"app": name}, "annotations": pod.get("annotations", {})}
        return {"metadata": meta, "spec": {**pod_spec(pod), "nodeSelector": {"stage": self.id}}}

    def _rest(self, app: str, namespace: str, number: int) -> None:
        """Wait until so many pods run, or cannot become ready."""

        def rest() -> bool:
            pods = self.pods(namespace, app)
            return len(pods) == number and all(map(_settled, pods))

        self.until(rest, f"{number} pods of {app}")

    def _create(
        self, plural: str, name: str, namespace: str, spec: Mapping[str, Any], **meta: Any
    ) -> None:
        body = {"metadata": {"name": name, **meta}, "spec": spec}
        self.reach.ask("POST", self._path(plural, namespace), body)

    def _path(self, plural: str, namespace: str, name: str = "") -> str:
        real = self._namespace(namespace)
        return f"{PATHS[plural]}/namespaces/{real}/{plural}" + (f"/{name}" if name else "")

    def _namespace(self, name: str) -> str:
        if name not in self._namespaces:
            real = self._namespaces[name] = f"{self.id}-{name}"
            self.reach.ask("POST", "/api/v1/namespaces", {"metadata": {"name": real}})
            account = f"/api/v1/namespaces/{real}/serviceaccounts/default"
            self.until(lambda: self.reach.client.ask("GET", account)[0] == 200, account)
        return self._namespaces[name]


def _settled(pod: Mapping[str, Any]) -> bool:
    never = pod["metadata"].get("annotations", {}).get("world.nodeops/ready-seconds") == "never"
    bound = bool(pod["spec"].get("nodeName"))
    return bound and (never or pod.get("status", {}).get("phase") == "Running")
