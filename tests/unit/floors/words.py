# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check that docstrings begin with a short line and names have one meaning."""

from __future__ import annotations

import ast
import collections
import re
from collections.abc import Iterable, Iterator, Mapping

PLAIN = ("plugins/", "tests/simulation/", "tools/")
"""Folders whose docstrings are checked for what they say."""
SHORT = ("plugins/", "tests/", "tools/")
"""Folders whose docstrings begin with one short line."""
NAMED = (*PLAIN, "tests/unit/")
"""Folders in which no docstring begins with Whether."""
FIRST_LINE = 80
"""A first line has fewer characters."""
RIDDLE = re.compile(r"(The|Whether|Itself)\b")
"""What no first line begins with."""
NOUN = re.compile(r"(A|An|What|Why|How|Until)\b")
"""What no first line of a function begins with either: it says what the function does."""
EVERYWHERE = frozenset(
    ("DOCUMENTATION", "EXAMPLES", "RETURN", "SPEC", "OPTIONS", "TEXTS", "ActionModule")
    + ("ModuleDocFragment", "FilterModule")
)
"""Names that Ansible gives, or that mean the same for each module."""

Function = (ast.FunctionDef, ast.AsyncFunctionDef)


def unclear(path: str, source: str) -> list[str]:
    """Return one line for each docstring that begins with a long or unclear line.

    The first paragraph is one short line everywhere; in most tests it may begin with a noun.
    """
    if not path.startswith(SHORT):
        return []
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.Module, ast.ClassDef, *Function)):
            first = (ast.get_docstring(node) or "").split("\n\n", maxsplit=1)[0]
            begins = RIDDLE.match(first) or (isinstance(node, Function) and NOUN.match(first))
            long = len(first) >= FIRST_LINE or "\n" in first
            asks = path.startswith(NAMED) and first.startswith("Whether")
            if long or asks or (begins and path.startswith(PLAIN)):
                found.append(f"{path}:{getattr(node, 'lineno', 1)} begins: {first}")
    return found


def homonyms(sources: Mapping[str, str]) -> list[str]:
    """Return one line for each public class or constant of several meanings.

    `sources`: text by path. A constant may stand in two files with the same value.
    """
    found: dict[str, dict[str, str]] = collections.defaultdict(dict)
    for path, source in sources.items():
        for name, meaning in _defined(path, ast.parse(source).body):
            found[name][path] = meaning
    return [
        f"{name} means different things in {', '.join(sorted(places))}"
        for name, places in sorted(found.items())
        if len(set(places.values())) > 1
    ]


def _defined(path: str, body: Iterable[ast.stmt]) -> Iterator[tuple[str, str]]:
    """Yield each public class and constant with what tells it from others."""
    for node in body:
        names: list[tuple[str, str]] = []
        if isinstance(node, ast.ClassDef):
            names = [(node.name, path)]
        elif isinstance(node, ast.Assign):
            targets = (one for target in node.targets for one in ast.walk(target))
            value = ast.unparse(node.value)
            names = [(one.id, value) for one in targets if isinstance(one, ast.Name)]
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            names = [(node.target.id, ast.unparse(node.value))]
        for name, meaning in names:
            if name[0].isupper() and name not in EVERYWHERE:
                yield name, meaning
