# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records of the account's EKS clusters and managed node groups."""

from __future__ import annotations

import dataclasses
from typing import Any


@dataclasses.dataclass
class Update:
    """One update of a managed node group, as DescribeUpdate shows it.

    `params`: (type, value) pairs. `errors`: ErrorDetail structures. `force`: pods are deleted where
    they cannot be evicted in time.
    """

    id: str
    type: str
    created_at: float
    params: list[tuple[str, str]] = dataclasses.field(default_factory=list)
    status: str = "InProgress"
    errors: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    force: bool = False


@dataclasses.dataclass
class Nodegroup:
    """A managed node group; `group` is the name of the Auto Scaling group behind it.

    `template`: the launch template of its owner. `sources`: the version of that template by the
    version of EKS's own one that was made of it. `tokens`: update IDs by client token.
    """

    name: str
    group: str
    version: str
    release_version: str
    ami_type: str = "AL2023_x86_64_STANDARD"
    status: str = "ACTIVE"
    template: dict[str, str] | None = None
    labels: dict[str, str] = dataclasses.field(default_factory=dict)
    taints: list[dict[str, str]] = dataclasses.field(default_factory=list)
    tags: dict[str, str] = dataclasses.field(default_factory=dict)
    update_config: dict[str, Any] = dataclasses.field(default_factory=lambda: {"maxUnavailable": 1})
    issues: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    updates: dict[str, Update] = dataclasses.field(default_factory=dict)
    tokens: dict[str, str] = dataclasses.field(default_factory=dict)
    sources: dict[int, str] = dataclasses.field(default_factory=dict)
    modified_at: float | None = None


@dataclasses.dataclass
class EksCluster:
    """An EKS cluster; `ca_data` is the base64 text of its certificate authority."""

    name: str
    version: str
    endpoint: str
    ca_data: str
    status: str = "ACTIVE"
    platform_version: str = "eks.9"
    tags: dict[str, str] = dataclasses.field(default_factory=dict)
    nodegroups: dict[str, Nodegroup] = dataclasses.field(default_factory=dict)
    settings: dict[str, Any] = dataclasses.field(default_factory=dict)
