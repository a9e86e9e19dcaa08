# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding the node groups of EKS clusters, on the simulated account."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.fleet.discover import (
    list_clusters,
    list_node_groups,
    unknown_clusters,
)
from ansible_collections.nodeops.rotator.tests.simulation.adapters import aws_call
from ansible_collections.nodeops.rotator.tests.simulation.aws import build
from ansible_collections.nodeops.rotator.tests.simulation.aws.groups import Tag
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.scenarios import eks
from ansible_collections.nodeops.rotator.tests.simulation.world import World

REGION = "eu-west-1"


@pytest.fixture
def world() -> World:
    return eks.furnish(World(Kernel(), "shop"))


@pytest.fixture
def aws(world: World) -> Aws:
    return Aws(aws_call(world.account))


def test_all_clusters_are_listed(world: World, aws: Aws) -> None:
    build.add_eks_cluster(world.account, "another")
    assert list_clusters(aws, REGION) == ["another", "shop"]


def test_the_owner_tag_makes_a_group_a_node_group_of_its_cluster(aws: Aws) -> None:
    found = list_node_groups(aws, REGION, ["shop"], {})
    assert [(one.cluster, one.group, one.kind) for one in found] == [
        ("shop", "shop-blue", "self_managed"),
        ("shop", "shop-green", "self_managed"),
        ("shop", "shop-storage", "self_managed"),
    ]
    assert found[0].instance_types == ("m6i.large",)
    assert found[0].zones == ("eu-west-1a", "eu-west-1b", "eu-west-1c")


def test_groups_of_other_clusters_are_not_taken(aws: Aws) -> None:
    assert list_node_groups(aws, REGION, ["another"], {}) == []


@pytest.mark.parametrize(
    ("key", "value", "taken"),
    [
        ("kubernetes.io/cluster/shop", "shared", True),
        ("k8s.io/cluster/shop", "owned", True),
        ("kubernetes.io/cluster/shop", "no", False),
    ],
)
def test_which_tags_say_so(world: World, aws: Aws, key: str, value: str, taken: bool) -> None:
    group = world.account.groups["shop-blue"]
    del group.tags["kubernetes.io/cluster/shop"]
    group.tags[key] = Tag(value, True)
    assert (
        "shop-blue" in [one.group for one in list_node_groups(aws, REGION, ["shop"], {})]
    ) is taken


def test_a_managed_node_group_is_marked_and_has_the_labels_that_eks_knows(
    world: World, aws: Aws
) -> None:
    cluster, group = world.account.eks_clusters["shop"], world.account.groups["shop-green"]
    build.add_nodegroup(cluster, "web", group, "1.33.5-20260501", labels={"role": "web"})
    found = next(
        one for one in list_node_groups(aws, REGION, ["shop"], {}) if one.group == "shop-green"
    )
    assert (found.kind, found.nodegroup, found.labels) == ("eks_managed", "web", {"role": "web"})


def test_a_managed_node_group_that_eks_has_forgotten_is_listed_without_labels(
    world: World, aws: Aws
) -> None:
    cluster, group = world.account.eks_clusters["shop"], world.account.groups["shop-green"]
    build.add_nodegroup(cluster, "web", group, "1.33.5-20260501")
    del cluster.nodegroups["web"]
    found = next(
        one for one in list_node_groups(aws, REGION, ["shop"], {}) if one.group == "shop-green"
    )
    assert (found.kind, found.labels) == ("eks_managed", {})


def test_labels_of_a_self_managed_group_are_those_it_tells_the_autoscaler(
    world: World, aws: Aws
) -> None:
    world.account.groups["shop-blue"].tags["k8s.io/cluster-autoscaler/node-template/label/role"] = (
        Tag("web", False)
    )
    assert list_node_groups(aws, REGION, ["shop"], {})[0].labels == {"role": "web"}


def test_all_wanted_tags_must_be_there(world: World, aws: Aws) -> None:
    world.account.groups["shop-green"].tags["team"] = Tag("data", True)
    found = list_node_groups(aws, REGION, ["shop"], {"team": "data", "Name": "shop-green"})
    assert [one.group for one in found] == ["shop-green"]
    assert list_node_groups(aws, REGION, ["shop"], {"team": "data", "Name": "shop-blue"}) == []


def test_more_clusters_than_fit_one_call(world: World, aws: Aws) -> None:
    names = [f"cluster-{number}" for number in range(45)] + ["shop"]
    assert len(list_node_groups(aws, REGION, names, {})) == 3
    assert world.gate.calls["autoscaling:DescribeAutoScalingGroups"] == 3


def test_an_unknown_cluster_is_named_with_those_that_there_are() -> None:
    error = unknown_clusters(["shp"], ["shop", "search"], [REGION])
    assert str(error) == (
        "There is no cluster shp in eu-west-1 (there: search, shop). Check the name, the"
        " region and the account"
    )
    assert unknown_clusters(["shop"], ["shop"], [REGION]) is None
