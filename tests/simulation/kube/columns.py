# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Show each kind in columns.

Columns and cells are those of kubernetes pkg/printers/internalversion/printers.go, of 1.37.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.kube import columns_workloads as workloads
from ansible_collections.nodeops.rotator.tests.simulation.kube.ages import Since, age
from ansible_collections.nodeops.rotator.tests.simulation.kube.columns_workloads import (
    NONE,
    Cell,
    pairs,
)
from ansible_collections.nodeops.rotator.tests.simulation.kube.objects import (
    condition,
    controller_of,
    is_terminating,
)

Cells = Callable[[Mapping[str, Any], Since], Sequence[Cell]]
UNSET, UNKNOWN = "<unset>", "<unknown>"


def _node(node: Mapping[str, Any], told: Since) -> Sequence[Cell]:
    ready = condition(node, "Ready")
    words = ["Unknown" if ready is None else "Ready" if ready["status"] == "True" else "NotReady"]
    if node["spec"].get("unschedulable"):
        words.append("SchedulingDisabled")
    prefix = "node-role.kubernetes.io/"
    labels = node["metadata"].get("labels", {})
    roles = sorted(key.removeprefix(prefix) for key in labels if key.startswith(prefix))
    info, found = node["status"].get("nodeInfo", {}), node["status"].get("addresses") or ()
    addresses = {entry["type"]: entry["address"] for entry in reversed(found)}
    architecture = f" ({info['architecture']})" if info.get("architecture") else ""
    return (
        ",".join(words),
        ",".join(roles) or NONE,
        age(node, told),
        info.get("kubeletVersion", ""),
        addresses.get("InternalIP", NONE),
        addresses.get("ExternalIP", NONE),
        info.get("osImage") or UNKNOWN,
        (info.get("kernelVersion") or UNKNOWN) + architecture,
        info.get("containerRuntimeVersion") or UNKNOWN,
    )


def _pod(pod: Mapping[str, Any], told: Since) -> Sequence[Cell]:
    status, total = pod.get("status") or {}, len(pod["spec"]["containers"])
    ready = sum(c["ready"] for c in status.get("containerStatuses", ()))
    return (
        f"{ready}/{total}",
        _state(pod),
        "0",
        age(pod, told),
        status.get("podIP") or NONE,
        pod["spec"].get("nodeName") or NONE,
        status.get("nominatedNodeName") or NONE,
        NONE,
    )


def _state(pod: Mapping[str, Any]) -> str:
    """Return a pod's state in one word.

    Containers of the World fail and complete without a reason of their own.
    """
    phase, reason = pod["status"]["phase"], pod["status"].get("reason")
    ended = phase in ("Succeeded", "Failed")
    if is_terminating(pod) and reason == "NodeLost":
        return "Unknown"
    if is_terminating(pod) and not ended:
        return "Terminating"
    if ended:
        return str(reason or {"Succeeded": "Completed", "Failed": "Error"}[phase])
    if phase == "Pending" and pod["spec"].get("nodeName"):
        return "ContainerCreating"
    return str(reason or phase)


def _lease(obj: Mapping[str, Any], told: Since) -> Sequence[Cell]:
    return obj["spec"].get("holderIdentity") or "", age(obj, told)


def _namespace(obj: Mapping[str, Any], told: Since) -> Sequence[Cell]:
    return obj["status"].get("phase", ""), age(obj, told)


def _attachment(obj: Mapping[str, Any], told: Since) -> Sequence[Cell]:
    spec = obj["spec"]
    where = (spec["attacher"], spec["source"].get("persistentVolumeName", ""), spec["nodeName"])
    return *where, bool((obj.get("status") or {}).get("attached")), age(obj, told)


MODES = {"ReadWriteOnce": "RWO", "ReadOnlyMany": "ROX", "ReadWriteMany": "RWX"}
MODES["ReadWriteOncePod"] = "RWOP"


def _modes(given: Iterable[str] | None) -> str:
    return ",".join(short for name, short in MODES.items() if name in (given or ()))


def _volume(obj: Mapping[str, Any], told: Since) -> Sequence[Cell]:
    spec, claim = obj["spec"], obj["spec"].get("claimRef")
    return (
        spec.get("capacity", {}).get("storage", "0"),
        _modes(spec.get("accessModes")),
        spec.get("persistentVolumeReclaimPolicy", ""),
        "Terminating" if is_terminating(obj) else obj["status"].get("phase", ""),
        f"{claim['namespace']}/{claim['name']}" if claim else "",
        spec.get("storageClassName", ""),
        spec.get("volumeAttributesClassName", UNSET),
        obj["status"].get("reason", ""),
        age(obj, told),
        spec.get("volumeMode", UNSET),
    )


def _claim(obj: Mapping[str, Any], told: Since) -> Sequence[Cell]:
    spec, status = obj["spec"], obj.get("status") or {}
    bound = bool(spec.get("volumeName"))
    return (
        "Terminating" if is_terminating(obj) else status.get("phase", ""),
        spec.get("volumeName", ""),
        (status.get("capacity") or {}).get("storage", "0") if bound else "",
        _modes(status.get("accessModes")) if bound else "",
        spec.get("storageClassName", ""),
        spec.get("volumeAttributesClassName", UNSET),
        age(obj, told),
        spec.get("volumeMode", UNSET),
    )


def _storage_class(obj: Mapping[str, Any], told: Since) -> Sequence[Cell]:
    expands = str(bool(obj.get("allowVolumeExpansion"))).lower()
    policy, binding = obj.get("reclaimPolicy", "Delete"), obj.get("volumeBindingMode", "Immediate")
    return obj.get("provisioner", ""), policy, binding, expands, age(obj, told)


def _csi_node(obj: Mapping[str, Any], told: Since) -> Sequence[Cell]:
    return len(obj["spec"].get("drivers") or ()), age(obj, told)


def _config_map(obj: Mapping[str, Any], told: Since) -> Sequence[Cell]:
    data = str(len(obj.get("data") or ()) + len(obj.get("binaryData") or ()))
    return data, age(obj, told)


def _service(obj: Mapping[str, Any], told: Since) -> Sequence[Cell]:
    spec = obj.get("spec") or {}
    kind, outside = spec.get("type", "ClusterIP"), ",".join(spec.get("externalIPs") or ())
    ports = ",".join(_port(port) for port in spec.get("ports") or ())
    inside = (spec.get("clusterIPs") or [NONE])[0]
    away = outside or ("<pending>" if kind == "LoadBalancer" else NONE)
    return kind, inside, away, ports or NONE, age(obj, told), pairs(spec.get("selector"))


def _port(port: Mapping[str, Any]) -> str:
    node = f":{port['nodePort']}" if port.get("nodePort") else ""
    return f"{port['port']}{node}/{port.get('protocol', 'TCP')}"


def _event(obj: Mapping[str, Any], told: Since) -> Sequence[Cell]:
    about, source = obj.get("involvedObject") or {}, obj.get("source") or {}
    began = told(obj.get("firstTimestamp") or obj.get("eventTime") or "")
    last = told(obj["lastTimestamp"]) if obj.get("lastTimestamp") else began
    named = (about.get("kind", "").lower(), about.get("name", ""))
    teller = source.get("component") or obj.get("reportingComponent", "")
    place = source.get("host") or obj.get("reportingInstance", "")
    return (
        last,
        obj.get("type", ""),
        obj.get("reason", ""),
        "/".join(filter(None, named)),
        about.get("fieldPath", ""),
        ", ".join(filter(None, (teller, place))),
        obj.get("message", "").strip(),
        began,
        str(obj.get("count") or 1),
        obj["metadata"]["name"],
    )


def _revision(obj: Mapping[str, Any], told: Since) -> Sequence[Cell]:
    owner = controller_of(obj)
    group = owner["apiVersion"].rpartition("/")[0] if owner else ""
    kind = f"{owner['kind'].lower()}.{group}/{owner['name']}" if owner else NONE
    return kind, str(obj["revision"]), age(obj, told)


def _plain(obj: Mapping[str, Any], told: Since) -> Sequence[Cell]:
    return (age(obj, told),)


WORKLOAD = "Containers*|Images*|Selector*"
COLUMNS: dict[str, tuple[str, Cells]] = {
    "": ("Name@|Age", _plain),
    "namespaces": ("Name@|Status|Age", _namespace),
    "nodes": (
        "Name@|Status|Roles|Age|Version|Internal-IP*|External-IP*|OS-Image*|Kernel-Version*"
        "|Container-Runtime*",
        _node,
    ),
    "pods": ("Name@|Ready|Status|Restarts|Age|IP*|Node*|Nominated Node*|Readiness Gates*", _pod),
    "services": ("Name@|Type|Cluster-IP|External-IP|Port(s)|Age|Selector*", _service),
    "configmaps": ("Name@|Data|Age", _config_map),
    "events": (
        "Last Seen|Type|Reason|Object|Subobject*|Source*|Message|First Seen*|Count*|Name@*",
        _event,
    ),
    "replicationcontrollers": (
        f"Name@|Desired#|Current#|Ready#|Age|{WORKLOAD}",
        workloads.controller,
    ),
    "persistentvolumes": (
        "Name@|Capacity|Access Modes|Reclaim Policy|Status|Claim|StorageClass"
        "|VolumeAttributesClass|Reason|Age|VolumeMode*",
        _volume,
    ),
    "persistentvolumeclaims": (
        "Name@|Status|Volume|Capacity|Access Modes|StorageClass|VolumeAttributesClass|Age"
        "|VolumeMode*",
        _claim,
    ),
    "deployments": (f"Name@|Ready|Up-to-date|Available|Age|{WORKLOAD}", workloads.deployment),
    "replicasets": (f"Name@|Desired#|Current#|Ready#|Age|{WORKLOAD}", workloads.replica_set),
    "statefulsets": ("Name@|Ready|Age|Containers*|Images*", workloads.stateful),
    "daemonsets": (
        f"Name@|Desired#|Current#|Ready#|Up-to-date#|Available#|Node Selector|Age|{WORKLOAD}",
        workloads.daemon,
    ),
    "controllerrevisions": ("Name@|Controller|Revision|Age", _revision),
    "jobs": (f"Name@|Status|Completions|Duration|Age|{WORKLOAD}", workloads.job),
    "poddisruptionbudgets": (
        "Name@|Min Available|Max Unavailable|Allowed Disruptions#|Age",
        workloads.budget,
    ),
    "leases": ("Name@|Holder|Age", _lease),
    "volumeattachments": ("Name@|Attacher@|PV|Node|Attached?|Age", _attachment),
    "storageclasses": (
        "Name@|Provisioner|ReclaimPolicy|VolumeBindingMode|AllowVolumeExpansion|Age",
        _storage_class,
    ),
    "csinodes": ("Name@|Drivers#|Age", _csi_node),
}
"""Resource -> (its columns, its cells after the name).

`@` marks a name, `#` an integer, `?` a boolean, `*` a column of `-o wide` only. Events have their
name last.
"""
TYPES = {"#": "integer", "?": "boolean"}


def columns(plural: str) -> list[dict[str, Any]]:
    """Return the column definitions of a kind."""
    made = []
    for text in COLUMNS.get(plural, COLUMNS[""])[0].split("|"):
        name = text.rstrip("@#?*")
        marks = text[len(name) :]
        kind = next((TYPES[mark] for mark in marks if mark in TYPES), "string")
        made.append(
            {
                "name": name,
                "type": kind,
                "format": "name" if "@" in marks else "",
                "description": "",
                "priority": marks.count("*"),
            }
        )
    return made


def cells(plural: str, obj: Mapping[str, Any], told: Since) -> list[Cell]:
    """Return an object's row."""
    row = COLUMNS.get(plural, COLUMNS[""])[1](obj, told)
    return [*row] if plural == "events" else [obj["metadata"]["name"], *row]
