# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep the events of rotations in a directory, for reports.

Several modules may write the same file at one time: each record is one write to its end.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError

FILE = "events.jsonl"


class EventLog:
    """Appends records to the event log of a directory.

    The file is private (0600). `lost`: why a record could not be written, "" if all were. That ends
    no rotation.
    """

    def __init__(self, directory: str, run: str, group: str) -> None:
        """Open the log; InputError if that cannot be done."""
        self.lost = ""
        self._names = {"run": run, "autoscaling_group_name": group}
        try:
            Path(directory).mkdir(parents=True, exist_ok=True)
            path = os.path.join(directory, FILE)
            self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        except OSError as error:
            raise InputError(
                f"report_dir: no file can be written in {directory} ({error.strerror});"
                " name a directory of the control node that may be written"
            ) from error

    def append(self, record: Mapping[str, Any]) -> None:
        """Write a record with the names of the run and of the group, and the time."""
        line = json.dumps({**self._names, **record, "at": record.get("at", time.time())})
        try:
            os.write(self._file, line.encode() + b"\n")
        except OSError as error:
            self.lost = f"the event log is incomplete: {error.strerror}"


def read(directory: str) -> list[dict[str, Any]]:
    """Return the records of a directory's event log; InputError if there is none.

    A line that is no record, such as the last one of a full disk, is left out.
    """
    try:
        lines = Path(directory, FILE).read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise InputError(f"there is no event log in {directory}") from error
    return [record for record in map(_record, lines) if record]


def _record(line: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except ValueError:
        return {}
    return record if isinstance(record, dict) and "run" in record else {}
