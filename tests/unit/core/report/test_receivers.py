# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The request that each receiver takes."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.receivers import (
    LONGEST_TEXT,
    READY,
    RECEIVERS,
    SLACK,
    incomplete,
    refused,
    request,
    thread_of,
    threads,
    wants,
)

URL, TOKEN = "https://chat.example.com/", "t0ken"
TOLD: dict[str, Any] = {
    "event": "started",
    "at": 1700000000.5,
    "seconds": 0.0,
    "cluster": "shop",
    "node_group": "blue",
}
BOT = {"token": TOKEN, "channel": "C1"}
BEARER = {"Authorization": "Bearer t0ken"}


@pytest.mark.parametrize(
    ("receiver", "given", "missing"),
    [
        ("webhook", {"url": URL}, ""),
        ("webhook", {}, "rotation_notify_webhook has no url"),
        ("slack", {"url": URL}, ""),
        ("slack", BOT, ""),
        ("slack", {"token": TOKEN}, "rotation_notify_slack has no channel"),
        ("slack", {"channel": "C1"}, "rotation_notify_slack has no url"),
        ("mattermost", {"url": URL}, ""),
        ("mattermost", {"url": URL, **BOT}, ""),
        ("mattermost", BOT, "rotation_notify_mattermost has no url"),
        ("mattermost", {"url": URL, "token": TOKEN}, "rotation_notify_mattermost has no channel"),
        ("grafana", {"url": URL, "token": TOKEN}, ""),
        ("grafana", {"url": URL}, "rotation_notify_grafana has no token"),
    ],
)
def test_what_is_missing_to_reach_a_receiver_is_named(
    receiver: str, given: dict[str, Any], missing: str
) -> None:
    assert incomplete(receiver, given) == missing


@pytest.mark.parametrize(
    ("events", "wanted"), [(None, True), ([], True), (["failed"], False), (["started"], True)]
)
def test_a_receiver_gets_all_unless_it_says_which(events: Any, wanted: bool) -> None:
    assert wants({"events": events}, "started") is wanted


def test_a_bot_of_slack_posts_and_answers_in_a_thread() -> None:
    first = request("slack", BOT, TOLD, "it starts")
    assert (first.url, first.method, first.headers) == (SLACK, "POST", BEARER)
    assert first.body == {"channel": "C1", "text": "it starts"}
    later = request("slack", BOT, {**TOLD, "event": "finished"}, "done", "17.1")
    assert later.body == {"channel": "C1", "text": "done", "thread_ts": "17.1"}


def test_a_failure_is_shown_in_the_channel_of_slack_too() -> None:
    asked = request("slack", BOT, {**TOLD, "event": "failed"}, "no", "17.1")
    assert asked.body == {
        "channel": "C1",
        "text": "no",
        "thread_ts": "17.1",
        "reply_broadcast": True,
    }
    alone = request("slack", BOT, {**TOLD, "event": "failed"}, "no")
    assert alone.body == {"channel": "C1", "text": "no"}


def test_slack_takes_no_text_for_a_mention() -> None:
    asked = request("slack", BOT, TOLD, "<!channel> & <@U1>")
    assert asked.body["text"] == "&lt;!channel&gt; &amp; &lt;@U1&gt;"


def test_an_incoming_webhook_gets_the_text_alone() -> None:
    for receiver in ("slack", "mattermost"):
        asked = request(receiver, {"url": URL}, TOLD, "it starts", "17.1")
        assert (asked.url, asked.body, asked.headers) == (URL, {"text": "it starts"}, {})


def test_another_address_of_slack_is_taken() -> None:
    assert request("slack", {**BOT, "url": URL}, TOLD, "it starts").url == URL


def test_a_bot_of_mattermost_posts_and_answers_in_a_thread() -> None:
    given = {"url": URL, **BOT}
    first = request("mattermost", given, TOLD, "it starts")
    assert (first.url, first.headers) == ("https://chat.example.com/api/v4/posts", BEARER)
    assert first.body == {"channel_id": "C1", "message": "it starts"}
    later = request("mattermost", given, TOLD, "done", "root")
    assert later.body == {"channel_id": "C1", "message": "done", "root_id": "root"}


def test_mattermost_takes_no_text_for_a_mention() -> None:
    asked = request("mattermost", {"url": URL}, TOLD, "@all")
    assert asked.body["text"] == "@\N{ZERO WIDTH SPACE}all"


def test_a_moment_is_a_point_for_grafana_and_a_rotation_a_region() -> None:
    given = {"url": URL, "token": TOKEN}
    asked = request("grafana", given, TOLD, "it starts")
    assert (asked.url, asked.headers) == ("https://chat.example.com/api/annotations", BEARER)
    assert asked.body == {
        "time": 1700000000500,
        "tags": ["rotation", "started", "shop", "blue"],
        "text": "it starts",
    }
    ended = request("grafana", given, {**TOLD, "event": "finished", "seconds": 60.0}, "done")
    assert ended.body["time"] == 1699999940500
    assert ended.body["timeEnd"] == 1700000000500


def test_an_annotation_may_belong_to_a_panel_and_have_tags() -> None:
    given = {"url": URL, "token": TOKEN, "dashboard": "uid", "panel": 2, "tags": ["prod"]}
    body = request("grafana", given, {**TOLD, "node_group": ""}, "x").body
    assert (body["dashboardUID"], body["panelId"]) == ("uid", 2)
    assert body["tags"] == ["rotation", "started", "shop", "prod"]


def test_a_webhook_gets_what_its_template_says() -> None:
    asked = request("webhook", {"url": URL}, TOLD, '{"a": 1}')
    assert (asked.body, asked.method) == ('{"a": 1}', "POST")
    assert asked.headers == {"Content-Type": "application/json"}
    own = {"url": URL, "method": "PUT", "headers": {"Authorization": "x", "Content-Type": "y"}}
    changed = request("webhook", own, TOLD, "text")
    assert changed.method == "PUT"
    assert changed.headers == {"Content-Type": "y", "Authorization": "x"}


def test_a_long_text_is_cut_and_a_body_is_not() -> None:
    long = "x" * (LONGEST_TEXT + 1)
    body = request("slack", BOT, TOLD, long).body
    assert body["text"] == "x" * (LONGEST_TEXT - 1) + "…"
    assert request("webhook", {"url": URL}, TOLD, long).body == long


@pytest.mark.parametrize(
    ("receiver", "given", "answer", "why"),
    [
        ("slack", BOT, {"ok": True}, ""),
        ("slack", BOT, {"ok": False, "error": "not_in_channel"}, "refused it: not_in_channel"),
        ("slack", BOT, {"ok": False, "error": "Bearer t0ken"}, "refused it: no reason"),
        ("slack", BOT, {}, "refused it: no reason"),
        ("slack", {"url": URL}, {}, ""),
        ("mattermost", BOT, {}, ""),
        ("webhook", {"url": URL}, {}, ""),
    ],
)
def test_slack_refuses_with_status_200(
    receiver: str, given: dict[str, Any], answer: dict[str, Any], why: str
) -> None:
    assert refused(receiver, given, answer) == why


@pytest.mark.parametrize(
    ("receiver", "given", "can"),
    [
        ("slack", BOT, True),
        ("slack", {"url": URL}, False),
        ("mattermost", BOT, True),
        ("mattermost", {"url": URL}, False),
        ("grafana", BOT, False),
        ("webhook", BOT, False),
    ],
)
def test_only_a_bot_answers_in_threads(receiver: str, given: dict[str, Any], can: bool) -> None:
    assert threads(receiver, given) is can


@pytest.mark.parametrize(
    ("receiver", "answer", "thread"),
    [
        ("slack", {"ok": True, "ts": "17.1"}, "17.1"),
        ("mattermost", {"id": "root"}, "root"),
        ("mattermost", {}, ""),
        ("grafana", {"id": 7}, ""),
    ],
)
def test_what_later_messages_answer_to(receiver: str, answer: dict[str, Any], thread: str) -> None:
    assert thread_of(receiver, answer) == thread


def test_each_receiver_has_a_ready_task_file() -> None:
    assert sorted(READY.values()) == sorted(RECEIVERS)
