# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When the schedule of a Karpenter disruption budget is in force.

A budget with a schedule counts from each of its moments on, for its duration. Karpenter reads the
schedule as cron's standard five fields, in UTC. Source: Karpenter documentation, "NodePool
Disruption Budgets"; it looks whether a moment of the schedule lies within the duration before now.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator

MACROS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
MONTH_NAMES = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
"""Lowest and highest number of minute, hour, day of the month, month and day of the week."""
PART = re.compile(r"(?:(?P<all>\*|\?)|(?P<low>\w+)(?:-(?P<high>\w+))?)(?:/(?P<step>\d+))?")
LONGEST_WINDOW = 366 * 24 * 60
"""Minutes that are looked back over at most."""
MINUTE = datetime.timedelta(minutes=1)
UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0}


def seconds_of(text: str) -> float:
    """Return a duration such as "8h30m" in seconds. Raises ValueError."""
    if not re.fullmatch(r"(\d+[hms])+", text):
        raise ValueError(f"{text!r} is no duration")
    return sum(int(number) * UNITS[unit] for number, unit in re.findall(r"(\d+)([hms])", text))


def is_open(schedule: str, duration: float, now: datetime.datetime) -> bool:
    """Return whether the schedule is in force.

    That is, whether a moment of it lies within `duration` seconds before `now`, which is in UTC.
    Raises ValueError for a schedule that cannot be read.
    """
    fields = _fields(schedule)
    moment = now.replace(second=0, microsecond=0)
    since = now - datetime.timedelta(seconds=duration)
    for _minute in range(LONGEST_WINDOW):
        if moment <= since:
            return False
        if _matches(fields, moment):
            return True
        moment -= MINUTE
    return False


def _fields(schedule: str) -> list[tuple[frozenset[int], bool]]:
    """Return the numbers of each field, and whether it names all."""
    words = MACROS.get(schedule.strip(), schedule).split()
    if len(words) != len(RANGES):
        raise ValueError(f"{schedule!r} does not have five fields")
    named = ((), (), (), MONTH_NAMES, WEEKDAYS)
    return [
        (
            frozenset(_numbers(word, low, high, list(names))),
            word.startswith(("*", "?")),
        )
        for word, (low, high), names in zip(words, RANGES, named, strict=True)
    ]


def _numbers(word: str, low: int, high: int, names: list[str]) -> Iterator[int]:
    for text in word.split(","):
        part = PART.fullmatch(text)
        if part is None:
            raise ValueError(f"{text!r} is no part of a schedule")
        step = int(part["step"] or 1)
        first = low if part["all"] else _number(part["low"], names, low)
        last = high if part["all"] or (part["step"] and not part["high"]) else first
        last = _number(part["high"], names, low) if part["high"] else last
        if not low <= first <= last <= high or step < 1:
            raise ValueError(f"{text!r} is out of its range")
        yield from range(first, last + 1, step)


def _number(text: str, names: list[str], low: int) -> int:
    if text.upper() in names:
        return names.index(text.upper()) + low
    return int(text)


def _matches(fields: list[tuple[frozenset[int], bool]], at: datetime.datetime) -> bool:
    """Return whether the schedule names this minute.

    Where both the day of the month and that of the week are limited, one of them suffices.
    """
    minutes, hours, days, months, weekdays = (field[0] for field in fields)
    any_day, any_weekday = fields[2][1], fields[4][1]
    if at.minute not in minutes or at.hour not in hours or at.month not in months:
        return False
    on_day = at.day in days
    on_weekday = at.isoweekday() % 7 in weekdays
    return on_day and on_weekday if any_day or any_weekday else on_day or on_weekday
