# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Words for people: names and figures as parts of sentences."""

from __future__ import annotations

SHOWN = 3
"""Names that a sentence shows before it only counts."""


def listed(names: list[str]) -> str:
    """Return the first few names, and how many more there are."""
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def duration(seconds: float) -> str:
    """Return a duration for people: 31 s, 4 min 5 s, 5 min, 1 h 2 min."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return _of_two(whole // 60, "min", whole % 60, "s")
    return _of_two(whole // 3600, "h", whole % 3600 // 60, "min")


def _of_two(first: int, unit: str, rest: int, smaller: str) -> str:
    return f"{first} {unit} {rest} {smaller}" if rest else f"{first} {unit}"


def counted(number: int, thing: str) -> str:
    """Return a number with its noun: 1 node, 4 nodes."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def part_of(number: int, whole: int, thing: str) -> str:
    """Return a part of a whole with its verb: 1 of 4 nodes is, 2 of 4 nodes are."""
    return f"{number} of {counted(whole, thing)} {'is' if number == 1 else 'are'}"


def tag_text(value: object) -> str:
    """Return a tag's value as AWS stores it: "true" for true of YAML, "" for nothing."""
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
