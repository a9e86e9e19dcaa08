# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Eventual consistency: how a resource was a few seconds ago.

Before a resource changes, its old view is kept with the time of the change. A Describe call picks
one moment of the last `lag` seconds and asks for the view of that moment. If nothing has changed
since, the caller renders the present. So each change costs one rendering of one resource, and a
World without lag pays nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel

View = dict[str, Any] | None
"""A rendered resource; None: it did not exist."""


class History:
    """Old views by key, for as long as a lagging answer may still show them."""

    def __init__(self, kernel: Kernel, lag: Callable[[], float]) -> None:
        """Call `lag` for the seconds by which answers may lag now."""
        self._kernel = kernel
        self._current_lag = lag
        self._views: dict[tuple[str, str], list[tuple[float, View]]] = {}
        self._gone: dict[str, list[tuple[float, View]]] = {}

    @property
    def _lag(self) -> float:
        return self._current_lag()

    def forget(self) -> None:
        """Forget all old views; answers show the present."""
        self._views.clear()
        self._gone.clear()

    def moment(self) -> float:
        """Return the moment that one Describe call shows."""
        return (
            self._kernel.now - self._kernel.spread(0.0, self._lag)
            if self._lag
            else self._kernel.now
        )

    def note(self, kind: str, name: str, render: Callable[[], View]) -> None:
        """Keep the present view, before a change; only the first of a moment counts."""
        if not self._lag:
            return
        views = self._views.setdefault((kind, name), [])
        horizon = self._kernel.now - self._lag
        while views and views[0][0] <= horizon:
            views.pop(0)
        if not views or views[-1][0] < self._kernel.now:
            views.append((self._kernel.now, render()))

    def view(self, kind: str, name: str, moment: float, render: Callable[[], View]) -> View:
        """Return the view that was true at `moment`."""
        views = self._views.get((kind, name))
        if views:
            for changed_at, view in views:
                if changed_at > moment:
                    return view
            if views[-1][0] <= self._kernel.now - self._lag:
                del self._views[kind, name]
        return render()

    def part(self, owner: str, view: View) -> None:
        """Keep the last view of a part of `owner`, such as a member, that leaves now."""
        if self._lag:
            gone = self._gone.setdefault(owner, [])
            horizon = self._kernel.now - self._lag
            while gone and gone[0][0] <= horizon:
                gone.pop(0)
            gone.append((self._kernel.now, view))

    def parted(self, owner: str, moment: float) -> list[View]:
        """Return the parts that had not yet left `owner` at `moment`."""
        gone = self._gone.get(owner)
        return [view for left_at, view in gone if left_at > moment] if gone else []
