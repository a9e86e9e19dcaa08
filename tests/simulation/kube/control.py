# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Give controllers and API what they stand on.

That is the store, the clock, delays, and writes that keep an object's rules.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Hashable, Mapping
from typing import TYPE_CHECKING, Any

from ansible_collections.nodeops.rotator.tests.simulation.kernel import Event, Kernel
from ansible_collections.nodeops.rotator.tests.simulation.kube import defaults
from ansible_collections.nodeops.rotator.tests.simulation.kube.behavior import Behavior
from ansible_collections.nodeops.rotator.tests.simulation.kube.objects import (
    Object,
    key_of,
    merged,
    owner_uid,
)
from ansible_collections.nodeops.rotator.tests.simulation.kube.resources import RESOURCES, Resource
from ansible_collections.nodeops.rotator.tests.simulation.kube.store import Store

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.front import Front

LETTERS = "bcdfghjklmnpqrstvwxz2456789"
"""What generated names are made of (apimachinery pkg/util/rand)."""


class Control:
    """Ground under controllers and API. `version`: of the server ("v1.33.5").

    `direct` is asked what the API server at an address says of itself, None while nobody answers
    there; `outage` why nothing can be read or written now, "" while it can; `proxied` for what a
    pod of kube-system answers (status, text) to its name, a port and a path through the API server.
    """

    def __init__(self, kernel: Kernel, behavior: Behavior, version: str) -> None:
        self.kernel, self.behavior, self.version = kernel, behavior, version
        self.minor = int(version.split(".")[1])
        self.store = Store(RESOURCES.values(), behavior.watch_history)
        self.outage: Callable[[], str] = str
        self.direct: Callable[[str], tuple[int, str] | None] | None = None
        self.front: Front | None = None
        self.proxied: Callable[[str, int, str], tuple[int, str]] | None = None
        self._pending: dict[int, tuple[Event, Callable[[], None]]] = {}
        self.store.index("pods", "node", lambda pod: (pod["spec"].get("nodeName", ""),))
        for plural in self.store.tables:
            self.store.index(
                plural,
                "owner",
                lambda obj: (ref["uid"] for ref in obj["metadata"].get("ownerReferences") or ()),
            )

    @property
    def streams_lists(self) -> bool:
        """Return whether the feature WatchList is on.

        It is Beta since 1.32, and off again in 1.33 (test/compatibility_lifecycle/reference of each
        version).
        """
        switched = self.behavior.watch_list
        return self.minor == 32 or self.minor >= 34 if switched is None else switched

    @property
    def now(self) -> str:
        """Return this moment as objects carry it."""
        return self.kernel.timestamp()

    def micro(self, at: float | None = None) -> str:
        """Return a moment as Leases carry it (MicroTime)."""
        return self.kernel.utc(at).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def later(self, delay: float, action: Callable[[], None]) -> Event:
        """Let a step of physics happen `delay` seconds from now.

        It happens at once when the cluster is being settled.
        """

        def act() -> None:
            self._pending.pop(id(event), None)
            action()

        event = self.kernel.after(delay, act)
        self._pending[id(event)] = (event, action)
        return event

    def cancel(self, event: Event) -> None:
        """Make a planned step of physics not happen."""
        event.cancel()
        self._pending.pop(id(event), None)

    def settle(self, rounds: int = 10000) -> None:
        """Let everything that is under way come to its end without time passing.

        Raises RuntimeError if it has none.
        """
        for _round in range(rounds):
            if not self._pending:
                return
            pending, self._pending = self._pending, {}
            for event, action in pending.values():
                event.cancel()
                self.kernel.after(0, action)
            self.kernel.advance(self.kernel.now)
        raise RuntimeError("the cluster does not settle")

    def uid(self) -> str:
        """Return a UID from the world's dice."""
        return str(uuid.UUID(int=self.kernel.random.getrandbits(128), version=4))

    def suffix(self, length: int = 5) -> str:
        """Return the random end of a generated name."""
        return "".join(self.kernel.random.choice(LETTERS) for _letter in range(length))

    def new(self, resource: Resource, obj: Mapping[str, Any]) -> Object:
        """Return the object as it is stored on creation: named, dated, defaulted."""
        meta = {
            k: v
            for k, v in obj["metadata"].items()
            if k not in ("selfLink", "deletionTimestamp", "resourceVersion")
        }
        if not meta.get("name"):
            meta["name"] = meta.get("generateName", "") + self.suffix()
        meta["uid"], meta["creationTimestamp"] = self.uid(), self.now
        if resource.generation:
            meta["generation"] = 1
        rest = {k: v for k, v in obj.items() if k not in ("kind", "apiVersion", "metadata")}
        return defaults.filled(
            resource, {"metadata": meta, **rest}, self.behavior.toleration_seconds
        )

    def create(self, plural: str, obj: Mapping[str, Any]) -> Object:
        """Create for a controller or a scenario, past authentication and admission."""
        resource = self.store.tables[plural].resource
        return self.store.put(plural, self.new(resource, obj))

    def change(
        self, plural: str, obj: Mapping[str, Any], patch: Mapping[str, Any]
    ) -> Object | None:
        """Merge `patch` into the present state of the object and return it.

        None if it is gone or was replaced by another.
        """
        namespace, name = key_of(obj)
        present = self.store.get(plural, name, namespace)
        if present is None or present["metadata"]["uid"] != obj["metadata"]["uid"]:
            return None
        return self.write(plural, present, merged(present, patch))

    def write(self, plural: str, old: Object, new: Object) -> Object:
        """Store a changed object and return it.

        Counts its generation and ends it when its last finalizer is gone.
        """
        resource = self.store.tables[plural].resource
        if resource.generation and old.get("spec") != new.get("spec"):
            generation = old["metadata"].get("generation", 1) + 1
            new = {**new, "metadata": {**new["metadata"], "generation": generation}}
        meta = new["metadata"]
        released = (
            old["metadata"].get("finalizers")
            and not meta.get("finalizers")
            and "deletionTimestamp" in meta
        )
        if released and not meta.get("deletionGracePeriodSeconds"):
            self.store.drop(plural, meta["name"], meta.get("namespace", ""))
            return new
        return self.store.put(plural, new)

    def status(self, plural: str, obj: Mapping[str, Any], **fields: Any) -> Object | None:
        """Set fields of the status."""
        return self.change(plural, obj, {"status": fields})

    def owned(self, plural: str, owner: Mapping[str, Any]) -> list[Object]:
        """Return the objects that `owner` controls."""
        uid = owner["metadata"]["uid"]
        return [obj for obj in self.store.by(plural, "owner", uid) if owner_uid(obj) == uid]


class Queue:
    """A controller's work queue.

    Its keys are looked at, each once, some time after they were first added: as long as that field
    of the behavior says.
    """

    def __init__(
        self, control: Control, work: Callable[[Any], None], manner: str = "controller_delay"
    ) -> None:
        self._control, self._work, self._manner = control, work, manner
        self._due: set[Hashable] = set()

    def add(self, key: Hashable) -> None:
        """Have the key looked at."""
        if key not in self._due:
            self._due.add(key)
            self._control.later(
                getattr(self._control.behavior, self._manner), lambda: self._take(key)
            )

    def _take(self, key: Hashable) -> None:
        self._due.discard(key)
        self._work(key)
