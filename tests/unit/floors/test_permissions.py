# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rights that the collection ships are those that its code asks for."""

from __future__ import annotations

import ast
import functools
import importlib
import json
import sys
from pathlib import Path
from typing import Any

import botocore.session
import pytest

from ansible_collections.nodeops.rotator.tests.simulation.aws.policies import action_of
from ansible_collections.nodeops.rotator.tests.simulation.used import VARIABLE
from ansible_collections.nodeops.rotator.tests.unit.floors.shape import ROOT

CALLERS = ("clients", "operations", "edge")
"""Rooms whose code names AWS operations."""
LONGEST = 6144
"""Characters of a managed policy, without white space (IAM user guide, quotas)."""


def tool(name: str) -> Any:
    """Import a program of the folder tools."""
    folder = str(ROOT / "tools")
    if folder not in sys.path:
        sys.path.append(folder)
    return importlib.import_module(name)


@functools.cache
def operations() -> dict[str, tuple[str, ...]]:
    """Return all operations of the services that we call, each with its services."""
    session, found = botocore.session.get_session(), dict[str, tuple[str, ...]]()
    services = ("autoscaling", "ec2", "eks", "elb", "elbv2", "route53", "s3", "ssm")
    for service in (*services, "service-quotas"):
        for name in session.get_service_model(service).operation_names:
            found[name] = (*found.get(name, ()), service)
    return found


def named_actions() -> dict[str, set[str]]:
    """Return the operations that our code names, and what each may mean."""
    home = ROOT / "plugins" / "module_utils"
    paths = [path for room in CALLERS for path in sorted((home / room).rglob("*.py"))]
    words = {word for path in paths if path.name != "errors.py" for word in constants(path)}
    return {
        word: {action_of(service, word) for service in operations()[word]}
        for word in words & set(operations())
    }


def constants(path: Path) -> set[str]:
    """Return the text constants of a file."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return {
        node.value
        for node in nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def shipped_actions() -> dict[str, bool]:
    """Return the actions of the table, and whether a call of ours asks for each."""
    entries = tool("make_permissions").read_table()["iam"]
    return {action: "implied" not in entry for entry in entries for action in entry["actions"]}


def test_every_operation_that_the_code_names_is_permitted() -> None:
    shipped = set(shipped_actions())
    missing = [name for name, actions in named_actions().items() if not actions & shipped]
    assert not missing, "\n".join(f"{name}: add it to tools/permissions.yml" for name in missing)


def test_nothing_is_permitted_that_the_code_does_not_name() -> None:
    asked = {action for actions in named_actions().values() for action in actions}
    ours = {action for action, called in shipped_actions().items() if called}
    assert not ours - asked, "take it out of tools/permissions.yml"


def test_the_files_are_those_that_the_table_makes() -> None:
    maker = tool("make_permissions")
    stale = [
        str(path.relative_to(ROOT))
        for path, text in maker.made(maker.read_table()).items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    assert not stale, f"run tools/make_permissions.py: {stale}"


@pytest.mark.parametrize("path", sorted((ROOT / "extensions/iam").glob("*.json")), ids=str)
def test_a_policy_is_not_longer_than_iam_lets_it_be(path: Path) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))
    assert len("".join(json.dumps(document).split())) <= LONGEST
    assert all(entry["Effect"] == "Allow" for entry in document["Statement"])


def test_used_rights_are_held_against_the_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rights, used = tool("rights"), tmp_path / "used.txt"
    needed = sorted(set(rights.needed(rights.read_table())))
    assert rights.compare(used).failed == len(needed)
    used.write_text("\n".join([*needed, "aws sts:GetCallerIdentity"]))
    assert (rights.compare(used).passed, rights.compare(used).failed) == (len(needed), 0)
    capsys.readouterr()
    used.write_text("\n".join([*needed[1:], "aws ec2:StopInstances"]))
    assert rights.compare(used).failed == 2
    said = capsys.readouterr().out
    assert f"unused: {needed[0]}" in said
    assert "missing: aws ec2:StopInstances" in said


def test_the_simulation_and_the_test_run_mean_the_same_file() -> None:
    assert tool("rights").VARIABLE == VARIABLE
