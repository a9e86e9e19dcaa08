# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Estimate when a rotation ends, from the nodes that it has replaced so far."""

from __future__ import annotations

from collections.abc import Sequence

CANARY = 1
"""The first replacement is judged alone: its pace says little about the others."""


def seconds_left(counts: Sequence[tuple[int, float]], total: int, now: float) -> float | None:
    """Return in how many seconds the last node is replaced, None if unknown.

    `counts`: how many nodes were replaced, and since when (seconds since the rotation began), for
    each time that the number rose. `total`: how many there are to replace. `now`: seconds since the
    rotation began.
    """
    if not counts:
        return None
    done, at = counts[-1]
    if done >= total:
        return None
    first, since = next((count for count in counts if count[0] >= CANARY), counts[-1])
    paced = (at - since) / (done - first) if done > first else at / done
    return max((total - done) * paced - (now - at), 0.0)
