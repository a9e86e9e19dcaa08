# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Watch the changes of one resource that pass its selectors.

Lines are made only when they are taken.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.kube import options
from ansible_collections.nodeops.rotator.tests.simulation.kube.control import Control
from ansible_collections.nodeops.rotator.tests.simulation.kube.errors import (
    ApiError,
    expired,
    too_large,
)
from ansible_collections.nodeops.rotator.tests.simulation.kube.objects import Object, key_of
from ansible_collections.nodeops.rotator.tests.simulation.kube.selectors import Test, candidates
from ansible_collections.nodeops.rotator.tests.simulation.kube.store import (
    Change,
    Table,
    event_line,
    shown,
)

Pending = tuple[Change, str] | bytes


class Watch:
    """A watch that nobody waits in: `lines` takes what is ready.

    `on_ready` is called whenever there is something new to take or the watch was closed. A refused
    watch is closed from the start, with `status` and `refusal`.
    """

    def __init__(self) -> None:
        self.status = 200
        self.closed = False
        self.refusal: Object = {}
        self.headers: Mapping[str, str] = {}
        self.on_ready: Callable[[], None] | None = None
        self._ready: list[Pending] = []
        self._stop: list[Callable[[], object]] = []

    def lines(self) -> list[bytes]:
        """Return the events that are ready now, oldest first, each as a line of JSON."""
        if not self._ready:
            return []
        ready, self._ready = self._ready, []
        return [item if isinstance(item, bytes) else item[0].line(item[1]) for item in ready]

    def push(self, item: Pending) -> None:
        """Make one more event ready."""
        if not self.closed:
            self._ready.append(item)
            self._wake()

    def close(self) -> None:
        """End the watch; what is ready can still be taken."""
        if not self.closed:
            self.closed = True
            for stop in self._stop:
                stop()
            self._wake()

    def refuse(self, error: ApiError) -> None:
        """End the watch before it began."""
        self.status, self.refusal, self.headers = error.code, error.body, error.headers
        self._ready.append(json.dumps({"type": "ERROR", "object": error.body}).encode())
        self.close()

    def fail(self, error: ApiError) -> None:
        """End the watch with an ERROR event, as the server does once it has answered 200."""
        self.push(event_line("ERROR", error.body))
        self.close()

    def on_close(self, action: Callable[[], object]) -> None:
        """Have `action` done when the watch ends."""
        self._stop.append(action)

    def _wake(self) -> None:
        if self.on_ready is not None:
            self.on_ready()


def transition(change: Change, namespace: str, test: Test | None) -> str | None:
    """Return the event type that a watcher with this scope sees of the change.

    None if it sees nothing.
    """
    was = change.old is not None and _in(change.old, namespace, test)
    is_now = change.new is not None and _in(change.new, namespace, test)
    if is_now:
        return "MODIFIED" if was else "ADDED"
    return "DELETED" if was else None


def _in(obj: Mapping[str, Any], namespace: str, test: Test | None) -> bool:
    return (not namespace or obj["metadata"].get("namespace") == namespace) and (
        test is None or test(obj)
    )


def start(
    control: Control, table: Table, namespace: str, test: Test | None, query: Mapping[str, str]
) -> Watch:
    """Open a watch with the given query.

    It has resourceVersion, timeoutSeconds, allowWatchBookmarks, sendInitialEvents. Raises ApiError
    where the server would refuse. One from a version of the future is silent until that is reached
    (apiserver storage/cacher).
    """
    options.check_list({**query, "watch": "true"}, control.streams_lists)
    watch, asked = Watch(), options.version(query)
    initial = _initial(query, control.streams_lists)
    if initial and asked > control.store.version:
        watch.fail(too_large(asked, control.store.version))
    elif asked and asked < table.forgotten and not initial:
        watch.fail(expired(asked, table.forgotten))
    if watch.closed:
        return watch
    if asked and not initial:
        _replay(watch, table, namespace, test, asked)
    elif initial is not False:
        found = candidates(control.store, table.resource, namespace, query)
        _present(watch, table, [obj for obj in found if test is None or test(obj)])
    if initial and options.flag(query, "allowWatchBookmarks"):
        watch.push(_bookmark(control, table, {"k8s.io/initial-events-end": "true"}))
    _follow(watch, table, namespace, test, asked)
    _clocks(watch, control, table, query)
    return watch


def _initial(query: Mapping[str, str], streaming: bool) -> bool | None:
    """Return sendInitialEvents.

    A server that streams lists takes it for asked where no version is given (internalversion
    SetListOptionsDefaults).
    """
    if streaming and query.get("resourceVersion", "0") in ("", "0"):
        return options.flag({"sendInitialEvents": "true", **query}, "sendInitialEvents")
    return options.flag(query, "sendInitialEvents")


def _replay(watch: Watch, table: Table, namespace: str, test: Test | None, asked: int) -> None:
    newer = []
    for change in reversed(table.history):
        if change.version <= asked:
            break
        newer.append(change)
    for change in reversed(newer):
        kind = transition(change, namespace, test)
        if kind:
            watch.push((change, kind))


def _present(watch: Watch, table: Table, found: Iterable[Object]) -> None:
    for obj in sorted(found, key=key_of):
        watch.push(event_line("ADDED", shown(table.resource, obj)))


def _follow(watch: Watch, table: Table, namespace: str, test: Test | None, after: int) -> None:
    """Pass on what comes after the version `after`."""

    def follow(change: Change) -> None:
        kind = transition(change, namespace, test) if change.version > after else None
        if kind:
            watch.push((change, kind))

    table.followers[id(watch)] = follow
    watch.on_close(lambda: table.followers.pop(id(watch), None))


def _bookmark(
    control: Control, table: Table, annotations: Mapping[str, str] | None = None
) -> bytes:
    meta: Object = {"resourceVersion": str(control.store.version), "creationTimestamp": None}
    if annotations:
        meta["annotations"] = dict(annotations)
    return event_line("BOOKMARK", shown(table.resource, {"metadata": meta}))


def _clocks(watch: Watch, control: Control, table: Table, query: Mapping[str, str]) -> None:
    """Start timeout and bookmarks.

    A bookmark also comes just before the end, so that a client resumes where it is.
    """
    limit = float(options.number(query, "timeoutSeconds") or 1800)
    if control.behavior.watch_close_interval is not None:
        limit = min(limit, control.behavior.watch_close_interval)
    bookmarks = options.flag(query, "allowWatchBookmarks")

    def told() -> None:
        if bookmarks and control.store.version >= options.version(query):
            watch.push(_bookmark(control, table))

    def end() -> None:
        told()
        watch.close()

    def mark() -> None:
        if not watch.closed:
            told()
            control.kernel.after(control.behavior.bookmark_interval, mark)

    timer = control.kernel.after(limit, end)
    watch.on_close(timer.cancel)
    if bookmarks:
        control.kernel.after(control.behavior.bookmark_interval, mark)
