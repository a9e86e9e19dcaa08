# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Show the progress of a running module, where that is possible."""

from __future__ import annotations

import json
import os
import pathlib
import signal
import stat
import threading
import types
from typing import Any

import pytest
from ansible.plugins.action import ActionBase

from ansible_collections.nodeops.rotator.plugins.plugin_utils import live, narrator

EVENT = {
    "phase": "drained",
    "subject": "ip-10-0-1-7",
    "text": "14 pods",
    "progress": "4/12",
}


def record(**changes: Any) -> bytes:
    return json.dumps({**EVENT, **changes}).encode() + b"\n"


class Recorder:
    """A Display that records what it is asked to show.

    It also records which signals its caller blocks.
    """

    def __init__(self) -> None:
        self.shown: list[str] = []
        self.blocked: set[int] = set()

    def display(self, text: str, color: str | None = None) -> None:
        self.shown.append(text)
        self.blocked = set(signal.pthread_sigmask(signal.SIG_BLOCK, ()))


@pytest.fixture
def display(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> Recorder:
    recorder = Recorder()
    monkeypatch.setattr(live, "Display", lambda: recorder)
    monkeypatch.setattr(live.C, "DEFAULT_LOCAL_TMP", str(tmp_path))
    return recorder


def test_the_file_is_private_shown_completely_and_removed_at_the_end(display: Recorder) -> None:
    with live.followed(narrator.Narrator("blue", 0)) as path:
        mode = stat.S_IMODE(os.stat(path).st_mode)
        with open(path, "ab") as file:
            file.write(record() + record(text="again"))
    assert mode == 0o600
    assert not os.path.exists(path)
    assert display.shown == [
        "          4/12  ip-10-0-1-7          drained     14 pods",
        "          4/12  ip-10-0-1-7          drained     again",
    ]


class Heard:
    """Takes the place of a Watch; collects what it is given."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.looked = self.finished = 0

    def heed(self, event: dict[str, Any]) -> None:
        self.events.append(event["text"])

    def look(self, _now: float) -> None:
        self.looked += 1

    def finish(self) -> None:
        self.finished += 1


@pytest.mark.parametrize("aloud", [True, False])
def test_who_watches_hears_of_every_event_whether_it_is_shown_or_not(
    display: Recorder, aloud: bool
) -> None:
    heard: Any = Heard()
    following = live.followed(narrator.Narrator("blue", 0), aloud, heard)
    with following as path, open(path, "ab") as file:
        file.write(record() + record(text="again"))
    assert heard.events == ["14 pods", "again"]
    assert heard.finished == 1
    assert len(display.shown) == (2 if aloud else 0)


def test_an_error_removes_the_file_and_ends_the_thread(display: Recorder) -> None:
    with pytest.raises(KeyboardInterrupt), live.followed(narrator.Narrator("blue", 0)) as path:
        raise KeyboardInterrupt
    assert not os.path.exists(path)
    assert not [
        thread for thread in live.threading.enumerate() if thread.name == "nodeops-rotator-progress"
    ]


def test_the_thread_leaves_signals_to_the_main_thread_which_waits_for_the_module(
    display: Recorder,
) -> None:
    """The thread that gets a signal must be the one that is to hear it."""
    ends = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
    with live.followed(narrator.Narrator("blue", 0)) as path, open(path, "ab") as file:
        file.write(record())
    assert display.shown
    assert display.blocked >= ends
    assert not ends & signal.pthread_sigmask(signal.SIG_BLOCK, ())


def test_without_ansible_the_file_goes_and_the_module_hears_of_it_while_the_worker_lives_on(
    display: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[int, int]] = []
    heard = threading.Event()

    def killpg(group: int, number: int) -> None:
        told.append((group, number))
        os.kill(os.getpid(), number)
        heard.set()

    monkeypatch.setattr(live.os, "killpg", killpg)
    monkeypatch.setattr(live.os, "getpgrp", os.getpid)
    with live.followed(narrator.Narrator("blue", 0)) as path:
        monkeypatch.setattr(live.os, "getppid", lambda: 1)
        assert heard.wait(20)
        assert not os.path.exists(path)
    assert told == [(os.getpid(), signal.SIGHUP)]


def test_a_process_group_that_the_worker_does_not_lead_is_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(live.os, "killpg", lambda *given: pytest.fail("killed"))
    monkeypatch.setattr(live.os, "getpgrp", lambda: os.getpid() + 1)
    live._hang_up()


def test_whose_worker_this_is_does_not_change_when_ansible_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A worker may begin its work after Ansible has ended."""
    parent = types.SimpleNamespace(pid=4711)
    monkeypatch.setattr(live.multiprocessing, "parent_process", lambda: parent)
    assert live._ansible() == 4711


class Action(live.LiveAction):
    """An action whose module calls are recorded instead of run."""

    def __init__(self, transport: str = "local", become: object = None, **task: Any) -> None:
        fields = {
            "args": {"autoscaling_group_name": "asg"},
            "no_log": False,
            "async_val": 0,
            "check_mode": False,
            "environment": None,
            **task,
        }
        self._task = types.SimpleNamespace(**fields)
        shell = types.SimpleNamespace(tmpdir=None)
        self._connection = types.SimpleNamespace(
            transport=transport, become=become, has_native_async=False, _shell=shell
        )
        self.calls: list[dict[str, Any]] = []

    def _execute_module(self, **given: Any) -> dict[str, Any]:
        self.calls.append({**given, "environment": self._task.environment})
        return {"changed": True}

    def _remove_tmp_path(self, tmp_path: str | None, force: bool = False) -> None:
        pass


@pytest.fixture(autouse=True)
def plain_base(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ActionBase, "run", lambda self, tmp, task_vars: {})


RECEIVER = {
    "rotation_notify": ["notify_webhook.yml"],
    "rotation_notify_webhook": {"url": "https://x"},
    "inventory_hostname": "blue",
    "hostvars": {"blue": {"cluster_name": "shop"}},
}


@pytest.mark.parametrize(
    ("task", "changes", "watched"),
    [
        ({}, {}, True),
        ({"check_mode": True}, {}, False),
        ({"no_log": True}, {}, False),
        ({}, {"rotation_plan": True}, False),
        ({}, {"rotation_notify": []}, False),
        ({}, {"rotation_notify": ["/etc/own.yml"]}, False),
        ({}, {"rotation_notify_webhook": {}}, False),
    ],
)
def test_a_rotation_is_watched_for_those_who_want_to_hear_of_it(
    task: dict[str, Any], changes: dict[str, Any], watched: bool
) -> None:
    action = Action(**task)
    action._templar = types.SimpleNamespace(template=lambda value: value)
    assert (action._watch({**RECEIVER, **changes}) is not None) is watched


def test_what_cannot_be_read_for_them_fails_no_rotation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    warned: list[str] = []
    monkeypatch.setattr(live, "Display", lambda: types.SimpleNamespace(warning=warned.append))
    action = Action()
    action._templar = types.SimpleNamespace(template=lambda value: value)
    assert action._watch({**RECEIVER, "hostvars": {}}) is None
    assert warned == ["Nobody is told of what is held up: KeyError in the variables"]


@pytest.mark.parametrize(
    ("present", "kept"),
    [
        (None, []),
        ([], []),
        ({"AWS_PROFILE": "prod"}, [{"AWS_PROFILE": "prod"}]),
        ([{"A": "1"}, {"A": "2"}], [{"A": "1"}, {"A": "2"}]),
    ],
)
def test_the_module_gets_the_file_by_its_environment_and_keeps_what_the_task_sets(
    present: Any, kept: list[dict[str, str]], display: Recorder
) -> None:
    action = Action(environment=present)
    assert action.run(task_vars={"inventory_hostname": "blue"}) == {"changed": True}
    assert "module_args" not in action.calls[0]
    *before, ours = action.calls[0]["environment"]
    assert before == kept
    assert list(ours) == ["NODEOPS_ROTATOR_PROGRESS_FILE"]
    assert ours["NODEOPS_ROTATOR_PROGRESS_FILE"].endswith(".jsonl")


@pytest.mark.parametrize(
    "hidden",
    [{"async_val": 60}, {"transport": "ssh"}, {"become": object()}],
    ids=lambda given: next(iter(given)),
)
def test_a_module_whose_progress_cannot_be_followed_just_runs(
    hidden: dict[str, Any], display: Recorder
) -> None:
    action = Action(**hidden)
    assert action.run(task_vars={})["changed"] is True
    assert action.calls[0]["environment"] is None
    assert action.calls[0]["wrap_async"] is bool(hidden.get("async_val"))


@pytest.mark.parametrize(
    ("task", "variables"), [({"no_log": True}, {}), ({}, {"rotation_progress": "never"})]
)
def test_a_module_that_shows_nothing_still_hears_that_ansible_has_gone(
    task: dict[str, Any], variables: dict[str, Any], display: Recorder, tmp_path: pathlib.Path
) -> None:
    class Writing(Action):
        def _execute_module(self, **given: Any) -> dict[str, Any]:
            path = self._task.environment[0]["NODEOPS_ROTATOR_PROGRESS_FILE"]
            assert not list(tmp_path.glob("progress-*"))
            with open(path, "ab") as file:
                file.write(record())
            return super()._execute_module(**given)

    assert Writing(**task).run(task_vars=variables)["changed"] is True
    assert display.shown == []


@pytest.mark.parametrize(
    ("variables", "name"),
    [
        ({"inventory_hostname": "localhost"}, "asg  "),
        ({"inventory_hostname": "blue"}, "blue  "),
        ({"inventory_hostname": "blue", "ansible_play_hosts_all": ["blue", "green"]}, "blue   "),
    ],
)
def test_lines_begin_with_the_inventory_name_of_the_node_group(
    variables: dict[str, Any], name: str
) -> None:
    ((text, _event),) = Action()._narrator(variables).take(record(progress="0/4"), 0)
    assert f"  {name}  0/4  ip-10-0-1-7" in text
