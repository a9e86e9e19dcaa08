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
from ansible_collections.nodeops.rotator.tests.unit.simulation.conftest import BuiltAccount

CART = "Deployment shop/cart"


def test_a_world_at_rest_is_one_sample(built: BuiltAccount) -> None:
    built.wait(600)
    (only,) = built.world.figures.samples
    assert only.available == only.launched == {built.blue: 4, built.green: 2}
    assert only.workloads == {CART: (4, 4), "DaemonSet kube-system/agent": (6, 6)}


def test_the_shortest_dip_is_seen(built: BuiltAccount) -> None:
    built.cordon(built.node(built.instances()[0]))
    built.wait(0.001)
    built.cordon(built.node(built.instances()[0]), None)
    built.wait(60)
    assert [sample.available[built.blue] for sample in built.world.figures.samples] == [4, 3, 4]
    assert built.world.figures.report()["available_least"] == {built.blue: 3, built.green: 2}


def test_replicas_that_are_missing_for_a_while(built: BuiltAccount) -> None:
    built.world.behave(kube={"pod_start": 0.5, "pod_ready": 0.5})
    built.ask("DELETE", f"/api/v1/namespaces/shop/pods/{built.pods()[0]['metadata']['name']}")
    built.wait(10)
    assert built.world.figures.report()["ready_least"][CART] == 3
    assert built.world.figures.samples[-1].workloads[CART] == (4, 4)


def test_pods_of_a_silent_node_are_not_ready_whatever_is_still_shown(built: BuiltAccount) -> None:
    node = built.pods()[0]["spec"]["nodeName"]
    on_it = sum(pod["spec"]["nodeName"] == node for pod in built.pods())
    instance = next(
        one for one in built.world.account.instances.values() if one.private_dns == node
    )
    built.world.account.fleet.terminate(instance)
    built.wait(0.001)
    assert built.found("deployments", "cart", "shop")["status"]["readyReplicas"] == 4
    assert built.world.figures.samples[-1].workloads[CART] == (4, 4 - on_it)


def test_most_launched(built: BuiltAccount) -> None:
    built.scaling("SetDesiredCapacity", DesiredCapacity=6)
    built.wait(10)
    built.scaling("SetDesiredCapacity", "operator", DesiredCapacity=4)
    built.wait(10)
    assert built.world.figures.report()["launched_most"] == {built.blue: 6, built.green: 2}


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
