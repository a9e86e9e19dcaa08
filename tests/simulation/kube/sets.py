# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""StatefulSets (ordered, stable names) and DaemonSets (one pod per node)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.kube.control import Control, Queue
from ansible_collections.nodeops.rotator.tests.simulation.kube.deletion import remove
from ansible_collections.nodeops.rotator.tests.simulation.kube.objects import (
    Key,
    Object,
    controller_of,
    is_finished,
    is_ready,
    is_terminating,
    key_of,
    labels_of,
    owner_uid,
    tolerates,
)
from ansible_collections.nodeops.rotator.tests.simulation.kube.scheduler import pinned_to
from ansible_collections.nodeops.rotator.tests.simulation.kube.tally import Tally
from ansible_collections.nodeops.rotator.tests.simulation.kube.workloads import (
    from_template,
    is_closing,
    reference,
)


class StatefulSets:
    """Keeps pods name-0, name-1 …, each made when those before it are ready.

    With podManagementPolicy Parallel they are made together. One that is deleted is made anew under
    its name once the old object is gone.
    """

    def __init__(self, control: Control, tally: Tally) -> None:
        self._control, self._store, self._tally = control, control.store, tally
        self._queue = Queue(control, self._sync)
        self._store.listen(
            "statefulsets", lambda old, new: self._queue.add(key_of(new)) if new else None
        )
        self._store.listen("pods", self._pod_changed)

    def _pod_changed(self, old: Object | None, new: Object | None) -> None:
        pod = new or old
        ref = controller_of(pod) if pod else None
        if pod and ref and ref["kind"] == "StatefulSet":
            self._queue.add((pod["metadata"]["namespace"], ref["name"]))

    def _sync(self, key: Key) -> None:
        found = self._store.get("statefulsets", key[1], key[0])
        if found is None:
            return
        if not is_closing(self._control, found):
            self._order(found)
        uid = found["metadata"]["uid"]
        active, ready = self._tally.active[uid], self._tally.ready[uid]
        self._control.status(
            "statefulsets",
            found,
            replicas=active,
            currentReplicas=active,
            updatedReplicas=active,
            readyReplicas=ready,
            availableReplicas=ready,
            observedGeneration=found["metadata"]["generation"],
        )

    def _order(self, found: Object) -> None:
        """Do one step: create what is missing, in order, or remove what is too much.

        It removes from the end, and only when all is well.
        """
        namespace, name = key_of(found)
        ordered = found["spec"]["podManagementPolicy"] == "OrderedReady"
        for ordinal in range(found["spec"]["replicas"]):
            pod = self._store.get("pods", f"{name}-{ordinal}", namespace)
            if pod is None:
                self._make(found, ordinal)
            elif is_finished(pod) and not is_terminating(pod):
                remove(self._control, "pods", pod)
            if ordered and (pod is None or is_terminating(pod) or not is_ready(pod)):
                return
        surplus = [
            pod
            for pod in self._control.owned("pods", found)
            if _ordinal(pod) >= found["spec"]["replicas"]
        ]
        for pod in sorted(surplus, key=_ordinal, reverse=True)[: 1 if ordered else None]:
            remove(self._control, "pods", pod)

    def _make(self, found: Object, ordinal: int) -> None:
        namespace, name = key_of(found)
        pod_name = f"{name}-{ordinal}"
        template = found["spec"]["template"]
        pod = from_template(
            template, found, reference("StatefulSet", "apps/v1", found), name=pod_name
        )
        extra = {
            "statefulset.kubernetes.io/pod-name": pod_name,
            "apps.kubernetes.io/pod-index": str(ordinal),
        }
        pod["metadata"]["labels"] = {**(pod["metadata"].get("labels") or {}), **extra}
        volumes = []
        for claim in found["spec"].get("volumeClaimTemplates") or ():
            claim_name = f"{claim['metadata']['name']}-{pod_name}"
            if self._store.get("persistentvolumeclaims", claim_name, namespace) is None:
                meta = {"name": claim_name, "namespace": namespace}
                self._control.create(
                    "persistentvolumeclaims", {"metadata": meta, "spec": claim["spec"]}
                )
            volumes.append(
                {
                    "name": claim["metadata"]["name"],
                    "persistentVolumeClaim": {"claimName": claim_name},
                }
            )
        pod["spec"] = {
            **pod["spec"],
            "hostname": pod_name,
            "volumes": [*pod["spec"].get("volumes", ()), *volumes],
        }
        self._control.create("pods", pod)


def _ordinal(pod: Mapping[str, Any]) -> int:
    return int(pod["metadata"]["name"].rpartition("-")[2])


DAEMON_TOLERATIONS = [
    {"key": f"node.kubernetes.io/{name}", "operator": "Exists", "effect": effect}
    for name, effect in (
        ("not-ready", "NoExecute"),
        ("unreachable", "NoExecute"),
        ("disk-pressure", "NoSchedule"),
        ("memory-pressure", "NoSchedule"),
        ("pid-pressure", "NoSchedule"),
        ("unschedulable", "NoSchedule"),
    )
]
"""What the DaemonSet controller adds to every pod (pkg/controller/daemon/util
AddOrUpdateDaemonPodTolerations)."""

HOST_NETWORK = {
    "key": "node.kubernetes.io/network-unavailable",
    "operator": "Exists",
    "effect": "NoSchedule",
}
NOT_READY = {"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoSchedule"}


class DaemonSets:
    """Keeps one pod on each node that it selects and tolerates, even a cordoned one."""

    def __init__(self, control: Control, tally: Tally) -> None:
        self._control, self._store, self._tally = control, control.store, tally
        self._wanted: dict[str, set[str]] = {}
        self._nodes = Queue(control, self._sync_node)
        self._states = Queue(control, self._report)
        self._store.index("pods", "pinned", lambda pod: filter(None, (pinned_to(pod),)))
        self._store.listen("daemonsets", self._set_changed)
        self._store.listen("nodes", self._node_changed)
        self._store.listen("pods", self._pod_changed)

    def _set_changed(self, old: Object | None, new: Object | None) -> None:
        if new is None and old is not None:
            self._wanted.pop(old["metadata"]["uid"], None)
        elif new is not None and (old is None or old["spec"] != new["spec"]):
            for node in self._store.all("nodes"):
                self._nodes.add((*key_of(new), node["metadata"]["name"]))
            self._states.add(key_of(new))

    def _node_changed(self, old: Object | None, new: Object | None) -> None:
        if old and new and labels_of(old) == labels_of(new) and old["spec"] == new["spec"]:
            return
        node = new or old
        for found in self._store.all("daemonsets") if node else ():
            self._nodes.add((*key_of(found), node["metadata"]["name"]))  # type: ignore[index]

    def _pod_changed(self, old: Object | None, new: Object | None) -> None:
        pod = new or old
        ref = controller_of(pod) if pod else None
        if pod is None or ref is None or ref["kind"] != "DaemonSet":
            return
        key = (pod["metadata"]["namespace"], ref["name"])
        self._states.add(key)
        if new is None or is_finished(new):
            self._nodes.add((*key, pinned_to(pod) or pod["spec"].get("nodeName", "")))

    def _sync_node(self, key: tuple[str, str, str]) -> None:
        namespace, name, node_name = key
        found = self._store.get("daemonsets", name, namespace)
        node = self._store.get("nodes", node_name)
        if found is None or is_closing(self._control, found):
            return
        uid = found["metadata"]["uid"]
        wanted = self._wanted.setdefault(uid, set())
        pods = [pod for pod in self._store.by("pods", "pinned", node_name) if owner_uid(pod) == uid]
        if node is not None and self._should_run(found, node):
            wanted.add(node_name)
            for pod in pods:
                if is_finished(pod) and not is_terminating(pod):
                    remove(self._control, "pods", pod)
            if not pods:
                self._make(found, node_name)
        else:
            wanted.discard(node_name)
        self._states.add((namespace, name))

    def _should_run(self, found: Object, node: Object) -> bool:
        spec = found["spec"]["template"]["spec"]
        if any(labels_of(node).get(k) != v for k, v in (spec.get("nodeSelector") or {}).items()):
            return False
        accepted = self._tolerations(spec)
        taints = node["spec"].get("taints") or ()
        return all(
            taint["effect"] == "PreferNoSchedule" or tolerates(accepted, taint) for taint in taints
        )

    def _tolerations(self, spec: Mapping[str, Any]) -> list[Object]:
        # Host network pods start before the pod network: they are what makes a node Ready, so they
        # go onto nodes that are not. The others tolerate not-ready only once they run.
        own = list(spec.get("tolerations") or ())
        return (
            own
            + DAEMON_TOLERATIONS
            + ([HOST_NETWORK, NOT_READY] if spec.get("hostNetwork") else [])
        )

    def _make(self, found: Object, node: str) -> None:
        template = found["spec"]["template"]
        term = {"matchFields": [{"key": "metadata.name", "operator": "In", "values": [node]}]}
        affinity = {
            "nodeAffinity": {
                "requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [term]}
            }
        }
        spec = {
            **template["spec"],
            "affinity": affinity,
            "tolerations": self._tolerations(template["spec"]),
        }
        ref = reference("DaemonSet", "apps/v1", found)
        name = found["metadata"]["name"]
        self._control.create(
            "pods", from_template({**template, "spec": spec}, found, ref, generateName=f"{name}-")
        )

    def _report(self, key: Key) -> None:
        found = self._store.get("daemonsets", key[1], key[0])
        if found is None:
            return
        uid = found["metadata"]["uid"]
        wanted, ready = len(self._wanted.get(uid, ())), self._tally.ready[uid]
        self._control.status(
            "daemonsets",
            found,
            desiredNumberScheduled=wanted,
            currentNumberScheduled=min(wanted, self._tally.active[uid]),
            numberReady=ready,
            numberAvailable=ready,
            numberUnavailable=max(0, wanted - ready),
            numberMisscheduled=0,
            updatedNumberScheduled=self._tally.active[uid],
            observedGeneration=found["metadata"]["generation"],
        )
