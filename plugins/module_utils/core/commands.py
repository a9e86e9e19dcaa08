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

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.eviction import Answer
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Group
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import NodeChange, Ports


class Command(Protocol):
    """One action.

    `service` names the request budget that it is charged to: "aws" or "kubernetes".
    """

    @property
    def service(self) -> str: ...
    def apply(self, ports: Ports) -> Any: ...


class _OnAws:
    service = "aws"


class _OnKubernetes:
    service = "kubernetes"


@dataclasses.dataclass(frozen=True)
class ReadGroup(_OnAws):
    """Read the group with its instances, launch source and, if asked, target health.

    Returns Group. Only `group` is part of the identity; for the others see ports.Cloud.
    """

    group: str
    also: tuple[str, ...] = dataclasses.field(default=(), compare=False)
    max_age: float = dataclasses.field(default=0.0, compare=False)
    refresh_age: float = dataclasses.field(default=0.0, compare=False)
    targets: bool = dataclasses.field(default=True, compare=False)

    def apply(self, ports: Ports) -> Group:
        how = (self.also, self.max_age, self.refresh_age, self.targets)
        return ports.cloud.read_group(self.group, *how)


@dataclasses.dataclass(frozen=True)
class ReadConsole(_OnAws):
    """Read the end of an instance's console output. Returns text."""

    instance: str

    def apply(self, ports: Ports) -> str:
        return ports.cloud.console_output(self.instance)


@dataclasses.dataclass(frozen=True)
class SetDesired(_OnAws):
    """Raise the desired capacity. It is never lowered this way."""

    group: str
    desired: int

    def apply(self, ports: Ports) -> None:
        ports.cloud.set_desired(self.group, self.desired)


@dataclasses.dataclass(frozen=True)
class SetMaxSize(_OnAws):
    """Raise MaxSize for the surge, or restore it."""

    group: str
    size: int

    def apply(self, ports: Ports) -> None:
        ports.cloud.set_max_size(self.group, self.size)


@dataclasses.dataclass(frozen=True)
class Terminate(_OnAws):
    """Terminate a drained instance; with decrement the group becomes one smaller."""

    instance: str
    decrement: bool

    def apply(self, ports: Ports) -> None:
        ports.cloud.terminate(self.instance, self.decrement)


@dataclasses.dataclass(frozen=True)
class EnterStandby(_OnAws):
    """Put an instance into standby; the group becomes one smaller."""

    group: str
    instance: str

    def apply(self, ports: Ports) -> None:
        ports.cloud.enter_standby(self.group, self.instance)


@dataclasses.dataclass(frozen=True)
class TagInstance(_OnAws):
    """Write a tag of an instance."""

    instance: str
    key: str
    value: str

    def apply(self, ports: Ports) -> None:
        ports.cloud.tag_instance(self.instance, self.key, self.value)


@dataclasses.dataclass(frozen=True)
class Protect(_OnAws):
    """Protect instances (at most 50) from scale-in, or remove our protection."""

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
    """Deregister targets (ID, port) from a target group before their node is drained."""

    target_group: str
    targets: tuple[tuple[str, int], ...]

    def apply(self, ports: Ports) -> None:
        ports.cloud.deregister(self.target_group, self.targets)


@dataclasses.dataclass(frozen=True)
class Register(_OnAws):
    """Register targets (ID, port) again that we have deregistered."""

    target_group: str
    targets: tuple[tuple[str, int], ...]

    def apply(self, ports: Ports) -> None:
        ports.cloud.register(self.target_group, self.targets)


@dataclasses.dataclass(frozen=True)
class PointBack(_OnAws):
    """Let the group launch from an earlier version of each of its templates.

    `ways`: the templates with these versions. For a launch configuration, its name and "".
    """

    group: str
    ways: tuple[tuple[str, str], ...]

    def apply(self, ports: Ports) -> None:
        ports.cloud.point_back(self.group, self.ways)


@dataclasses.dataclass(frozen=True)
class SetTag(_OnAws):
    """Write or (None) remove a tag of the group that its instances do not get."""

    group: str
    key: str
    value: str | None

    def apply(self, ports: Ports) -> None:
        ports.cloud.set_tag(self.group, self.key, self.value)


@dataclasses.dataclass(frozen=True)
class ChangeNode(_OnKubernetes):
    """Write cordon, labels, annotations, taints of a Node; return its version."""

    name: str
    resource_version: str
    change: NodeChange

    def apply(self, ports: Ports) -> str:
        return ports.cluster.change_node(self.name, self.resource_version, self.change)


@dataclasses.dataclass(frozen=True)
class DeleteNode(_OnKubernetes):
    """Delete the Node object of a terminated instance if it is still the same object."""

    name: str
    uid: str

    def apply(self, ports: Ports) -> None:
        ports.cluster.delete_node(self.name, self.uid)


@dataclasses.dataclass(frozen=True)
class Evict(_OnKubernetes):
    """Request a pod's eviction. `grace` in seconds; None means the pod's own."""

    namespace: str
    name: str
    uid: str
    grace: int | None = None
    dry_run: bool = False

    def apply(self, ports: Ports) -> Answer:
        return ports.cluster.evict(self.namespace, self.name, self.uid, self.grace, self.dry_run)


@dataclasses.dataclass(frozen=True)
class DeletePod(_OnKubernetes):
    """Delete a pod without asking its budgets."""

    namespace: str
    name: str
    uid: str
    grace: int | None = None
    dry_run: bool = False

    def apply(self, ports: Ports) -> Answer:
        return ports.cluster.delete_pod(
            self.namespace, self.name, self.uid, self.grace, self.dry_run
        )


@dataclasses.dataclass(frozen=True)
class ReadCluster(_OnKubernetes):
    """Read the UID of namespace kube-system, which tells clusters apart."""

    def apply(self, ports: Ports) -> str:
        return ports.cluster.cluster_uid()


@dataclasses.dataclass(frozen=True)
class ReadLease(_OnKubernetes):
    """Read the Lease, None if there is none. `namespace`: "" for that of our Leases."""

    name: str
    namespace: str = ""

    def apply(self, ports: Ports) -> Lease | None:
        return ports.cluster.read_lease(self.name, self.namespace)


@dataclasses.dataclass(frozen=True)
class WriteLease(_OnKubernetes):
    """Create (without a resource version) or replace the Lease.

    Returns it as written. Raises ConflictError if somebody else has changed it.
    """

    lease: Lease

    def apply(self, ports: Ports) -> Lease:
        return ports.cluster.write_lease(self.lease)
