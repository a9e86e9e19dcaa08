# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long the control plane has not heard of a kubelet."""

from __future__ import annotations

import datetime
from typing import Any

DEAD_AFTER = 290.0
"""Seconds of silence after which a node may be ended with its pods; clocks differ a little."""


def is_dead(node: dict[str, Any], lease: dict[str, Any] | None, now: datetime.datetime) -> bool:
    """Return whether the node may be ended with its pods: it has long been silent.

    `lease`: that of the node, as a reader sees it.
    """
    conditions = node.get("status", {}).get("conditions", ())
    ready = next((one for one in conditions if one["type"] == "Ready"), None)
    if ready is None or ready["status"] == "True":
        return False
    if lease is None:
        since = ready["lastTransitionTime"] if ready["status"] == "Unknown" else ""
    else:
        since = lease["spec"]["renewTime"]
    return bool(since) and (now - _moment(since)).total_seconds() >= DEAD_AFTER


def _moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
