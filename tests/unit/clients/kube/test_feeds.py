# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The messages of a feed, over scripted lists and watches."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.errors import NO_ANSWER
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.feeds import Feeds
from ansible_collections.nodeops.rotator.plugins.module_utils.core import errors
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    Broken,
    Changed,
    Feed,
    Listed,
    Pause,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.transport import Reply

ProtocolError = NO_ANSWER[-1]
"""urllib3's, as the clients know it."""

FEED = Feed("pods", "n1")
Line = tuple[str, dict[str, Any]] | None | Exception


def pod(name: str, version: int = 1) -> dict[str, Any]:
    return {
        "metadata": {
            "namespace": "shop",
            "name": name,
            "uid": name,
            "resourceVersion": str(version),
        }
    }


def mark(version: int) -> tuple[str, dict[str, Any]]:
    return "BOOKMARK", {"metadata": {"resourceVersion": str(version)}}


def error(code: int, **more: Any) -> tuple[str, dict[str, Any]]:
    return "ERROR", {"code": code, "message": "no", **more}


class Server:
    """core.ports.KubeCall whose watches are scripted.

    A list answers one pod, "listed".
    """

    def __init__(self, *watches: list[Line]) -> None:
        self.watches = list(watches)
        self.queries: list[dict[str, str]] = []
        self.lists = 0

    def request(
        self,
        verb: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        content_type: str = "",
    ) -> Reply:
        self.lists += 1
        return Reply(200, {"metadata": {"resourceVersion": "50"}, "items": [pod("listed")]})

    def stream(self, path: str, query: Mapping[str, str]) -> Iterator[bytes | None]:
        self.queries.append(dict(query))
        for line in self.watches.pop(0):
            if isinstance(line, Exception):
                raise line
            yield (
                None if line is None else json.dumps({"type": line[0], "object": line[1]}).encode()
            )


def heard(server: Server, number: int, feeds: Feeds | None = None) -> list[Any]:
    return list(itertools.islice((feeds or Feeds(server)).follow(FEED), number))


def names(message: Any) -> list[str]:
    return [item.name for item in message.items]


def test_one_request_lists_and_watches() -> None:
    server = Server(
        [
            ("ADDED", pod("a")),
            None,
            ("ADDED", pod("b", 3)),
            mark(7),
            ("MODIFIED", pod("a", 8)),
            ("DELETED", pod("b", 9)),
        ]
    )
    nothing, listed, changed, deleted = heard(server, 4)
    assert nothing is None
    assert isinstance(listed, Listed)
    assert names(listed) == ["a", "b"]
    assert (changed.item.name, changed.gone) == ("a", False)
    assert (deleted.item.name, deleted.gone) == ("b", True)
    assert server.lists == 0
    query = server.queries[0]
    assert query["sendInitialEvents"] == "true"
    assert query["resourceVersionMatch"] == "NotOlderThan"
    assert query["fieldSelector"] == "spec.nodeName=n1"
    assert "resourceVersion" not in query


def test_the_next_watch_goes_on_from_the_last_word() -> None:
    server = Server([mark(7), ("ADDED", pod("a", 8))], [mark(20)], [("ADDED", pod("c", 21))])
    messages = heard(server, 3)
    assert [type(message) for message in messages] == [Listed, Changed, Changed]
    assert [query.get("resourceVersion") for query in server.queries] == [None, "8", "20"]


@pytest.mark.parametrize("code", [400, 422])
def test_a_server_without_streaming_lists_is_asked_once(code: int) -> None:
    server = Server([error(code)], [("ADDED", pod("a", 51))], [("ADDED", pod("b", 52))])
    feeds = Feeds(server)
    listed, changed = heard(server, 2, feeds)
    assert names(listed) == ["listed"]
    assert changed.item.name == "a"
    assert [query.get("resourceVersion") for query in server.queries] == [None, "50"]
    assert names(heard(server, 1, feeds)[0]) == ["listed"]
    assert len(server.queries) == 2


def test_too_old_is_read_anew_at_once() -> None:
    server = Server([mark(7)], [error(410)], [("ADDED", pod("z")), mark(9)])
    first, second = heard(server, 2)
    assert (names(first), names(second)) == ([], ["z"])


@pytest.mark.parametrize(
    ("trouble", "kind", "pause"),
    [
        (ProtocolError("broken off"), errors.UnreachableError, 1.0),
        (error(500), errors.UnreachableError, 1.0),
        (error(403), errors.ForbiddenError, 1.0),
        (error(429, details={"retryAfterSeconds": 9}), errors.ThrottledError, 9),
    ],
)
def test_trouble_is_told_then_a_pause_then_all_anew(
    trouble: Line, kind: type[Exception], pause: float
) -> None:
    server = Server([mark(7)], [trouble], [("ADDED", pod("z")), mark(9)])
    _first, broken, rest, *_more = heard(server, 4)
    assert isinstance(broken, Broken)
    assert isinstance(broken.error, kind)
    assert rest == Pause(pause)
    assert "resourceVersion" not in server.queries[2]


def test_failures_in_a_row_are_left_longer_alone() -> None:
    server = Server(*[[ProtocolError("cut")] for _time in range(9)])
    pauses = [message.seconds for message in heard(server, 16) if isinstance(message, Pause)]
    assert pauses == [1, 2, 4, 8, 15, 30, 30, 30]


def test_a_watch_that_ends_without_a_word_is_not_hammered() -> None:
    server = Server([mark(7)], [], [None], [("ADDED", pod("a", 8))])
    messages = heard(server, 5)
    assert messages[1] == Pause(1.0)
    assert messages[2] is None
    assert messages[3] == Pause(1.0)
    assert isinstance(messages[4], Changed)
