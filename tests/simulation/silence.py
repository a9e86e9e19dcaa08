# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long the control plane has not heard of a kubelet."""

from __future__ import annotations

import datetime
from typing import Any

DEAD_AFTER = 290.0
"""Seconds of silence after which a node may be ended with its pods; clocks differ a little."""


def is_dead(node: dict[str, Any], now: datetime.datetime) -> bool:
    """Return whether the node may be ended with its pods: it has long been silent."""
    for condition in node.get("status", {}).get("conditions", ()):
        if condition["type"] == "Ready" and condition["status"] == "Unknown":
            since = datetime.datetime.fromisoformat(condition["lastTransitionTime"])
            return (now - since).total_seconds() >= DEAD_AFTER
    return False
