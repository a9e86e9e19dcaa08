# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run pods as kubelets do: they start, become ready, run to an end and stop."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.kernel import Event
from ansible_collections.nodeops.rotator.tests.simulation.kube.control import Control
from ansible_collections.nodeops.rotator.tests.simulation.kube.objects import (
    MIRROR,
    Object,
    annotation,
    condition_is,
    controller_of,
    is_finished,
    is_terminating,
    with_conditions,
)
from ansible_collections.nodeops.rotator.tests.simulation.kube.volumes import Volumes

KILLED = {"exitCode": 137, "reason": "Error"}
COMPLETED = {"exitCode": 0, "reason": "Completed"}


@dataclasses.dataclass
class Run:
    """One pod on its node, with what its kubelet plans next.

    `grace`: the deletion grace that is being waited for.
    """

    node: str
    events: list[Event] = dataclasses.field(default_factory=list)
    grace: int | None = None


class Kubelets:
    """Kubelets of all nodes.

    `alive` holds the names of the nodes whose kubelet answers, `silent` those whose kubelet did
    once.
    """

    def __init__(self, control: Control, volumes: Volumes) -> None:
        self._control, self._volumes = control, volumes
        self.alive: set[str] = set()
        self.silent: set[str] = set()
        self._runs: dict[str, Run] = {}
        self._outlasting: dict[str, Object] = {}
        self._address = 0
        control.store.listen("pods", self._pod_changed)

    def stop(self, node: str) -> None:
        """Silence the kubelet, and its containers with it."""
        self.alive.discard(node)
        self.silent.add(node)
        for pod in self.outlasting(node):
            self._ended(pod["metadata"]["uid"])
        for pod in self._control.store.by("pods", "node", node):
            self._forget(pod["metadata"]["uid"])

    def start(self, node: str) -> None:
        """Begin a kubelet under this name; pods bound to it begin anew or end."""
        self.alive.add(node)
        self.silent.discard(node)
        for pod in self._control.store.by("pods", "node", node):
            self._forget(pod["metadata"]["uid"])
            self._look(pod)

    def outlasting(self, node: str) -> list[Object]:
        """Return pods of this node that are no objects any more but still stop."""
        return [pod for pod in self._outlasting.values() if pod["spec"]["nodeName"] == node]

    def _outlast(self, pod: Object, run: Run | None) -> None:
        """Give the containers of a pod removed by force the grace of its own.

        Source: kubelet pod_workers.go calculateEffectiveGracePeriod.
        """
        uid = pod["metadata"]["uid"]
        running = run is not None and run.grace is None and "startTime" in pod["status"]
        if running and pod["spec"]["nodeName"] in self.alive:
            self._outlasting[uid] = pod
            delay = self._stop_time(pod, pod["spec"].get("terminationGracePeriodSeconds", 30))
            if delay < float("inf"):
                self._control.kernel.after(delay, functools.partial(self._ended, uid))

    def _ended(self, uid: str) -> None:
        self._outlasting.pop(uid, None)

    def _pod_changed(self, old: Object | None, new: Object | None) -> None:
        if new is not None:
            self._look(new)
        elif old is not None:
            self._outlast(old, self._runs.get(old["metadata"]["uid"]))
            self._forget(old["metadata"]["uid"])
            if MIRROR in (old["metadata"].get("annotations") or {}):
                self._control.later(self._control.behavior.mirror_delay, lambda: self._mirror(old))

    def _look(self, pod: Object) -> None:
        node, uid = pod["spec"].get("nodeName"), pod["metadata"]["uid"]
        if node not in self.alive:
            return
        run = self._runs.get(uid)
        if is_terminating(pod):
            grace = pod["metadata"]["deletionGracePeriodSeconds"]
            if run is None or run.grace is None or grace < run.grace:
                self._end(pod, grace)
        elif run is None and not is_finished(pod):
            run = self._runs[uid] = Run(node)
            self._volumes.when_attached(pod, lambda: self._begin(pod, run))

    def _forget(self, uid: str) -> None:
        run = self._runs.pop(uid, None)
        for event in run.events if run else ():
            self._control.cancel(event)
        self._volumes.stop_waiting(uid)

    def _plan(self, run: Run, delay: float, action: Callable[[], None]) -> None:
        run.events = [event for event in run.events if event.at > self._control.kernel.now]
        run.events.append(self._control.later(delay, action))

    def _begin(self, pod: Object, run: Run) -> None:
        delay = _seconds(pod, "start-seconds", self._control.behavior.pod_start)
        self._plan(run, delay, lambda: self._running(pod, run))

    def _running(self, pod: Object, run: Run) -> None:
        wait = _seconds(pod, "ready-seconds", self._control.behavior.pod_ready)
        self._status(pod, wait == 0)
        if 0 < wait < float("inf"):
            self._plan(run, wait, lambda: self._status(pod, True))
        if pod["spec"].get("restartPolicy") != "Always":
            lasting = _seconds(pod, "run-seconds", self._control.behavior.job_run)
            self._plan(run, lasting, lambda: self._finished(pod, "Succeeded", COMPLETED))

    def _status(self, pod: Object, ready: bool) -> None:
        """Write a running pod's status."""
        namespace, name = pod["metadata"]["namespace"], pod["metadata"]["name"]
        present = self._control.store.get("pods", name, namespace)
        if present is None or present["metadata"]["uid"] != pod["metadata"]["uid"]:
            return
        old, now = present["status"], self._control.now
        states = [
            ("PodReadyToStartContainers", True),
            ("Initialized", True),
            ("Ready", ready),
            ("ContainersReady", ready),
        ]
        conditions = [{"type": kind, "status": str(is_true)} for kind, is_true in states]
        host = self._host_ip(pod)
        address = old.get("podIP") or (
            host if pod["spec"].get("hostNetwork") else self._next_address(host)
        )
        self._control.status(
            "pods",
            pod,
            phase="Running",
            hostIP=host,
            hostIPs=[{"ip": host}],
            podIP=address,
            podIPs=[{"ip": address}],
            startTime=old.get("startTime", now),
            conditions=with_conditions(present, now, *conditions),
            containerStatuses=[
                _container(c, {"running": {"startedAt": now}}, ready)
                for c in pod["spec"]["containers"]
            ],
        )

    def _host_ip(self, pod: Object) -> str:
        node = self._control.store.get("nodes", pod["spec"]["nodeName"])
        addresses = node["status"].get("addresses", ()) if node else ()
        return next(
            (entry["address"] for entry in addresses if entry["type"] == "InternalIP"), "0.0.0.0"
        )

    def _next_address(self, host: str) -> str:
        """Return an address of the family that the node has (a cluster has one)."""
        self._address += 1
        if ":" in host:
            return f"2001:db8:64::{self._address:x}"
        return f"100.64.{self._address // 250 % 250}.{self._address % 250 + 1}"

    def _finished(self, pod: Object, phase: str, end: dict[str, Any]) -> None:
        """Note that the containers have ended: a terminal phase, nothing ready."""
        now = self._control.now
        namespace, name = pod["metadata"]["namespace"], pod["metadata"]["name"]
        present = self._control.store.get("pods", name, namespace)
        if present is None or present["metadata"]["uid"] != pod["metadata"]["uid"]:
            return
        unready = (
            {"type": "Ready", "status": "False"},
            {"type": "ContainersReady", "status": "False"},
        )
        state = {
            "terminated": {
                **end,
                "startedAt": present["status"].get("startTime", now),
                "finishedAt": now,
            }
        }
        self._control.status(
            "pods",
            present,
            phase=phase,
            conditions=with_conditions(present, now, *unready),
            containerStatuses=[_container(c, state, False) for c in pod["spec"]["containers"]],
        )

    def _end(self, pod: Object, grace: int) -> None:
        """Plan the stop of a terminating pod, or bring it forward."""
        uid = pod["metadata"]["uid"]
        self._forget(uid)
        run = self._runs[uid] = Run(pod["spec"]["nodeName"], grace=grace)
        delay = self._stop_time(pod, grace)
        if delay < float("inf"):
            self._plan(run, delay, lambda: self._stopped(pod))

    def _stop_time(self, pod: Object, grace: int) -> float:
        """Return how long the containers take to stop, infinity if they never do."""
        wish = annotation(pod, "stop-seconds")
        if wish == "never":
            return float("inf")
        if pod["status"].get("phase") == "Pending":
            return 0.0
        if wish == "grace":
            return float(grace)
        return min(float(grace), float(wish or self._control.behavior.pod_stop))

    def _stopped(self, pod: Object) -> None:
        """Remove a terminating pod without containers, unless a finalizer holds it."""
        meta = pod["metadata"]
        present = self._control.store.get("pods", meta["name"], meta["namespace"])
        if present is None or present["metadata"]["uid"] != meta["uid"]:
            return
        if not present["metadata"].get("finalizers"):
            self._control.store.drop("pods", meta["name"], meta["namespace"])
            return
        if not is_finished(present):
            self._finished(present, "Failed", KILLED)
        self._control.change("pods", present, {"metadata": {"deletionGracePeriodSeconds": 0}})

    def _mirror(self, pod: Object) -> None:
        """Create the mirror of a static pod again: its kubelet runs it all the same."""
        node = pod["spec"]["nodeName"]
        meta = pod["metadata"]
        gone = self._control.store.get("pods", meta["name"], meta["namespace"]) is None
        found = self._control.store.get("nodes", node)
        owner = controller_of(pod)
        if (
            gone
            and node in self.alive
            and found
            and owner
            and found["metadata"]["uid"] == owner["uid"]
        ):
            self._control.create("pods", pod)


def _seconds(pod: Object, name: str, usual: float) -> float:
    value = annotation(pod, name)
    if value is None:
        return usual
    return float("inf") if value == "never" else float(value)


def _container(container: Object, state: Object, ready: bool) -> Object:
    image = container.get("image", "")
    return {
        "name": container["name"],
        "image": image,
        "imageID": f"sha256:{image}",
        "containerID": f"containerd://{container['name']}",
        "ready": ready,
        "started": "running" in state,
        "restartCount": 0,
        "state": state,
        "lastState": {},
    }


def unready(control: Control, pod: Object) -> None:
    """Write Ready False into a pod whose node stopped answering."""
    if condition_is(pod, "Ready"):
        condition = {"type": "Ready", "status": "False"}
        control.status("pods", pod, conditions=with_conditions(pod, control.now, condition))
