# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shape a notification as the request that a receiver takes."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Any

LONGEST_TEXT = 3000
"""Characters of a text. Slack shows 4,000, Mattermost takes 16,383."""
SLACK = "https://slack.com/api/chat.postMessage"
RECEIVERS = ("webhook", "slack", "mattermost", "grafana")
READY = {f"notify_{name}.yml": name for name in RECEIVERS}
"""The ready task files, and the receiver that each of them tells."""
TIES = "\N{ZERO WIDTH SPACE}"
_WORD = re.compile(r"[a-z_]{1,40}")

Given = Mapping[str, Any]
"""How a receiver is reached, as the variable rotation_notify_NAME has it."""


@dataclasses.dataclass(frozen=True)
class Request:
    """One HTTP request. Its URL and headers are secrets."""

    url: str
    body: str | Mapping[str, Any]
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    method: str = "POST"


def incomplete(receiver: str, given: Given) -> str:
    """Return what is missing in how a receiver is reached, "" if nothing is."""
    needed = {
        "slack": ("channel",) if given.get("token") else ("url",),
        "mattermost": ("url", "channel") if given.get("token") else ("url",),
        "grafana": ("url", "token"),
        "webhook": ("url",),
    }[receiver]
    missing = [name for name in needed if not given.get(name)]
    return f"rotation_notify_{receiver} has no {missing[0]}" if missing else ""


def wants(given: Given, kind: str) -> bool:
    """Return whether a receiver is to be told of this kind of news.

    It is told of all, unless it says of which.
    """
    return not given.get("events") or kind in given["events"]


def threads(receiver: str, given: Given) -> bool:
    """Return whether messages can answer to an earlier one: only with a token."""
    return receiver in ("slack", "mattermost") and bool(given.get("token"))


def request(
    receiver: str, given: Given, told: Mapping[str, Any], text: str, thread: str = ""
) -> Request:
    """Return the request for a notification.

    `told`: the news, as of core.report.news. `text`: what the template has made of them; for a
    webhook the whole body. `thread`: the message that this one answers to, "" for none.
    """
    cut = text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"
    if receiver == "slack":
        return _slack(given, told, cut, thread)
    if receiver == "mattermost":
        return _mattermost(given, cut, thread)
    if receiver == "grafana":
        return _grafana(given, told, cut)
    headers = {"Content-Type": "application/json", **(given.get("headers") or {})}
    return Request(given["url"], text, headers, given.get("method") or "POST")


def _slack(given: Given, told: Mapping[str, Any], text: str, thread: str) -> Request:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if not given.get("token"):
        return Request(given["url"], {"text": escaped})
    answers = {"thread_ts": thread} if thread else {}
    # A failure is shown in the channel as well.
    loud = {"reply_broadcast": True} if thread and told["event"] == "failed" else {}
    body = {"channel": given["channel"], "text": escaped, **answers, **loud}
    return Request(given.get("url") or SLACK, body, _bearer(given))


def _mattermost(given: Given, text: str, thread: str) -> Request:
    plain = text.replace("@", f"@{TIES}")  # a name in an error message calls nobody
    if not given.get("token"):
        return Request(given["url"], {"text": plain})
    answers = {"root_id": thread} if thread else {}
    body = {"channel_id": given["channel"], "message": plain, **answers}
    return Request(f"{given['url'].rstrip('/')}/api/v4/posts", body, _bearer(given))


def _grafana(given: Given, told: Mapping[str, Any], text: str) -> Request:
    ends = round(told["at"] * 1000)
    begins = ends - round((told["seconds"] or 0.0) * 1000)
    about = (told["event"], told["cluster"], told["node_group"])
    body = {
        "time": begins,
        **({"timeEnd": ends} if begins < ends else {}),
        "tags": ["rotation", *(str(one) for one in (*about, *(given.get("tags") or ())) if one)],
        "text": text,
        **({"dashboardUID": given["dashboard"]} if given.get("dashboard") else {}),
        **({"panelId": given["panel"]} if given.get("panel") else {}),
    }
    return Request(f"{given['url'].rstrip('/')}/api/annotations", body, _bearer(given))


def _bearer(given: Given) -> dict[str, str]:
    return {"Authorization": f"Bearer {given['token']}"}


def refused(receiver: str, given: Given, answer: Mapping[str, Any]) -> str:
    """Return why a receiver did not take what it answered with success, "" if it did.

    Slack answers every request with status 200.
    """
    if receiver != "slack" or not given.get("token") or answer.get("ok") is True:
        return ""
    error = str(answer.get("error") or "")
    return f"refused it: {error if _WORD.fullmatch(error) else 'no reason'}"


def thread_of(receiver: str, answer: Mapping[str, Any]) -> str:
    """Return by what later messages can answer to this one, "" for nothing."""
    return str(answer.get({"slack": "ts", "mattermost": "id"}.get(receiver, "")) or "")
