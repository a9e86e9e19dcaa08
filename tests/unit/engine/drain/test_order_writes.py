# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""node_drain's cordon writes, those that fail, and how the server records them."""

from __future__ import annotations

import math

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import ChangeNode
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ConflictError,
    ForbiddenError,
    NotFoundError,
    RefusedError,
    RotatorError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import NodeChange
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.order import (
    FOR_A_DRAIN,
    ON_PURPOSE,
    change,
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
NEVER = RefusedError("no such field")


class TestCordoning:
    @pytest.mark.parametrize(
        ("state", "cordoned", "writes"),
        [
            pytest.param("cordoned", (False, True), [("a", True)], id="what is not cordoned"),
            pytest.param("cordoned", (True, True), [], id="all are"),
            pytest.param("uncordoned", (False, True), [("b", False)], id="what is cordoned"),
            pytest.param("uncordoned", (False, False), [], id="none is"),
        ],
    )
    def test_only_what_differs_is_written(
        self, state: str, cordoned: tuple[bool, bool], writes: list[tuple[str, bool]]
    ) -> None:
        order = an_order("a", "b", state=state)
        nodes = [a_node(name, now) for name, now in zip("ab", cordoned, strict=True)]
        step = look(order, shown(nodes, order=order))
        assert cordons(step) == writes
        assert (step.result is None) is bool(writes)

    def test_the_run_ends_when_all_are_as_asked(self) -> None:
        order = an_order("a", state="cordoned")
        step = look(
            order,
            shown([a_node("a")], order=order),
            a_run(OrderedNode("a", False, False)),
            [written("a")],
        )
        assert step.result is not None
        assert step.result.nodes == (OrderedNode("a", False, True),)
        assert [(event.phase, event.subject) for event in step.events] == [("cordoned", "a")]

    def test_a_node_that_does_not_exist_holds_nothing_up(self) -> None:
        order = an_order("ghost", state="cordoned")
        step = look(order, shown(order=order))
        assert step.result is not None
        assert step.result.nodes == (OrderedNode("ghost", None, False),)

    @pytest.mark.parametrize(
        ("state", "leave", "cordon", "manager"),
        [
            ("drained", False, True, FOR_A_DRAIN),
            ("drained", True, True, ON_PURPOSE),
            ("cordoned", False, True, ON_PURPOSE),
            ("drained", False, False, ""),
            ("uncordoned", False, False, ""),
        ],
    )
    def test_the_server_records_whose_cordon_it_is(
        self, state: str, leave: bool, cordon: bool, manager: str
    ) -> None:
        order = an_order("a", state=state, leave_cordoned=leave)
        expected = ChangeNode("a", "", NodeChange(unschedulable=cordon, manager=manager))
        assert change("a", cordon, order) == expected


class TestWritesThatFail:
    @pytest.mark.parametrize(
        ("error", "attempts", "after"),
        [
            pytest.param(None, 3, OrderedNode("a", False, True), id="it succeeds after all"),
            pytest.param(
                DOWN, 0, OrderedNode("a", False, False, next_try=NOW + 2, attempts=1), id="once"
            ),
            pytest.param(
                ConflictError("x"),
                14,
                OrderedNode("a", False, False, next_try=NOW + 2, attempts=15),
                id="for the last time but one",
            ),
            pytest.param(
                DOWN,
                15,
                OrderedNode("a", False, False, error=DOWN, attempts=15),
                id="too often",
            ),
            pytest.param(
                SHUT,
                29,
                OrderedNode("a", False, False, next_try=NOW + 2, attempts=30),
                id="denied for less than a minute",
            ),
            pytest.param(
                SHUT,
                30,
                OrderedNode("a", False, False, error=SHUT, attempts=30),
                id="denied for a minute",
            ),
            pytest.param(NEVER, 0, OrderedNode("a", False, False, error=NEVER), id="for good"),
            pytest.param(
                NotFoundError("x"), 0, OrderedNode("a", None, False), id="the node is gone"
            ),
        ],
    )
    def test_are_tried_again_while_that_can_help(
        self, error: RotatorError | None, attempts: int, after: OrderedNode
    ) -> None:
        order = an_order("a", state="cordoned")
        before = OrderedNode("a", False, False, attempts=attempts)
        step = look(order, shown([a_node("a")]), a_run(before), [written("a", error=error)])
        assert step.memory.nodes == {"a": after}

    def test_wait_for_their_next_try(self) -> None:
        order = an_order("a", "b", state="cordoned")
        nodes = (OrderedNode("a", False, False, next_try=NOW + 2), OrderedNode("b", False, False))
        step = look(order, shown([a_node("a"), a_node("b")]), a_run(*nodes))
        assert cordons(step) == [("b", True)]
        assert step.wake == NOW + 2
        later = look(order, shown([a_node("a"), a_node("b")]), step.memory, now=NOW + 2)
        assert cordons(later) == [("a", True), ("b", True)]
        assert later.wake == math.inf

    def test_one_that_failed_for_good_ends_its_node_only(self) -> None:
        order = an_order("a", "b")
        nodes = (OrderedNode("a", False, False, error=SHUT), OrderedNode("b", False, True))
        cache = shown([a_node("a"), a_node("b")], {"b": [a_pod("x", "b")]})
        step = look(order, cache, a_run(*nodes))
        assert [command.name for command in others(step)] == ["x"]

    def test_outcomes_of_other_commands_and_nodes_change_nothing(self) -> None:
        order = an_order("a", state="cordoned")
        nodes = a_run(OrderedNode("a", False, False))
        done = [written("other"), written("b", error=RefusedError("no"))]
        step = look(order, shown([a_node("a")]), nodes, done)
        assert step.memory.nodes == {"a": OrderedNode("a", False, False)}
