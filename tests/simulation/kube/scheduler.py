# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Schedule unbound pods onto nodes that can take them.

It honors what moves pods in a rotation (unschedulable, taints, requests, nodeSelector, the node
affinity of volumes) and knows nothing of affinity or scores.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.kube.control import Control, Queue
from ansible_collections.nodeops.rotator.tests.simulation.kube.objects import (
    Key,
    Object,
    extended_of,
    is_finished,
    is_terminating,
    key_of,
    labels_of,
    quantity,
    requests_of,
    tolerates,
    with_conditions,
)
from ansible_collections.nodeops.rotator.tests.simulation.kube.volumes import Volumes, claims_of

UNSCHEDULABLE = {"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}
SAMPLE = 100
"""So many fitting nodes are compared at most, as the real scheduler samples large clusters."""


@dataclasses.dataclass
class Load:
    """What the pods bound to one node request together."""

    cpu: float = 0.0
    memory: float = 0.0
    pods: int = 0
    extended: Counter[str] = dataclasses.field(default_factory=Counter)

    def add(self, pod: Object, sign: int) -> None:
        """Count a pod in (1) or out (-1)."""
        cpu, memory = requests_of(pod)
        self.cpu += sign * cpu
        self.memory += sign * memory
        self.pods += sign
        for name, amount in extended_of(pod).items():
            self.extended[name] += sign * round(amount)


EMPTY = Load()
"""What a node carries that has no pods yet."""


class Scheduler:
    """Binds pods, and keeps trying those that fit nowhere.

    It does so whenever nodes, pods or claims change and every so often.
    """

    def __init__(self, control: Control, volumes: Volumes) -> None:
        self._control, self._store, self._volumes = control, control.store, volumes
        self._queue = Queue(control, self._schedule, "scheduler_delay")
        self._loads: dict[str, Load] = {}
        self._rooms: dict[str, tuple[Object, tuple[float, float, float]]] = {}
        """What each node offers, as it says and in numbers."""
        self._unschedulable: dict[Key, float] = {}
        """When to look again at each pod that fits nowhere."""
        self._turn = 0
        self._store.listen("pods", self._pod_changed)
        self._store.listen("nodes", self._node_changed)
        self._store.listen("persistentvolumeclaims", lambda old, new: self._retry())
        self._store.listen("persistentvolumes", lambda old, new: self._retry())

    def _pod_changed(self, old: Object | None, new: Object | None) -> None:
        was, is_now = _occupied(old), _occupied(new)
        if was != is_now:
            if was and old is not None:
                self._loads.setdefault(was, Load()).add(old, -1)
                self._retry()
            if is_now and new is not None:
                self._loads.setdefault(is_now, Load()).add(new, 1)
        if new is None and old is not None:
            self._unschedulable.pop(key_of(old), None)
        elif new is not None and old is None and not new["spec"].get("nodeName"):
            self._queue.add(key_of(new))

    def _node_changed(self, old: Object | None, new: Object | None) -> None:
        if new is None:
            return
        looked_at = ("spec", "metadata.labels", "status.allocatable")
        if old is None or any(_at(old, path) != _at(new, path) for path in looked_at):
            self._retry()

    def _retry(self) -> None:
        """Look at every pod again that fitted nowhere."""
        waiting, self._unschedulable = self._unschedulable, {}
        for key in sorted(waiting):
            self._queue.add(key)

    def _schedule(self, key: Key) -> None:
        pod = self._store.get("pods", key[1], key[0])
        if pod is None or pod["spec"].get("nodeName") or is_terminating(pod) or is_finished(pod):
            return
        node, reasons = self._choose(pod)
        if node is None:
            self._wait(pod, key, reasons)
            return
        self._volumes.bind(pod, node)
        scheduled = {"type": "PodScheduled", "status": "True"}
        conditions = with_conditions(pod, self._control.now, scheduled)
        self._control.change(
            "pods",
            pod,
            {"spec": {"nodeName": node["metadata"]["name"]}, "status": {"conditions": conditions}},
        )

    def _wait(self, pod: Object, key: Key, reasons: Counter[str]) -> None:
        total = len(self._store.all("nodes"))
        parts = ", ".join(f"{count} {reason}" for reason, count in sorted(reasons.items()))
        message = f"0/{total} nodes are available: {parts or 'no nodes'}."
        failed = {
            "type": "PodScheduled",
            "status": "False",
            "reason": "Unschedulable",
            "message": message,
        }
        self._control.status(
            "pods", pod, conditions=with_conditions(pod, self._control.now, failed)
        )
        kernel, delay = self._control.kernel, self._control.behavior.scheduler_retry
        self._unschedulable[key] = at = kernel.now + delay
        kernel.after(delay, lambda: self._again(key, at))

    def _again(self, key: Key, at: float) -> None:
        """Look at a pod again, unless something else has led to a look meanwhile."""
        if self._unschedulable.get(key) == at:
            del self._unschedulable[key]
            self._queue.add(key)

    def _choose(self, pod: Object) -> tuple[Object | None, Counter[str]]:
        """Return the least loaded of the fitting nodes, or why each did not fit.

        Nodes without a soft taint come first.
        """
        reasons: Counter[str] = Counter()
        claim = self._volumes.missing_claim(pod)
        nodes = self._candidates(pod)
        if claim is not None:
            return None, Counter({f'persistentvolumeclaim "{claim}" not found': len(nodes)})
        needs, extended, claims = requests_of(pod), extended_of(pod), claims_of(pod)
        fitting: list[tuple[int, int, float, int, Object]] = []
        self._turn += 1
        for place in range(len(nodes)):
            node = nodes[(place + self._turn) % len(nodes)]
            load = self._loads.get(node["metadata"]["name"], EMPTY)
            reason = _unwanted(pod, node) or (self._volumes.obstacle(pod, node) if claims else "")
            reason = reason or self._shortage(node, load, needs)
            reason = reason or (_lacking(node, load, extended) if extended else "")
            if reason:
                reasons[reason] += 1
            else:
                fitting.append((soft_taints(pod, node), load.pods, load.cpu, place, node))
            if len(fitting) >= SAMPLE:
                break
        return (min(fitting, key=lambda entry: entry[:4])[4] if fitting else None), reasons

    def _candidates(self, pod: Object) -> list[Object]:
        """Return all nodes, or the one that a DaemonSet's pod is made for."""
        name = pinned_to(pod)
        if name is None:
            return self._store.all("nodes")
        found = self._store.get("nodes", name)
        return [found] if found else []

    def _shortage(self, node: Object, load: Load, needs: tuple[float, float]) -> str:
        pods, cpu, memory = self._room(node)
        if load.pods + 1 > pods:
            return "Too many pods"
        # Sums of fractions: a milli-core more or less is rounding, not shortage.
        if load.cpu + needs[0] > cpu + 1e-3:
            return "Insufficient cpu"
        return "Insufficient memory" if load.memory + needs[1] > memory + 1 else ""

    def _room(self, node: Object) -> tuple[float, float, float]:
        """Return what a node offers: pods, cores and bytes."""
        room, name = node["status"].get("allocatable") or {}, node["metadata"]["name"]
        known = self._rooms.get(name)
        if known is None or known[0] is not room:
            pods, cpu, memory = (quantity(room.get(one, 0)) for one in ("pods", "cpu", "memory"))
            known = self._rooms[name] = (room, (pods, cpu, memory))
        return known[1]


def _unwanted(pod: Object, node: Object) -> str:
    """Return why the node is not for the pod, in the scheduler's words, "" if it is."""
    spec, offer = pod["spec"], node["spec"]
    if offer.get("unschedulable") and not tolerates(spec["tolerations"], UNSCHEDULABLE):
        return "node(s) were unschedulable"
    for taint in offer.get("taints") or ():
        if taint["effect"] != "PreferNoSchedule" and not tolerates(spec["tolerations"], taint):
            return f"node(s) had untolerated taint {{{taint['key']}: {taint.get('value', '')}}}"
    selector, labels = spec.get("nodeSelector"), labels_of(node)
    if selector and any(labels.get(k) != v for k, v in selector.items()):
        return "node(s) didn't match Pod's node affinity/selector"
    return ""


def _lacking(node: Object, load: Load, wanted: Mapping[str, float]) -> str:
    """Return which extended resource the node has too little of, "" for none."""
    room = node["status"].get("allocatable", {})
    for name, amount in wanted.items():
        if load.extended[name] + amount > quantity(room.get(name, 0)):
            return f"Insufficient {name}"
    return ""


def soft_taints(pod: Mapping[str, Any], node: Mapping[str, Any]) -> int:
    """Return how many PreferNoSchedule taints the pod does not tolerate."""
    soft = (t for t in node["spec"].get("taints") or () if t["effect"] == "PreferNoSchedule")
    return sum(not tolerates(pod["spec"]["tolerations"], taint) for taint in soft)


def pinned_to(pod: Mapping[str, Any]) -> str | None:
    """Return the node that a required node affinity on metadata.name asks for.

    The DaemonSet controller writes it.
    """
    affinity = (pod["spec"].get("affinity") or {}).get("nodeAffinity") or {}
    for term in affinity.get("requiredDuringSchedulingIgnoredDuringExecution", {}).get(
        "nodeSelectorTerms", ()
    ):
        for field in term.get("matchFields", ()):
            if field["key"] == "metadata.name":
                name: str = field["values"][0]
                return name
    return None


def _occupied(pod: Object | None) -> str:
    """Return the node on which the pod takes room, "" if on none."""
    return "" if pod is None or is_finished(pod) else pod["spec"].get("nodeName", "")


def _at(obj: Mapping[str, Any], path: str) -> Any:
    value: Any = obj
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value
