# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Roles and playbooks pass on every module option, and declare what they read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jinja2
import jinja2.meta
import pytest
import yaml

from ansible_collections.nodeops.rotator.plugins.plugin_utils import variables
from ansible_collections.nodeops.rotator.plugins.plugin_utils.variables import PLAYBOOKS, ROLES
from ansible_collections.nodeops.rotator.tests.unit.floors.shape import ROOT

COLLECTION = "nodeops.rotator."
LEFT_OUT = {
    "eks_ami_lookup": variables.LOOKUP_LEFT_OUT,
    "launch_template_update": variables.TEMPLATE_LEFT_OUT,
    "kops_instance_group_image": variables.KOPS_LEFT_OUT,
    "asg_node_replace": variables.ROTATION_LEFT_OUT,
    "eks_nodegroup_replace": variables.MANAGED_LEFT_OUT,
    "karpenter_wait": variables.KARPENTER_LEFT_OUT,
    "node_group_info": variables.INFO_LEFT_OUT,
}
HOSTS = {
    *("region", "eks_cluster", "kubeconfig", "kube_context", "autoscaling_group_name"),
    *("node_group_kind", "eks_nodegroup", "eks_ami_type"),
    *("kops_cluster", "kops_instance_group", "kops_state_store", "kops_executable"),
}
"""Variables that say which node group it is and how it is reached."""
ANSIBLES = {
    "ansible_check_mode",
    "ansible_play_hosts_all",
    "hostvars",
    "inventory_hostname",
    "now",
    "omit",
}


def tasks(node: Any) -> Iterator[dict[str, Any]]:
    """Yield every task below a list of tasks and blocks."""
    for task in node or ():
        yield task
        for part in ("block", "rescue", "always"):
            yield from tasks(task.get(part))


def files(role: str) -> dict[str, Any]:
    """Return the task files of a role, parsed, by name."""
    found = (ROOT / "roles" / role / "tasks").glob("*.yml")
    return {path.name: yaml.safe_load(path.read_text()) for path in found}


def arguments(module: str, role: str) -> dict[str, Any]:
    """Return the arguments that a role gives to a module."""
    every = (task for file in files(role).values() for task in tasks(file))
    return dict(next(task[COLLECTION + module] for task in every if COLLECTION + module in task))


def texts(node: Any) -> Iterator[str]:
    """Yield every text of a parsed file that may be a template."""
    if isinstance(node, dict):
        for key, value in node.items():
            bare = key in ("when", "until", "that", "changed_when", "failed_when")
            for text in texts(value):
                yield f"{{{{ {text} }}}}" if bare and "{{" not in text else text
    elif isinstance(node, list):
        for value in node:
            yield from texts(value)
    elif isinstance(node, str):
        yield node


def read(role: str) -> set[str]:
    """Return the variables that the templates of a role read, private ones left out."""
    private = yaml.safe_load((ROOT / "roles" / role / "vars/main.yml").read_text())
    environment = jinja2.Environment()
    environment.filters[COLLECTION + "given"] = environment.filters["bool"] = str
    environment.filters |= dict.fromkeys((COLLECTION + "pinned", COLLECTION + "aftermath"), str)
    found: set[str] = set()
    for text in texts([*files(role).values(), private]):
        found |= jinja2.meta.find_undeclared_variables(environment.parse(text))
    return {name for name in found if not name.startswith("_")} - ANSIBLES


def specs(role: str) -> dict[str, Any]:
    path = ROOT / "roles" / role / "meta/argument_specs.yml"
    return dict(yaml.safe_load(path.read_text())["argument_specs"]["main"]["options"])


@pytest.mark.parametrize(
    ("module", "role", "prefix"),
    [
        ("eks_ami_lookup", "prepare", "prepare_ami_"),
        ("launch_template_update", "prepare", "prepare_template_"),
        ("asg_node_replace", "rotate", "rotate_"),
        ("eks_nodegroup_replace", "rotate", "rotate_managed_"),
        ("node_group_info", "prepare", "rotate_"),
        ("node_group_info", "verify", "rotate_"),
    ],
)
def test_a_role_hands_over_every_option_of_its_modules(module: str, role: str, prefix: str) -> None:
    given = arguments(module, role)
    handed = set(variables.USED[module]) - set(LEFT_OUT[module])
    if role == "verify":  # after a rotation nothing is judged by its drains and its pace
        pace = {"max_surge", "max_unavailable", "canary", "soak"}
        handed = {name for name in handed - pace if not name.startswith("drain_")}
    assert handed - set(given) == set()
    for name in handed:
        assert f"{prefix}{name} " in given[name] + " ", f"{name} is given {given[name]}"
    assert [name for name in given if name not in variables.USED[module]] == ["region"]


def test_check_amis_hands_over_every_option_of_the_lookup() -> None:
    path = ROOT / "playbooks/tasks/check_amis_lookup.yml"
    given = yaml.safe_load(path.read_text())[0][COLLECTION + "eks_ami_lookup"]
    for name in set(variables.USED["eks_ami_lookup"]) - set(variables.LOOKUP_LEFT_OUT):
        assert f"check_amis_{name} " in given[name]


@pytest.mark.parametrize("module", sorted(LEFT_OUT))
def test_only_options_that_exist_are_left_out(module: str) -> None:
    shared = set(variables.CONNECTION) | set(variables.ROTATION_LEFT_OUT)
    assert set(LEFT_OUT[module]) - set(variables.USED[module]) <= shared


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_role_declares_its_variables_with_their_defaults(role: str) -> None:
    defaults = yaml.safe_load((ROOT / "roles" / role / "defaults/main.yml").read_text())
    assert set(defaults) == set(ROLES[role])
    declared = specs(role)
    assert {name: declared[name]["default"] for name in ROLES[role]} == defaults


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_role_declares_every_variable_that_it_reads(role: str) -> None:
    hooks = {name for name in read(role) if "hook_" in name}
    assert read(role) - hooks <= set(specs(role))
    assert set(specs(role)) <= read(role) | HOSTS


@pytest.mark.parametrize("role", sorted(ROLES))
def test_no_value_makes_ansible_show_the_whole_argument_spec(role: str) -> None:
    """Any value is text, or anything: the role itself says in one line what is wrong."""
    for name, option in specs(role).items():
        assert option["type"] in ("str", "raw"), name
        assert not {"required", "choices", "options", "elements"} & set(option), name


@pytest.mark.parametrize("role", sorted(ROLES))
def test_what_a_role_registers_is_private(role: str) -> None:
    every = [task for file in files(role).values() for task in tasks(file)]
    names = {task["register"] for task in every if "register" in task}
    names |= {name for task in every for name in task.get("ansible.builtin.set_fact", ())}
    private = yaml.safe_load((ROOT / "roles" / role / "vars/main.yml").read_text())
    assert all(name.startswith("_") for name in {*names, *private})


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_failure_of_a_module_is_told_by_a_task_of_its_own(role: str) -> None:
    for file in files(role).values():
        for task in tasks(file):
            ours = [key for key in task if key.startswith(COLLECTION) and "check_" not in key]
            assert not ours or task["failed_when"] is False, task["name"]


@pytest.mark.parametrize("name", sorted(PLAYBOOKS))
def test_the_variables_of_the_playbooks_are_documented(name: str) -> None:
    guides = ((ROOT / "docs" / guide).read_text() for guide in ("playbooks.md", "amis.md"))
    assert name == "rotation_plan" or f"`{name}`" in "".join(guides)


@pytest.mark.parametrize("name", sorted(variables.known()))
def test_every_variable_has_a_prefix_of_ours(name: str) -> None:
    assert name.startswith(variables.PREFIXES)
