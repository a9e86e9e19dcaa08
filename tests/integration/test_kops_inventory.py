# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Instance groups of kops as hosts of a real inventory."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.integration.wire import (
    INVENTORY,
    WorldOnWire,
)

CLUSTER = "demo.example.com"
CONTROL_PLANE = [f"control-plane-eu-west-1{zone}.masters.{CLUSTER}" for zone in "abc"]
NODES = [f"nodes-a.{CLUSTER}", f"nodes-b.{CLUSTER}"]


def listed(world: WorldOnWire) -> dict[str, Any]:
    outcome = world.run("ansible-inventory", "-i", str(world.inventory), "--list")
    assert outcome.code == 0, outcome.output
    shown = json.loads(outcome.output[outcome.output.index("{\n") :])
    assert isinstance(shown, dict)
    return shown


def test_instance_groups_are_hosts_in_the_groups_of_their_roles(still_kops: WorldOnWire) -> None:
    shown = listed(still_kops)
    assert sorted(shown["kops"]["hosts"]) == sorted([*CONTROL_PLANE, *NODES, f"bastions.{CLUSTER}"])
    assert sorted(shown["control_plane"]["hosts"]) == CONTROL_PLANE
    assert sorted(shown["node"]["hosts"]) == NODES
    assert shown["bastion"]["hosts"] == [f"bastions.{CLUSTER}"]
    assert len(shown["cluster_demo_example_com"]["hosts"]) == 6


def test_a_host_of_kops_says_what_it_is(still_kops: WorldOnWire) -> None:
    variables = listed(still_kops)["_meta"]["hostvars"][CONTROL_PLANE[1]]
    wanted = {
        "kops_cluster": CLUSTER,
        "cluster_name": CLUSTER,
        "kops_instance_group": "control-plane-eu-west-1b",
        "node_group_kind": "kops",
        "node_group_role": "control_plane",
        "zones": ["eu-west-1b"],
        "region": "eu-west-1",
    }
    assert wanted.items() <= variables.items()
    assert "eks_cluster" not in variables


def test_the_playbook_for_eks_leaves_kops_alone(still_kops: WorldOnWire) -> None:
    outcome = still_kops.playbook("rotate_eks")
    assert outcome.code != 0
    assert "No node group to work on" in outcome.told()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("clusters: [demo]\n", "There is no cluster demo in eu-west-1 (there: demo.example.com)"),
        ("cluster_types: [eks]\n", "No node groups in eu-west-1 (0 clusters)"),
    ],
)
def test_names_are_exact(still_kops: WorldOnWire, content: str, said: str) -> None:
    file = still_kops.folder / "other.node_groups.yml"
    file.write_text(INVENTORY + content)
    outcome = still_kops.run("ansible-inventory", "-i", str(file), "--graph")
    assert outcome.code == 2
    assert said in outcome.output
