# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check each file: sizes, header, docs of public things, forbidden text."""

from __future__ import annotations

import ast
import os
import pathlib
import re
from collections.abc import Iterator

ROOT = pathlib.Path(__file__).resolve().parents[3]
NOT_OURS = frozenset(("build", "__pycache__", "output"))
"""Folders of generated files. Hidden folders except .ci are skipped too."""

FILE_LINES, FUNCTION_LINES, MANUAL_LINES, LINE = 300, 40, 600, 100
"""Limits in lines for a file without the manual of a plugin, for a function, and for a manual
(DOCUMENTATION, EXAMPLES and RETURN together); and in characters for a line."""
MANUAL = frozenset(("DOCUMENTATION", "EXAMPLES", "RETURN"))
HEADER = (
    "# Copyright (c) 2026, nodeops.rotator contributors",
    "# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)",
    "# SPDX-License-Identifier: GPL-3.0-or-later",
)
DOCUMENTED = ("plugins/module_utils/", "tests/simulation/", "tools/")
"""Folders whose public functions and classes need a docstring."""

LINK = re.compile(r"\]\((?![a-z]+:)([^)\s]+)\)")
"""A Markdown link within the project."""

# One letter of each is in brackets, so that this file does not match itself.
FOREIGN = (
    (re.compile(r"(?<![\w./-])/(?:w[o]rk|r[o]ot)/"), "a path of one machine"),
    (
        re.compile(
            r"p[y]pi\.org|python[h]osted\.org|galaxy\.[a]nsible\.com"
            r"|n[p]mjs\.|q[u]ay\.io|g[h]cr\.io"
        ),
        "a registry's host name",
    ),
)


def files(*suffixes: str) -> Iterator[str]:
    """Yield the project's files with one of these suffixes.

    Paths are relative to the collection.

    Without a suffix, all files.
    """
    for folder, folders, names in os.walk(ROOT):
        folders[:] = sorted(
            name
            for name in folders
            if name == ".ci" or not (name.startswith(".") or name in NOT_OURS)
        )
        for name in sorted(set(names) - {".git"}):
            if name.endswith(suffixes or ("",)):
                yield (pathlib.Path(folder) / name).relative_to(ROOT).as_posix()


def breaches(path: str, source: str) -> list[str]:
    """Return one line for each thing that is too long or missing in a Python file."""
    if not source.strip():
        return []
    tree = ast.parse(source)
    found = (
        []
        if tuple(source.splitlines()[:3]) == HEADER
        else [f"{path}: does not begin with the licence header"]
    )
    if "from __future__ import annotations\n" not in source:
        found.append(f"{path}: lacks `from __future__ import annotations`")
    return found + list(_too_long(path, source, tree)) + list(_undocumented(path, tree))


def foreign(path: str, text: str) -> list[str]:
    """Return the lines with a path of one machine or the host of a registry."""
    lines = enumerate(text.splitlines(), 1)
    return [
        f"{path}:{number} names {what}"
        for number, line in lines
        for pattern, what in FOREIGN
        if pattern.search(line)
    ]


def dead_links(path: str, text: str) -> list[str]:
    """Return the links of a Markdown file to files or headings that do not exist."""
    found = []
    for target, _sep, heading in (link.partition("#") for link in LINK.findall(text)):
        file = (ROOT / path).parent / target if target else ROOT / path
        if not file.exists() or (
            heading and heading not in _anchors(file.read_text(encoding="utf-8"))
        ):
            found.append(f"{path}: there is no {target}{_sep}{heading}")
    return found


def _anchors(text: str) -> set[str]:
    """Return the anchors of the headings of a Markdown file, as forges generate them."""
    headings = re.findall(r"^#+ +(.*)$", text, re.MULTILINE)
    made = {
        re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-") for heading in headings
    }
    return made | set(re.findall(r'<a id="([^"]+)">', text))


def _too_long(path: str, source: str, tree: ast.Module) -> Iterator[str]:
    manual = sum(
        _span(node) for node in tree.body if isinstance(node, ast.Assign) and _names(node) & MANUAL
    )
    code = source.count("\n") - manual
    if code > FILE_LINES:
        yield f"{path}: {code} lines, at most {FILE_LINES}"
    if manual > MANUAL_LINES:
        yield f"{path}: a manual of {manual} lines, at most {MANUAL_LINES}"
    for number, line in enumerate(source.splitlines(), 1):
        if len(line) > LINE:
            yield f"{path}:{number} {len(line)} characters, at most {LINE}"
    for node in ast.walk(tree):
        if (
            isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
            and _span(node) > FUNCTION_LINES
        ):
            yield (
                f"{path}:{node.lineno} {node.name} has {_span(node)} lines, at most"
                f" {FUNCTION_LINES}"
            )


def _undocumented(path: str, tree: ast.Module) -> Iterator[str]:
    if not path.startswith(DOCUMENTED):
        return
    if not ast.get_docstring(tree):
        yield f"{path}: has no docstring"
    for node in tree.body:
        if (
            isinstance(node, (ast.FunctionDef, ast.ClassDef))
            and not node.name.startswith("_")
            and not ast.get_docstring(node)
        ):
            yield f"{path}:{node.lineno} {node.name} has no docstring"


def _span(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _names(node: ast.Assign) -> set[str]:
    return {target.id for target in node.targets if isinstance(target, ast.Name)}
