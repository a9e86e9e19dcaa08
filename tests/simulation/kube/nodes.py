# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep nodes from registration to removal.

Kubelet, node lifecycle controller and cloud controller have a part in it.
"""

from __future__ import annotations

import dataclasses
import datetime
import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.kube import machines, managers
from ansible_collections.nodeops.rotator.tests.simulation.kube.control import Control, Queue
from ansible_collections.nodeops.rotator.tests.simulation.kube.deletion import remove
from ansible_collections.nodeops.rotator.tests.simulation.kube.kubelet import Kubelets, unready
from ansible_collections.nodeops.rotator.tests.simulation.kube.objects import (
    Object,
    condition_is,
    is_ready,
)

LEASES = "kube-node-lease"
NOT_READY = "node.kubernetes.io/not-ready"
UNREACHABLE = "node.kubernetes.io/unreachable"
UNSCHEDULABLE = "node.kubernetes.io/unschedulable"
KUBELET = managers.Manager("kubelet", managers.UPDATE, "v1")
OURS = (NOT_READY, UNREACHABLE, UNSCHEDULABLE)
"""Taints that the node lifecycle controller keeps by condition; others are left alone."""


@dataclasses.dataclass(frozen=True)
class Machine:
    """What a kubelet registers with.

    `taints` may carry "seconds": their owner takes them away so long after Ready.
    """

    name: str
    provider_id: str
    zone: str
    instance_type: str
    architecture: str
    labels: Mapping[str, str]
    private_ip: str
    taints: Sequence[Mapping[str, Any]]
    kubelet_version: str
    windows: bool = False


class Nodes:
    """Life of Node objects.

    `instance_gone` is asked by the cloud controller whether a Node's instance no longer exists.
    """

    def __init__(self, control: Control, kubelets: Kubelets) -> None:
        self._control, self._store = control, control.store
        self._kubelets = kubelets
        self._boots: dict[str, int] = {}
        self.instance_gone: Callable[[Object], bool] = lambda node: False
        self.wrong_clocks: dict[str, float] = {}
        """Seconds by which the clocks of these nodes are fast."""
        self.unrenewed: set[str] = set()  # by kubelets that live
        self._taints = Queue(control, self._taint)
        self._store.listen("nodes", self._node_changed)

    def joins(self, machine: Machine, ready_after: float) -> None:
        """Register a kubelet: as a new Node, or under a name that still has one.

        That one it takes over as it is (kubelet_node_status.go tryRegisterWithApiServer):
        providerID, taints and cordon stay those of the old.
        """
        name, now = machine.name, self._control.now
        boot = self._boots[name] = self._boots.get(name, 0) + 1
        full, usable = machines.capacity(machine.instance_type)
        status = {
            "capacity": full,
            "allocatable": usable,
            "addresses": machines.addresses(name, machine.private_ip),
            "conditions": machines.conditions(now, machines.NOT_READY),
            "nodeInfo": machines.node_info(
                machine.provider_id or machine.name,
                machine.architecture,
                machine.kubelet_version,
                machine.windows,
            ),
            "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
            "images": [],
        }
        present = self._store.get("nodes", name)
        if present is None:
            present = self._register(machine, status)
        else:
            self._control.change("nodes", present, {"status": status})
        self._kubelets.start(name)
        self._lease(present)
        if self._control.behavior.heartbeats:
            self._beat(name, boot)
        self._control.later(ready_after, lambda: self._ready(machine, boot))
        self._watch_instance(name)

    def _register(self, machine: Machine, status: Object) -> Object:
        given = [{k: v for k, v in taint.items() if k != "seconds"} for taint in machine.taints]
        labels = machines.labels(
            machine.name, machine.zone, machine.instance_type, machine.architecture, machine.labels
        )
        if machine.windows:
            labels |= machines.WINDOWS_LABELS
        notes = {
            "node.alpha.kubernetes.io/ttl": "0",
            "volumes.kubernetes.io/controller-managed-attach-detach": "true",
        }
        meta = {"name": machine.name, "labels": labels, "annotations": notes}
        spec: Object = {"taints": given}
        if machine.provider_id:
            spec["providerID"] = machine.provider_id
        node = {"metadata": meta, "spec": spec, "status": status}
        return self._control.create(
            "nodes", managers.updated(None, node, KUBELET, self._control.now)
        )

    def _lease(self, node: Object) -> None:
        """Beat the kubelet's heart (kube-node-lease)."""
        name, now = node["metadata"]["name"], self._control.micro()
        spec = {"holderIdentity": name, "leaseDurationSeconds": 40, "renewTime": now}
        present = self._store.get("leases", name, LEASES)
        if present is not None:
            self._control.change("leases", present, {"spec": spec})
            return
        owner = {"apiVersion": "v1", "kind": "Node", "name": name, "uid": node["metadata"]["uid"]}
        self._control.create(
            "leases",
            {
                "metadata": {"name": name, "namespace": LEASES, "ownerReferences": [owner]},
                "spec": spec,
            },
        )

    def _beat(self, name: str, boot: int) -> None:
        node = self._store.get("nodes", name)
        if self._alive(name, boot) and node is not None:
            if name not in self.unrenewed:
                self._lease(node)
            self._control.kernel.after(
                self._control.behavior.heartbeat_period, lambda: self._beat(name, boot)
            )

    def _alive(self, name: str, boot: int) -> bool:
        """Return whether that kubelet, not a later one of the same name, is there."""
        return self._boots.get(name) == boot and name in self._kubelets.alive

    def _ready(self, machine: Machine, boot: int) -> None:
        node = self._store.get("nodes", machine.name)
        if node is None or not self._alive(machine.name, boot):
            return
        conditions = machines.conditions(self._control.now, machines.READY)
        self._control.status("nodes", node, conditions=conditions)
        for taint in machine.taints:
            if "seconds" in taint:
                self._control.later(
                    taint["seconds"], functools.partial(self.untaint, machine.name, taint["key"])
                )

    def untaint(self, name: str, key: str) -> None:
        """Take all taints with this key off a node."""
        node = self._store.get("nodes", name)
        if node is not None:
            rest = [taint for taint in node["spec"].get("taints") or () if taint["key"] != key]
            self._control.change("nodes", node, {"spec": {"taints": rest or None}})

    def silent(self, name: str) -> None:
        """Stop the kubelet with its containers.

        After the monitor's grace the node counts as Unknown.
        """
        if name not in self._kubelets.alive:
            return
        self.keep_lease(name)
        self._kubelets.stop(name)
        boot = self._boots[name]
        grace = self._control.behavior.node_monitor_grace
        self._control.kernel.after(grace, lambda: self._unknown(name, boot))

    def keep_lease(self, name: str) -> None:
        """Write down the last heartbeat, which was not written then."""
        if (lease := self._store.get("leases", name, LEASES)) is not None:
            renewed = self._renewed(lease)["spec"]["renewTime"]
            self._control.change("leases", lease, {"spec": {"renewTime": renewed}})

    def _unknown(self, name: str, boot: int) -> None:
        node = self._store.get("nodes", name)
        if node is None or self._boots.get(name) != boot or name in self._kubelets.alive:
            return
        conditions = machines.unknown(self._control.now, node["status"]["conditions"])
        self._control.status("nodes", node, conditions=conditions)
        for pod in self._store.by("pods", "node", name):
            unready(self._control, pod)
        self._watch_instance(name)

    def _watch_instance(self, name: str) -> None:
        """Look every `cloud_period` whether a NotReady node still has an instance.

        The cloud controller does so.
        """
        self._control.kernel.after(
            self._control.behavior.cloud_period, lambda: self._look_for_instance(name)
        )

    def _look_for_instance(self, name: str) -> None:
        if not self.removed(name):
            node = self._store.get("nodes", name)
            if node is not None and not is_ready(node):
                self._watch_instance(name)

    def removed(self, name: str) -> bool:
        """Delete the Node if it is NotReady and its instance is gone, and only then.

        Returns whether it is gone.
        """
        node = self._store.get("nodes", name)
        if node is None:
            return True
        if is_ready(node) or not self.instance_gone(node):
            return False
        remove(self._control, "nodes", node)
        return True

    def _node_changed(self, old: Object | None, new: Object | None) -> None:
        if new is not None and self._wanted(new) != _ours(new):
            self._taints.add(new["metadata"]["name"])

    def _wanted(self, node: Object) -> set[tuple[str, str]]:
        """Return the taints that condition and cordon ask for, as (key, effect)."""
        wanted = set()
        if condition_is(node, "Ready", "False"):
            wanted = {(NOT_READY, "NoSchedule"), (NOT_READY, "NoExecute")}
        elif condition_is(node, "Ready", "Unknown"):
            wanted = {(UNREACHABLE, "NoSchedule"), (UNREACHABLE, "NoExecute")}
        return wanted | (
            {(UNSCHEDULABLE, "NoSchedule")} if node["spec"].get("unschedulable") else set()
        )

    def _taint(self, name: str) -> None:
        node = self._store.get("nodes", name)
        if node is None:
            return
        wanted = self._wanted(node)
        kept = [
            t
            for t in node["spec"].get("taints") or ()
            if t["key"] not in OURS or (t["key"], t["effect"]) in wanted
        ]
        missing = wanted - {(t["key"], t["effect"]) for t in kept}
        added = [
            {"key": key, "effect": effect, "timeAdded": self._control.now}
            for key, effect in sorted(missing)
        ]
        self._control.change("nodes", node, {"spec": {"taints": (kept + added) or None}})

    def true_lease(self, name: str) -> Object | None:
        """Return the lease of a node as by a right clock, None if there is none."""
        lease = self._store.get("leases", name, LEASES)
        return None if lease is None else self._renewed(lease)

    def fresh_lease(self, lease: Object) -> Object:
        """Return the lease as a reader sees it, by the clock of its node.

        Heartbeats are not written one by one.
        """
        meta, fast = lease["metadata"], self.wrong_clocks.get(lease["metadata"]["name"])
        found = self._renewed(lease)
        if fast is None or meta.get("namespace") != LEASES:
            return found
        moment = datetime.datetime.fromisoformat(found["spec"]["renewTime"].replace("Z", "+00:00"))
        shown = (moment + datetime.timedelta(seconds=fast)).isoformat(timespec="microseconds")
        return {**found, "spec": {**found["spec"], "renewTime": shown.replace("+00:00", "Z")}}

    def _renewed(self, lease: Object) -> Object:
        """Return the lease as renewed within the last period while its kubelet lives."""
        meta = lease["metadata"]
        if (
            self._control.behavior.heartbeats
            or meta.get("namespace") != LEASES
            or meta["name"] not in self._kubelets.alive - self.unrenewed
        ):
            return lease
        now, period = self._control.kernel.now, self._control.behavior.heartbeat_period
        return {
            **lease,
            "spec": {**lease["spec"], "renewTime": self._control.micro(now - now % period)},
        }


def _ours(node: Object) -> set[tuple[str, str]]:
    return {(t["key"], t["effect"]) for t in node["spec"].get("taints") or () if t["key"] in OURS}
