# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A maintenance window is a moment for the engine."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

pytest.importorskip("ansible_collections.amazon.aws.plugins.module_utils.modules")

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.maintenance import (
    closing,
    opening,
)

NIGHT: dict[str, Any] = {
    "days": ["sat"],
    "start": "22:00",
    "end": "04:00",
    "time_zone": "Europe/Berlin",
}
TEXT = "sat 22:00 to 04:00 Europe/Berlin"


def at(text: str) -> float:
    """This moment of UTC in seconds since the epoch."""
    return datetime.datetime.fromisoformat(f"{text}+00:00").timestamp()


@pytest.mark.parametrize("option", [None, {}])
def test_without_a_window_any_time_is_good(option: Any) -> None:
    assert closing(option, 0.0) == (None, "")


def test_an_open_window_closes_by_the_clocks_of_its_time_zone() -> None:
    assert closing(NIGHT, at("2026-11-28 21:00")) == (at("2026-11-29 03:00"), TEXT)
    assert closing(NIGHT, at("2026-07-04 20:00")) == (at("2026-07-05 02:00"), TEXT)


def test_a_closed_window_has_closed_now_and_says_when_it_opens() -> None:
    now = at("2026-11-28 20:59")
    assert closing(NIGHT, now) == (now, f"{TEXT}; it opens on Sat 2026-11-28 22:00 CET")


@pytest.mark.parametrize("name", ["Europe/Berlim", "../../etc/passwd", "/etc/passwd", "Europe"])
def test_a_time_zone_that_is_unknown_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="maintenance_window.time_zone is"):
        closing({**NIGHT, "time_zone": name}, 0.0)


@pytest.mark.parametrize("option", [None, {}])
def test_without_a_window_nothing_is_waited_for(option: Any) -> None:
    assert opening(option, 0.0) == (0.0, "")


def test_it_is_known_how_long_a_closed_window_stays_closed() -> None:
    assert opening(NIGHT, at("2026-11-28 21:00")) == (0.0, TEXT)
    seconds, text = opening(NIGHT, at("2026-11-28 20:30"))
    assert (seconds, text) == (1800.0, f"{TEXT}; it opens on Sat 2026-11-28 22:00 CET")
