# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scenario of a kops cluster: groups, tags and nodes as kops makes them."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.scenarios import kops
from ansible_collections.nodeops.rotator.tests.simulation.world import World

CLUSTER = "blue.example.com"
# What the executable of kops 1.37 left in an account for an instance group of workers.
NODE_TAGS = {
    "KubernetesCluster": CLUSTER,
    "Name": f"nodes-a.{CLUSTER}",
    "aws-node-termination-handler/managed": "",
    "k8s.io/cluster-autoscaler/node-template/label/kops.k8s.io/instancegroup": "nodes-a",
    "k8s.io/cluster-autoscaler/node-template/label/node-role.kubernetes.io/node": "",
    "k8s.io/role/node": "1",
    "kops.k8s.io/instancegroup": "nodes-a",
    f"kubernetes.io/cluster/{CLUSTER}": "owned",
}


@pytest.fixture(scope="module")
def world() -> World:
    return kops.furnish(World(Kernel(), "blue"))


def test_there_are_three_control_plane_groups_of_one_in_three_zones(world: World) -> None:
    found = [
        world.account.groups[f"control-plane-eu-west-1{zone}.masters.{CLUSTER}"] for zone in "abc"
    ]
    assert [group.desired for group in found] == [1, 1, 1]
    zones = [[world.account.instances[name].zone[-1] for name in group.members] for group in found]
    assert zones == [["a"], ["b"], ["c"]]


def test_tags_are_those_that_kops_sets(world: World) -> None:
    tags = world.account.groups[f"nodes-a.{CLUSTER}"].tags
    assert {key: tag.value for key, tag in tags.items()} == NODE_TAGS
    assert all(tag.propagate for tag in tags.values())


def test_a_control_plane_group_has_both_role_tags(world: World) -> None:
    tags = world.account.groups[f"control-plane-eu-west-1a.masters.{CLUSTER}"].tags
    assert {"k8s.io/role/master", "k8s.io/role/control-plane"} <= set(tags)


def test_groups_point_at_the_latest_version_of_a_template_of_their_name(world: World) -> None:
    for name, group in world.account.groups.items():
        assert group.template is not None
        template = world.account.templates[group.template["LaunchTemplateId"]]
        assert (template.name, group.template["Version"]) == (name, "$Latest")


def test_a_bastion_is_no_node(world: World) -> None:
    (bastion,) = world.account.groups[f"bastions.{CLUSTER}"].members
    assert world.node_of(world.account.instances[bastion]) is None
    assert len(world.cluster.objects("nodes")) == 3 + 4 + 3


def test_nodes_have_the_labels_and_taints_of_their_role(world: World) -> None:
    (member,) = world.account.groups[f"control-plane-eu-west-1a.masters.{CLUSTER}"].members
    node = world.node_of(world.account.instances[member])
    assert node is not None
    labels = node["metadata"]["labels"]
    assert labels["kops.k8s.io/instancegroup"] == "control-plane-eu-west-1a"
    assert "node-role.kubernetes.io/control-plane" in labels
    assert node["spec"]["taints"][0]["key"] == kops.TAINTED["Master"]


def test_every_control_plane_node_runs_kops_controller_and_no_other_does(world: World) -> None:
    pods = [
        pod["spec"]["nodeName"]
        for pod in world.cluster.objects("pods", "kube-system")
        if pod["metadata"]["labels"].get("k8s-app") == "kops-controller"
    ]
    label = "node-role.kubernetes.io/control-plane"
    nodes = [one["metadata"] for one in world.cluster.objects("nodes")]
    assert sorted(pods) == sorted(one["name"] for one in nodes if label in one["labels"])


def test_all_workloads_run_and_nothing_is_a_breach(world: World) -> None:
    world.kernel.advance(world.kernel.now + 600)
    figures = world.cluster.workload_figures()
    assert all(ready == wanted > 0 for wanted, ready in figures.values()), figures
    assert world.judge.breaches == []
