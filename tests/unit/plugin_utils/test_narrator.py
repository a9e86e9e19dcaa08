# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records become lines for people, or objects for log collectors."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.lines import Screen
from ansible_collections.nodeops.rotator.plugins.plugin_utils import narrator
from ansible_collections.nodeops.rotator.plugins.plugin_utils.narrator import Narrator

ON = Screen(group=4)
EVENT = {"phase": "drained", "subject": "ip-10-0-1-7", "text": "14 pods", "progress": "4/12"}


def record(**changes: Any) -> bytes:
    return json.dumps({**EVENT, **changes}).encode() + b"\n"


def lines(teller: Narrator, data: bytes) -> list[str]:
    return [text for text, _event in teller.take(data, 1)]


def test_an_incomplete_record_is_kept_until_the_rest_arrives() -> None:
    teller, whole = Narrator("blue", 0, ON), record()
    assert lines(teller, whole[:20]) == []
    assert lines(teller, whole[20:] + record(subject="b")[:5]) == [
        "         blue   4/12  ip-10-0-1-7          drained     14 pods"
    ]


def test_a_line_that_is_not_json_is_ignored() -> None:
    assert len(lines(Narrator("blue", 0), b"not json\n" + record())) == 1


def test_a_record_that_is_no_event_is_not_shown() -> None:
    assert lines(Narrator("blue", 0), b'{"ended": true}\n') == []


def test_closing_words_are_shown_as_they_are() -> None:
    shown = lines(Narrator("blue", 0), record(phase="closing", text="NODE GROUP  REPLACED\n"))
    assert shown == ["NODE GROUP  REPLACED"]


def test_for_log_collectors_a_line_is_the_record_with_its_node_group() -> None:
    (shown,) = lines(Narrator("blue", 0, ON, as_json=True), record(at=5.0, seconds=1.0))
    assert json.loads(shown) == {**EVENT, "node_group": "blue", "at": 5.0, "seconds": 1.0}


def test_log_collectors_get_reminders_as_objects_too() -> None:
    """Without them AWX would end a run in which nothing happens for long."""
    said = json.loads(Narrator("blue", 0, ON, as_json=True).remind(600, 5000.0))
    assert (said["node_group"], said["phase"], said["at"]) == ("blue", "waiting", 5000.0)
    assert said["text"] == "for 10 min; last: nothing yet"


def test_a_reminder_is_shown_at_most_once_a_minute() -> None:
    teller = Narrator("blue", 0)
    teller.take(record(), 10)
    assert teller.remind(60) == ""
    assert "14 pods" in teller.remind(66)
    assert teller.remind(70) == ""
    assert teller.remind(122)


def test_a_reminder_tells_the_end_once_a_node_was_replaced() -> None:
    teller = Narrator("blue", 0, Screen(clock=lambda at: {5200: "12:34:56"}.get(at, "")))
    teller.take(record(phase="terminated", progress="1/4", seconds=100.0), 100)
    assert "all nodes done at about 12:34; last" in teller.remind(200, 5000)


@pytest.mark.parametrize(
    ("wanted", "as_json"), [({}, False), ({"rotation_log_format": "json"}, True)]
)
def test_a_variable_asks_for_objects(wanted: dict[str, str], as_json: bool) -> None:
    assert narrator.wants_json(wanted) is as_json


@pytest.mark.parametrize(
    ("terminal", "callback", "ci", "width"),
    [
        pytest.param(True, "default", "", 120, id="people watch"),
        pytest.param(False, "default", "", 0, id="a file or a pipe"),
        pytest.param(True, "awx_display", "", 0, id="the terminal of AWX, which nobody watches"),
        pytest.param(True, "default", "true", 0, id="the terminal of a CI system"),
    ],
)
def test_lines_are_fitted_only_to_a_terminal_that_people_watch(
    terminal: bool, callback: str, ci: str, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(narrator, "TERMINAL", terminal)
    monkeypatch.setattr(narrator.Display(), "columns", 120)
    monkeypatch.setenv("CI", ci)
    assert narrator.screen(4, callback).width == width


@pytest.mark.parametrize(
    ("wanted", "callback", "shown"),
    [
        ("auto", "default", True),
        ("", "ansible.builtin.default", True),
        ("auto", "awx_display", True),
        ("auto", "nodeops.rotator.screen", True),
        ("auto", "ansible.posix.json", False),
        ("auto", "json", False),
        ("auto", "community.general.yaml", False),
        ("always", "ansible.posix.json", True),
        ("never", "default", False),
    ],
)
def test_lines_are_shown_only_among_output_for_people(
    wanted: str, callback: str, shown: bool
) -> None:
    assert narrator.may_show({"rotation_progress": wanted}, callback) is shown
    if wanted == "auto":
        assert narrator.may_show({}, callback) is shown


def test_the_node_group_by_the_name_that_aws_has_for_it_is_no_node() -> None:
    teller = Narrator("demo-web", 0, ON)
    teller.alias = "web"
    (own,) = lines(teller, record(subject="web"))
    (node,) = lines(teller, record(subject="ip-10-0-1-7"))
    assert "  web  " not in own
    assert "  ip-10-0-1-7  " in node
