# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every example of the plugins gives options and values that there are."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.nodeops.rotator.tests.unit.floors.shape import ROOT
from ansible_collections.nodeops.rotator.tests.unit.plugins.documentation import (
    MODULES,
    documented,
)

OURS = "nodeops.rotator."
PLUGINS = sorted(ROOT.glob("plugins/inventory/*.py"))
KEPT = ("type", "elements", "choices", "required", "aliases")


def examples(path: Any) -> Any:
    """Return the examples of a plugin, parsed."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "EXAMPLES":
            return list(yaml.safe_load_all(ast.literal_eval(node.value)))
    return []


def tasks(node: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the tasks with modules of ours in examples, each with its options."""
    if isinstance(node, list):
        for one in node:
            yield from tasks(one)
    elif isinstance(node, dict):
        for key, value in node.items():
            if str(key).startswith(OURS):
                yield key.removeprefix(OURS), value or {}
            elif isinstance(value, list):
                yield from tasks(value)


def argument_spec(options: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """Return documented options as an argument spec.

    What the example computes is not required and not checked.
    """
    spec: dict[str, Any] = {}
    for name, option in options.items():
        one = {key: option[key] for key in KEPT if key in option}
        if is_computed(given.get(name)):
            one = {"type": "raw"}
        elif "suboptions" in option:
            one["options"] = argument_spec(option["suboptions"], {})
        spec[name] = one
    return spec


def is_computed(value: Any) -> bool:
    """Return whether a value is made by a template, in whole or in part."""
    return "{{" in str(value)


EXAMPLES = [
    (module, at, name, given)
    for module in MODULES
    for at, (name, given) in enumerate(tasks(examples(ROOT / f"plugins/modules/{module}.py")))
]


def test_every_module_has_an_example_of_itself() -> None:
    assert {module for module, _at, name, _given in EXAMPLES if name == module} == set(MODULES)


@pytest.mark.parametrize(
    ("module", "at", "name", "given"),
    EXAMPLES,
    ids=[f"{module}-{at}" for module, at, _name, _given in EXAMPLES],
)
def test_an_example_gives_options_that_there_are(
    module: str, at: int, name: str, given: dict[str, Any]
) -> None:
    assert name in MODULES
    found = ArgumentSpecValidator(argument_spec(documented(name), given)).validate(given)
    assert found.error_messages == [], f"example {at} of {module}"


@pytest.mark.parametrize("path", PLUGINS, ids=[path.stem for path in PLUGINS])
def test_an_example_of_an_inventory_gives_options_that_there_are(path: Any) -> None:
    if path.stem == "__init__":
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    texts = {
        ast.unparse(node.targets[0]): ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign)
        and ast.unparse(node.targets[0]) in ("DOCUMENTATION", "EXAMPLES")
    }
    options = yaml.safe_load(texts["DOCUMENTATION"])["options"]
    inherited = {"compose", "groups", "keyed_groups", "strict", "profile", "access_key"}
    inherited |= {f"cache{part}" for part in ("", "_plugin", "_connection", "_timeout", "_prefix")}
    documents = [one for one in yaml.safe_load_all(texts["EXAMPLES"]) if one]
    assert documents
    for document in documents:
        assert document["plugin"] == f"{OURS}{path.stem}"
        assert set(document) <= set(options) | inherited
