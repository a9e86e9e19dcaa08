# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Add to a new object what admission and defaulting add.

It does so as far as the World or its readers look at it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.kube.objects import MIRROR, Object
from ansible_collections.nodeops.rotator.tests.simulation.kube.resources import Resource


def filled(resource: Resource, obj: Object, toleration_seconds: int) -> Object:
    """Return the new object with its defaults.

    A status that a creator may not set is dropped.
    """
    if resource.plural == "pods":
        return pod(obj, toleration_seconds)
    fill = FILL.get(resource.plural)
    return fill(obj) if fill else obj


def pod(obj: Object, toleration_seconds: int) -> Object:
    """Return a Pod with its defaults.

    Grace of 30 s, the two tolerations of DefaultTolerationSeconds, phase Pending.
    """
    spec = {
        "restartPolicy": "Always",
        "terminationGracePeriodSeconds": 30,
        "dnsPolicy": "ClusterFirst",
        "schedulerName": "default-scheduler",
        "serviceAccountName": "default",
        "enableServiceLinks": True,
        "securityContext": {},
        "priority": 0,
        "preemptionPolicy": "PreemptLowerPriority",
        **(obj.get("spec") or {}),
    }
    spec["containers"] = [container(c) for c in spec.get("containers") or ()]
    mirror = MIRROR in (obj["metadata"].get("annotations") or {})
    spec["tolerations"] = tolerations(spec.get("tolerations") or [], toleration_seconds, mirror)
    return {
        **obj,
        "spec": spec,
        "status": {"phase": "Pending", "qosClass": quality(spec["containers"])},
    }


def container(spec: Mapping[str, Any]) -> Object:
    """Return a container of a pod spec with its defaults."""
    return {
        "imagePullPolicy": "IfNotPresent",
        "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "File",
        "resources": {},
        **spec,
    }


def tolerations(given: list[Object], seconds: int, mirror: bool) -> list[Object]:
    """Return the tolerations with those for not-ready and unreachable nodes.

    A pod may bring its own; a static one gets none.
    """
    result = list(given)
    for key in ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"):
        covered = any(
            t.get("key") in (None, "", key) and t.get("effect") in (None, "", "NoExecute")
            for t in given
        )
        if not covered and not mirror:
            result.append(
                {
                    "key": key,
                    "operator": "Exists",
                    "effect": "NoExecute",
                    "tolerationSeconds": seconds,
                }
            )
    return result


def quality(containers: list[Object]) -> str:
    """Return the QoS class, from requests and limits."""
    pairs = [(c["resources"].get("requests"), c["resources"].get("limits")) for c in containers]
    if not any(requests or limits for requests, limits in pairs):
        return "BestEffort"
    return (
        "Guaranteed"
        if all(limits and requests in (None, limits) for requests, limits in pairs)
        else "Burstable"
    )


def _workload(**spec: Any) -> Callable[[Object], Object]:
    return lambda obj: {
        **obj,
        "spec": {**spec, **(obj.get("spec") or {})},
        "status": obj.get("status") or {},
    }


def _with_status(**status: Any) -> Callable[[Object], Object]:
    return lambda obj: {**obj, "status": obj.get("status") or status}


NEWBORN = {"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"}
"""What admission taints every new Node with (plugin/pkg/admission/nodetaint); the rest is the node
lifecycle controller's."""


def _node(obj: Object) -> Object:
    spec = obj.get("spec") or {}
    taints = list(spec.get("taints") or ())
    if not any((t.get("key"), t.get("effect")) == tuple(NEWBORN.values()) for t in taints):
        taints.append(NEWBORN)
    return {**obj, "spec": {**spec, "taints": taints}, "status": obj.get("status") or {}}


def _namespace(obj: Object) -> Object:
    meta = obj["metadata"]
    labels = {**(meta.get("labels") or {}), "kubernetes.io/metadata.name": meta["name"]}
    return {
        "metadata": {**meta, "labels": labels},
        "spec": {"finalizers": ["kubernetes"]},
        "status": {"phase": "Active"},
    }


ROLLING = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}}
FILL: dict[str, Callable[[Object], Object]] = {
    "namespaces": _namespace,
    "nodes": _node,
    "deployments": _workload(
        replicas=1, strategy=ROLLING, revisionHistoryLimit=10, progressDeadlineSeconds=600
    ),
    "replicasets": _workload(replicas=1),
    "statefulsets": _workload(replicas=1, podManagementPolicy="OrderedReady", serviceName=""),
    "daemonsets": _workload(updateStrategy={"type": "RollingUpdate"}),
    "jobs": _workload(parallelism=1, completions=1, backoffLimit=6),
    "poddisruptionbudgets": _with_status(
        currentHealthy=0, desiredHealthy=0, disruptionsAllowed=0, expectedPods=0
    ),
    "persistentvolumeclaims": _with_status(phase="Pending"),
    "persistentvolumes": _with_status(phase="Available"),
}
