# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action groups contain exactly the modules that take all of their options.

Ansible does not filter group defaults, so a module without one of the options would fail with
"Unsupported parameters". The options are read from the documentation, which ansible-test compares
with the argument specs.
"""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from ansible_collections.amazon.aws.plugins.module_utils.modules import aws_argument_spec

from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kube import KUBE_SPEC
from ansible_collections.nodeops.rotator.tests.unit.floors.shape import ROOT
from ansible_collections.nodeops.rotator.tests.unit.plugins.documentation import MODULES, documented

GROUPS = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text())["action_groups"]
SHARED = {"aws": aws_argument_spec(), "k8s": KUBE_SPEC}
"""Argument specs of the options of each group."""


def names(spec: dict[str, Any]) -> set[str]:
    """Return the names of the options and their aliases."""
    return set(spec) | {alias for option in spec.values() for alias in option.get("aliases") or ()}


def taken(module: str) -> set[str]:
    """Return every name and alias of the module's options."""
    return names(documented(module))


def members(group: str) -> set[str]:
    """Return the modules of this collection in the group."""
    return {entry for entry in GROUPS[group] if isinstance(entry, str)}


def test_every_group_has_an_option_set() -> None:
    assert set(GROUPS) == set(SHARED)


@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize("group", sorted(SHARED))
def test_a_module_is_in_a_group_exactly_if_it_takes_all_of_its_options(
    group: str, module: str
) -> None:
    missing = names(SHARED[group]) - taken(module)
    if module in members(group):
        assert missing == set()
    else:
        assert missing, f"{module} takes all options of {group} and belongs in the group"


@pytest.mark.parametrize("group", sorted(SHARED))
def test_a_group_names_only_modules_that_exist(group: str) -> None:
    assert members(group) <= set(MODULES)


@pytest.mark.parametrize("module", MODULES)
def test_no_module_documents_a_private_option(module: str) -> None:
    assert not [name for name in taken(module) if name.startswith("_")]
