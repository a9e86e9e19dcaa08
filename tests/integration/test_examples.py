# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run examples of the plugins on worlds, one playbook for each world."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.nodeops.rotator.tests.integration.kops_wire import (
    CLUSTER,
    STORE,
    image_name,
)
from ansible_collections.nodeops.rotator.tests.integration.wire import (
    WorldOnWire,
    world_on_wire,
)
from ansible_collections.nodeops.rotator.tests.unit.floors.shape import ROOT

Task = dict[str, Any]
PLAYBOOKS = "the playbooks that tests/integration runs have this task, with other values"
ELSEWHERE = "tests/integration runs it as a module, with other values"
NOT_RUN: Mapping[str, str] = {
    **dict.fromkeys(
        (
            *("asg_node_replace", "check_plan", "check_variables", "cluster_gate"),
            *("cluster_health_info", "node_carriers_info", "node_group_info", "rotation_line"),
            *("rotation_notify", "rotation_pause", "rotation_plan", "rotation_report"),
            *("rotation_status_info", "rotation_summary", "rotation_uninstall"),
            *("aftermath", "given", "pinned", "table"),
        ),
        PLAYBOOKS,
    ),
    **dict.fromkeys(("eks_ami_lookup", "launch_template_update", "node_drain"), ELSEWHERE),
}
"""Plugins whose examples are checked (tests/unit/plugins/test_examples.py) but not run, and why."""
IN_MIXED, IN_KOPS = ("karpenter_wait", "eks_nodegroup_replace"), ("kops_instance_group_image",)
OF_KOPS = (
    ("eks_ami_lookup", "Check whether an instance group of kops is behind"),
    ("launch_template_update", "Move a kops instance group to a golden image"),
)
"""Examples of plugins that are not run as a whole, but in the world of kops; how they begin."""


def examples(plugin: str) -> list[Task]:
    """Return the examples of a plugin, parsed."""
    (path,) = (path for path in ROOT.glob(f"plugins/*/{plugin}.py") if "EXAMPLES" in _text(path))
    (text,) = re.findall(r'^EXAMPLES = (r?""".*?""")', _text(path), re.MULTILINE | re.DOTALL)
    found = yaml.safe_load(ast.literal_eval(text))
    assert isinstance(found, list)
    return found


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def chosen(plugins: tuple[str, ...]) -> list[Task]:
    """Return the examples of these plugins, in their order."""
    return [task for plugin in plugins for task in examples(plugin)]


def put(node: Any, names: Mapping[str, Any]) -> Any:
    """Return an example with the names of a world instead of those that stand there."""
    if isinstance(node, dict):
        return {key: put(value, names) for key, value in node.items()}
    if isinstance(node, list):
        return [put(one, names) for one in node]
    return names.get(str(node), node) if not isinstance(node, bool) else node


def played(world: WorldOnWire, tasks: list[Task], names: Mapping[str, Any]) -> str:
    """Run examples in one play; return what was shown."""
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "connection": "local",
        "module_defaults": {
            "nodeops.rotator.eks_nodegroup_replace": {"poll_interval": 1},
            "nodeops.rotator.karpenter_wait": {"settle": 2},
            "nodeops.rotator.kops_instance_group_image": {
                "kops_executable": world.env["WORLD_KOPS"]
            },
        },
        "tasks": put(tasks, names),
    }
    book = world.folder / "examples.yml"
    book.write_text(yaml.safe_dump([play], sort_keys=False))
    for group in world.report()["groups"]:
        world.rules(group, 2)
    outcome = world.run(
        *("ansible-playbook", "-i", str(world.inventory), str(book)), **world.reach("operator")
    )
    assert outcome.code == 0, outcome.output
    return outcome.output


def test_every_plugin_with_examples_is_run_or_named_with_the_reason() -> None:
    found = [
        path.stem
        for folder in ("modules", "filter")
        for path in ROOT.glob(f"plugins/{folder}/*.py")
        if path.stem != "__init__"
    ]
    assert sorted(found) == sorted((*NOT_RUN, *IN_MIXED, *IN_KOPS))


def test_examples_on_a_cluster_of_managed_node_groups_and_karpenter(tmp_path: Path) -> None:
    with world_on_wire("mixed", tmp_path) as world:
        names = {**dict.fromkeys(("blue", "shop"), "demo"), "workers": "web", "gpu": "own"}
        newest = image_name(world).rpartition("v")[2]
        names |= {"1.33.5-20260523": f"1.33.5-{newest}", "7": "1", "600": 1}
        tasks = chosen(IN_MIXED)
        shown = played(world, tasks, names)
    assert shown.count("\nTASK [") == len(tasks)


def test_examples_on_a_kops_cluster(tmp_path: Path) -> None:
    with world_on_wire("kops", tmp_path) as world:
        image = image_name(world)
        names = {
            **dict.fromkeys(("shop.example.com",), CLUSTER),
            "s3://shop-kops-state": f"s3://{STORE}",
            "ami-0123456789abcdef0": world.report()["facts"]["new_image"],
        }
        names |= dict.fromkeys(images_of_kops(), image)
        tasks = chosen(IN_KOPS)
        tasks += [
            task
            for plugin, begins in OF_KOPS
            for task in examples(plugin)
            if str(task["name"]).startswith(begins)
        ]
        shown = played(world, tasks, names)
    assert shown.count("\nTASK [") == len(tasks)


def images_of_kops() -> list[str]:
    """Return the images that the examples for kops name."""
    options = [value for task in examples(*IN_KOPS) for value in task.values()]
    return [one["image"] for one in options if isinstance(one, dict) and "image" in one]
