# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say when to look again at a target that drains or is to be healthy."""

from __future__ import annotations

SOONEST = 5.0
"""Seconds between two looks at least."""
FIRST_PART, NEXT_PART = 4.0, 8.0
"""Which part of the time that it has taken so far passes until the next look: before one has been
seen to end, and then."""
EARLY = 0.9
"""Which part of the shortest time seen passes before the first look."""
DRAIN_LAG = 4.0
"""Seconds after the end of the delay at which a read shows it (Describe* calls are eventually
consistent)."""


def look_after(waited: float, shortest: float | None) -> float:
    """Return after how many seconds to look again at any target.

    Nobody knows how long it takes. `waited`: seconds for which that has been awaited when it was
    looked at last. The first one is looked for less and less often, the next ones not much before
    the `shortest` seen, None for none.
    """
    if shortest is None:
        return max(SOONEST, waited / FIRST_PART)
    return max(SOONEST, EARLY * shortest - waited, waited / NEXT_PART)


def look_at_drain(waited: float, shortest: float | None, delay: float | None) -> float:
    """Return after how many seconds to look again at a target that drains.

    `delay`: deregistration_delay.timeout_seconds, which is how long a target is shown as draining;
    where a load balancer is done with the last connection, less may do (Elastic Load Balancing,
    "Deregistration delay"). So the first target of a run is looked at on the way as well. Once one
    has taken the whole delay, the others are not looked at before it is over.
    """
    if delay is None:
        return look_after(waited, shortest)
    end = delay + DRAIN_LAG - waited
    if end <= 0:
        return max(SOONEST, waited - delay)
    if shortest is None:
        return min(end, max(SOONEST, waited))
    return end if shortest >= EARLY * delay else min(end, look_after(waited, shortest))
