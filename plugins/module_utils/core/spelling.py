# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names that are nearly right."""

from __future__ import annotations

from collections.abc import Iterable

SLIPS = 2
"""Letters by which a name may differ from the one that was meant."""


def distance(one: str, other: str) -> int:
    """Return in how many letters two names differ.

    Letters are inserted, removed or replaced: this is the Levenshtein distance.
    """
    row = list(range(len(other) + 1))
    for index, letter in enumerate(one, 1):
        last, row[0] = row[0], index
        for place, target in enumerate(other, 1):
            change = last + (letter != target)
            last, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, change)
    return row[-1]


def meant(name: str, known: Iterable[str]) -> str:
    """Return the known name that `name` was meant to be, "" if there is none.

    It differs by at most SLIPS letters.
    """
    near = ((distance(name, one), one) for one in known if abs(len(one) - len(name)) <= SLIPS)
    slips, best = min(near, default=(SLIPS + 1, ""))
    return best if slips <= SLIPS else ""
