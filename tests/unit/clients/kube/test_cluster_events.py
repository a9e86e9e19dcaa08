# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kubernetes Events are written once, and counted while they repeat."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.cluster_events import (
    REPEAT_AFTER,
    ClusterEvents,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core import errors
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.cluster_events import (
    ClusterEvent,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.transport import Reply

BLOCKED = ClusterEvent("Node", "n-1", "n-1", "DrainBlocked", "shop/cart-0 by PDB shop/cart", True)
PATH = "/api/v1/namespaces/default/events"


class Server:
    """core.transport.KubeCall that answers each verb in one way."""

    def __init__(self, post: int = 201, patch: int = 200) -> None:
        self.status = {"POST": post, "PATCH": patch}
        self.asked: list[tuple[str, str, Any]] = []

    def request(self, verb: str, path: str, _query: Any, sent: Any, _kind: str = "") -> Reply:
        self.asked.append((verb, path, sent))
        named = {"metadata": {"name": f"n-1.rotation-{len(self.asked)}"}, "message": "no"}
        return Reply(self.status[verb], named)

    def stream(self, *_more: Any) -> Any:
        raise NotImplementedError


class Writer:
    """ClusterEvents with a clock that a test sets."""

    def __init__(self, **status: int) -> None:
        self.server, self.at = Server(**status), 1_780_315_200.0
        self._events = ClusterEvents(self.server, lambda: self.at, "runner")

    def write(self, after: float = 0.0, told: ClusterEvent = BLOCKED) -> None:
        """Write an Event so many seconds later."""
        self.at += after
        self._events.write(told)


def test_an_event_is_created_in_its_namespace() -> None:
    writer = Writer()
    writer.write()
    ((verb, path, sent),) = writer.server.asked
    assert (verb, path) == ("POST", PATH)
    assert (sent["firstTimestamp"], sent["count"]) == ("2026-06-01T12:00:00Z", 1)


def test_an_event_that_repeats_soon_is_counted_and_not_written() -> None:
    writer = Writer()
    for _again in range(5):
        writer.write(after=1)
    assert len(writer.server.asked) == 1


def test_an_event_that_repeats_later_is_written_with_its_count() -> None:
    writer = Writer()
    writer.write()
    writer.write(after=1)
    writer.write(after=REPEAT_AFTER)
    assert writer.server.asked[1:] == [
        (
            "PATCH",
            f"{PATH}/n-1.rotation-1",
            {
                "count": 3,
                "message": BLOCKED.message,
                "lastTimestamp": "2026-06-01T12:01:01Z",
            },
        )
    ]


def test_what_was_counted_is_written_when_something_else_happens_to_the_object() -> None:
    writer = Writer()
    for _pod in range(3):
        writer.write(after=1)
    drained = ClusterEvent("Node", "n-1", "n-1", "Drained", "3 pods")
    writer.write(told=ClusterEvent("Node", "n-2", "n-2", "Drained", "2 pods"))
    assert [verb for verb, _path, _sent in writer.server.asked] == ["POST", "POST"]
    writer.write(told=drained)
    assert [verb for verb, _path, _sent in writer.server.asked[2:]] == ["PATCH", "POST"]
    assert writer.server.asked[2][2]["count"] == 3
    writer.write(told=drained)
    assert len(writer.server.asked) == 4


def test_an_event_that_has_expired_is_created_again() -> None:
    writer = Writer(patch=404)
    writer.write()
    writer.write(after=REPEAT_AFTER)
    assert [verb for verb, _path, _sent in writer.server.asked] == ["POST", "PATCH", "POST"]


def test_another_reason_or_another_object_is_another_event() -> None:
    writer = Writer()
    writer.write()
    writer.write(told=ClusterEvent("Node", "n-1", "n-1", "Drained", "2 pods"))
    writer.write(told=ClusterEvent("Node", "n-2", "n-2", "DrainBlocked", "x"))
    assert [verb for verb, _path, _sent in writer.server.asked] == ["POST"] * 3


@pytest.mark.parametrize(
    ("status", "said"),
    [({"post": 403}, "write an Event about Node n-1"), ({"patch": 403}, "repeat an Event")],
)
def test_a_refusal_says_what_was_tried(status: dict[str, int], said: str) -> None:
    writer = Writer(**status)
    with pytest.raises(errors.ForbiddenError, match=said):
        writer.write()
        writer.write(after=REPEAT_AFTER)
