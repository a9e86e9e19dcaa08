# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters of other shapes than the usual one, as users of kops report them."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import (
    NEEDS_UPDATE,
    SCHEDULED,
)
from ansible_collections.nodeops.rotator.tests.rotation.control_plane_builders import (
    QUICK,
    a_plane,
    a_run,
    is_new,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws.groups import Tag
from ansible_collections.nodeops.rotator.tests.simulation.builders import all_current, images
from ansible_collections.nodeops.rotator.tests.simulation.control_plane import ControlPlane
from ansible_collections.nodeops.rotator.tests.simulation.dns import DnsController
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run, prepare, rotate
from ansible_collections.nodeops.rotator.tests.simulation.scenarios import kops
from ansible_collections.nodeops.rotator.tests.simulation.scenarios.eks import point_to
from ansible_collections.nodeops.rotator.tests.simulation.scenarios.kops import InstanceGroup
from ansible_collections.nodeops.rotator.tests.simulation.world import World

NODES = InstanceGroup("nodes", "Node", 2, "abc", "m6i.large", 4)


def a_cluster(*groups: InstanceGroup, name: str = "demo") -> World:
    """Return a cluster of these groups, all due, after some minutes."""
    world = kops.furnish(World(Kernel(5), name), groups)
    for target_group in world.account.target_groups.values():
        target_group.deregistration_delay = 10.0
    world.kernel.advance(world.kernel.now + 300)
    for group in world.facts["instance_groups"].values():
        point_to(world, group, world.facts["new_image"])
    return world


def a_plane_in(zones: str) -> tuple[World, ControlPlane]:
    """Return a control plane of a node for each of these letters, in that zone."""
    groups = [InstanceGroup(f"cp-{at}", "Master", 1, zone) for at, zone in enumerate(zones)]
    world = a_cluster(*groups, NODES)
    assert world.control_plane is not None
    return world, world.control_plane


def volumes(plane: ControlPlane) -> dict[str, dict[str, str]]:
    """Return the volumes of each node's members, by its group and etcd cluster."""
    found: dict[str, dict[str, str]] = {place: {} for place in plane.places}
    for member in plane.etcd.members:
        found[member.place][member.etcd] = member.volume.id
    return found


@pytest.mark.parametrize("zones", ["aab", "aabbc"])
def test_a_control_plane_with_several_nodes_in_a_zone_keeps_each_its_volumes(zones: str) -> None:
    world, plane = a_plane_in(zones)
    before = volumes(plane)
    for number, place in enumerate(plane.places):
        run = a_run(world, place, f"r{number}")
        assert run().status == "complete", run.story()
        assert is_new(world, place)
    assert volumes(plane) == before
    assert all(plane.is_whole(place) for place in plane.places)
    assert world.judge.breaches == []
    assert plane.etcd.quorum_losses == 0


def test_of_five_nodes_two_that_are_down_are_a_refusal_although_there_is_a_quorum() -> None:
    world, plane = a_plane_in("aabbc")
    plane.etcd.fail(plane.places[4])
    result = a_run(world, plane.places[0])()
    assert result.status == "refused"
    assert "is not whole" in str(result.error)


@pytest.mark.parametrize("role", ["Node", "APIServer"])
def test_an_instance_group_of_no_node_is_no_work_and_in_nobodys_way(role: str) -> None:
    empty = InstanceGroup("none", role, 0, "abc", "m6i.large", 3)
    world, plane = a_plane(beside=(empty,))
    group = world.facts["instance_groups"]["none"]
    point_to(world, group, world.facts["new_image"])
    run = a_run(world, plane.places[0])
    assert run().status == "complete", run.story()
    nothing = prepare(world, group, "r2", **({**QUICK, "max_surge": 0, "max_unavailable": 1}))()
    assert nothing.status == "unchanged", nothing.error
    assert world.judge.breaches == []


def test_a_name_with_dots_is_a_name() -> None:
    dotted = InstanceGroup("nodes.v1.33", "Node", 2, "abc", "m6i.large", 4)
    world = a_cluster(dotted, NODES)
    group = world.facts["instance_groups"]["nodes.v1.33"]
    run = rotate(world, group)
    assert run.result is not None
    assert run.result.status == "complete", run.story()
    assert all_current(world, group)
    assert not all_current(world, world.facts["instance_groups"]["nodes"])


def test_another_cluster_whose_name_begins_alike_is_none_of_this_one() -> None:
    world, plane = a_plane()
    cluster = world.facts["cluster"]
    others = (
        InstanceGroup("control-plane-eu-west-1a", "Master", 0, "a"),
        InstanceGroup("nodes", "Node", 1, "a", "m6i.large", 4),
    )
    for name in (f"{cluster}-2", f"x.{cluster}", cluster.removesuffix(".com")):
        for group in others:
            kops.add_instance_group(world, name, group, world.facts["old_image"])
            world.kinds.pop(group.autoscaling_group(name), None)
    (lost, *_rest) = (
        one for one in world.account.instances.values() if one.group == f"nodes.{cluster}-2"
    )
    lost.tags["kops.k8s.io/detached-from-asg"] = f"nodes.{cluster}-2"
    run = a_run(world, plane.places[0])
    assert run().status == "complete", run.story()
    nodes = world.facts["instance_groups"]["nodes"]
    point_to(world, nodes, world.facts["new_image"])
    workers = prepare(world, nodes, "r2", min_ready=5)
    assert workers().status == "complete", workers.story()
    assert world.judge.breaches == []


def test_bastions_without_a_load_balancer_go_one_after_the_other() -> None:
    world = a_cluster(NODES, InstanceGroup("bastions", "Bastion", 2, "abc"))
    group = world.facts["instance_groups"]["bastions"]
    world.account.groups[group].target_groups.clear()
    world.account.target_groups.clear()
    run = prepare(world, group, "r1", soak=10, max_surge=1)
    assert run().status == "complete", run.story()
    assert all_current(world, group)
    ended = [at for at, event in run.events if event.phase == "terminated"]
    ready = [at for at, event in run.events if event.phase == "ready"]
    assert len(ended) == len(ready) == 2
    assert ready[0] < ended[0] < ready[1] < ended[1]
    assert world.judge.breaches == []


def test_spot_instances_of_a_mixed_policy_are_replaced_like_the_others() -> None:
    world = a_cluster(NODES)
    name = world.facts["instance_groups"]["nodes"]
    group = world.account.groups[name]
    template = (group.template or {})["LaunchTemplateId"]
    group.mixed = {
        "LaunchTemplate": {
            "LaunchTemplateSpecification": {"LaunchTemplateId": template, "Version": "$Latest"},
            "Overrides": [{"InstanceType": "m6i.large"}, {"InstanceType": "m5.large"}],
        },
        "InstancesDistribution": {
            "OnDemandPercentageAboveBaseCapacity": 0,
            "SpotAllocationStrategy": "capacity-optimized",
        },
    }
    group.template = None
    run = rotate(world, name)
    assert run.result is not None
    assert run.result.status == "complete", run.story()
    assert run.result.values["replaced"] == 2
    assert all_current(world, name)


def marked(world: World, how: dict[str, Any]) -> tuple[str, str]:
    """Change the first of the nodes; return their group and its instance."""
    name = world.facts["instance_groups"]["nodes"]
    instance = next(one for one in world.account.instances.values() if one.group == name)
    node = world.node_of(instance)
    assert node is not None
    world.cluster.change("nodes", node, how)
    return name, instance.id


def current() -> World:
    """Return a cluster whose nodes run what their launch template has."""
    return kops.furnish(World(Kernel(5)), (NODES,))


def test_a_current_node_that_is_marked_by_hand_is_the_only_one_that_is_replaced() -> None:
    world = current()
    name, instance = marked(world, {"metadata": {"annotations": {NEEDS_UPDATE: ""}}})
    run = rotate(world, name)
    assert run.result is not None
    assert (run.result.status, run.result.values["replaced"]) == ("complete", 1), run.story()
    assert not world.account.instances[instance].alive
    assert set(images(world, name)) == {world.facts["old_image"]}
    assert world.judge.breaches == []


def warnings(run: Run) -> list[str]:
    return [event.text for _at, event in run.events if event.phase == "warning"]


def test_a_current_node_with_the_taint_of_an_interrupted_kops_is_named() -> None:
    """The template went back, so nothing replaces it; kops never takes its taint off."""
    world = current()
    taint = {"key": SCHEDULED, "effect": "PreferNoSchedule"}
    name, instance = marked(world, {"spec": {"taints": [taint]}})
    node = world.account.instances[instance].private_dns
    run = rotate(world, name)
    assert run.result is not None
    assert run.result.status == "unchanged", run.story()
    (said,) = warnings(run)
    assert said.startswith(f"1 node with the taint {SCHEDULED}")
    assert f"kubectl taint node {node} {SCHEDULED}-" in said


def test_names_of_a_gossip_cluster_are_in_no_zone_and_not_waited_for() -> None:
    world, plane = a_plane(reuse_addresses=False)
    DnsController(world, "shop.k8s.local").stuck = True
    world.account.hosted_zones.clear()
    run = a_run(world, plane.places[0])
    assert run().status == "complete", run.story()
    (said,) = [text for text in warnings(run) if "DNS record" in text]
    assert said.startswith("it is not known whom DNS record api.internal.shop.k8s.local names")


def test_backups_in_a_bucket_that_is_gone_are_none() -> None:
    world, plane = a_plane()
    del world.account.buckets[plane.bucket]
    result = a_run(world, plane.places[0])()
    assert result.status == "refused"
    assert f"s3://{plane.bucket}/" in str(result.error)
    assert not world.gate.calls["autoscaling:TerminateInstanceInAutoScalingGroup"]


def test_a_group_with_a_role_of_tomorrow_is_no_worker_and_holds_the_control_plane() -> None:
    world, plane = a_plane()
    nodes = world.account.groups[world.facts["instance_groups"]["nodes"]]
    nodes.tags = {key: tag for key, tag in nodes.tags.items() if "/role/" not in key}
    nodes.tags["k8s.io/role/etcd"] = Tag("1", True)
    result = a_run(world, plane.places[0])()
    assert result.status == "refused"
    assert "the role of instance group nodes" in str(result.error)
    assert "(etcd)" in str(result.error)
