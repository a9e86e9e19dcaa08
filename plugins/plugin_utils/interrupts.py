# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""See to it that Ctrl-C ends Ansible.

Ansible's signal handler raises KeyboardInterrupt, and Python calls it in the midst of whatever
Python code runs next. If that is a hook around a fork or a finalizer, Python prints the exception,
drops it, and Ansible goes on as if nobody had pressed anything. It forks for each task, and a
signal that comes during the fork is always handled in such a hook.

The handler also ends the workers. One that was about to hand in its result keeps the lock of the
queue for ever, and Ansible then waits for that lock before it ends.
"""

from __future__ import annotations

import functools
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from ansible import constants as C
from ansible.executor.task_queue_manager import TaskQueueManager

MOMENT = 0.05
"""Seconds after which a lost Ctrl-C is pressed again: the hook has then returned."""
HANGS_AFTER = 30.0
"""Seconds after Ctrl-C: Ansible has ended by then, or it hangs."""

PROGRESS_FILES = "*.jsonl"
"""Files of the progress in Ansible's temporary folder."""

Handler = Callable[[int, FrameType | None], object]


def keep_interrupts() -> None:
    """Make this process, if it is Ansible's main one, end after each Ctrl-C."""
    if multiprocessing.parent_process() is not None:
        return
    if not isinstance(sys.unraisablehook, _Again):
        sys.unraisablehook = _Again(sys.unraisablehook)
    for number, ours in ((signal.SIGINT, _heard), (signal.SIGTERM, _told_to_end)):
        handler = signal.getsignal(number)
        if callable(handler) and isinstance(getattr(handler, "__self__", None), TaskQueueManager):
            signal.signal(number, functools.partial(ours, handler))


def take_time() -> None:
    """Let this process take its time to end after Ctrl-C."""
    for thread in threading.enumerate():
        if isinstance(thread, _Patience):
            thread.cancel()


class _Patience(threading.Timer):
    """Presses Ctrl-C again after HANGS_AFTER, which then ends the process at once."""

    def __init__(self) -> None:
        super().__init__(HANGS_AFTER, _press, (signal.SIG_DFL,))
        self.daemon = True


def _heard(handler: Handler, number: int, frame: FrameType | None) -> None:
    _Patience().start()
    handler(number, frame)


def _told_to_end(handler: Handler, number: int, frame: FrameType | None) -> None:
    """Remove the files of the progress, which nobody reads any more.

    SIGTERM ends Ansible without its own clearing up. The modules see that the files are gone.
    """
    for path in Path(C.DEFAULT_LOCAL_TMP).glob(PROGRESS_FILES):
        path.unlink(missing_ok=True)
    handler(number, frame)


class _Again:
    """A sys.unraisablehook that presses Ctrl-C again. In a worker it does nothing."""

    def __init__(self, before: Callable[[Any], object]) -> None:
        self._before, self._process = before, os.getpid()
        self._handler: Handler = self._interrupt
        self._works = self._early = False

    def __call__(self, dropped: Any) -> None:
        ours = os.getpid() == self._process
        main = ours and threading.current_thread() is threading.main_thread()
        if not main or not issubclass(dropped.exc_type, KeyboardInterrupt):
            self._before(dropped)
            return
        signal.signal(signal.SIGINT, self._handler)
        moment, self._works, self._early = MOMENT, True, True
        while self._early:
            self._early = False
            timer = threading.Timer(moment, _press, (self._handler,))
            timer.daemon = True
            timer.start()
            moment *= 2
        # Nothing is called from here on, so no handler comes in between.
        self._works = False

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        """Do what Ansible's handler does: the next Ctrl-C ends the process at once.

        What is raised while this hook works is dropped, and nobody hears of it. Where threads are
        slow to start, Ctrl-C is pressed so early; then it is pressed once more.
        """
        if self._works:
            self._early = True
            return
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        raise KeyboardInterrupt


def _press(expected: Any) -> None:
    """Press Ctrl-C, unless somebody has done so meanwhile."""
    if signal.getsignal(signal.SIGINT) is expected:
        os.kill(os.getpid(), signal.SIGINT)
