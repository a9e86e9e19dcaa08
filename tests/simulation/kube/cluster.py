# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulate a cluster: the API, the life of its nodes, and the truth for judges."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.gate import Gate
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.kube import machines
from ansible_collections.nodeops.rotator.tests.simulation.kube.admission import Admission, Webhook
from ansible_collections.nodeops.rotator.tests.simulation.kube.api import Api, Response
from ansible_collections.nodeops.rotator.tests.simulation.kube.behavior import Behavior
from ansible_collections.nodeops.rotator.tests.simulation.kube.budgets import Budgets
from ansible_collections.nodeops.rotator.tests.simulation.kube.collector import Collector
from ansible_collections.nodeops.rotator.tests.simulation.kube.control import Control
from ansible_collections.nodeops.rotator.tests.simulation.kube.deletion import remove
from ansible_collections.nodeops.rotator.tests.simulation.kube.evacuation import Evacuation
from ansible_collections.nodeops.rotator.tests.simulation.kube.figures import Workloads
from ansible_collections.nodeops.rotator.tests.simulation.kube.jobs import Jobs
from ansible_collections.nodeops.rotator.tests.simulation.kube.kubelet import Kubelets
from ansible_collections.nodeops.rotator.tests.simulation.kube.nodes import Machine, Nodes
from ansible_collections.nodeops.rotator.tests.simulation.kube.objects import (
    Object,
    is_ready,
    is_terminating,
    labels_of,
)
from ansible_collections.nodeops.rotator.tests.simulation.kube.podgc import PodGc
from ansible_collections.nodeops.rotator.tests.simulation.kube.scheduler import Scheduler
from ansible_collections.nodeops.rotator.tests.simulation.kube.selectors import labels_match
from ansible_collections.nodeops.rotator.tests.simulation.kube.sets import DaemonSets, StatefulSets
from ansible_collections.nodeops.rotator.tests.simulation.kube.tally import Tally
from ansible_collections.nodeops.rotator.tests.simulation.kube.volumes import Volumes
from ansible_collections.nodeops.rotator.tests.simulation.kube.watch import Watch
from ansible_collections.nodeops.rotator.tests.simulation.kube.workloads import (
    Deployments,
    ReplicaSets,
)

VERSION = "v1.33.5"
NAMESPACES = ("default", "kube-system", "kube-public", "kube-node-lease")


class Cluster:
    """One Kubernetes cluster in simulated time.

    It is not thread-safe: whoever shares it takes a lock around each call.
    """

    def __init__(
        self, kernel: Kernel, gate: Gate, behavior: Behavior = Behavior(), version: str = VERSION
    ) -> None:
        self.kernel, self.gate = kernel, gate
        self.control = control = Control(kernel, behavior, version)
        self.store = control.store
        self.admission = Admission()
        self._tally = Tally(control)
        self._volumes = Volumes(control)
        self._kubelets = Kubelets(control, self._volumes)
        self._volumes.kubelet_lives = self._kubelets.alive.__contains__
        self.nodes = Nodes(control, self._kubelets)
        self._budgets = Budgets(control)
        self._controllers = (
            Evacuation(control),
            Scheduler(control, self._volumes),
            ReplicaSets(control, self._tally),
            Deployments(control),
            StatefulSets(control, self._tally),
            DaemonSets(control, self._tally),
            Jobs(control),
            Collector(control),
            PodGc(control),
        )
        self._figures = Workloads(control, self._tally, self._kubelets)
        self._api = Api(control, gate, self.admission, self.nodes.fresh_lease)
        for name in NAMESPACES:
            control.create("namespaces", {"metadata": {"name": name}})

    @property
    def behavior(self) -> Behavior:
        """Return how slow and how rude the cluster is.

        It can be replaced at any time (but for `watch_history`).
        """
        return self.control.behavior

    @behavior.setter
    def behavior(self, behavior: Behavior) -> None:
        self.control.behavior = behavior

    # The API server

    def request(
        self,
        verb: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        content_type: str = "application/json",
        token: str = "",
    ) -> Response:
        """Answer one request (`verb` is an HTTP method): (status, body, headers).

        Answers must not be changed: they share the stored objects. Raises ConnectionLost for a
        fault with code "0".
        """
        return self._api.request(verb, path, query or {}, body, content_type, token)

    def watch(self, path: str, query: Mapping[str, str] | None = None, token: str = "") -> Watch:
        """Open a watch on the path of a collection.

        Raises ConnectionLost for a fault with code "0".
        """
        return self._api.watch(path, query or {}, token)

    def restart_api(self) -> None:
        """Restart the API server: watches end, and old versions are 410 Expired."""
        self._api.restart()

    @property
    def tokens(self) -> dict[str, str] | None:
        """Bearer tokens and their users; None (the default) accepts everybody."""
        return self.admission.tokens

    @tokens.setter
    def tokens(self, tokens: dict[str, str] | None) -> None:
        self.admission.tokens = tokens

    @property
    def authenticate(self) -> Callable[[str], str | None] | None:
        """Asked for a token that `tokens` does not have: the user, or None."""
        return self.admission.authenticate

    @authenticate.setter
    def authenticate(self, hook: Callable[[str], str | None] | None) -> None:
        self.admission.authenticate = hook

    @property
    def denied(self) -> list[tuple[str, str]]:
        """(user glob, "verb resource[/subresource]" glob) pairs that are forbidden."""
        return self.admission.denied

    @property
    def allowed(self) -> dict[str, tuple[str, ...]]:
        """Return, of users named here, globs of "verb resource" for all that they may do."""
        return self.admission.allowed

    @property
    def webhooks(self) -> list[Webhook]:
        """Validating webhooks, asked at every write."""
        return self.admission.webhooks

    # Scenarios and the life of nodes

    def create(self, plural: str, obj: Mapping[str, Any]) -> Object:
        """Create an object for a scenario, past authentication, admission and the gate."""
        return self.control.create(plural, obj)

    def delete(self, plural: str, obj: Object, grace: int | None = None) -> None:
        """Delete an object as a controller would, past the gate."""
        remove(self.control, plural, obj, grace)

    def change(
        self, plural: str, obj: Mapping[str, Any], patch: Mapping[str, Any]
    ) -> Object | None:
        """Merge `patch` into an object, past the gate, as somebody else would."""
        return self.control.change(plural, obj, patch)

    def settle(self) -> None:
        """Let starting pods and trailing statuses come to their end without time passing."""
        self.control.settle()

    def node_joins(
        self,
        name: str,
        provider_id: str,
        zone: str,
        instance_type: str,
        architecture: str,
        labels: Mapping[str, str],
        private_ip: str,
        taints: Sequence[Mapping[str, Any]] = (),
        ready_after: float | None = None,
        kubelet_version: str | None = None,
        windows: bool = False,
    ) -> None:
        """Register a Node, NotReady; Ready follows `ready_after` seconds later.

        Under a name that still has a Node object, that object is taken over with its providerID,
        taints and cordon. `architecture` is EC2's word or the kubelet's (x86_64, amd64, arm64). A
        taint with "seconds" is removed by its owner so long after Ready.
        """
        machine = Machine(
            name=name,
            provider_id=provider_id,
            zone=zone,
            instance_type=instance_type,
            architecture=machines.ARCHITECTURES.get(architecture, architecture),
            labels=labels,
            private_ip=private_ip,
            taints=taints,
            kubelet_version=kubelet_version or f"{self.control.version}-eks-113cf36",
            windows=windows,
        )
        self.nodes.joins(machine, self.behavior.node_ready if ready_after is None else ready_after)

    node_returns = node_joins

    def node_silent(self, name: str) -> None:
        """Silence the node's kubelet and its containers; Ready becomes Unknown later."""
        self.nodes.silent(name)

    def node_removed(self, name: str) -> bool:
        """Let the cloud controller look now; return whether there is no such Node.

        A Node is deleted if it is NotReady and its instance is gone. The controller also looks by
        itself, every `cloud_period`.
        """
        return self.nodes.removed(name)

    def untaint(self, name: str, key: str) -> None:
        """Take all taints with this key off a node, as their owner would."""
        self.nodes.untaint(name, key)

    @property
    def instance_gone(self) -> Callable[[Object], bool]:
        """Return the function that says whether a Node's instance is gone.

        The default says it is.
        """
        return self.nodes.instance_gone

    @instance_gone.setter
    def instance_gone(self, hook: Callable[[Object], bool]) -> None:
        self.nodes.instance_gone = hook

    # The truth, for judges

    def objects(self, plural: str, namespace: str = "") -> Iterable[Object]:
        """Return every object of a resource, or of one namespace of it, as it is now."""
        return self.store.all(plural, namespace)

    def object(self, plural: str, name: str, namespace: str = "") -> Object | None:
        """Return one object as it is now."""
        return self.store.get(plural, name, namespace)

    def node_lease(self, node: str) -> Object | None:
        """Return the lease of a node as by a right clock."""
        return self.nodes.true_lease(node)

    def pods_on(self, node: str) -> list[Object]:
        """Return the pods bound to a node."""
        return self.store.by("pods", "node", node)

    def running_on(self, node: str) -> list[Object]:
        """Return the pods that the kubelet of this name runs.

        Whether there is such a Node or not; none once it is silent and its Node gone.
        """
        if self.object("nodes", node) is None and node not in self._kubelets.alive:
            return []
        return [*self.pods_on(node), *self._kubelets.outlasting(node)]

    def truly_ready(self, pod: Mapping[str, Any]) -> bool:
        """Return whether the pod is ready, not ending, and its node's kubelet lives."""
        return (
            is_ready(pod)
            and not is_terminating(pod)
            and pod["spec"].get("nodeName") in self._kubelets.alive
        )

    def ready_pods(self, namespace: str, selector: str = "") -> int:
        """Return how many pods of a namespace that match a selector truly serve."""
        match = labels_match(selector)
        return sum(
            self.truly_ready(pod) and match(labels_of(pod))
            for pod in self.store.all("pods", namespace)
        )

    def budget_left(self, pod: Mapping[str, Any]) -> int | None:
        """Return how many disruptions the pod's budgets have left in truth.

        Negative: already broken. None without budget.
        """
        return self._budgets.left(pod, self.truly_ready)

    def workload_figures(self) -> dict[tuple[str, str, str], tuple[int, int]]:
        """Return (wanted, truly ready) replicas by (kind, namespace, name).

        Of every Deployment, StatefulSet and DaemonSet.
        """
        return self._figures.all()
