# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell a rotation as Kubernetes Events, beside its work.

An Event is for people and changes nothing. So a thread of its own writes them: a slow API server
does not hold the rotation up, and one that refuses does not fail it.
"""

from __future__ import annotations

import queue
import socket
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.client import KubeClient
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.cluster_events import (
    ClusterEvents,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RotatorError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.events import Event
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.cluster_events import (
    ClusterEvent,
    about_lease,
    about_node,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.transport import KubeCall
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.threads import (
    signals_for_main,
)

LAST_WORDS = 5.0
"""Seconds that the end of a module waits for what is still to be written."""
NOTHING_DONE = frozenset(("unchanged", "refused", "planned"))
"""Statuses of runs that have changed nothing."""
NOT_WRITTEN = "not all Kubernetes Events of this rotation were written"


class Teller:
    """Writes Events in the order in which it is told, in a thread of its own.

    `lost`: why it has stopped writing, "" while it has not. After the first error it writes
    nothing more.
    """

    def __init__(self, write: Callable[[ClusterEvent], None], run: str) -> None:
        """Begin to write.

        `write` writes one Event and raises core.errors. `run`: the ID of the run.
        """
        self.lost = ""
        self._write, self._run = write, run
        self._told: queue.Queue[Callable[[], ClusterEvent | None] | None] = queue.Queue()
        self._thread = threading.Thread(target=self._work, name="cluster-events", daemon=True)
        with signals_for_main():
            self._thread.start()

    def tell(self, event: Event) -> None:
        """Write an event of the rotation, if it is about a node."""
        told = about_node(event, self._run)
        if told is not None:
            self._told.put(lambda: told)

    def end(self, last: Callable[[], ClusterEvent | None]) -> None:
        """Write what `last` returns, and wait until all is written.

        It waits for LAST_WORDS at most.
        """
        self._told.put(last)
        self._told.put(None)
        self._thread.join(LAST_WORDS)
        if self._thread.is_alive() and not self.lost:
            self.lost = f"{NOT_WRITTEN}: the API server does not answer in time"

    def _work(self) -> None:
        while (told := self._told.get()) is not None:
            if self.lost:
                continue
            try:
                event = told()
                if event is not None:
                    self._write(event)
            except RotatorError as error:
                self.lost = f"{NOT_WRITTEN}: {error}"
            except Exception as error:  # a defect here must not end the rotation
                self.lost = f"{NOT_WRITTEN}: {error!r}"


class Listener:
    """Hears the events of a rotation: shows them, and tells them to the cluster too."""

    def __init__(self, show: Callable[[Event, float], None], teller: Teller | None) -> None:
        """Keep both. Without a teller, as in check mode, nothing is written."""
        self._show, self._teller = show, teller

    def __call__(self, event: Event, now: float) -> None:
        """Hear an event that happened at `now` (seconds of the engine's clock)."""
        self._show(event, now)
        if self._teller is not None:
            self._teller.tell(event)

    def end(self, last: Callable[[], ClusterEvent | None]) -> tuple[str, ...]:
        """Write the last Event; return why not all were written, () if they were."""
        if self._teller is None:
            return ()
        self._teller.end(last)
        return (self._teller.lost,) if self._teller.lost else ()


def begin(call: KubeCall, run: str) -> Teller:
    """Return a teller that writes to this API server."""
    return Teller(ClusterEvents(call, time.time, socket.gethostname()).write, run)


def summary(
    call: KubeCall, namespace: str, run: str, values: Mapping[str, Any], error: str
) -> ClusterEvent | None:
    """Return the Event on the Lease that sums a rotation up.

    None if there is no Lease, or nothing was done. Raises core.errors.
    """
    if values["status"] in NOTHING_DONE:
        return None
    lease = values["lease"]
    found = KubeClient(call, namespace).read_lease(lease) if lease else None
    if found is None or not found.uid:
        return None
    return about_lease(namespace, lease, found.uid, run, values, error)
