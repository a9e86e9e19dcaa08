# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Account and cluster joined: instances become nodes, and nodes end with their instances."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.scenarios import catalogue, eks
from ansible_collections.nodeops.rotator.tests.simulation.world import (
    NEVER_JOINS,
    NEVER_READY,
    NodeKind,
    World,
)
from ansible_collections.nodeops.rotator.tests.unit.simulation.conftest import Scene


def ready(scene: Scene, name: str) -> bool | None:
    """Return whether a node is Ready; None while there is none."""
    node = scene.world.cluster.object("nodes", name)
    if node is None:
        return None
    return bool(
        {one["type"]: one["status"] for one in node["status"]["conditions"]}["Ready"] == "True"
    )


def grown(scene: Scene) -> str:
    """One more instance; the name that its node will have."""
    before = set(scene.instances())
    scene.scaling("SetDesiredCapacity", "operator", DesiredCapacity=5)
    scene.wait(0.1)
    (fresh,) = set(scene.instances()) - before
    return fresh


def test_nodes_name_their_instances(scene: Scene) -> None:
    for instance in scene.world.account.instances.values():
        node = scene.found("nodes", instance.private_dns)
        assert node["spec"]["providerID"] == f"aws:///{instance.zone}/{instance.id}"
        assert node["metadata"]["labels"]["topology.kubernetes.io/zone"] == instance.zone
        assert (
            node["metadata"]["labels"]["node.kubernetes.io/instance-type"] == instance.instance_type
        )
        assert node["metadata"]["creationTimestamp"] == scene.world.kernel.timestamp(
            instance.launched_at
        )


def test_an_instance_joins_and_becomes_ready_in_its_time(scene: Scene) -> None:
    scene.world.join, scene.world.ready = (10.0, 10.0), (5.0, 5.0)
    name = scene.node(grown(scene))
    assert ready(scene, name) is None
    scene.wait(10)
    assert ready(scene, name) is False
    scene.wait(5)
    assert ready(scene, name) is True


@pytest.mark.parametrize(("bad", "state"), [(NEVER_JOINS, None), (NEVER_READY, False)])
def test_a_bad_image(scene: Scene, bad: str, state: bool | None) -> None:
    image = scene.world.account.instances[scene.instances()[0]].image_id
    scene.world.bad_images[image] = bad
    name = scene.node(grown(scene))
    scene.wait(3600)
    assert ready(scene, name) is state


def test_an_instance_that_ends_before_it_joins_never_does(scene: Scene) -> None:
    scene.world.join = (30.0, 30.0)
    fresh = grown(scene)
    name = scene.node(fresh)
    scene.terminate(fresh, True, "operator")
    scene.wait(60)
    assert ready(scene, name) is None


def test_a_node_ends_with_its_instance_and_not_before(scene: Scene) -> None:
    first = scene.instances()[0]
    name = scene.node(first)
    scene.world.cluster.node_silent(name)
    scene.wait(120)
    assert ready(scene, name) is False, "its instance lives, so the Node stays"
    scene.world.account.fleet.terminate(scene.world.account.instances[first])
    scene.wait(20)
    found = scene.world.cluster.object("nodes", name)
    assert found is None or not found["spec"]["providerID"].endswith(first)


def test_what_nodes_of_a_group_have_in_common(scene: Scene) -> None:
    taint = {"key": "dedicated", "value": "x", "effect": "NoSchedule"}
    scene.world.kinds[scene.blue] = NodeKind({"tier": "web"}, (taint,))
    image = scene.world.account.instances[scene.instances()[0]].image_id
    scene.world.kubelets[image] = "v1.34.1-eks-1"
    node = scene.found("nodes", scene.node(grown(scene)))
    assert (node["metadata"]["labels"]["tier"], node["metadata"]["labels"]["nodegroup"]) == (
        "web",
        scene.blue,
    )
    assert taint in node["spec"]["taints"]
    assert node["status"]["nodeInfo"]["kubeletVersion"] == "v1.34.1-eks-1"


def test_groups_of_no_kind_make_no_nodes(scene: Scene) -> None:
    del scene.world.kinds[scene.blue]
    assert ready(scene, scene.node(grown(scene))) is None


def test_scenario_eks_is_what_it_says() -> None:
    world = eks.furnish(World(Kernel()))
    nodes = list(world.cluster.objects("nodes"))
    assert len(world.account.groups) == 3
    assert 10 <= len(nodes) <= 15
    assert len({node["metadata"]["labels"]["topology.kubernetes.io/zone"] for node in nodes}) == 3
    assert {one.image_id for one in world.account.instances.values()} == {world.facts["old_image"]}
    assert {(group.template or {})["Version"] for group in world.account.groups.values()} == {
        "$Latest",
        "$Default",
        "1",
    }
    old, new = (world.account.images[world.facts[name]] for name in ("old_image", "new_image"))
    assert (
        30
        <= (
            world.kernel.utc()
            - world.kernel.utc().fromisoformat(old.created.replace("Z", "+00:00"))
        ).days
        <= 45
    )
    assert old.created < new.created
    figures = world.cluster.workload_figures()
    assert {kind for kind, _space, _name in figures} == {"Deployment", "StatefulSet", "DaemonSet"}
    assert all(wanted == ready_ones for wanted, ready_ones in figures.values())
    (group,) = list(world.account.target_groups.values())
    assert {target.id for target in group.targets.values()} == set(
        world.account.groups["demo-blue"].members
    )
    budget = world.cluster.object("poddisruptionbudgets", "ledger", "data")
    assert budget is not None
    assert (
        budget["spec"]["maxUnavailable"],
        budget["status"]["disruptionsAllowed"],
    ) == (1, 1)
    versions = {
        name.split("/")[5] for name in world.account.parameters if "/eks/optimized-ami/" in name
    }
    assert len(versions) > 1


@pytest.mark.parametrize("name", sorted(catalogue.SCENARIOS))
def test_every_scenario_is_quick_on_the_wall_clock(name: str) -> None:
    behavior = catalogue.SCENARIOS[name](Kernel()).account.behavior
    spans = [getattr(behavior, field.name) for field in dataclasses.fields(behavior)]
    assert all(span[1] <= 1.0 for span in spans if isinstance(span, tuple))


def test_a_node_is_identified_later_where_a_cloud_controller_does_it(scene: Scene) -> None:
    """Until then it has no providerID, and is not collected.

    Its instance has its name.
    """
    scene.world.kinds[scene.blue] = NodeKind(identified_after=30.0)
    scene.world.ready = (200.0, 200.0)
    name = scene.node(grown(scene))
    scene.wait(1)
    node = scene.found("nodes", name)
    assert "providerID" not in node["spec"]
    assert "uninitialized" in str(node["spec"]["taints"])
    scene.wait(30)
    node = scene.found("nodes", name)
    assert node["spec"]["providerID"]
    assert "uninitialized" not in str(node["spec"]["taints"])


def test_a_node_that_nobody_identifies_goes_with_its_instance(scene: Scene) -> None:
    scene.world.kinds[scene.blue] = NodeKind(identified_after=1e6)
    scene.world.ready = (1e6, 1e6)
    instance = scene.world.account.instances[grown(scene)]
    scene.wait(60)
    assert ready(scene, instance.private_dns) is False
    scene.world.account.fleet.terminate(instance)
    scene.wait(60)
    assert ready(scene, instance.private_dns) is None


def test_an_instance_is_not_empty_because_its_node_is_gone(scene: Scene) -> None:
    instance = scene.world.account.instances[scene.instances()[0]]
    running = {pod["metadata"]["name"] for pod in scene.world.pods_of(instance)}
    scene.world.cluster.delete("nodes", scene.found("nodes", instance.private_dns))
    assert scene.world.node_of(instance) is None
    assert running
    assert {pod["metadata"]["name"] for pod in scene.world.pods_of(instance)} == running
    scene.wait(61)
    assert scene.world.pods_of(instance) == []
