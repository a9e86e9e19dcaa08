# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refuse bad input in one line, before anything is changed.

The line says what was tried, on which object, what stands in the way and what to do.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.integration.wire import INVENTORY, WorldOnWire

GROUP = "demo-blue"
NOBODY: dict[str, str | None] = {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}
NOWHERE = "http://127.0.0.1:1"
ROTATE: dict[str, Any] = {"autoscaling_group_name": GROUP, "eks_cluster": "demo"}


def told(output: str) -> str:
    """Return the message of the failed task."""
    found = re.search(r"^fatal: .*?FAILED! => (\{.*\})$", output, re.MULTILINE)
    assert found, output
    return str(json.loads(found[1])["msg"])


def kubeconfig(folder: Path, server: str) -> str:
    """Write a kubeconfig for this server and return its path."""
    path = folder / "kubeconfig"
    user = {"name": "me", "user": {"token": "a-token-that-is-long-enough"}}
    cluster = {"name": "demo", "cluster": {"server": server}}
    context = {"name": "demo", "context": {"cluster": "demo", "user": "me"}}
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [cluster],
        "users": [user],
        "contexts": [context],
    }
    path.write_text(json.dumps({**content, "current-context": "demo"}))
    return str(path)


@pytest.mark.parametrize("module", ["asg_node_replace", "node_group_info"])
def test_an_unknown_cluster_is_named(still: WorldOnWire, module: str) -> None:
    message = still.refused(module, **{**ROTATE, "eks_cluster": "dmo"})
    assert "EKS cluster dmo" in message and message.endswith(
        "Check the name, the region and the account"
    )


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
    assert (
        message.startswith("There is no Auto Scaling group demo-bleu")
        and "Check the name" in message
    )


@pytest.mark.parametrize("module", ["asg_node_replace", "node_group_info"])
def test_missing_credentials_are_reported(still: WorldOnWire, module: str) -> None:
    message = still.refused(module, NOBODY, **ROTATE)
    assert "Unable to locate credentials" in message and "Give AWS credentials" in message


@pytest.mark.parametrize("module", ["asg_node_replace", "node_group_info"])
def test_an_unknown_region_is_named(still: WorldOnWire, module: str) -> None:
    message = still.refused(module, {"AWS_ENDPOINT_URL": None}, **ROTATE, region="eu-west-9")
    assert "eu-west-9" in message and "Check the region" in message


@pytest.mark.parametrize("module", ["asg_node_replace", "node_group_info"])
def test_an_unreachable_api_server_is_named(
    still: WorldOnWire, module: str, tmp_path: Path
) -> None:
    options = {
        "autoscaling_group_name": GROUP,
        "cluster_name": "demo",
        "kubeconfig": kubeconfig(tmp_path, NOWHERE),
    }
    message = still.refused(module, **options)
    assert "Kubernetes" in message and "127.0.0.1" in message and "eks_cluster" in message


@pytest.mark.parametrize("module", ["asg_node_replace", "node_group_info"])
def test_an_expired_aws_session_is_reported(still: WorldOnWire, module: str) -> None:
    message = still.refused(module, still.who("expired"), **ROTATE)
    assert "ExpiredToken" in message and "renew expired ones" in message


@pytest.mark.parametrize("module", ["asg_node_replace", "node_group_info"])
def test_an_expired_kubernetes_token_is_reported(still: WorldOnWire, module: str) -> None:
    options = {
        "autoscaling_group_name": GROUP,
        "cluster_name": "demo",
        "kubeconfig": still.who("expired")["KUBECONFIG"],
    }
    message = still.refused(module, **options)
    assert "Unauthorized" in message and "eks_cluster" in message


@pytest.mark.parametrize("module", ["asg_node_replace", "node_group_info"])
def test_a_missing_access_entry_is_reported(still: WorldOnWire, module: str) -> None:
    assert "Unauthorized" in still.refused(module, still.who("stranger"), **ROTATE)


@pytest.mark.parametrize("module", ["asg_node_replace", "node_group_info"])
def test_a_missing_aws_permission_is_named(still: WorldOnWire, module: str) -> None:
    options = {
        "autoscaling_group_name": GROUP,
        "cluster_name": "demo",
        "kubeconfig": still.who("rotator")["KUBECONFIG"],
    }
    message = still.refused(module, still.who("nobody"), **options)
    assert GROUP in message and "Allow DescribeAutoScalingGroups" in message


@pytest.mark.parametrize("module", ["asg_node_replace", "node_group_info"])
def test_a_missing_kubernetes_permission_is_named(still: WorldOnWire, module: str) -> None:
    options = {
        "autoscaling_group_name": GROUP,
        "cluster_name": "demo",
        "kubeconfig": still.who("nobody")["KUBECONFIG"],
    }
    message = still.refused(module, **options)
    assert "forbidden" in message and "Allow" in message


def test_a_kubernetes_version_without_an_ami_is_refused(still: WorldOnWire) -> None:
    message = still.refused(
        "eks_ami_lookup", family="al2023", kubernetes_version="1.12", allow_downgrade=True
    )
    assert "1.12" in message and "al2023" in message


def test_an_ami_that_does_not_fit_the_instance_types_is_refused(still: WorldOnWire) -> None:
    arm = still.module(
        "eks_ami_lookup",
        family="al2023",
        kubernetes_version="1.33",
        architecture="arm64",
        eks_cluster="demo",
    )
    outcome = still.playbook("rotate_eks", prepare_image_id=arm["image_id"])
    assert outcome.code != 0 and still.changes() == 0
    message = told(outcome.output)
    assert arm["image_id"] in message and "arm64" in message and "m6i.large" in message


@pytest.mark.parametrize("module", ["asg_node_replace"])
def test_a_missing_launch_template_is_named(small: WorldOnWire, module: str) -> None:
    small.aws("ec2").delete_launch_template(LaunchTemplateName=GROUP)
    message = small.refused(module, **ROTATE)
    assert (
        GROUP in message and "does not exist" in message and "Create the launch template" in message
    )


def test_a_missing_launch_template_is_found_before_anything_is_changed(small: WorldOnWire) -> None:
    small.aws("ec2").delete_launch_template(LaunchTemplateName=GROUP)
    before = small.changes()
    outcome = small.playbook("rotate_eks")
    assert outcome.code != 0 and small.changes() == before
    assert "launch template" in told(outcome.output)


def test_an_empty_group_is_reported_as_having_nothing_to_rotate(small: WorldOnWire) -> None:
    template = small.report()["groups"][GROUP] and {
        "LaunchTemplateName": GROUP,
        "Version": "$Latest",
    }
    subnets = ",".join(
        subnet["SubnetId"] for subnet in small.aws("ec2").describe_subnets()["Subnets"]
    )
    tag = {"Key": "kubernetes.io/cluster/demo", "Value": "owned", "PropagateAtLaunch": True}
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


def test_a_group_without_outdated_nodes_is_a_success(still: WorldOnWire) -> None:
    before = still.changes()
    outcome = still.playbook("rotate_eks", prepare_update_template=False)
    assert outcome.code == 0 and still.changes() == before
    assert outcome.recap(GROUP)["changed"] == 0
    assert "nothing outdated" in outcome.output


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"max_surge": "0", "max_unavailable": "0"}, "max_surge and max_unavailable are both 0"),
        ({"max_surge": "-1"}, "max_surge is '-1'"),
        ({"max_unavailable": "some"}, "max_unavailable is 'some'"),
        ({"max_surge": "10 %"}, "max_surge is '10 %'"),
        ({"canary": -1}, "canary is -1"),
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


def test_an_unknown_cluster_ends_the_inventory_and_the_playbook(
    still: WorldOnWire,
) -> None:
    outcome = still.playbook("rotate_eks", inventory=INVENTORY + "clusters: [dmo]\n")
    assert outcome.code != 0
    assert (
        "There is no EKS cluster dmo in eu-west-1 (there: demo). Check the name, the region"
        " and the account" in outcome.output
    )
    assert outcome.code == 2 and "PLAY" not in outcome.output, "nothing of it has run"


def test_an_inventory_without_credentials_fails_in_one_line(still: WorldOnWire) -> None:
    outcome = still.run("ansible-inventory", "-i", str(still.inventory), "--graph", **NOBODY)
    assert (
        "Cannot list the EKS clusters of eu-west-1: Unable to locate credentials. Give AWS"
        " credentials" in outcome.output
    )
    assert outcome.code == 2 and "Traceback" not in outcome.output
    assert len(outcome.output.strip().splitlines()) == 1, "other inventory plugins are mentioned"


@pytest.mark.parametrize("playbook", ["rotate_eks", "plan", "check_amis"])
def test_no_playbook_runs_without_its_inventory(still: WorldOnWire, playbook: str) -> None:
    """Ansible alone would warn, find no hosts, and end with status 0."""
    inventory = still.inventory.parent / "gone.node_groups.yml"
    inventory.write_text(INVENTORY)
    name = f"nodeops.rotator.{playbook}"
    outcome = still.run("ansible-playbook", "-i", str(inventory), name, "--limit", GROUP, **NOBODY)
    assert outcome.code == 2 and "Unable to locate credentials" in outcome.output


def test_an_empty_inventory_is_an_error_unless_allowed(still: WorldOnWire) -> None:
    inventory = still.inventory.parent / "none.node_groups.yml"
    inventory.write_text(INVENTORY + "tags: {team: nobody}\n")
    outcome = still.run("ansible-inventory", "-i", str(inventory), "--graph")
    assert outcome.code == 2 and "No node groups in eu-west-1" in outcome.output
    inventory.write_text(INVENTORY + "tags: {team: nobody}\nallow_empty: true\n")
    assert still.run("ansible-inventory", "-i", str(inventory), "--graph").code == 0


def test_a_limit_without_node_groups_is_an_error(still: WorldOnWire) -> None:
    outcome = still.playbook(
        "rotate_eks", "--limit", "other", inventory=INVENTORY + "groups:\n  other: false\n"
    )
    assert (
        outcome.code != 0 and "no hosts to target" in outcome.output
    ) or "does not match" in outcome.output


def test_a_host_pattern_without_node_groups_is_an_error(still: WorldOnWire) -> None:
    outcome = still.playbook(
        "rotate_eks", "--limit", GROUP, inventory=INVENTORY, rotation_hosts="eks_managed"
    )
    assert outcome.code != 0
    message = told(outcome.output)
    assert (
        "No node group to work on" in message
        and f"--limit {GROUP}" in message
        and "'eks_managed'" in message
    )
