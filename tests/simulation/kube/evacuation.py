# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Evict by taints: NoExecute ends pods that do not tolerate it, or not for long."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.kernel import Event
from ansible_collections.nodeops.rotator.tests.simulation.kube.control import Control
from ansible_collections.nodeops.rotator.tests.simulation.kube.deletion import remove
from ansible_collections.nodeops.rotator.tests.simulation.kube.objects import (
    Object,
    fits,
    is_terminating,
)

FOREVER = float("inf")


def patience(pod: Mapping[str, Any], taints: Sequence[Mapping[str, Any]]) -> float:
    """Return the seconds for which the pod may stay under these NoExecute taints."""
    shortest = FOREVER
    for taint in taints:
        fitting = [t for t in pod["spec"].get("tolerations") or () if fits(t, taint)]
        if not fitting:
            return 0.0
        shortest = min(shortest, *(float(t.get("tolerationSeconds", FOREVER)) for t in fitting))
    return shortest


class Evacuation:
    """Ends pods on nodes with NoExecute taints.

    It deletes and does not ask budgets, as the real controller.
    """

    def __init__(self, control: Control) -> None:
        self._control = control
        self._plans: dict[str, Event] = {}
        control.store.listen("nodes", self._node_changed)
        control.store.listen("pods", self._pod_changed)

    def _node_changed(self, old: Object | None, new: Object | None) -> None:
        before, now = _hard(old), _hard(new)
        if before != now and new is not None:
            for pod in self._control.store.by("pods", "node", new["metadata"]["name"]):
                self._plan(pod, now)

    def _pod_changed(self, old: Object | None, new: Object | None) -> None:
        if new is None and old is not None:
            self._cancel(old["metadata"]["uid"])
        elif (
            new is not None
            and new["spec"].get("nodeName")
            and not (old and old["spec"].get("nodeName"))
        ):
            taints = _hard(self._control.store.get("nodes", new["spec"]["nodeName"]))
            if taints:
                self._plan(new, taints)

    def _plan(self, pod: Object, taints: list[Any]) -> None:
        uid = pod["metadata"]["uid"]
        self._cancel(uid)
        wait = patience(pod, taints)
        if wait < FOREVER and not is_terminating(pod):
            delay = wait + self._control.behavior.controller_delay
            self._plans[uid] = self._control.kernel.after(
                delay, lambda: remove(self._control, "pods", pod)
            )

    def _cancel(self, uid: str) -> None:
        plan = self._plans.pop(uid, None)
        if plan is not None:
            plan.cancel()


def _hard(node: Object | None) -> list[Any]:
    taints = node["spec"].get("taints") or () if node else ()
    return [
        {k: v for k, v in t.items() if k != "timeAdded"}
        for t in taints
        if t["effect"] == "NoExecute"
    ]
