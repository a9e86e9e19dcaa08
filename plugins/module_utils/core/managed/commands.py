# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hold what the engine asks of EKS, as values (see core.commands)."""

from __future__ import annotations

import dataclasses
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.config import (
    UpdateConfig,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.nodegroup import (
    ManagedTarget,
    Nodegroup,
    NodegroupUpdate,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.quotas import Room
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import Ports


@dataclasses.dataclass(frozen=True)
class NodegroupName:
    """A managed node group by its cluster and name."""

    cluster: str
    name: str


class _OnEks:
    service = "aws"


@dataclasses.dataclass(frozen=True)
class ReadNodegroup(_OnEks):
    """Read the node group with its Auto Scaling group and its updates.

    Returns Nodegroup. `updates`: IDs of those whose end is awaited; they are not part of the
    command's identity.
    """

    nodegroup: NodegroupName
    updates: tuple[str, ...] = dataclasses.field(default=(), compare=False)

    def apply(self, ports: Ports) -> Nodegroup:
        name = self.nodegroup
        found: Nodegroup = ports.managed.read(name.cluster, name.name, self.updates)
        return found


@dataclasses.dataclass(frozen=True)
class ReadRooms(_OnEks):
    """Read what runs under the quotas of the instances `ids`.

    Returns Rooms with the limits, None if what the account runs may not be read.
    """

    ids: tuple[str, ...]

    def apply(self, ports: Ports) -> tuple[Room, ...] | None:
        return ports.managed.rooms(self.ids)


@dataclasses.dataclass(frozen=True)
class UpdateVersion(_OnEks):
    """Let EKS replace the nodes. Returns NodegroupUpdate.

    `token`: makes a repetition harmless.
    """

    nodegroup: NodegroupName
    target: ManagedTarget
    force: bool
    token: str

    def apply(self, ports: Ports) -> NodegroupUpdate:
        name = self.nodegroup
        begun: NodegroupUpdate = ports.managed.update_version(
            name.cluster, name.name, self.target, self.force, self.token
        )
        return begun


@dataclasses.dataclass(frozen=True)
class ChangeConfig(_OnEks):
    """Let EKS change the update config. Returns NodegroupUpdate."""

    nodegroup: NodegroupName
    config: UpdateConfig
    token: str

    def apply(self, ports: Ports) -> NodegroupUpdate:
        name = self.nodegroup
        begun: NodegroupUpdate = ports.managed.update_config(
            name.cluster, name.name, self.config, self.token
        )
        return begun


@dataclasses.dataclass(frozen=True)
class TagNodegroup(_OnEks):
    """Write or (None) remove a tag of the node group."""

    arn: str
    key: str
    value: str | None

    def apply(self, ports: Ports) -> Any:
        ports.managed.tag(self.arn, self.key, self.value)
