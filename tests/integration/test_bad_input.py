# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refuse bad input in one line, before anything is changed.

The line says what was tried, on which object, what stands in the way and what to do.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.integration.wire import INVENTORY, WorldOnWire

GROUP = "demo-blue"
ROTATE: dict[str, Any] = {"autoscaling_group_name": GROUP, "eks_cluster": "demo"}


@pytest.mark.parametrize("module", ["asg_node_replace", "node_group_info"])
def test_an_unknown_cluster_is_named(still: WorldOnWire, module: str) -> None:
    message = still.refused(module, still.who("reader"), **{**ROTATE, "eks_cluster": "dmo"})
    assert "EKS cluster dmo" in message
    assert message.endswith("Check the name, the region and the account")


@pytest.mark.parametrize(
    "module", ["asg_node_replace", "node_group_info", "launch_template_update"]
)
def test_an_unknown_node_group_is_named(still: WorldOnWire, module: str) -> None:
    options = (
        {"image_id": "ami-0123456789abcdef0"}
        if module == "launch_template_update"
        else {"eks_cluster": "demo"}
    )
    message = still.refused(module, autoscaling_group_name="demo-bleu", **options)
    assert message.startswith("There is no Auto Scaling group demo-bleu")
    assert "Check the name" in message


def test_a_kubernetes_version_without_an_ami_is_refused(still: WorldOnWire) -> None:
    message = still.refused(
        "eks_ami_lookup", family="al2023", kubernetes_version="1.12", allow_downgrade=True
    )
    assert "1.12" in message
    assert "al2023" in message


def test_an_ami_that_does_not_fit_the_instance_types_is_refused(still: WorldOnWire) -> None:
    arm = still.module(
        "eks_ami_lookup",
        family="al2023",
        kubernetes_version="1.33",
        architecture="arm64",
        eks_cluster="demo",
    )
    outcome = still.playbook("rotate_eks", prepare_image_id=arm["image_id"])
    assert outcome.code != 0
    assert still.changes() == 0
    message = outcome.told()
    assert arm["image_id"] in message
    assert "arm64" in message
    assert "m6i.large" in message


@pytest.mark.parametrize("module", ["asg_node_replace"])
def test_a_missing_launch_template_is_named(small: WorldOnWire, module: str) -> None:
    small.aws("ec2").delete_launch_template(LaunchTemplateName=GROUP)
    message = small.refused(module, **ROTATE)
    assert GROUP in message
    assert "does not exist" in message
    assert "Create the launch template" in message


def test_a_missing_launch_template_is_found_before_anything_is_changed(small: WorldOnWire) -> None:
    small.aws("ec2").delete_launch_template(LaunchTemplateName=GROUP)
    before = small.changes()
    outcome = small.playbook("rotate_eks")
    assert outcome.code != 0
    assert small.changes() == before
    assert "launch template" in outcome.told()


def test_an_empty_group_is_reported_as_having_nothing_to_rotate(small: WorldOnWire) -> None:
    template = small.report()["groups"][GROUP] and {
        "LaunchTemplateName": GROUP,
        "Version": "$Latest",
    }
    subnets = ",".join(
        subnet["SubnetId"] for subnet in small.aws("ec2").describe_subnets()["Subnets"]
    )
    tag = {"Key": "kubernetes.io/cluster/demo", "Value": "owned", "PropagateAtLaunch": True}
    small.behavior(aws={"describe_lag": 0.0})  # or a fast machine reads before the group shows
    small.aws("autoscaling").create_auto_scaling_group(
        AutoScalingGroupName="demo-empty",
        MinSize=0,
        MaxSize=3,
        DesiredCapacity=0,
        LaunchTemplate=template,
        VPCZoneIdentifier=subnets,
        Tags=[tag],
    )
    result = small.module("asg_node_replace", **{**ROTATE, "autoscaling_group_name": "demo-empty"})
    assert (result["changed"], result["status"]) == (False, "unchanged")
    info = small.module("node_group_info", **{**ROTATE, "autoscaling_group_name": "demo-empty"})
    assert info["preflight"] == [
        "Auto Scaling group demo-empty is empty (desired 0). There is no node to replace"
    ]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"max_surge": "0", "max_unavailable": "0"}, "max_surge and max_unavailable are both 0"),
        ({"max_surge": "-1"}, "max_surge is '-1'"),
        ({"max_unavailable": "some"}, "max_unavailable is 'some'"),
        ({"max_surge": "10 %"}, "max_surge is '10 %'"),
        ({"canary": -1}, "canary is '-1'"),
        ({"soak": -5}, "soak is -5"),
        ({"boot_timeout": 0}, "boot_timeout is 0"),
        ({"autoscaling_group_name": ""}, "autoscaling_group_name is empty"),
    ],
    ids=lambda value: json.dumps(value) if isinstance(value, dict) else "",
)
def test_invalid_sizes_and_durations_are_refused(
    still: WorldOnWire, options: dict[str, Any], said: str
) -> None:
    assert still.refused("asg_node_replace", **{**ROTATE, **options}).startswith(said)


PLAYBOOKS = pytest.mark.parametrize("playbook", ["rotate_eks", "plan", "check_amis"])


@PLAYBOOKS
def test_a_limit_without_node_groups_is_an_error(still: WorldOnWire, playbook: str) -> None:
    outcome = still.playbook(playbook, "--limit", "other", inventory=INVENTORY)
    assert outcome.code != 0
    assert "leaves us with no hosts to target" in outcome.output


@PLAYBOOKS
def test_a_host_pattern_without_node_groups_is_an_error(still: WorldOnWire, playbook: str) -> None:
    variable = "check_amis_hosts" if playbook == "check_amis" else "rotation_hosts"
    pattern = {variable: "eks_managed"}
    outcome = still.playbook(playbook, "--limit", GROUP, inventory=INVENTORY, **pattern)
    assert outcome.code != 0
    message = outcome.told()
    assert "No node group to work on" in message
    assert variable in message
    assert f"--limit {GROUP}" in message
    assert "'eks_managed'" in message


@PLAYBOOKS
def test_an_inventory_file_that_is_not_there_is_an_error(still: WorldOnWire, playbook: str) -> None:
    outcome = still.run("ansible-playbook", "-i", "gone.yml", f"nodeops.rotator.{playbook}")
    assert outcome.code != 0
    assert "No node group to work on" in outcome.told()
