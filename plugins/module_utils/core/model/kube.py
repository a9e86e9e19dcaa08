# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Slim, frozen records of the Kubernetes objects that a rotation observes.

Moments are seconds since the epoch (the server's clock); durations are seconds.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.selectors import Selector


@dataclasses.dataclass(frozen=True, slots=True)
class Taint:
    """One entry of spec.taints, an atomic list: always written as a whole."""

    key: str
    effect: str
    value: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Node:
    """A Node.

    `ready` is None while the control plane does not know (condition Ready is Unknown).
    `cordoned_by` and `tainted_by`: the field managers that set unschedulable and the taints last,
    "" if the server does not say.
    """

    name: str
    uid: str
    resource_version: str
    provider_id: str = ""
    zone: str = ""
    ready: bool | None = None
    ready_since: float = 0.0
    created: float = 0.0
    unschedulable: bool = False
    taints: tuple[Taint, ...] = ()
    labels: Mapping[str, str] = dataclasses.field(default_factory=dict)
    annotations: Mapping[str, str] = dataclasses.field(default_factory=dict)
    kubelet_version: str = ""
    cordoned_by: str = ""
    tainted_by: str = ""
    resources: frozenset[str] = frozenset()
    """Names of the extended resources ("nvidia.com/gpu") of which it offers any."""
    conditions: frozenset[str] = frozenset()
    """Types of its conditions that are True."""
    addresses: frozenset[str] = frozenset()
    """Its IP addresses, inside of the cluster and outside."""
    internal_ip: str = ""

    @property
    def instance_id(self) -> str:
        """Return the EC2 instance ID, the last part of the provider ID; "" without one.

        A provider ID reads aws:///<zone>/<instance ID>.
        """
        return self.provider_id.rsplit("/", 1)[-1] if self.provider_id.startswith("aws:") else ""


@dataclasses.dataclass(frozen=True, slots=True)
class Owner:
    """Controller of an object, from metadata.ownerReferences."""

    kind: str
    name: str
    uid: str = ""
    group: str = "apps"
    """The API group of the kind; "" is the core group. Kinds of other groups may have its name."""

    @property
    def key(self) -> str:
        """Return what tells this controller from others."""
        return self.uid or f"{self.group}/{self.kind}/{self.name}"


@dataclasses.dataclass(frozen=True, slots=True)
class Pod:
    """A Pod.

    `deleted_at` is metadata.deletionTimestamp, the moment at which its grace ends; None if it is
    not being deleted.
    """

    namespace: str
    name: str
    uid: str
    resource_version: str = ""
    node: str = ""
    phase: str = "Running"
    ready: bool = True
    owner: Owner | None = None
    labels: Mapping[str, str] = dataclasses.field(default_factory=dict)
    annotations: Mapping[str, str] = dataclasses.field(default_factory=dict)
    deleted_at: float | None = None
    deletion_grace: int | None = None
    """Seconds of grace that the deletion under way gives; None if it is not going."""
    grace_period: int = 30
    finalizers: tuple[str, ...] = ()
    empty_dir: bool = False
    claims: tuple[str, ...] = ()
    priority: int = 0
    unscheduled: str = ""
    """Why the scheduler has found no node for it, in its words."""
    waiting: str = ""
    """Why its first container that waits does so ("CrashLoopBackOff")."""
    placing: tuple[Selector, ...] = ()
    """The labels that its node must have, by nodeSelector and required node affinity: one of these
    must match; none at all: any node."""
    host_ports: frozenset[int] = frozenset()
    """Ports of its node that its containers listen on."""

    @property
    def id(self) -> str:
        """Return namespace/name."""
        return f"{self.namespace}/{self.name}"


@dataclasses.dataclass(frozen=True, slots=True)
class Workload:
    """Keeper of a number of pods, such as a Deployment or StatefulSet.

    `wanted`: spec.replicas. `ready`: its ready pods by its status. `rolling`: a rollout of its own
    is under way. `deleting`: it is being deleted.
    """

    kind: str
    namespace: str
    name: str
    uid: str
    wanted: int = 1
    ready: int = 0
    rolling: bool = False
    deleting: bool = False
    selector: Selector | None = None

    @property
    def key(self) -> str:
        """Kind and namespace/name, as people write it: "Deployment shop/cart"."""
        return f"{self.kind} {self.namespace}/{self.name}"


@dataclasses.dataclass(frozen=True, slots=True)
class Service:
    """A Service, as far as it is reached by ports of the nodes.

    `ports`: its node ports and its health check node port. `local`: a node takes its traffic only
    for pods of its own (externalTrafficPolicy Local).
    """

    namespace: str
    name: str
    uid: str
    ports: frozenset[int] = frozenset()
    local: bool = False
    selector: Selector | None = None

    @property
    def id(self) -> str:
        """Return namespace/name."""
        return f"{self.namespace}/{self.name}"


@dataclasses.dataclass(frozen=True, slots=True)
class Budget:
    """A PodDisruptionBudget with the status that the control plane last wrote."""

    namespace: str
    name: str
    uid: str
    resource_version: str
    selector: Selector | None
    wanted: str = ""
    """What the spec asks for, for people: "minAvailable 2" or "maxUnavailable 25%"."""
    generation: int = 1
    observed_generation: int = 1
    current_healthy: int = 0
    desired_healthy: int = 0
    expected_pods: int = 0
    disruptions_allowed: int = 0
    disrupted_pods: frozenset[str] = frozenset()
    """Names of pods whose eviction was admitted and that the control plane has not yet seen
    going."""
    unhealthy_policy: str = "IfHealthyBudget"
    sync_error: str = ""
    """Why the control plane cannot work out its status (condition reason SyncFailed)."""
    labels: Mapping[str, str] = dataclasses.field(default_factory=dict)
    annotations: Mapping[str, str] = dataclasses.field(default_factory=dict)
    owner: Owner | None = None
    held_by: str = ""
    """Which pod holds it, for people; "" where that was not looked up (see core.drain.holders)."""

    @property
    def id(self) -> str:
        """Return namespace/name."""
        return f"{self.namespace}/{self.name}"


@dataclasses.dataclass(frozen=True, slots=True)
class Attachment:
    """A VolumeAttachment: `volume` is the name of the PersistentVolume."""

    name: str
    node: str
    volume: str


@dataclasses.dataclass(frozen=True, slots=True)
class Claim:
    """A PersistentVolumeClaim and the PersistentVolume bound to it, "" if none is."""

    namespace: str
    name: str
    uid: str
    volume: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Volume:
    """A PersistentVolume.

    `claim`: namespace/name of the claim bound to it, "" if none is. `placing`: the labels that its
    node must have, one of these; none at all: any node.
    """

    name: str
    uid: str
    claim: str = ""
    placing: tuple[Selector, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class DaemonSet:
    """A DaemonSet, with the number of its pods wanted and ready."""

    namespace: str
    name: str
    uid: str
    desired: int = 0
    ready: int = 0


@dataclasses.dataclass(frozen=True, slots=True)
class CsiNode:
    """A CSINode: the CSI drivers that have registered on the node of this name.

    `owner`: the UID of the Node object that it belongs to, "" if it does not say.
    """

    name: str
    uid: str
    drivers: frozenset[str] = frozenset()
    owner: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Lease:
    """A Lease: its holder and the journal in its annotation.

    `renewed` is the text of renewTime: only whether it changes counts, never its distance to a
    clock of ours.
    """

    name: str
    resource_version: str = ""
    holder: str = ""
    renewed: str = ""
    duration: int = 0
    transitions: int = 0
    journal: str = ""
    uid: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    """Annotations besides the journal, for people."""
    paused_since: str = ""
    """When the annotation of a pause was written, as the API server recorded; "" if it is not known
    or there is none."""
    acquired: tuple[str, str] = ("", "")
    """A holder, and since when it holds (acquireTime). Another one is written its own."""
