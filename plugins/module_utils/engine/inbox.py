# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deliver messages of a real run: threads fill one queue, the loop waits."""

from __future__ import annotations

import math
import os
import queue
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import FrameType, TracebackType
from typing import Any, Union

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import Command
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    FailedError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    Broken,
    Feed,
    Message,
    Pause,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import Ports
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import Done, Stop
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.threads import (
    ENDS,
    signals_for_main,
)

POOL = 16
"""Commands at a time: at 20 ms for an answer eight would take 1.4 times as long for a drain of 110
pods as is possible, and more than sixteen gain nothing under the request budget's 50 a second. AWS
is asked for a few at a time anyway."""
PARENT_CHECK = 2.0
"""Seconds between looks at whether the process that started us still lives: on SIGKILL of ansible
nobody tells us."""


def clock() -> float:
    """Return the seconds of a clock that goes on while the machine sleeps.

    It never goes back. Linux stops its monotonic clock in suspend: a laptop that slept for an hour
    would go on as if its Lease had just been renewed.
    """
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


Follow = Callable[[Feed], Iterator[Union[Message, Pause, None]]]


class _Feeder(threading.Thread):
    """Pumps one feed into the queue until it is told to end."""

    def __init__(self, feed: Feed, follow: Follow, deliver: Callable[[Message], None]) -> None:
        super().__init__(name=f"feed-{feed.kind}-{feed.node}", daemon=True)
        self._feed, self._follow, self._deliver = feed, follow, deliver
        self.ended = threading.Event()

    def run(self) -> None:
        while not self.ended.is_set():
            try:
                self._pump()
            except (
                Exception
            ) as error:  # a defect of ours or of a library must not silently blind the run
                self._deliver(
                    Broken(self._feed, FailedError(f"Watch of {self._feed.kind} broke: {error!r}"))
                )
                self.ended.wait(5)

    def _pump(self) -> None:
        for message in self._follow(self._feed):
            if self.ended.is_set():
                return
            if isinstance(message, Pause):
                self.ended.wait(message.seconds)
            elif message is not None:
                self._deliver(message)


class ThreadInbox:
    """Implements engine.loop.Inbox with threads and the monotonic clock.

    As a context manager it turns SIGINT, SIGTERM, SIGHUP and the loss of the parent process into
    Stop messages.
    """

    def __init__(self, ports: Ports, follow: Follow, abandoned: Callable[[], bool] = bool) -> None:
        """Perform commands on `ports`, and read feeds with `follow`.

        `abandoned` is asked now and then whether the caller is gone without a signal.
        """
        self._ports, self._follow, self._abandoned = ports, follow, abandoned
        self._queue: queue.SimpleQueue[Message | Done | Stop] = queue.SimpleQueue()
        self._pool = ThreadPoolExecutor(POOL, thread_name_prefix="command")
        self._feeders: dict[Feed, _Feeder] = {}
        self._parent = os.getppid()
        self._asked_at = float("-inf")
        self._signals: dict[int, Any] = {}

    def __enter__(self) -> ThreadInbox:
        for number in sorted(ENDS):
            self._signals[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.follow(frozenset())
        self._pool.shutdown(wait=False, cancel_futures=True)
        for number, handler in self._signals.items():
            signal.signal(number, handler)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._queue.put(Stop(f"signal {signal.Signals(number).name}"))

    def now(self) -> float:
        """Return the seconds of the monotonic clock."""
        return clock()

    def submit(self, command: Command, not_after: float = math.inf) -> None:
        """Perform the command in the pool."""
        with signals_for_main():  # the pool starts its threads as it needs them
            self._pool.submit(self._perform, command, self._ports.until(not_after), self.now())

    def _perform(self, command: Command, ports: Ports, began: float) -> None:
        answer, failure = None, None
        try:
            answer = command.apply(ports)
        except RotatorError as error:
            failure = error
        except Exception as error:  # see _Feeder.run
            failure = FailedError(f"{type(command).__name__} broke: {error!r}")
        self._queue.put(Done(command, answer, failure, began, self.now()))

    def follow(self, feeds: frozenset[Feed]) -> None:
        """Make exactly these feeds run."""
        for feed in self._feeders.keys() - feeds:
            self._feeders.pop(feed).ended.set()
        for feed in feeds - self._feeders.keys():
            feeder = self._feeders[feed] = _Feeder(feed, self._follow, self._queue.put)
            with signals_for_main():
                feeder.start()

    def wait(self, until: float) -> list[Message | Done | Stop]:
        """Return what has arrived, once there is anything, at the latest at `until`."""
        heard: list[Message | Done | Stop] = self._orphaned()
        while not heard:
            left = until - self.now()
            try:
                heard.append(self._queue.get(timeout=max(0.0, min(left, PARENT_CHECK))))
            except queue.Empty:
                if left <= 0:
                    return []
                heard += self._orphaned()
        while not self._queue.empty():
            heard.append(self._queue.get())
        return heard

    def _orphaned(self) -> list[Message | Done | Stop]:
        """Return a Stop, once, when nobody waits for this run any more.

        If Ansible is killed with SIGKILL, no signal arrives.
        """
        if self._asked_at + PARENT_CHECK > self.now():
            return []
        self._asked_at = self.now()
        if os.getppid() == self._parent and not self._abandoned():
            return []
        self._asked_at = float("inf")
        return [Stop("the loss of the process that started it")]
