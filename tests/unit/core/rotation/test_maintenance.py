# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a maintenance window is open, and how long a replacement may take."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.maintenance import (
    DAYS,
    USUAL_REPLACEMENT,
    MaintenanceWindow,
    expected,
    from_option,
    span,
)

UTC = datetime.UTC
NIGHT = MaintenanceWindow(("sat", "sun"), datetime.time(22), datetime.time(4))
NOON = MaintenanceWindow(DAYS, datetime.time(12), datetime.time(13, 30))


class Summer(datetime.tzinfo):
    """A zone one hour ahead of UTC, and two from Sunday 2026-03-29 02:00 on."""

    def utcoffset(self, dt: datetime.datetime | None) -> datetime.timedelta:
        """Return how far its clocks are ahead."""
        assert dt is not None
        summer = dt.replace(tzinfo=None) >= datetime.datetime(2026, 3, 29, 2)
        return datetime.timedelta(hours=2 if summer else 1)

    def dst(self, dt: datetime.datetime | None) -> datetime.timedelta:
        """Return how much of that is for summer."""
        return self.utcoffset(dt) - datetime.timedelta(hours=1)


def at(text: str) -> float:
    """This moment of UTC in seconds since the epoch."""
    return datetime.datetime.fromisoformat(f"{text}+00:00").timestamp()


@pytest.mark.parametrize(
    ("window", "now", "opens", "closes"),
    [
        (NOON, "2026-11-25 11:59", "2026-11-25 12:00", "2026-11-25 13:30"),
        (NOON, "2026-11-25 12:00", "2026-11-25 12:00", "2026-11-25 13:30"),
        (NOON, "2026-11-25 13:29", "2026-11-25 12:00", "2026-11-25 13:30"),
        (NOON, "2026-11-25 13:30", "2026-11-26 12:00", "2026-11-26 13:30"),
        (NIGHT, "2026-11-25 11:00", "2026-11-28 22:00", "2026-11-29 04:00"),
        (NIGHT, "2026-11-28 23:00", "2026-11-28 22:00", "2026-11-29 04:00"),
        (NIGHT, "2026-11-29 03:59", "2026-11-28 22:00", "2026-11-29 04:00"),
        (NIGHT, "2026-11-29 04:00", "2026-11-29 22:00", "2026-11-30 04:00"),
        (NIGHT, "2026-11-30 03:00", "2026-11-29 22:00", "2026-11-30 04:00"),
        (NIGHT, "2026-11-30 04:00", "2026-12-05 22:00", "2026-12-06 04:00"),
    ],
)
def test_the_window_that_is_open_or_the_next_one(
    window: MaintenanceWindow, now: str, opens: str, closes: str
) -> None:
    assert span(window, UTC, at(now)) == (at(opens), at(closes))


def test_a_window_of_a_whole_day_closes_a_day_later() -> None:
    whole = MaintenanceWindow(("mon",), datetime.time(0), datetime.time(0))
    assert span(whole, UTC, at("2026-11-30 08:00")) == (
        at("2026-11-30 00:00"),
        at("2026-12-01 00:00"),
    )


@pytest.mark.parametrize(
    ("days", "now", "closes"),
    [
        (("sat", "sun"), "2026-11-28 23:50", "2026-11-30 00:00"),
        (("sat", "sun"), "2026-11-25 12:00", "2026-11-30 00:00"),
        (("sat",), "2026-11-28 23:50", "2026-11-29 00:00"),
        (("sun", "sat"), "2026-11-29 00:00", "2026-11-30 00:00"),
        (DAYS, "2026-11-28 23:50", "2026-12-07 00:00"),
    ],
)
def test_a_window_that_begins_as_another_ends_goes_on(
    days: tuple[str, ...], now: str, closes: str
) -> None:
    """Else nothing would be begun in the last minutes of a Saturday of the weekend."""
    whole = MaintenanceWindow(days, datetime.time(0), datetime.time(0))
    assert span(whole, UTC, at(now))[1] == at(closes)


def test_a_change_of_the_clocks_shortens_the_window() -> None:
    night = MaintenanceWindow(("sat",), datetime.time(22), datetime.time(4))
    opens, closes = span(night, Summer(), at("2026-03-28 22:00"))
    assert (opens, closes) == (at("2026-03-28 21:00"), at("2026-03-29 02:00"))
    assert closes - opens == 5 * 3600


@pytest.mark.parametrize(
    ("option", "window"),
    [
        ({}, None),
        (
            {"start": "9:05", "end": "23:59", "days": None, "time_zone": None},
            MaintenanceWindow(DAYS, datetime.time(9, 5), datetime.time(23, 59)),
        ),
        (
            {"start": "22:00", "end": "04:00", "days": ["sat", "sun"], "time_zone": "UTC"},
            NIGHT,
        ),
    ],
)
def test_the_window_of_an_option(option: dict[str, Any], window: MaintenanceWindow | None) -> None:
    assert from_option(option) == window


@pytest.mark.parametrize("text", ["24:00", "9", "22:60", "79200", "", "9:5", None])
@pytest.mark.parametrize("name", ["start", "end"])
def test_a_time_that_is_none_is_refused(name: str, text: str | None) -> None:
    with pytest.raises(InputError, match=f"maintenance_window.{name} is"):
        from_option({"start": "22:00", "end": "23:00", name: text})


@pytest.mark.parametrize(
    ("window", "text"),
    [(NIGHT, "sat, sun 22:00 to 04:00 UTC"), (NOON, "daily 12:00 to 13:30 UTC")],
)
def test_a_window_for_people(window: MaintenanceWindow, text: str) -> None:
    assert str(window) == text


@pytest.mark.parametrize(
    ("drains", "boots", "seconds"),
    [
        ([], [], USUAL_REPLACEMENT),
        ([], [120.0], USUAL_REPLACEMENT),
        ([60.0], [], 60.0),
        ([60.0, 90.0, 30.0], [110.0, 100.0], 200.0),
    ],
)
def test_a_replacement_is_expected_to_take_the_longest_time(
    drains: list[float], boots: list[float], seconds: float
) -> None:
    assert expected(drains, boots) == seconds
