# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Node groups with GPUs, Windows or IPv6 are rotated like the others."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.builders import (
    BLUE,
    CLEAN,
    all_current,
    boot_times,
    due,
    images,
    traces,
)
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.runs import rotate
from ansible_collections.nodeops.rotator.tests.simulation.scenarios import kinds
from ansible_collections.nodeops.rotator.tests.simulation.scenarios.eks import point_to
from ansible_collections.nodeops.rotator.tests.simulation.world import World


def a_world(name: str) -> World:
    world = kinds.furnish(World(Kernel(1)))
    point_to(world, f"demo-{name}", world.facts["images"][name][1])
    return world


@pytest.mark.parametrize("name", ["gpu", "windows", "ipv6"])
def test_every_kind_of_node_is_replaced(name: str) -> None:
    world = a_world(name)
    group = f"demo-{name}"
    run = rotate(world, group, soak=60)
    assert run.result is not None
    assert run.result.status == "complete", run.result.error
    assert images(world, group) == [world.facts["images"][name][1]] * kinds.SIZE
    own = [kinds.TAINTS[name]["key"]] * kinds.SIZE if name in kinds.TAINTS else []
    assert traces(world, group) == {**CLEAN, "taints": own}
    assert world.judge.breaches == []


def test_a_gpu_is_allocatable_minutes_after_ready() -> None:
    world = a_world("gpu")
    run = rotate(world, "demo-gpu", soak=60)
    assert min(boot_times(run.story())) > 240


def test_windows_boots_for_many_minutes() -> None:
    world = a_world("windows")
    run = rotate(world, "demo-windows", soak=60)
    assert min(boot_times(run.story())) > 360
    (node, *_more) = world.judge.nodes("demo-windows")
    assert node["status"]["nodeInfo"]["operatingSystem"] == "windows"
    agents = [pod["metadata"]["name"] for pod in world.cluster.pods_on(node["metadata"]["name"])]
    assert not any(name.startswith("aws-node") for name in agents)


def test_nodes_and_pods_have_ipv6_addresses() -> None:
    world = a_world("ipv6")
    for node in world.judge.nodes("demo-ipv6"):
        internal, *_names = node["status"]["addresses"]
        instance = node["spec"]["providerID"].rsplit("/", 1)[-1]
        found = world.account.call("ec2", "DescribeInstances", {"InstanceIds": [instance]})
        (shown,) = found["Reservations"][0]["Instances"]
        assert internal["address"] == shown["Ipv6Address"]
        assert internal["address"].startswith("2001:db8:1234:")
    carts = [p for p in world.cluster.objects("pods", "shop") if p["status"].get("podIP")]
    assert len(carts) == 4
    assert all(":" in pod["status"]["podIP"] for pod in carts)


def test_nodes_with_hostnames_of_their_own_are_found_by_their_instances() -> None:
    world = due()
    world.behave(aws={"own_hostnames": True})
    run = rotate(world, BLUE)
    assert run.result is not None
    assert run.result.status == "complete", run.result.error
    assert all_current(world)
    names = {node["metadata"]["name"] for node in world.judge.nodes(BLUE)}
    assert all(name.endswith(".nodes.example") for name in names)
    assert traces(world) == CLEAN
    assert world.judge.breaches == []
