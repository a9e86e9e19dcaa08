# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An old Python or ansible-core is refused in one line, not by a missing module."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.edge.requirements import shortfall
from ansible_collections.nodeops.rotator.tests.unit.floors import shape

UTILS = "plugins/module_utils/edge"
AGED = """
import sys, ansible.module_utils.ansible_release, ansible.release
sys.version_info = (3, 9, 18)
import {module}
"""
ALONE = """
import sys
sys.modules["ansible_collections.amazon.aws"] = None
import {module}
"""
INVENTORY = "ansible_collections.nodeops.rotator.plugins.inventory.node_groups"


@pytest.mark.parametrize(
    ("python", "ansible", "said"),
    [
        ((3, 11, 0), "2.19.0", ""),
        ((3, 14, 1), "2.20.1rc1", ""),
        ((3, 11, 0), "2.19.0.dev0", ""),
        ((3, 9, 18), "2.15.13", "requires Python 3.11 or newer, and this is 3.9"),
        ((3, 8, 0), "2.19.0", "requires Python 3.11 or newer, and this is 3.8"),
        ((3, 11, 0), "2.18.4", "requires ansible-core 2.19 or newer, and this is 2.18.4"),
        ((4, 0, 0), "3.0.0", ""),
    ],
)
def test_what_is_too_old_is_named(python: tuple[int, ...], ansible: str, said: str) -> None:
    problem = shortfall(python, ansible)
    assert (said in problem) if said else not problem


@pytest.mark.parametrize("name", ["requirements.py", "supported.py"])
def test_an_old_python_can_read_the_check(name: str) -> None:
    ast.parse((shape.ROOT / UTILS / name).read_text(), feature_version=(3, 8))


def imported(module: str, code: str = AGED) -> subprocess.CompletedProcess[str]:
    """Import a module of the collection, by default with a Python 3.9."""
    return subprocess.run(
        [sys.executable, "-c", code.format(module=module)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    "name",
    sorted(
        path.removeprefix("plugins/modules/").removesuffix(".py")
        for path in map(str, shape.files(".py"))
        if path.startswith("plugins/modules/")
        and not path.endswith(
            (
                "check_variables.py",
                "check_plan.py",
                "rotation_summary.py",
                "rotation_report.py",
                "rotation_plan.py",
                "rotation_line.py",
                "rotation_notify.py",
            )
        )
    ),
)
def test_a_module_with_an_old_python_fails_in_one_line(name: str) -> None:
    ran = imported(f"ansible_collections.nodeops.rotator.plugins.modules.{name}")
    result = json.loads(ran.stdout)
    assert ran.returncode == 1
    assert result["failed"]
    assert not ran.stderr
    assert result["msg"].startswith("nodeops.rotator requires Python 3.11 or newer")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (AGED, "nodeops.rotator requires Python 3.11 or newer"),
        (ALONE, "nodeops.rotator requires the collection amazon.aws, which cannot be loaded"),
    ],
    ids=["old Python", "no amazon.aws"],
)
def test_the_inventory_without_what_it_needs_ends_the_command(code: str, said: str) -> None:
    """Ansible alone would warn, find no hosts, and end with status 0."""
    ran = imported(INVENTORY, code)
    lines = ran.stderr.strip().splitlines()
    assert ran.returncode == 2
    assert len(lines) == 1
    assert said in lines[0]
