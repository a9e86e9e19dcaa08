# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Store every object, as etcd does for a cluster.

There is one revision counter, a bounded history and indexes kept as objects change. Objects are
immutable; kind and apiVersion are not stored but added where an object is shown singly, as the real
server leaves them out of list items.
"""

from __future__ import annotations

import collections
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.kube.objects import Key, Object, key_of
from ansible_collections.nodeops.rotator.tests.simulation.kube.resources import Resource

Listener = Callable[[Object | None, Object | None], None]
"""Told (old, new): old None for a creation, new None for a removal."""


class Change:
    """One write: before, after, and its watch lines, serialized once for all."""

    __slots__ = ("_lines", "new", "old", "resource", "version")

    def __init__(
        self, resource: Resource, version: int, old: Object | None, new: Object | None
    ) -> None:
        self.resource, self.version, self.old, self.new = resource, version, old, new
        self._lines: dict[str, bytes] = {}

    def line(self, kind: str) -> bytes:
        """Return the change as a watch event ("ADDED", "MODIFIED", "DELETED")."""
        line = self._lines.get(kind)
        if line is None:
            obj = self.old if kind == "DELETED" else self.new
            if kind == "DELETED" and obj is not None:
                # A deletion shows the last state under the revision of the deletion (apiserver
                # cacher).
                obj = {**obj, "metadata": {**obj["metadata"], "resourceVersion": str(self.version)}}
            line = self._lines[kind] = event_line(kind, shown(self.resource, obj or {}))
        return line


def shown(resource: Resource, obj: Mapping[str, Any]) -> Object:
    """Return the object with kind and apiVersion."""
    return {"kind": resource.kind, "apiVersion": resource.api_version, **obj}


def event_line(kind: str, obj: Object) -> bytes:
    """Return a watch event as a line of JSON, without the newline."""
    return json.dumps({"type": kind, "object": obj}, separators=(",", ":")).encode()


class Index:
    """Objects of one resource grouped by what `keys` says of each."""

    def __init__(self, keys: Callable[[Object], Iterable[str]]) -> None:
        self._keys = keys
        self._groups: dict[str, dict[Key, Object]] = {}

    def of(self, key: str) -> list[Object]:
        """Return the objects of that group."""
        return list(self._groups.get(key, {}).values())

    def move(self, key: Key, old: Object | None, new: Object | None) -> None:
        """Follow a change."""
        now = set(self._keys(new)) if new is not None else set()
        for group in set(self._keys(old)) - now if old is not None else ():
            members = self._groups[group]
            members.pop(key, None)
            if not members:
                del self._groups[group]
        for group in now:
            self._groups.setdefault(group, {})[key] = new  # type: ignore[assignment]


class Table:
    """Objects of one resource, their history and who follows them."""

    def __init__(self, resource: Resource, history: int) -> None:
        self.resource = resource
        self.objects: dict[Key, Object] = {}
        self.history: collections.deque[Change] = collections.deque(maxlen=max(1, history))
        self.forgotten = 0
        self.indexes: dict[str, Index] = {"namespace": Index(lambda obj: (key_of(obj)[0],))}
        self.listeners: list[Listener] = []
        self.followers: dict[int, Callable[[Change], None]] = {}

    def record(self, change: Change) -> None:
        """Keep the change in the history and pass it on: to watches, then to controllers."""
        if len(self.history) == self.history.maxlen:
            self.forgotten = self.history[0].version
        self.history.append(change)
        for follower in list(self.followers.values()):
            follower(change)
        for listener in self.listeners:
            listener(change.old, change.new)


class Store:
    """All tables under one revision counter."""

    def __init__(self, resources: Iterable[Resource], history: int) -> None:
        self.version = 1000
        self._history = history
        self.tables: dict[str, Table] = {}
        for resource in resources:
            self.define(resource)

    def define(self, resource: Resource) -> None:
        """Serve one more resource."""
        self.tables[resource.plural] = Table(resource, self._history)

    def get(self, plural: str, name: str, namespace: str = "") -> Object | None:
        """Return one object."""
        return self.tables[plural].objects.get((namespace, name))

    def all(self, plural: str, namespace: str = "") -> list[Object]:
        """Return every object of a resource, or of one namespace of it."""
        table = self.tables[plural]
        return (
            table.indexes["namespace"].of(namespace) if namespace else list(table.objects.values())
        )

    def index(self, plural: str, name: str, keys: Callable[[Object], Iterable[str]]) -> None:
        """Keep the objects of a resource grouped by `keys` from now on."""
        self.tables[plural].indexes[name] = Index(keys)

    def by(self, plural: str, name: str, key: str) -> list[Object]:
        """Return the objects of one group of an index."""
        return self.tables[plural].indexes[name].of(key)

    def listen(self, plural: str, listener: Listener) -> None:
        """Tell `listener` every change of a resource, after it happened."""
        self.tables[plural].listeners.append(listener)

    def put(self, plural: str, obj: Object) -> Object:
        """Create or replace; return the object with its new resourceVersion.

        What equals the present object is not written: no revision, no event.
        """
        table, key = self.tables[plural], key_of(obj)
        old = table.objects.get(key)
        if old is not None and old == obj:
            return old
        self.version += 1
        obj = {**obj, "metadata": {**obj["metadata"], "resourceVersion": str(self.version)}}
        table.objects[key] = obj
        self._moved(table, key, old, obj)
        return obj

    def drop(self, plural: str, name: str, namespace: str = "") -> Object | None:
        """Remove; answers what was there."""
        table, key = self.tables[plural], (namespace, name)
        old = table.objects.pop(key, None)
        if old is not None:
            self.version += 1
            self._moved(table, key, old, None)
        return old

    def _moved(self, table: Table, key: Key, old: Object | None, new: Object | None) -> None:
        for index in table.indexes.values():
            index.move(key, old, new)
        table.record(Change(table.resource, self.version, old, new))
