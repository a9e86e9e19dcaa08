# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find target groups that follow pods: only nodes with certain pods are healthy.

Traffic or health checks of such a group go to a port of a Service that a node answers only for pods
of its own, or to a port of the node that pods themselves listen on. An empty new node is rightly
unhealthy there, and health moves with the pods. Pods of a DaemonSet are on every node.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.eviction import FINISHED
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.filters import (
    of_daemonset,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import TargetHealth
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Pod, Service


def ports_by_group(targets: Iterable[TargetHealth]) -> dict[str, frozenset[int]]:
    """Return the ports of traffic and health checks by target group.

    Addresses that are registered as targets are pods themselves and do not count.
    """
    found: dict[str, frozenset[int]] = {}
    for target in targets:
        if target.id.startswith("i-"):
            found[target.group] = found.get(target.group, frozenset()) | target.ports
    return found


def unexplained(targets: Iterable[TargetHealth], services: Iterable[Service]) -> frozenset[int]:
    """Return the ports that belong to no Service, so that pods may listen on them."""
    known = frozenset(port for service in services for port in service.ports)
    return frozenset(port for ports in ports_by_group(targets).values() for port in ports) - known


def following(
    targets: Iterable[TargetHealth], services: Iterable[Service], pods: Iterable[Pod]
) -> Mapping[str, str]:
    """Return the target groups that follow pods, each with the reason, for people."""
    services, pods = tuple(services), tuple(pods)
    found = {}
    for group, ports in ports_by_group(targets).items():
        names = sorted(service.id for service in services if _takes_local(service, ports))
        owners = sorted(pod.id for pod in pods if _listens(pod, ports))
        if names:
            found[group] = f"Service {names[0]} has externalTrafficPolicy Local"
        elif owners:
            found[group] = f"pod {owners[0]} listens on a port of its node"
    return found


def serving(
    group: str, targets: Iterable[TargetHealth], services: Iterable[Service], pods: Iterable[Pod]
) -> tuple[Pod, ...]:
    """Return the ready pods that serve a target group which follows pods, sorted."""
    ports = ports_by_group(targets).get(group, frozenset())
    local = [service for service in services if _takes_local(service, ports)]
    found = (
        pod
        for pod in pods
        if pod.ready
        and pod.deleted_at is None
        and (_listens(pod, ports) or any(_selects(service, pod) for service in local))
    )
    return tuple(sorted(found, key=lambda pod: pod.id))


def _takes_local(service: Service, ports: frozenset[int]) -> bool:
    return service.local and bool(service.ports & ports)


def _listens(pod: Pod, ports: frozenset[int]) -> bool:
    return bool(pod.host_ports & ports) and not of_daemonset(pod) and pod.phase not in FINISHED


def _selects(service: Service, pod: Pod) -> bool:
    same = service.namespace == pod.namespace and service.selector is not None
    return same and service.selector is not None and service.selector.matches(pod.labels)
