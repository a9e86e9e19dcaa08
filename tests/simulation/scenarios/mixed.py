# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Furnish scenario `mixed`: a cluster whose nodes are carried by several things.

A self-managed node group; two managed ones, one of which has an image of its own; nodes that
Karpenter has launched, and one of Fargate.
"""

from __future__ import annotations

import base64
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.aws import build as aws
from ansible_collections.nodeops.rotator.tests.simulation.aws.machines import (
    Image,
    Template,
)
from ansible_collections.nodeops.rotator.tests.simulation.karpenter import Karpenter, KarpenterPace
from ansible_collections.nodeops.rotator.tests.simulation.kube import build as kube
from ansible_collections.nodeops.rotator.tests.simulation.managed import ManagedNodes
from ansible_collections.nodeops.rotator.tests.simulation.scenarios.eks import (
    KUBERNETES,
    USER_DATA,
    add_node_group,
    release_images,
)
from ansible_collections.nodeops.rotator.tests.simulation.upgrade import Pace
from ansible_collections.nodeops.rotator.tests.simulation.world import World

PATCH = "1.33.5"
SIZES = {"blue": 3, "web": 4, "own": 2}
POOL = "spot"
FARGATE = "fargate-ip-10-0-200-7.eu-west-1.compute.internal"


def furnish(world: World, scale: float = 1.0) -> World:
    """Put everything there and let it come to rest.

    `scale` shortens EKS's own durations.
    """
    account = world.account
    old, new = (account.images[one] for one in release_images(world))
    aws.add_subnets(account)
    aws.add_eks_cluster(account, world.name, KUBERNETES)
    add_node_group(world, f"{world.name}-blue", SIZES["blue"], "$Latest", old.id, [])
    nodes = ManagedNodes(world, Pace().scaled(scale))
    nodes.add("web", SIZES["web"], f"{PATCH}-{_date(old)}", old.id, labels={"role": "web"})
    template, labels = _own_template(world, old.id), {"role": "own"}
    nodes.add("own", SIZES["own"], "", old.id, template, labels, ami_type="CUSTOM")
    _workloads(world)
    world.facts |= {"old_image": old.id, "new_image": new.id, "cluster": world.name}
    world.facts["groups"] = {name: one.group for name, one in _nodegroups(world).items()}
    world.begin()
    _karpenter(world, old, new, scale)
    _fargate(world)
    world.cluster.settle()
    return world


def _nodegroups(world: World) -> dict[str, Any]:
    return world.account.eks_clusters[world.name].nodegroups


def _date(image: Image) -> str:
    return image.name.rpartition("-v")[2]


def _own_template(world: World, image: str) -> Template:
    """Add the launch template of the node group with an image of its own."""
    data = base64.b64encode(USER_DATA.format(name=world.name).encode()).decode()
    content = {"ImageId": image, "InstanceType": "m6i.large", "UserData": data}
    template = aws.add_template(world.account, f"{world.name}-own", [content])
    template.tags[f"kubernetes.io/cluster/{world.name}"] = "owned"
    return template


def _workloads(world: World) -> None:
    cluster = world.cluster
    for role, name, replicas in (("blue", "cart", 4), ("web", "shop", 6), ("own", "report", 3)):
        kube.deployment(cluster, name, name, replicas, pod={"nodeSelector": {"role": role}})
        kube.pdb(cluster, name, name, max_unavailable=1)
    kube.daemonset(cluster, "kube-system", "aws-node")


def _karpenter(world: World, old: Image, new: Image, scale: float) -> None:
    """Add two nodes that Karpenter has launched, and the newer image that it finds."""
    karpenter = Karpenter(world, KarpenterPace().scaled(scale))
    karpenter.add_pool(POOL, 2, old.id, [{"nodes": "1"}])
    karpenter.launch_from(POOL, new.id)


def _fargate(world: World) -> None:
    """Add a node of Fargate with its pod; it is no instance of the account."""
    provider = f"aws:///eu-west-1a/5c2f3a5f1e-9f3b0e3f5c/{FARGATE}"
    labels = {"eks.amazonaws.com/compute-type": "fargate"}
    kube.deployment(world.cluster, "batch", "nightly", 1, pod={"nodeSelector": labels})
    world.cluster.node_joins(
        *(FARGATE, provider, "eu-west-1a", "", "amd64", labels, "10.0.200.7"), ready_after=0.0
    )
