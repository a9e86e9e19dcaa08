# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turn the records of a progress file into lines."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from typing import Any

from ansible import constants as C
from ansible.utils.display import Display

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.estimate import (
    seconds_left,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.lines import (
    PLAIN,
    Screen,
    line,
    reminder,
)

SILENCE = 55.0
"""Seconds without a line after which a reminder is shown, so that AWX's idle timeout (in minutes)
never ends a run."""
COLORS = {
    "blocked": C.COLOR_WARN,
    "settle": C.COLOR_WARN,
    "undone": C.COLOR_WARN,
    "waiting": C.COLOR_WARN,
    "warning": C.COLOR_WARN,
    "dead": C.COLOR_ERROR,
    "failed": C.COLOR_ERROR,
    "ready": C.COLOR_OK,
    "done": C.COLOR_OK,
    "terminated": C.COLOR_CHANGED,
    "evicted": C.COLOR_SKIP,
    "launched": C.COLOR_SKIP,
}
"""The color of a line by its phase; others have none."""
SHOWING = frozenset(
    (
        "awx_display",
        "debug",
        "default",
        "minimal",
        "oneline",
        "ansible.builtin.default",
        "ansible.builtin.minimal",
        "ansible.builtin.oneline",
        "ansible.posix.debug",
    )
)
"""Callbacks whose output is for people. Lines between would spoil that of any other."""
PREFIX_OF_OURS = "nodeops.rotator."


def may_show(variables: Mapping[str, Any], callback: str = "") -> bool:
    """Return whether lines may be shown among what the callback writes.

    The variable rotation_progress decides. `callback`: by default that of standard output.
    """
    wanted = str(variables.get("rotation_progress") or "auto")
    name = callback or str(C.DEFAULT_STDOUT_CALLBACK)
    fits = name in SHOWING or name.startswith(PREFIX_OF_OURS)
    return wanted == "always" or (wanted != "never" and fits)


def wants_json(variables: Mapping[str, Any]) -> bool:
    """Return whether lines are to be JSON objects (rotation_log_format)."""
    return str(variables.get("rotation_log_format") or "text") == "json"


def time_of_day(at: float) -> str:
    """Return seconds since the epoch as HH:MM:SS of the local time zone."""
    return time.strftime("%H:%M:%S", time.localtime(at))


TERMINAL, BEGAN = os.isatty(1), time.time()
"""Whether people watch, and since when. Ansible imports this before it forks its workers, which
have no terminal."""


def screen(longest: int, callback: str = "") -> Screen:
    """Return what lines are fitted to: the terminal, or a log if there is none.

    `longest`: length of the longest name of a node group. `callback`: by default that of standard
    output. AWX runs Ansible on a terminal that nobody watches, and so do some CI systems.
    """
    name = callback or str(C.DEFAULT_STDOUT_CALLBACK)
    watched = TERMINAL and name != "awx_display" and not os.environ.get("CI")
    return Screen(Display().columns if watched else 0, longest, time_of_day, BEGAN)


class Narrator:
    """Turns records of the progress file into lines, and silence into reminders.

    Every method takes the time, so that tests need no clock. With `as_json` a line is the record
    with the node group, and so is a reminder. `spoke`: when the last line was shown.
    """

    alias = ""
    """What AWS calls the node group, where the inventory calls it otherwise: no name of a node."""

    def __init__(self, group: str, began: float, on: Screen = PLAIN, as_json: bool = False) -> None:
        self._group, self._began, self.spoke = group, began, began
        self._screen, self._as_json = on, as_json
        self._rest = b""
        self._last: dict[str, Any] | None = None
        self._counts: list[tuple[int, float]] = []
        self._total = 0

    def take(self, data: bytes, now: float) -> list[tuple[str, dict[str, Any]]]:
        """Return a line and its event for each complete record in `data`.

        An incomplete record is kept until the rest of it arrives.
        """
        *records, self._rest = (self._rest + data).split(b"\n")
        told = []
        for record in records:
            try:
                event = json.loads(record)
            except ValueError:
                continue
            if "phase" not in event:
                continue
            self._last = event
            self._count(event)
            told.append((self._line(event), event))
            self.spoke = now
        return told

    def _line(self, event: dict[str, Any]) -> str:
        if self._as_json:
            return json.dumps({"node_group": self._group, **event})
        own = self.alias and event.get("subject") == self.alias
        return line(self._group, {**event, "subject": ""} if own else event, self._screen)

    def _count(self, event: Mapping[str, Any]) -> None:
        """Note how many nodes are replaced, from a progress such as "4/12"."""
        done, _slash, total = str(event.get("progress") or "").partition("/")
        if event.get("phase") == "terminated" and done.isdigit() and total.isdigit():
            self._total = int(total)
            self._counts.append((int(done), float(event.get("seconds") or 0.0)))

    def remind(self, now: float, at: float = 0.0) -> str:
        """Return a reminder if nothing has been shown for SILENCE seconds, else "".

        `now`: of the clock that `began` was read from. `at`: in seconds since the epoch.
        """
        if now - self.spoke < SILENCE:
            return ""
        self.spoke = now
        passed = now - self._began
        left = seconds_left(self._counts, self._total, passed)
        end = None if left is None else at + left
        event = reminder(self._group, passed, self._last, at, end, self._screen.clock)
        return self._line(event)
