# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The node that the run itself works on is named before it begins."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.own_node import worked_on
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.preflight import (
    blockers,
    warnings,
)
from ansible_collections.nodeops.rotator.tests.unit.core.checks.builders import (
    fresh,
    instance,
    look,
)


@pytest.mark.parametrize(
    ("hosts", "named"),
    [
        (frozenset(), []),
        (frozenset(("elsewhere",)), []),
        (frozenset(("node-1",)), ["node-1"]),
        (frozenset(("node-2", "node-1")), ["node-1", "node-2"]),
        (frozenset(("node-3",)), []),
    ],
)
def test_an_outdated_node_that_hosts_our_pod_is_named(
    hosts: frozenset[str], named: list[str]
) -> None:
    found = list(worked_on(look(instance(1), instance(2), fresh(3), hosts=hosts)))
    assert [said.split()[1] for said in found] == named


def test_it_is_a_warning_and_says_what_to_do() -> None:
    found = look(instance(1), hosts=frozenset(("node-1",)))
    said = (
        "Node node-1 of blue is where this run itself works. A rotation from here leaves it, and"
        " names it: rotate it from elsewhere"
    )
    assert said in warnings(found)
    assert blockers(found) == ()
