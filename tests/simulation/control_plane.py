# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulate the control plane of a kops cluster.

That is one API server for each node, and etcd; and nodes beside it that run an API server alone.

An API server answers for its own node only, once the etcd member beside it serves; beside it runs
kops's health check on port 3990. Without quorum nothing can be read or written. The judge knows
what a command would cost the quorum.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.machines import Instance
from ansible_collections.nodeops.rotator.tests.simulation.aws.records import StoredObject
from ansible_collections.nodeops.rotator.tests.simulation.etcd import Etcd
from ansible_collections.nodeops.rotator.tests.simulation.gate import Call
from ansible_collections.nodeops.rotator.tests.simulation.kube.errors import ApiError
from ansible_collections.nodeops.rotator.tests.simulation.rules import Breach, Rules
from ansible_collections.nodeops.rotator.tests.simulation.static_pods import static_pod
from ansible_collections.nodeops.rotator.tests.simulation.truth import instance_id, is_ready

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.world import World

COMPONENTS = ("kube-apiserver", "kube-controller-manager", "kube-scheduler")
LEASES = ("kube-controller-manager", "kube-scheduler")
HEALTH_PORT, SECURE_PORT = 3990, 443
NO_QUORUM = "etcdserver: request timed out"
TAKES = (
    "autoscaling:TerminateInstanceInAutoScalingGroup",
    "autoscaling:DetachInstances",
    "autoscaling:EnterStandby",
    "ec2:TerminateInstances",
)
"""Calls that take a node of the control plane away."""


class ControlPlane:
    """Control plane of a world whose nodes are there.

    `places`: its Auto Scaling groups. `beside`: those of nodes that run an API server alone.
    `api_start`: seconds from the node's joining until its API server answers, if etcd serves by
    then. `election`: seconds until somebody else leads. `backup_period`: seconds between backups,
    into the `bucket`. `reachable`: clients reach API servers at the addresses of their nodes, which
    were asked for so (`asked_at`). `whole` places are those whose API server and etcd members
    serve.
    """

    def __init__(
        self,
        world: World,
        cluster: str,
        places: Sequence[str],
        etcds: Sequence[str] = ("main", "events"),
        bucket: str = "backups",
        scale: float = 1.0,
        beside: Sequence[str] = (),
    ) -> None:
        """Put up the pods of the nodes that are there. `scale` multiplies every duration."""
        self._world, self.cluster, self.places, self.etcds = world, cluster, list(places), etcds
        self.outage_allowed = False
        """Whether people have allowed that its only node is missing for a while."""
        self.api_start, self.election = (10.0 * scale, 25.0 * scale), (15.0 * scale, 20.0 * scale)
        self.bucket, self.backup_period, self.beside = bucket, 900.0 * scale, list(beside)
        self._started: set[str] = set()
        """IDs of the instances whose API server has started."""
        self.etcd = Etcd(world, cluster, places, etcds)
        self.etcd.attach, self.etcd.join = (3.0 * scale, 8.0 * scale), (10.0 * scale, 30.0 * scale)
        self.etcd.changed = self._etcd_changed
        world.control_plane = self
        world.cluster.control.outage = self.outage
        world.cluster.control.proxied = self._proxied
        world.cluster.control.direct = self._direct
        self.reachable, self.asked_at = False, list[str]()
        world.cluster.store.listen("nodes", self._node_changed)
        world.gate.judges.append(self._judge)
        for group in (*self.places, *self.beside):
            size = world.account.groups[group].desired
            world.judge.rules[group] = Rules(size, surge=0, unavailable=1)
            for instance in self.instances(group):
                self._begin(instance)
        world.cluster.settle()
        self._backups = 0
        self._lead()
        self._go_on_backing_up()

    def _begin(self, instance: Instance) -> None:
        node = self._world.node_of(instance)
        if node is not None:
            self._add_pods(node, instance)
            self._started.add(instance.id)

    def instances(self, group: str) -> list[Instance]:
        """Return the running instances of a group."""
        found = (one for one in self._world.account.instances.values() if one.group == group)
        return [one for one in found if one.state == "running"]

    def instance(self, place: str) -> Instance | None:
        """Return the running instance of a place, None if there is none."""
        return next(iter(self.instances(place)), None)

    def is_whole(self, place: str) -> bool:
        """Return whether API server and etcd members of a place serve."""
        instance = self.instance(place)
        return instance is not None and self.etcd.is_up(place) and self.serves(instance)

    def serves(self, instance: Instance) -> bool:
        """Return whether an instance's API server has started on a Ready node."""
        node = self._world.node_of(instance)
        return instance.id in self._started and node is not None and is_ready(node)

    def stop_api_server(self, instance: Instance) -> None:
        """Let the API server of an instance answer no more."""
        self._started.discard(instance.id)

    # What the API server says

    def outage(self) -> str:
        """Return why nothing can be read or written now, "" while it can."""
        return "" if self.etcd.has_quorum() else NO_QUORUM

    def _proxied(self, pod: str, port: int, path: str) -> tuple[int, str]:
        """Answer what is asked of a pod through the proxy of the API server."""
        groups = (*self.places, *self.beside)
        found = (one for group in groups for one in self.instances(group))
        instance = next((one for one in found if _pod_of(one) == pod), None)
        if instance is None:
            raise ApiError(404, f'pods "{pod}" not found', "NotFound")
        if port == SECURE_PORT:
            return 401, "Unauthorized"
        if port != HEALTH_PORT or path not in ("readyz", "livez", "healthz"):
            return 404, "404 page not found"
        return self._says(instance, port, path)

    def _direct(self, address: str) -> tuple[int, str] | None:
        """Answer what is asked of the API server at the address of a node."""
        self.asked_at.append(address)
        groups = (*self.places, *self.beside)
        found = (one for group in groups for one in self.instances(group))
        instance = next((one for one in found if one.private_ip == address), None)
        if not self.reachable or instance is None or instance.id not in self._started:
            return None
        return self._says(instance, SECURE_PORT, "readyz")

    def _says(self, instance: Instance, port: int, path: str) -> tuple[int, str]:
        """Return what an API server, or the health check beside it, answers to a check."""
        if instance.id not in self._started:
            return 503, "error forwarding request: dial tcp 127.0.0.1:443: connect: refused"
        asked = self._checks() if instance.group in self.places else []
        failed = [name for name, etcd in asked if not self.etcd.is_up(instance.group, etcd)]
        if failed:
            lines = [f"[-]{name} failed: reason withheld" for name in failed]
            return 500, " ".join((*lines, f"{path} check failed"))
        return 200, "ok" if port == HEALTH_PORT else " ".join(f"[+]{one[0]} ok" for one in asked)

    def _checks(self) -> list[tuple[str, str]]:
        """Return the checks of an API server, and the etcd cluster that each asks.

        Before Kubernetes 1.33 it does not ask what --etcd-servers-overrides names (apiserver
        `pkg/server/options/etcd.go`).
        """
        overrides = (
            [("etcd-override-0", "events")] if self._world.cluster.control.minor >= 33 else []
        )
        return [("etcd", "main"), *overrides]

    # Nodes and their pods

    def _node_changed(self, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> None:
        if new is None or old is not None:
            return
        instance = self._world.account.instances.get(instance_id(new))
        if instance is not None and instance.group in (*self.places, *self.beside):
            kernel = self._world.kernel
            kernel.after(0.5, lambda: self._add_pods(new, instance))
            kernel.after(kernel.spread(*self.api_start), lambda: self._start(instance))

    def _start(self, instance: Instance) -> None:
        if instance.alive:
            self._started.add(instance.id)

    def _add_pods(self, node: Mapping[str, Any], instance: Instance) -> None:
        """Put up the static pods of a node."""
        name, cluster = node["metadata"]["name"], self._world.cluster
        if cluster.object("nodes", name) is None:
            return
        apps = (*COMPONENTS, *(f"etcd-manager-{etcd}" for etcd in self.etcds))
        for app in apps if instance.group in self.places else COMPONENTS[:1]:
            cluster.create("pods", static_pod(app, node, self.cluster, self.bucket))

    # Leaders and backups

    def _etcd_changed(self) -> None:
        kernel = self._world.kernel
        kernel.after(kernel.spread(*self.election), self._lead)

    def _lead(self) -> None:
        """Let a whole node hold the Lease of each controller whose holder is gone."""
        whole = (self.instance(place) for place in self.places if self.is_whole(place))
        nodes = [instance.private_dns for instance in whole if instance is not None]
        for number, name in enumerate(LEASES):
            lease = self._world.cluster.object("leases", name, "kube-system")
            holder = lease["spec"]["holderIdentity"].partition("_")[0] if lease else ""
            if not nodes or holder in nodes:
                continue
            leader = nodes[number % len(nodes)]
            made = uuid.UUID(int=self._world.kernel.random.getrandbits(128))
            spec = {"holderIdentity": f"{leader}_{made}", "leaseDurationSeconds": 15}
            if lease is None:
                meta = {"name": name, "namespace": "kube-system"}
                self._world.cluster.create("leases", {"metadata": meta, "spec": spec})
            else:
                self._world.cluster.change("leases", lease, {"spec": spec})

    def _go_on_backing_up(self) -> None:
        self.back_up()
        self._world.kernel.after(self.backup_period, self._go_on_backing_up)

    def back_up(self) -> None:
        """Write a backup of each etcd cluster, as its leader does now and then."""
        kernel, account = self._world.kernel, self._world.account
        bucket = account.buckets.setdefault(self.bucket, {})
        if self.etcd.has_quorum():
            at = kernel.utc().strftime("%Y-%m-%dT%H:%M:%SZ")
            for etcd in self.etcds:
                folder = f"{self.cluster}/backups/etcd/{etcd}/{at}-{self._backups:06d}"
                for file in ("etcd.backup.gz", "_etcd_backup.meta"):
                    bucket[f"{folder}/{file}"] = StoredObject(b"{}", kernel.now)
            self._backups += 1

    # The judge

    def _judge(self, call: Call) -> None:
        """Judge a command that takes a node of the control plane."""
        if any(call.actor.startswith(glob.rstrip("*")) for glob in self._world.judge.unjudged):
            return
        if call.name in TAKES:
            for name in call.params.get("InstanceIds") or [call.params.get("InstanceId", "")]:
                instance = self._world.account.instances.get(name)
                if instance is not None and instance.state == "running":
                    self._judge_loss(call, instance)
        elif call.name == "kubernetes:patch nodes":
            body = call.params.get("body")
            cordons = isinstance(body, dict) and body.get("spec", {}).get("unschedulable")
            node = self._world.cluster.object("nodes", call.params.get("name", ""))
            instance = self._world.account.instances.get(instance_id(node)) if node else None
            if cordons and instance is not None:
                self._judge_loss(call, instance)

    def _judge_loss(self, call: Call, instance: Instance) -> None:
        place = instance.group
        if place not in (*self.places, *self.beside):
            return
        if self.outage_allowed and self.places == [place]:
            return
        if not self.etcd.has_quorum(place):
            self._breach(call, "an etcd cluster would be without quorum")
        elif down := [*self._down(instance)]:
            self._breach(call, f"{down[0]} of the control plane is not whole")

    def _down(self, leaving: Instance) -> Iterator[str]:
        """Yield the groups of which not every other node is whole."""
        yield from (
            place for place in self.places if place != leaving.group and not self.is_whole(place)
        )
        for group in self.beside:
            serving = [one for one in self.instances(group) if self.serves(one) or one is leaving]
            if len(serving) < self._world.account.groups[group].desired:
                yield group

    def _breach(self, call: Call, why: str) -> None:
        judge = self._world.judge
        judge.breaches.append(Breach(self._world.kernel.now, call.name, why))


def _pod_of(instance: Instance) -> str:
    """Return the name of the pod of an instance's API server."""
    return f"kube-apiserver-{instance.private_dns}"
