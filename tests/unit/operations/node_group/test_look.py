# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is read of a node group: only its nodes, and all that preflight needs."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.client import KubeClient
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.look import (
    Course,
    Look,
    LookOptions,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.preflight import blockers
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.subnets import narrow
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import NotFoundError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import KEPT
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import (
    Journal,
    dump,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.lease import lease_name
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.sizes import (
    Size,
    Window,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.node_group.look import (
    read_look,
)
from ansible_collections.nodeops.rotator.tests.simulation.adapters import aws_call
from ansible_collections.nodeops.rotator.tests.simulation.adapters_kube import kube_call
from ansible_collections.nodeops.rotator.tests.simulation.builders import BLUE, due
from ansible_collections.nodeops.rotator.tests.simulation.gate import Fault
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.kube import build as kube
from ansible_collections.nodeops.rotator.tests.simulation.kube.build_volumes import local_volume
from ansible_collections.nodeops.rotator.tests.simulation.scenarios import kops
from ansible_collections.nodeops.rotator.tests.simulation.world import World


@pytest.fixture
def world() -> World:
    """Four outdated nodes and eight pods that a budget covers."""
    return due()


def read(world: World, options: LookOptions = LookOptions(BLUE)) -> Look:
    return read_look(Aws(aws_call(world.account)), KubeClient(kube_call(world.cluster)), options)


def test_what_a_node_of_a_control_plane_leads_is_read() -> None:
    world = kops.furnish(World(Kernel()))
    groups = world.facts["instance_groups"]
    found = {
        name: read(world, LookOptions(group)).leads
        for name, group in groups.items()
        if name != "bastions"
    }
    assert found == {
        "control-plane-eu-west-1a": ("kube-controller-manager",),
        "control-plane-eu-west-1b": ("kube-scheduler",),
        "control-plane-eu-west-1c": (),
        "nodes-a": (),
        "nodes-b": (),
    }


def test_the_nodes_of_the_group_are_found_by_their_instances(world: World) -> None:
    found = read(world)
    assert set(found.nodes) == {instance.id for instance in found.group.instances}
    assert len(found.nodes) == 4
    assert all(node.instance_id == id_ for id_, node in found.nodes.items())
    assert found.evidence is not None
    assert (found.evidence.judged, found.evidence.joined) == (4, 4)


def test_bastions_are_no_nodes_and_their_cluster_is_known_by_tags_alone() -> None:
    world = kops.furnish(World(Kernel(1)), (kops.InstanceGroup("bastions", "Bastion", 2, "abc"),))
    found = read(world, LookOptions("bastions.demo.example.com"))
    assert {id_: node.ready for id_, node in found.nodes.items()} == {
        instance.id: True for instance in found.group.instances
    }
    assert found.evidence is not None
    assert (found.evidence.judged, found.evidence.joined) == (0, 0)


def test_pods_and_budgets_are_those_of_the_whole_cluster(world: World) -> None:
    found = read(world)
    assert len([pod for pod in found.pods if pod.namespace == "shop"]) == 8
    assert [budget.id for budget in found.budgets] == ["shop/cart"]


def test_an_instance_that_was_kept_is_no_node_of_the_group(world: World) -> None:
    kept = next(iter(world.account.groups[BLUE].members))
    params = {"Resources": [kept], "Tags": [{"Key": KEPT, "Value": "r1"}]}
    world.account.call("ec2", "CreateTags", params, "operator")
    world.kernel.advance(world.kernel.now + 30)
    assert kept not in read(world).nodes


def test_without_a_lease_nothing_is_recorded(world: World) -> None:
    found = read(world)
    assert found.lease is None
    assert found.journal == Journal()


def test_the_record_is_that_of_the_group_s_lease(world: World) -> None:
    name = lease_name(world.account.groups[BLUE].arn)
    record = Journal(run="r1", max_size=(4, 5))
    cluster = KubeClient(kube_call(world.cluster))
    cluster.write_lease(Lease(name, holder="somebody", duration=30, journal=dump(record)))
    found = read(world)
    assert found.lease is not None
    assert found.lease.holder == "somebody"
    assert found.journal == record


def test_the_options_go_with_the_look(world: World) -> None:
    options = LookOptions(BLUE, image_id="ami-next", max_node_age=60, repair=True, cluster="demo")
    found = read(world, options)
    assert (found.image_id, found.max_age, found.repair) == ("ami-next", 60, True)
    assert found.evidence is not None
    assert found.evidence.cluster == "demo"


def test_the_pace_is_that_of_the_options_for_the_size_of_the_group(world: World) -> None:
    assert read(world).course == Course(Window(1, 0), 1, 60)
    wanted = LookOptions(
        BLUE,
        max_surge=Size(50, True),
        max_unavailable=Size(1),
        canary=Size(30, True),
        soak=7,
    )
    assert read(world, wanted).course == Course(Window(2, 1), 2, 7)


def test_a_group_that_does_not_exist_is_named(world: World) -> None:
    with pytest.raises(NotFoundError, match="demo-bleu"):
        read(world, LookOptions("demo-bleu"))


def test_volumes_are_known_by_their_claims_and_what_may_not_be_read_is_unknown(
    world: World,
) -> None:
    node = world.judge.nodes(BLUE)[0]["metadata"]["labels"]["kubernetes.io/hostname"]
    local_volume(world.cluster, "disk", node)
    kube.statefulset(world.cluster, "shop", "db", 1, storage="1Gi", storage_class="local-storage")
    world.kernel.advance(world.kernel.now + 60)
    found = read(world)
    assert found.volumes is not None
    assert found.volumes["shop/data-db-0"].name == "disk"
    (said,) = blockers(found)
    assert said.startswith("Pod shop/db-0 can run on no other node: its volume disk is on a node")
    world.gate.faults.append(Fault("kubernetes:list persistentvolumes", "403", times=-1))
    assert read(world).volumes is None


def test_the_room_under_the_quotas_is_read(world: World) -> None:
    world.account.quotas["m"] = 8
    (room,) = read(world).rooms or ()
    assert (room.used, room.limit) == (8, 8)
    world.gate.faults.append(Fault("*:GetServiceQuota", "AccessDeniedException", times=-1))
    (room,) = read(world).rooms or ()
    assert room.limit is None


def test_the_room_for_new_nodes_is_not_read_once_the_rotation_is_over(world: World) -> None:
    world.gate.calls.clear()
    aws, kube_client = Aws(aws_call(world.account)), KubeClient(kube_call(world.cluster))
    look = read_look(aws, kube_client, LookOptions(BLUE), ahead=False)
    assert (look.free_addresses, look.rooms) == ({}, ())
    asked = {name.partition(":")[2] for name in world.gate.calls}
    assert not asked & {"DescribeSubnets", "GetServiceQuota"}
    assert world.gate.calls["ec2:DescribeInstances"] == 1


def test_why_instances_are_missing_is_asked_only_where_they_are(world: World) -> None:
    activities = "autoscaling:DescribeScalingActivities"
    world.gate.calls.clear()
    read(world)
    assert world.gate.calls[activities] == 0
    world.account.groups[BLUE].desired += 1
    read(world)
    assert world.gate.calls[activities] == 1


def test_the_node_of_the_pod_with_our_address_is_known(world: World) -> None:
    pods = [pod for pod in world.cluster.objects("pods") if pod["metadata"]["namespace"] == "shop"]
    address, node = pods[0]["status"]["podIP"], pods[0]["spec"]["nodeName"]
    aws, kube_client = Aws(aws_call(world.account)), KubeClient(kube_call(world.cluster))
    assert read_look(aws, kube_client, LookOptions(BLUE), (address,)).hosts == {node}
    assert read_look(aws, kube_client, LookOptions(BLUE), ("192.0.2.1",)).hosts == frozenset()
    assert read(world).hosts == frozenset()


def test_free_addresses_are_known_by_subnet_and_what_may_not_be_read_is_unknown(
    world: World,
) -> None:
    found = read(world)
    assert found.free_addresses is not None
    assert set(found.free_addresses) == set(found.group.subnets)
    assert all(free > 100 for free in found.free_addresses.values())
    world.gate.faults.append(Fault("ec2:DescribeSubnets", "UnauthorizedOperation", times=-1))
    assert read(world).free_addresses is None


def test_a_subnet_of_ipv6_alone_lacks_no_address(world: World) -> None:
    group = read(world).group
    world.account.subnets[group.subnets[0]].ipv6_only = True
    found = read(world)
    assert found.free_addresses is not None
    assert set(found.free_addresses) == set(group.subnets[1:])
    assert list(narrow(found)) == []
