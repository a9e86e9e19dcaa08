# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""List once, then watch: the messages of one feed.

A generator that never sleeps: in a thread its stream blocks, in simulated time the stream says None
for "nothing for now" and a Pause is carried out by whoever asks for the next message. It never ends
by itself.

Where the server can, list and watch are one request (sendInitialEvents, "streaming lists" in the
documentation of the API's concepts, on by default since 1.34): it spares the server the whole list
in memory and us a request. A server that refuses it is listed in pages and then watched.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator
from typing import Any, Union

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube import objects
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.client import (
    list_pages,
    selection,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.errors import (
    error_of,
    reaching,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    RefusedError,
    RotatorError,
    ThrottledError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    Broken,
    Changed,
    Feed,
    Listed,
    Message,
    Pause,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.transport import KubeCall

WATCH_SECONDS = 290
"""How long the server is asked to keep one watch open; a new one then goes on from where it
was."""
BACKOFF = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Seconds to leave a failing server alone, by the number of failures in a row; a Retry-After counts
instead."""
QUIET_END = 1.0
"""Seconds to wait after a watch that ended without a word, so that a server that closes at once is
not hammered."""
EXPIRED = ("410", "Expired", "Gone")

Messages = Generator[Union[Message, Pause, None], None, None]


class Feeds:
    """Feeds of one server.

    A server that refuses a streaming list once is not asked for one again, for any feed.
    """

    def __init__(self, call: KubeCall) -> None:
        self.call = call
        self.streams = True

    def follow(self, feed: Feed) -> Iterator[Message | Pause | None]:
        """Yield the messages of a feed from now on.

        An error is reported as Broken, followed by a Pause; then the feed is listed anew, because
        what was missed meanwhile cannot be known.
        """
        return _Follower(self, feed).messages()


class _Follower:
    """One feed being followed.

    `version`: where the next watch begins; "": everything has to be listed anew.
    """

    def __init__(self, feeds: Feeds, feed: Feed) -> None:
        self.feeds, self.call, self.feed = feeds, feeds.call, feed
        self.version = ""
        self.failures = 0

    def messages(self) -> Messages:
        while True:
            try:
                if not self.version and not self.feeds.streams:
                    yield self._list()
                yield from self._watch()
            except RotatorError as error:
                yield from self._failed(error)

    def _failed(self, error: RotatorError) -> Messages:
        lists, self.version = not self.version, ""
        if error.code in EXPIRED:
            if lists:  # the continue token of a list: do not begin again at once
                yield Pause(BACKOFF[0])
            return
        if lists and isinstance(error, RefusedError) and self.feeds.streams:
            self.feeds.streams = False
            return
        yield Broken(self.feed, error)
        if isinstance(error, ThrottledError) and error.retry_after is not None:
            yield Pause(max(error.retry_after, BACKOFF[0]))
        else:
            yield Pause(BACKOFF[min(self.failures, len(BACKOFF) - 1)])
        self.failures += 1

    def _list(self) -> Listed:
        items: list[Any] = []
        self.version = ""
        for page, version in list_pages(self.call, self.feed):
            items.extend(page)
            self.version = version
        return Listed(self.feed, tuple(items))

    def _query(self) -> dict[str, str]:
        query = {
            **selection(self.feed),
            "allowWatchBookmarks": "true",
            "timeoutSeconds": str(WATCH_SECONDS),
        }
        if self.version:
            return {**query, "resourceVersion": self.version}
        return {**query, "sendInitialEvents": "true", "resourceVersionMatch": "NotOlderThan"}

    def _watch(self) -> Messages:
        """Watch until the server ends it."""
        initial: list[Any] | None = None if self.version else []
        heard = False
        for line in self._lines():
            if line is None:
                yield None
                continue
            heard = True
            kind, item, version = self._read(line)
            if initial is not None and kind != "BOOKMARK":
                initial.append(item)
                continue
            self.version, self.failures = version, 0
            if initial is not None:
                # The first bookmark ends the present state; a server too old for streaming lists
                # also sends one.
                yield Listed(self.feed, tuple(initial))
                initial = None
            elif kind != "BOOKMARK":
                yield Changed(self.feed, item, gone=kind == "DELETED")
        if not heard or initial is not None:
            yield Pause(QUIET_END)

    def _lines(self) -> Iterator[bytes | None]:
        with reaching(f"watch {self.feed.kind}"):
            yield from self.call.stream(objects.path_of(self.feed), self._query())

    def _read(self, line: bytes) -> tuple[str, Any, str]:
        """Return type, record and resourceVersion of one line of a watch.

        A bookmark has no record: None.
        """
        doing = f"watch {self.feed.kind}"
        try:
            event = json.loads(line)
            kind, body = event["type"], event["object"]
        except (ValueError, KeyError, TypeError) as error:
            raise UnreachableError(
                f"Cannot {doing}: a line is not a watch event: {line[:80]!r}"
            ) from error
        if kind == "ERROR":
            wait = (body.get("details") or {}).get("retryAfterSeconds")
            raise error_of(int(body.get("code") or 500), body, doing, wait)
        version = body["metadata"].get("resourceVersion", "")
        return kind, None if kind == "BOOKMARK" else objects.RECORDS[self.feed.kind](body), version
