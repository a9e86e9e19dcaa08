# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Progress that leaves a running module: JSON lines in a private file that the same-named action
plugin shows. Private.

Nothing else leaves a module before it ends: callbacks see its start and its result only.
"""

from __future__ import annotations

import dataclasses
import json
import os
import time
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.events import Event

PROGRESS_OPTION = "_progress_file"
PROGRESS_SPEC: dict[str, Any] = {PROGRESS_OPTION: {"type": "str"}}
"""Set by the action plugin only; underscored, since it is no option for people. The counterpart of
the documentation fragment nodeops.rotator.progress."""


class Progress:
    """Collects events for the result and appends each, if there is a file, as a JSON line with the
    seconds since start."""

    def __init__(self, path: str | None) -> None:
        self.events: list[dict[str, Any]] = []
        self._began: float | None = None
        self._path = path
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND) if path else None

    def __call__(self, event: Event, now: float) -> None:
        """Take one event that happened at `now` (seconds of the engine's clock)."""
        self._began = now if self._began is None else self._began
        entry = {**dataclasses.asdict(event), "seconds": round(now - self._began, 3)}
        if not event.repeat:
            self.events.append(entry)
        if self._file is not None:
            os.write(self._file, json.dumps({**entry, "at": time.time()}).encode() + b"\n")

    def abandoned(self) -> bool:
        """Whether nobody follows us any more: the action plugin takes the file away when Ansible is
        killed."""
        return self._path is not None and not os.path.exists(self._path)
