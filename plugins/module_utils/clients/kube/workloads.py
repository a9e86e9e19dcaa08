# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parse what keeps a number of pods (decoded JSON) into core.model.kube.Workload."""

from __future__ import annotations

from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.parts import Raw
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model import selectors
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Workload
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.selectors import Selector

UNDER_WAY = frozenset(
    (
        "NewReplicaSetCreated",
        "FoundNewReplicaSet",
        "ReplicaSetUpdated",
        "ReplicaSetCreateError",
        "ProgressDeadlineExceeded",
    )
)
"""Reasons of the condition Progressing while a Deployment rolls out, also in vain
(pkg/controller/deployment/util). Afterwards it says NewReplicaSetAvailable until the next rollout,
whatever becomes of the pods."""


def deployment(raw: Raw) -> Workload:
    """Read a Deployment."""
    status = raw.get("status") or {}
    reasons = [
        str(entry.get("reason"))
        for entry in status.get("conditions") or ()
        if entry.get("type") == "Progressing"
    ]
    old_ones = (status.get("replicas") or 0) > (status.get("updatedReplicas") or 0)
    rolling = old_ones or any(reason in UNDER_WAY for reason in reasons)
    return _workload("Deployment", raw, rolling)


def statefulset(raw: Raw) -> Workload:
    """Read a StatefulSet."""
    spec, status = raw["spec"], raw.get("status") or {}
    strategy = spec.get("updateStrategy") or {}
    revisions = {status.get("currentRevision"), status.get("updateRevision")} - {None, ""}
    partition = (strategy.get("rollingUpdate") or {}).get("partition") or 0
    wanted = _replicas(spec) - partition
    rolling = (
        len(revisions) == 2
        and strategy.get("type", "RollingUpdate") == "RollingUpdate"
        and (status.get("updatedReplicas") or 0) < wanted
    )
    return _workload("StatefulSet", raw, rolling)


def replicaset(raw: Raw) -> Workload:
    """Read a ReplicaSet."""
    return _workload("ReplicaSet", raw, False)


def replicationcontroller(raw: Raw) -> Workload:
    """Read a ReplicationController, whose selector is a plain mapping."""
    return _workload("ReplicationController", raw, False, matching=True)


def _workload(kind: str, raw: Raw, rolling: bool, matching: bool = False) -> Workload:
    meta, spec, status = raw["metadata"], raw["spec"], raw.get("status") or {}
    behind = (status.get("observedGeneration") or 0) < (meta.get("generation") or 0)
    return Workload(
        kind=kind,
        namespace=meta["namespace"],
        name=meta["name"],
        uid=meta.get("uid", ""),
        wanted=_replicas(spec),
        ready=status.get("readyReplicas") or 0,
        rolling=rolling or behind,
        deleting=bool(meta.get("deletionTimestamp")),
        selector=_selector(spec.get("selector"), matching),
    )


def _replicas(spec: Raw) -> int:
    given = spec.get("replicas")
    return 1 if given is None else int(given)


def _selector(given: Any, matching: bool) -> Selector | None:
    return selectors.from_object({"matchLabels": given} if matching and given else given)
