# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small stage for drains on virtual time.

It makes nodes, workloads and budgets in a few words, and drives `advance`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.client import KubeClient
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.feeds import Feeds
from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import Command, Evict
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import DrainPolicy
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.request import Order
from ansible_collections.nodeops.rotator.plugins.module_utils.core.events import Event
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import Ports
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.advance import advance
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.check import (
    CheckMemory,
    decide_check,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import (
    DrainMemory,
    NodeStatus,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.order import decide
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.run import (
    RunMemory,
    RunResult,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import Step, View, run
from ansible_collections.nodeops.rotator.tests.simulation.adapters_kube import kube_call
from ansible_collections.nodeops.rotator.tests.simulation.gate import Gate
from ansible_collections.nodeops.rotator.tests.simulation.kernel import EPOCH, Kernel
from ansible_collections.nodeops.rotator.tests.simulation.kube import build
from ansible_collections.nodeops.rotator.tests.simulation.kube.behavior import Behavior
from ansible_collections.nodeops.rotator.tests.simulation.kube.cluster import Cluster
from ansible_collections.nodeops.rotator.tests.simulation.virtual import VirtualInbox

STOP, READY, START = (
    "world.nodeops/stop-seconds",
    "world.nodeops/ready-seconds",
    "world.nodeops/start-seconds",
)


class Stage:
    """One world with a cluster.

    Create workloads while only the nodes meant for them exist.
    """

    def __init__(self, behavior: Behavior = Behavior(), kernel: Kernel | None = None) -> None:
        self.kernel = kernel or Kernel()
        self.gate = Gate(lambda: self.kernel.now)
        self.cluster = Cluster(self.kernel, self.gate, behavior)
        self.inbox: VirtualInbox | None = None
        self.events: list[tuple[float, Event]] = []

    def node(self, name: str, **more: Any) -> None:
        """A Ready node with room for 234 pods."""
        index = len(list(self.cluster.objects("nodes"))) + 1
        self.cluster.node_joins(
            name,
            f"aws:///eu-west-1a/i-{index:017x}",
            "eu-west-1a",
            "m5.4xlarge",
            "amd64",
            more.pop("labels", {}),
            f"10.0.0.{index}",
            ready_after=0.0,
            **more,
        )
        self.cluster.settle()

    def deployment(self, name: str, replicas: int, namespace: str = "default", **pod: Any) -> None:
        """Running pods of a Deployment, labelled app=<name>."""
        self._workload("deployments", name, namespace, pod, replicas=replicas)

    def daemonset(self, name: str, namespace: str = "kube-system", **pod: Any) -> None:
        """A pod of a DaemonSet on every node."""
        self._workload(
            "daemonsets", name, namespace, {"tolerations": [{"operator": "Exists"}], **pod}
        )

    def statefulset(self, name: str, replicas: int, **pod: Any) -> None:
        """Running pods of a StatefulSet in the namespace default."""
        more = {"serviceName": name, "replicas": replicas}
        self._workload("statefulsets", name, "default", pod, **more)

    def job(self, name: str, **pod: Any) -> None:
        """A running pod of a Job in the namespace default."""
        template = {
            "metadata": {"labels": {"app": name}, "annotations": pod.get("annotations", {})},
            "spec": pod_spec(pod) | {"restartPolicy": "Never"},
        }
        meta = {"name": name, "namespace": "default"}
        self.cluster.create("jobs", {"metadata": meta, "spec": {"template": template}})
        self.cluster.settle()

    def static_pod(self, name: str, node: str) -> None:
        """The mirror of a static pod in kube-system."""
        build.static_pod(self.cluster, "kube-system", name, node)
        self.cluster.settle()

    def finish(self, name: str) -> None:
        """Let a pod in the namespace default have ended well."""
        pod = self.found("pods", name, "default")
        self.cluster.change("pods", pod, {"status": {"phase": "Succeeded"}})

    def end(self, app: str) -> None:
        """Begin to delete the pods of a workload."""
        for pod in self.cluster.objects("pods"):
            if pod["metadata"].get("labels", {}).get("app") == app:
                self.cluster.delete("pods", pod)

    def _workload(
        self, plural: str, name: str, namespace: str, pod: Mapping[str, Any], **spec: Any
    ) -> None:
        if not self.cluster.object("namespaces", namespace):
            self.cluster.create("namespaces", {"metadata": {"name": namespace}})
        template = {
            "metadata": {"labels": {"app": name}, "annotations": pod.get("annotations", {})},
            "spec": pod_spec(pod),
        }
        body = {"selector": {"matchLabels": {"app": name}}, "template": template, **spec}
        self.cluster.create(
            plural, {"metadata": {"name": name, "namespace": namespace}, "spec": body}
        )
        self.cluster.settle()

    def pod(self, name: str, node: str = "", namespace: str = "default", **pod: Any) -> None:
        """A bare pod."""
        meta = {
            "name": name,
            "namespace": namespace,
            "labels": pod.get("labels", {}),
            "annotations": pod.get("annotations", {}),
        }
        meta |= {key: pod[key] for key in ("ownerReferences", "finalizers") if key in pod}
        spec = pod_spec(pod) | ({"nodeName": node} if node else {})
        self.cluster.create("pods", {"metadata": meta, "spec": spec})
        self.cluster.settle()

    def budget(self, name: str, namespace: str = "default", app: str = "", **spec: Any) -> None:
        """Create a PodDisruptionBudget for the pods of a workload.

        `app`: name of the workload; by default that of the budget.
        """
        selector = {"matchLabels": {"app": app or name}}
        meta = {"name": name, "namespace": namespace}
        self.cluster.create(
            "poddisruptionbudgets", {"metadata": meta, "spec": {"selector": selector, **spec}}
        )
        self.cluster.settle()

    def cordon(self, *names: str) -> None:
        """Cordon nodes, as whoever drains them has done."""
        for name in names:
            self.cluster.change(
                "nodes", self.found("nodes", name), {"spec": {"unschedulable": True}}
            )

    def found(self, plural: str, name: str, namespace: str = "") -> dict[str, Any]:
        """An object that must be there."""
        found = self.cluster.object(plural, name, namespace)
        assert found is not None, f"{plural} {namespace}/{name}"
        return found

    def names_on(self, node: str) -> list[str]:
        """Names of the pods on a node."""
        return sorted(pod["metadata"]["name"] for pod in self.cluster.pods_on(node))

    def order(
        self, *nodes: str, check: bool = False, stop_at: float | None = None, **options: Any
    ) -> RunResult:
        """Do what node_drain does with these nodes.

        `options`: those of the module (`max_parallel`, `state`, ..., the policy's).
        """
        ours = {
            name: options.pop(name)
            for name in ("state", "selector", "max_parallel", "leave_cordoned")
            if name in options
        }
        inbox = self._inbox(options.pop("kill_at_command", None))
        wanted = Order(
            **{"state": "drained", "names": nodes, "policy": self._policy(options), **ours}
        )
        if stop_at is not None:
            inbox.stop_at(stop_at)
        work: Any = (decide_check, CheckMemory()) if check else (decide, RunMemory())
        answer: RunResult = run(*work, wanted, inbox, self._tell)
        return answer

    def drain(self, *nodes: str, **policy: Any) -> dict[str, NodeStatus]:
        """Cordon the nodes and drain them to the end; answers their statuses."""
        self.cordon(*nodes)
        return self.resume(*nodes, **policy)

    def resume(
        self, *nodes: str, kill_at_command: int | None = None, **policy: Any
    ) -> dict[str, NodeStatus]:
        """Drain nodes from an empty memory."""
        inbox = self._inbox(kill_at_command)
        return dict(run(_decide(nodes), DrainMemory(), self._policy(policy), inbox, self._tell))

    def _policy(self, options: Mapping[str, Any]) -> DrainPolicy:
        return DrainPolicy(**{"epoch": EPOCH.timestamp(), **options})

    def _inbox(self, kill_at_command: int | None = None) -> VirtualInbox:
        call = kube_call(self.cluster)
        # type: ignore[arg-type]  # a drain does not touch AWS
        ports = Ports(cloud=None, cluster=KubeClient(call))
        self.inbox = VirtualInbox(self.kernel, ports, Feeds(call).follow, kill_at_command)
        return self.inbox

    def _tell(self, event: Event, now: float) -> None:
        self.events.append((now, event))

    def calls(self, *operations: str) -> int:
        """How often these operations were asked of the API server."""
        return sum(self.gate.calls[f"kubernetes:{operation}"] for operation in operations)

    @property
    def asked(self) -> int:
        """Requests of all kinds so far."""
        return sum(self.gate.calls.values())

    def evictions(self) -> list[tuple[float, Evict]]:
        """The evictions of the last drain and when they went out."""
        assert self.inbox is not None
        return [(at, command) for at, command in self.inbox.commands if isinstance(command, Evict)]

    def commands(self) -> list[Command]:
        """Everything that the last drain did."""
        assert self.inbox is not None
        return [command for _at, command in self.inbox.commands]


def _decide(nodes: Sequence[str]) -> Any:
    def look(
        memory: DrainMemory, view: View, now: float, policy: DrainPolicy
    ) -> Step[DrainMemory, Any]:
        step = advance(memory, nodes, view, now, policy)
        over = all(status.final for status in step.status.values())
        return Step(
            step.memory,
            step.commands,
            step.events,
            step.wake,
            step.feeds,
            step.status if over else None,
        )

    return look


def pod_spec(pod: Mapping[str, Any]) -> dict[str, Any]:
    """Return a pod spec made of a few words.

    `pod`: `grace`, `claims`, `empty_dir`, and any field of the spec itself.
    """
    volumes = [
        {"name": f"v{n}", "persistentVolumeClaim": {"claimName": c}}
        for n, c in enumerate(pod.get("claims", ()))
    ]
    if pod.get("empty_dir"):
        volumes.append({"name": "scratch", "emptyDir": {}})
    spec: dict[str, Any] = {"containers": [{"name": "main", "image": "pause"}], "volumes": volumes}
    if "grace" in pod:
        spec["terminationGracePeriodSeconds"] = pod["grace"]
    ours = (
        "grace",
        "claims",
        "empty_dir",
        "labels",
        "annotations",
        "ownerReferences",
        "finalizers",
    )
    return spec | {key: value for key, value in pod.items() if key not in ours}
