# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say when to look again at a target that is being deregistered."""

from __future__ import annotations

SOONEST = 5.0
"""Seconds between two looks at least."""
FIRST_PART, NEXT_PART = 4.0, 8.0
"""Which part of the time that it has taken so far passes until the next look: before one has been
seen to end, and then."""
EARLY = 0.9
"""Which part of the shortest time seen passes before the first look."""


def look_after(waited: float, shortest: float | None) -> float:
    """Return after how many seconds to look again at a target.

    `waited`: seconds for which it has drained so far. How long it takes depends on its group:
    up to deregistration_delay.timeout_seconds, 300 by default, less where the last connection ends
    earlier (Elastic Load Balancing, "Deregistration delay"). So the first one is looked for less
    and less often, the next ones not much before the `shortest` seen, None for none.
    """
    if shortest is None:
        return max(SOONEST, waited / FIRST_PART)
    return max(SOONEST, EARLY * shortest - waited, waited / NEXT_PART)
