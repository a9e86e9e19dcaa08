# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Know with which variables a plan was made, and a rotation is started."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.plugin_utils.variables import ROLES

NOT_SIGNED = frozenset(("prepare_run_id", "prepare_hook", "rotate_failure_hook"))
"""Variables that change nothing of what was planned."""
SIGNED = ("prepare", "rotate")
"""The roles whose variables belong to a plan."""


def options_of(variables: Mapping[str, Any]) -> dict[str, str]:
    """Return the variables of the roles that are set for a host, each as JSON.

    A text that says a number or a truth value is the same as that: on the command line all are
    texts.
    """
    names = sorted(name for role in SIGNED for name in ROLES[role] if name not in NOT_SIGNED)
    return {name: _plain(variables[name]) for name in names if name in variables}


def _plain(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)
    return text.strip().lower() if text.strip().lower() in ("true", "false") else text.strip()
