# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answer small questions about Kubernetes objects, and change copies of them.

Stored objects are shared by lists, watches and controllers, so they are treated as immutable: a
change is a new object that shares what did not change.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from typing import Any

Object = dict[str, Any]
Key = tuple[str, str]
"""Namespace ("" for what has none) and name."""

ANNOTATION = "world.nodeops/"
MIRROR = "kubernetes.io/config.mirror"
UNITS = {
    "m": 1e-3,
    "k": 1e3,
    "M": 1e6,
    "G": 1e9,
    "T": 1e12,
    "P": 1e15,
    "Ki": 2**10,
    "Mi": 2**20,
    "Gi": 2**30,
    "Ti": 2**40,
    "Pi": 2**50,
}


def merged(target: Any, patch: Any) -> Any:
    """Return an RFC 7386 JSON merge patch applied, as a new object.

    What the patch does not name is shared.
    """
    if not isinstance(patch, Mapping):
        return patch
    result = dict(target) if isinstance(target, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


def key_of(obj: Mapping[str, Any]) -> Key:
    """Namespace and name."""
    meta = obj["metadata"]
    return meta.get("namespace", ""), meta["name"]


def labels_of(obj: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the labels, empty if there are none."""
    return obj["metadata"].get("labels") or {}


def annotation(obj: Mapping[str, Any], name: str) -> str | None:
    """Return one of the World's own annotations (see Behavior)."""
    return (obj["metadata"].get("annotations") or {}).get(ANNOTATION + name)


def controller_of(obj: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the owner reference that has controller true."""
    return next(
        (ref for ref in obj["metadata"].get("ownerReferences") or () if ref.get("controller")), None
    )


def owner_uid(obj: Mapping[str, Any]) -> str | None:
    """Return the UID of the controlling owner."""
    ref = controller_of(obj)
    return ref["uid"] if ref else None


def condition(obj: Mapping[str, Any], kind: str) -> Mapping[str, Any] | None:
    """Return the status condition of that type."""
    return next(
        (c for c in obj.get("status", {}).get("conditions") or () if c["type"] == kind), None
    )


def condition_is(obj: Mapping[str, Any], kind: str, status: str = "True") -> bool:
    """Return whether the condition has that status ("True", "False" or "Unknown")."""
    found = condition(obj, kind)
    return found is not None and found["status"] == status


def is_ready(obj: Mapping[str, Any]) -> bool:
    """Return whether the condition Ready of a pod or node is True."""
    return condition_is(obj, "Ready")


def is_terminating(obj: Mapping[str, Any]) -> bool:
    """Return whether deletion has begun."""
    return "deletionTimestamp" in obj["metadata"]


def is_finished(pod: Mapping[str, Any]) -> bool:
    """Return whether the pod's containers have ended for good."""
    return pod.get("status", {}).get("phase") in ("Succeeded", "Failed")


def with_conditions(
    obj: Mapping[str, Any], now: str, *conditions: Mapping[str, str]
) -> list[Object]:
    """Return the object's conditions with these set.

    lastTransitionTime moves only where the status does.
    """
    wanted = {c["type"]: dict(c) for c in conditions}
    result = []
    for old in obj.get("status", {}).get("conditions") or ():
        new = wanted.pop(old["type"], None)
        if new is None:
            result.append(old)
            continue
        since = old.get("lastTransitionTime", now) if old["status"] == new["status"] else now
        result.append({**new, "lastTransitionTime": since})
    return result + [{**new, "lastTransitionTime": now} for new in wanted.values()]


@functools.lru_cache(maxsize=4096)
def quantity(text: str | int | float) -> float:
    """Return a resource quantity as a number: cpu in cores, memory in bytes."""
    if isinstance(text, (int, float)):
        return float(text)
    for suffix in sorted(UNITS, key=len, reverse=True):
        if text.endswith(suffix):
            return float(text[: -len(suffix)]) * UNITS[suffix]
    return float(text)


def requests_of(pod: Mapping[str, Any]) -> tuple[float, float]:
    """Return what the pod's containers request: cpu (cores) and memory (bytes)."""
    cpu = memory = 0.0
    for container in pod["spec"].get("containers") or ():
        wanted = container.get("resources", {}).get("requests", {})
        cpu += quantity(wanted.get("cpu", 0))
        memory += quantity(wanted.get("memory", 0))
    return cpu, memory


def extended_of(pod: Mapping[str, Any]) -> dict[str, float]:
    """Return what the pod's containers ask of extended resources such as GPUs.

    A request that is not given is the limit.
    """
    found: dict[str, float] = {}
    for container in pod["spec"].get("containers") or ():
        given = container.get("resources") or {}
        wanted = {**(given.get("limits") or {}), **(given.get("requests") or {})}
        for name, amount in wanted.items():
            if "/" in name:
                found[name] = found.get(name, 0.0) + quantity(amount)
    return found


def tolerates(tolerations: Iterable[Mapping[str, Any]], taint: Mapping[str, Any]) -> bool:
    """Return whether one of the tolerations fits the taint.

    Source: core/v1 Toleration.ToleratesTaint.
    """
    return any(fits(toleration, taint) for toleration in tolerations)


def fits(toleration: Mapping[str, Any], taint: Mapping[str, Any]) -> bool:
    """Return whether this toleration fits the taint."""
    if toleration.get("effect") and toleration["effect"] != taint["effect"]:
        return False
    if toleration.get("key") and toleration["key"] != taint["key"]:
        return False
    if toleration.get("operator") == "Exists":
        return True
    return bool(toleration.get("key")) and toleration.get("value", "") == taint.get("value", "")
