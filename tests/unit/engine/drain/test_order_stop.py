# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stopped node_drain asks for no more; nodes that lost no pod are uncordoned."""

from __future__ import annotations

import math
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.eviction import Verdict
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import FailedError
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import (
    DrainMemory,
    NodeMemory,
    NodeStatus,
    PodMemory,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.run import (
    OrderedNode,
    RunMemory,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import Done, Step
from ansible_collections.nodeops.rotator.tests.unit.engine.drain.builders import (
    NOW,
    a_pod,
    answered,
    evict,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.drain.ordering import (
    a_node,
    a_run,
    an_order,
    cordons,
    look,
    others,
    shown,
    written,
)

SIGNAL = "signal SIGTERM"
PODS = {"a": [a_pod("x", "a")]}


def draining(**fields: Any) -> DrainMemory:
    """A drain of node a, whose one pod has these fields."""
    pod = PodMemory(a_pod("x", "a"), **fields)
    return DrainMemory({"a": NodeMemory(NOW - 5, {pod.pod.uid: pod})})


def stopped(
    memory: RunMemory, now: float = NOW, done: tuple[Done, ...] = (), **order: Any
) -> Step[RunMemory]:
    """One look after somebody wanted the run to end."""
    names = tuple(memory.nodes or {"a": None})
    nodes = [a_node(name, True) for name in names]
    wanted = an_order(*names, **order)
    return look(wanted, shown(nodes, PODS, wanted), memory, done, now, SIGNAL)


@pytest.mark.parametrize(
    ("node", "order", "pod", "back"),
    [
        pytest.param(OrderedNode("a", False, True), {}, {}, True, id="it lost no pod"),
        pytest.param(
            OrderedNode("a", False, True), {}, {"accepted_at": NOW}, False, id="it lost one"
        ),
        pytest.param(
            OrderedNode("a", False, True), {}, {"held_since": NOW}, True, id="it was blocked"
        ),
        pytest.param(OrderedNode("a", True, True), {}, {}, False, id="it was cordoned before"),
        pytest.param(OrderedNode("a", False, False), {}, {}, False, id="it is not cordoned yet"),
        pytest.param(OrderedNode("a", None, False), {}, {}, False, id="it does not exist"),
        pytest.param(
            OrderedNode("a", False, True, error=FailedError("no")), {}, {}, False, id="unwritable"
        ),
        pytest.param(
            OrderedNode("a", False, True), {"leave_cordoned": True}, {}, False, id="to be left"
        ),
        pytest.param(
            OrderedNode("a", False, True), {"state": "cordoned"}, {}, False, id="on purpose"
        ),
    ],
)
def test_a_node_that_lost_no_pod_is_uncordoned(
    node: OrderedNode, order: dict[str, Any], pod: dict[str, Any], back: bool
) -> None:
    step = stopped(a_run(node, drain=draining(**pod)), **order)
    assert cordons(step) == ([("a", False)] if back else [])
    assert others(step) == []
    assert (step.result is None) is back
    if step.result is not None:
        assert step.result.stopped == SIGNAL


def test_a_drained_node_stays_cordoned() -> None:
    memory = DrainMemory({"a": NodeMemory(NOW - 5, ended=NodeStatus("drained"))})
    step = stopped(a_run(OrderedNode("a", False, True), drain=memory))
    assert cordons(step) == []
    assert step.result is not None
    assert step.result.nodes[0].status == NodeStatus("drained")


def test_an_eviction_that_is_accepted_at_the_last_moment_counts() -> None:
    done = (answered(evict("x"), Verdict.ACCEPTED),)
    step = stopped(a_run(OrderedNode("a", False, True), drain=draining()), done=done)
    assert cordons(step) == []
    assert step.result is not None


def test_the_result_says_how_far_each_node_came() -> None:
    step = stopped(a_run(OrderedNode("a", False, True), drain=draining(accepted_at=NOW)))
    assert step.result is not None
    (node,) = step.result.nodes
    assert node.status is not None
    assert (node.status.phase, node.status.total) == ("draining", 1)


def test_it_ends_once_the_nodes_are_uncordoned() -> None:
    first = stopped(a_run(OrderedNode("a", False, True), drain=draining()))
    assert first.wake == NOW + 20
    second = stopped(first.memory, NOW + 1, (written("a", cordon=False),))
    assert second.result is not None
    assert second.result.nodes[0].cordoned is False


@pytest.mark.parametrize(("later", "over"), [(19.9, False), (20.0, True), (25.0, True)])
def test_it_ends_after_twenty_seconds_all_the_same(later: float, over: bool) -> None:
    first = stopped(a_run(OrderedNode("a", False, True), drain=draining()))
    step = stopped(first.memory, NOW + later)
    assert (step.result is not None) is over
    assert step.wake == (math.inf if over else NOW + 20)


def test_a_write_that_failed_is_tried_again_within_that() -> None:
    node = OrderedNode("a", False, True, next_try=NOW + 2)
    step = stopped(a_run(node, drain=draining()))
    assert (cordons(step), step.wake, step.result) == ([], NOW + 2, None)
