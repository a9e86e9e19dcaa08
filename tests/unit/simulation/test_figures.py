# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The figures: every moment counts, however short, and nothing is counted anew."""

from __future__ import annotations

from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.builders import BLUE, due
from ansible_collections.nodeops.rotator.tests.simulation.kube.behavior import Behavior
from ansible_collections.nodeops.rotator.tests.simulation.runs import rotate
from ansible_collections.nodeops.rotator.tests.simulation.world import World
from ansible_collections.nodeops.rotator.tests.unit.simulation.conftest import Scene

CART = "Deployment shop/cart"


def test_a_world_at_rest_is_one_sample(scene: Scene) -> None:
    scene.wait(600)
    (only,) = scene.world.figures.samples
    assert only.available == only.launched == {scene.blue: 4, scene.green: 2}
    assert only.workloads == {CART: (4, 4), "DaemonSet kube-system/agent": (6, 6)}


def test_the_shortest_dip_is_seen(scene: Scene) -> None:
    scene.cordon(scene.node(scene.instances()[0]))
    scene.wait(0.001)
    scene.cordon(scene.node(scene.instances()[0]), None)
    scene.wait(60)
    assert [sample.available[scene.blue] for sample in scene.world.figures.samples] == [4, 3, 4]
    assert scene.world.figures.report()["available_least"] == {scene.blue: 3, scene.green: 2}


def test_replicas_that_are_missing_for_a_while(scene: Scene) -> None:
    scene.world.behave(kube={"pod_start": 0.5, "pod_ready": 0.5})
    scene.ask("DELETE", f"/api/v1/namespaces/shop/pods/{scene.pods()[0]['metadata']['name']}")
    scene.wait(10)
    assert scene.world.figures.report()["ready_least"][CART] == 3
    assert scene.world.figures.samples[-1].workloads[CART] == (4, 4)


def test_pods_of_a_silent_node_are_not_ready_whatever_is_still_shown(scene: Scene) -> None:
    node = scene.pods()[0]["spec"]["nodeName"]
    on_it = sum(pod["spec"]["nodeName"] == node for pod in scene.pods())
    instance = next(
        one for one in scene.world.account.instances.values() if one.private_dns == node
    )
    scene.world.account.fleet.terminate(instance)
    scene.wait(0.001)
    assert scene.found("deployments", "cart", "shop")["status"]["readyReplicas"] == 4
    assert scene.world.figures.samples[-1].workloads[CART] == (4, 4 - on_it)


def test_most_launched(scene: Scene) -> None:
    scene.scaling("SetDesiredCapacity", DesiredCapacity=6)
    scene.wait(10)
    scene.scaling("SetDesiredCapacity", "operator", DesiredCapacity=4)
    scene.wait(10)
    assert scene.world.figures.report()["launched_most"] == {scene.blue: 6, scene.green: 2}


def recount(world: World) -> dict[str, Any]:
    """The same figures from the objects themselves."""
    counted = {
        name: {member.instance_id for member in group.counted()}
        for name, group in world.account.groups.items()
    }
    nodes: dict[str, set[str]] = {name: set() for name in counted}
    for node in world.cluster.objects("nodes"):
        instance = node["spec"]["providerID"].rsplit("/", 1)[-1]
        ready = any(
            one["type"] == "Ready" and one["status"] == "True"
            for one in node["status"]["conditions"]
        )
        for name, members in counted.items():
            if instance in members and ready and not node["spec"].get("unschedulable"):
                nodes[name].add(node["metadata"]["name"])
    ready_pods = sum(
        world.cluster.truly_ready(pod) for pod in world.cluster.objects("pods", "shop")
    )
    return {"launched": counted, "available": nodes, "cart": (8, ready_pods)}


def kept(world: World) -> dict[str, Any]:
    truth = world.truth
    return {
        "launched": {name: truth.launched[name] for name in world.account.groups},
        "available": {name: truth.available[name] for name in world.account.groups},
        "cart": world.cluster.workload_figures()["Deployment", "shop", "cart"],
    }


def test_what_is_kept_equals_what_is_counted_all_through_a_rotation() -> None:
    world, differences, looks = (
        due(kube=Behavior(node_monitor_grace=20.0)),
        list[Any](),
        list[float](),
    )

    def look() -> None:
        looks.append(world.kernel.now)
        if kept(world) != recount(world):
            differences.append((world.kernel.now, kept(world), recount(world)))

    world.kernel.every(0.7, look)
    rotate(world, BLUE, max_surge="2")
    assert differences == []
    assert len(looks) > 300
    assert world.figures.report()["launched_most"] == {BLUE: 6}
    assert world.figures.report()["available_least"] == {BLUE: 4}
