# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read a node group and its cluster once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.autoscaling import (
    AutoScaling,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.rooms import (
    read_rooms,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.client import KubeClient
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.cluster import (
    count,
    evidence_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.look import (
    Look,
    LookOptions,
    course,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.whole import (
    led_by,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import ForbiddenError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Group
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    Node,
    Service,
    Volume,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    BUDGETS,
    NODES,
    SERVICES,
    VOLUMES,
    Feed,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.kinds import kind_of
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import load
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.lease import lease_name
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.node_index import (
    by_instance,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.stand_ins import (
    stand_ins,
)


def read_look(
    aws: Aws, kube: KubeClient, options: LookOptions, own: tuple[str, ...] = (), ahead: bool = True
) -> Look:
    """Return what preflight and verify judge: the group, its Lease, the cluster.

    `own`: addresses of the pod, or machine, that this run works on. `ahead`: a rotation is to come,
    so the room for new nodes is read too. Raises core.errors, NotFoundError for an unknown group.
    """
    group = AutoScaling(aws, causes=False).read_group(options.group)
    lease = kube.read_lease(lease_name(group.arn))
    ids = {instance.id for instance in group.instances if not instance.kept}
    found = by_instance(kube.records(NODES))
    nodes = {id_: node for id_, node in found.items() if id_ in ids}
    carries_pods = kind_of(group.tags).carries_pods
    evidence = evidence_of(group.name, group.tags, options.cluster, kube.cluster_uid(), lease)
    if carries_pods:
        evidence = count(evidence, group.instances, nodes, group.read_at, options.boot_timeout)
    return Look(
        group=group,
        nodes=nodes if carries_pods else stand_ins(group),
        pods=tuple(kube.records(Feed("pods"))),
        budgets=tuple(kube.records(BUDGETS)),
        lease=lease,
        journal=load(lease.journal if lease else ""),
        image_id=options.image_id,
        max_age=options.max_node_age,
        evidence=evidence,
        repair=options.repair,
        drain=options.drain,
        left_outdated=frozenset(options.left_outdated),
        services=_services(kube) if group.targets else (),
        others=tuple(node for id_, node in found.items() if id_ not in ids),
        volumes=_volumes(kube),
        hosts=_hosts(kube, own),
        course=course(options, group.desired),
        leads=_leads(kube, group, nodes.values()),
        **(_room(aws, group) if ahead else {}),
    )


def _leads(kube: KubeClient, group: Group, nodes: Iterable[Node]) -> tuple[str, ...]:
    """Return which Leases of controllers a node of a control plane holds."""
    if not kind_of(group.tags).needs_quorum:
        return ()
    return tuple(led_by(kube.leaders(), (node.name for node in nodes)))


def _room(aws: Aws, group: Group) -> dict[str, Any]:
    """Return the fields of a Look that say whether there is room for another node."""
    return {
        "free_addresses": _free_addresses(aws, group.subnets),
        "rooms": read_rooms(aws, {one.id for one in group.launched}),
    }


def _free_addresses(aws: Aws, subnets: tuple[str, ...]) -> dict[str, int] | None:
    """Return the free IPv4 addresses by subnet, None if they may not be read.

    A subnet of IPv6 alone has none, which is no lack, and never too few of its own.
    """
    try:
        doing = f"read the subnets {', '.join(subnets)}"
        shown = aws.call(doing, "ec2", "DescribeSubnets", SubnetIds=list(subnets))
    except ForbiddenError:
        return None
    with_ipv4 = (one for one in shown["Subnets"] if not one.get("Ipv6Native"))
    return {one["SubnetId"]: one["AvailableIpAddressCount"] for one in with_ipv4}


def _hosts(kube: KubeClient, addresses: tuple[str, ...]) -> frozenset[str]:
    """Return the names of the nodes with pods that have one of these addresses."""
    pods = (pod for one in addresses for pod in kube.records(Feed("pods", address=one)))
    return frozenset(pod.node for pod in pods if pod.node)


def _volumes(kube: KubeClient) -> dict[str, Volume] | None:
    """Return the volumes by their claims, None if they may not be read."""
    try:
        return {volume.claim: volume for volume in kube.records(VOLUMES) if volume.claim}
    except ForbiddenError:
        return None


def _services(kube: KubeClient) -> tuple[Service, ...] | None:
    """Return the Services of the cluster, None if they may not be read."""
    try:
        return tuple(kube.records(SERVICES))
    except ForbiddenError:
        return None
