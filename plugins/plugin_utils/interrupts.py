# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""See to it that Ansible does not lose a Ctrl-C.

Ansible's signal handler raises KeyboardInterrupt, and Python calls it in the midst of whatever
Python code runs next. If that is a hook around a fork or a finalizer, Python prints the exception,
drops it, and Ansible goes on as if nobody had pressed anything. It forks for each task, and a
signal that comes during the fork is always handled in such a hook.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any, NoReturn

MOMENT = 0.05
"""Seconds after which a lost Ctrl-C is pressed again: the hook has then returned."""


def keep_interrupts() -> None:
    """Make this process, if it is Ansible's main one, press a lost Ctrl-C again."""
    if multiprocessing.parent_process() is None and not isinstance(sys.unraisablehook, _Again):
        sys.unraisablehook = _Again(sys.unraisablehook)


class _Again:
    """A sys.unraisablehook that presses Ctrl-C again. In a worker it does nothing."""

    def __init__(self, before: Callable[[Any], object]) -> None:
        self._before, self._process = before, os.getpid()

    def __call__(self, dropped: Any) -> None:
        ours = os.getpid() == self._process
        main = ours and threading.current_thread() is threading.main_thread()
        if not main or not issubclass(dropped.exc_type, KeyboardInterrupt):
            self._before(dropped)
            return
        signal.signal(signal.SIGINT, _interrupt)
        timer = threading.Timer(MOMENT, _press)
        timer.daemon = True
        timer.start()


def _press() -> None:
    """Press Ctrl-C, unless somebody has done so meanwhile."""
    if signal.getsignal(signal.SIGINT) is _interrupt:
        os.kill(os.getpid(), signal.SIGINT)


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    """Do what Ansible's handler does: the next Ctrl-C ends the process at once."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    raise KeyboardInterrupt
