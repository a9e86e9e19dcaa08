# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Events of a running module: in its result, and as lines of the progress file."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.events import Event
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.progress import (
    PROGRESS_FILE,
    Progress,
    follow_environment,
)

DRAINED = Event("drained", "node-1", "14 pods", "1/4")


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A progress file as the action plugin makes it."""
    found = tmp_path / "progress"
    found.write_text("")
    return found


def test_events_have_the_seconds_since_the_first() -> None:
    progress = Progress(None)
    for now in (1000.0, 1000.0, 1031.2346):
        progress(DRAINED, now)
    assert [event["seconds"] for event in progress.events] == [0.0, 0.0, 31.235]
    assert progress.events[0] == {
        "phase": "drained",
        "subject": "node-1",
        "text": "14 pods",
        "progress": "1/4",
        "seconds": 0.0,
    }


def test_each_event_is_a_line_at_once(path: Path) -> None:
    progress = Progress(str(path))
    progress(DRAINED, 5.0)
    (line,) = lines(path)
    assert {name: line[name] for name in progress.events[0]} == progress.events[0]
    assert line["at"] > 0
    progress(DRAINED, 6.0)
    assert len(lines(path)) == 2


def test_the_writer_names_itself_and_says_when_it_has_ended(path: Path) -> None:
    progress = Progress(str(path))
    progress.begin(20.0)
    progress.end()
    assert lines(path) == [{"writer": os.getpid(), "time_to_stop": 20.0}, {"ended": True}]
    assert progress.events == []


def test_what_is_there_is_not_overwritten(path: Path) -> None:
    path.write_text('{"first": true}\n')
    Progress(str(path)).end()
    assert lines(path) == [{"first": True}, {"ended": True}]


def test_nobody_follows_once_the_file_is_gone(path: Path) -> None:
    progress = Progress(str(path))
    assert not progress.abandoned()
    path.unlink()
    assert progress.abandoned()
    progress(DRAINED, 1.0)
    assert not path.exists(), "it is not made again"


@pytest.mark.parametrize("name", [None, ""])
def test_without_a_file_events_are_only_collected(name: str | None) -> None:
    progress = Progress(name)
    progress.begin(1.0)
    progress(DRAINED, 1.0)
    progress.end()
    assert len(progress.events) == 1
    assert not progress.abandoned()


def test_a_file_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Progress(str(tmp_path / "nowhere"))


def test_the_file_is_the_one_that_the_environment_names(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PROGRESS_FILE, str(path))
    follow_environment()(DRAINED, 1.0)
    assert len(lines(path)) == 1
    monkeypatch.delenv(PROGRESS_FILE)
    follow_environment()(DRAINED, 1.0)
    assert len(lines(path)) == 1
