# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""After Ctrl-C the closing words of stopping modules are awaited and shown."""

from __future__ import annotations

import atexit
import json
import os
import pathlib
import signal
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.plugin_utils import afterword

LIMIT = 20.0
BEGUN = {"writer": os.getpid(), "time_to_stop": LIMIT}
EVENT = {"phase": "drained", "subject": "a", "text": "4 pods"}
WORDS = {"phase": "closing", "subject": "blue", "text": "Run r1 was stopped  by signal SIGINT"}
ENDED = {"ended": True}
HINT = "Waiting for what is in flight to stop; Ctrl-C leaves it to itself"


class Watch:
    """A clock that a pause advances, and what happens at some of its moments."""

    def __init__(self) -> None:
        self.now = 0.0
        self.happens: dict[float, Callable[[], None]] = {}

    def pause(self, seconds: float) -> None:
        self.now = round(self.now + seconds, 3)
        self.happens.pop(self.now, lambda: None)()


@pytest.fixture
def watch() -> Watch:
    return Watch()


def write(folder: pathlib.Path, *records: dict[str, Any], name: str = "progress-x.jsonl") -> None:
    with (folder / name).open("a") as file:
        file.writelines(json.dumps(record) + "\n" for record in records)


def shown(folder: pathlib.Path, watch: Watch) -> list[str]:
    lines: list[str] = []
    afterword.show_closing(folder, lines.append, lambda: watch.now, watch.pause)
    return lines


def test_a_module_that_stops_in_time_is_waited_for(tmp_path: pathlib.Path, watch: Watch) -> None:
    write(tmp_path, BEGUN, EVENT)
    watch.happens[3.0] = lambda: write(tmp_path, WORDS, ENDED)
    assert shown(tmp_path, watch) == [HINT, WORDS["text"]]
    assert watch.now == 3.0


def test_one_that_does_not_is_waited_for_as_long_as_it_may_take(
    tmp_path: pathlib.Path, watch: Watch
) -> None:
    write(tmp_path, BEGUN, WORDS)
    assert shown(tmp_path, watch) == [HINT, WORDS["text"]]
    assert LIMIT <= watch.now < LIMIT + 0.2


def test_two_modules_are_waited_for_at_the_same_time(tmp_path: pathlib.Path, watch: Watch) -> None:
    for name in ("progress-a.jsonl", "progress-b.jsonl"):
        write(tmp_path, BEGUN, name=name)
    watch.happens[2.0] = lambda: write(tmp_path, ENDED, name="progress-a.jsonl")
    watch.happens[5.0] = lambda: write(tmp_path, WORDS, ENDED, name="progress-b.jsonl")
    assert shown(tmp_path, watch) == [HINT, WORDS["text"]]
    assert watch.now == 5.0


@pytest.mark.parametrize(
    "records",
    [(), (EVENT,), (BEGUN, EVENT, ENDED), ({**BEGUN, "writer": 2**22 + 1}, EVENT)],
    ids=["empty", "without a stop", "ended", "killed"],
)
def test_one_that_has_nothing_more_to_say_is_not_waited_for(
    records: tuple[dict[str, Any], ...], tmp_path: pathlib.Path, watch: Watch
) -> None:
    write(tmp_path, *records)
    assert shown(tmp_path, watch) == []
    assert watch.now == 0


def test_a_file_that_is_removed_meanwhile_ends_the_wait(
    tmp_path: pathlib.Path, watch: Watch
) -> None:
    write(tmp_path, BEGUN)
    watch.happens[1.0] = (tmp_path / "progress-x.jsonl").unlink
    assert shown(tmp_path, watch) == [HINT]
    assert watch.now == 1.0


@pytest.mark.parametrize(
    ("handler", "process", "calls"),
    [
        (signal.SIG_DFL, os.getpid(), 1),
        (signal.default_int_handler, os.getpid(), 0),
        (signal.SIG_DFL, 1, 0),
    ],
    ids=["after Ctrl-C", "after any other end", "in a worker"],
)
def test_words_are_shown_after_ctrl_c_only(
    handler: Any, process: int, calls: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered: list[Callable[[], None]] = []
    done: list[pathlib.Path] = []
    monkeypatch.setattr(atexit, "register", registered.append)
    monkeypatch.setattr(afterword, "show_closing", lambda folder, display: done.append(folder))
    afterword.show_at_exit()
    monkeypatch.setattr(signal, "getsignal", lambda number: handler)
    monkeypatch.setattr(os, "getpid", lambda: process)
    registered[0]()
    assert len(done) == calls
