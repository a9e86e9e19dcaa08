# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Join the simulated account to a real cluster: its instances become Nodes there.

The bridge registers Nodes as kubelets do and deletes them as the cloud controller does: once a Node
is not ready and its instance is gone. kwok does the rest.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.tests.realcluster.stage import Reach
from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account
from ansible_collections.nodeops.rotator.tests.simulation.aws.machines import Instance
from ansible_collections.nodeops.rotator.tests.simulation.kube import machines

JOIN, READY = 0.5, 0.5
"""Seconds from running to joining, from joining to Ready."""
PERIOD = 0.3
"""Seconds after which the cloud controller looks again."""
SILENT = {"world.nodeops/silent": "true"}
KUBELET = "v1.33.5-eks-113cf36"
"""Version of the kubelets: that of the account's EKS cluster."""
NOTES = {
    "volumes.kubernetes.io/controller-managed-attach-detach": "true",
    "world.nodeops/ready-seconds": str(READY),
}


class Bridge:
    """Follows the account until it is closed.

    `undrained`: pods that were still on an instance when it was shut down. `failed`: what kept the
    bridge from its work.
    """

    def __init__(self, account: Account, reach: Reach) -> None:
        self._account, self._reach = account, reach
        self._work: queue.PriorityQueue[tuple[float, int, Callable[[], None]]] = (
            queue.PriorityQueue()
        )
        self._number = 0
        self._ended = threading.Event()
        self.undrained: list[str] = []
        self.failed: list[str] = []
        for instance in account.instances.values():
            if instance.state == "running":
                self._join(instance)
        account.observers.append(self._follow)
        self._thread = threading.Thread(target=self._run, daemon=True, name="bridge")
        self._thread.start()

    def close(self) -> None:
        """Stop following."""
        self._ended.set()
        self._thread.join()

    def _follow(self, event: str, instance: Instance) -> None:
        if event == "running":
            self._after(JOIN, lambda: self._join(instance))
        elif event == "shutting-down":
            self._after(0, lambda: self._fall_silent(instance))
            self._after(PERIOD, lambda: self._forget(instance))

    def _after(self, seconds: float, act: Callable[[], None]) -> None:
        self._number += 1
        self._work.put((time.monotonic() + seconds, self._number, act))

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                due, number, act = self._work.get(timeout=0.1)
            except queue.Empty:
                continue
            if due > time.monotonic():
                self._work.put((due, number, act))
                self._ended.wait(0.02)
                continue
            try:
                act()
            except Exception as error:  # pylint: disable=broad-except
                # The API server may be away just now; a kubelet tries again too.
                self.failed.append(repr(error))
                self._after(PERIOD, act)

    def _join(self, instance: Instance) -> None:
        """Register the Node, unless it is there."""
        if instance.state != "running":
            return
        status, _answer = self._reach.client.ask("POST", "/api/v1/nodes", node(instance))
        assert status in (201, 409), status

    def _fall_silent(self, instance: Instance) -> None:
        """Note what an instance takes with it, and let its kubelet post nothing more."""
        name = instance.private_dns
        pods = self._reach.ask("GET", "/api/v1/pods", fieldSelector=f"spec.nodeName={name}")
        self.undrained += [pod["metadata"]["name"] for pod in pods["items"] if _moves(pod)]
        path, body = f"/api/v1/nodes/{name}", {"metadata": {"annotations": SILENT}}
        status = self._reach.client.ask("PATCH", path, body, "application/merge-patch+json")[0]
        assert status in (200, 404), status

    def _forget(self, instance: Instance) -> None:
        """Delete the Node if it is not ready and its instance is gone; else look again."""
        path = f"/api/v1/nodes/{instance.private_dns}"
        status, found = self._reach.client.ask("GET", path)
        if status == 404:
            return
        assert status == 200, status
        if instance.state != "terminated" or is_ready(found):
            self._after(PERIOD, lambda: self._forget(instance))
            return
        assert self._reach.client.ask("DELETE", path)[0] in (200, 404)


def node(instance: Instance) -> dict[str, Any]:
    """Return the Node that an instance registers."""
    name, zone = instance.private_dns, instance.zone
    given = {"nodegroup": instance.group}
    full, usable = machines.capacity(instance.instance_type)
    status = {
        "capacity": full,
        "allocatable": usable,
        "addresses": machines.addresses(name, instance.private_ip),
        "nodeInfo": machines.node_info(instance.id, "amd64", KUBELET, False),
    }
    return {
        "metadata": {
            "name": name,
            "labels": machines.labels(name, zone, instance.instance_type, "amd64", given),
            "annotations": NOTES,
        },
        "spec": {"providerID": f"aws:///{zone}/{instance.id}"},
        "status": status,
    }


def is_ready(found: Mapping[str, Any]) -> bool:
    """Return True if the condition Ready of a Node or pod is True."""
    conditions = found.get("status", {}).get("conditions") or ()
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)


def _moves(pod: Mapping[str, Any]) -> bool:
    """Return True for a pod that a drain has to remove."""
    owners = pod["metadata"].get("ownerReferences") or ()
    finished = pod.get("status", {}).get("phase") in ("Succeeded", "Failed")
    return not finished and not any(owner["kind"] in ("DaemonSet", "Node") for owner in owners)
