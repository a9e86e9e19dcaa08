# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module as the edge needs it: its parameters, and whether it is in check mode."""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Any


def a_module(spec: Mapping[str, Any], check_mode: bool = False, **params: Any) -> Any:
    """A module with the options of `spec`, with their defaults but for `params`."""
    defaults = {name: option.get("default") for name, option in spec.items()}
    return types.SimpleNamespace(
        params={**defaults, **params}, check_mode=check_mode, renew=lambda: None
    )
