# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Identify a node group for the inventory: what it is, never how large it is."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.kinds import kind_of


@dataclasses.dataclass(frozen=True)
class NodeGroup:
    """One node group.

    `nodegroup` is the name of a managed one, "" for self-managed ones; `account` the ID of the
    AWS account.
    """

    cluster: str
    region: str
    group: str
    nodegroup: str = ""
    zones: tuple[str, ...] = ()
    instance_types: tuple[str, ...] = ()
    labels: Mapping[str, str] = dataclasses.field(default_factory=dict)
    tags: Mapping[str, str] = dataclasses.field(default_factory=dict)
    account: str = ""

    @property
    def kind(self) -> str:
        """Return the name of its kind (see core.node_group.kinds)."""
        return kind_of(self.tags).name
