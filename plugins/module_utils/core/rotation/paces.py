# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remember how long boots and drains took, and estimate from that."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Sequence

from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import Journal

REMEMBERED = 20
"""How many boots and drains the record remembers."""
Pace = tuple[float, float, float]
"""Seconds: the least, the usual and the most that something takes."""
USUAL_BOOT: Pace = (60.0, 120.0, 300.0)
"""Of a boot where none is remembered: an instance of Amazon Linux to a Ready node."""
USUAL_DRAIN: Pace = (30.0, 120.0, 600.0)
"""Of a drain and the end of the instance where none is remembered."""


@dataclasses.dataclass(frozen=True)
class Estimate:
    """How many seconds a rotation takes: likely, at least and at most.

    `learned`: how many replacements of earlier runs it rests on, 0 for the stated defaults.
    """

    likely: float
    least: float
    most: float
    learned: int


def learned(journal: Journal, boots: Iterable[float], drains: Iterable[float]) -> Journal:
    """Return the record with the durations of this run behind those of earlier ones.

    `boots` and `drains`: seconds.
    """
    return dataclasses.replace(
        journal, boots=_last(journal.boots, boots), drains=_last(journal.drains, drains)
    )


def _last(before: Sequence[int], now: Iterable[float]) -> tuple[int, ...]:
    return (*before, *(round(seconds) for seconds in now))[-REMEMBERED:]


def estimate(
    nodes: int, canaries: int, window: int, soak: float, paces: tuple[Sequence[int], Sequence[int]]
) -> Estimate:
    """Return how long the replacement of `nodes` takes.

    The canaries go one by one and are watched for `soak` seconds in all; of the others `window` are
    replaced at one time, each as soon as there is room. `paces`: seconds of boots and of drains in
    earlier runs.
    """
    boot, drain = _pace(paces[0], USUAL_BOOT), _pace(paces[1], USUAL_DRAIN)
    alone = min(canaries, nodes)
    rounds = alone + math.ceil((nodes - alone) / max(window, 1))
    times = [rounds * (one + other) for one, other in zip(boot, drain, strict=True)]
    watched = soak if alone else 0.0
    least, likely, most = (seconds + watched for seconds in times)
    return Estimate(likely, least, most, min(len(paces[0]), len(paces[1])))


def _pace(known: Sequence[int], usual: Pace) -> Pace:
    if not known:
        return usual
    in_order = sorted(known)
    return float(in_order[0]), float(in_order[len(known) // 2]), float(in_order[-1])
