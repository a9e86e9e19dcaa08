# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Import every module of core and engine without Ansible."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

from ansible_collections.nodeops.rotator.tests import alone
from ansible_collections.nodeops.rotator.tests.unit.floors import shape

IMPORT_ALL = """
import importlib, sys
from ansible_collections.nodeops.rotator.tests import alone
alone.pytest_configure()
for name in sys.argv[1:]:
    importlib.import_module(name)
"""


def import_alone(*names: str) -> subprocess.CompletedProcess[str]:
    """Import modules in a new interpreter in which the libraries cannot be imported."""
    return subprocess.run(
        [sys.executable, "-c", IMPORT_ALL, *names], capture_output=True, text=True, check=False
    )


def modules_of(room: str) -> list[str]:
    """Return the full names of the modules of a room."""
    folder = f"plugins/module_utils/{room}/"
    paths = [
        path
        for path in shape.files(".py")
        if path.startswith(folder) and not path.endswith("__init__.py")
    ]
    return [
        "ansible_collections.nodeops.rotator." + path.removesuffix(".py").replace("/", ".")
        for path in paths
    ]


def test_core_and_engine_import_without_ansible() -> None:
    names = modules_of("core") + modules_of("engine")
    result = import_alone(*names)
    assert len(names) > 2
    assert result.returncode == 0, result.stderr[-1000:]


@pytest.mark.parametrize(
    "name", ["ansible.module_utils.basic", "botocore.exceptions", "kubernetes", "yaml", "boto3"]
)
def test_forbidden_libraries_cannot_be_imported(name: str) -> None:
    importlib.import_module(name)  # it is installed: refused, not missing
    result = import_alone(name)
    assert result.returncode == 1
    assert f"ImportError: {name.split('.')[0]}" in result.stderr
    assert "out of reach here" in result.stderr


def test_names_with_the_same_beginning_can_be_imported() -> None:
    assert not alone.is_forbidden("ansible_collections.nodeops.rotator")
    assert not alone.is_forbidden("yamllint")
    assert alone.is_forbidden("ansible_collections.amazon.aws.plugins")
