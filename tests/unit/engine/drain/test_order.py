# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""node_drain: which nodes there are, what it cordons, drains and undoes."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import Evict
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ForbiddenError,
    RotatorError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import Cache, Feed
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import NodeStatus
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.order import (
    FOR_A_DRAIN,
    ON_PURPOSE,
    find,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.run import OrderedNode
from ansible_collections.nodeops.rotator.tests.unit.engine.drain.builders import NOW, a_pod
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

DOWN, SHUT = UnreachableError("no answer"), ForbiddenError("not allowed")


FAILED, DRAINED = NodeStatus("failed", total=2), NodeStatus("drained")


class TestFindingTheNodes:
    def test_by_name_in_the_order_asked_for(self) -> None:
        order = an_order("b", "a", "ghost")
        found = find(order, shown([a_node("a"), a_node("b", True)], order=order))
        assert found is not None
        assert list(found.values()) == [
            OrderedNode("b", True, True, uid="uid-b"),
            OrderedNode("a", False, False, uid="uid-a"),
            OrderedNode("ghost", None, False),
        ]

    def test_by_label_in_order_of_name(self) -> None:
        order = an_order(selector="x=y")
        found = find(order, shown([a_node("b"), a_node("a")], order=order))
        assert found is not None
        assert list(found) == ["a", "b"]
        assert find(order, shown(order=order)) == {}

    def test_not_before_all_have_been_read(self) -> None:
        order = an_order("a", "b")
        cache = shown([a_node("a")], order=order, broken={Feed("nodes", "b"): DOWN})
        assert find(order, cache) is None

    @pytest.mark.parametrize(
        ("manager", "ours"), [(FOR_A_DRAIN, True), (ON_PURPOSE, False), ("kubectl", False)]
    )
    def test_a_cordon_of_a_killed_drain_is_known(self, manager: str, ours: bool) -> None:
        order = an_order("a")
        found = find(order, shown([a_node("a", True, cordoned_by=manager)], order=order))
        assert found == {"a": OrderedNode("a", True, True, ours, uid="uid-a")}


class TestBeforeTheNodesAreRead:
    @pytest.mark.parametrize(
        ("error", "now", "stop", "ends", "text"),
        [
            pytest.param(None, NOW, "", False, "", id="nothing heard yet"),
            pytest.param(DOWN, NOW + 59, "", False, "", id="the server is away"),
            pytest.param(SHUT, NOW + 59, "", False, "", id="we may not for less than a minute"),
            pytest.param(SHUT, NOW + 60, "", True, "not allowed", id="we may not for a minute"),
            pytest.param(DOWN, NOW + 60, "", True, "no answer", id="away for too long"),
            pytest.param(
                None, NOW + 60, "", True, "Cannot list nodes: no answer within 60 s", id="silence"
            ),
            pytest.param(None, NOW, "signal SIGTERM", True, None, id="somebody stops it"),
        ],
    )
    def test_the_run_waits_a_minute_at_most(
        self, error: RotatorError | None, now: float, stop: str, ends: bool, text: str | None
    ) -> None:
        order = an_order("a")
        cache = shown(order=order, broken={Feed("nodes", "a"): error}) if error else Cache()
        step = look(order, cache, a_run_that_began(), now=now, stop=stop)
        assert (step.result is not None) is ends
        assert step.wake == NOW + 60
        assert step.feeds == {Feed("nodes", "a")}
        if step.result is not None:
            assert (str(step.result.error) if step.result.error else None) == text
            assert step.result.stopped == stop

    def test_the_first_look_starts_the_clock(self) -> None:
        step = look(an_order("a"), Cache(), now=NOW + 5)
        assert (step.memory.began, step.wake) == (NOW + 5, NOW + 65)


def a_run_that_began() -> Any:
    """A run that has not read its nodes."""
    return look(an_order("a"), Cache()).memory


class TestDraining:
    def test_all_are_cordoned_before_anybody_is_evicted(self) -> None:
        order = an_order("a", "b")
        pods = {name: [a_pod(f"{name}-0", name)] for name in "ab"}
        nodes = [a_node("a", True), a_node("b")]
        step = look(order, shown(nodes, pods))
        assert (cordons(step), others(step)) == ([("b", True)], [])
        later = look(order, shown(nodes, pods), step.memory, [written("b")])
        assert (cordons(later), others(later)) == ([], [Evict("shop", "a-0", "uid-a-0")])

    @pytest.mark.parametrize(("parallel", "names"), [(1, "a"), (2, "ab"), (9, "abc")])
    def test_as_many_at_a_time_as_allowed(self, parallel: int, names: str) -> None:
        order = an_order(*"abc", max_parallel=parallel)
        pods = {name: [a_pod(f"{name}-0", name)] for name in "abc"}
        step = look(order, shown([a_node(name, True) for name in "abc"], pods))
        assert [command.name for command in others(step)] == [f"{name}-0" for name in names]
        assert {feed.node for feed in step.feeds if feed.kind == "pods"} == set(names)

    def test_the_pods_are_read_while_the_nodes_are_cordoned(self) -> None:
        step = look(an_order("a"), shown([a_node("a")]))
        assert Feed("pods", "a") in step.feeds

    def test_the_next_begins_when_one_is_done(self) -> None:
        order = an_order("a", "b")
        pods = {"a": [], "b": [a_pod("b-0", "b")]}
        nodes = [a_node(name, True) for name in "ab"]
        first = look(order, shown(nodes, pods))
        assert (first.wake, others(first)) == (NOW, [])
        second = look(order, shown(nodes, pods), first.memory)
        assert [command.name for command in others(second)] == ["b-0"]

    def test_the_run_ends_when_all_are_over(self) -> None:
        order = an_order("a", "ghost")
        step = look(order, shown([a_node("a", True)], {"a": []}, order))
        assert step.result is not None
        assert [node.name for node in step.result.nodes] == ["a", "ghost"]
        assert step.result.nodes[0].status is not None
        assert step.result.nodes[0].status.phase == "drained"


class TestUndoingFailures:
    @pytest.mark.parametrize(
        ("node", "leave", "back"),
        [
            pytest.param(OrderedNode("a", False, True, status=FAILED), False, True, id="it failed"),
            pytest.param(
                OrderedNode("a", False, True, status=NodeStatus("skipped")),
                False,
                True,
                id="skipped",
            ),
            pytest.param(
                OrderedNode("a", False, True, status=FAILED), True, False, id="to be left"
            ),
            pytest.param(OrderedNode("a", False, True, status=DRAINED), False, False, id="drained"),
            pytest.param(
                OrderedNode("a", True, True, status=FAILED), False, False, id="was cordoned"
            ),
            pytest.param(
                OrderedNode("a", True, True, True, FAILED),
                False,
                True,
                id="by a killed drain of ours",
            ),
            pytest.param(
                OrderedNode("a", True, True, True, NodeStatus("failed")),
                False,
                False,
                id="by one of ours that left no pods",
            ),
            pytest.param(
                OrderedNode("a", False, True, status=FAILED, error=SHUT),
                False,
                False,
                id="unwritable",
            ),
            pytest.param(
                OrderedNode("a", False, False, status=FAILED),
                False,
                False,
                id="somebody was faster",
            ),
        ],
    )
    def test_what_could_not_be_drained_is_uncordoned(
        self, node: OrderedNode, leave: bool, back: bool
    ) -> None:
        order = an_order("a", leave_cordoned=leave)
        step = look(order, shown([a_node("a")]), a_run(node))
        assert cordons(step) == ([("a", False)] if back else [])
        assert (step.result is None) is back

    def test_the_run_waits_for_that_also_when_it_has_to_be_tried_again(self) -> None:
        node = OrderedNode("a", False, True, status=FAILED, next_try=NOW + 2)
        step = look(an_order("a"), shown([a_node("a")]), a_run(node))
        assert (step.result, cordons(step), step.wake) == (None, [], NOW + 2)
