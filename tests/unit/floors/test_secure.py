# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No shell sees what users give, TLS is verified, development is pinned."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from ansible_collections.nodeops.rotator.tests.unit.floors import shape

RUNS_TEXT = frozenset(("eval", "exec", "system", "popen", "getoutput", "getstatusoutput"))
"""Functions that run a text as a program."""
UNSAFE = frozenset(("pickle", "marshal", "shelve", "mktemp", "unsafe_load"))
"""Names that run what they read, or guess the name of a file."""
BARE = frozenset(("CERT_NONE", "_create_unverified_context"))
"""Names that turn the verification of TLS off."""
SHELL_TASK = re.compile(
    r"^\s*-?\s*(ansible\.(builtin|legacy)\.)?(shell|command|raw|script|expect):", re.MULTILINE
)
PINNED = re.compile(r"^[\w.-]+(\[[\w,]+\])?==\S+(; .+)?$")


def weaknesses(tree: ast.AST) -> Iterator[str]:
    """Yield what code does that could run a user's text or trust anybody."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            name = node.func.id if isinstance(node.func, ast.Name) else name
            if name in RUNS_TEXT:
                yield f"{node.lineno}: {name}()"
            yield from (f"{node.lineno}: {one.arg}" for one in node.keywords if _risky(one))
        names = {getattr(node, field, None) for field in ("id", "attr", "name", "module")}
        yield from (f"{getattr(node, 'lineno', 0)}: {one}" for one in names & (UNSAFE | BARE))


def _risky(keyword: ast.keyword) -> bool:
    given = keyword.value.value if isinstance(keyword.value, ast.Constant) else None
    return (keyword.arg, given) in {("shell", True), ("verify", False), ("verify_ssl", False)}


def test_no_code_runs_a_text_or_trusts_anybody() -> None:
    paths = [path for path in shape.files(".py") if path.startswith(("plugins/", "extensions/"))]
    assert paths
    found = [
        f"{path}:{line}"
        for path in paths
        for line in weaknesses(ast.parse((shape.ROOT / path).read_text(encoding="utf-8")))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "code",
    [
        "subprocess.run(command, shell=True)",
        "os.system(command)",
        "eval(text)",
        "client(verify=False)",
        "ssl.CERT_NONE",
        "import pickle",
        "from pickle import loads",
        "path = tempfile.mktemp()",
    ],
)
def test_a_weakness_is_found(code: str) -> None:
    assert list(weaknesses(ast.parse(code)))


def test_no_task_of_ours_starts_a_shell() -> None:
    ours = ("roles/", "playbooks/", "extensions/awx/", "extensions/eda/")
    paths = [path for path in shape.files(".yml", ".yaml") if path.startswith(ours)]
    assert paths
    found = [path for path in paths if SHELL_TASK.search((shape.ROOT / path).read_text())]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("task", ["- ansible.builtin.shell: echo", "  command:", "  - raw: x"])
def test_a_task_that_starts_a_shell_is_found(task: str) -> None:
    assert SHELL_TASK.search(f"- name: Run it\n{task}\n")


def test_everything_that_development_needs_is_pinned() -> None:
    lines = (shape.ROOT / "requirements" / "dev.txt").read_text().splitlines()
    wanted = [line for line in lines if line and not line.startswith(("#", "-r "))]
    assert wanted
    assert [line for line in wanted if not PINNED.match(line)] == []
