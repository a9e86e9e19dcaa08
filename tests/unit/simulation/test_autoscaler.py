# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An autoscaler sets sizes from an old cache, ends empty nodes, and asks again."""

from __future__ import annotations

from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.autoscaler import (
    DISABLED,
    Autoscaler,
    Settings,
)
from ansible_collections.nodeops.rotator.tests.simulation.builders import BLUE, due
from ansible_collections.nodeops.rotator.tests.simulation.gate import Fault
from ansible_collections.nodeops.rotator.tests.simulation.kube import build
from ansible_collections.nodeops.rotator.tests.simulation.world import NEVER_JOINS, World

QUICK = Settings(unneeded=60.0, provision=200.0)


def a_world(replicas: int = 8, room: int = 3) -> World:
    world = due(replicas=replicas)
    group = world.account.groups[BLUE]
    group.maximum, group.minimum = group.maximum + room, 1
    return world


def wait(world: World, seconds: float) -> None:
    world.kernel.advance(world.kernel.now + seconds)


def acts(scaler: Autoscaler) -> list[tuple[str, bool]]:
    return [(act, done) for _at, act, done in scaler.acts]


def desired(world: World, number: int | None = None) -> int:
    if number is not None:
        params = {"AutoScalingGroupName": BLUE, "DesiredCapacity": number}
        world.account.call("autoscaling", "SetDesiredCapacity", params, "operator")
    return world.account.groups[BLUE].desired


def crowd(world: World) -> None:
    """A workload that needs nodes of its own: one pod for each."""
    build.deployment(world.cluster, "shop", "big", 5, cpu="1200m")


def test_pods_that_fit_nowhere_raise_the_size_until_they_fit() -> None:
    world = a_world()
    scaler = Autoscaler(world, BLUE, QUICK)
    crowd(world)
    wait(world, 400)
    assert ("desired 5", True) in acts(scaler)
    assert all(pod["spec"].get("nodeName") for pod in world.cluster.objects("pods", "shop"))


def test_its_cache_is_a_minute_old_so_that_it_writes_over_others() -> None:
    """Upwards from an old size: what somebody has raised meanwhile is lowered."""
    world = a_world()
    scaler = Autoscaler(world, BLUE, QUICK)
    wait(world, 15)
    desired(world, 7)
    crowd(world)
    wait(world, 15)
    assert acts(scaler)[0] == ("desired 5", True)
    assert desired(world) == 5


def test_instances_that_never_become_nodes_are_given_up_and_asked_for_again() -> None:
    world = a_world()
    world.bad_images[world.facts["new_image"]] = NEVER_JOINS
    scaler = Autoscaler(world, BLUE, QUICK)
    crowd(world)
    wait(world, 600)
    told = [act for act, _done in acts(scaler)]
    assert told[:3] == ["desired 5", "desired 4", "desired 5"]


def test_an_empty_node_is_ended_with_a_decrement_unless_that_is_forbidden() -> None:
    world = a_world(replicas=0)
    for node in list(world.cluster.objects("nodes"))[1:]:
        world.cluster.change("nodes", node, {"metadata": {"annotations": {DISABLED: "true"}}})
    first = next(iter(world.cluster.objects("nodes")))
    scaler = Autoscaler(world, BLUE, QUICK)
    wait(world, 300)
    identity = first["spec"]["providerID"].rsplit("/", 1)[-1]
    assert acts(scaler) == [(f"end {identity}", True)]
    assert desired(world) == 3


def test_what_is_refused_is_asked_again() -> None:
    world = a_world()
    refusal = Fault("autoscaling:SetDesiredCapacity", "ScalingActivityInProgress", times=2)
    world.gate.faults.append(refusal)
    scaler = Autoscaler(world, BLUE, QUICK)
    crowd(world)
    wait(world, 60)
    assert acts(scaler)[:3] == [("desired 5", False), ("desired 5", False), ("desired 5", True)]


def test_the_end_of_a_node_that_is_refused_takes_its_taint_back() -> None:
    world = a_world(replicas=0)
    fault: dict[str, Any] = {"match": "autoscaling:Terminate*", "code": "ResourceContention"}
    world.gate.faults.append(Fault(**fault, times=1))
    Autoscaler(world, BLUE, Settings(unneeded=30.0))
    wait(world, 45)
    taints = [n["spec"].get("taints") or [] for n in world.cluster.objects("nodes")]
    assert not any("ToBeDeleted" in taint["key"] for some in taints for taint in some)


def test_the_minimum_is_kept() -> None:
    world = a_world(replicas=0)
    world.account.groups[BLUE].minimum = 4
    scaler = Autoscaler(world, BLUE, QUICK)
    wait(world, 300)
    assert acts(scaler) == []
