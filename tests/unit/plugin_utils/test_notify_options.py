# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is told of a rotation, as the variables say it."""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Any

import pytest
from ansible.errors import AnsibleError

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.receivers import (
    RECEIVERS,
)
from ansible_collections.nodeops.rotator.plugins.plugin_utils import notify_options
from ansible_collections.nodeops.rotator.plugins.plugin_utils.notify_options import (
    RECEIVER_SPECS,
    VARIABLES,
    Settings,
    ready,
    settings,
)

HOOK = {"url": "https://x"}


def said(**variables: Any) -> Settings:
    return settings(variables.get)


def test_nobody_is_told_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notify_options.C, "DEFAULT_LOCAL_TMP", "/tmp/run")
    assert said() == Settings({}, "", 600.0, 5.0, "/tmp/run")


def test_the_ready_task_files_say_who_is_told() -> None:
    hooks = ["notify_webhook.yml", "/etc/own.yml", "notify_slack.yml"]
    found = said(
        rotation_notify=hooks, rotation_notify_webhook=HOOK, rotation_notify_mattermost=HOOK
    )
    assert found.receivers == {
        "webhook": {"url": "https://x", **dict.fromkeys(set(RECEIVER_SPECS["webhook"]) - {"url"})}
    }


def test_one_task_file_may_stand_alone() -> None:
    assert ready("notify_slack.yml") == ["slack"]
    assert ready(None) == []


def test_text_of_the_command_line_is_what_it_means() -> None:
    found = said(
        rotation_notify="[notify_webhook.yml]",
        rotation_notify_webhook="{url: 'https://x', events: [failed], validate_certs: no}",
        rotation_notify_blocked_after="60",
        rotation_notify_timeout="2.5",
    )
    assert found.receivers["webhook"]["events"] == ["failed"]
    assert found.receivers["webhook"]["validate_certs"] is False
    assert (found.blocked_after, found.timeout) == (60.0, 2.5)


def test_zero_tells_nobody_of_what_is_held_up() -> None:
    assert said(rotation_notify_blocked_after=0).blocked_after == 0


@pytest.mark.parametrize(
    "wrong",
    [{"urls": "https://x"}, {"url": "https://x", "events": ["begun"]}, "https://x", {}, 1, "{"],
)
def test_a_receiver_that_is_not_reached_by_them_is_left_out(wrong: Any) -> None:
    found = said(rotation_notify=["notify_webhook.yml"], rotation_notify_webhook=wrong)
    assert found.receivers == {}


def test_what_was_told_is_kept_with_the_reports() -> None:
    found = said(rotation_report_dir="/var/lib/rotations", rotation_notify_templates="/etc/words")
    assert (found.folder, found.templates) == ("/var/lib/rotations", "/etc/words")


def test_what_cannot_be_evaluated_counts_as_not_set() -> None:
    def template(value: str) -> str:
        if "{{" in value:
            raise AnsibleError("undefined")
        return value

    read = notify_options.reader(
        types.SimpleNamespace(template=template), {"a": "1", "b": "{{ x }}"}
    )
    assert (read("a"), read("b"), read("c")) == ("1", None, None)


@pytest.mark.parametrize("receiver", RECEIVERS)
def test_what_is_secret_is_never_shown(receiver: str) -> None:
    spec: Mapping[str, Any] = VARIABLES[f"rotation_notify_{receiver}"]
    assert spec["no_log"] is True
    for name in {"url", "token", "headers"} & set(spec["options"]):
        assert spec["options"][name]["no_log"] is True, name
