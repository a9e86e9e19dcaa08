# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of an image lookup, validated."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.launch_source import (
    NamedSource,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.options import check_at_least
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import tag_text

TEXTS = ("variant", "os_release", "kubernetes_version", "release_version", "name_pattern")
"""Options that are text, "" where they are not given."""


@dataclasses.dataclass(frozen=True)
class Search:
    """What is looked for; an empty text means that the option was not given.

    Ages are days. What is found is compared with `compare`, or with the image `compare_image`.
    """

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
    compare: NamedSource | None = None
    compare_image: str = ""
    eks_cluster: str = ""
    releases: bool = False

    def __post_init__(self) -> None:
        for name, value in (("min_age", self.min_age), ("max_age", self.max_age)):
            check_at_least(name, value, 0, "days")


def from_params(params: Mapping[str, Any]) -> Search:
    """Return the search for the parameters of eks_ami_lookup. Raises InputError."""
    compare = params["compare_to"] or {}
    filters = {
        name: value if isinstance(value, list) else [value]
        for name, value in (params["filters"] or {}).items()
    }
    texts: dict[str, Any] = {
        name: params[name] or "" for name in (*TEXTS, "family", "architecture", "eks_cluster")
    }
    return Search(
        **texts,
        min_age=params["min_age"],
        max_age=params["max_age"],
        allow_downgrade=params["allow_downgrade"],
        releases=params["releases"],
        owners=tuple(params["owners"] or ()),
        tags={name: tag_text(value) for name, value in (params["tags"] or {}).items()},
        filters={name: [tag_text(value) for value in values] for name, values in filters.items()},
        compare=_compared(params) if compare and not compare.get("image_id") else None,
        compare_image=compare.get("image_id") or "",
    )


def _compared(params: Mapping[str, Any]) -> NamedSource:
    given = {name: value or "" for name, value in params["compare_to"].items()}
    return NamedSource.from_params({**given, "eks_cluster": params["eks_cluster"] or ""})
