# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the documentation of modules and of their fragments."""

from __future__ import annotations

import ast
import importlib
from typing import Any

import yaml

from ansible_collections.nodeops.rotator.tests.unit.floors.shape import ROOT

MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py"))


def fragment(name: str) -> dict[str, Any]:
    """Return the options of a documentation fragment, named as modules name it."""
    namespace, collection, file, *part = name.split(".")
    module = importlib.import_module(
        f"ansible_collections.{namespace}.{collection}.plugins.doc_fragments.{file}"
    )
    text = getattr(module.ModuleDocFragment, part[0].upper() if part else "DOCUMENTATION", "{}")
    return dict(yaml.safe_load(text).get("options") or {})


def documented(module: str, fragments: str = "") -> dict[str, Any]:
    """Return the documented options of a module, its own and those of its fragments.

    `fragments`: only fragments whose names begin so.
    """
    tree = ast.parse((ROOT / "plugins" / "modules" / f"{module}.py").read_text())
    texts = (
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "DOCUMENTATION"
    )
    documentation = yaml.safe_load(ast.literal_eval(next(texts)))
    found = dict(documentation.get("options") or {})
    for name in documentation.get("extends_documentation_fragment", ()):
        if name.startswith(fragments):
            found |= fragment(name)
    return found
