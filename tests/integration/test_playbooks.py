# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the playbooks from end to end on a world on the wire."""

from __future__ import annotations

import collections
import json
import re
import shlex
import textwrap
from pathlib import Path

from ansible_collections.nodeops.rotator.tests.integration.wire import (
    INVENTORY,
    QUICK,
    Outcome,
    WorldOnWire,
)
from ansible_collections.nodeops.rotator.tests.unit.docs.commands import of_page
from ansible_collections.nodeops.rotator.tests.unit.floors.shape import ROOT

GROUP = "demo-blue"
CURRENT = {
    "eks:ListClusters": 1,
    "eks:DescribeCluster": 1,
    "autoscaling:DescribeAutoScalingGroups": 6,
    "autoscaling:DescribeInstanceRefreshes": 3,
    "autoscaling:DescribeScalingActivities": 1,
    "ec2:DescribeInstances": 6,
    "ec2:DescribeLaunchTemplateVersions": 4,
    "ec2:DescribeImages": 1,
    "ec2:DescribeSubnets": 1,
    "service-quotas:GetServiceQuota": 1,
    "ssm:GetParameters": 1,
}
"""What the playbook asks of AWS about a node group that is current: three of these calls are the
inventory's, two name what else carries nodes, and 21 are the node group's own, whatever its size.
The image is looked up (6), then the group is read before (6), under its Lease (5) and after (4)."""
UPDATED = {
    "ec2:DescribeImages": 3,
    "ec2:DescribeInstanceTypes": 1,
    "ec2:DescribeLaunchTemplates": 2,
    "ec2:RunInstances": 2,
    "ec2:CreateLaunchTemplateVersion": 1,
    "ec2:CreateTags": 1,
}
"""What an update of the launch template asks besides: before the Lease is taken, and under it."""
HOOK = """
- name: Say where we are
  ansible.builtin.lineinfile:
    path: {log}
    line: {word} {{{{ inventory_hostname }}}}
    create: true
    mode: "0600"
"""


def images(world: WorldOnWire, group: str = GROUP) -> set[str]:
    """Return the images that the instances of the group run."""
    return set(world.report()["groups"][group]["images"])


def typed(world: WorldOnWire, command: str) -> Outcome:
    """Run a command of the README, with short durations and the world's group."""
    world.rules(GROUP, int(QUICK["rotate_max_surge"]))
    words = shlex.split(command.replace("prod-blue", GROUP))
    return world.run(*words, "-e", json.dumps(QUICK), **world.reach(world.next_run()))


def test_a_newcomer_types_what_the_readme_says_and_a_second_run_changes_nothing(
    small: WorldOnWire,
) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (inventory,) = re.findall(r"^    (plugin: .*\n    regions:\n      - .*)$", readme, re.M)
    (small.folder / "prod.node_groups.yml").write_text(textwrap.dedent(f"    {inventory}\n"))
    path = [one for one in of_page(readme) if one.startswith("ansible-playbook -i prod.")]
    plan, first, second = path
    facts = small.report()["facts"]
    planned = typed(small, plan)
    assert planned.code == 0, planned.output
    assert "\nplan: due, 4 nodes in 1 of 1 node group\n" in planned.output
    asked = small.report()["calls"]
    outcome = typed(small, first)
    assert outcome.code == 0, outcome.output
    updated = collections.Counter(small.report()["calls"]) - collections.Counter(asked)
    assert images(small) == {facts["new_image"]}
    assert small.report()["breaches"] == []
    assert "DEPRECATION" not in outcome.output
    assert "[WARNING]" not in outcome.output, "such as Kubernetes Events that were not written"
    # Progress is shown while the module runs, one line per change, with the node group's name.
    assert f"{GROUP}    0/4" in outcome.output
    assert "drained" in outcome.output
    table = outcome.output[outcome.output.index("NODE GROUP  ") :]
    assert f"{GROUP}   4               {facts['old_image']} -> {facts['new_image']}" in table
    assert "complete" in table
    assert "1 node group, 4 nodes replaced" in table

    before, asked = small.changes(), small.report()["calls"]
    again = typed(small, second)
    assert again.code == 0, again.output
    more = collections.Counter(small.report()["calls"]) - collections.Counter(asked)
    # What hardly changes is handed on, and what only a rotation to come needs is asked before it.
    assert {name: n for name, n in more.items() if not name.startswith("kubernetes:")} == CURRENT
    template = {name: updated[name] for name in UPDATED}
    assert template == UPDATED
    assert again.recap(GROUP)["changed"] == 0, again.output
    assert "nothing outdated" in again.output
    assert small.changes() == before


def test_the_plan_changes_nothing_and_needs_only_read_permissions(
    eks: WorldOnWire, tmp_path: Path
) -> None:
    before, report = eks.changes(), eks.report()
    outcome = eks.playbook("plan", who="reader", plan_file=str(tmp_path / "plan.json"))
    assert outcome.code == 0, outcome.output
    assert eks.changes() == before
    assert eks.report()["groups"] == report["groups"]
    assert "DEPRECATION" not in outcome.output
    for name, size in (("blue", 5), ("green", 4), ("storage", 3)):
        assert f"demo-{name}".ljust(14) + f"{size} of {size}" in outcome.output
    line = "plan: due, 12 nodes in 3 of 3 node groups"
    # Of Ansible only the line of the task itself stands between it and the recap.
    shown = outcome.output.partition("\nPLAY RECAP")[0].splitlines()
    assert [one for one in shown if one][-2:] == [line, "ok: [demo-storage]"]

    plan = json.loads((tmp_path / "plan.json").read_text())
    assert (plan["schema"], plan["outcome"], plan["line"]) == (1, "due", line)
    facts = report["facts"]
    for group in plan["node_groups"]:
        assert group["from"]["image_ids"] == [facts["old_image"]]
        assert group["to"]["image_ids"] == [facts["new_image"]]
        assert (group["template"]["previous_version"], group["template"]["version"]) == ("1", "2")
        assert (group["window"]["surge"], group["window"]["canaries"]) == (2, 1)
        assert group["evictions"] == sum(node["pods"] for node in group["nodes"]) > 0
        assert all(node["age"] and node["why"] for node in group["nodes"])
    assert "ROTATION_DUE=true\n" in (tmp_path / "plan.env").read_text()
    assert (tmp_path / "plan.md").read_text().count("version 1, target is 2") == 12


def test_a_rotation_that_is_not_what_was_planned_changes_nothing(
    small: WorldOnWire, tmp_path: Path
) -> None:
    plan = tmp_path / "plan.json"
    assert small.playbook("plan", plan_file=str(plan)).code == 0
    before = small.changes()
    other = small.playbook("rotate_eks", rotation_plan_file=str(plan), rotate_canary=2)
    assert other.code != 0
    assert "rotate_canary is 2, and was not set" in other.output
    assert small.changes() == before
    signed = small.playbook("rotate_eks", rotation_plan_file=str(plan))
    assert signed.code == 0, signed.output
    assert images(small) == {small.report()["facts"]["new_image"]}


def test_what_the_command_line_says_as_text_is_what_it_means(still: WorldOnWire) -> None:
    """A variable that is "false" as a string is false.

    `-e prepare_update_template=false` is the string "false", which Jinja takes for true. Without
    outdated nodes the rotation is a success.
    """
    before = still.changes()
    words = {
        "prepare_update_template": "false",
        "rotate_scale_in_fence": "yes",
        "rotate_canary": "1",
        "rotate_drain_force": "no",
        "rotate_drain_pdb_overrides": "'[{selector: app=x, action: wait}]'",
        "verify_retries": "1",
    }
    extra = [word for name, text in words.items() for word in ("-e", f"{name}={text}")]
    outcome = still.playbook("rotate_eks", *extra)
    assert outcome.code == 0, outcome.output
    assert still.changes() == before, outcome.output
    assert outcome.recap(GROUP)["changed"] == 0
    assert "nothing outdated" in outcome.output


def test_check_mode_of_the_rotation_is_the_plan(still: WorldOnWire) -> None:
    before = still.changes()
    outcome = still.playbook("rotate_eks", "--check")
    assert outcome.code == 0, outcome.output
    assert still.changes() == before, outcome.output
    assert "4 nodes would be replaced. Nothing was changed." in outcome.output


def test_a_failed_canary_rolls_the_template_back_and_ends_the_run(
    eks: WorldOnWire,
) -> None:
    before, facts = eks.report()["groups"], eks.report()["facts"]
    eks.behavior(aws={"boot": [60, 60]})
    outcome = eks.playbook(
        "rotate_eks",
        rotation_hosts="demo-storage:demo-green",
        rotate_boot_timeout=5,
        rotation_report_dir="reports",
    )
    assert outcome.code != 0
    assert images(eks, "demo-storage") == set(before["demo-storage"]["images"]), outcome.output
    assert outcome.recap("demo-storage")["failed"] == 1
    assert eks.report()["groups"]["demo-green"] == before["demo-green"]
    assert "(the launch template was rolled back to version 1)" in outcome.output
    assert "desired capacity is 3, everything was restored. To try again, run" in outcome.output
    table = outcome.output[outcome.output.index("NODE GROUP  ") :]
    assert table.count("FAILED, restored") == 1
    assert "Failed: demo-storage." in table
    assert "TASK" not in table.replace("TASK [Hand the", ""), "the run did not end with the failure"
    told = json.loads((eks.folder / "reports" / "report.json").read_text())["node_groups"]
    (failed,) = [one for one in told if one["autoscaling_group_name"] == "demo-storage"]
    assert (failed["status"], failed["ok"]) == ("failed", False)
    assert failed["error"] in outcome.told()
    shown = eks.module("node_group_info", autoscaling_group_name="demo-storage", eks_cluster="demo")
    assert (shown["outdated"], shown["problems"]) == (0, [])
    assert shown["target"]["image_id"] == facts["old_image"]


def test_a_part_of_the_nodes_that_limit_selects_is_replaced_between_the_hooks_and_verified(
    eks: WorldOnWire, tmp_path: Path
) -> None:
    window = '{"start": "00:00", "end": "00:00", "time_zone": "Europe/Berlin"}'
    log = tmp_path / "hooks.log"
    hooks = {name: tmp_path / f"{name}.yml" for name in ("before", "after")}
    for word, path in hooks.items():
        path.write_text(HOOK.format(log=log, word=word))
    outcome = eks.playbook(
        "rotate_eks",
        "--limit",
        "demo-storage",
        prepare_hook=str(hooks["before"]),
        verify_hook=str(hooks["after"]),
        rotate_limit=1,
        rotate_maintenance_window=window,
    )
    assert outcome.code == 0, outcome.output
    report = eks.report()
    facts = report["facts"]
    assert images(eks, "demo-storage") == {facts["old_image"], facts["new_image"]}
    assert images(eks, "demo-green") == {facts["old_image"]}
    assert "2 outdated nodes left:" in outcome.output
    assert "(beyond the limit of 1)" in outcome.output
    table = outcome.output[outcome.output.index("NODE GROUP  ") :]
    assert "demo-storage  1 of 3" in table
    assert "in part, as asked" in table
    assert log.read_text().splitlines() == ["before demo-storage", "after demo-storage"]
    assert report["breaches"] == []


def test_a_managed_node_group_that_eks_does_not_know_fails_before_anything_is_changed(
    small: WorldOnWire,
) -> None:
    tags = [
        {
            "ResourceId": GROUP,
            "ResourceType": "auto-scaling-group",
            "Key": key,
            "Value": value,
            "PropagateAtLaunch": True,
        }
        for key, value in (("eks:nodegroup-name", "web"), ("eks:cluster-name", "demo"))
    ]
    small.aws("autoscaling").create_or_update_tags(Tags=tags)
    before = small.changes()
    outcome = small.playbook("rotate_eks")
    assert outcome.code != 0
    assert small.changes() == before
    assert "Cannot describe node group web of EKS cluster demo" in outcome.output
    assert "Traceback" not in outcome.output


def test_the_inventory_caches_its_answers_and_builds_groups(
    small: WorldOnWire, tmp_path: Path
) -> None:
    more = (
        "cache: true\ncache_plugin: ansible.builtin.jsonfile\ncache_connection: kept\n"
        "keyed_groups:\n  - {key: node_group_tags.team, prefix: team}\ngroups:\n  blues:"
        " \"'blue' in autoscaling_group_name\"\n"
        "compose:\n  zone_count: zones | length\n"
    )
    small.inventory.write_text(INVENTORY + more)
    listing = ["ansible-inventory", "-i", str(small.inventory), "--list"]
    first = json.loads(small.run(*listing).output)
    asked = small.report()["calls"]["eks:ListClusters"]
    second = json.loads(small.run(*listing).output)
    assert second == first
    assert small.report()["calls"]["eks:ListClusters"] == asked
    assert first["node_groups"]["children"]
    assert first["team_platform"]["hosts"] == [GROUP] == first["blues"]["hosts"]
    assert first["cluster_demo"]["hosts"] == first["self_managed"]["hosts"] == [GROUP]
    assert first["_meta"]["hostvars"][GROUP]["zone_count"] == 3
    small.run(*listing, "--flush-cache")
    assert small.report()["calls"]["eks:ListClusters"] == asked + 1
    small.inventory.write_text(INVENTORY + more.replace("team,", "stage,"))
    changed = json.loads(small.run(*listing).output)
    assert "team_platform" not in changed
    assert small.report()["calls"]["eks:ListClusters"] == asked + 2, "the file says something else"
