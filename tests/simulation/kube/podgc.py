# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remove by force the pods that are bound to a Node that is gone.

It is the pod garbage collector (kubernetes pkg/controller/podgc/gc_controller.go, gcOrphaned).
"""

from __future__ import annotations

import functools
import math

from ansible_collections.nodeops.rotator.tests.simulation.kube.control import Control
from ansible_collections.nodeops.rotator.tests.simulation.kube.deletion import remove
from ansible_collections.nodeops.rotator.tests.simulation.kube.objects import (
    Object,
    is_finished,
    with_conditions,
)

TARGET = {
    "type": "DisruptionTarget",
    "status": "True",
    "reason": "DeletionByPodGC",
    "message": "PodGC: node no longer exists",
}


class PodGc:
    """Plans a look at each node that is missed; between them it costs nothing."""

    def __init__(self, control: Control) -> None:
        self._control, self._store = control, control.store
        self._missed: set[str] = set()
        self._store.listen("nodes", self._node_changed)
        self._store.listen("pods", self._pod_changed)

    def _node_changed(self, old: Object | None, new: Object | None) -> None:
        if new is None and old is not None:
            self._miss(old["metadata"]["name"])

    def _pod_changed(self, old: Object | None, new: Object | None) -> None:
        if new is not None and (old is None or not old["spec"].get("nodeName")):
            name = new["spec"].get("nodeName")
            if name and self._store.get("nodes", name) is None:
                self._miss(name)

    def _miss(self, name: str) -> None:
        """Wait for the node from the next look on, and end it at the first look after."""
        if name not in self._missed:
            self._missed.add(name)
            behavior, kernel = self._control.behavior, self._control.kernel
            noticed = self._look_after(kernel.now)
            due = self._look_after(noticed + behavior.pod_gc)
            kernel.after(due - kernel.now, functools.partial(self._collect, name))

    def _look_after(self, at: float) -> float:
        """When the collector looks at this moment, or next after it."""
        period = self._control.behavior.pod_gc_period
        return math.ceil(at / period) * period if period > 0 else at

    def _collect(self, name: str) -> None:
        self._missed.discard(name)
        if self._store.get("nodes", name) is not None:
            return
        for pod in self._store.by("pods", "node", name):
            phase = {} if is_finished(pod) else {"phase": "Failed"}
            conditions = with_conditions(pod, self._control.now, TARGET)
            failed = self._control.status("pods", pod, conditions=conditions, **phase)
            remove(self._control, "pods", failed or pod, grace=0)
