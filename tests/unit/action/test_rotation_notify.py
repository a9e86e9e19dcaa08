# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""rotation_notify: who is told what, and what is returned."""

from __future__ import annotations

from typing import Any
from unittest import mock

import pytest

from ansible_collections.nodeops.rotator.plugins.action import rotation_notify
from ansible_collections.nodeops.rotator.plugins.plugin_utils import notify

TOKEN, URL = "t0ken", "https://hooks.example.com/s3cret"
OUTDATED = {"nodes": [{"outdated": True}]}
GIVEN = {
    "cluster_name": "shop",
    "_prepare_ami": {},
    "_prepare_info": OUTDATED,
    "rotation_notify": ["notify_webhook.yml"],
    "rotation_notify_webhook": {"url": URL, "headers": {"Authorization": TOKEN}},
    "rotation_progress": "always",
}


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Collect what is posted; nothing leaves the process."""
    found: list[Any] = []

    def post(asked: Any, *_given: Any) -> tuple[dict[str, Any], str]:
        found.append(asked)
        return {}, ""

    monkeypatch.setattr(notify, "post", post)
    return found


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect what is shown."""
    found: list[str] = []
    monkeypatch.setattr(rotation_notify, "Display", lambda: mock.Mock(display=found.append))
    return found


def run(
    check: bool = False, variables: dict[str, Any] | None = None, **options: Any
) -> dict[str, Any]:
    """Run the action for a host, by default that of GIVEN."""
    variables = GIVEN if variables is None else variables
    task = mock.Mock(args=options, check_mode=check, async_val=0, diff=False)
    templar = mock.Mock(template=lambda value: value)
    action = rotation_notify.ActionModule(
        task, mock.Mock(), mock.Mock(), mock.Mock(), templar, mock.Mock()
    )
    about = {"inventory_hostname": "blue", "hostvars": {"blue": variables}}
    result: dict[str, Any] = action.run(task_vars={**variables, **about})
    return result


def test_a_receiver_is_told_and_no_secret_is_returned(sent: list[Any]) -> None:
    result = run(event="finished", receiver="webhook")
    assert (result["sent"], result["outcome"], result["changed"]) == (True, "sent", False)
    (asked,) = sent
    assert (asked.url, asked.headers["Authorization"]) == (URL, TOKEN)
    assert TOKEN not in str(result)
    assert URL not in str(result)


def test_without_a_receiver_the_text_is_returned_for_ones_own_tasks(sent: list[Any]) -> None:
    result = run(event="started")
    assert result["text"] == "blue of shop: the rotation starts, 1 outdated node"
    assert result["news"]["outdated"] == 1
    assert (result["sent"], result["outcome"], sent) == (False, "", [])


def test_check_mode_sends_nothing_and_says_so(sent: list[Any], shown: list[str]) -> None:
    result = run(check=True, event="started", receiver="webhook")
    assert (result["sent"], sent) == (False, [])
    assert result["outcome"] == "nothing is sent in check mode"
    assert shown == [
        "Not sent to webhook in check mode: blue of shop: the rotation starts, 1 outdated node"
    ]


def test_check_mode_says_nothing_among_what_is_no_text(sent: list[Any], shown: list[str]) -> None:
    quiet = {**GIVEN, "rotation_progress": "never"}
    run(check=True, variables=quiet, event="started", receiver="webhook")
    assert (sent, shown) == ([], [])


def test_a_receiver_that_no_variable_reaches_is_named(sent: list[Any]) -> None:
    result = run(event="started", receiver="slack")
    assert result["outcome"] == "rotation_notify_slack does not say how to reach it"
    assert (result["sent"], sent) == (False, [])


@pytest.mark.parametrize(
    ("event", "nodes", "whole_run", "worth"),
    [
        ("started", [{"outdated": True}], False, True),
        ("started", [], False, False),
        ("finished", [], False, False),
        ("failed", [], False, True),
        ("started", [], True, True),
    ],
)
def test_it_says_whether_the_news_are_worth_a_message(
    event: str, nodes: list[Any], whole_run: bool, worth: bool
) -> None:
    of_host = {**GIVEN, "_prepare_info": {"nodes": nodes}}
    assert run(variables=of_host, event=event, whole_run=whole_run)["worth_telling"] is worth


def test_news_of_the_run_name_no_node_group() -> None:
    result = run(event="failed", reason="The line stops", whole_run=True)
    assert result["text"] == "The run has FAILED: The line stops"
    assert result["news"]["node_group"] == ""
