# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Show a fleet as a table, what needs attention first."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.fleet.standing import Standing
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report import summary
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.table import aligned
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import counted

ROWS_SHOWN = 60
"""Rows that the table has at most, besides those of failures."""
COLUMNS = ("RING", "CLUSTER", *dataclasses.astuple(summary.HEADINGS))


@dataclasses.dataclass(frozen=True)
class FleetRow:
    """One node group, with its summary if a role has run for it."""

    ring: str
    cluster: str
    host: str
    state: Standing
    found: Mapping[str, Any] | None = None


def ordered(entries: Sequence[FleetRow]) -> list[FleetRow]:
    """Return the rows, what needs attention first.

    That is the failed, those passed over, unfinished or blocked, and then the slowest.
    """
    return sorted(entries, key=_place)


def _place(entry: FleetRow) -> tuple[int, float]:
    found = entry.found or {}
    state = entry.state
    ranks = (state.failed or found.get("failed"), state.passed_over, state.left)
    marks = (*ranks, found.get("blocked_by"))
    first = next((rank for rank, mark in enumerate(marks) if mark), len(marks))
    return first, -float(found.get("seconds") or 0)


def table(entries: Sequence[FleetRow], plan: bool) -> list[str]:
    """Return the lines of the table and a last one with the figures of the fleet."""
    every = ordered([entry for entry in entries if entry.found or entry.state.lost])
    urgent = sum(entry.state.lost for entry in every)
    shown = every[: max(ROWS_SHOWN, urgent)]
    more = len(every) - len(shown)
    return [
        *aligned([COLUMNS, *(_cells(entry) for entry in shown)]),
        *([f"and {counted(more, 'node group')} more, none of them failed"] if more else []),
        "",
        _totals(entries, plan),
    ]


def _cells(entry: FleetRow) -> tuple[str, ...]:
    if entry.found is not None:
        cells = dataclasses.astuple(summary.row(entry.found))
    else:
        outcome = "NOT TOUCHED, its cluster failed" if entry.state.passed_over else "FAILED"
        cells = (entry.host, "-", "-", "-", "-", "-", outcome)
    return (entry.ring, entry.cluster, *cells)


def _totals(entries: Sequence[FleetRow], plan: bool) -> str:
    known = [entry.found for entry in entries if entry.found is not None]
    waiting = sum(entry.found is None for entry in entries)
    rest = f" {counted(waiting, 'node group')} not reached." if waiting else ""
    return summary.totals(known, plan) + rest
