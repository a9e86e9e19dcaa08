# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Join an AWS account and a Kubernetes cluster.

Instances that boot become nodes, and nodes lose their instances.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account
from ansible_collections.nodeops.rotator.tests.simulation.aws.behavior import (
    Behavior as AwsBehavior,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws.machines import Instance
from ansible_collections.nodeops.rotator.tests.simulation.endpoints import Endpoints
from ansible_collections.nodeops.rotator.tests.simulation.figures import Figures
from ansible_collections.nodeops.rotator.tests.simulation.gate import Gate
from ansible_collections.nodeops.rotator.tests.simulation.judge import Judge
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.kube.behavior import (
    Behavior as KubeBehavior,
)
from ansible_collections.nodeops.rotator.tests.simulation.kube.cluster import Cluster
from ansible_collections.nodeops.rotator.tests.simulation.kube.volumes import ZONE
from ansible_collections.nodeops.rotator.tests.simulation.truth import Truth

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.control_plane import (
        ControlPlane,
    )

UNINITIALIZED = {
    "key": "node.cloudprovider.kubernetes.io/uninitialized",
    "value": "true",
    "effect": "NoSchedule",
}
"""What a kubelet with an external cloud provider registers with (cloud-provider, api/well_known).
"""
NEVER_JOINS, NEVER_READY = "never joins", "never ready"
Range = tuple[float, float]


@dataclasses.dataclass
class NodeKind:
    """What the nodes of one Auto Scaling group look like.

    Labels, and taints that they have from the start; the extended `resources` (with quantities) and
    CSI `drivers` that they offer, `offered_after` seconds after they are Ready. `join` and `ready`
    are the World's unless given. A node of `windows` has no pods of Linux. `joins_warm`: they join
    from the warm pool too. `more_labels`: what the node of an instance has besides.
    """

    labels: dict[str, str] = dataclasses.field(default_factory=dict)
    taints: tuple[dict[str, str], ...] = ()
    resources: dict[str, str] = dataclasses.field(default_factory=dict)
    drivers: tuple[str, ...] = ()
    offered_after: float = 0.0
    identified_after: float = 0.0
    join: Range | None = None
    ready: Range | None = None
    windows: bool = False
    joins_warm: bool = False
    more_labels: Callable[[Instance], Mapping[str, str]] = lambda instance: {}


class World:
    """One account, one cluster, one clock.

    `join` and `ready`: seconds from running to joining, from joining to Ready. `kinds` by group
    name; `kubelets` by image ID, else `kubelet`; `bad_images` by image ID: NEVER_JOINS or
    NEVER_READY; `lacking` by image ID: the resources and drivers that its nodes never offer.
    """

    def __init__(
        self,
        kernel: Kernel,
        name: str = "demo",
        aws: AwsBehavior = AwsBehavior(),
        kube: KubeBehavior = KubeBehavior(),
        region: str = "eu-west-1",
        account_id: str = "123456789012",
    ) -> None:
        self.kernel, self.name = kernel, name
        self.gate = Gate(lambda: kernel.now)
        self.account = Account(kernel, self.gate, region, account_id, behavior=aws)
        self.cluster = Cluster(kernel, self.gate, kube)
        self.join, self.ready = (15.0, 30.0), (5.0, 20.0)
        self.kinds: dict[str, NodeKind] = {}
        self.kubelet = "v1.33.5-eks-113cf36"
        self.kubelets: dict[str, str] = {}
        self.bad_images: dict[str, str] = {}
        self.lacking: dict[str, frozenset[str]] = {}
        self._kubelets: dict[str, str] = {}
        """By node name: the instance whose kubelet has it, or had it last."""
        self.control_plane: ControlPlane | None = None
        self.facts: dict[str, Any] = {}
        """What a scenario wants its tests to know."""
        self.cluster.instance_gone = self._gone
        self.account.observers.append(self._instance_event)
        self.figures = Figures(self)
        self.truth = Truth(self, self.figures.changed)
        self.endpoints = Endpoints(self)
        self.judge = Judge(self)
        self.gate.judges.append(self.judge)

    def begin(self, sampled: bool = True) -> None:
        """Let instances be nodes, and everything come to rest.

        Call it once, when all is furnished. `sampled`: whether figures are kept (see figures.py).
        """
        for instance in list(self.account.instances.values()):
            if instance.state == "running" and instance.group in self.kinds:
                self._join(instance, ready_after=0.0)
        self.cluster.settle()
        self._date_nodes()
        self.endpoints.begin()
        self.truth.begin()
        self.judge.begin()
        if sampled:
            self.figures.begin()

    def _date_nodes(self) -> None:
        """Nodes are as old as their instances."""
        for instance in self.account.instances.values():
            node = self.node_of(instance)
            if node is not None:
                created = self.kernel.timestamp(instance.launched_at)
                self.cluster.change("nodes", node, {"metadata": {"creationTimestamp": created}})

    def behave(
        self,
        after: float = 0.0,
        aws: Mapping[str, Any] | None = None,
        kube: Mapping[str, Any] | None = None,
    ) -> None:
        """Change fields of the two Behavior, in `after` seconds.

        Raises TypeError at once for one that does not exist.
        """
        for behavior, fields in ((self.account.behavior, aws), (self.cluster.behavior, kube)):
            dataclasses.replace(behavior, **fields or {})

        def act() -> None:
            self.account.behavior = dataclasses.replace(self.account.behavior, **aws or {})
            self.cluster.behavior = dataclasses.replace(self.cluster.behavior, **kube or {})

        if after > 0:
            self.kernel.after(after, act)
        else:
            act()

    def _gone(self, node: Mapping[str, Any]) -> bool:
        """Return what the cloud controller is told of a Node's instance.

        Of a Node without providerID, by its name (cloud-provider-aws, InstanceExists).
        """
        name, provider_id = node["metadata"]["name"], node["spec"].get("providerID", "")
        if not provider_id:
            alive = (one for one in self.account.instances.values() if one.alive)
            return all(one.private_dns != name for one in alive)
        instance = self.account.instances.get(provider_id.rsplit("/", 1)[-1])
        return instance is None or instance.state in ("shutting-down", "terminated")

    def _instance_event(self, event: str, instance: Instance) -> None:
        if instance.group not in self.kinds:
            return
        if event == "running" and not self._is_pooled(instance):
            bad, kind = self.bad_images.get(instance.image_id), self.kinds[instance.group]
            if bad != NEVER_JOINS:
                known = kind.ready or self.ready
                ready = 1e9 if bad == NEVER_READY else self.kernel.spread(*known)
                join = self.kernel.spread(*(kind.join or self.join))
                self.kernel.after(join, lambda: self._join(instance, ready))
        elif event in ("stopping", "shutting-down") and self.node_of(instance):
            self.cluster.node_silent(instance.private_dns)
            self.figures.changed()

    def _is_pooled(self, instance: Instance) -> bool:
        """Return whether an instance waits in a warm pool, and its kubelet with it.

        User data is to ask for the lifecycle state before it starts anything (user guide, "Warm
        pools"), which kops does too. A kind of nodes may join all the same.
        """
        _group, member = self.account.scaler.pools.find(instance.id)
        return member is not None and not self.kinds[instance.group].joins_warm

    def node_of(self, instance: Instance) -> dict[str, Any] | None:
        """Return the Node object that names this instance, if there is one."""
        node = self.cluster.object("nodes", instance.private_dns)
        return (
            node
            if node and node["spec"].get("providerID", "").endswith("/" + instance.id)
            else None
        )

    def is_at(self, instance: Instance) -> bool:
        """Return whether this instance's kubelet runs under its name, Node or not."""
        return self._kubelets.get(instance.private_dns) == instance.id

    def pods_of(self, instance: Instance) -> list[dict[str, Any]]:
        """Return the pods that run on this instance.

        Those bound to its name while its kubelet has it, and those whose containers outlast their
        objects.
        """
        return self.cluster.running_on(instance.private_dns) if self.is_at(instance) else []

    def returns(self, instance: Instance) -> None:
        """Bring back the kubelet of this instance, which was silent."""
        self._join(instance, ready_after=5.0)

    def _join(self, instance: Instance, ready_after: float) -> None:
        if instance.state != "running":
            return
        kind = self.kinds[instance.group]
        self._kubelets[instance.private_dns] = instance.id
        identity, late = f"aws:///{instance.zone}/{instance.id}", kind.identified_after
        if late and ready_after:
            self.kernel.after(late, lambda: self._identify(instance, identity))
        self.cluster.node_joins(
            instance.private_dns,
            "" if late and ready_after else identity,
            instance.zone,
            instance.instance_type,
            {"x86_64": "amd64"}.get(instance.architecture, instance.architecture),
            {"nodegroup": instance.group, **kind.labels, **kind.more_labels(instance)},
            instance.ipv6 or instance.private_ip,
            taints=(*kind.taints, UNINITIALIZED) if late and ready_after else kind.taints,
            ready_after=ready_after,
            kubelet_version=self.kubelets.get(instance.image_id, self.kubelet),
            windows=kind.windows,
        )
        if ready_after:
            self.kernel.after(ready_after + kind.offered_after, lambda: self._offer(instance, kind))
        else:
            self._offer(instance, kind)

    def _identify(self, instance: Instance, identity: str) -> None:
        """Let the cloud controller say which instance a Node is; pods may come."""
        node = self.cluster.object("nodes", instance.private_dns)
        if node is not None and self.is_at(instance) and not node["spec"].get("providerID"):
            self.cluster.change("nodes", node, {"spec": {"providerID": identity}})
            self.cluster.untaint(instance.private_dns, str(UNINITIALIZED["key"]))

    def _offer(self, instance: Instance, kind: NodeKind) -> None:
        """Device plugins and CSI drivers register with the kubelet."""
        node, lacking = self.node_of(instance), self.lacking.get(instance.image_id, frozenset())
        if node is None:
            return
        offered = {key: value for key, value in kind.resources.items() if key not in lacking}
        if offered:
            usable = {**node["status"]["allocatable"], **offered}
            self.cluster.change("nodes", node, {"status": {"allocatable": usable}})
        name, uid = node["metadata"]["name"], node["metadata"]["uid"]
        owner = {"apiVersion": "v1", "kind": "Node", "name": name, "uid": uid}
        drivers = [
            {"name": driver, "nodeID": instance.id, "topologyKeys": [ZONE]}
            for driver in kind.drivers
            if driver not in lacking
        ]
        if drivers and self.cluster.object("csinodes", name) is None:
            meta = {"name": name, "ownerReferences": [owner]}
            self.cluster.create("csinodes", {"metadata": meta, "spec": {"drivers": drivers}})
