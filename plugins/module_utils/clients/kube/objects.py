# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parse Kubernetes objects (decoded JSON) into the records of core.model.kube.

A pod of 10 kB becomes some hundred bytes: of the annotations only those that the collection reads
are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube import (
    karpenter,
    pods,
    workloads,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.parts import (
    Raw,
    addresses_of,
    kept,
    moment,
    node_terms,
    owner_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.filters import KARPENTER
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model import selectors
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    Attachment,
    Budget,
    Claim,
    CsiNode,
    DaemonSet,
    Lease,
    Node,
    Service,
    Taint,
    Volume,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import Feed
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import (
    JOURNAL,
    NEEDS_UPDATE,
    PAUSED,
    PREFIX,
    SCALE_DOWN_DISABLED,
)


def node(raw: Raw) -> Node:
    """Read a Node."""
    meta, spec, status = raw["metadata"], raw.get("spec") or {}, raw.get("status") or {}
    ready: Raw = next(
        (entry for entry in status.get("conditions") or () if entry.get("type") == "Ready"), {}
    )
    return Node(
        name=meta["name"],
        uid=meta.get("uid", ""),
        resource_version=meta.get("resourceVersion", ""),
        provider_id=spec.get("providerID", ""),
        zone=(meta.get("labels") or {}).get("topology.kubernetes.io/zone", ""),
        ready={"True": True, "False": False}.get(ready.get("status", "")),
        ready_since=moment(ready.get("lastTransitionTime")) or 0.0,
        created=moment(meta.get("creationTimestamp")) or 0.0,
        unschedulable=bool(spec.get("unschedulable")),
        taints=tuple(
            Taint(t["key"], t["effect"], t.get("value") or "") for t in spec.get("taints") or ()
        ),
        labels=dict(meta.get("labels") or {}),
        annotations=kept(meta, (NEEDS_UPDATE, SCALE_DOWN_DISABLED, KARPENTER)),
        kubelet_version=(status.get("nodeInfo") or {}).get("kubeletVersion", ""),
        cordoned_by=_manager(meta, "f:unschedulable"),
        tainted_by=_manager(meta, "f:taints"),
        resources=_extended(status.get("allocatable") or {}),
        conditions=frozenset(
            entry["type"]
            for entry in status.get("conditions") or ()
            if entry.get("status") == "True"
        ),
        addresses=frozenset(addresses_of(status, "InternalIP", "ExternalIP")),
        internal_ip=next(addresses_of(status, "InternalIP"), ""),
    )


def _extended(allocatable: Raw) -> frozenset[str]:
    """Return the extended resources of which there is any.

    Their names are fully qualified and outside of the kubernetes.io domain (Kubernetes: "Assign
    extended resources to a container").
    """
    return frozenset(
        name
        for name, quantity in allocatable.items()
        if "/" in name and "kubernetes.io/" not in name and str(quantity) != "0"
    )


def csinode(raw: Raw) -> CsiNode:
    """Read a CSINode."""
    meta = raw["metadata"]
    owners = (entry for entry in meta.get("ownerReferences") or () if entry["kind"] == "Node")
    return CsiNode(
        name=meta["name"],
        uid=meta.get("uid", ""),
        drivers=frozenset(entry["name"] for entry in (raw.get("spec") or {}).get("drivers") or ()),
        owner=next((entry.get("uid", "") for entry in owners), ""),
    )


def _manager(meta: Raw, field: str) -> str:
    """Return the field manager that set a field of spec.

    "" if several claim it or none is recorded.
    """
    entries = meta.get("managedFields") or ()
    owners = {
        e.get("manager", "")
        for e in entries
        if field in ((e.get("fieldsV1") or {}).get("f:spec") or {})
    }
    return owners.pop() if len(owners) == 1 else ""


def budget(raw: Raw) -> Budget:
    """Read a PodDisruptionBudget of policy/v1."""
    meta, spec, status = raw["metadata"], raw.get("spec") or {}, raw.get("status") or {}
    field = "minAvailable" if spec.get("minAvailable") is not None else "maxUnavailable"
    return Budget(
        namespace=meta["namespace"],
        name=meta["name"],
        uid=meta.get("uid", ""),
        resource_version=meta.get("resourceVersion", ""),
        selector=selectors.from_object(spec.get("selector")),
        wanted=f"{field} {spec[field]}" if spec.get(field) is not None else "",
        generation=meta.get("generation") or 0,
        observed_generation=status.get("observedGeneration") or 0,
        current_healthy=status.get("currentHealthy") or 0,
        desired_healthy=status.get("desiredHealthy") or 0,
        expected_pods=status.get("expectedPods") or 0,
        disruptions_allowed=status.get("disruptionsAllowed") or 0,
        disrupted_pods=frozenset(status.get("disruptedPods") or ()),
        unhealthy_policy=spec.get("unhealthyPodEvictionPolicy") or "IfHealthyBudget",
        sync_error=_sync_error(status),
        labels=dict(meta.get("labels") or {}),
        annotations=kept(meta, ()),
        owner=owner_of(meta),
    )


def _sync_error(status: Raw) -> str:
    for entry in status.get("conditions") or ():
        if entry.get("reason") == "SyncFailed" and entry.get("status") == "False":
            return " ".join(str(entry.get("message") or "SyncFailed").split())
    return ""


def attachment(raw: Raw) -> Attachment:
    """Read a VolumeAttachment."""
    spec = raw.get("spec") or {}
    volume = (spec.get("source") or {}).get("persistentVolumeName") or ""
    return Attachment(raw["metadata"]["name"], spec.get("nodeName", ""), volume)


def daemonset(raw: Raw) -> DaemonSet:
    """Read a DaemonSet."""
    meta, status = raw["metadata"], raw.get("status") or {}
    desired, ready = status.get("desiredNumberScheduled") or 0, status.get("numberReady") or 0
    return DaemonSet(meta["namespace"], meta["name"], meta.get("uid", ""), desired, ready)


def claim(raw: Raw) -> Claim:
    """Read a PersistentVolumeClaim."""
    meta = raw["metadata"]
    return Claim(
        meta["namespace"],
        meta["name"],
        meta.get("uid", ""),
        (raw.get("spec") or {}).get("volumeName") or "",
    )


def volume(raw: Raw) -> Volume:
    """Read a PersistentVolume."""
    meta, spec = raw["metadata"], raw.get("spec") or {}
    claim = spec.get("claimRef") or {}
    required = (spec.get("nodeAffinity") or {}).get("required") or {}
    return Volume(
        name=meta["name"],
        uid=meta.get("uid", ""),
        claim=f"{claim.get('namespace')}/{claim.get('name')}" if claim else "",
        placing=node_terms(required, selectors.Selector()),
    )


def service(raw: Raw) -> Service:
    """Read a Service."""
    meta, spec = raw["metadata"], raw.get("spec") or {}
    ports = [entry.get("nodePort") for entry in spec.get("ports") or ()]
    labels = spec.get("selector")
    return Service(
        namespace=meta["namespace"],
        name=meta["name"],
        uid=meta.get("uid", ""),
        ports=frozenset(port for port in (*ports, spec.get("healthCheckNodePort")) if port),
        local=spec.get("externalTrafficPolicy") == "Local",
        selector=selectors.from_object({"matchLabels": labels}) if labels else None,
    )


def lease(raw: Raw) -> Lease:
    """Read a Lease with our journal."""
    meta, spec = raw["metadata"], raw.get("spec") or {}
    return Lease(
        name=meta["name"],
        resource_version=meta.get("resourceVersion", ""),
        holder=spec.get("holderIdentity") or "",
        renewed=spec.get("renewTime") or "",
        duration=spec.get("leaseDurationSeconds") or 0,
        transitions=spec.get("leaseTransitions") or 0,
        journal=(meta.get("annotations") or {}).get(JOURNAL, ""),
        uid=meta.get("uid", ""),
        notes=_notes(meta),
        paused_since=_annotated_at(meta, PAUSED),
        acquired=(spec.get("holderIdentity") or "", spec.get("acquireTime") or ""),
    )


def _annotated_at(meta: Raw, key: str) -> str:
    """Return when an annotation was written.

    It is the time of the field manager's entry, as text; "" if it has none or several claim it.
    """
    if key not in (meta.get("annotations") or {}):
        return ""
    times = {
        entry.get("time") or ""
        for entry in meta.get("managedFields") or ()
        if f"f:{key}" in _owned_annotations(entry)
    }
    return times.pop() if len(times) == 1 else ""


def _owned_annotations(entry: Raw) -> Raw:
    fields = (entry.get("fieldsV1") or {}).get("f:metadata") or {}
    return fields.get("f:annotations") or {}


def _notes(meta: Raw) -> tuple[tuple[str, str], ...]:
    found = meta.get("annotations") or {}
    ours = (key for key in found if key.startswith(PREFIX) and key != JOURNAL)
    return tuple(sorted((key, found[key]) for key in ours))


RECORDS: Mapping[str, Callable[[Raw], Any]] = {
    "nodes": node,
    "pods": pods.pod,
    "poddisruptionbudgets": budget,
    "volumeattachments": attachment,
    "daemonsets": daemonset,
    "persistentvolumeclaims": claim,
    "persistentvolumes": volume,
    "csinodes": csinode,
    "deployments": workloads.deployment,
    "statefulsets": workloads.statefulset,
    "replicasets": workloads.replicaset,
    "replicationcontrollers": workloads.replicationcontroller,
    "services": service,
    **karpenter.KARPENTER_RECORDS,
}
"""The record of each kind that can be followed."""

PATHS: Mapping[str, str] = {
    "nodes": "/api/v1/nodes",
    "pods": "/api/v1/pods",
    "poddisruptionbudgets": "/apis/policy/v1/poddisruptionbudgets",
    "volumeattachments": "/apis/storage.k8s.io/v1/volumeattachments",
    "daemonsets": "/apis/apps/v1/daemonsets",
    "persistentvolumeclaims": "/api/v1/persistentvolumeclaims",
    "persistentvolumes": "/api/v1/persistentvolumes",
    "csinodes": "/apis/storage.k8s.io/v1/csinodes",
    "deployments": "/apis/apps/v1/deployments",
    "statefulsets": "/apis/apps/v1/statefulsets",
    "replicasets": "/apis/apps/v1/replicasets",
    "replicationcontrollers": "/api/v1/replicationcontrollers",
    "services": "/api/v1/services",
    **karpenter.KARPENTER_PATHS,
}
"""Where each kind is listed across namespaces."""


def path_of(feed: Feed) -> str:
    """Where the objects of a feed are listed."""
    path = PATHS[feed.kind]
    if not feed.namespace:
        return path
    before, _slash, plural = path.rpartition("/")
    return f"{before}/namespaces/{feed.namespace}/{plural}"
