# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bind, attach and detach volumes.

Claims are bound in the zone of the first node, attached where their pod runs, detached after it is
gone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.kube.control import Control
from ansible_collections.nodeops.rotator.tests.simulation.kube.objects import (
    Object,
    is_ready,
    labels_of,
)

ZONE = "topology.kubernetes.io/zone"
DRIVER = "ebs.csi.aws.com"
LOCAL = "local-storage"
"""The storage class of volumes that are a directory or disk of one node."""


def claims_of(pod: Mapping[str, Any]) -> list[str]:
    """Return the names of the PersistentVolumeClaims that the pod mounts."""
    volumes = pod["spec"].get("volumes") or ()
    return [
        v["persistentVolumeClaim"]["claimName"] for v in volumes if "persistentVolumeClaim" in v
    ]


def reference(claim: Mapping[str, Any]) -> Object:
    """Return how a volume names its claim."""
    names = {key: claim["metadata"][key] for key in ("namespace", "name", "uid")}
    return {"kind": "PersistentVolumeClaim", **names}


def _is_local(claim: Mapping[str, Any]) -> bool:
    """Return whether the claim's volumes are made by hand, on nodes."""
    return bool(claim["spec"].get("storageClassName") == LOCAL)


def _reaches(volume: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Return whether a node with these labels can use the volume.

    Its node affinity is a list of terms, of which one has to be met as a whole.
    """
    required = (volume["spec"].get("nodeAffinity") or {}).get("required") or {}
    terms = required.get("nodeSelectorTerms") or [{}]
    return any(
        all(labels.get(e["key"]) in e["values"] for e in term.get("matchExpressions") or ())
        for term in terms
    )


class Volumes:
    """Binds, attaches and detaches.

    `kubelet_lives` is asked whether a node's kubelet can confirm an unmount.
    """

    def __init__(self, control: Control) -> None:
        self._control, self._store = control, control.store
        self.kubelet_lives: Callable[[str], bool] = lambda node: True
        self._waiting: dict[str, tuple[Object, Callable[[], None]]] = {}
        self._store.index(
            "pods",
            "claim",
            lambda pod: (f"{pod['metadata']['namespace']}/{name}" for name in claims_of(pod)),
        )
        self._store.index(
            "volumeattachments", "volume", lambda a: (a["spec"]["source"]["persistentVolumeName"],)
        )
        self._store.listen("volumeattachments", lambda old, new: self._retry())
        self._store.listen("pods", self._pod_changed)
        self._store.listen("nodes", self._node_changed)

    def obstacle(self, pod: Mapping[str, Any], node: Mapping[str, Any]) -> str:
        """Return why the pod's volumes keep it from the node, "" if they do not.

        In the words of the scheduler (plugins/volumebinding/binder.go).
        """
        labels = labels_of(node)
        if not all(_reaches(volume, labels) for volume in self._bound(pod)):
            return "node(s) didn't match PersistentVolume's node affinity"
        waiting = [claim for claim in self._unbound(pod) if _is_local(claim)]
        if any(self._free(claim, labels) is None for claim in waiting):
            return "node(s) didn't find available persistent volumes to bind"
        return ""

    def _unbound(self, pod: Mapping[str, Any]) -> list[Object]:
        namespace = pod["metadata"]["namespace"]
        found = (self._store.get("persistentvolumeclaims", n, namespace) for n in claims_of(pod))
        return [claim for claim in found if claim and not claim["spec"].get("volumeName")]

    def _free(self, claim: Object, labels: Mapping[str, str]) -> Object | None:
        """Return a volume of the claim's class on that node that nobody has."""
        for volume in self._store.all("persistentvolumes"):
            spec = volume["spec"]
            fits = spec.get("storageClassName") == claim["spec"].get("storageClassName")
            if fits and not spec.get("claimRef") and _reaches(volume, labels):
                return volume
        return None

    def missing_claim(self, pod: Mapping[str, Any]) -> str | None:
        """Return a claim that the pod mounts and that does not exist."""
        namespace = pod["metadata"]["namespace"]
        return next(
            (
                n
                for n in claims_of(pod)
                if not self._store.get("persistentvolumeclaims", n, namespace)
            ),
            None,
        )

    def bind(self, pod: Mapping[str, Any], node: Mapping[str, Any]) -> None:
        """Bind each claim that waited for its consumer.

        It gets a new volume in the node's zone; of class local-storage one that is on the node.
        """
        for claim in self._unbound(pod):
            labels = labels_of(node)
            if _is_local(claim):
                volume = self._taken(claim, self._free(claim, labels) or {})
            else:
                volume = self._provision(claim, labels.get(ZONE, ""))
            held = {key: volume["spec"][key] for key in ("capacity", "accessModes")}
            bound = {
                "spec": {"volumeName": volume["metadata"]["name"]},
                "status": {"phase": "Bound", **held},
            }
            self._control.change("persistentvolumeclaims", claim, bound)

    def _taken(self, claim: Object, volume: Object) -> Object:
        taken = {"spec": {"claimRef": reference(claim)}, "status": {"phase": "Bound"}}
        return self._control.change("persistentvolumes", volume, taken) or volume

    def _provision(self, claim: Object, zone: str) -> Object:
        meta = claim["metadata"]
        name = f"pvc-{meta['uid']}"
        rule = {"matchExpressions": [{"key": ZONE, "operator": "In", "values": [zone]}]}
        spec = {
            "capacity": claim["spec"].get("resources", {}).get("requests", {"storage": "1Gi"}),
            "accessModes": claim["spec"].get("accessModes", ["ReadWriteOnce"]),
            "claimRef": reference(claim),
            "persistentVolumeReclaimPolicy": "Delete",
            "storageClassName": claim["spec"].get("storageClassName", ""),
            "volumeMode": "Filesystem",
            "csi": {
                "driver": DRIVER,
                "volumeHandle": f"vol-{meta['uid'].replace('-', '')[:17]}",
                "fsType": "ext4",
            },
            "nodeAffinity": {"required": {"nodeSelectorTerms": [rule]}},
        }
        return self._control.create(
            "persistentvolumes",
            {"metadata": {"name": name}, "spec": spec, "status": {"phase": "Bound"}},
        )

    def _bound(self, pod: Mapping[str, Any]) -> Iterable[Object]:
        namespace = pod["metadata"]["namespace"]
        for name in claims_of(pod):
            claim = self._store.get("persistentvolumeclaims", name, namespace)
            volume = claim["spec"].get("volumeName") if claim else None
            found = self._store.get("persistentvolumes", volume) if volume else None
            if found is not None:
                yield found

    def when_attached(self, pod: Object, action: Callable[[], None]) -> None:
        """Do `action` once all the pod's volumes are attached to its node.

        At once if it has none.
        """
        if not claims_of(pod):
            action()
            return
        self._waiting[pod["metadata"]["uid"]] = (pod, action)
        self._retry()

    def stop_waiting(self, uid: str) -> None:
        """Forget a pod that waited for its volumes."""
        self._waiting.pop(uid, None)

    def _retry(self) -> None:
        for uid, (pod, action) in list(self._waiting.items()):
            if uid in self._waiting and self._attached(pod):
                del self._waiting[uid]
                action()

    def _attached(self, pod: Object) -> bool:
        """Attach the pod's volumes; return whether all are attached to its node.

        A volume that is still attached to another node has to be detached there first
        (ReadWriteOnce).
        """
        complete = True
        node = pod["spec"]["nodeName"]
        for volume in self._bound(pod):
            if "local" in volume["spec"]:  # It is there, and is not attached.
                continue
            name = volume["metadata"]["name"]
            present = self._store.by("volumeattachments", "volume", name)
            here = next((a for a in present if a["spec"]["nodeName"] == node), None)
            if here is None and not present:
                self._attach(name, node)
            complete = complete and here is not None and here["status"]["attached"]
        return complete

    def _attach(self, volume: str, node: str) -> None:
        name = "csi-" + hashlib.sha256(f"{volume}{DRIVER}{node}".encode()).hexdigest()
        spec = {"attacher": DRIVER, "nodeName": node, "source": {"persistentVolumeName": volume}}
        made = self._control.create(
            "volumeattachments",
            {"metadata": {"name": name}, "spec": spec, "status": {"attached": False}},
        )

        def attached() -> None:
            self._control.status("volumeattachments", made, attached=True)

        self._control.later(self._control.behavior.volume_attach, attached)

    def _pod_changed(self, old: Object | None, new: Object | None) -> None:
        """After the end of a volume's last pod on a node, the volume is detached."""
        if new is None and old is not None and old["spec"].get("nodeName") and claims_of(old):
            node = old["spec"]["nodeName"]
            confirmed = self.kubelet_lives(node)
            delay = (
                self._control.behavior.volume_detach
                if confirmed
                else self._control.behavior.volume_force_detach
            )
            for volume in self._bound(old):
                self._detach_later(volume, node, delay)

    def _node_changed(self, old: Object | None, new: Object | None) -> None:
        """Let the volumes of a dead node go when another kubelet has its name.

        It has mounted nothing, so nobody waits (pkg/controller/volume/attachdetach:
        reconciler.go asks the Node's status.volumesInUse).
        """
        if new is None or not is_ready(new) or (old is not None and is_ready(old)):
            return
        name = new["metadata"]["name"]
        for attachment in self._store.all("volumeattachments"):
            volume = attachment["spec"]["source"]["persistentVolumeName"]
            found = self._store.get("persistentvolumes", volume)
            if attachment["spec"]["nodeName"] == name and found is not None:
                self._detach_later(found, name, self._control.behavior.volume_detach)

    def _detach_later(self, volume: Object, node: str, delay: float) -> None:
        self._control.later(delay, lambda: self._detach(volume, node))

    def _detach(self, volume: Object, node: str) -> None:
        claim = volume["spec"]["claimRef"]
        users = self._store.by("pods", "claim", f"{claim['namespace']}/{claim['name']}")
        if any(pod["spec"].get("nodeName") == node for pod in users):
            return
        for attachment in self._store.by("volumeattachments", "volume", volume["metadata"]["name"]):
            if attachment["spec"]["nodeName"] == node:
                self._store.drop("volumeattachments", attachment["metadata"]["name"])
