# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge the health of a cluster, by one look or beside an earlier one."""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.eviction import FINISHED
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    Budget,
    DaemonSet,
    Node,
    Pod,
    Workload,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import counted, listed

CRASHING = frozenset(
    ("CrashLoopBackOff", "ImagePullBackOff", "ErrImagePull", "CreateContainerConfigError")
)
"""Why a container waits that does not come up by itself (kubelet: images, container reasons)."""
UNPLACED, STUCK = "pending", "crashing"
SLOW_REQUEST, SLOWER = 1.0, 3.0
"""Seconds from which on a request is slow, and how often as long as before it takes then."""
PLANE_LABELS = ("k8s-app", "component")
"""Labels of the pods of a control plane that runs in the cluster, kops's and kubeadm's."""
PLANE_NAMES = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd")


@dataclasses.dataclass(frozen=True)
class ClusterLook:
    """A cluster at one moment.

    `ready`: whether the API server that was asked says that it is ready; `why`: why not.
    `latency`: seconds that a request took, half of the requests less.
    """

    nodes: tuple[Node, ...] = ()
    pods: tuple[Pod, ...] = ()
    workloads: tuple[Workload, ...] = ()
    daemonsets: tuple[DaemonSet, ...] = ()
    budgets: tuple[Budget, ...] = ()
    ready: bool = True
    why: str = ""
    latency: float = 0.0


def describe(look: ClusterLook, before: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the values of cluster_health_info.

    `before`: an earlier result to compare with, None to compare with nothing.
    """
    found = {
        "nodes": _nodes(look),
        "pending_pods": sorted(pod.id for pod in look.pods if pod.phase == "Pending"),
        "crashing_pods": sorted(pod.id for pod in look.pods if pod.waiting in CRASHING),
        "short_workloads": dict(sorted(_short(look))),
        "troubled": dict(sorted(_troubled(look).items())),
        "exhausted_budgets": sorted(one.id for one in look.budgets if _is_exhausted(one)),
        "control_plane": _components(look),
        "api_ready": look.ready,
        "api_latency": round(look.latency, 3),
    }
    problems = list(_problems(look, found))
    worse = [] if before is None else list(_worse(found, before))
    return {**found, "problems": problems, "healthy": not problems, "worse": worse}


def _nodes(look: ClusterLook) -> dict[str, Any]:
    versions = collections.Counter(node.kubelet_version for node in look.nodes)
    return {
        "total": len(look.nodes),
        "versions": dict(sorted(versions.items())),
        "not_ready": sorted(node.name for node in look.nodes if node.ready is not True),
        "unschedulable": sorted(node.name for node in look.nodes if node.unschedulable),
    }


def _troubled(look: ClusterLook) -> dict[str, dict[str, list[str]]]:
    """Return the pods that do not run, by what they belong to.

    One that moves gets another name. A pod that belongs to its node, or to nothing, is its own.
    """
    found: dict[str, dict[str, list[str]]] = {}
    for pod in sorted(look.pods, key=lambda pod: pod.id):
        owner = pod.owner if pod.owner is not None and pod.owner.kind != "Node" else None
        key = f"{owner.kind} {pod.namespace}/{owner.name}" if owner else f"Pod {pod.id}"
        for name, is_so in ((UNPLACED, pod.phase == "Pending"), (STUCK, pod.waiting in CRASHING)):
            if is_so:
                found.setdefault(key, {UNPLACED: [], STUCK: []})[name].append(pod.id)
    return found


def _short(look: ClusterLook) -> Iterator[tuple[str, dict[str, int]]]:
    for one in look.workloads:
        if one.ready < one.wanted and not one.deleting:
            yield one.key, {"wanted": one.wanted, "ready": one.ready}
    for agent in look.daemonsets:
        if agent.ready < agent.desired:
            key = f"DaemonSet {agent.namespace}/{agent.name}"
            yield key, {"wanted": agent.desired, "ready": agent.ready}


def _is_exhausted(budget: Budget) -> bool:
    """Return whether a budget of some pods allows nothing, or is not worked out."""
    unknown = budget.observed_generation < budget.generation or bool(budget.sync_error)
    return unknown or (budget.expected_pods > 0 and budget.disruptions_allowed < 1)


def _components(look: ClusterLook) -> dict[str, dict[str, int]]:
    """Return the pods of each component of a control plane in the cluster."""
    found: dict[str, dict[str, int]] = {}
    for pod in look.pods:
        name = next((pod.labels[key] for key in PLANE_LABELS if key in pod.labels), "")
        if pod.namespace == "kube-system" and name.startswith(PLANE_NAMES):
            counts = found.setdefault(name, {"pods": 0, "ready": 0})
            counts["pods"] += 1
            counts["ready"] += int(pod.ready and pod.phase not in FINISHED)
    return dict(sorted(found.items()))


def _problems(look: ClusterLook, found: Mapping[str, Any]) -> Iterator[str]:
    if not look.ready:
        yield f"the API server is not ready: {look.why}"
    if not look.nodes:
        yield "there is no node"
    if names := found["nodes"]["not_ready"]:
        yield f"{counted(len(names), 'node')} not Ready: {listed(names)}"
    for key, words in (("pending_pods", "Pending"), ("crashing_pods", "crashing")):
        if names := found[key]:
            yield f"{counted(len(names), 'pod')} {words}: {listed(names)}"
    for key, counts in found["short_workloads"].items():
        yield f"{key} has {counts['ready']} of {counts['wanted']} pods ready"
    for name, counts in found["control_plane"].items():
        if counts["ready"] < counts["pods"]:
            yield f"{counts['ready']} of {counts['pods']} pods of {name} are ready"


def _worse(found: Mapping[str, Any], before: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is worse than in an earlier result, one sentence each."""
    old_nodes = before.get("nodes") or {}
    budgets = found["exhausted_budgets"], before.get("exhausted_budgets")
    lists = (
        ("not Ready", _new(found["nodes"]["not_ready"], old_nodes.get("not_ready"))),
        ("Pending", _new_pods(found, before, UNPLACED, "pending_pods")),
        ("crashing", _new_pods(found, before, STUCK, "crashing_pods")),
        ("without a disruption left", _new(*budgets)),
    )
    for words, new in lists:
        if new:
            yield f"now {words}: {listed(new)}"
    if found["nodes"]["total"] < int(old_nodes.get("total", 0)):
        yield f"{found['nodes']['total']} nodes instead of {old_nodes['total']}"
    for key, counts in found["short_workloads"].items():
        old = (before.get("short_workloads") or {}).get(key)
        missing = counts["wanted"] - counts["ready"]
        if old is None or missing > int(old["wanted"]) - int(old["ready"]):
            yield f"{key} lacks {counted(missing, 'pod')}"
    for name, counts in (before.get("control_plane") or {}).items():
        ready = found["control_plane"].get(name, {"ready": 0})["ready"]
        if ready < int(counts["ready"]):
            yield f"{name} has {ready} ready pods instead of {counts['ready']}"
    if before.get("api_ready") and not found["api_ready"]:
        yield "the API server is no longer ready"
    now, then = found["api_latency"], before.get("api_latency")
    if then is not None and now >= SLOW_REQUEST and now >= SLOWER * float(then):
        yield f"a request takes {now:.1f} s instead of {float(then):.3f} s"


def _new(now: Iterable[str], then: Iterable[str] | None) -> list[str]:
    return sorted(set(now) - set(then or ()))


def _new_pods(
    found: Mapping[str, Any], before: Mapping[str, Any], which: str, names: str
) -> list[str]:
    """Return the pods in trouble whose owner has more of them than before.

    `names`: the key of an earlier result that does not say whose they are.
    """
    new = set(_new(found[names], before.get(names)))
    if "troubled" in before:
        for owner, pods in found["troubled"].items():
            then = (before["troubled"].get(owner) or {}).get(which) or ()
            if len(pods[which]) <= len(then):
                new -= set(pods[which])
    return sorted(new)
