# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event log is private, complete, and no reason to fail a rotation."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError
from ansible_collections.nodeops.rotator.plugins.module_utils.edge import event_log
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.event_log import EventLog, read


def test_records_are_read_as_they_were_written_with_run_and_group(tmp_path: Path) -> None:
    EventLog(str(tmp_path), "night-7", "blue").append({"phase": "start", "at": 5.0})
    EventLog(str(tmp_path), "night-7", "green").append({"phase": "done", "at": 6.0})
    assert read(str(tmp_path)) == [
        {"run": "night-7", "autoscaling_group_name": "blue", "phase": "start", "at": 5.0},
        {"run": "night-7", "autoscaling_group_name": "green", "phase": "done", "at": 6.0},
    ]


def test_a_record_without_a_time_gets_that_of_its_writing(tmp_path: Path) -> None:
    EventLog(str(tmp_path), "night-7", "blue").append({"result": {}})
    assert read(str(tmp_path))[0]["at"] > 0


def test_the_file_is_private_and_its_directory_is_made(tmp_path: Path) -> None:
    EventLog(str(tmp_path / "a" / "b"), "night-7", "blue").append({})
    path = tmp_path / "a" / "b" / "events.jsonl"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_directory_that_cannot_be_written_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="report_dir: no file can be written in .*file"):
        EventLog(str(tmp_path / "file"), "night-7", "blue")


def test_a_full_disk_is_remembered_and_raises_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = EventLog(str(tmp_path), "night-7", "blue")

    def full(file: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(event_log.os, "write", full)
    log.append({"phase": "start"})
    assert log.lost == "the event log is incomplete: No space left on device"


def test_lines_that_are_no_records_are_left_out(tmp_path: Path) -> None:
    EventLog(str(tmp_path), "night-7", "blue").append({"phase": "start"})
    with open(tmp_path / "events.jsonl", "a", encoding="utf-8") as file:
        file.write('[1]\n{"other": 1}\n{"run": "nig')
    assert len(read(str(tmp_path))) == 1


def test_a_directory_without_a_log_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"there is no event log in {tmp_path}"):
        read(str(tmp_path))
    assert os.listdir(tmp_path) == []
