# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a module in a fork, and only where nothing is lost by it."""

from __future__ import annotations

import atexit
import json
import os
import signal
import sys
import threading
import types
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.basic import AnsibleModule
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.action.normal import ActionModule as Usual
from ansible.template import Templar, trust_as_template

from ansible_collections.nodeops.rotator.plugins.plugin_utils import forked

BOTH = (signal.SIGTERM, signal.SIGHUP)


def run(main: Callable[[], None], folder: Path, **environment: str) -> dict[str, Any]:
    return forked.run_forked(forked.Start(main, b"{}", environment, str(folder)))


def told(main: Callable[[], None], folder: Path, **environment: str) -> str:
    return str(run(main, folder, **environment)["stdout"])


class TestTheProcess:
    """What the module finds, and what is left of it."""

    def test_output_errors_and_status_are_its_own(self, tmp_path: Path) -> None:
        def main() -> None:
            print("result")
            print("trouble", file=sys.stderr)
            sys.exit(3)

        assert run(main, tmp_path) == {"rc": 3, "stdout": "result\n", "stderr": "trouble\n"}

    def test_what_programs_write_that_it_starts_is_its_output_too(self, tmp_path: Path) -> None:
        assert told(lambda: os.system("echo started") and None, tmp_path) == "started\n"

    def test_it_reads_nothing(self, tmp_path: Path) -> None:
        assert told(lambda: print(repr(sys.stdin.read())), tmp_path) == "''\n"

    def test_it_runs_in_the_folder_of_the_playbook(self, tmp_path: Path) -> None:
        here = os.getcwd()
        assert told(lambda: print(os.getcwd()), tmp_path) == f"{tmp_path}\n"
        assert os.getcwd() == here

    def test_variables_are_added_for_it_alone(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("KEPT", "kept")

        def main() -> None:
            print(os.environ["KEPT"], os.environ["NEW"])

        assert told(main, tmp_path, NEW="new") == "kept new\n"
        assert "NEW" not in os.environ

    def test_what_it_changes_is_unchanged_in_the_worker(self, tmp_path: Path) -> None:
        changed: list[str] = []
        run(lambda: changed.append("x"), tmp_path)
        assert changed == []

    def test_it_clears_up_what_is_its_own_at_its_end(self, tmp_path: Path) -> None:
        def before() -> None:
            print("the worker's")

        atexit.register(before)
        try:
            assert told(lambda: atexit.register(print, "its own") and None, tmp_path) == "its own\n"
        finally:
            atexit.unregister(before)

    def test_its_threads_are_waited_for(self, tmp_path: Path) -> None:
        def late() -> None:
            threading.main_thread().join()
            print("late")

        assert told(lambda: threading.Thread(target=late).start(), tmp_path) == "late\n"

    def test_it_does_not_have_the_signal_handlers_of_the_worker(self, tmp_path: Path) -> None:
        def main() -> None:
            print([signal.getsignal(number) is signal.SIG_DFL for number in BOTH])

        before = {number: signal.signal(number, lambda *_given: None) for number in BOTH}
        try:
            assert told(main, tmp_path) == "[True, True]\n"
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def test_what_is_ignored_stays_ignored(self, tmp_path: Path) -> None:
        def main() -> None:
            print(signal.getsignal(signal.SIGHUP) is signal.SIG_IGN)

        before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
        try:
            assert told(main, tmp_path) == "True\n"
        finally:
            signal.signal(signal.SIGHUP, before)

    def test_that_it_was_killed_shows(self, tmp_path: Path) -> None:
        assert run(lambda: os.kill(os.getpid(), signal.SIGKILL), tmp_path)["rc"] == -9

    def test_it_ends_with_what_waits_for_it(self, tmp_path: Path) -> None:
        pid = tmp_path / "pid"

        def main() -> None:
            pid.write_text(str(os.getpid()))
            signal.pause()

        def late(_number: int, _frame: object) -> None:
            if not pid.exists() or not pid.read_text():
                signal.setitimer(signal.ITIMER_REAL, 0.05)
                return
            raise TimeoutError

        before = signal.signal(signal.SIGALRM, late)
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        try:
            with pytest.raises(TimeoutError):
                run(main, tmp_path)
        finally:
            signal.signal(signal.SIGALRM, before)
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid.read_text()), 0)

    def test_the_fork_waits_until_no_thread_is_busy(self, tmp_path: Path) -> None:
        moments: list[str] = []

        class Calm:
            def __enter__(self) -> None:
                moments.append("calm")

            def __exit__(self, *_error: object) -> None:
                moments.append("over")

        start = forked.Start(lambda: print(moments), b"{}", {}, str(tmp_path))
        assert forked.run_forked(start, Calm())["stdout"] == "['calm']\n"
        assert moments == ["calm", "over"]


OPTIONS: Mapping[str, Any] = {"secret": "s3cret", "_ansible_check_mode": True}


class TestAModule:
    """What a real module gets and returns."""

    def answer(self, act: Callable[[AnsibleModule], None], folder: Path) -> dict[str, Any]:
        def main() -> None:
            spec = {"secret": {"type": "str", "no_log": True}}
            act(AnsibleModule(spec, supports_check_mode=True))

        options = json.dumps({"ANSIBLE_MODULE_ARGS": OPTIONS}).encode()
        found = forked.run_forked(forked.Start(main, options, {}, str(folder)))
        answer: dict[str, Any] = json.loads(found["stdout"])
        return answer

    def test_it_has_its_options_and_the_mode(self, tmp_path: Path) -> None:
        def act(module: AnsibleModule) -> None:
            module.exit_json(check=module.check_mode, length=len(module.params["secret"]))

        answer = self.answer(act, tmp_path)
        assert (answer["check"], answer["length"]) == (True, 6)

    def test_its_secrets_are_taken_out(self, tmp_path: Path) -> None:
        answer = self.answer(lambda module: module.exit_json(said="it is s3cret"), tmp_path)
        assert "s3cret" not in json.dumps(answer)
        assert answer["said"] == "it is ********"

    def test_its_warnings_are_in_the_result(self, tmp_path: Path) -> None:
        def act(module: AnsibleModule) -> None:
            module.warn("careful")
            module.exit_json()

        assert "careful" in json.dumps(self.answer(act, tmp_path)["warnings"])

    def test_an_unexpected_exception_is_a_failure_that_names_it(self, tmp_path: Path) -> None:
        def act(_module: AnsibleModule) -> None:
            raise LookupError("lost")

        answer = self.answer(act, tmp_path)
        assert answer["failed"] is True
        assert answer["msg"] == "Module failed: lost"
        assert "LookupError: lost" in answer["exception"]


class Action(forked.ForkedModule, Usual):
    """An action on a task that has nothing unusual, but for what is given."""

    main = staticmethod(lambda: None)

    def __init__(self, transport: str = "local", become: object = None, **task: Any) -> None:
        fields = {"async_val": 0, "delegate_to": None, "environment": None, **task}
        self._task = types.SimpleNamespace(**fields)
        shell = types.SimpleNamespace(env_prefix=lambda **_given: "")
        self._connection = types.SimpleNamespace(transport=transport, become=become, _shell=shell)
        self._templar = Templar(loader=DataLoader(), variables={"ansible_playbook_python": PYTHON})


PYTHON = sys.executable
HERE = {"ansible_python_interpreter": trust_as_template("{{ ansible_playbook_python }}")}


class TestWhere:
    """Which tasks run their module in a fork."""

    def test_a_task_on_the_control_node_does(self) -> None:
        assert Action()._may_fork(HERE)

    @pytest.mark.parametrize(
        "unusual",
        [
            {"async_val": 60},
            {"delegate_to": "other"},
            {"transport": "ssh"},
            {"become": object()},
            {"environment": [{"AWS_PROFILE": "other"}]},
            {"environment": {"AWS_PROFILE": "other"}},
        ],
    )
    def test_an_unusual_one_does_not(self, unusual: dict[str, Any]) -> None:
        assert not Action(**unusual)._may_fork(HERE)

    def test_what_our_action_plugins_tell_is_nothing_unusual(self) -> None:
        assert Action(environment=[{}, {"NODEOPS_ROTATOR_X": "y"}])._may_fork(HERE)

    @pytest.mark.parametrize("other", ["auto", "/usr/bin/other", ""])
    def test_with_another_interpreter_it_does_not(self, other: str) -> None:
        assert not Action()._may_fork({"ansible_python_interpreter": other})

    def test_who_wants_to_see_the_packed_module_gets_one(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(forked.C, "DEFAULT_KEEP_REMOTE_FILES", True)
        assert not Action()._may_fork(HERE)

    @pytest.mark.parametrize(("value", "forks"), [(False, False), ("no", False), ("true", True)])
    def test_the_variable_turns_it_off(self, value: Any, forks: bool) -> None:
        assert Action()._may_fork({**HERE, "rotation_fork": value}) is forks

    def test_elsewhere_than_on_linux_it_does_not(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(forked.sys, "platform", "darwin")
        assert forked.main_of("node_drain") is None

    def test_a_module_that_cannot_be_imported_does_not(self) -> None:
        assert forked.main_of("no_such_module") is None

    def test_what_does_not_fork_is_left_to_ansible(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def usual(_self: object, *_given: Any, **more: Any) -> dict[str, Any]:
            return more

        monkeypatch.setattr(Usual, "_execute_module", usual, raising=False)
        given = {"task_vars": HERE, "wrap_async": True}
        assert Action(async_val=60)._execute_module(**given) == given
