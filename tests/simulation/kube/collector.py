# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Collect garbage: what belongs to something deleted goes too.

It is the garbage collector and the namespace controller.
"""

from __future__ import annotations

from ansible_collections.nodeops.rotator.tests.simulation.kube.control import Control, Queue
from ansible_collections.nodeops.rotator.tests.simulation.kube.deletion import FOREGROUND, remove
from ansible_collections.nodeops.rotator.tests.simulation.kube.objects import Object, is_terminating


class Collector:
    """Deletes dependents of deleted owners, and contents of terminating namespaces."""

    def __init__(self, control: Control) -> None:
        self._control, self._store = control, control.store
        self._owners = Queue(control, self._collect)
        self._waiting = Queue(control, self._finish_foreground)
        self._namespaces = Queue(control, self._empty)
        for plural in self._store.tables:
            self.follow(plural)

    def follow(self, plural: str) -> None:
        """Watch over one resource."""
        self._store.listen(plural, lambda old, new: self._changed(plural, old, new))

    def _changed(self, plural: str, old: Object | None, new: Object | None) -> None:
        if new is None and old is not None:
            self._owners.add(old["metadata"]["uid"])
            for ref in old["metadata"].get("ownerReferences") or ():
                self._waiting.add((ref["kind"], ref["name"], old["metadata"].get("namespace", "")))
            self._touch_namespace(old)
        elif new is not None and is_terminating(new) and plural == "namespaces":
            self._namespaces.add(new["metadata"]["name"])
        elif (
            new is not None
            and FOREGROUND in (new["metadata"].get("finalizers") or ())
            and is_terminating(new)
        ):
            self._owners.add(new["metadata"]["uid"])
            self._waiting.add((self._store.tables[plural].resource.kind, *reversed(_key(new))))

    def _touch_namespace(self, gone: Object) -> None:
        namespace = self._store.get("namespaces", gone["metadata"].get("namespace", ""))
        if namespace is not None and is_terminating(namespace):
            self._namespaces.add(namespace["metadata"]["name"])

    def _dependents(self, uid: str) -> list[tuple[str, Object]]:
        return [
            (plural, obj)
            for plural in self._store.tables
            for obj in self._store.by(plural, "owner", uid)
        ]

    def _collect(self, uid: str) -> None:
        for plural, obj in self._dependents(uid):
            if not is_terminating(obj):
                remove(self._control, plural, obj)

    def _finish_foreground(self, key: tuple[str, str, str]) -> None:
        kind, name, namespace = key
        table = next((t for t in self._store.tables.values() if t.resource.kind == kind), None)
        found = self._store.get(table.resource.plural, name, namespace) if table else None
        if (
            table is None
            or found is None
            or FOREGROUND not in (found["metadata"].get("finalizers") or ())
        ):
            return
        if not self._dependents(found["metadata"]["uid"]):
            rest = [f for f in found["metadata"]["finalizers"] if f != FOREGROUND]
            self._control.change(
                table.resource.plural, found, {"metadata": {"finalizers": rest or None}}
            )

    def _empty(self, name: str) -> None:
        """Delete what is in a terminating namespace; when nothing is, the namespace goes."""
        namespace = self._store.get("namespaces", name)
        if namespace is None:
            return
        found = [
            (plural, obj)
            for plural in self._store.tables
            for obj in self._store.all(plural, name)
            if plural != "namespaces"
        ]
        for plural, obj in found:
            if not is_terminating(obj):
                remove(self._control, plural, obj)
        if not found and not namespace["metadata"].get("finalizers"):
            self._store.drop("namespaces", name)


def _key(obj: Object) -> tuple[str, str]:
    return obj["metadata"].get("namespace", ""), obj["metadata"]["name"]
