# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What cannot be right is told in one line that says what, which object, what stands in the way and
what to do; and nothing is changed. `refused` holds every message to that."""

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
    """The one line with which Ansible tells a task's failure."""
    found = re.search(r"^fatal: .*?FAILED! => (\{.*\})$", output, re.MULTILINE)
    assert found, output
    return str(json.loads(found[1])["msg"])


def kubeconfig(folder: Path, server: str) -> str:
    """A kubeconfig for an API server that is not there."""
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
def test_unknown_cluster(still: WorldOnWire, module: str) -> None:
    message = still.refused(module, **{**ROTATE, "eks_cluster": "dmo"})
    assert "EKS cluster dmo" in message and message.endswith(
        "Check the name, the region and the account"
    )


@pytest.mark.parametrize(
    "module", ["asg_node_replace", "node_group_info", "launch_template_update"]
)
def test_unknown_node_group(still: WorldOnWire, module: str) -> None:
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
def test_no_credentials(still: WorldOnWire, module: str) -> None:
    message = still.refused(module, NOBODY, **ROTATE)
    assert "Unable to locate credentials" in message and "Give AWS credentials" in message


@pytest.mark.parametrize("module", ["asg_node_replace", "node_group_info"])
def test_a_region_that_there_is_not(still: WorldOnWire, module: str) -> None:
    message = still.refused(module, {"AWS_ENDPOINT_URL": None}, **ROTATE, region="eu-west-9")
    assert "eu-west-9" in message and "Check the region" in message


@pytest.mark.parametrize("module", ["asg_node_replace", "node_group_info"])
def test_api_server_unreachable(still: WorldOnWire, module: str, tmp_path: Path) -> None:
    options = {
        "autoscaling_group_name": GROUP,
        "cluster_name": "demo",
        "kubeconfig": kubeconfig(tmp_path, NOWHERE),
    }
    message = still.refused(module, **options)
    assert "Kubernetes" in message and "127.0.0.1" in message and "eks_cluster" in message


@pytest.mark.parametrize("module", ["asg_node_replace", "node_group_info"])
def test_expired_aws_token(still: WorldOnWire, module: str) -> None:
    message = still.refused(module, still.who("expired"), **ROTATE)
    assert "ExpiredToken" in message and "renew expired ones" in message


@pytest.mark.parametrize("module", ["asg_node_replace", "node_group_info"])
def test_expired_kubernetes_token(still: WorldOnWire, module: str) -> None:
    options = {
        "autoscaling_group_name": GROUP,
        "cluster_name": "demo",
        "kubeconfig": still.who("expired")["KUBECONFIG"],
    }
    message = still.refused(module, **options)
    assert "Unauthorized" in message and "eks_cluster" in message


@pytest.mark.parametrize("module", ["asg_node_replace", "node_group_info"])
def test_no_access_entry_in_the_cluster(still: WorldOnWire, module: str) -> None:
    assert "Unauthorized" in still.refused(module, still.who("stranger"), **ROTATE)


@pytest.mark.parametrize("module", ["asg_node_replace", "node_group_info"])
def test_no_permission_in_aws(still: WorldOnWire, module: str) -> None:
    options = {
        "autoscaling_group_name": GROUP,
        "cluster_name": "demo",
        "kubeconfig": still.who("rotator")["KUBECONFIG"],
    }
    message = still.refused(module, still.who("nobody"), **options)
    assert GROUP in message and "Allow DescribeAutoScalingGroups" in message


@pytest.mark.parametrize("module", ["asg_node_replace", "node_group_info"])
def test_no_permission_in_kubernetes(still: WorldOnWire, module: str) -> None:
    options = {
        "autoscaling_group_name": GROUP,
        "cluster_name": "demo",
        "kubeconfig": still.who("nobody")["KUBECONFIG"],
    }
    message = still.refused(module, **options)
    assert "forbidden" in message and "Allow" in message


def test_no_ami_for_this_kubernetes_version(still: WorldOnWire) -> None:
    message = still.refused(
        "eks_ami_lookup", family="al2023", kubernetes_version="1.12", allow_downgrade=True
    )
    assert "1.12" in message and "al2023" in message


def test_ami_of_another_architecture_than_the_instance_types(still: WorldOnWire) -> None:
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
def test_launch_template_missing(small: WorldOnWire, module: str) -> None:
    small.aws("ec2").delete_launch_template(LaunchTemplateName=GROUP)
    message = small.refused(module, **ROTATE)
    assert (
        GROUP in message and "does not exist" in message and "Create the launch template" in message
    )


def test_launch_template_missing_is_found_before_anything_is_touched(small: WorldOnWire) -> None:
    small.aws("ec2").delete_launch_template(LaunchTemplateName=GROUP)
    before = small.changes()
    outcome = small.playbook("rotate_eks")
    assert outcome.code != 0 and small.changes() == before
    assert "launch template" in told(outcome.output)


def test_an_empty_group_has_nothing_to_rotate_and_that_is_said(small: WorldOnWire) -> None:
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


def test_nothing_outdated_is_a_success_that_says_so(still: WorldOnWire) -> None:
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
def test_sizes_and_durations_that_cannot_be_meant(
    still: WorldOnWire, options: dict[str, Any], said: str
) -> None:
    assert still.refused("asg_node_replace", **{**ROTATE, **options}).startswith(said)


def test_an_inventory_with_an_unknown_cluster_says_so_and_so_does_the_playbook(
    still: WorldOnWire,
) -> None:
    outcome = still.playbook("rotate_eks", inventory=INVENTORY + "clusters: [dmo]\n")
    assert outcome.code != 0
    assert (
        "There is no EKS cluster dmo in eu-west-1 (there: demo). Check the name, the region"
        " and the account" in outcome.output
    )
    assert outcome.code == 2 and "PLAY" not in outcome.output, "nothing of it has run"


def test_an_inventory_without_credentials_says_so(still: WorldOnWire) -> None:
    outcome = still.run("ansible-inventory", "-i", str(still.inventory), "--graph", **NOBODY)
    assert (
        "Cannot list the EKS clusters of eu-west-1: Unable to locate credentials. Give AWS"
        " credentials" in outcome.output
    )
    assert outcome.code == 2 and "Traceback" not in outcome.output
    assert len(outcome.output.strip().splitlines()) == 1, "no word of other inventory plugins"


@pytest.mark.parametrize("playbook", ["rotate_eks", "plan", "check_amis"])
def test_no_playbook_goes_on_without_its_inventory(still: WorldOnWire, playbook: str) -> None:
    """Ansible would make a warning of it, say "no hosts matched" and end with status 0."""
    inventory = still.inventory.parent / "gone.node_groups.yml"
    inventory.write_text(INVENTORY)
    name = f"nodeops.rotator.{playbook}"
    outcome = still.run("ansible-playbook", "-i", str(inventory), name, "--limit", GROUP, **NOBODY)
    assert outcome.code == 2 and "Unable to locate credentials" in outcome.output


def test_an_empty_inventory_is_an_error_unless_it_may_be(still: WorldOnWire) -> None:
    inventory = still.inventory.parent / "none.node_groups.yml"
    inventory.write_text(INVENTORY + "tags: {team: nobody}\n")
    outcome = still.run("ansible-inventory", "-i", str(inventory), "--graph")
    assert outcome.code == 2 and "No node groups in eu-west-1" in outcome.output
    inventory.write_text(INVENTORY + "tags: {team: nobody}\nallow_empty: true\n")
    assert still.run("ansible-inventory", "-i", str(inventory), "--graph").code == 0


def test_a_limit_that_leaves_no_node_group_says_so(still: WorldOnWire) -> None:
    outcome = still.playbook(
        "rotate_eks", "--limit", "other", inventory=INVENTORY + "groups:\n  other: false\n"
    )
    assert (
        outcome.code != 0 and "no hosts to target" in outcome.output
    ) or "does not match" in outcome.output


def test_a_pattern_that_leaves_no_node_group_says_so(still: WorldOnWire) -> None:
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
