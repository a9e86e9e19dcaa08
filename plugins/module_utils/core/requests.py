# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limit requests to the API server."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.options import check_at_least


@dataclasses.dataclass(frozen=True)
class RequestLimits:
    """`request_rate` requests a second, and at most `request_burst` at once."""

    request_rate: float = 50
    request_burst: float = 100

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            check_at_least(field.name, getattr(self, field.name), 1)


def from_params(params: Mapping[str, Any]) -> RequestLimits:
    """Return the limits for a module's parameters. Raises InputError."""
    return RequestLimits(**{field.name: params[field.name] for field in _FIELDS})


_FIELDS = dataclasses.fields(RequestLimits)
