# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turn a maintenance window into the moment at which it closes.

Time zones are files of the system, or of the package tzdata where it has none.
"""

from __future__ import annotations

import datetime
import zoneinfo
from collections.abc import Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.maintenance import (
    DAYS,
    MaintenanceWindow,
    from_option,
    span,
)

MAINTENANCE_SPEC: dict[str, Any] = {
    "type": "dict",
    "options": {
        "days": {"type": "list", "elements": "str", "choices": list(DAYS)},
        "start": {"type": "str"},
        "end": {"type": "str"},
        "time_zone": {"type": "str"},
    },
}
"""Option maintenance_window of asg_node_replace."""


def closing(option: Mapping[str, Any] | None, now: float) -> tuple[float | None, str]:
    """Return when the window closes, and the window for people.

    Both moments are in seconds since the epoch. That of a closed window is the present one, and the
    text says when it opens. None without a window. Raises InputError.
    """
    window = from_option(option or {})
    if window is None:
        return None, ""
    opens, closes, text = _present(window, now)
    return (now if now < opens else closes), text


def opening(option: Mapping[str, Any] | None, now: float) -> tuple[float, str]:
    """Return in how many seconds the window opens, and the window for people.

    0 if it is open or there is none. Raises InputError.
    """
    window = from_option(option or {})
    if window is None:
        return 0.0, ""
    opens, _closes, text = _present(window, now)
    return max(0.0, opens - now), text


def _present(window: MaintenanceWindow, now: float) -> tuple[float, float, str]:
    """Return when the window opens and closes, and the window for people."""
    zone = _zone(window)
    opens, closes = span(window, zone, now)
    if now >= opens:
        return opens, closes, str(window)
    at = datetime.datetime.fromtimestamp(opens, zone)
    return opens, closes, f"{window}; it opens on {at:%a %Y-%m-%d %H:%M %Z}"


def _zone(window: MaintenanceWindow) -> datetime.tzinfo:
    try:
        return zoneinfo.ZoneInfo(window.time_zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InputError(
            f"maintenance_window.time_zone is '{window.time_zone}', which is not known here",
            "Give a name such as Europe/Berlin, and install the Python package tzdata if the system"
            " has no time zones",
        ) from error
