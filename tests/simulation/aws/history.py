# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Eventual consistency: what a thing looked like a few seconds ago.

Before a thing changes, its old look is noted together with the moment of the change. A Describe
call picks one moment of the last `lag` seconds and asks for the look that was true then; where
nothing changed since, the caller renders the present. So a change costs one rendering of one thing,
and a world without lag pays nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel

Look = dict[str, Any] | None
"""A rendered thing; None: it did not exist."""


class History:
    """Old looks by key, for as long as a lagging answer may still show them."""

    def __init__(self, kernel: Kernel, lag: Callable[[], float]) -> None:
        """`lag`: asked for the seconds by which answers may lag now."""
        self._kernel = kernel
        self._current_lag = lag
        self._looks: dict[tuple[str, str], list[tuple[float, Look]]] = {}
        self._gone: dict[str, list[tuple[float, Look]]] = {}

    @property
    def _lag(self) -> float:
        return self._current_lag()

    def forget(self) -> None:
        """From now on everything has always looked as it does."""
        self._looks.clear()
        self._gone.clear()

    def moment(self) -> float:
        """The moment that one Describe call shows."""
        return (
            self._kernel.now - self._kernel.spread(0.0, self._lag)
            if self._lag
            else self._kernel.now
        )

    def note(self, kind: str, name: str, render: Callable[[], Look]) -> None:
        """Remember how the thing looks, because it changes now. The first look of a moment is the
        one that counts."""
        if not self._lag:
            return
        looks = self._looks.setdefault((kind, name), [])
        horizon = self._kernel.now - self._lag
        while looks and looks[0][0] <= horizon:
            looks.pop(0)
        if not looks or looks[-1][0] < self._kernel.now:
            looks.append((self._kernel.now, render()))

    def look(self, kind: str, name: str, moment: float, render: Callable[[], Look]) -> Look:
        """How the thing looked at `moment`."""
        looks = self._looks.get((kind, name))
        if looks:
            for changed_at, look in looks:
                if changed_at > moment:
                    return look
            if looks[-1][0] <= self._kernel.now - self._lag:
                del self._looks[kind, name]
        return render()

    def part(self, owner: str, look: Look) -> None:
        """A part of `owner` (a member of a group) leaves now; `look` is its last."""
        if self._lag:
            gone = self._gone.setdefault(owner, [])
            horizon = self._kernel.now - self._lag
            while gone and gone[0][0] <= horizon:
                gone.pop(0)
            gone.append((self._kernel.now, look))

    def parted(self, owner: str, moment: float) -> list[Look]:
        """The parts that had not yet left `owner` at `moment`."""
        gone = self._gone.get(owner)
        return [look for left_at, look in gone if left_at > moment] if gone else []
