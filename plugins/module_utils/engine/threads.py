# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Threads that leave the signals of a process to its main thread.

The kernel gives a signal of a process to any thread that does not block it, and Python runs the
handler in the main thread only. A main thread that waits in a system call is then not woken: it
hears of Ctrl-C when that call ends, which may be at the end of the whole run.
"""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator

ENDS = frozenset((signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
"""Signals that ask a process to end."""


@contextlib.contextmanager
def signals_for_main() -> Iterator[None]:
    """Make every thread that the block starts leave ENDS to the main thread.

    A thread inherits the signal mask of the one that starts it. A signal that arrives meanwhile is
    delivered at the end of the block.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
