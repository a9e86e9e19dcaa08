# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The README of each role names its variables, and no others."""

from __future__ import annotations

import fnmatch
import re

import pytest

from ansible_collections.nodeops.rotator.plugins.plugin_utils.variables import ROLES, known
from ansible_collections.nodeops.rotator.tests.unit.floors.shape import ROOT

HOOK_RESULTS = {
    "prepare_kops_terraform_folder",
    "prepare_hook_info",
    "rotate_hook_result",
    "verify_hook_info",
}


def named(role: str) -> set[str]:
    """Return the variables that the README of a role names, some as `rotate_drain_*`."""
    text = (ROOT / "roles" / role / "README.md").read_text()
    return set(re.findall(r"\b(?:prepare|rotate|verify|rotation)_[a-z0-9_]+\*?", text))


def test_a_readme_names_variables_also_by_what_they_begin_with() -> None:
    assert {"rotate_max_surge", "rotate_drain_*", "rotation_k8s"} <= named("rotate")


@pytest.mark.parametrize("role", ROLES)
def test_every_variable_of_the_role_is_named_in_its_readme(role: str) -> None:
    said = named(role)
    missing = [name for name in ROLES[role] if not any(fnmatch.fnmatch(name, one) for one in said)]
    assert missing == []


@pytest.mark.parametrize("role", ROLES)
def test_every_variable_in_its_readme_exists(role: str) -> None:
    said = named(role) - HOOK_RESULTS - {"rotation_summary", "rotate_fleet"}
    assert [one for one in said if not fnmatch.filter(known(), one)] == []
