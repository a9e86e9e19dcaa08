# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge whether workloads that lost pods have as many ready ones again.

Each is held against the smaller of its ready pods before and its replicas wanted now, and not at
all while its own rollout or deletion is under way.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.holders import not_running
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Instance
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    Node,
    Pod,
    Workload,
)

ZONE_LABELS = (
    "topology.kubernetes.io/zone",
    "failure-domain.beta.kubernetes.io/zone",
    "topology.ebs.csi.aws.com/zone",
)
"""Labels that name a node's zone."""
TYPE_LABELS = ("node.kubernetes.io/instance-type", "beta.kubernetes.io/instance-type")
"""Labels that name a node's instance type."""
HOSTNAME = "kubernetes.io/hostname"
BOUND_TO_ZONE = ("volume node affinity conflict", "PersistentVolume's node affinity")
"""The scheduler's words for a volume that is in another zone (in older and newer releases)."""


@dataclasses.dataclass(frozen=True)
class Loss:
    """A workload that lost pods by this run.

    `before`: its ready pods before the loss. `last`: when the last one was accepted, by the
    engine's clock. `ending`: pods that still end and that its status counts as ready.
    """

    before: int
    last: float
    ending: int = 0


@dataclasses.dataclass(frozen=True)
class Shortage:
    """Workload with too few ready pods, and its pods that are Pending."""

    workload: Workload
    needed: int
    ready: int
    pending: tuple[Pod, ...] = ()

    def __str__(self) -> str:
        """Return it as a clause for people, with the scheduler's words."""
        text = f"{self.workload.key} has {self.ready} of {self.needed} pods ready"
        stuck = sorted(self.pending, key=lambda pod: (not pod.unscheduled, pod.id))
        return f"{text}: {not_running(stuck[0])}" if stuck else text


def keys_of(pod: Pod) -> tuple[str, ...]:
    """Return the keys that the pod's workload may have, the likeliest first.

    None if its controller keeps no number of pods that we know of.
    """
    owner = pod.owner
    if owner is None:
        return ()
    own = f"{owner.kind} {pod.namespace}/{owner.name}"
    if (owner.kind, owner.group) in (("StatefulSet", "apps"), ("ReplicationController", "")):
        return (own,)
    if (owner.kind, owner.group) != ("ReplicaSet", "apps"):
        return ()
    digest = pod.labels.get("pod-template-hash", "")
    if not digest or not owner.name.endswith(f"-{digest}"):
        return (own,)
    return (f"Deployment {pod.namespace}/{owner.name.removesuffix(f'-{digest}')}", own)


def workload_of(pod: Pod, known: Mapping[str, Workload]) -> Workload | None:
    """Return the pod's workload, None if it is not known; `known` by key."""
    return next((known[key] for key in keys_of(pod) if key in known), None)


def shortage(
    loss: Loss, workload: Workload | None, pending: Iterable[Pod], excused: frozenset[str]
) -> Shortage | None:
    """Return what a workload lacks, None if nothing.

    `workload`: as it is now, None if it is gone. `pending`: its pods that are Pending. `excused`:
    uids of those that only a launch in flight can take.
    """
    if workload is None or workload.rolling or workload.deleting:
        return None
    needed = min(loss.before, workload.wanted)
    ready = workload.ready - loss.ending
    counting = tuple(pod for pod in pending if pod.deleted_at is None)
    waited_for = sum(pod.uid in excused for pod in counting)
    if ready + waited_for >= needed:
        return None
    return Shortage(
        workload, needed, max(0, ready), tuple(pod for pod in counting if pod.uid not in excused)
    )


def could_take(pod: Pod, like: Node | None, instance: Instance | None, zone: str = "") -> bool:
    """Return whether a node on its way may be one that the pod asks for.

    `like`: a node of the group whose labels the new one will have. `instance`: what was launched,
    None before that. `zone`: where the pod's volumes are, "" if anywhere.
    """
    if zone and instance is not None and instance.zone and instance.zone != zone:
        return False
    if like is None or not pod.placing:
        return True
    labels = {key: value for key, value in like.labels.items() if key != HOSTNAME}
    open_yet = frozenset((*ZONE_LABELS, *TYPE_LABELS)) if instance is None else frozenset()
    if instance is not None:
        labels |= {key: instance.zone for key in ZONE_LABELS if key in labels and instance.zone}
        labels |= {key: instance.type for key in TYPE_LABELS if key in labels and instance.type}
    return any(
        all(one.key in open_yet or one.matches(labels) for one in choice.requirements)
        for choice in pod.placing
    )


def is_bound_to_zone(pod: Pod) -> bool:
    """Return whether the scheduler says that the pod's volumes keep it in one zone."""
    return any(words in pod.unscheduled for words in BOUND_TO_ZONE)


@dataclasses.dataclass(frozen=True)
class Hope:
    """Launches that a pod which fits nowhere may wait for.

    They are those that were in flight when it was first seen. `quota`: how many there were.
    `instances`: those that have come of them so far.
    """

    since: float
    quota: int
    instances: frozenset[str] = frozenset()

    def joined_by(self, booting: Iterable[str]) -> Hope:
        """Return the hope with instances that have been launched since, up to its number."""
        later = sorted(set(booting) - self.instances)[: max(0, self.quota - len(self.instances))]
        return dataclasses.replace(self, instances=self.instances | set(later))

    def stands(self, booting: frozenset[str], missing: int, now: float, limit: float) -> bool:
        """Return whether one of the launches may still bring a node in time.

        `missing`: instances that are wanted and not launched yet. `limit`: seconds.
        """
        if now - self.since >= limit:
            return False
        to_come = missing > 0 and len(self.instances) < self.quota
        return to_come or bool(self.instances & booting)
