# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The output for people leaves out what says nothing, and nothing else."""

from __future__ import annotations

import types
from typing import Any

import pytest
from ansible.plugins.callback.default import CallbackModule as Default

from ansible_collections.nodeops.rotator.plugins.callback import rotation
from ansible_collections.nodeops.rotator.plugins.callback.rotation import CallbackModule
from ansible_collections.nodeops.rotator.tests.unit.floors.shape import ROOT


class Screen:
    """Collects what is shown."""

    def __init__(self, verbosity: int = 0) -> None:
        self.shown: list[str] = []
        self.errors: list[str] = []
        self.verbosity = verbosity

    def display(self, text: str, color: str | None = None, stderr: bool = False) -> None:
        """Show a line."""
        (self.errors if stderr else self.shown).append(text)


@pytest.fixture
def output(monkeypatch: pytest.MonkeyPatch) -> CallbackModule:
    monkeypatch.setattr(rotation, "show_at_exit", lambda: None)
    monkeypatch.setattr(Default, "_handle_warnings_and_exception", lambda self, result: None)
    callback = CallbackModule()
    callback._display = Screen()
    choose(callback)
    return callback


def choose(callback: CallbackModule, *options: str) -> None:
    """Set these options, and no other."""
    callback.get_option = lambda name, hostvars=None: name in options


def a_task(action: str, name: str = "nodeops.rotator.prepare : Update the template") -> Any:
    return types.SimpleNamespace(resolved_action=action, get_name=lambda: name)


def a_result(action: str = "ansible.builtin.copy", **values: Any) -> Any:
    host = types.SimpleNamespace(get_name=lambda: "blue")
    return types.SimpleNamespace(task=a_task(action), host=host, result=values)


def a_play(name: str, *hosts: str, path: str = "") -> Any:
    inventory = types.SimpleNamespace(
        get_hosts=lambda pattern: [types.SimpleNamespace(name=host) for host in hosts]
    )
    manager = types.SimpleNamespace(_inventory=inventory)
    return types.SimpleNamespace(
        hosts="all",
        check_mode=False,
        get_name=lambda: name,
        get_path=lambda: path,
        get_variable_manager=lambda: manager,
    )


@pytest.mark.parametrize(
    "result", [a_result(), a_result("nodeops.rotator.asg_node_replace", changed=True)]
)
def test_a_task_that_changed_nothing_or_spoke_itself_is_not_shown(
    result: Any, output: CallbackModule
) -> None:
    output.v2_runner_on_ok(result)
    output.v2_runner_on_skipped(result)
    assert output._display.shown == []


def test_a_change_is_shown_with_the_name_of_its_task_but_not_of_its_role(
    output: CallbackModule,
) -> None:
    output.v2_runner_on_ok(a_result(changed=True))
    assert output._display.shown[-1].split()[-4:] == ["changed", "Update", "the", "template"]


def test_a_failure_shows_its_message_and_no_other_value(output: CallbackModule) -> None:
    output.v2_runner_on_failed(a_result(msg="the group is locked", values={"a": 1}))
    assert output._display.shown[-1].endswith(
        "failed      Update the template: the group is locked"
    )
    assert "values" not in "".join(output._display.shown)


def test_a_failure_goes_where_the_options_say_and_tells_the_path_of_its_task(
    output: CallbackModule, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Any] = []
    monkeypatch.setattr(output, "_print_task_path", told.append)
    choose(output, "display_failed_stderr", "show_task_path_on_failure")
    result = a_result(msg="the group is locked", changed=True)
    output.v2_runner_on_failed(result)
    assert output._display.errors[-1].endswith("the group is locked")
    assert told == [result.task]
    output.v2_runner_on_ok(result)
    assert len(output._display.errors) == len(output._display.shown) == 1


def test_a_task_that_only_fails_says_its_message_alone(output: CallbackModule) -> None:
    output.v2_runner_on_failed(a_result("ansible.builtin.fail", msg="the group is locked"))
    assert output._display.shown[-1].endswith("failed      the group is locked")


def test_a_failure_is_not_told_again_with_the_line_of_its_task(
    output: CallbackModule, monkeypatch: pytest.MonkeyPatch
) -> None:
    left: list[Any] = []
    monkeypatch.setattr(
        Default,
        "_handle_warnings_and_exception",
        lambda self, result: left.append(result.result.get("exception")),
    )
    output.v2_runner_on_failed(a_result(msg="the group is locked", exception="Origin: main.yml"))
    assert left == [None]


def test_a_plan_that_was_judged_is_shown_next_and_not_told_before(output: CallbackModule) -> None:
    output.v2_runner_on_failed(
        a_result("nodeops.rotator.rotation_plan", fails=True, msg="plan: failed, blue: no image")
    )
    assert output._display.shown == []


def test_a_plan_that_cannot_be_written_is_told(output: CallbackModule) -> None:
    said = "plan: failed, the plan cannot be written: no such folder"
    output.v2_runner_on_failed(a_result("nodeops.rotator.rotation_plan", msg=said))
    assert output._display.shown[-1].endswith(said)


def test_a_failure_that_is_ignored_says_so(output: CallbackModule) -> None:
    output.v2_runner_on_failed(a_result(msg="no such bucket"), ignore_errors=True)
    assert "(ignored): no such bucket" in output._display.shown[-1]


def test_a_crash_is_shown_as_ansible_shows_it(
    output: CallbackModule, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole: list[Any] = []
    monkeypatch.setattr(Default, "v2_runner_on_failed", lambda self, *given: whole.append(given))
    crash = a_result(msg="MODULE FAILURE", module_stderr="Traceback")
    output.v2_runner_on_failed(crash)
    assert whole == [(crash, False)]


def test_lines_of_a_debug_task_are_shown_as_they_are(output: CallbackModule) -> None:
    output.v2_runner_on_ok(a_result("ansible.builtin.debug", msg=["NAME  AGE", "blue  3"]))
    assert output._display.shown == ["\nNAME  AGE\nblue  3\n"]


def test_the_name_of_a_play_is_shown_once_and_only_above_a_line(output: CallbackModule) -> None:
    output.v2_playbook_on_play_start(a_play("Check the hosts", "blue"))
    output.v2_runner_on_ok(a_result())
    for _batch in range(2):
        output.v2_playbook_on_play_start(a_play("Rotate", "blue", "green"))
        output.v2_playbook_on_task_start(a_task("nodeops.rotator.asg_node_replace"), False)
    assert output._display.shown == ["\nRotate"]


@pytest.mark.parametrize(
    ("path", "verbosity", "shown"),
    [
        (f"{rotation.OUR_PLAYBOOKS}/rotate_kops.yml:59", 0, False),
        (f"{rotation.OUR_PLAYBOOKS}/rotate_kops.yml:59", 1, True),
        ("/home/anna/mine.yml:3", 0, True),
        ("", 0, True),
    ],
)
def test_a_play_without_hosts_is_passed_over_in_silence_only_if_it_is_ours(
    path: str, verbosity: int, shown: bool, output: CallbackModule
) -> None:
    output.v2_playbook_on_play_start(a_play("Rotate API servers", path=path))
    output._display.verbosity = verbosity
    output.v2_playbook_on_no_hosts_matched()
    assert ("skipping: no hosts matched" in output._display.shown) is shown


@pytest.mark.parametrize(
    ("action", "recap"),
    [("nodeops.rotator.rotation_summary", 0), ("ansible.builtin.set_fact", 1)],
)
def test_the_recap_is_left_out_after_a_closing_table_only(
    action: str, recap: int, output: CallbackModule, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[Any] = []
    monkeypatch.setattr(Default, "v2_playbook_on_stats", lambda self, stats: shown.append(stats))
    output.v2_runner_on_ok(a_result(action))
    output.v2_playbook_on_stats("stats")
    assert len(shown) == recap


@pytest.mark.parametrize("custom", [{}, {"_run": {"nodes": 4}}])
def test_custom_statistics_are_shown_beside_a_closing_table_where_asked(
    custom: dict[str, Any], output: CallbackModule, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[Any] = []
    monkeypatch.setattr(Default, "v2_playbook_on_stats", lambda self, stats: shown.append(stats))
    output.v2_runner_on_ok(a_result("nodeops.rotator.rotation_summary"))
    choose(output, "show_custom_stats")
    output.v2_playbook_on_stats(types.SimpleNamespace(custom=custom))
    assert len(shown) == len(custom)


def test_with_more_words_the_output_is_that_of_ansible(
    output: CallbackModule, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[Any] = []
    for name in ("v2_runner_on_ok", "v2_runner_on_skipped", "v2_playbook_on_stats"):
        monkeypatch.setattr(Default, name, lambda self, given: shown.append(given))
    output._display = Screen(verbosity=1)
    output.v2_runner_on_ok(a_result())
    output.v2_runner_on_skipped(a_result())
    output.v2_playbook_on_stats("stats")
    assert len(shown) == 3


def test_every_module_that_shows_lines_is_known_to_show_them() -> None:
    """After its own last line, that it has changed something would be told once more."""
    live = {
        f"nodeops.rotator.{path.stem}"
        for path in ROOT.glob("plugins/action/*.py")
        if "(LiveAction)" in path.read_text(encoding="utf-8")
    }
    assert len(live) == 4
    assert live <= rotation.SPEAKING
