# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A budget with a schedule is in force from each of its moments on."""

from __future__ import annotations

import datetime

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.karpenter.schedule import (
    is_open,
    seconds_of,
)

HOUR, DAY = 3600.0, 24 * 3600.0


def at(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text + "+00:00")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("8h", 28800), ("30m", 1800), ("1h30m", 5400), ("90s", 90), ("24h0m0s", 86400), ("0s", 0)],
)
def test_a_duration_is_read_as_go_writes_it(text: str, seconds: float) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "8", "h", "8d", "-1h", "1h 30m"])
def test_another_text_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="no duration"):
        seconds_of(text)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-06-01T08:59:59", False),
        ("2026-06-01T09:00:00", True),
        ("2026-06-01T12:34:56", True),
        ("2026-06-01T16:59:59", True),
        ("2026-06-01T17:00:00", False),
        ("2026-06-01T17:00:01", False),
        ("2026-06-06T12:00:00", False),
    ],
)
def test_it_is_open_from_its_moment_on_for_its_duration(now: str, expected: bool) -> None:
    assert is_open("0 9 * * 1-5", 8 * HOUR, at(now)) is expected


@pytest.mark.parametrize(
    ("schedule", "now", "expected"),
    [
        ("* * * * *", "2026-06-01T12:00:00", True),
        ("*/15 * * * *", "2026-06-01T12:45:30", True),
        ("*/15 * * * *", "2026-06-01T12:46:30", False),
        ("5,35 * * * *", "2026-06-01T12:35:00", True),
        ("5,35 * * * *", "2026-06-01T12:36:00", False),
        ("10/20 * * * *", "2026-06-01T12:50:00", True),
        ("10/20 * * * *", "2026-06-01T12:00:00", False),
        ("0 10-14/2 * * *", "2026-06-01T12:00:00", True),
        ("0 10-14/2 * * *", "2026-06-01T13:00:00", False),
        ("0 12 * JUN *", "2026-06-01T12:00:00", True),
        ("0 12 * jul *", "2026-06-01T12:00:00", False),
        ("0 12 * * MON", "2026-06-01T12:00:00", True),
        ("0 12 * * TUE-FRI", "2026-06-01T12:00:00", False),
        ("0 12 * * 0", "2026-06-07T12:00:00", True),
        ("0 12 * * 6", "2026-06-07T12:00:00", False),
        ("0 12 ? * 1", "2026-06-01T12:00:00", True),
        ("@daily", "2026-06-01T00:00:00", True),
        ("@daily", "2026-06-01T12:00:00", False),
        ("@hourly", "2026-06-01T12:00:00", True),
        ("@weekly", "2026-06-07T00:00:00", True),
        ("@monthly", "2026-06-01T00:00:00", True),
        ("@yearly", "2026-06-01T00:00:00", False),
    ],
)
def test_a_schedule_is_cron_in_utc(schedule: str, now: str, expected: bool) -> None:
    assert is_open(schedule, 60.0, at(now)) is expected


@pytest.mark.parametrize(
    ("schedule", "now", "expected"),
    [
        ("0 12 13 * 1", "2026-06-13T12:00:00", True),
        ("0 12 13 * 1", "2026-06-15T12:00:00", True),
        ("0 12 13 * 1", "2026-06-16T12:00:00", False),
        ("0 12 13 * *", "2026-06-15T12:00:00", False),
        ("0 12 * * 1", "2026-06-13T12:00:00", False),
    ],
)
def test_where_both_days_are_limited_one_suffices(schedule: str, now: str, expected: bool) -> None:
    assert is_open(schedule, 60.0, at(now)) is expected


def test_a_window_reaches_over_midnight_and_months() -> None:
    assert is_open("0 22 * * *", 8 * HOUR, at("2026-06-02T05:59:00"))
    assert not is_open("0 22 * * *", 8 * HOUR, at("2026-06-02T06:00:00"))
    assert is_open("0 0 1 * *", 31 * DAY, at("2026-06-30T12:00:00"))
    assert not is_open("0 9 * * *", 0.0, at("2026-06-01T09:00:00"))


@pytest.mark.parametrize(
    "schedule",
    [
        *("", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *"),
        *("* * * * 7", "a * * * *", "5-1 * * * *", "*/0 * * * *", "@never", "1- * * * *"),
    ],
)
def test_what_is_no_schedule_is_an_error(schedule: str) -> None:
    with pytest.raises(ValueError):
        is_open(schedule, 60.0, at("2026-06-01T12:00:00"))


@pytest.mark.parametrize("begins", range(0, 24, 5))
@pytest.mark.parametrize("hours", [1, 8, 23])
def test_every_hour_of_a_day_is_in_the_window_or_not(begins: int, hours: int) -> None:
    day = at("2026-06-01T00:30:00")
    found = [
        hour
        for hour in range(24)
        if is_open(f"0 {begins} * * *", hours * HOUR, day.replace(hour=hour))
    ]
    assert found == sorted((begins + n) % 24 for n in range(hours))


def test_a_window_as_long_as_its_period_never_ends() -> None:
    assert all(is_open("@daily", DAY, at(f"2026-06-01T{hour:02}:59:59")) for hour in range(24))
    assert all(
        is_open("@hourly", HOUR, at(f"2026-06-01T12:{minute:02}:00")) for minute in range(60)
    )


@pytest.mark.parametrize(
    ("schedule", "days"),
    [
        ("0 0 * * *", (1, 2, 3, 4, 5, 6, 7, 8)),
        ("0 0 * * 1-5", (1, 2, 3, 4, 5, 8)),
        ("0 0 * * SAT,SUN", (6, 7)),
        ("0 0 * * 0,6", (6, 7)),
        ("0 0 2-4 * *", (2, 3, 4)),
        ("0 0 */3 * *", (1, 4, 7)),
        ("0 0 2/2 * *", (2, 4, 6, 8)),
        ("0 0 1,7 * SUN", (1, 7)),
        ("0 0 3 * SUN", (3, 7)),
        ("0 0 * 7 *", ()),
        ("0 0 * 5-7 *", (1, 2, 3, 4, 5, 6, 7, 8)),
        ("0 0 * JAN,JUN MON", (1, 8)),
    ],
)
def test_the_days_of_a_schedule(schedule: str, days: tuple[int, ...]) -> None:
    """The first of June 2026 is a Monday."""
    noons = [at(f"2026-06-0{day}T12:00:00") for day in range(1, 9)]
    assert tuple(noon.day for noon in noons if is_open(schedule, DAY - 1, noon)) == days


@pytest.mark.parametrize(
    ("seconds", "expected"), [(29, False), (30, False), (31, True), (90, True), (3600, True)]
)
def test_a_window_that_has_just_ended_is_over(seconds: float, expected: bool) -> None:
    assert is_open("0 9 * * *", seconds, at("2026-06-01T09:00:30")) is expected
