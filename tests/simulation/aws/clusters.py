# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records of the account's EKS clusters and managed node groups."""

from __future__ import annotations

import dataclasses
from typing import Any


@dataclasses.dataclass
class Nodegroup:
    """A managed node group; `group` is the name of the Auto Scaling group behind it."""

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
