# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Know when a maintenance window is open, and whether a replacement ends in it.

A window begins on each of its days at `start` and lasts until the next `end`, by the clock of its
time zone, a change to or from daylight saving time included. The caller brings the time zone.
"""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""Names of the days of a week, in the order of datetime.date.weekday."""
USUAL_REPLACEMENT = 900.0
"""Seconds that a replacement is expected to take until this run has measured one."""
_TIME = re.compile(r"^([01]?\d|2[0-3]):([0-5]\d)$")


@dataclasses.dataclass(frozen=True)
class MaintenanceWindow:
    """Hold option maintenance_window.

    `days`: on which it begins, see DAYS. `time_zone`: by name.
    """

    days: tuple[str, ...]
    start: datetime.time
    end: datetime.time
    time_zone: str = "UTC"

    def __str__(self) -> str:
        days = "daily" if set(self.days) == set(DAYS) else ", ".join(self.days)
        return f"{days} {self.start:%H:%M} to {self.end:%H:%M} {self.time_zone}"


def from_option(option: Mapping[str, Any]) -> MaintenanceWindow | None:
    """Return the window of option maintenance_window, None if it is empty.

    Raises InputError.
    """
    if not any(option.values()):
        return None
    return MaintenanceWindow(
        tuple(option.get("days") or DAYS),
        _time("start", option.get("start")),
        _time("end", option.get("end")),
        option.get("time_zone") or "UTC",
    )


def _time(name: str, text: object) -> datetime.time:
    found = _TIME.match(str(text or ""))
    if not found:
        raise InputError(
            f"maintenance_window.{name} is '{'' if text is None else text}'",
            "Give a time of the day such as '22:30', in quotes",
        )
    return datetime.time(int(found[1]), int(found[2]))


def span(window: MaintenanceWindow, zone: datetime.tzinfo, now: float) -> tuple[float, float]:
    """Return when the window opens and closes.

    It is the one that is open, or else the next one, together with those that follow at once: of
    whole days one begins as another ends. `zone`: that of its name. All moments are in seconds
    since the epoch.
    """
    today = datetime.datetime.fromtimestamp(now, zone).date()
    spans = (_span(window, zone, today + datetime.timedelta(days)) for days in range(-1, 9))
    (opens, closes), *later = sorted(one for one in spans if one is not None and one[1] > now)
    for begins, ends in later:
        closes = max(closes, ends) if begins <= closes else closes
    return opens, closes


def _span(
    window: MaintenanceWindow, zone: datetime.tzinfo, day: datetime.date
) -> tuple[float, float] | None:
    """Return the window that begins on this day, None if none does."""
    if DAYS[day.weekday()] not in window.days:
        return None
    last = day if window.end > window.start else day + datetime.timedelta(1)
    opens = datetime.datetime.combine(day, window.start, zone)
    closes = datetime.datetime.combine(last, window.end, zone)
    return opens.timestamp(), closes.timestamp()


def expected(drains: Iterable[float], boots: Iterable[float]) -> float:
    """Return how many seconds a replacement is expected to take.

    `drains` and `boots`: how long this run has taken to end a node, and to see a new one become
    ready. The longest counts, since to end too late is worse than to leave a node.
    """
    known = max(drains, default=None), max(boots, default=None)
    if known[0] is None:
        return USUAL_REPLACEMENT
    return known[0] + (known[1] or 0.0)
