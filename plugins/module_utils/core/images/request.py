# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What image is looked for."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.launch_source import (
    Target,
)


@dataclasses.dataclass(frozen=True)
class Search:
    """What is looked for; an empty text means "not said". Ages are days. What is found is
    compared with `compare`, or with the image `compare_image`."""

    family: str = ""
    variant: str = ""
    architecture: str = ""
    os_release: str = ""
    kubernetes_version: str = ""
    release_version: str = ""
    min_age: int = 0
    max_age: int | None = None
    allow_downgrade: bool = False
    owners: tuple[str, ...] = ()
    name_pattern: str = ""
    tags: Mapping[str, str] = dataclasses.field(default_factory=dict)
    filters: Mapping[str, Sequence[str]] = dataclasses.field(default_factory=dict)
    compare: Target | None = None
    compare_image: str = ""
    eks_cluster: str = ""
    releases: bool = False

    def __post_init__(self) -> None:
        for name, value in (("min_age", self.min_age), ("max_age", self.max_age)):
            if value is not None and value < 0:
                raise InputError(f"{name} is {value}", "Give a number of days, 0 or more")
