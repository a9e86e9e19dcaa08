# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Show workloads and their budgets in columns."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.kube.ages import Since, age, human

Cell = str | int | bool
NONE = "<none>"
DAEMON = (
    *("desiredNumberScheduled", "currentNumberScheduled", "numberReady"),
    *("updatedNumberScheduled", "numberAvailable"),
)


def budget(obj: Mapping[str, Any], told: Since) -> Sequence[Cell]:
    """Return the cells of a PodDisruptionBudget."""
    spec = obj["spec"]
    limits = [
        str(spec[name]) if spec.get(name) is not None else "N/A"
        for name in ("minAvailable", "maxUnavailable")
    ]
    return *limits, obj["status"].get("disruptionsAllowed", 0), age(obj, told)


def template(obj: Mapping[str, Any]) -> tuple[str, str]:
    """Return names and images of the containers that a workload makes."""
    containers = obj["spec"]["template"]["spec"]["containers"]
    names, images = (",".join(one.get(key, "") for one in containers) for key in ("name", "image"))
    return names, images


def pairs(labels: Mapping[str, str] | None) -> str:
    """Return labels as people write them (labels.FormatLabels)."""
    return ",".join(f"{key}={value}" for key, value in sorted((labels or {}).items())) or NONE


def selector(found: Mapping[str, Any] | None) -> str:
    """Return a label selector as people write it (meta/v1 FormatLabelSelector)."""
    given = found or {}
    parts = [f"{key}={value}" for key, value in (given.get("matchLabels") or {}).items()]
    parts += [_expression(rule) for rule in given.get("matchExpressions") or ()]
    return ",".join(sorted(parts)) or NONE


def _expression(rule: Mapping[str, Any]) -> str:
    key, values = str(rule["key"]), ",".join(sorted(rule.get("values") or ()))
    texts = {"In": f"{key} in ({values})", "NotIn": f"{key} notin ({values})", "Exists": key}
    return texts.get(rule["operator"], f"!{key}")


def deployment(obj: Mapping[str, Any], told: Since) -> Sequence[Cell]:
    """Return the cells of a Deployment."""
    status = obj.get("status") or {}
    ready = f"{status.get('readyReplicas', 0)}/{obj['spec']['replicas']}"
    updated, available = (
        str(status.get(name, 0)) for name in ("updatedReplicas", "availableReplicas")
    )
    shape = (*template(obj), selector(obj["spec"].get("selector")))
    return ready, updated, available, age(obj, told), *shape


def stateful(obj: Mapping[str, Any], told: Since) -> Sequence[Cell]:
    """Return the cells of a StatefulSet."""
    ready = f"{(obj.get('status') or {}).get('readyReplicas', 0)}/{obj['spec']['replicas']}"
    return ready, age(obj, told), *template(obj)


def replica_set(obj: Mapping[str, Any], told: Since) -> Sequence[Cell]:
    """Return the cells of a ReplicaSet."""
    return *_counted(obj, told), selector(obj["spec"].get("selector"))


def controller(obj: Mapping[str, Any], told: Since) -> Sequence[Cell]:
    """Return the cells of a ReplicationController, whose selector is a map."""
    return *_counted(obj, told), pairs(obj["spec"].get("selector"))


def _counted(obj: Mapping[str, Any], told: Since) -> Sequence[Cell]:
    status = obj.get("status") or {}
    counts = (obj["spec"]["replicas"], status.get("replicas", 0), status.get("readyReplicas", 0))
    return *counts, age(obj, told), *template(obj)


def daemon(obj: Mapping[str, Any], told: Since) -> Sequence[Cell]:
    """Return the cells of a DaemonSet."""
    status = obj.get("status") or {}
    counts = (status.get(name, 0) for name in DAEMON)
    where = pairs(obj["spec"]["template"]["spec"].get("nodeSelector"))
    shape = (*template(obj), selector(obj["spec"].get("selector")))
    return *counts, where, age(obj, told), *shape


def job(obj: Mapping[str, Any], told: Since) -> Sequence[Cell]:
    """Return the cells of a Job."""
    status, spec = obj.get("status") or {}, obj["spec"]
    state = next((c["type"] for c in status.get("conditions", ())), "Running")
    lasted, began = "", status.get("startTime")
    if began and status.get("completionTime"):
        end, start = map(datetime.datetime.fromisoformat, (status["completionTime"], began))
        lasted = human(int((end - start).total_seconds()))
    elif began:
        lasted = told(began)
    done = f"{status.get('succeeded', 0)}/{spec['completions']}"
    shape = (*template(obj), selector(spec.get("selector")))
    return state, done, lasted, age(obj, told), *shape
