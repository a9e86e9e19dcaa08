# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each receiver is told once, and none of them stops a rotation."""

from __future__ import annotations

import pathlib
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.news import news
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.receivers import Request
from ansible_collections.nodeops.rotator.plugins.plugin_utils import notify
from ansible_collections.nodeops.rotator.plugins.plugin_utils.notify import (
    BEFORE,
    NOT_WANTED,
    SENT,
    Watch,
)
from ansible_collections.nodeops.rotator.plugins.plugin_utils.notify_options import Settings

TOKEN = "t0ken"
HOST = {"cluster_name": "shop", "_prepare_info": {"nodes": []}, "_prepare_ami": {}}


class Post:
    """Takes the place of `post`; collects what is sent and warned of."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sent: list[Request] = []
        self.warned: list[str] = []
        self.answer: dict[str, Any] = {"ok": True, "ts": "17.1", "id": "root"}
        self.problem = ""
        monkeypatch.setattr(notify, "post", self)
        monkeypatch.setattr(notify, "Display", lambda: self)

    def __call__(self, asked: Request, _given: object, _timeout: float) -> Any:
        self.sent.append(asked)
        return self.answer, self.problem

    def warning(self, text: str) -> None:
        self.warned.append(text)

    def bodies(self) -> list[dict[str, Any]]:
        return [dict(one.body) for one in self.sent]  # type: ignore[arg-type]


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Post:
    return Post(monkeypatch)


@pytest.fixture
def slack(tmp_path: pathlib.Path) -> Settings:
    return Settings({"slack": {"token": TOKEN, "channel": "C1"}}, "", 600.0, 5.0, str(tmp_path))


def tell(settings: Settings, kind: str, at: float = 1000.0, receiver: str = "slack") -> str:
    return notify.notify(settings, receiver, news(kind, "blue", HOST, at))


def test_the_messages_of_a_rotation_are_one_thread(post: Post, slack: Settings) -> None:
    assert [tell(slack, kind) for kind in ("started", "finished", "started")] == [SENT] * 3
    assert [body.get("thread_ts") for body in post.bodies()] == [None, "17.1", None]
    assert post.warned == []


def test_a_resumed_run_tells_nothing_twice_and_goes_on_in_the_thread(
    post: Post, slack: Settings
) -> None:
    tell(slack, "started")
    assert tell(slack, "started", 2000.0) == BEFORE
    assert tell(slack, "failed", 2000.0) == SENT
    assert [body.get("thread_ts") for body in post.bodies()] == [None, "17.1"]


def test_a_receiver_is_told_only_what_it_wants(post: Post, slack: Settings) -> None:
    slack.receivers["slack"]["events"] = ["failed"]  # type: ignore[index]
    assert tell(slack, "started") == NOT_WANTED
    assert tell(slack, "failed") == SENT
    assert len(post.sent) == 1


def test_a_failure_of_a_receiver_is_warned_of_without_its_token(
    post: Post, slack: Settings
) -> None:
    post.problem = "slack.com answered with status 500"
    assert tell(slack, "started") == post.problem
    assert post.warned == [f"rotation_notify_slack: {post.problem}. The rotation goes on"]
    post.problem = ""
    assert tell(slack, "started") == SENT, "what was not sent is no news yet"


def test_a_refusal_of_slack_is_a_failure(post: Post, slack: Settings) -> None:
    post.answer = {"ok": False, "error": "not_in_channel"}
    assert tell(slack, "started") == "refused it: not_in_channel"
    assert post.warned == [
        "rotation_notify_slack: refused it: not_in_channel. The rotation goes on"
    ]


def test_news_of_a_run_are_told_each_time(post: Post, slack: Settings) -> None:
    told = {**news("approval", "blue", HOST, 1000.0, "ring dev is done"), "node_group": ""}
    assert [notify.notify(slack, "slack", told) for _time in range(2)] == [SENT, SENT]
    assert all("thread_ts" not in body for body in post.bodies())


def test_a_webhook_gets_json_and_a_template_of_its_own(post: Post, tmp_path: pathlib.Path) -> None:
    (tmp_path / "teams.json.j2").write_text('{"title": {{ text | tojson }}}')
    hook = {"url": "https://x", "template": "teams.json"}
    settings = Settings({"webhook": hook}, str(tmp_path), 600.0, 5.0, str(tmp_path))
    tell(settings, "started", receiver="webhook")
    assert post.sent[0].body == ('{"title": "blue of shop: the rotation starts, 0 outdated nodes"}')


def test_a_wrong_template_is_warned_of(post: Post, tmp_path: pathlib.Path) -> None:
    (tmp_path / "started.j2").write_text("{{ nobody }}")
    hook = {"url": "https://x", "template": "none.json"}
    settings = Settings({"webhook": hook}, str(tmp_path), 600.0, 5.0, str(tmp_path))
    assert tell(settings, "started", receiver="webhook") == SENT
    assert [text.split()[1] for text in post.warned] == ["started.j2", "none.json.j2"]


def blocked(seconds: float, phase: str = "blocked", node: str = "ip-1") -> dict[str, Any]:
    about = {"subject": node, "instance_id": f"i-{node}", "text": "by PDB shop/web"}
    return {"phase": phase, "at": 1000.0 + seconds, "seconds": seconds, **about}


def watch(settings: Settings) -> Watch:
    return Watch(settings, news("blocked", "blue", HOST, 0.0))


def test_what_is_held_up_for_too_long_is_told_once(post: Post, slack: Settings) -> None:
    found = watch(slack)
    found.heed(blocked(0))
    for now in (1600, 1601, 1602, 9999):
        found.look(now)
        found.finish()
    (body,) = post.bodies()
    assert body["text"] == (
        "blue of shop: node ip-1 has been held up for 10 min 1 s: by PDB shop/web"
    )
    again = watch(slack)  # as a run that resumes
    again.heed(blocked(0))
    again.look(9999)
    again.finish()
    assert len(post.sent) == 1


def test_each_node_is_told_of(post: Post, slack: Settings) -> None:
    found = watch(slack)
    found.heed(blocked(0))
    found.heed(blocked(0, node="ip-2"))
    found.look(2000)
    found.finish()
    assert len(post.sent) == 2


def test_what_moves_on_in_time_is_not_told(post: Post, slack: Settings) -> None:
    found = watch(slack)
    found.heed(blocked(0))
    found.heed(blocked(500, "drained"))
    found.look(2000)
    found.finish()
    assert post.sent == []


def test_without_a_limit_nothing_is_held_up_for_too_long(
    post: Post, tmp_path: pathlib.Path
) -> None:
    hook = {"webhook": {"url": "https://x"}}
    found = watch(Settings(hook, "", 0.0, 5.0, str(tmp_path)))
    found.heed(blocked(0))
    found.look(9999)
    found.finish()
    assert post.sent == []
