# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Budgets that hold pods back are named: which, whom, since when and until when."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import (
    BudgetOverride,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.events import Event
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Budget
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.selectors import Selector
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.blocked import (
    blocked,
    stuck_since,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import (
    NEVER,
    BudgetMemory,
    DrainMemory,
    NodeStatus,
    PodMemory,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.progress import NextStep
from ansible_collections.nodeops.rotator.tests.unit.engine.drain.builders import (
    NODE,
    NOW,
    a_budget,
    a_node_memory,
    a_pod,
    a_policy,
    indexed,
)

PATIENT = BudgetOverride(Selector())
BLOCKED = NodeStatus("draining", 0, 2, blocked_by=("shop/cart",))
NONE = (a_budget(allowed=0),)


def found(
    *pods: PodMemory,
    budgets: tuple[Budget, ...] = NONE,
    admitted: float = NEVER,
    **options: Any,
) -> list[Event]:
    """What is told of one node that a budget holds up."""
    node = a_node_memory(pods={pod.pod.uid: pod for pod in pods})
    memory = DrainMemory({NODE: node}, {one.id: BudgetMemory("1", 0.0, admitted) for one in NONE})
    step = NextStep(node, BLOCKED)
    policy = a_policy(**options)
    return [event for _key, event in blocked(NODE, step, memory, indexed(budgets), NOW, policy)]


@pytest.mark.parametrize(
    ("since", "admitted", "said"),
    [
        pytest.param(NOW - 10, NEVER, True, id="for ten seconds"),
        pytest.param(NOW - 9.9, NEVER, False, id="for less"),
        pytest.param(NOW - 60, NOW - 5, False, id="a queue that moves is no news"),
        pytest.param(NOW - 60, NOW - 10, True, id="a queue that has stopped"),
        pytest.param(NOW - 5, NOW - 60, False, id="held only now"),
    ],
)
def test_budgets_that_let_nobody_go_for_long_are_named(
    since: float, admitted: float, said: bool
) -> None:
    events = found(PodMemory(a_pod(), held_since=since), admitted=admitted)
    line = ("blocked", NODE, "shop/cart-1 by PDB shop/cart (3 healthy, 3 needed)")
    assert [(e.phase, e.subject, e.text) for e in events] == ([line] if said else [])


@pytest.mark.parametrize(
    ("options", "until"),
    [
        pytest.param({"pdb_timeout": 600, "timeout": 0}, NOW + 540, id="the budget's limit"),
        pytest.param({"pdb_timeout": 600, "timeout": 90}, NOW + 90, id="the drain's limit"),
        pytest.param({"pdb_timeout": 0, "timeout": 0}, None, id="no limit"),
        pytest.param(
            {"pdb_timeout": 600, "timeout": 0, "pdb_overrides": (PATIENT,)},
            None,
            id="a rule of its own",
        ),
    ],
)
def test_they_say_since_when_they_hold_and_when_the_node_is_given_up(
    options: dict[str, Any], until: float | None
) -> None:
    (event,) = found(PodMemory(a_pod(), held_since=NOW - 60), **options)
    assert (event.since, event.until) == (NOW - 60, until)


def test_pods_that_have_gone_are_not_named() -> None:
    held = PodMemory(a_pod("a"), held_since=NOW - 60)
    gone = PodMemory(a_pod("b"), held_since=NOW - 60, gone_at=NOW - 1)
    (event,) = found(held, gone)
    assert event.text.startswith("shop/a by PDB")


def test_a_budget_that_was_deleted_is_not_named() -> None:
    assert found(PodMemory(a_pod(), held_since=NOW - 60), budgets=()) == []


def test_the_longest_wait_counts_unless_it_let_one_go_since() -> None:
    pods = [
        PodMemory(a_pod("a"), held_since=NOW - 5),
        PodMemory(a_pod("b"), held_since=NOW - 50),
        PodMemory(a_pod("c")),
    ]
    course = NextStep(a_node_memory(pods={pod.pod.uid: pod for pod in pods}), BLOCKED)
    assert stuck_since("shop/cart", course, DrainMemory()) == NOW - 50
    memory = DrainMemory(budgets={"shop/cart": BudgetMemory("1", 0.0, NOW - 20)})
    assert stuck_since("shop/cart", course, memory) == NOW - 20
    assert stuck_since("shop/other", course, memory) == NOW - 50
    nobody = NextStep(a_node_memory(), BLOCKED)
    assert stuck_since("shop/cart", nobody, DrainMemory()) == NEVER
