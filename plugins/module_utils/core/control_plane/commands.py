# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read a control plane, and read and write the Lease that it shares."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

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
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import Ports


@dataclasses.dataclass(frozen=True)
class ReadMachines:
    """Read the instance groups of a kops cluster and the volumes of its etcd members."""

    cluster: str
    service: ClassVar[str] = "aws"

    def apply(self, ports: Ports) -> Hardware:
        """Send the requests."""
        return ports.cloud.read_machines(self.cluster)


@dataclasses.dataclass(frozen=True)
class ReadBackups:
    """Read when the newest backup in each of these stores was made."""

    stores: tuple[str, ...]
    service: ClassVar[str] = "aws"

    def apply(self, ports: Ports) -> Newest:
        """Send the requests."""
        return ports.cloud.newest_backups(self.stores)


@dataclasses.dataclass(frozen=True)
class ReadRecords:
    """Read which addresses the DNS records of these names hold."""

    names: tuple[str, ...]
    service: ClassVar[str] = "aws"

    def apply(self, ports: Ports) -> Records:
        """Send the requests."""
        return ports.cloud.read_records(self.names)


@dataclasses.dataclass(frozen=True)
class ReadComponents:
    """Read the pods, the health and the Leases of a control plane of these nodes.

    `addresses`: pairs of a node's name and its InternalIP, as far as known.
    """

    nodes: tuple[str, ...]
    addresses: tuple[tuple[str, str], ...] = ()
    service: ClassVar[str] = "kubernetes"

    def apply(self, ports: Ports) -> Components:
        """Send the requests."""
        return ports.cluster.read_components(self.nodes, dict(self.addresses))


@dataclasses.dataclass(frozen=True)
class ReadShared:
    """Read the Lease that the groups of a control plane share; None if there is none."""

    name: str
    service: ClassVar[str] = "kubernetes"

    def apply(self, ports: Ports) -> Lease | None:
        """Send the request."""
        return ports.cluster.read_lease(self.name)


@dataclasses.dataclass(frozen=True)
class WriteShared:
    """Create (without a resource version) or replace the Lease that is shared."""

    lease: Lease
    service: ClassVar[str] = "kubernetes"

    def apply(self, ports: Ports) -> Lease:
        """Send the request."""
        return ports.cluster.write_lease(self.lease)


@dataclasses.dataclass(frozen=True)
class ListLeases:
    """List the Leases that these labels select."""

    labels: str
    service: ClassVar[str] = "kubernetes"

    def apply(self, ports: Ports) -> tuple[Lease, ...]:
        """Send the request."""
        return ports.cluster.list_leases(self.labels)


@dataclasses.dataclass(frozen=True)
class WriteWayBack:
    """Write the way back to a file of this machine; the answer is its path."""

    name: str
    text: str
    service: ClassVar[str] = "local"

    def apply(self, ports: Ports) -> str:
        """Write it."""
        return ports.notes.write(self.name, self.text)


READS = (
    *(ReadMachines, ReadBackups, ReadRecords, ReadComponents, ReadShared, ListLeases),
    WriteWayBack,
)
"""Those that change nothing in the cluster or the account."""
