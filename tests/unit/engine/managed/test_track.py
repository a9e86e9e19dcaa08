# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each step of a node is told once."""

from __future__ import annotations

import dataclasses

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    Budget,
    Owner,
    Pod,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.selectors import (
    from_object,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.track import (
    BLOCKED_AFTER,
    follow_nodes,
    remaining,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.managed.builders import (
    NOW,
    a_context,
    a_memory,
    a_node,
    a_nodegroup,
    a_view,
    an_instance,
)

POD = Pod("shop", "a", "p-1", node="n-1", labels={"app": "a"}, owner=Owner("ReplicaSet", "a"))
BUDGET = Budget(
    *("shop", "a", "b-1", "1", from_object({"matchLabels": {"app": "a"}})),
    current_healthy=1,
    desired_healthy=1,
    expected_pods=2,
)
CORDONED = a_view(a_node(1, unschedulable=True), a_node(2), pods=(POD,), budgets=(BUDGET,))


def test_a_cordoned_node_is_told_with_its_pods() -> None:
    ctx = a_context(view=CORDONED)
    follow_nodes(ctx)
    assert [(one.phase, one.subject) for one in ctx.events] == [("cordoned", "n-1")]
    again = a_context(ctx.memory, CORDONED)
    follow_nodes(again)
    assert again.events == []


def test_a_node_whose_pods_go_is_draining_then_drained_then_terminated() -> None:
    memory = a_memory()
    phases = []
    for pods in ((POD,), (dataclasses.replace(POD, deleted_at=1.0),), ()):
        ctx = a_context(memory, a_view(a_node(1, unschedulable=True), a_node(2), pods=pods))
        follow_nodes(ctx)
        memory = ctx.memory
        phases += [one.phase for one in ctx.events]
    left = dataclasses.replace(memory, nodegroup=a_nodegroup(an_instance(2)))
    ctx = a_context(left, a_view(a_node(2)), now=NOW + 90)
    follow_nodes(ctx)
    assert [*phases, *(one.phase for one in ctx.events)] == [
        "cordoned",
        "draining",
        "drained",
        "terminated",
    ]
    record = ctx.memory.records["i-1"]
    assert (record.ended, record.pods, record.left) == (NOW + 90, 1, 0)


def test_a_new_node_is_launched_and_ready_and_those_from_before_are_not_told() -> None:
    group = a_nodegroup(an_instance(1), an_instance(3, "ami-new"))
    ctx = a_context(a_memory(group), a_view(a_node(1)))
    follow_nodes(ctx)
    assert [(one.phase, one.subject) for one in ctx.events] == [("launched", "i-3")]
    ready = a_context(ctx.memory, a_view(a_node(1), a_node(3)))
    follow_nodes(ready)
    assert [(one.phase, one.subject) for one in ready.events] == [("ready", "n-3")]
    old = a_context(a_memory(a_nodegroup(an_instance(1, "ami-new")), found=frozenset(("i-1",))))
    follow_nodes(old)
    assert old.events == []


def test_a_pod_is_blocked_when_its_budget_has_allowed_nothing_for_a_minute() -> None:
    first = a_context(view=CORDONED)
    follow_nodes(first)
    later = a_context(first.memory, CORDONED, now=NOW + BLOCKED_AFTER)
    follow_nodes(later)
    (event,) = later.events
    assert (event.phase, event.subject) == ("blocked", "n-1")
    assert "pod shop/a: PDB shop/a" in event.text
    assert later.memory.records["i-1"].blocked_by == ("shop/a",)
    between = a_context(first.memory, a_view(a_node(1, unschedulable=True), pods=(POD,)))
    follow_nodes(between)
    assert not between.memory.timers


def test_the_rest_is_estimated_while_something_is_left() -> None:
    ctx = a_context(view=CORDONED)
    follow_nodes(ctx)
    assert remaining(ctx) == "about 8 min left"
    assert remaining(a_context()) == ""
