# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep PodDisruptionBudgets: a status that trails the pods, and the truth.

The status is computed as the disruption controller does: kubernetes
pkg/controller/disruption/disruption.go (trySync, getExpectedPodCount, buildDisruptedPodMap).
"""

from __future__ import annotations

import collections
import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.kube.control import Control, Queue
from ansible_collections.nodeops.rotator.tests.simulation.kube.eviction import allowed_condition
from ansible_collections.nodeops.rotator.tests.simulation.kube.objects import (
    Key,
    Object,
    controller_of,
    is_ready,
    is_terminating,
    key_of,
    labels_of,
    with_conditions,
)
from ansible_collections.nodeops.rotator.tests.simulation.kube.selectors import object_match

SCALED = {
    "ReplicaSet": "replicasets",
    "StatefulSet": "statefulsets",
    "ReplicationController": "replicationcontrollers",
}
"""Controllers whose scale the disruption controller can read; of others (DaemonSet, Job) a
percentage has no meaning."""


Match = Callable[[Mapping[str, str]], bool]
Label = tuple[str, str]


class SyncFailed(Exception):
    """Expected number of pods that cannot be told."""


class Members:
    """Pods that a budget guards.

    All by name, the names of the healthy ones, and how many each controller has.
    """

    def __init__(self, pods: Iterable[Object] = ()) -> None:
        self.pods: dict[str, Object] = {}
        self.healthy: set[str] = set()
        self.owners: dict[str, tuple[Mapping[str, Any], int]] = {}
        for pod in pods:
            self.put(pod)

    def put(self, pod: Object) -> None:
        """Add a pod, or note its change."""
        name = pod["metadata"]["name"]
        self.drop(name)
        self.pods[name] = pod
        if is_ready(pod) and not is_terminating(pod):
            self.healthy.add(name)
        self._count(pod, 1)

    def drop(self, name: str) -> None:
        """Remove a pod."""
        pod = self.pods.pop(name, None)
        if pod is not None:
            self.healthy.discard(name)
            self._count(pod, -1)

    def _count(self, pod: Object, step: int) -> None:
        ref = controller_of(pod)
        if ref is not None:
            count = self.owners.get(ref["uid"], (ref, 0))[1] + step
            self.owners[ref["uid"]] = (ref, count)
            if not count:
                del self.owners[ref["uid"]]


class Matchers:
    """Selectors of the budgets of a namespace.

    A pod is held against those only that ask for one of its labels, and those that ask for none.
    """

    def __init__(self) -> None:
        self.names: dict[str, Match] = {}
        self._keys: dict[str, Label | None] = {}
        self._asking: dict[Label | None, dict[str, None]] = {}

    def put(self, name: str, selector: Mapping[str, Any] | None) -> Match:
        """Add the selector of a budget, or replace it; return what it selects by."""
        self.drop(name)
        plain = ((selector or {}).get("matchLabels") or {}).items()
        key, match = next(iter(plain), None), object_match(selector)
        self.names[name], self._keys[name] = match, key
        self._asking.setdefault(key, {})[name] = None
        return match

    def drop(self, name: str) -> None:
        """Remove that of a budget."""
        if self.names.pop(name, None) is not None:
            del self._asking[self._keys.pop(name)][name]

    def concerning(self, *states: Mapping[str, Any] | None) -> list[str]:
        """Return the budgets that may select a pod in one of these states."""
        keys: dict[Label | None, None] = {None: None}
        for pod in states:
            keys |= dict.fromkeys(labels_of(pod).items() if pod is not None else ())
        return [name for key in keys for name in self._asking.get(key, ())]


class Budgets:
    """Keeps which pods each budget guards, and writes the status.

    It does so `pdb_lag` after the pods changed.
    """

    def __init__(self, control: Control) -> None:
        self._control, self._store = control, control.store
        self._members: dict[Key, Members] = {}
        self._matchers: dict[str, Matchers] = collections.defaultdict(Matchers)
        self._queue = Queue(control, self._sync, "pdb_lag")
        self._rechecks: set[Key] = set()
        self._store.listen("poddisruptionbudgets", self._budget_changed)
        self._store.listen("pods", self._pod_changed)
        for plural in ("deployments", "replicasets", "statefulsets"):
            self._store.listen(plural, self._scale_changed)

    def _budget_changed(self, old: Object | None, new: Object | None) -> None:
        budget = new or old or {}
        namespace, name = key_of(budget)
        if new is None:
            self._members.pop((namespace, name), None)
            self._matchers[namespace].drop(name)
        elif old is None or old["spec"] != new["spec"]:
            selector = new["spec"].get("selector")
            match = self._matchers[namespace].put(name, selector)
            pods = self._store.all("pods", namespace)
            self._members[namespace, name] = Members(p for p in pods if match(labels_of(p)))
        if new is not None:
            self._queue.add((namespace, name))

    def _pod_changed(self, old: Object | None, new: Object | None) -> None:
        namespace, name = key_of(new or old or {})
        found = self._matchers[namespace]
        for budget in found.concerning(old, new):
            match = found.names[budget]
            members = self._members[namespace, budget]
            was, is_now = name in members.pods, new is not None and match(labels_of(new))
            if is_now and new is not None:
                members.put(new)
            elif was:
                members.drop(name)
            if was or is_now:
                self._queue.add((namespace, budget))

    def _scale_changed(self, old: Object | None, new: Object | None) -> None:
        if old and new and old["spec"].get("replicas") != new["spec"].get("replicas"):
            namespace = new["metadata"]["namespace"]
            for budget in self._matchers[namespace].names:
                self._queue.add((namespace, budget))

    def _sync(self, key: Key) -> None:
        budget = self._store.get("poddisruptionbudgets", key[1], key[0])
        if budget is None:
            return
        members = self._members[key]
        disrupted = self._disrupted(budget, members.pods)
        try:
            expected, desired = self.expectation(budget, members)
        except SyncFailed as error:
            self._fail(budget, str(error))
            return
        healthy = len(members.healthy - disrupted.keys())
        allowed = max(0, healthy - desired) if expected > 0 else 0
        status: Object = {
            "currentHealthy": healthy,
            "desiredHealthy": desired,
            "expectedPods": expected,
            "disruptionsAllowed": allowed,
            "observedGeneration": budget["metadata"]["generation"],
            "conditions": with_conditions(
                budget, self._control.now, allowed_condition(budget, allowed)
            ),
        }
        if disrupted:
            status["disruptedPods"] = disrupted
            self._look_again(key)
        self._store.put("poddisruptionbudgets", {**budget, "status": status})

    def _look_again(self, key: Key) -> None:
        """Look once more when a granted eviction is no longer believed."""
        if key not in self._rechecks:
            self._rechecks.add(key)
            self._control.kernel.after(
                self._control.behavior.disrupted_timeout + 1, lambda: self._recheck(key)
            )

    def _recheck(self, key: Key) -> None:
        self._rechecks.discard(key)
        self._queue.add(key)

    def _disrupted(self, budget: Object, pods: Mapping[str, Object]) -> dict[str, str]:
        """Return the granted evictions whose deletion is still to be seen.

        Only while they are believed.
        """
        limit = self._control.kernel.timestamp(
            self._control.kernel.now - self._control.behavior.disrupted_timeout
        )
        granted = budget["status"].get("disruptedPods") or {}
        waiting = {name for name in granted if name in pods and not is_terminating(pods[name])}
        return {name: since for name, since in granted.items() if name in waiting and since > limit}

    def _fail(self, budget: Object, message: str) -> None:
        failed = {**allowed_condition(budget, 0), "reason": "SyncFailed", "message": message}
        conditions = with_conditions(budget, self._control.now, failed)
        status = {**budget["status"], "disruptionsAllowed": 0, "conditions": conditions}
        status.setdefault("observedGeneration", budget["metadata"]["generation"])
        self._store.put("poddisruptionbudgets", {**budget, "status": status})

    def expectation(self, budget: Mapping[str, Any], members: Members) -> tuple[int, int]:
        """Return (expected pods, pods that have to be healthy).

        Percentages are of the controllers' scale, rounded up.
        """
        spec = budget["spec"]
        if spec.get("maxUnavailable") is not None:
            expected = self._scale(budget, members)
            return expected, max(0, expected - scaled(spec["maxUnavailable"], expected))
        minimum = spec.get("minAvailable", 1)
        if isinstance(minimum, int):
            return len(members.pods), minimum
        expected = self._scale(budget, members)
        return expected, scaled(minimum, expected)

    def _scale(self, budget: Mapping[str, Any], members: Members) -> int:
        scales = dict(
            self._replicas(budget["metadata"]["namespace"], ref)
            for ref, _count in members.owners.values()
        )
        return sum(scales.values())

    def _replicas(self, namespace: str, ref: Mapping[str, Any]) -> tuple[str, int]:
        """Return UID and scale of the controller that a person would name.

        For a ReplicaSet it is the Deployment.
        """
        plural = SCALED.get(ref["kind"])
        if plural is None:
            group = "batch" if ref["kind"] == "Job" else "apps"
            raise SyncFailed(
                f"{ref['kind'].lower()}s.{group} does not implement the scale subresource"
            )
        found = self._store.get(plural, ref["name"], namespace)
        if found is None or found["metadata"]["uid"] != ref["uid"]:
            return ref["uid"], 0
        above = controller_of(found)
        deployment = self._store.get("deployments", above["name"], namespace) if above else None
        if deployment is not None and above is not None:
            return above["uid"], deployment["spec"]["replicas"]
        return ref["uid"], found["spec"]["replicas"]

    def left(self, pod: Mapping[str, Any], truly_ready: Callable[[Object], bool]) -> int | None:
        """Return the disruptions that the pod's budgets have left in truth.

        That is by the pods as they are now, not by the status; the smallest of several; None
        without a budget.
        """
        namespace, name = key_of(pod)
        lefts = []
        for budget_name in self._matchers[namespace].concerning(pod):
            members = self._members[namespace, budget_name]
            budget = self._store.get("poddisruptionbudgets", budget_name, namespace)
            if name not in members.pods or budget is None:
                continue
            try:
                _expected, desired = self.expectation(budget, members)
            except SyncFailed:
                desired = len(members.pods)
            lefts.append(
                sum(truly_ready(members.pods[healthy]) for healthy in members.healthy) - desired
            )
        return min(lefts, default=None)


def scaled(value: int | str, total: int) -> int:
    """Return a number, or a percentage of `total` rounded up.

    Source: intstr.GetScaledValueFromIntOrPercent.
    """
    return value if isinstance(value, int) else math.ceil(int(value.rstrip("%")) * total / 100)
