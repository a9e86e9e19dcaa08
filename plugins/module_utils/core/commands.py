# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything the collection can do to the outside, as values.

A command is decided by the engine and carried out later, elsewhere: `command.apply(ports)` makes
the one call. Equal commands are the same command: one in flight is not issued twice.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Protocol

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Group
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import (
    NodeChange,
    Ports,
)


class Command(Protocol):
    """One act. `service` says whose request budget it draws on: "aws" or "kubernetes"."""

    @property
    def service(self) -> str: ...
    def apply(self, ports: Ports) -> Any: ...


class _OnAws:
    service = "aws"


class _OnKubernetes:
    service = "kubernetes"


@dataclasses.dataclass(frozen=True)
class ReadGroup(_OnAws):
    """Read the group, its instances, their targets' health and what it would launch from; answers
    Group. `also`: ids of instances that have left it and whose end is awaited; no part of the
    command's identity."""

    group: str
    also: tuple[str, ...] = dataclasses.field(default=(), compare=False)

    def apply(self, ports: Ports) -> Group:
        return ports.cloud.read_group(self.group, self.also)


@dataclasses.dataclass(frozen=True)
class SetDesired(_OnAws):
    """Raise desired to this number; never used to lower it."""

    group: str
    desired: int

    def apply(self, ports: Ports) -> None:
        ports.cloud.set_desired(self.group, self.desired)


@dataclasses.dataclass(frozen=True)
class SetMaxSize(_OnAws):
    """Raise MaxSize for the surge, or put it back."""

    group: str
    size: int

    def apply(self, ports: Ports) -> None:
        ports.cloud.set_max_size(self.group, self.size)


@dataclasses.dataclass(frozen=True)
class Terminate(_OnAws):
    """TerminateInstanceInAutoScalingGroup of a drained instance; with decrement the group becomes
    one smaller."""

    instance: str
    decrement: bool

    def apply(self, ports: Ports) -> None:
        ports.cloud.terminate(self.instance, self.decrement)


@dataclasses.dataclass(frozen=True)
class Protect(_OnAws):
    """Put scale-in protection on instances (at most 50), or take ours off."""

    group: str
    instances: tuple[str, ...]
    protected: bool

    def apply(self, ports: Ports) -> None:
        ports.cloud.protect(self.group, self.instances, self.protected)


@dataclasses.dataclass(frozen=True)
class ProtectNew(_OnAws):
    """Set NewInstancesProtectedFromScaleIn."""

    group: str
    protected: bool

    def apply(self, ports: Ports) -> None:
        ports.cloud.protect_new(self.group, self.protected)


@dataclasses.dataclass(frozen=True)
class Suspend(_OnAws):
    """Suspend scaling processes of the group."""

    group: str
    processes: tuple[str, ...]

    def apply(self, ports: Ports) -> None:
        ports.cloud.suspend(self.group, self.processes)


@dataclasses.dataclass(frozen=True)
class Resume(_OnAws):
    """Resume the scaling processes that we suspended."""

    group: str
    processes: tuple[str, ...]

    def apply(self, ports: Ports) -> None:
        ports.cloud.resume(self.group, self.processes)


@dataclasses.dataclass(frozen=True)
class Deregister(_OnAws):
    """Take targets (id, port) out of a target group before their node is drained."""

    target_group: str
    targets: tuple[tuple[str, int], ...]

    def apply(self, ports: Ports) -> None:
        ports.cloud.deregister(self.target_group, self.targets)


@dataclasses.dataclass(frozen=True)
class Register(_OnAws):
    """Put targets (id, port) back into a target group that we took them out of."""

    target_group: str
    targets: tuple[tuple[str, int], ...]

    def apply(self, ports: Ports) -> None:
        ports.cloud.register(self.target_group, self.targets)


@dataclasses.dataclass(frozen=True)
class PointBack(_OnAws):
    """Let the group launch from an earlier version of its template (or launch configuration)."""

    group: str
    template: str
    version: str

    def apply(self, ports: Ports) -> Any:
        return ports.cloud.point_back(self.group, self.template, self.version)


@dataclasses.dataclass(frozen=True)
class SetTag(_OnAws):
    """Write or (None) remove the signpost tag on the group; it is not propagated to instances."""

    group: str
    key: str
    value: str | None

    def apply(self, ports: Ports) -> None:
        ports.cloud.set_tag(self.group, self.key, self.value)


@dataclasses.dataclass(frozen=True)
class ChangeNode(_OnKubernetes):
    """Write a Node: cordon, labels, annotations, taints, in one request."""

    name: str
    resource_version: str
    change: NodeChange

    def apply(self, ports: Ports) -> None:
        ports.cluster.change_node(self.name, self.resource_version, self.change)


@dataclasses.dataclass(frozen=True)
class DeleteNode(_OnKubernetes):
    """Delete the Node object of an instance that EC2 says is terminated, if it is still that
    object."""

    name: str
    uid: str

    def apply(self, ports: Ports) -> None:
        ports.cluster.delete_node(self.name, self.uid)


@dataclasses.dataclass(frozen=True)
class Evict(_OnKubernetes):
    """Ask for a pod's eviction. `grace` in seconds, None: the pod's own."""

    namespace: str
    name: str
    uid: str
    grace: int | None = None
    dry_run: bool = False

    def apply(self, ports: Ports) -> Any:
        return ports.cluster.evict(self.namespace, self.name, self.uid, self.grace, self.dry_run)


@dataclasses.dataclass(frozen=True)
class DeletePod(_OnKubernetes):
    """Delete a pod past its budgets."""

    namespace: str
    name: str
    uid: str
    grace: int | None = None
    dry_run: bool = False

    def apply(self, ports: Ports) -> Any:
        return ports.cluster.delete_pod(
            self.namespace, self.name, self.uid, self.grace, self.dry_run
        )


@dataclasses.dataclass(frozen=True)
class ReadLease(_OnKubernetes):
    """Read the lock and record; answers Lease, or None where there is none yet."""

    name: str

    def apply(self, ports: Ports) -> Lease | None:
        return ports.cluster.read_lease(self.name)


@dataclasses.dataclass(frozen=True)
class WriteLease(_OnKubernetes):
    """Create (no resource version) or replace the lock and record; answers it as written,
    ConflictError if it moved."""

    lease: Lease

    def apply(self, ports: Ports) -> Lease:
        return ports.cluster.write_lease(self.lease)
