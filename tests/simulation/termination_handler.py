# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drain what Auto Scaling ends, as a node termination handler does.

A terminating lifecycle hook holds the instance. The handler hears of it through a queue, cordons
the node, evicts its pods as their budgets allow, and completes the hook. Source:
aws-node-termination-handler, queue mode ("Queue Processor" and pkg/monitor/sqsevent).
"""

from __future__ import annotations

from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import AwsError
from ansible_collections.nodeops.rotator.tests.simulation.aws.groups import Group, Hook, Member
from ansible_collections.nodeops.rotator.tests.simulation.kube.patches import MERGE
from ansible_collections.nodeops.rotator.tests.simulation.rules import is_evictable
from ansible_collections.nodeops.rotator.tests.simulation.world import World

NAME = "node-termination-handler"
HOOK = "nth-termination"


class TerminationHandler:
    """Guards the instances of one group.

    `timeout`: seconds for which the hook holds an instance; then it ends as it is. `queue`: until
    the handler hears of it. `retry`: between its evictions. `hook`: the name of the lifecycle hook.
    `actor`: as whom it acts. `heard`: instances that it takes care of. `done`: whom it let go.
    """

    def __init__(
        self,
        world: World,
        group: str,
        timeout: float = 300.0,
        queue: tuple[float, float] = (1.0, 5.0),
        retry: float = 5.0,
        hook: str = HOOK,
        actor: str = NAME,
    ) -> None:
        self._world, self._group, self._queue, self._retry = world, group, queue, retry
        self._hook, self._actor = hook, actor
        self.heard: set[str] = set()
        self.done: list[str] = []
        world.account.groups[group].hooks[hook] = Hook(hook, "terminating", timeout, "CONTINUE")
        world.account.member_observers.append(self._changed)

    def _changed(self, group: Group, member: Member) -> None:
        held = member.lifecycle_state == "Terminating:Wait" and self._hook in group.hooks
        if group.name == self._group and held and member.instance_id not in self.heard:
            self.heard.add(member.instance_id)
            delay = self._world.kernel.spread(*self._queue)
            self._world.kernel.after(delay, lambda: self._begin(member.instance_id))

    def _begin(self, instance: str) -> None:
        if (node := self._node(instance)) is not None:
            path = f"/api/v1/nodes/{node['metadata']['name']}"
            self._ask("PATCH", path, {"spec": {"unschedulable": True}})
        self._drain(instance)

    def _drain(self, instance: str) -> None:
        member = self._world.account.groups[self._group].members.get(instance)
        if member is None or member.lifecycle_state != "Terminating:Wait":
            return
        node, pods = self._node(instance), []
        if node is not None:
            here = self._world.cluster.pods_on(node["metadata"]["name"])
            pods = [pod for pod in here if _holds(pod)]
        for pod in pods:
            if is_evictable(pod):
                self._evict(pod)
        if pods:
            self._world.kernel.after(self._retry, lambda: self._drain(instance))
        else:
            self._let_go(instance)

    def _node(self, instance: str) -> dict[str, Any] | None:
        found = self._world.account.instances.get(instance)
        return self._world.node_of(found) if found is not None else None

    def _evict(self, pod: dict[str, Any]) -> None:
        meta = {key: pod["metadata"][key] for key in ("namespace", "name")}
        body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": meta}
        path = f"/api/v1/namespaces/{meta['namespace']}/pods/{meta['name']}/eviction"
        self._ask("POST", path, body)

    def _ask(self, verb: str, path: str, body: dict[str, Any]) -> None:
        kind = MERGE if verb == "PATCH" else "application/json"
        self._world.cluster.request(verb, path, {"fieldManager": NAME}, body, kind, self._actor)

    def _let_go(self, instance: str) -> None:
        params = {
            "LifecycleHookName": self._hook,
            "AutoScalingGroupName": self._group,
            "LifecycleActionResult": "CONTINUE",
            "InstanceId": instance,
        }
        try:
            self._world.account.call("autoscaling", "CompleteLifecycleAction", params, self._actor)
        except AwsError:  # Its time was over.
            return
        self.done.append(instance)


def _holds(pod: dict[str, Any]) -> bool:
    """Return whether the handler waits for the pod's end, asked for or not."""
    meta = {k: v for k, v in pod["metadata"].items() if k != "deletionTimestamp"}
    return is_evictable({**pod, "metadata": meta})
