# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Account and cluster joined: nodes begin and end with their instances."""

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
from ansible_collections.nodeops.rotator.tests.unit.simulation.conftest import BuiltAccount


def ready(built: BuiltAccount, name: str) -> bool | None:
    """Return whether a node is Ready; None while there is none."""
    node = built.world.cluster.object("nodes", name)
    if node is None:
        return None
    return bool(
        {one["type"]: one["status"] for one in node["status"]["conditions"]}["Ready"] == "True"
    )


def grown(built: BuiltAccount) -> str:
    """One more instance; the name that its node will have."""
    before = set(built.instances())
    built.scaling("SetDesiredCapacity", "operator", DesiredCapacity=5)
    built.wait(0.1)
    (fresh,) = set(built.instances()) - before
    return fresh


def test_nodes_name_their_instances(built: BuiltAccount) -> None:
    for instance in built.world.account.instances.values():
        node = built.found("nodes", instance.private_dns)
        assert node["spec"]["providerID"] == f"aws:///{instance.zone}/{instance.id}"
        assert node["metadata"]["labels"]["topology.kubernetes.io/zone"] == instance.zone
        assert (
            node["metadata"]["labels"]["node.kubernetes.io/instance-type"] == instance.instance_type
        )
        assert node["metadata"]["creationTimestamp"] == built.world.kernel.timestamp(
            instance.launched_at
        )


def test_an_instance_joins_and_becomes_ready_in_its_time(built: BuiltAccount) -> None:
    built.world.join, built.world.ready = (10.0, 10.0), (5.0, 5.0)
    name = built.node(grown(built))
    assert ready(built, name) is None
    built.wait(10)
    assert ready(built, name) is False
    built.wait(5)
    assert ready(built, name) is True


@pytest.mark.parametrize(("bad", "state"), [(NEVER_JOINS, None), (NEVER_READY, False)])
def test_a_bad_image(built: BuiltAccount, bad: str, state: bool | None) -> None:
    image = built.world.account.instances[built.instances()[0]].image_id
    built.world.bad_images[image] = bad
    name = built.node(grown(built))
    built.wait(3600)
    assert ready(built, name) is state


def test_an_instance_that_ends_before_it_joins_never_does(built: BuiltAccount) -> None:
    built.world.join = (30.0, 30.0)
    fresh = grown(built)
    name = built.node(fresh)
    built.terminate(fresh, True, "operator")
    built.wait(60)
    assert ready(built, name) is None


def test_a_node_ends_with_its_instance_and_not_before(built: BuiltAccount) -> None:
    first = built.instances()[0]
    name = built.node(first)
    built.world.cluster.node_silent(name)
    built.wait(120)
    assert ready(built, name) is False, "its instance lives, so the Node stays"
    built.world.account.fleet.terminate(built.world.account.instances[first])
    built.wait(20)
    found = built.world.cluster.object("nodes", name)
    assert found is None or not found["spec"]["providerID"].endswith(first)


def test_the_node_of_a_stopped_instance_answers_no_more_until_it_is_started(
    built: BuiltAccount,
) -> None:
    built.world.join, built.world.ready = (10.0, 10.0), (5.0, 5.0)
    built.scaling("SuspendProcesses", "operator", ScalingProcesses=["HealthCheck"])
    first = built.instances()[0]
    name = built.node(first)
    built.world.account.call("ec2", "StopInstances", {"InstanceIds": [first]}, "operator")
    built.wait(120)
    assert ready(built, name) is False
    built.world.account.call("ec2", "StartInstances", {"InstanceIds": [first]}, "operator")
    built.wait(120)
    assert ready(built, name) is True


def test_what_nodes_of_a_group_have_in_common(built: BuiltAccount) -> None:
    taint = {"key": "dedicated", "value": "x", "effect": "NoSchedule"}
    built.world.kinds[built.blue] = NodeKind({"tier": "web"}, (taint,))
    image = built.world.account.instances[built.instances()[0]].image_id
    built.world.kubelets[image] = "v1.34.1-eks-1"
    node = built.found("nodes", built.node(grown(built)))
    assert (node["metadata"]["labels"]["tier"], node["metadata"]["labels"]["nodegroup"]) == (
        "web",
        built.blue,
    )
    assert taint in node["spec"]["taints"]
    assert node["status"]["nodeInfo"]["kubeletVersion"] == "v1.34.1-eks-1"


def test_groups_of_no_kind_make_no_nodes(built: BuiltAccount) -> None:
    del built.world.kinds[built.blue]
    assert ready(built, built.node(grown(built))) is None


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
    behavior = catalogue.SCENARIOS[name](catalogue.quick_world(Kernel())).account.behavior
    spans = [getattr(behavior, field.name) for field in dataclasses.fields(behavior)]
    assert all(span[1] <= 1.0 for span in spans if isinstance(span, tuple))


def test_a_node_is_identified_later_where_a_cloud_controller_does_it(built: BuiltAccount) -> None:
    """Until then it has no providerID, and is not collected.

    Its instance has its name.
    """
    built.world.kinds[built.blue] = NodeKind(identified_after=30.0)
    built.world.ready = (200.0, 200.0)
    name = built.node(grown(built))
    built.wait(1)
    node = built.found("nodes", name)
    assert "providerID" not in node["spec"]
    assert "uninitialized" in str(node["spec"]["taints"])
    built.wait(30)
    node = built.found("nodes", name)
    assert node["spec"]["providerID"]
    assert "uninitialized" not in str(node["spec"]["taints"])


def test_a_node_that_nobody_identifies_goes_with_its_instance(built: BuiltAccount) -> None:
    built.world.kinds[built.blue] = NodeKind(identified_after=1e6)
    built.world.ready = (1e6, 1e6)
    instance = built.world.account.instances[grown(built)]
    built.wait(60)
    assert ready(built, instance.private_dns) is False
    built.world.account.fleet.terminate(instance)
    built.wait(60)
    assert ready(built, instance.private_dns) is None


def test_an_instance_is_not_empty_because_its_node_is_gone(built: BuiltAccount) -> None:
    instance = built.world.account.instances[built.instances()[0]]
    running = {pod["metadata"]["name"] for pod in built.world.pods_of(instance)}
    built.world.cluster.delete("nodes", built.found("nodes", instance.private_dns))
    assert built.world.node_of(instance) is None
    assert running
    assert {pod["metadata"]["name"] for pod in built.world.pods_of(instance)} == running
    built.wait(61)
    assert built.world.pods_of(instance) == []
