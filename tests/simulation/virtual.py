# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deliver messages of a simulated run: no threads, no waiting.

The World's time jumps to the next thing that happens.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import Command
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RotatorError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    Feed,
    Message,
    Pause,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import Ports
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import Done, Stop
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel

LATENCY = 0.05
"""Seconds that a command takes, half of it on the way there."""


INTERRUPTIONS = ("before", "sent", "answered", "signal")
"""How a run is interrupted at a command: killed before its request, when that has taken effect, or
when its answer has come; or told to stop as it is issued."""


SPIN = (0.05, 200)
"""A run that looks so many times in a row, with less than so many seconds in between and nothing to
hear, waits for nothing: it would keep a processor busy."""


class Killed(Exception):
    """End of a run in the middle, as by kill -9: nothing of ours runs after it.

    `inbox`: of the run.
    """

    def __init__(self, why: str, inbox: VirtualInbox) -> None:
        super().__init__(why)
        self.inbox = inbox


class VirtualInbox:
    """Implements engine.loop.Inbox on a Kernel.

    `kill_at_command`: raise Killed instead of submitting the n-th command (from 0); see
    `interrupt`. `past`: raise TimeoutError when the loop is still running by then.
    """

    def __init__(
        self,
        kernel: Kernel,
        ports: Ports,
        follow: Callable[[Feed], Iterator[Message | Pause | None]],
        kill_at_command: int | None = None,
        past: float = 7 * 86400,
    ) -> None:
        self.kernel, self.ports, self._follow = kernel, ports, follow
        self._feeds: dict[Feed, tuple[list[float], Iterator[Message | Pause | None]]] = {}
        self._arrived: list[Message | Done | Stop] = []
        self._interruption, self.past = (kill_at_command, "before"), past
        self.commands: list[tuple[float, Command]] = []
        self._wakes = -math.inf
        self._idle_looks = 0
        self.rest: Callable[[float], None] = self._advance
        """What it does while it waits; a troupe of runs takes turns."""

    def now(self) -> float:
        """Return the World's seconds."""
        return self.kernel.now

    def interrupt(self, command: int, how: str) -> None:
        """Interrupt the run at its n-th command (from 0); `how`: see INTERRUPTIONS."""
        self._interruption = (command, how)

    def _meet(self, command: int, how: str) -> None:
        """End the run if it is to be interrupted here."""
        if self._interruption == (command, how):
            if how != "signal":
                raise Killed(f"command {command}, {how}", self)
            self._arrived.append(Stop("signal SIGTERM"))

    def stop_at(self, at: float, reason: str = "signal SIGTERM") -> None:
        """Let somebody end the run at this second."""
        self.kernel.after(at - self.kernel.now, lambda: self._arrived.append(Stop(reason)))

    def pause_at(self, at: float, seconds: float) -> None:
        """Let the process sleep from this second on, as by SIGSTOP.

        What was issued and has not been sent is sent when it wakes.
        """

        def sleep() -> None:
            self._wakes = self.kernel.now + seconds

        self.kernel.after(at - self.kernel.now, sleep)

    def submit(self, command: Command, not_after: float = math.inf) -> None:
        """Perform the command half a latency from now.

        Its outcome is delivered after the other half.
        """
        number, began = len(self.commands), self.kernel.now
        self._meet(number, "before")
        self._meet(number, "signal")
        self.commands.append((began, command))
        self.kernel.after(LATENCY / 2, lambda: self._perform(number, not_after))

    def _perform(self, number: int, not_after: float) -> None:
        if self.kernel.now < self._wakes:
            left = self._wakes - self.kernel.now
            self.kernel.after(left, lambda: self._perform(number, not_after))
            return
        began, command = self.commands[number]
        answer, failure = None, None
        try:
            answer = command.apply(self.ports.until(not_after))
        except RotatorError as error:
            failure = error
        self._meet(number, "sent")

        def deliver() -> None:
            self._meet(number, "answered")
            self._arrived.append(Done(command, answer, failure, began, self.kernel.now))

        self.kernel.after(LATENCY / 2, deliver)

    def follow(self, feeds: frozenset[Feed]) -> None:
        """Make exactly these feeds be polled."""
        for feed in self._feeds.keys() - feeds:
            del self._feeds[feed]
        for feed in sorted(feeds - self._feeds.keys()):
            self._feeds[feed] = ([self.kernel.now], self._follow(feed))

    def _poll(self) -> None:
        for due, messages in list(self._feeds.values()):
            while due[0] <= self.kernel.now:
                message = next(messages)
                if message is None:
                    break
                if isinstance(message, Pause):
                    due[0] = self.kernel.now + message.seconds
                else:
                    self._arrived.append(message)

    @property
    def sleeps(self) -> float:
        """Seconds for which the process still sleeps."""
        return max(0.0, self._wakes - self.kernel.now)

    def next_moment(self, until: float) -> float:
        """Return the moment of the next thing that happens, `until` at the latest."""
        paused = [due[0] for due, _messages in self._feeds.values() if due[0] > self.kernel.now]
        if self.kernel.now < self._wakes:
            return self._wakes
        event = self.kernel.next_event()
        return min([until, *paused, *([] if event is None else [event])])

    def is_due(self, until: float) -> bool:
        """Return whether there is something to hear, or `until` has come."""
        self._poll()
        heard = bool(self._arrived) or self.kernel.now >= until
        return heard and self.kernel.now >= self._wakes

    def wait(self, until: float) -> list[Message | Done | Stop]:
        """Rest until there is something to hear, at most to `until`.

        Raises AssertionError if the run spins.
        """
        asked = self.kernel.now
        if not self.is_due(until):
            self.rest(until)
        heard, self._arrived = self._arrived, []
        seconds, limit = SPIN
        idle = not heard and self.kernel.now - asked < seconds
        self._idle_looks = self._idle_looks + 1 if idle else 0
        assert self._idle_looks < limit, f"the run spins at {self.kernel.now:.2f} s"
        return heard

    def _advance(self, until: float) -> None:
        """Let the World's time go on until something is due."""
        while not self.is_due(until):
            step = self.next_moment(until)
            if step is math.inf or step > self.past:
                raise TimeoutError(
                    f"still running at {self.kernel.now:.0f} s, next look at {until}"
                )
            self.kernel.advance(step)
