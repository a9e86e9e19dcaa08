# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding the instance groups of kops clusters, on the simulated account."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.fleet.discover import (
    list_node_groups,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.fleet.kops import (
    list_kops_groups,
)
from ansible_collections.nodeops.rotator.tests.simulation.adapters import aws_call
from ansible_collections.nodeops.rotator.tests.simulation.aws import build
from ansible_collections.nodeops.rotator.tests.simulation.aws.groups import Tag
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.scenarios import kops
from ansible_collections.nodeops.rotator.tests.simulation.world import World

REGION = "eu-west-1"
PROD = "prod.example.com"
NODES = kops.InstanceGroup("nodes-a", "Node", 2, "ab")
NAME = NODES.autoscaling_group(PROD)


@pytest.fixture
def world() -> World:
    return kops.furnish(World(Kernel(), "prod"))


@pytest.fixture
def aws(world: World) -> Aws:
    return Aws(aws_call(world.account))


def tag(world: World, key: str, value: str) -> None:
    world.account.groups[NAME].tags[key] = Tag(value, True)


def test_every_instance_group_is_found_with_its_role(aws: Aws) -> None:
    found = list_kops_groups(aws, REGION, [], {})
    assert found.clusters == {PROD}
    assert [(one.instance_group, one.role, one.kind) for one in found.node_groups] == [
        ("bastions", "bastion", "kops"),
        ("control-plane-eu-west-1a", "control_plane", "kops"),
        ("control-plane-eu-west-1b", "control_plane", "kops"),
        ("control-plane-eu-west-1c", "control_plane", "kops"),
        ("nodes-a", "node", "kops"),
        ("nodes-b", "node", "kops"),
    ]


def test_a_node_group_says_where_it_is_and_whose(aws: Aws) -> None:
    one = next(
        group
        for group in list_kops_groups(aws, REGION, [PROD], {}).node_groups
        if group.instance_group == "control-plane-eu-west-1b"
    )
    assert (one.cluster, one.region, one.account) == (PROD, REGION, "123456789012")
    assert one.group == f"control-plane-eu-west-1b.masters.{PROD}"
    assert one.zones == ("eu-west-1b",)
    assert one.instance_types == ("t3.medium",)
    assert "node-role.kubernetes.io/control-plane" in one.labels


@pytest.mark.parametrize("other", ["prod-2.example.com", "example.com", "a.prod.example.com"])
def test_a_cluster_with_a_name_like_another_one_is_another_cluster(
    world: World, aws: Aws, other: str
) -> None:
    kops.add_instance_group(world, other, NODES, world.facts["old_image"])
    groups = list_kops_groups(aws, REGION, [other], {}).node_groups
    assert [one.group for one in groups] == [f"nodes-a.{other}"]
    assert all(one.cluster == PROD for one in list_kops_groups(aws, REGION, [PROD], {}).node_groups)


def test_the_tag_decides_and_not_the_name_of_the_group(world: World, aws: Aws) -> None:
    tag(world, "kops.k8s.io/instancegroup", "renamed")
    tag(world, "k8s.io/role/apiserver", "1")
    del world.account.groups[NAME].tags["k8s.io/role/node"]
    one = next(
        one for one in list_kops_groups(aws, REGION, [], {}).node_groups if one.group == NAME
    )
    assert (one.instance_group, one.role) == ("renamed", "apiserver")


@pytest.mark.parametrize("role", ["etcd", "scheduler", "kubecontrollermanager"])
def test_a_role_that_is_not_known_is_no_worker(world: World, aws: Aws, role: str) -> None:
    tag(world, f"k8s.io/role/{role}", "1")
    one = next(
        one for one in list_kops_groups(aws, REGION, [], {}).node_groups if one.group == NAME
    )
    assert one.role == "unknown"


def test_a_group_that_names_two_clusters_is_left_out_and_named(world: World, aws: Aws) -> None:
    tag(world, "kubernetes.io/cluster/stage.example.com", "owned")
    found = list_kops_groups(aws, REGION, [], {})
    assert NAME not in [one.group for one in found.node_groups]
    assert found.unnamed == (
        f"Auto Scaling group {NAME} of kops names several clusters (prod.example.com,"
        " stage.example.com) by its tags",
    )


def test_a_group_that_names_no_cluster_is_left_out_and_named(world: World, aws: Aws) -> None:
    tags = world.account.groups[NAME].tags
    del tags["KubernetesCluster"], tags[f"kubernetes.io/cluster/{PROD}"]
    found = list_kops_groups(aws, REGION, [], {})
    assert found.unnamed == (f"Auto Scaling group {NAME} of kops names no cluster by its tags",)


def test_the_older_tag_of_the_cluster_alone_is_enough(world: World, aws: Aws) -> None:
    del world.account.groups[NAME].tags["KubernetesCluster"]
    found = list_kops_groups(aws, REGION, [PROD], {})
    assert NAME in [one.group for one in found.node_groups]


def test_all_wanted_tags_must_be_there(world: World, aws: Aws) -> None:
    tag(world, "team", "data")
    found = list_kops_groups(aws, REGION, [], {"team": "data"})
    assert [one.group for one in found.node_groups] == [NAME]
    assert found.clusters == {PROD}


def test_an_eks_cluster_never_takes_a_group_of_kops(world: World, aws: Aws) -> None:
    build.add_eks_cluster(world.account, PROD)
    assert list_node_groups(aws, REGION, [PROD], {}) == []


def test_a_group_of_eks_is_none_of_kops(world: World, aws: Aws) -> None:
    tag(world, "eks:nodegroup-name", "web")
    tag(world, "eks:cluster-name", PROD)
    found = list_kops_groups(aws, REGION, [], {})
    assert NAME not in [one.group for one in found.node_groups]
