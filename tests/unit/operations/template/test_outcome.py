# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When an update counts as a change: by its plan, or by what is pruned."""

from __future__ import annotations

import itertools

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.launch_source import (
    Source,
    Use,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.configurations import (
    ConfigurationPlan,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.data import Version
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.plan import Plan
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.template.outcome import (
    ConfigurationOutcome,
    Outcome,
    Part,
)

YES_OR_NO = (False, True)


def part(changed: bool, pruned: bool) -> Part:
    plan = Plan(Version(1, {}), {}, {}, 1, "$Latest", create=changed)
    return Part(Use("lt-1", "$Latest"), "web", plan, (1,) if pruned else ())


@pytest.mark.parametrize(("changed", "pruned"), list(itertools.product(YES_OR_NO, YES_OR_NO)))
def test_a_template_changes_by_its_plan_or_by_deleted_versions(changed: bool, pruned: bool) -> None:
    assert part(changed, pruned).changed is (changed or pruned)


@pytest.mark.parametrize("changes", list(itertools.product(YES_OR_NO, repeat=3)))
def test_an_update_changes_something_if_one_template_changes(changes: tuple[bool, ...]) -> None:
    outcome = Outcome(Source("blue"), tuple(part(one, False) for one in changes))
    assert outcome.changed is any(changes)


def test_an_update_of_nothing_changes_nothing() -> None:
    assert Outcome(Source("blue"), ()).changed is False


@pytest.mark.parametrize(("moved", "pruned"), list(itertools.product(YES_OR_NO, YES_OR_NO)))
def test_a_configuration_changes_by_its_name_or_by_deleted_copies(
    moved: bool, pruned: bool
) -> None:
    plan = ConfigurationPlan("red", "red-nodeops-1" if moved else "red", {}, {})
    outcome = ConfigurationOutcome(Source("blue"), plan, ("red-nodeops-0",) if pruned else ())
    assert outcome.changed is (moved or pruned)
