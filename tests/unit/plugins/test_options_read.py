# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What acts in Ansible's own process reads each option that it documents.

For modules, tests/integration/test_options_act.py sees which options they read.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.plugins import callback
from ansible.plugins.callback import default
from ansible.plugins.doc_fragments import default_callback, result_format_callback

from ansible_collections.nodeops.rotator.tests.unit.floors.shape import ROOT
from ansible_collections.nodeops.rotator.tests.unit.plugins.documentation import documented

SPEC = "SPEC"
ACTIONS = sorted(
    path.stem
    for path in (ROOT / "plugins" / "action").glob("*.py")
    if "(ControllerAction)" in path.read_text()
)
"""Action plugins that do all of the work of their module."""
BASES = frozenset({"plugin"})
"""Options of the inventory plugin that its base classes read."""


def words(tree: ast.AST) -> Iterator[str]:
    """Yield all strings in the code, except those of the argument spec."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == SPEC:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        yield from words(node)


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def test_there_are_action_plugins_that_read_options() -> None:
    assert len(ACTIONS) >= 7


@pytest.mark.parametrize("name", ACTIONS)
def test_an_action_plugin_reads_each_option(name: str) -> None:
    read = set(words(parsed(ROOT / "plugins" / "action" / f"{name}.py")))
    assert set(documented(name)) - read == set()


def asked(tree: ast.Module) -> set[str]:
    """Return the options that the code asks for by name."""
    return {
        ast.literal_eval(node.args[0])
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "self.get_option"
        and isinstance(node.args[0], ast.Constant)
    }


def documentation(tree: ast.Module) -> dict[str, Any]:
    (text,) = (
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "DOCUMENTATION"
    )
    return dict(yaml.safe_load(text))


def test_the_inventory_plugin_reads_each_option() -> None:
    tree = parsed(ROOT / "plugins" / "inventory" / "node_groups.py")
    assert set(documentation(tree)["options"]) - asked(tree) == BASES


def test_the_callback_reads_each_option_or_says_when_it_acts() -> None:
    """Some act with -v only, and those for values where values are shown."""
    tree = parsed(ROOT / "plugins" / "callback" / "rotation.py")
    known = documentation(tree)
    (own,) = (line for line in known["description"] if line.startswith("With C(-v)"))
    later = set(re.findall(r"O\((\w+)\)", own))
    values = set(yaml.safe_load(result_format_callback.ModuleDocFragment.DOCUMENTATION)["options"])
    options = set(yaml.safe_load(default_callback.ModuleDocFragment.DOCUMENTATION)["options"])
    assert options == later | (asked(tree) & options)
    assert later.isdisjoint(asked(tree))
    assert later | values <= asked(parsed(Path(default.__file__))) | asked(
        parsed(Path(callback.__file__))
    )
