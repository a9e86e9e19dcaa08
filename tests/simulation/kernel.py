# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep time and chance of the World in an event queue that its driver advances.

Physics (a boot, a drain of a target, a controller's lag) is an action scheduled here. The kernel
never reads the wall clock: in memory a test advances it, on the wire the server's pump does.
"""

from __future__ import annotations

import dataclasses
import datetime
import heapq
import itertools
import random
from collections.abc import Callable

EPOCH = datetime.datetime(2026, 6, 1, 12, 0, 0, tzinfo=datetime.UTC)
"""The moment that second 0 of an in-memory world stands for."""


@dataclasses.dataclass
class Event:
    """Something that will happen at `at` (seconds) unless it is cancelled before."""

    at: float
    action: Callable[[], None]
    cancelled: bool = False

    def cancel(self) -> None:
        """Make the event do nothing when its time comes."""
        self.cancelled = True


class Kernel:
    """Clock, event queue and dice of one world, repeatable for one seed."""

    def __init__(self, seed: int = 1, epoch: datetime.datetime = EPOCH) -> None:
        self.now = 0.0
        self.random = random.Random(seed)
        self._epoch = epoch
        self._order = itertools.count()
        self._queue: list[tuple[float, int, Event]] = []

    def after(self, delay: float, action: Callable[[], None]) -> Event:
        """Let `action` happen `delay` seconds from now.

        0: at the next advance, after what is already due.
        """
        event = Event(self.now + max(0.0, delay), action)
        heapq.heappush(self._queue, (event.at, next(self._order), event))
        return event

    def every(self, period: float, action: Callable[[], None]) -> None:
        """Let `action` happen every `period` seconds for ever, first after one period."""

        def again() -> None:
            action()
            self.after(period, again)

        self.after(period, again)

    def next_event(self) -> float | None:
        """Return when the next event that still counts is due, in seconds.

        None when nothing is planned.
        """
        while self._queue and self._queue[0][2].cancelled:
            heapq.heappop(self._queue)
        return self._queue[0][0] if self._queue else None

    def advance(self, until: float) -> None:
        """Let everything due up to `until` happen, in order, and leave the clock there."""
        while (due := self.next_event()) is not None and due <= until:
            event = heapq.heappop(self._queue)[2]
            self.now = max(self.now, event.at)
            event.action()
        self.now = max(self.now, until)

    def spread(self, low: float, high: float) -> float:
        """Return a duration between `low` and `high` seconds, from the world's dice."""
        return self.random.uniform(low, high)

    def utc(self, at: float | None = None) -> datetime.datetime:
        """Return the calendar moment of `at` (default: now)."""
        return self._epoch + datetime.timedelta(seconds=self.now if at is None else at)

    def second(self, at: float | None = None) -> datetime.datetime:
        """`utc` as AWS tells it: whole seconds."""
        return self.utc(at).replace(microsecond=0)

    def timestamp(self, at: float | None = None) -> str:
        """`utc` as Kubernetes writes it: RFC 3339, whole seconds."""
        return self.utc(at).strftime("%Y-%m-%dT%H:%M:%SZ")
