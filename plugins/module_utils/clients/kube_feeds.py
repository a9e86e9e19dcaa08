# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""List once, then watch: the messages of one feed. Private to nodeops.rotator: may change in any release.

A generator that never sleeps: in a thread its stream blocks, in simulated time the stream says None for "nothing for
now" and a Pause is carried out by whoever asks for the next message. It never ends by itself.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator

from ansible_collections.nodeops.rotator.plugins.module_utils.clients import kube_objects
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube import list_pages, selection
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube_errors import error_of, reaching
from ansible_collections.nodeops.rotator.plugins.module_utils.core.cache import (
    Broken,
    Changed,
    Feed,
    Listed,
    Message,
    Pause,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    RotatorError,
    ThrottledError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import KubeCall

WATCH_SECONDS = 290
"""How long the server is asked to keep one watch open; a fresh one then goes on from where it was."""
BACKOFF = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Seconds to leave a failing server alone, by the number of failures in a row; a Retry-After counts instead."""
QUIET_END = 1.0
"""Seconds to wait after a watch that ended without a word, so that a server that closes at once is not hammered."""


class _ExpiredError(Exception):
    """The server no longer knows the resourceVersion: list again."""


def follow(call: KubeCall, feed: Feed) -> Iterator[Message | Pause | None]:
    """The feed from now on. Errors are told as Broken, followed by a Pause; then it is listed anew, because what was
    missed meanwhile cannot be known."""
    failures = 0
    while True:
        try:
            items = []
            version = ""
            for page, version in list_pages(call, feed):
                items.extend(page)
            yield Listed(feed, tuple(items))
            failures = 0
            while True:
                version = yield from _watch(call, feed, version)
        except _ExpiredError:
            continue
        except RotatorError as error:
            if error.code in ("410", "Expired", "Gone"):  # the list's own continue token expired between two pages
                yield Pause(BACKOFF[0])
                continue
            yield Broken(feed, error)
            yield Pause(_delay(error, failures))
            failures += 1


def _delay(error: RotatorError, failures: int) -> float:
    if isinstance(error, ThrottledError) and error.retry_after is not None:
        return max(error.retry_after, 1.0)
    return BACKOFF[min(failures, len(BACKOFF) - 1)]


def _watch(call: KubeCall, feed: Feed, version: str) -> Generator[Message | Pause | None, None, str]:
    """One watch until the server ends it; answers the resourceVersion from which the next goes on."""
    query = {
        **selection(feed),
        "resourceVersion": version,
        "allowWatchBookmarks": "true",
        "timeoutSeconds": str(WATCH_SECONDS),
    }
    heard = False
    for line in _lines(call, feed, query):
        if line is None:
            yield None
            continue
        heard = True
        message, version = _read(feed, line)
        if message is not None:
            yield message
    if not heard:
        yield Pause(QUIET_END)
    return version


def _lines(call: KubeCall, feed: Feed, query: dict[str, str]) -> Iterator[bytes | None]:
    with reaching(f"watch {feed.kind}"):
        yield from call.stream(kube_objects.PATHS[feed.kind], query)


def _read(feed: Feed, line: bytes) -> tuple[Message | None, str]:
    """The message in one line of a watch, None for a bookmark, and the resourceVersion that it brings."""
    try:
        event = json.loads(line)
        kind, body = event["type"], event["object"]
    except (ValueError, KeyError, TypeError) as error:
        raise UnreachableError(f"Cannot watch {feed.kind}: a line is no watch event: {line[:80]!r}") from error
    if kind == "ERROR":
        status = int(body.get("code") or 500)
        if status == 410:
            raise _ExpiredError
        raise error_of(status, body, f"watch {feed.kind}", (body.get("details") or {}).get("retryAfterSeconds"))
    version = body["metadata"].get("resourceVersion", "")
    if kind == "BOOKMARK":
        return None, version
    return Changed(feed, kube_objects.RECORDS[feed.kind](body), gone=kind == "DELETED"), version
