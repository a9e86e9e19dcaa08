# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Furnish scenario `kinds`: node groups that are not like the others.

One of GPUs, which are allocatable minutes after the node is Ready; one of Windows, which boots for
many minutes; one in subnets whose nodes and pods have IPv6 addresses. (A real cluster has one
family of addresses; this one has both, so that one world is enough.)
"""

from __future__ import annotations

from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.aws import build as aws
from ansible_collections.nodeops.rotator.tests.simulation.aws.catalogue import (
    publish_al2023,
    publish_windows,
)
from ansible_collections.nodeops.rotator.tests.simulation.kube import build as kube
from ansible_collections.nodeops.rotator.tests.simulation.scenarios.eks import (
    KUBERNETES,
    add_node_group,
    release_images,
)
from ansible_collections.nodeops.rotator.tests.simulation.world import NodeKind, World

SIZE = 2
GPU = "nvidia.com/gpu"
LINUX = {"kubernetes.io/os": "linux"}
TAINTS = {
    "gpu": {"key": GPU, "value": "true", "effect": "NoSchedule"},
    "windows": {"key": "os", "value": "windows", "effect": "NoSchedule"},
}
MINUTE = 60.0


def furnish(world: World, scale: float = 1.0) -> World:
    """Put everything there and let it come to rest.

    `scale` shortens what takes minutes. facts["images"]: old and new image by group.
    """
    release_images(world)
    aws.add_subnets(world.account)
    aws.add_eks_cluster(world.account, world.name, KUBERNETES)
    images = _images(world)
    kinds = {
        "gpu": NodeKind(
            {"role": "gpu"}, (TAINTS["gpu"],), {GPU: "1"}, offered_after=4 * MINUTE * scale
        ),
        "windows": NodeKind(
            {"role": "windows"},
            (TAINTS["windows"],),
            join=(6 * MINUTE * scale, 11 * MINUTE * scale),
            windows=True,
        ),
        "ipv6": NodeKind({"role": "ipv6"}),
    }
    for name, kind in kinds.items():
        subnets = [*world.account.subnets.values()]
        if name == "ipv6":
            subnets = aws.add_subnets(world.account, ipv6=True)
        add_node_group(
            world,
            f"{world.name}-{name}",
            SIZE,
            "$Latest",
            images[name][0],
            [],
            kind,
            "g5.xlarge" if name == "gpu" else "m6i.large",
            subnets,
        )
    _workloads(world)
    world.facts |= {"images": images, "cluster": world.name}
    world.begin()
    return world


def _images(world: World) -> dict[str, tuple[str, str]]:
    """Publish old and new images: two of each kind, months apart."""
    found = {}
    for name, place in (("ipv6", 0), ("gpu", 2)):
        old, new = (
            publish_al2023(world.account, KUBERNETES, date)[place]
            for date in ("20260318", "20260420")
        )
        found[name] = (old.id, new.id)
    old, new = (
        publish_windows(world.account, KUBERNETES, date)[0] for date in ("20260211", "20260415")
    )
    world.account.images[old.id] = old
    return {**found, "windows": (old.id, new.id)}


def _workloads(world: World) -> None:
    cluster = world.cluster

    def on(role: str, **pod: Any) -> dict[str, Any]:
        tolerations = [{**TAINTS[role], "operator": "Equal"}] if role in TAINTS else []
        return {"nodeSelector": {"role": role}, "tolerations": tolerations, **pod}

    container = {
        "name": "inference",
        "image": "registry.example/inference:1.0",
        "resources": {"limits": {GPU: "1"}},
    }
    kube.deployment(cluster, "ml", "inference", 2, pod=on("gpu", containers=[container]))
    kube.pdb(cluster, "ml", "inference", max_unavailable=1)
    kube.deployment(cluster, "legacy", "iis", 3, pod=on("windows"))
    kube.pdb(cluster, "legacy", "iis", min_available=2)
    kube.deployment(cluster, "shop", "cart", 4, pod=on("ipv6"))
    kube.pdb(cluster, "shop", "cart", max_unavailable=1)
    for agent in ("aws-node", "kube-proxy"):
        kube.daemonset(cluster, "kube-system", agent, pod={"nodeSelector": LINUX})
