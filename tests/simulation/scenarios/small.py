# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Furnish scenario `small`: the least that a rotation needs.

It has one node group of four nodes and one Deployment with a budget; on demand also a StatefulSet.
"""

from __future__ import annotations

from ansible_collections.nodeops.rotator.tests.simulation.aws import build as aws
from ansible_collections.nodeops.rotator.tests.simulation.kube import build as kube
from ansible_collections.nodeops.rotator.tests.simulation.scenarios.eks import (
    KUBERNETES,
    add_node_group,
    release_images,
)
from ansible_collections.nodeops.rotator.tests.simulation.world import World

SIZE = 4


def furnish(
    world: World,
    size: int = SIZE,
    replicas: int = 8,
    version: str = "$Latest",
    max_unavailable: int | str = 1,
    members: int = 0,
) -> World:
    """Put everything there and let it come to rest.

    The group is named after the world, as in demo-blue. `members`: pods of a StatefulSet with zonal
    volumes, of which one may be down.
    """
    images = release_images(world)
    aws.add_subnets(world.account)
    aws.add_eks_cluster(world.account, world.name, KUBERNETES)
    add_node_group(world, f"{world.name}-blue", size, version, images[0], [])
    kube.deployment(world.cluster, "shop", "cart", replicas)
    kube.pdb(world.cluster, "shop", "cart", max_unavailable=max_unavailable)
    if members:
        kube.statefulset(world.cluster, "data", "ledger", members, storage="20Gi")
        kube.pdb(world.cluster, "data", "ledger", max_unavailable=1)
    kube.daemonset(world.cluster, "kube-system", "agent")
    world.facts |= {"old_image": images[0], "new_image": images[1], "cluster": world.name}
    world.begin()
    return world
