# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The true size of a group: what its users ask for, without any surge.

A rotation cannot see a write before a read shows it, and its own writes and those of others cross.
So there can be more than one right answer for a while, and where writes cross, to the end. `bases`
holds all of them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

CROSSING = 240.0
"""Seconds within which two writes of others may be taken for one: a value below the base counts
only after 120 s, and the rotation's own writes put off the proof of a foreign one."""


@dataclasses.dataclass(frozen=True)
class _Write:
    at: float
    before: int
    bases: frozenset[int]


class Sizes:
    """The sizes of a group that are right, and what it has lost.

    `bases`: the sizes that are right now. `lost`: moments at which instances ended that nobody
    asked Auto Scaling to end.
    """

    def __init__(self, base: int, minimum: int, maximum: int) -> None:
        self.bases = frozenset((base,))
        self.minimum, self.maximum = minimum, maximum
        self.lost: list[float] = []
        self._writes: list[_Write] = []
        self._old: list[tuple[float, int]] = []

    def foreign(self, now: float, before: int, after: int) -> None:
        """Somebody else has set desired from `before` to `after`."""
        if before == after:
            return
        earlier = [write for write in self._writes if now - write.at < CROSSING]
        states = [_Write(now, before, self.bases), *earlier]
        found = {
            self._fit(base)
            for state in states
            for known in state.bases
            for base in self._rule(now, known, state.before, after)
        }
        self._writes.append(states[0])
        self.become(now, found)

    def taken(self, now: float, before: int) -> None:
        """Note that somebody ends an instance with decrement.

        It counts as our surge, while there is one.
        """
        self._writes.append(_Write(now, before, self.bases))
        self.become(now, {min(base, before - 1) for base in self.bases})

    def put_aside(self, now: float, before: int) -> None:
        """Note that somebody puts an instance into standby with decrement.

        The base becomes smaller, and the surge stands. A run that has not seen it happen takes the
        new number for a write, so that the group may stay larger.
        """
        self._writes.append(_Write(now, before, self.bases))
        right = {self._fit(base - 1) for base in self.bases}
        self.become(now, right | {self._fit(min(base, before - 1)) for base in self.bases})

    def at_least(self, now: float, minimum: int) -> None:
        """Note that somebody has raised MinSize."""
        self.minimum = minimum
        self.become(now, {max(base, minimum) for base in self.bases})

    def crossed(self, now: float, bases: Iterable[int]) -> None:
        """A write of ours and one of somebody else have crossed: these are right too."""
        self.become(now, self.bases | set(bases))

    def become(self, now: float, bases: Iterable[int]) -> None:
        """From now on these are the right sizes; the former ones count for a while."""
        self._old += [(now, base) for base in self.bases]
        self.bases = frozenset(bases)

    def range(self, now: float) -> tuple[int, int]:
        """Return the least and the greatest base that a rotation may reckon with now."""
        recent = {base for at, base in self._old if now - at < CROSSING}
        return min(self.bases | recent), max(self.bases | recent)

    def before_last(self) -> frozenset[int]:
        """Return the bases before the last write of somebody else."""
        return self._writes[-1].bases if self._writes else self.bases

    def last_write(self) -> float:
        """Return the moment of the last write of somebody else; -inf without one."""
        return self._writes[-1].at if self._writes else float("-inf")

    def _rule(self, now: float, base: int, before: int, after: int) -> tuple[int, ...]:
        if after > before:
            return (base + after - before,)
        if after <= base:
            return (after,)
        taken = sum(now - at < CROSSING for at in self.lost) >= before - after
        return (base, after) if taken else (after,)

    def _fit(self, base: int) -> int:
        return max(self.minimum, min(base, self.maximum))
