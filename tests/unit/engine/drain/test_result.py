# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a drain ended, as node_drain returns it, and the error that it ends with."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.request import Order
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    FailedError,
    ForbiddenError,
    OverdueError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import (
    NodeStatus,
    PodStatus,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.result import (
    conclude,
    diff,
    failure,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.run import (
    OrderedNode,
    RunResult,
)

EVICTED = PodStatus("shop", "cart-1", "u1", "evicted", asked=1.0, gone=2.5)
GOING = PodStatus("shop", "cart-2", "u3", "terminating", asked=1.0)
BY_ITSELF = PodStatus("shop", "cart-3", "u4", "terminating")
LEFT = PodStatus("shop", "agent", "u2", "left", "managed by DaemonSet agent")
DRAINED = NodeStatus("drained", 1, 1, pods=(EVICTED, LEFT), seconds=12.34567)
LATE = OverdueError("Node n1 is not drained: 1 pod is still there after 900 s")
SHUT = ForbiddenError("not allowed")


def node(
    before: bool | None = False,
    cordoned: bool = True,
    status: NodeStatus | None = None,
    error: RotatorError | None = None,
    name: str = "n1",
) -> OrderedNode:
    """One node of the order, at the end."""
    return OrderedNode(name, before, cordoned, status=status, error=error)


def told(one: OrderedNode, state: Any = "drained", check: bool = False) -> dict[str, Any]:
    """What the module returns of it."""
    (found,) = conclude(Order(state), RunResult((one,)), check)
    return found


class TestANode:
    @pytest.mark.parametrize(
        ("one", "state", "shown"),
        [
            pytest.param(node(None, False), "drained", "absent", id="it does not exist"),
            pytest.param(node(status=DRAINED), "drained", "drained", id="drained"),
            pytest.param(node(status=NodeStatus("skipped")), "drained", "skipped", id="skipped"),
            pytest.param(node(status=NodeStatus("failed")), "drained", "failed", id="failed"),
            pytest.param(node(error=SHUT), "drained", "failed", id="it cannot be written"),
            pytest.param(
                node(status=DRAINED, error=SHUT), "drained", "failed", id="drained, not written"
            ),
            pytest.param(node(), "cordoned", "cordoned", id="cordoned"),
            pytest.param(node(True, False), "uncordoned", "uncordoned", id="uncordoned"),
        ],
    )
    def test_has_a_state(self, one: OrderedNode, state: str, shown: str) -> None:
        assert told(one, state)["state"] == shown

    @pytest.mark.parametrize(
        ("one", "changed"),
        [
            pytest.param(node(False, True), True, id="it was cordoned"),
            pytest.param(node(True, True), False, id="it was cordoned before"),
            pytest.param(node(True, False), True, id="it was uncordoned"),
            pytest.param(node(True, True, DRAINED), True, id="it lost a pod"),
            pytest.param(
                node(True, True, NodeStatus("drained", pods=(LEFT,))), False, id="it lost none"
            ),
            pytest.param(
                node(True, True, NodeStatus("skipped", pods=(GOING,))), True, id="a pod is going"
            ),
            pytest.param(
                node(True, True, NodeStatus("skipped", pods=(BY_ITSELF,))),
                False,
                id="a pod is going, but not by us",
            ),
            pytest.param(node(None, False), False, id="it does not exist"),
        ],
    )
    def test_has_changed_if_its_cordon_or_a_pod_did(self, one: OrderedNode, changed: bool) -> None:
        assert told(one)["changed"] is changed

    @pytest.mark.parametrize(
        ("state", "before", "after", "changed"),
        [
            ("drained", False, True, True),
            ("cordoned", True, True, False),
            ("uncordoned", True, False, True),
            ("uncordoned", False, False, False),
        ],
    )
    def test_would_be_cordoned_as_asked_in_check_mode(
        self, state: str, before: bool, after: bool, changed: bool
    ) -> None:
        found = told(node(before, before), state, check=True)
        assert (found["cordoned_before"], found["cordoned"]) == (before, after)
        assert found["changed"] is changed

    @pytest.mark.parametrize("phase", ["failed", "skipped"])
    def test_is_left_as_it_is_by_a_drain_that_would_be_refused(self, phase: Any) -> None:
        one = node(False, False, NodeStatus(phase, reasons=("a",)))
        found = told(one, check=True)
        assert (found["state"], found["cordoned"], found["changed"]) == (phase, False, False)
        (left,) = conclude(Order("drained", leave_cordoned=True), RunResult((one,)), True)
        assert (left["cordoned"], left["changed"]) == (True, True)

    def test_tells_of_its_pods_and_its_time(self) -> None:
        found = told(node(status=DRAINED))
        assert found["seconds"] == 12.346
        assert found["pods"][0] == {
            "namespace": "shop",
            "name": "cart-1",
            "uid": "u1",
            "state": "evicted",
            "why": "",
            "asked": 1.0,
            "gone": 2.5,
        }

    @pytest.mark.parametrize(
        ("one", "reasons", "blocked_by"),
        [
            pytest.param(node(), [], [], id="none"),
            pytest.param(
                node(status=NodeStatus("failed", reasons=("a", "b"), blocked_by=("shop/cart",))),
                ["a", "b"],
                ["shop/cart"],
                id="of its drain",
            ),
            pytest.param(node(error=SHUT), ["not allowed"], [], id="of its write"),
        ],
    )
    def test_has_reasons(self, one: OrderedNode, reasons: list[str], blocked_by: list[str]) -> None:
        found = told(one)
        assert (found["reasons"], found["blocked_by"]) == (reasons, blocked_by)


def test_the_difference_shows_cordons_and_leaves_out_what_does_not_exist() -> None:
    nodes = (node(name="a"), node(None, False, name="ghost"), node(True, True, name="b"))
    assert diff(conclude(Order(), RunResult(nodes), check=False)) == {
        "before": "a: schedulable\nb: unschedulable\n",
        "after": "a: unschedulable\nb: unschedulable\n",
    }


class TestFailure:
    FAILED = NodeStatus("failed", reasons=("shop/a: why",))

    @pytest.mark.parametrize(
        ("nodes", "message"),
        [
            pytest.param((), None, id="no nodes"),
            pytest.param((node(status=DRAINED),), None, id="drained"),
            pytest.param((node(status=NodeStatus("skipped")),), None, id="skipped is none"),
            pytest.param((node(None, False),), None, id="absent is none"),
            pytest.param(
                (node(status=FAILED), node(status=DRAINED, name="n2")),
                "Not drained: n1. shop/a: why",
                id="one failed",
            ),
            pytest.param(
                (node(status=FAILED), node(error=SHUT, name="n2")),
                "Not drained: n1, n2. shop/a: why; not allowed",
                id="two failed",
            ),
            pytest.param(
                (node(status=NodeStatus("failed", reasons=("no",), error=SHUT)),),
                "Not drained: n1. not allowed; no",
                id="with an error",
            ),
            pytest.param(
                (node(status=NodeStatus("failed", reasons=("not allowed",), error=SHUT)),),
                "Not drained: n1. not allowed",
                id="that is among its reasons already",
            ),
        ],
    )
    def test_names_the_nodes_and_why(
        self, nodes: tuple[OrderedNode, ...], message: str | None
    ) -> None:
        error = failure(RunResult(nodes))
        assert (None if error is None else str(error)) == message

    @pytest.mark.parametrize(
        ("error", "kind"), [(LATE, OverdueError), (SHUT, FailedError), (None, FailedError)]
    )
    def test_that_is_a_limit_is_told_as_one(self, error: Any, kind: Any) -> None:
        found = failure(RunResult((node(status=NodeStatus("failed", error=error)),)))
        assert found.__class__ is kind

    def test_of_the_whole_run_comes_first(self) -> None:
        assert failure(RunResult((node(status=self.FAILED),), SHUT)) is SHUT

    @pytest.mark.parametrize(
        ("nodes", "open_"),
        [
            pytest.param((node(status=DRAINED), node(name="n2")), "n2", id="one not begun"),
            pytest.param((node(status=NodeStatus("draining")),), "n1", id="one under way"),
            pytest.param((node(status=DRAINED),), "the end", id="all done"),
            pytest.param((), "the end", id="nothing known"),
        ],
    )
    def test_by_a_signal_names_what_was_left(
        self, nodes: tuple[OrderedNode, ...], open_: str
    ) -> None:
        error = failure(RunResult(nodes, stopped="signal SIGTERM"))
        assert str(error) == f"Stopped by signal SIGTERM before {open_} was drained. Run it again"
