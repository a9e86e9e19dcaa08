# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Furnish a World with thirty small pods on each node, and budgets for them."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.nodeops.rotator.tests.simulation.aws import build as aws_build
from ansible_collections.nodeops.rotator.tests.simulation.builders import BLUE
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.kube import build as kube_build
from ansible_collections.nodeops.rotator.tests.simulation.scenarios.eks import (
    KUBERNETES,
    add_node_group,
    point_to,
    release_images,
)
from ansible_collections.nodeops.rotator.tests.simulation.world import World

PODS = 30
"""Pods of a node, besides that of a DaemonSet."""
REPLICAS = 60
"""Pods of a Deployment: each has some on many nodes."""
SPARED = "10%"
"""How many of them its budget lets go at one time."""
CPU, MEMORY, TYPE = "10m", "16Mi", "m6i.xlarge"
"""What a pod requests, and a type that bears 58 pods: there is room for those of a drained node."""


def furnish(nodes: int, pods: int = PODS, seed: int = 1, drains: Sequence[float] = ()) -> World:
    """Return a World of so many outdated nodes with so many pods on each.

    `drains`: how many seconds each of the target groups lets its targets drain.
    """
    world = World(Kernel(seed))
    images = release_images(world)
    aws_build.add_subnets(world.account)
    aws_build.add_eks_cluster(world.account, world.name, KUBERNETES)
    balanced = [
        aws_build.add_target_group(world.account, f"t{number}", deregistration_delay=delay)
        for number, delay in enumerate(drains)
    ]
    add_node_group(world, BLUE, nodes, "$Latest", images[0], balanced, instance_type=TYPE)
    for number, begin in enumerate(range(0, nodes * pods, REPLICAS)):
        replicas, name = min(REPLICAS, nodes * pods - begin), f"web-{number}"
        kube_build.deployment(world.cluster, "shop", name, replicas, cpu=CPU, memory=MEMORY)
        kube_build.pdb(world.cluster, "shop", name, max_unavailable=SPARED)
    kube_build.daemonset(world.cluster, "kube-system", "agent")
    world.facts |= {"old_image": images[0], "new_image": images[1], "cluster": world.name}
    world.begin(sampled=False)  # each sample holds all the Deployments
    point_to(world, BLUE, images[1])
    return world
