# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Target health follows the pods of a Service with a Local traffic policy.

The policy is externalTrafficPolicy.
"""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.aws.balancing import TargetGroup
from ansible_collections.nodeops.rotator.tests.simulation.aws.build import (
    add_eks_cluster,
    add_subnets,
    add_target_group,
)
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.kube.build import deployment, service
from ansible_collections.nodeops.rotator.tests.simulation.scenarios.eks import (
    KUBERNETES,
    add_node_group,
    release_images,
)
from ansible_collections.nodeops.rotator.tests.simulation.world import World


def a_world(local: bool, port: int = 0) -> tuple[World, TargetGroup]:
    """Two nodes behind a target group, one of them with the pod of its Service."""
    world = World(Kernel(1))
    image = release_images(world)[0]
    add_subnets(world.account)
    add_eks_cluster(world.account, world.name, KUBERNETES)
    found = add_target_group(world.account, "web", 30080, health_port=port)
    add_node_group(world, "blue", 2, "$Latest", image, [found])
    deployment(world.cluster, "shop", "web", 1)
    service(world.cluster, "shop", "web", 30080, local=local, health_port=port)
    world.begin()
    return world, found


@pytest.mark.parametrize("port", [0, 32000])
def test_only_the_node_with_a_ready_pod_is_healthy(port: int) -> None:
    world, found = a_world(True, port)
    (pod,) = world.cluster.objects("pods")
    (healthy,) = found.healthy()
    assert world.account.instances[healthy.id].private_dns == pod["spec"]["nodeName"]


def test_health_moves_with_the_pod() -> None:
    world, found = a_world(True)
    (pod,) = world.cluster.objects("pods")
    before = found.healthy()[0].id
    node = world.cluster.object("nodes", pod["spec"]["nodeName"])
    assert node is not None
    world.cluster.change("nodes", node, {"spec": {"unschedulable": True}})
    world.cluster.delete("pods", pod)
    world.kernel.advance(world.kernel.now + 300)
    (after,) = found.healthy()
    assert after.id != before


def test_with_the_policy_cluster_every_node_is_healthy() -> None:
    assert len(a_world(False)[1].healthy()) == 2
