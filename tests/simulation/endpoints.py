# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Let the health of targets follow the pods on their nodes.

The health check port decides: a node answers on the node ports of a Service with
externalTrafficPolicy Local only for ready pods of its own (Kubernetes, "Virtual IPs and Service
Proxies", traffic policies), and on a host port only if a pod there listens. Every other port
answers on every node.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.balancing import Target, TargetGroup
from ansible_collections.nodeops.rotator.tests.simulation.truth import is_ready

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.world import World

Raw = Mapping[str, Any]


class Endpoints:
    """Probes the targets of all target groups that exist when the world begins."""

    def __init__(self, world: World) -> None:
        self._world = world

    def begin(self) -> None:
        """Judge every target by the pods that are there, and from now on as they change."""
        cluster, groups = self._world.cluster, self._world.account.target_groups.values()
        following = [group for group in groups if self._follows(group)]
        for group in following:
            group.probe = lambda target, group=group: self._answers(group, target)
            for target in group.targets.values():
                target.state = "healthy" if self._answers(group, target) else "unhealthy"
        if following:
            cluster.store.listen("pods", lambda old, new: self._pod_changed(following, old, new))

    def _follows(self, group: TargetGroup) -> bool:
        port = _health_port(group)
        pods = self._world.cluster.objects("pods")
        return self._local(port) is not None or any(port in _host_ports(pod) for pod in pods)

    def _local(self, port: int) -> Raw | None:
        """Return the Service with externalTrafficPolicy Local that has this node port."""
        services = self._world.cluster.objects("services")
        return next((one for one in services if port in _local_ports(one["spec"])), None)

    def _answers(self, group: TargetGroup, target: Target) -> bool:
        instance, port = self._world.account.instances.get(target.id), _health_port(group)
        if instance is None:
            return False
        service = self._local(port)
        pods = [pod for pod in self._world.pods_of(instance) if is_ready(pod)]
        if service is None:
            return any(port in _host_ports(pod) for pod in pods)
        return any(_selects(service, pod) for pod in pods if not _ending(pod))

    def _pod_changed(self, groups: list[TargetGroup], old: Raw | None, new: Raw | None) -> None:
        names = {pod["spec"].get("nodeName", "") for pod in (old, new) if pod is not None}
        account = self._world.account
        for group in groups:
            for target in list(group.targets.values()):
                instance = account.instances.get(target.id)
                if instance is None or instance.private_dns not in names:
                    continue
                if self._answers(group, target) != (target.state == "healthy"):
                    account.balancer.reprobe(group, target)


def _health_port(group: TargetGroup) -> int:
    return group.health_port or group.port


def _local_ports(spec: Raw) -> set[int]:
    if spec.get("externalTrafficPolicy") != "Local":
        return set()
    ports = {entry.get("nodePort", 0) for entry in spec.get("ports") or ()}
    return ports | {spec.get("healthCheckNodePort", 0)}


def _host_ports(pod: Raw) -> set[int]:
    containers = pod["spec"].get("containers") or ()
    return {port.get("hostPort", 0) for one in containers for port in one.get("ports") or ()}


def _selects(service: Raw, pod: Raw) -> bool:
    labels, wanted = pod["metadata"].get("labels") or {}, service["spec"].get("selector") or {}
    same = service["metadata"]["namespace"] == pod["metadata"]["namespace"]
    return same and all(labels.get(key) == value for key, value in wanted.items())


def _ending(pod: Raw) -> bool:
    return "deletionTimestamp" in pod["metadata"]
