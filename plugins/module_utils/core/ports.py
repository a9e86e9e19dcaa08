# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ports: AWS and Kubernetes as the engine needs them."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Collection, Mapping
from typing import Any, Literal, Protocol

from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.backups import (
    Newest,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.look import (
    Components,
    Hardware,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.records import (
    Records,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.eviction import Answer
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Group, Targets
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease, Taint
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.quotas import Room
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import OUTDATED

NodeWrite = Literal["cordon", "uncordon", "taints", "untaint", "annotations", "unmark"]
"""What a change of a Node writes."""


@dataclasses.dataclass(frozen=True)
class NodeChange:
    """What to write on a Node.

    None leaves a field alone; a label or annotation of None is removed. With taints the write
    carries the resourceVersion that they were read at, because the list is replaced as a whole.
    `manager`: the field manager that the server records for what is changed; "" for the client's
    own name.
    """

    unschedulable: bool | None = None
    labels: tuple[tuple[str, str | None], ...] = ()
    annotations: tuple[tuple[str, str | None], ...] = ()
    taints: tuple[Taint, ...] | None = None
    manager: str = ""

    @property
    def kind(self) -> NodeWrite:
        """Return what it writes, and whether it puts that on the node or takes it off.

        Whoever undoes the one need not undo the other, so they are counted apart.
        """
        if self.unschedulable is not None:
            return "cordon" if self.unschedulable else "uncordon"
        if self.taints is not None:
            return "taints" if any(taint.key == OUTDATED for taint in self.taints) else "untaint"
        sets = not self.annotations or any(value is not None for _key, value in self.annotations)
        return "annotations" if sets else "unmark"


REFRESH_AGE = 60.0
"""Seconds for which a look at instance refreshes serves before something begins: somebody starting
one while we work is rare."""


class Cloud(Protocol):
    """AWS as the engine needs it.

    Every method makes one attempt and raises core.errors.
    """

    def until(self, moment: float) -> Cloud: ...

    def read_group(
        self,
        name: str,
        also: tuple[str, ...] = (),
        max_age: float = 0.0,
        refresh_age: float = REFRESH_AGE,
        targets: bool = True,
    ) -> Group:
        """Return the group with everything that a rotation observes.

        `also`: instances to look up, even if they have left the group. `max_age`: for so many
        seconds what earlier reads have shown and hardly changes is not asked for again.
        `refresh_age`: the same for instance refreshes. `targets`: with those of its target groups.
        """

    def read_targets(self, target_group: str) -> Targets:
        """Return the targets of a target group, none of one that was deleted."""

    def console_output(self, instance: str) -> str: ...
    def set_desired(self, group: str, desired: int) -> None: ...
    def launch_instance(self, group: str, zone: str, token: str) -> None: ...
    def set_max_size(self, group: str, size: int) -> None: ...
    def terminate(self, instance: str, decrement: bool) -> None: ...
    def end_pooled(self, group: str, instance: str) -> None: ...
    def set_reuse(self, group: str, reuses: bool) -> None: ...
    def enter_standby(self, group: str, instance: str) -> None: ...
    def tag_instance(self, instance: str, key: str, value: str) -> None: ...
    def protect(self, group: str, instances: tuple[str, ...], protected: bool) -> None: ...
    def protect_new(self, group: str, protected: bool) -> None: ...
    def suspend(self, group: str, processes: tuple[str, ...]) -> None: ...
    def resume(self, group: str, processes: tuple[str, ...]) -> None: ...
    def deregister(self, target_group: str, targets: tuple[tuple[str, int], ...]) -> None: ...
    def register(self, target_group: str, targets: tuple[tuple[str, int], ...]) -> None: ...
    def point_back(self, group: str, ways: tuple[tuple[str, str], ...]) -> None: ...
    def set_tag(self, group: str, key: str, value: str | None) -> None: ...
    def read_machines(self, cluster: str) -> Hardware: ...
    def newest_backups(self, stores: tuple[str, ...]) -> Newest: ...
    def read_records(self, names: tuple[str, ...]) -> Records: ...


class Cluster(Protocol):
    """Kubernetes as the engine needs it.

    Every method makes one attempt and raises core.errors.
    """

    def until(self, moment: float) -> Cluster: ...

    def change_node(self, name: str, resource_version: str, change: NodeChange) -> str: ...
    def delete_node(self, name: str, uid: str) -> None: ...

    def evict(
        self, namespace: str, name: str, uid: str, grace: int | None, dry_run: bool
    ) -> Answer: ...

    def delete_pod(
        self, namespace: str, name: str, uid: str, grace: int | None, dry_run: bool
    ) -> Answer: ...

    def cluster_uid(self) -> str: ...
    def read_lease(self, name: str, namespace: str = "") -> Lease | None: ...
    def write_lease(self, lease: Lease) -> Lease: ...
    def list_leases(self, labels: str) -> tuple[Lease, ...]: ...

    def read_components(
        self, nodes: tuple[str, ...], addresses: Mapping[str, str]
    ) -> Components: ...


class ManagedNodes(Protocol):
    """EKS's managed node groups as the engine needs them.

    Every method makes one attempt and raises core.errors. Node groups, updates, targets and update
    configs are those of core.managed.
    """

    def until(self, moment: float) -> ManagedNodes: ...

    def read(self, cluster: str, name: str, updates: tuple[str, ...] = ()) -> Any: ...

    def update_version(
        self, cluster: str, name: str, target: Any, force: bool, token: str
    ) -> Any: ...

    def update_config(self, cluster: str, name: str, config: Any, token: str) -> Any: ...
    def tag(self, arn: str, key: str, value: str | None) -> None: ...
    def rooms(self, ids: Collection[str]) -> tuple[Room, ...] | None: ...


class Notes(Protocol):
    """Files on the machine that the run works on."""

    def write(self, name: str, text: str) -> str:
        """Write a new file that only its user reads; return its path. Raises FailedError."""


class Ports:
    """Where commands are performed."""

    def __init__(
        self,
        cloud: Cloud | None,
        cluster: Cluster,
        managed: ManagedNodes | None = None,
        notes: Notes | None = None,
    ) -> None:
        """Keep all sides; None for what the work does not touch."""
        self._cloud, self.cluster, self._managed, self._notes = cloud, cluster, managed, notes

    @property
    def cloud(self) -> Cloud:
        """Return the AWS side; raise LookupError if there is none."""
        if self._cloud is None:
            raise LookupError("a command for AWS was issued without an AWS port")
        return self._cloud

    @property
    def managed(self) -> ManagedNodes:
        """Return EKS's side; raise LookupError if there is none."""
        if self._managed is None:
            raise LookupError("a command for EKS was issued without its port")
        return self._managed

    @property
    def notes(self) -> Notes:
        """Return where files are written; raise LookupError if there is no such place."""
        if self._notes is None:
            raise LookupError("a file was to be written without a port for files")
        return self._notes

    def until(self, moment: float) -> Ports:
        """Return ports that send nothing after this moment of their clock."""
        if moment == math.inf:
            return self
        cloud = self._cloud.until(moment) if self._cloud is not None else None
        managed = self._managed.until(moment) if self._managed is not None else None
        return Ports(cloud, self.cluster.until(moment), managed, self._notes)


def changes(values: Mapping[str, str | None]) -> tuple[tuple[str, str | None], ...]:
    """Return a mapping of labels or annotations as NodeChange holds it."""
    return tuple(sorted(values.items()))
