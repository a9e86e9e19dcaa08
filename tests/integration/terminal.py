# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a command in a pseudo-terminal, as a person does."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import subprocess
import termios
import threading
from collections.abc import Mapping
from pathlib import Path

ENDS = (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP)
"""Signals that a command in the background may have been started to ignore."""


def _like_a_shell() -> None:
    """Prepare a process for its terminal, with default signal handlers.

    This process may ignore signals in the background.
    """
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    for number in ENDS:
        signal.signal(number, signal.SIG_DFL)


class Terminal:
    """A command in a pseudo-terminal of its own, like that of a person."""

    def __init__(self, command: list[str], folder: Path, env: Mapping[str, str]) -> None:
        """Start `command` in `folder`."""
        self.folder = folder
        self._keyboard, screen = pty.openpty()
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env=env,
            stdin=screen,
            stdout=screen,
            stderr=screen,
            start_new_session=True,
            preexec_fn=_like_a_shell,
        )
        os.close(screen)
        self._shown = bytearray()
        self._closing = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while not self._closing.is_set():
            try:
                # While a thread is in read(), closing the terminal has no effect.
                if not select.select([self._keyboard], [], [], 0.05)[0]:
                    continue
                data = os.read(self._keyboard, 65536)
            except OSError:  # the last process has closed the terminal
                return
            if not data:
                return
            self._shown += data

    @property
    def text(self) -> str:
        """Return what the terminal has shown."""
        return bytes(self._shown).decode(errors="replace")

    @property
    def running(self) -> bool:
        """Return whether the command runs."""
        return self.process.poll() is None

    def press(self, key: bytes) -> None:
        """Press a key."""
        os.write(self._keyboard, key)

    def close(self) -> None:
        """Close the terminal; the kernel hangs up on what runs in it."""
        if not self._closing.is_set():
            self._closing.set()
            self._reader.join()
            os.close(self._keyboard)
