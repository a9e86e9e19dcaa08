# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Report progress from a running module to the action plugin of the same name.

Callbacks see a module's start and its result, nothing in between. So the module appends JSON lines
to a private file, and the action plugin shows them.
"""

from __future__ import annotations

import dataclasses
import json
import os
import time
from collections.abc import Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.events import Event
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.event_log import EventLog

PROGRESS_FILE = "NODEOPS_ROTATOR_PROGRESS_FILE"
"""Environment variable with the path of the file, set by the action plugin for its module.

Not an option: ansible-test wants every option documented, and this one is not for playbooks.
"""

AGAIN = "NODEOPS_ROTATOR_AGAIN"
"""Environment variable with what to type to run again, set likewise."""
WRITER, TIME_TO_STOP, ENDED = "writer", "time_to_stop", "ended"
"""Fields of records that are no events: who writes the file, and that it has written the last."""


class Progress:
    """Collects events for the result.

    It also appends each to the progress file and to the event log, where there are such. `untold`:
    why not all of them were written as Kubernetes Events, () if they were.
    """

    def __init__(self, path: str | None, log: EventLog | None = None) -> None:
        """Open the file at `path`; it has to exist. None or "" writes no file."""
        self.events: list[dict[str, Any]] = []
        self.untold: tuple[str, ...] = ()
        self._log = log
        self._began: float | None = None
        self._path = path or ""
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND) if path else None

    def __call__(self, event: Event, now: float) -> None:
        """Record an event that happened at `now` (seconds of the engine's clock).

        In the record every moment is in seconds since the first event; `at` (only in the file) is
        in seconds since the epoch.
        """
        began = self._began = now if self._began is None else self._began
        entry = entry_of(event, now, began)
        self.events.append(entry)
        told = {**entry, "at": time.time()}
        self._write(told)
        if self._log is not None:
            self._log.append(told)

    def begin(self, stop_timeout: float) -> None:
        """Tell who writes the file, and how long it does after it was told to stop."""
        self._write({WRITER: os.getpid(), TIME_TO_STOP: stop_timeout})

    def end(self) -> None:
        """Tell that nothing more will be written."""
        self._write({ENDED: True})

    def _write(self, record: Mapping[str, Any]) -> None:
        if self._file is not None:
            os.write(self._file, json.dumps(record).encode() + b"\n")

    def abandoned(self) -> bool:
        """Return True once nobody follows: the action plugin removes the file at its end."""
        return self._path != "" and not os.path.exists(self._path)


def entry_of(event: Event, now: float, began: float) -> dict[str, Any]:
    """Return an event as a record, without the fields that mean nothing.

    `now`: when it happened. `began`: when the first one did. Both are seconds of the engine's
    clock.
    """
    fields = dataclasses.asdict(event)
    fields.update(fields.pop("about"))
    for name in ("since", "until"):
        if fields[name] is not None:
            fields[name] = round(fields[name] - began, 3)
    fields["seconds"] = round(now - began, 3)
    return {name: value for name, value in fields.items() if value is not None}


def follow_environment(log: EventLog | None = None) -> Progress:
    """Return the module's progress, written to the file that the environment names."""
    return Progress(os.environ.get(PROGRESS_FILE), log)
