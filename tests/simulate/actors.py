# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Let several people run rotations in one World at the same time.

Each of them has a thread, and only one of all threads is awake. One sleeps while his run waits for
news. When all of them sleep, time goes on to the next thing that happens to any of them.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable

from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.virtual import Killed, VirtualInbox


class _Over(BaseException):
    """The play is over before its end."""


class Actor:
    """Somebody who runs rotations, one after the other, from the moment `at` on.

    `error`: what has ended him before his time.
    """

    def __init__(self, kernel: Kernel, life: Callable[[Actor], None], at: float) -> None:
        self.at, self.alive = at, True
        self.inbox: VirtualInbox | None = None
        self.error: BaseException | None = None
        self._kernel, self._life = kernel, life
        self._order: BaseException | None = None
        self._until = -math.inf
        self._turn, self._rest = threading.Semaphore(0), threading.Semaphore(0)
        threading.Thread(target=self._live, daemon=True).start()

    def _live(self) -> None:
        self._turn.acquire()
        try:
            if self._order is None:
                self._life(self)
        except _Over:
            pass
        except BaseException as error:  # the conductor raises it
            self.error = error
        self.alive = False
        self._rest.release()

    def perform(self, inbox: VirtualInbox, run: Callable[[], object]) -> None:
        """Carry a run out; Killed if that is its end."""
        self.inbox, inbox.rest = inbox, self.sleep
        try:
            run()
        finally:
            self.inbox = None

    def sleep(self, until: float) -> None:
        """Let the others live until this moment, or until his run hears something."""
        self._until = until
        self._rest.release()
        self._turn.acquire()
        if self._order is not None:
            order, self._order = self._order, None
            raise order

    def act(self, order: BaseException | None = None) -> None:
        """Wake him until he sleeps again or ends; `order` is raised where he has slept."""
        self._order = order
        self._turn.release()
        self._rest.acquire()

    def is_due(self) -> bool:
        """Return whether he has something to do now."""
        if self._kernel.now < self.at:
            return False
        return self.inbox.is_due(self._until) if self.inbox else self._kernel.now >= self._until

    def next_moment(self) -> float:
        """Return when something happens to him, or to the World."""
        if self.inbox is not None:
            return self.inbox.next_moment(self._until)
        event = self._kernel.next_event()
        return min(max(self.at, self._until), math.inf if event is None else event)


def play(kernel: Kernel, actors: Iterable[Actor]) -> None:
    """Let the actors live until all have ended.

    Raises what has ended one of them, and TimeoutError when a run goes on for too long.
    """
    alive = list(actors)
    try:
        while alive := [actor for actor in alive if actor.alive]:
            due = next((actor for actor in alive if actor.is_due()), None)
            if due is None:
                _go_on(kernel, alive)
                continue
            due.act()
            if due.error is not None:
                raise due.error
    finally:
        for actor in alive:
            if actor.alive:
                actor.act(_Over())


def _go_on(kernel: Kernel, actors: list[Actor]) -> None:
    step = min(actor.next_moment() for actor in actors)
    if step is math.inf or any(actor.inbox and step > actor.inbox.past for actor in actors):
        raise TimeoutError(f"still running at {kernel.now:.0f} s")
    try:
        kernel.advance(step)
    except Killed as killed:
        next(actor for actor in actors if actor.inbox is killed.inbox).act(killed)
