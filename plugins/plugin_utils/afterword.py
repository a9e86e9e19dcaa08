# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Show the closing words of modules after Ctrl-C.

On Ctrl-C Ansible ends its workers, and exits without waiting for the modules or showing anything
more. The modules go on writing to their progress files until they have stopped.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from ansible import constants as C
from ansible.utils.display import Display

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.lines import (
    CLOSING,
    line,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.progress import (
    ENDED,
    TIME_TO_STOP,
    WRITER,
)
from ansible_collections.nodeops.rotator.plugins.plugin_utils.interrupts import take_time

READ_AGAIN = 0.1
"""Seconds between two reads of a file."""


def show_at_exit() -> None:
    """Arrange for the closing words to be shown when this process ends after Ctrl-C."""
    process = os.getpid()

    def show() -> None:
        # Ansible resets the handler on Ctrl-C and in no other case. Its workers are no business
        # of ours.
        if os.getpid() == process and signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
            take_time()
            show_closing(Path(C.DEFAULT_LOCAL_TMP), Display().display)

    atexit.register(show)


def show_closing(
    folder: Path,
    display: Callable[[str], object],
    now: Callable[[], float] = time.monotonic,
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Wait for the modules that write here to stop; show their closing words."""
    files = sorted(folder.glob("progress-*.jsonl"))
    began = now()
    waiting = [path for path in files if _writing(_records(path), 0.0)]
    if waiting:
        display("Waiting for what is in flight to stop; Ctrl-C leaves it to itself")
    while any(_writing(_records(path), now() - began) for path in waiting):
        pause(READ_AGAIN)
    for path in files:
        for event in _records(path):
            if event.get("phase") == CLOSING:
                display(line("", event))


def _records(path: Path) -> list[dict[str, Any]]:
    """Return the complete records of a file so far."""
    try:
        lines = path.read_bytes().split(b"\n")[:-1]
    except OSError:
        return []
    return [json.loads(text) for text in lines]


def _writing(records: Iterable[dict[str, Any]], waited: float) -> bool:
    """Return whether more will be written, and is worth waiting for."""
    limit, process = 0.0, 0
    for record in records:
        if ENDED in record:
            return False
        limit, process = record.get(TIME_TO_STOP, limit), record.get(WRITER, process)
    return waited < limit and process > 0 and _runs(process)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # it runs, as another user
    return True
