# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell whether a control plane node is whole, with all that belongs to it.

An API server of kops asks only the etcd members of its own node, so a control plane whose nodes are
all whole has all its members.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping

from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.look import (
    API_SERVER,
    COMPONENTS,
    CONTROLLER,
    ETCD,
    Components,
    EtcdVolume,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import listed

ROLE_LABELS = frozenset(("node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"))
"""Labels by which kops marks control plane nodes, today's and the older one."""
API_SERVER_LABEL = "node-role.kubernetes.io/api-server"
"""Label by which kops marks nodes that run an API server and nothing else of a control plane."""
MAIN, OVERRIDE = "main", "events"
"""Etcd clusters for which /readyz of an API server answers: that of --etcd-servers, and, if it says
so, that of --etcd-servers-overrides. Others (cilium) count by their static pods and volumes."""


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """One control plane node: its group, its instance and its zone.

    `node` is None while no Node names the instance. `etcd`: whether it has members of etcd and the
    controllers; a node of an API server group has neither.
    """

    group: str
    instance: str
    zone: str
    node: Node | None = None
    etcd: bool = True

    @property
    def name(self) -> str:
        """Return the node's name; the instance's, or the group's, while there is none."""
        return self.node.name if self.node else self.instance or self.group


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """How a node is judged.

    `unanswered`: an API server that cannot be asked is no flaw (control_plane_check: indirect).
    `settle`: seconds that the pods of etcd clusters which /readyz does not answer for must have
    run. `stale`: names of the nodes whose Lease is not renewed any more.
    """

    unanswered: bool = False
    settle: float = 120.0
    stale: frozenset[str] = frozenset()


def why_not_whole(
    place: Place, components: Components, volumes: Iterable[EtcdVolume], asked: Asked
) -> str:
    """Return what a control plane node lacks, a clause about it; "" if it is whole."""
    if not place.instance:
        return "no instance of it is launched"
    node = place.node
    if node is None:
        return "its node has not joined the cluster"
    flaws = (
        _node(node, place.etcd, asked) or _renewal(node, components),
        _volumes(place, components.etcds, volumes) if place.etcd else "",
        _pods(components, node.name, place.etcd),
        _health(components, node.name, asked),
        _running(components, node.name, asked),
    )
    return next((flaw for flaw in flaws if flaw), "")


def _node(node: Node, etcd: bool, asked: Asked) -> str:
    if node.ready is not True:
        return "it is not Ready"
    if not (ROLE_LABELS if etcd else {API_SERVER_LABEL}) & set(node.labels):
        return f"it lacks the role label of {'a control plane' if etcd else 'an API server'} node"
    return "its Lease is not renewed" if node.name in asked.stale else ""


def _renewal(node: Node, components: Components) -> str:
    """Return that a node has no Lease.

    Whether it is renewed is seen in more than one look.
    """
    missing = node.name in components.health and node.name not in components.renewed
    return "it has no Lease in kube-node-lease" * missing


def _volumes(place: Place, etcds: Iterable[str], volumes: Iterable[EtcdVolume]) -> str:
    here = {volume.etcd for volume in volumes if volume.instance == place.instance}
    missing = sorted(set(etcds) - here)
    return f"no volume of etcd cluster {missing[0]} is attached to it" if missing else ""


def expected_apps(components: Components, etcd: bool = True) -> frozenset[str]:
    """Return the label k8s-app of each pod that every node has to have.

    They are the API server, the controllers, and a member of every etcd cluster that any node has.
    A node without `etcd` has the API server alone.
    """
    if not etcd:
        return frozenset({API_SERVER})
    etcds = {ETCD + name for name in components.etcds}
    controller = {pod.app for pod in components.pods if pod.app == CONTROLLER}
    return frozenset({*COMPONENTS, ETCD + "main", *etcds, *controller})


def static_apps(components: Components, node: str) -> frozenset[str]:
    """Return the label k8s-app of each static pod that all others with etcd have."""
    nodes = {pod.node for pod in components.pods if pod.etcd} - {node}
    found = [{pod.app for pod in components.on(one) if pod.static} for one in nodes]
    return frozenset(set.intersection(*found)) if found else frozenset()


def _pods(components: Components, node: str, etcd: bool) -> str:
    ready = {pod.app for pod in components.on(node) if pod.ready}
    static = static_apps(components, node) if etcd else frozenset[str]()
    missing = sorted((expected_apps(components, etcd) | static) - ready)
    return f"{listed(missing)} {'is' if len(missing) == 1 else 'are'} not Ready on it" * bool(
        missing
    )


def _health(components: Components, node: str, asked: Asked) -> str:
    health = components.health.get(node)
    if health is None:
        return "its API server has not been asked yet"
    if not health.reached:
        return "" if asked.unanswered else f"its API server cannot be asked: {health.why}"
    return "" if health.well else f"its API server is not ready: {health.why}"


def _running(components: Components, node: str, asked: Asked) -> str:
    """Return which etcd member that nobody answers for has been started lately."""
    for pod in components.on(node):
        indirect = pod.etcd and not _answered(components, node, pod.etcd)
        if indirect and components.read_at - pod.started < asked.settle:
            return f"{pod.app} was started less than {asked.settle:.0f} s ago"
    return ""


def _answered(components: Components, node: str, etcd: str) -> bool:
    """Return whether a node's API server answers for its member of an etcd cluster."""
    health = components.health.get(node)
    if health is None or not health.reached:
        return False
    return etcd == MAIN or (etcd == OVERRIDE and health.overrides)


def indirect(components: Components) -> tuple[str, ...]:
    """Return the etcd clusters that are judged by their pods and volumes alone.

    Pods of nodes that were not asked, since they have gone, say nothing.
    """
    asked = (pod for pod in components.pods if pod.etcd and pod.node in components.health)
    found = {pod.etcd for pod in asked if not _answered(components, pod.node, pod.etcd)}
    return tuple(sorted(found))


def leads(components: Components, node: str) -> int:
    """Return how many of the Leases of controller-manager and scheduler a node holds.

    Their holders are named after the node's host name and a random part (client-go).
    """
    return len(led_by(components.leaders, (node,)))


def led_by(leaders: Mapping[str, str], nodes: Iterable[str]) -> list[str]:
    """Return which Leases of controllers these nodes hold, sorted.

    They are those of controller-manager and scheduler. `leaders`: their holders by Lease.
    """
    begins = tuple(f"{node}_" for node in nodes)
    return sorted(name for name, holder in leaders.items() if holder.startswith(begins))


def stale_leases(seen: Mapping[str, tuple[str, float]], now: float, limit: float) -> frozenset[str]:
    """Return the nodes whose Lease has not changed for `limit` seconds.

    `seen`: by node, the text of renewTime and when it was first seen so, by our own clock.
    """
    return frozenset(node for node, (_text, since) in seen.items() if now - since > limit)
