# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print lists for people, as the server does.

`kubectl get` asks for a Table (meta.k8s.io/v1) and shows its columns. The columns are those of
kubernetes pkg/printers/internalversion for the kinds that a rotation looks at; others have name and
age.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.kube.objects import (
    Object,
    condition,
    is_terminating,
)
from ansible_collections.nodeops.rotator.tests.simulation.kube.resources import TABLE, Resource

Cell = str | int
Cells = Callable[[Mapping[str, Any]], Sequence[Cell]]


def is_wanted(accept: str) -> bool:
    """Return whether the Accept header asks for a Table first."""
    first = accept.split(",")[0]
    return "as=Table" in first and "g=meta.k8s.io" in first


def as_table(body: Object, now: datetime.datetime) -> Object:
    """Return a list or an object as a Table.

    Anything else (a Status, an APIResourceList) stays as it is.
    """
    kind = str(body.get("kind", "")).removesuffix("List")
    resource = next((row for row in TABLE if row.kind == kind), None)
    return body if resource is None else table(resource, body, now)


def event_as_table(line: bytes, now: datetime.datetime) -> bytes:
    """Return a line of a watch with its object as a Table.

    Bookmarks and errors stay as they are.
    """
    event = json.loads(line)
    if event["type"] in ("BOOKMARK", "ERROR"):
        return line
    return json.dumps({"type": event["type"], "object": as_table(event["object"], now)}).encode()


def table(resource: Resource, body: Mapping[str, Any], now: datetime.datetime) -> Object:
    """Return a list or an object of that resource as a Table."""
    items = body.get("items", [body])
    names, cells = COLUMNS.get(resource.plural, ((), lambda obj: ()))
    later, more = AFTER_AGE.get(resource.plural, ({}, lambda obj: ()))
    rows = [
        {
            "cells": [obj["metadata"]["name"], *cells(obj), age(obj, now), *more(obj)],
            "object": _partial(obj),
        }
        for obj in items
    ]
    columns = [_column(name) for name in ("Name", *names, "Age")]
    columns += [_column(name, priority) for name, priority in later.items()]
    meta = {
        k: v
        for k, v in body["metadata"].items()
        if k in ("resourceVersion", "continue", "remainingItemCount")
    }
    return {
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": meta,
        "columnDefinitions": columns,
        "rows": rows,
    }


def _column(name: str, priority: int = 0) -> Object:
    kind = (
        "integer"
        if name in ("Desired", "Current", "Available", "Up-to-date", "Allowed disruptions")
        else "string"
    )
    return {
        "name": name,
        "type": kind,
        "format": "name" if name == "Name" else "",
        "description": "",
        "priority": priority,
    }


def _partial(obj: Mapping[str, Any]) -> Object:
    return {
        "kind": "PartialObjectMetadata",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": obj["metadata"],
    }


def age(obj: Mapping[str, Any], now: datetime.datetime) -> str:
    """Return how long ago the object was created, in one or two units.

    Source: apimachinery duration.HumanDuration.
    """
    made = datetime.datetime.strptime(obj["metadata"]["creationTimestamp"], "%Y-%m-%dT%H:%M:%SZ")
    seconds = max(0, int((now - made.replace(tzinfo=datetime.UTC)).total_seconds()))
    if seconds < 120:
        return f"{seconds}s"
    if seconds < 10 * 60:
        return f"{seconds // 60}m{seconds % 60}s" if seconds % 60 else f"{seconds // 60}m"
    if seconds < 3 * 3600:
        return f"{seconds // 60}m"
    return f"{seconds // 3600}h" if seconds < 2 * 86400 else f"{seconds // 86400}d"


def _node(node: Mapping[str, Any]) -> Sequence[Cell]:
    ready = condition(node, "Ready")
    words = ["Unknown" if ready is None else "Ready" if ready["status"] == "True" else "NotReady"]
    if node["spec"].get("unschedulable"):
        words.append("SchedulingDisabled")
    prefix = "node-role.kubernetes.io/"
    roles = sorted(
        key.removeprefix(prefix)
        for key in node["metadata"].get("labels", {})
        if key.startswith(prefix)
    )
    return ",".join(words), ",".join(roles) or "<none>"


def _node_more(node: Mapping[str, Any]) -> Sequence[Cell]:
    info, found = node["status"].get("nodeInfo", {}), node["status"].get("addresses") or ()
    addresses = {entry["type"]: entry["address"] for entry in reversed(found)}
    kernel = info.get("kernelVersion") or "<unknown>"
    architecture = f" ({info['architecture']})" if info.get("architecture") else ""
    return (
        info.get("kubeletVersion", ""),
        addresses.get("InternalIP", "<none>"),
        addresses.get("ExternalIP", "<none>"),
        info.get("osImage") or "<unknown>",
        kernel + architecture,
        info.get("containerRuntimeVersion") or "<unknown>",
    )


def _pod_more(pod: Mapping[str, Any]) -> Sequence[Cell]:
    status, none = pod.get("status") or {}, "<none>"
    node = pod["spec"].get("nodeName") or none
    return status.get("podIP") or none, node, status.get("nominatedNodeName") or none, none


def _pod(pod: Mapping[str, Any]) -> Sequence[Cell]:
    total = len(pod["spec"]["containers"])
    ready = sum(c["ready"] for c in pod["status"].get("containerStatuses", ()))
    state = pod["status"]["phase"]
    if is_terminating(pod):
        state = "Terminating"
    elif state == "Pending" and pod["spec"].get("nodeName"):
        state = "ContainerCreating"
    elif state == "Succeeded":
        state = "Completed"
    elif state == "Failed":
        state = "Error"
    return f"{ready}/{total}", state, 0


def _budget(budget: Mapping[str, Any]) -> Sequence[Cell]:
    spec = budget["spec"]
    limits = [
        str(spec[name]) if spec.get(name) is not None else "N/A"
        for name in ("minAvailable", "maxUnavailable")
    ]
    return *limits, budget["status"].get("disruptionsAllowed", 0)


def _deployment(obj: Mapping[str, Any]) -> Sequence[Cell]:
    status = obj.get("status") or {}
    ready = f"{status.get('readyReplicas', 0)}/{obj['spec']['replicas']}"
    return ready, status.get("updatedReplicas", 0), status.get("availableReplicas", 0)


def _stateful(obj: Mapping[str, Any]) -> Sequence[Cell]:
    return (f"{(obj.get('status') or {}).get('readyReplicas', 0)}/{obj['spec']['replicas']}",)


def _replica_set(obj: Mapping[str, Any]) -> Sequence[Cell]:
    status = obj.get("status") or {}
    return obj["spec"]["replicas"], status.get("replicas", 0), str(status.get("readyReplicas", 0))


def _daemon(obj: Mapping[str, Any]) -> Sequence[Cell]:
    status = obj.get("status") or {}
    wanted, current = (
        status.get("desiredNumberScheduled", 0),
        status.get("currentNumberScheduled", 0),
    )
    return (
        wanted,
        current,
        str(status.get("numberReady", 0)),
        status.get("updatedNumberScheduled", 0),
        status.get("numberAvailable", 0),
    )


def _job(obj: Mapping[str, Any]) -> Sequence[Cell]:
    ended = next((c["type"] for c in (obj.get("status") or {}).get("conditions", ())), "Running")
    return ended, f"{(obj.get('status') or {}).get('succeeded', 0)}/{obj['spec']['completions']}"


def _attachment(obj: Mapping[str, Any]) -> Sequence[Cell]:
    spec = obj["spec"]
    return (
        spec["attacher"],
        spec["source"]["persistentVolumeName"],
        spec["nodeName"],
        str(obj["status"]["attached"]).lower(),
    )


COLUMNS: dict[str, tuple[tuple[str, ...], Cells]] = {
    "nodes": (("Status", "Roles"), _node),
    "pods": (("Ready", "Status", "Restarts"), _pod),
    "poddisruptionbudgets": (("Min available", "Max unavailable", "Allowed disruptions"), _budget),
    "deployments": (("Ready", "Up-to-date", "Available"), _deployment),
    "replicasets": (("Desired", "Current", "Ready"), _replica_set),
    "statefulsets": (("Ready",), _stateful),
    "daemonsets": (("Desired", "Current", "Ready", "Up-to-date", "Available"), _daemon),
    "jobs": (("Status", "Completions"), _job),
    "leases": (("Holder",), lambda obj: (obj["spec"].get("holderIdentity") or "",)),
    "namespaces": (("Status",), lambda obj: (obj["status"].get("phase", ""),)),
    "volumeattachments": (("Attacher", "PV", "Node", "Attached"), _attachment),
}
"""Resource -> (columns between name and age, their cells)."""

AFTER_AGE: dict[str, tuple[Mapping[str, int], Cells]] = {
    "nodes": (
        {"Version": 0}
        | dict.fromkeys(
            ("Internal-IP", "External-IP", "OS-Image", "Kernel-Version", "Container-Runtime"), 1
        ),
        _node_more,
    ),
    "pods": (dict.fromkeys(("IP", "Node", "Nominated Node", "Readiness Gates"), 1), _pod_more),
}
"""Resource -> (columns after age with their priority, their cells). kubectl shows those of priority
1 with `-o wide` only."""
