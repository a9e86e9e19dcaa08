# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Count for how long each control plane node has been whole, look after look."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

LOOKS = 3
"""Looks in a row, at least, that have to show a node whole."""
LONGEST_GAP = 60.0
"""Seconds between two looks after which the count begins anew: what was in between is unknown."""


@dataclasses.dataclass(frozen=True, slots=True)
class Streak:
    """Looks in a row that showed a node whole, from the first to the last."""

    since: float
    last: float
    looks: int = 1


def extended(
    streaks: Mapping[str, Streak], flaws: Mapping[str, str], at: float
) -> dict[str, Streak]:
    """Return the streaks after a look at this moment.

    `flaws`: what each node lacked, "" for nothing, by instance.
    """
    whole = (name for name, flaw in flaws.items() if not flaw)
    return {name: _next(streaks.get(name), at) for name in whole}


def _next(streak: Streak | None, at: float) -> Streak:
    if streak is None or at - streak.last > LONGEST_GAP:
        return Streak(at, at)
    return dataclasses.replace(streak, last=at, looks=streak.looks + (at > streak.last))


def has_settled(streak: Streak | None, settle: float) -> bool:
    """Return whether a node has been whole in enough looks, for `settle` seconds."""
    return streak is not None and streak.looks >= LOOKS and streak.last - streak.since >= settle
