# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""See that enough pods and nodes of a real cluster are there at any time.

The watcher knows nothing of budgets' statuses nor of the product, only how many of what there have
to be.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.kubernetes.core.plugins.module_utils.k8s.client import get_api_client

from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kube import RawKube
from ansible_collections.nodeops.rotator.tests.realcluster.bridge import is_ready
from ansible_collections.nodeops.rotator.tests.realcluster.stage import Reach

AGAIN = 0.2
"""Seconds after which a watch that ended begins anew."""


class Watcher:
    """Counts, of each label once there are enough of it, until it is closed.

    `pods`: lowest number of healthy pods by their label `app`; `nodes`: of nodes that take pods by
    their label `nodegroup`. `lowest`: the lowest numbers seen, by the same labels.
    """

    def __init__(self, reach: Reach, pods: Mapping[str, int], nodes: Mapping[str, int]) -> None:
        self._reach = reach
        self._ended = threading.Event()
        self._reached: set[str] = set()
        self.lowest: dict[str, int] = {}
        self.breaches: list[str] = []
        watched = (
            ("/api/v1/pods", "app", pods, healthy),
            ("/api/v1/nodes", "nodegroup", nodes, takes_pods),
        )
        self._threads = [
            threading.Thread(target=self._run, args=given, daemon=True) for given in watched
        ]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Stop counting."""
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _run(
        self, path: str, label: str, least: Mapping[str, int], counts: Callable[[Any], bool]
    ) -> None:
        while not self._ended.is_set():
            try:
                self._follow(path, label, least, counts)
            except Exception:  # pylint: disable=broad-except
                self._ended.wait(AGAIN)  # the API server is away

    def _follow(
        self, path: str, label: str, least: Mapping[str, int], counts: Callable[[Any], bool]
    ) -> None:
        """List, then watch until the watch ends."""
        listed = self._reach.ask("GET", path)
        present = {one["metadata"]["uid"]: one for one in listed["items"]}
        self._count(present, label, least, counts)
        client = get_api_client(None, kubeconfig=str(self._reach.kubeconfig("admin"))).client
        version = listed["metadata"]["resourceVersion"]
        query = {"watch": "1", "resourceVersion": version, "timeoutSeconds": "5"}
        for line in RawKube(lambda: client).stream(path, query):
            if self._ended.is_set():
                return
            event = json.loads(line) if line else None
            if event is None:
                continue
            if event["type"] == "ERROR":
                return
            uid = event["object"]["metadata"]["uid"]
            present[uid] = event["object"]
            if event["type"] == "DELETED":
                del present[uid]
            self._count(present, label, least, counts)

    def _count(
        self,
        present: Mapping[str, Any],
        label: str,
        least: Mapping[str, int],
        counts: Callable[[Any], bool],
    ) -> None:
        for name, needed in least.items():
            number = sum(
                counts(one)
                for one in present.values()
                if one["metadata"].get("labels", {}).get(label) == name
            )
            if number >= needed:
                self._reached.add(name)
            if name not in self._reached:
                continue  # the cluster is coming up
            self.lowest[name] = min(number, self.lowest.get(name, number))
            if number < needed:
                self.breaches.append(f"{name}: {number} of at least {needed}")


def healthy(pod: Mapping[str, Any]) -> bool:
    """Return True if a budget counts the pod as healthy."""
    return is_ready(pod) and "deletionTimestamp" not in pod["metadata"]


def takes_pods(node: Mapping[str, Any]) -> bool:
    """Return True if the node takes pods."""
    return is_ready(node) and not node["spec"].get("unschedulable")
