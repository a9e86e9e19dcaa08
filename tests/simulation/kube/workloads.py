# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deployments and ReplicaSets."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.kube import revisions
from ansible_collections.nodeops.rotator.tests.simulation.kube.control import Control, Queue
from ansible_collections.nodeops.rotator.tests.simulation.kube.deletion import remove
from ansible_collections.nodeops.rotator.tests.simulation.kube.objects import (
    Key,
    Object,
    controller_of,
    is_ready,
    is_terminating,
    key_of,
    with_conditions,
)
from ansible_collections.nodeops.rotator.tests.simulation.kube.tally import Tally, is_active


def reference(kind: str, api_version: str, owner: Mapping[str, Any]) -> Object:
    """Return the owner reference of a controller."""
    meta = owner["metadata"]
    names = {"apiVersion": api_version, "kind": kind, "name": meta["name"], "uid": meta["uid"]}
    return {**names, "controller": True, "blockOwnerDeletion": True}


def from_template(
    template: Mapping[str, Any], owner: Mapping[str, Any], ref: Object, **meta: Any
) -> Object:
    """Return a pod made of a workload's template."""
    given = template.get("metadata") or {}
    parts = {
        name: given[name] for name in ("labels", "annotations", "finalizers") if given.get(name)
    }
    about = {**parts, "namespace": owner["metadata"]["namespace"], "ownerReferences": [ref], **meta}
    return {"metadata": about, "spec": template["spec"]}


def is_closing(control: Control, obj: Mapping[str, Any]) -> bool:
    """Return whether the object, or its namespace, is being deleted.

    Nothing more is made for it.
    """
    namespace = control.store.get("namespaces", obj["metadata"]["namespace"])
    return is_terminating(obj) or namespace is None or is_terminating(namespace)


class ReplicaSets:
    """Keeps the number of active pods of each ReplicaSet."""

    def __init__(self, control: Control, tally: Tally) -> None:
        self._control, self._store, self._tally = control, control.store, tally
        self._queue = Queue(control, self._sync)
        self._store.listen(
            "replicasets", lambda old, new: self._queue.add(key_of(new)) if new else None
        )
        self._store.listen("pods", self._pod_changed)

    def _pod_changed(self, old: Object | None, new: Object | None) -> None:
        pod = new or old
        ref = controller_of(pod) if pod else None
        if pod and ref and ref["kind"] == "ReplicaSet":
            self._queue.add((pod["metadata"]["namespace"], ref["name"]))

    def _sync(self, key: Key) -> None:
        found = self._store.get("replicasets", key[1], key[0])
        if found is None:
            return
        uid, wanted = found["metadata"]["uid"], found["spec"]["replicas"]
        missing = wanted - self._tally.active[uid]
        if missing > 0 and not is_closing(self._control, found):
            ref = reference("ReplicaSet", "apps/v1", found)
            for _pod in range(missing):
                self._control.create(
                    "pods",
                    from_template(found["spec"]["template"], found, ref, generateName=f"{key[1]}-"),
                )
        elif missing < 0:
            self._shrink(found, -missing)
        active, ready = self._tally.active[uid], self._tally.ready[uid]
        self._control.status(
            "replicasets",
            found,
            replicas=active,
            fullyLabeledReplicas=active,
            readyReplicas=ready,
            availableReplicas=ready,
            observedGeneration=found["metadata"]["generation"],
        )

    def _shrink(self, found: Object, surplus: int) -> None:
        """Delete the surplus: unbound and unready pods first, then the youngest."""
        pods = [pod for pod in self._control.owned("pods", found) if is_active(pod)]
        pods.sort(key=lambda p: p["metadata"]["creationTimestamp"], reverse=True)
        pods.sort(key=lambda p: (bool(p["spec"].get("nodeName")), is_ready(p)))
        for pod in pods[:surplus]:
            remove(self._control, "pods", pod)


class Deployments:
    """Keeps one ReplicaSet per pod template.

    A new template's ReplicaSet starts in full size, and the old ones shrink as its pods become
    ready; maxSurge and maxUnavailable of a rollout are not modeled.
    """

    def __init__(self, control: Control) -> None:
        self._control, self._store = control, control.store
        self._queue = Queue(control, self._sync)
        self._store.listen(
            "deployments", lambda old, new: self._queue.add(key_of(new)) if new else None
        )
        self._store.listen("replicasets", self._set_changed)

    def _set_changed(self, old: Object | None, new: Object | None) -> None:
        found = new or old
        ref = controller_of(found) if found else None
        if found and ref and ref["kind"] == "Deployment":
            self._queue.add((found["metadata"]["namespace"], ref["name"]))

    def _sync(self, key: Key) -> None:
        found = self._store.get("deployments", key[1], key[0])
        if found is None or is_closing(self._control, found):
            return
        current = self._current(found)
        wanted = found["spec"]["replicas"]
        self._number(found, current)
        self._resize(found, current, wanted)
        sets = self._control.owned("replicasets", found)
        rest = max(0, wanted - current.get("status", {}).get("readyReplicas", 0))
        for old in sets:
            if old["metadata"]["uid"] != current["metadata"]["uid"]:
                self._resize(found, old, min(old["spec"]["replicas"], rest))
        self._report(found, sets, current)

    def _current(self, found: Object) -> Object:
        """Return the ReplicaSet of the present template; make it if there is none."""
        template = found["spec"]["template"]
        digest = hashlib.sha256(json.dumps(template, sort_keys=True).encode()).hexdigest()[:10]
        namespace, name = key_of(found)[0], f"{key_of(found)[1]}-{digest}"
        present = self._store.get("replicasets", name, namespace)
        if present is not None:
            return present
        extra = {"pod-template-hash": digest}
        labels = {**((template.get("metadata") or {}).get("labels") or {}), **extra}
        selector = found["spec"].get("selector") or {}
        marked = {**template, "metadata": {**(template.get("metadata") or {}), "labels": labels}}
        spec = {
            "replicas": found["spec"]["replicas"],
            "selector": {
                **selector,
                "matchLabels": {**(selector.get("matchLabels") or {}), **extra},
            },
            "template": marked,
        }
        others = self._control.owned("replicasets", found)
        meta = {
            "name": name,
            "namespace": namespace,
            "labels": labels,
            "annotations": revisions.notes_of(found, None, others),
            "ownerReferences": [reference("Deployment", "apps/v1", found)],
        }
        return self._control.create("replicasets", {"metadata": meta, "spec": spec})

    def _number(self, found: Object, current: Object) -> None:
        """Write the revision of the present template onto both."""
        uid = current["metadata"]["uid"]
        sets = self._control.owned("replicasets", found)
        others = [one for one in sets if one["metadata"]["uid"] != uid]
        notes = revisions.notes_of(found, current, others)
        self._control.change("replicasets", current, {"metadata": {"annotations": notes}})
        number = {revisions.REVISION: notes[revisions.REVISION]}
        self._control.change("deployments", found, {"metadata": {"annotations": number}})

    def _resize(self, found: Object, replica_set: Object, replicas: int) -> None:
        if replica_set["spec"]["replicas"] != replicas:
            notes = {"annotations": revisions.sizes(found)}
            patch = {"metadata": notes, "spec": {"replicas": replicas}}
            self._control.change("replicasets", replica_set, patch)

    def _report(self, found: Object, sets: list[Object], current: Object) -> None:
        def total(field: str) -> int:
            return sum(s.get("status", {}).get(field, 0) for s in sets)

        wanted, ready = found["spec"]["replicas"], total("readyReplicas")
        state = "True" if ready * 4 >= wanted * 3 else "False"
        available = {
            "type": "Available",
            "status": state,
            "reason": "MinimumReplicas" + ("Available" if state == "True" else "Unavailable"),
        }
        self._control.status(
            "deployments",
            found,
            replicas=total("replicas"),
            readyReplicas=ready,
            availableReplicas=ready,
            unavailableReplicas=max(0, wanted - ready),
            updatedReplicas=current.get("status", {}).get("replicas", 0),
            observedGeneration=found["metadata"]["generation"],
            conditions=with_conditions(found, self._control.now, available),
        )
