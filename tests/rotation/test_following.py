# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Target groups that follow pods: health moves with pods, not with nodes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.aws.balancing import TargetGroup
from ansible_collections.nodeops.rotator.tests.simulation.aws.build import (
    add_eks_cluster,
    add_subnets,
    add_target_group,
)
from ansible_collections.nodeops.rotator.tests.simulation.builders import (
    BLUE,
    CLEAN,
    all_current,
    sizes,
    traces,
)
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.kube.build import (
    daemonset,
    deployment,
    pdb,
    service,
)
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run, prepare, rotate
from ansible_collections.nodeops.rotator.tests.simulation.scenarios.eks import (
    KUBERNETES,
    add_node_group,
    point_to,
    release_images,
)
from ansible_collections.nodeops.rotator.tests.simulation.virtual import Killed
from ansible_collections.nodeops.rotator.tests.simulation.world import World

PORT, HEALTH = 30080, 32000
APART: Mapping[str, Any] = {
    "affinity": {
        "podAntiAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": [
                {
                    "labelSelector": {"matchLabels": {"app": "web"}},
                    "topologyKey": "kubernetes.io/hostname",
                }
            ]
        }
    }
}
LISTENS: Mapping[str, Any] = {
    "containers": [
        {
            "name": "web",
            "image": "registry.example/web:1.0",
            "ports": [{"containerPort": 80, "hostPort": PORT}],
        }
    ]
}


def a_world(
    replicas: int, pod: Mapping[str, Any], local: bool = True, health: int = 0, agents: bool = False
) -> tuple[World, TargetGroup]:
    """Three nodes behind a target group, pods `web` on some of them.

    `local`: a Service leads to them. `agents`: they are a DaemonSet's.
    """
    world = World(Kernel(1))
    old, new = release_images(world)
    add_subnets(world.account)
    add_eks_cluster(world.account, world.name, KUBERNETES)
    web = add_target_group(world.account, "web", PORT, health_port=health)
    add_node_group(world, BLUE, 3, "$Latest", old, [web])
    if agents:
        daemonset(world.cluster, "shop", "web", pod=pod)
    else:
        deployment(world.cluster, "shop", "web", replicas, pod=pod)
        pdb(world.cluster, "shop", "web", max_unavailable=1)
    if local:
        service(world.cluster, "shop", "web", PORT, local=True, health_port=health)
    world.facts |= {"old_image": old, "new_image": new, "cluster": world.name}
    world.begin()
    point_to(world, BLUE, new)
    return world, web


def ended_well(run: Run) -> None:
    assert run.result is not None, run.story()
    assert run.result.status == "complete", run.story()
    world = run.world
    assert all_current(world)
    assert sizes(world) == (3, 3, 3)
    assert traces(world) == CLEAN
    assert world.judge.breaches == []


def gaps(world: World, web: TargetGroup) -> list[float]:
    """The moments, every second, at which no target of the group is healthy."""
    found: list[float] = []

    def look() -> None:
        if not web.healthy():
            found.append(world.kernel.now)
        world.kernel.after(1, look)

    look()
    return found


@pytest.mark.parametrize("health", [0, HEALTH])
def test_no_health_is_asked_of_an_empty_new_node_behind_a_local_service(health: int) -> None:
    world, web = a_world(2, APART, health=health)
    assert len(web.healthy()) == 2, "the third node runs no pod of it"
    missing = gaps(world, web)
    run = rotate(world, BLUE)
    ended_well(run)
    assert any("follows pods: Service shop/web" in line for line in run.story())
    assert missing == [], "two pods on two nodes: one serves all the time"


def test_where_one_pod_alone_serves_it_moves_before_its_node_is_deregistered() -> None:
    world, web = a_world(1, {})
    assert len(web.healthy()) == 1
    first = web.healthy()[0].id
    run = rotate(world, BLUE)
    ended_well(run)
    evicted = [at for at, one in run.inbox.commands if type(one).__name__ == "Evict"]
    left = [
        at
        for at, one in run.inbox.commands
        if type(one).__name__ == "Deregister" and one.targets[0][0] == first
    ]
    assert evicted
    assert left
    assert evicted[0] < left[0]


def test_pods_that_listen_on_a_port_of_their_node_are_followed_too() -> None:
    world, web = a_world(2, LISTENS, local=False)
    assert len(web.healthy()) == 2
    run = rotate(world, BLUE)
    ended_well(run)
    assert any("listens on a port of its node" in line for line in run.story())


def test_a_port_that_a_daemonset_listens_on_has_to_be_healthy_on_a_new_node() -> None:
    world, web = a_world(0, LISTENS, local=False, agents=True)
    assert len(web.healthy()) == 3
    run = rotate(world, BLUE)
    ended_well(run)
    assert not any("follows pods" in line for line in run.story())


def test_where_services_may_not_be_read_nothing_is_taken_to_follow_pods_and_that_is_told() -> None:
    world, _web = a_world(2, APART)
    run = prepare(world, BLUE, boot_timeout=300)
    world.cluster.admission.denied.append(("*", "* services"))
    result = run()
    assert result.status == "failed"
    assert "to find it healthy" in str(result.error)
    assert any("services may not be read, so no target group" in line for line in run.story())
    assert sizes(world) == (3, 3, 3)
    assert traces(world) == CLEAN
    assert world.judge.breaches == []


def test_a_run_that_follows_a_killed_one_knows_it_from_the_record() -> None:
    world, _web = a_world(2, APART)
    with pytest.raises(Killed):
        prepare(world, BLUE, kill_at_command=25)()
    for found in list(world.cluster.objects("services")):
        world.cluster.change("services", found, {"spec": {"externalTrafficPolicy": "Cluster"}})
    run = rotate(world, BLUE, run_id="r2")
    ended_well(run)
