# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scale a group by its pods, as the Kubernetes Cluster Autoscaler does.

It writes absolute sizes from a cache that is a minute old, upwards for pods that fit nowhere and
downwards for instances that never became nodes; it ends empty nodes with a decrement; and what is
refused, or has no effect, it asks for again. Source: kubernetes/autoscaler, cluster-autoscaler
FAQ and cloudprovider/aws/auto_scaling_groups.go (cache, SetAsgSize, DeleteInstances).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import AwsError
from ansible_collections.nodeops.rotator.tests.simulation.kube.objects import condition, labels_of
from ansible_collections.nodeops.rotator.tests.simulation.rules import is_evictable
from ansible_collections.nodeops.rotator.tests.simulation.truth import is_ready
from ansible_collections.nodeops.rotator.tests.simulation.world import World

NAME = "cluster-autoscaler"
DISABLED = "cluster-autoscaler.kubernetes.io/scale-down-disabled"
DELETED = {"key": "ToBeDeletedByClusterAutoscaler", "effect": "NoSchedule"}


@dataclasses.dataclass(frozen=True)
class Settings:
    """Its flags, in seconds.

    scan-interval, the age of its cache, scale-down-unneeded-time, max-node-provision-time.
    """

    interval: float = 10.0
    cache: float = 60.0
    unneeded: float = 600.0
    provision: float = 900.0


class Autoscaler:
    """Watches one group.

    `acts`: what it asked for, with the moment and whether it was granted.
    """

    def __init__(self, world: World, group: str, settings: Settings = Settings()) -> None:
        self._world, self._group, self._settings = world, group, settings
        self._read_at, self._size, self._limits = float("-inf"), 0, (0, 0)
        self._idle_since: dict[str, float] = {}
        self._short_since: float | None = None
        self.acts: list[tuple[float, str, bool]] = []
        world.kernel.after(settings.interval, self._look)

    def _look(self) -> None:
        self._read()
        self._watch_idle()
        if self._waiting() and self._size <= len(self._nodes()):
            self._grow()
        else:
            self._give_up_missing()
            self._shrink()
        self._world.kernel.after(self._settings.interval, self._look)

    def _read(self) -> None:
        """Read the group's sizes, at most once a minute."""
        if self._world.kernel.now - self._read_at < self._settings.cache:
            return
        params = {"AutoScalingGroupNames": [self._group]}
        answer = self._call("DescribeAutoScalingGroups", params)
        if answer is not None:
            (group,) = answer["AutoScalingGroups"]
            self._size = group["DesiredCapacity"]
            self._limits = (group["MinSize"], group["MaxSize"])
            self._read_at = self._world.kernel.now

    def _nodes(self) -> list[dict[str, Any]]:
        """Return the group's nodes, ready or not."""
        members = self._world.account.groups[self._group].members
        instances = (self._world.account.instances.get(name) for name in members)
        found = (self._world.node_of(one) for one in instances if one is not None)
        return [node for node in found if node is not None]

    def _waiting(self) -> bool:
        """Return whether a pod that fits nowhere could be on a new node of the group."""
        labels = next((labels_of(node) for node in self._nodes()), {})
        for pod in self._world.cluster.objects("pods"):
            state = condition(pod, "PodScheduled") or {}
            wanted = pod["spec"].get("nodeSelector") or {}
            fits = all(labels.get(key) == value for key, value in wanted.items())
            if state.get("reason") == "Unschedulable" and fits:
                return True
        return False

    def _grow(self) -> None:
        if self._size < self._limits[1]:
            self._set(self._size + 1)

    def _give_up_missing(self) -> None:
        """Lower the size to the nodes that there are, once the others took too long."""
        nodes, now = len(self._nodes()), self._world.kernel.now
        if nodes >= self._size:
            self._short_since = None
        elif self._short_since is None:
            self._short_since = now
        elif now - self._short_since >= self._settings.provision:
            self._set(max(nodes, self._limits[0]))

    def _set(self, size: int) -> None:
        params = {"AutoScalingGroupName": self._group, "DesiredCapacity": size}
        done = self._call("SetDesiredCapacity", params) is not None
        self._note(f"desired {size}", done)
        if done:
            self._size = size

    def _watch_idle(self) -> None:
        now = self._world.kernel.now
        idle = {node["metadata"]["name"] for node in self._nodes() if self._is_idle(node)}
        self._idle_since = {name: self._idle_since.get(name, now) for name in sorted(idle)}

    def _is_idle(self, node: dict[str, Any]) -> bool:
        """Return whether a node carries only what a drain would leave, and may be ended."""
        notes = node["metadata"].get("annotations") or {}
        if any(taint["key"] == DELETED["key"] for taint in node["spec"].get("taints") or ()):
            return False
        pods: Iterable[dict[str, Any]] = self._world.cluster.pods_on(node["metadata"]["name"])
        return (
            is_ready(node)
            and notes.get(DISABLED) != "true"
            and not any(is_evictable(pod) for pod in pods)
        )

    def _shrink(self) -> None:
        """End one node that has been empty for long enough, unless the cache forbids it."""
        due = self._world.kernel.now - self._settings.unneeded
        names = [name for name, since in self._idle_since.items() if since <= due]
        if not names or self._size <= self._limits[0]:
            return
        node = self._world.cluster.object("nodes", names[0])
        if node is None:
            return
        taints = [*(node["spec"].get("taints") or ()), DELETED]
        self._world.cluster.change("nodes", node, {"spec": {"taints": taints}})
        instance = node["spec"].get("providerID", "").rsplit("/", 1)[-1]
        params = {"InstanceId": instance, "ShouldDecrementDesiredCapacity": True}
        done = self._call("TerminateInstanceInAutoScalingGroup", params) is not None
        self._note(f"end {instance}", done)
        if done:
            self._size -= 1
        else:
            self._world.cluster.untaint(names[0], DELETED["key"])

    def _call(self, operation: str, params: dict[str, Any]) -> dict[str, Any] | None:
        try:
            return self._world.account.call("autoscaling", operation, params, NAME)
        except AwsError:
            return None

    def _note(self, act: str, done: bool) -> None:
        self.acts.append((self._world.kernel.now, act, done))
