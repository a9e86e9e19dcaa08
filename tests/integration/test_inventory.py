# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An unreadable inventory ends the command, whatever its playbook and limit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.integration.front import (
    Asked,
    denied,
    front,
    not_opted_in,
)
from ansible_collections.nodeops.rotator.tests.integration.wire import INVENTORY, WorldOnWire

GROUP = "demo-blue"
NOBODY: dict[str, str | None] = {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}


def written(still: WorldOnWire, name: str, content: str) -> str:
    """Write an inventory file beside that of the world; return its path."""
    path = still.inventory.parent / name
    path.write_text(content)
    return str(path)


def listed(still: WorldOnWire, *files: str, **env: str | None) -> dict[str, Any]:
    """Return what `ansible-inventory --list` shows of these files."""
    options = [word for file in files for word in ("-i", file)]
    outcome = still.run("ansible-inventory", *options, "--list", **env)
    assert outcome.code == 0, outcome.output
    shown = json.loads(outcome.output[outcome.output.index("{\n") :])
    assert isinstance(shown, dict)
    return shown


def refused(still: WorldOnWire, file: str, **env: str | None) -> str:
    """Return the one line with which a command ends that reads this file."""
    outcome = still.run("ansible-inventory", "-i", file, "--graph", **env)
    assert outcome.code == 2, outcome.output
    assert len(outcome.output.strip().splitlines()) == 1, outcome.output
    return outcome.output


def test_an_unknown_cluster_ends_the_inventory_and_the_playbook(
    still: WorldOnWire,
) -> None:
    outcome = still.playbook("rotate_eks", inventory=INVENTORY + "clusters: [dmo]\n")
    assert outcome.code != 0
    assert (
        "There is no cluster dmo in eu-west-1 (there: demo). Check the name, the region"
        " and the account" in outcome.output
    )
    assert outcome.code == 2, "nothing of it has run"
    assert "PLAY" not in outcome.output, "nothing of it has run"


def test_an_inventory_without_credentials_fails_in_one_line(still: WorldOnWire) -> None:
    outcome = still.run("ansible-inventory", "-i", str(still.inventory), "--graph", **NOBODY)
    assert (
        "Cannot list the EKS clusters of eu-west-1: Unable to locate credentials. Give AWS"
        " credentials" in outcome.output
    )
    assert outcome.code == 2
    assert "Traceback" not in outcome.output
    assert len(outcome.output.strip().splitlines()) == 1, "other inventory plugins are mentioned"


def test_an_inventory_that_may_fail_is_a_warning_and_no_playbook_takes_it_for_fine(
    still: WorldOnWire,
) -> None:
    file = written(still, "warn.node_groups.yml", INVENTORY + "on_error: warn\n")
    outcome = still.run("ansible-inventory", "-i", file, "--graph", **NOBODY)
    assert outcome.code == 0
    assert "Unable to locate credentials" in outcome.output
    outcome = still.run("ansible-playbook", "-i", file, "nodeops.rotator.plan", **NOBODY)
    assert outcome.code == 2, outcome.output
    assert "No node group to work on" in outcome.output


@pytest.mark.parametrize("playbook", ["rotate_eks", "plan", "check_amis"])
def test_no_playbook_runs_without_its_inventory(still: WorldOnWire, playbook: str) -> None:
    """Ansible alone would warn, find no hosts, and end with status 0."""
    inventory = still.inventory.parent / "gone.node_groups.yml"
    inventory.write_text(INVENTORY)
    name = f"nodeops.rotator.{playbook}"
    outcome = still.run("ansible-playbook", "-i", str(inventory), name, "--limit", GROUP, **NOBODY)
    assert outcome.code == 2
    assert "Unable to locate credentials" in outcome.output


def test_an_empty_inventory_is_an_error_unless_allowed(still: WorldOnWire) -> None:
    inventory = still.inventory.parent / "none.node_groups.yml"
    inventory.write_text(INVENTORY + "tags: {team: nobody}\n")
    outcome = still.run("ansible-inventory", "-i", str(inventory), "--graph")
    assert outcome.code == 2
    assert "No node groups in eu-west-1" in outcome.output
    inventory.write_text(INVENTORY + "tags: {team: nobody}\nallow_empty: true\n")
    assert still.run("ansible-inventory", "-i", str(inventory), "--graph").code == 0


@pytest.mark.parametrize(
    ("content", "env", "said"),
    [
        ("profile: gone\n", NOBODY, "profile (gone) could not be found"),
        ("cluster: [shop]\n", {}, "There is no option cluster. Did you mean clusters?"),
        ("on_error: never\n", {}, "never"),
        ("strict: true\ncompose: {x: nowhere}\n", {}, "nowhere"),
    ],
    ids=["profile", "unknown option", "unknown choice", "compose"],
)
def test_whatever_is_wrong_with_the_inventory_ends_the_command(
    still: WorldOnWire, content: str, env: dict[str, str | None], said: str
) -> None:
    assert said in refused(still, written(still, "bad.node_groups.yml", INVENTORY + content), **env)


ENABLED = {"ANSIBLE_INVENTORY_ENABLED": "nodeops.rotator.node_groups,auto,yaml,ini"}


def test_a_file_that_is_no_yaml_ends_the_command_where_the_plugin_is_enabled(
    still: WorldOnWire,
) -> None:
    """Ansible asks the plugin because it is enabled.

    Otherwise it reads the file to learn the name of its plugin, and never asks us.
    """
    file = written(still, "broken.node_groups.yml", INVENTORY + "tags: {team\n")
    assert "broken.node_groups.yml: YAML parsing failed" in refused(still, file, **ENABLED)
    outcome = still.run("ansible-playbook", "-i", file, "nodeops.rotator.plan")
    assert outcome.code == 2
    assert "No node group to work on" in outcome.output


def test_another_plugin_reads_its_files_as_ever_where_ours_is_enabled(still: WorldOnWire) -> None:
    file = written(still, "hosts.yml", "all: {hosts: {one: {}}}\n")
    assert "one" in str(listed(still, file, **ENABLED))


def test_a_role_that_cannot_be_assumed_ends_the_command(still: WorldOnWire) -> None:
    role = "assume_role_arn: arn:aws:iam::123456789012:role/x\n"
    file = written(still, "role.node_groups.yml", INVENTORY + role)
    assert "AssumeRole" in refused(still, file, **{**still.who("nobody"), "KUBECONFIG": None})


def test_a_source_of_credentials_that_fails_ends_the_command(
    still: WorldOnWire, tmp_path: Path
) -> None:
    """boto3 raises errors of the operating system as they are.

    They are no exceptions of its own.
    """
    config = tmp_path / "config"
    config.write_text("[default]\ncredential_process = /nonexistent\n")
    env = {**NOBODY, "AWS_CONFIG_FILE": str(config)}
    assert "No such file or directory" in refused(still, str(still.inventory), **env)


def test_a_file_of_another_name_is_not_passed_over(still: WorldOnWire) -> None:
    message = refused(still, written(still, "prod.yml", INVENTORY))
    assert "prod.yml: Its name has to end with node_groups.yml" in message


def test_a_region_that_is_not_opted_in_does_not_hide_the_others(still: WorldOnWire) -> None:
    both = INVENTORY.replace("[eu-west-1]", "[eu-west-1, me-south-1]")
    file = written(still, "both.node_groups.yml", both)
    with front(still.env["AWS_ENDPOINT_URL"], not_opted_in("me-south-1")) as url:
        outcome = still.run("ansible-inventory", "-i", file, "--graph", AWS_ENDPOINT_URL=url)
        assert outcome.code == 0
        assert f"--{GROUP}" in outcome.output
        assert "Region me-south-1 is left out, the account may not be opted in" in outcome.output


def test_a_single_denial_does_not_end_the_command(still: WorldOnWire) -> None:
    always, told = denied("eu-west-1", "AccessDeniedException", "It takes effect late"), list[Any]()

    def once(asked: Asked) -> Any:
        answer = None if told else always(asked)
        told.extend(answer or ())
        return answer

    file = written(still, "once.node_groups.yml", INVENTORY)
    with front(still.env["AWS_ENDPOINT_URL"], once) as url:
        outcome = still.run("ansible-inventory", "-i", file, "--graph", AWS_ENDPOINT_URL=url)
    assert outcome.code == 0
    assert f"--{GROUP}" in outcome.output
    assert "Not let in yet, asked again for 60 s at most: Cannot list" in outcome.output


def test_a_region_that_is_named_twice_is_read_once(still: WorldOnWire) -> None:
    file = written(still, "twice.node_groups.yml", INVENTORY.replace("]", ", eu-west-1]"))
    before = still.report()["calls"].get("eks:ListClusters", 0)
    assert set(listed(still, file)["_meta"]["hostvars"]) == {GROUP}
    assert still.report()["calls"]["eks:ListClusters"] == before + 1


def test_one_region_of_three_that_cannot_be_read_ends_the_command(still: WorldOnWire) -> None:
    three = INVENTORY.replace("[eu-west-1]", "[eu-west-1, eu-central-1, us-east-1]")
    file = written(still, "three.node_groups.yml", three)
    expired = denied("us-east-1", "ExpiredTokenException", "It is expired")
    with front(still.env["AWS_ENDPOINT_URL"], expired) as url:
        message = refused(still, file, AWS_ENDPOINT_URL=url)
    assert "Cannot list the EKS clusters of us-east-1: It is expired" in message
    assert "renew expired ones" in message


def test_equal_names_in_two_files_stay_two_hosts(still: WorldOnWire) -> None:
    first = written(still, "first.node_groups.yml", INVENTORY)
    other = written(still, "other.node_groups.yml", INVENTORY.replace("west", "central"))
    hosts = listed(still, first, other)["_meta"]["hostvars"]
    regions = {name: host["region"] for name, host in hosts.items()}
    assert regions == {GROUP: "eu-west-1", f"{GROUP}.eu-central-1": "eu-central-1"}
    again = written(still, "again.node_groups.yml", INVENTORY)
    assert set(listed(still, first, again)["_meta"]["hostvars"]) == {GROUP}


def test_a_tag_that_is_true_is_compared_with_what_aws_stores(small: WorldOnWire) -> None:
    tag = {"Key": "rotate", "Value": "true", "PropagateAtLaunch": False}
    where = {"ResourceId": GROUP, "ResourceType": "auto-scaling-group"}
    small.aws("autoscaling").create_or_update_tags(Tags=[{**tag, **where}])
    file = written(small, "true.node_groups.yml", INVENTORY + "tags: {rotate: true}\n")
    assert set(listed(small, file)["_meta"]["hostvars"]) == {GROUP}
    other = written(small, "false.node_groups.yml", INVENTORY + "tags: {rotate: false}\n")
    assert "No node groups in eu-west-1" in refused(small, other)


def test_no_group_gets_the_name_of_a_host(small: WorldOnWire) -> None:
    group = small.aws("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"][0]
    small.aws("autoscaling").create_auto_scaling_group(
        AutoScalingGroupName="blue",
        MinSize=0,
        MaxSize=1,
        LaunchTemplate={"LaunchTemplateName": GROUP, "Version": "$Latest"},
        VPCZoneIdentifier=group["VPCZoneIdentifier"],
        Tags=[{"Key": "kubernetes.io/cluster/demo", "Value": "owned", "PropagateAtLaunch": True}],
    )
    file = written(small, "shadow.node_groups.yml", INVENTORY + "groups:\n  blue: true\n")
    assert "blue would be a host and a group" in refused(small, file)


def test_variables_are_plain_text_and_extra_ones_may_be_used(still: WorldOnWire) -> None:
    more = "use_extra_vars: true\ncompose:\n  stage_name: stage | default('none')\n"
    file = written(still, "extra.node_groups.yml", INVENTORY + more)
    outcome = still.run("ansible-inventory", "-i", file, "--list", "-e", "stage=blue")
    host = json.loads(outcome.output)["_meta"]["hostvars"][GROUP]
    assert host["stage_name"] == "blue"
    assert host["aws_account_id"] == "123456789012"
    assert "__ansible_unsafe" not in outcome.output
