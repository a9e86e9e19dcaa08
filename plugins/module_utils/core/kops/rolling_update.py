# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read how a specification of kops wants its nodes replaced (spec.rollingUpdate)."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    InputError,
    RefusedError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.sizes import parse

_SURGE, _UNAVAILABLE, _DRAINS = "maxSurge", "maxUnavailable", "drainAndTerminate"


@dataclasses.dataclass(frozen=True)
class RollingUpdate:
    """How a specification wants nodes replaced.

    Sizes are as kops takes them, "" where nothing is said. `replaces`: whether any is to be
    replaced (drainAndTerminate).
    """

    max_surge: str = ""
    max_unavailable: str = ""
    replaces: bool = True


def resolve_rolling_update(
    group: Mapping[str, Any], cluster: Mapping[str, Any], name: str
) -> RollingUpdate:
    """Return what an instance group says, field by field else its cluster.

    `group`, `cluster`: their spec.rollingUpdate. A surge of 0 without a word on the other means one
    node at a time (kops: pkg/instancegroups/settings.go). Raises RefusedError for a value that is
    no size.
    """
    said = {key: value for key, value in cluster.items() if value is not None}
    said |= {key: value for key, value in group.items() if value is not None}
    surge, unavailable = (_size(said.get(key), key, name) for key in (_SURGE, _UNAVAILABLE))
    if surge in ("0", "0%") and not unavailable:
        unavailable = "1"
    return RollingUpdate(surge, unavailable, said.get(_DRAINS, True) is not False)


def _size(value: Any, key: str, name: str) -> str:
    if value is None:
        return ""
    try:
        return str(parse(f"spec.rollingUpdate.{key} of instance group {name}", value))
    except InputError as error:
        raise RefusedError(error.message, "Correct it with kops edit") from error
