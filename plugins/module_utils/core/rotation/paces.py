# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remember how long boots and drains took."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import Journal

REMEMBERED = 20
"""How many boots and drains the record remembers."""


def learned(journal: Journal, boots: Iterable[float], drains: Iterable[float]) -> Journal:
    """Return the record with the durations of this run behind those of earlier ones.

    `boots` and `drains`: seconds.
    """
    return dataclasses.replace(
        journal, boots=_last(journal.boots, boots), drains=_last(journal.drains, drains)
    )


def _last(before: Sequence[int], now: Iterable[float]) -> tuple[int, ...]:
    return (*before, *(round(seconds) for seconds in now))[-REMEMBERED:]
