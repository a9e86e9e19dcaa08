# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell ages as people read them."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from typing import Any

Since = Callable[[str], str]
"""How long ago a moment of an object was."""


def since(now: datetime.datetime) -> Since:
    """Return the function that tells how long before `now` a moment was."""

    def told(moment: str) -> str:
        if not moment:
            return "<unknown>"
        made = datetime.datetime.fromisoformat(moment)
        return human(int((now - made).total_seconds()))

    return told


def human(seconds: int) -> str:
    """Return a duration in one or two units.

    Source: apimachinery pkg/util/duration, HumanDuration.
    """
    if seconds < 120:
        return f"{max(0, seconds)}s"
    minutes, hours = seconds // 60, seconds // 3600
    if minutes < 10:
        return f"{minutes}m" + (f"{seconds % 60}s" if seconds % 60 else "")
    if minutes < 180:
        return f"{minutes}m"
    if hours < 8:
        return f"{hours}h" + (f"{minutes % 60}m" if minutes % 60 else "")
    if hours < 48:
        return f"{hours}h"
    if hours < 24 * 8:
        return f"{hours // 24}d" + (f"{hours % 24}h" if hours % 24 else "")
    days = hours // 24
    if days < 365 * 2:
        return f"{days}d"
    return f"{days // 365}y" + (f"{days % 365}d" if days < 365 * 8 and days % 365 else "")


def age(obj: Mapping[str, Any], told: Since) -> str:
    """Return how long ago the object was created."""
    return told(obj["metadata"]["creationTimestamp"])
