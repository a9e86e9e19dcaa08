# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules import the check first; it is silent where all is new enough."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

pytest.importorskip("ansible.module_utils.ansible_release")

from ansible_collections.nodeops.rotator.tests.unit.floors import shape

SUPPORTED = "ansible_collections.nodeops.rotator.plugins.module_utils.edge.supported"
MODULES = sorted(
    path
    for path in map(str, shape.files(".py"))
    if path.startswith("plugins/modules/") and not path.endswith("__init__.py")
)


def test_this_python_and_ansible_are_supported() -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"import {SUPPORTED}"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("path", MODULES)
def test_a_module_imports_the_check_before_anything_of_ours(path: str) -> None:
    body = ast.parse((shape.ROOT / path).read_text()).body
    names = []
    for node in body:
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names.append(node.module or "")
    ours = [name for name in names if name.startswith("ansible_collections")]
    assert ours[:1] in ([], [SUPPORTED])
