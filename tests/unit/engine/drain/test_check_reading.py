# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A drain in check mode: what it has to read first, and for how long."""

from __future__ import annotations

import math

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import Cache, Feed
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.check import (
    CheckMemory,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import (
    NodeStatus,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.run import (
    OrderedNode,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import (
    Stop,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.drain.builders import (
    CART,
    DAEMONSETS,
    NOW,
    a_pod,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.drain.checking import (
    DOWN,
    SHUT,
    look,
    there,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.drain.ordering import (
    a_node,
    an_order,
    shown,
)


class TestReading:
    PODS = Feed("pods", "a")

    @pytest.mark.parametrize(
        ("error", "now", "phase", "reasons"),
        [
            pytest.param(DOWN, NOW, None, (), id="the server is away"),
            pytest.param(DOWN, NOW + 900, "failed", ("no answer",), id="for too long"),
            pytest.param(SHUT, NOW, "failed", ("not allowed",), id="we may not"),
        ],
    )
    def test_what_cannot_be_read_is_waited_for_until_the_timeout(
        self, error: RotatorError, now: float, phase: str | None, reasons: tuple[str, ...]
    ) -> None:
        cache = shown([a_node("a")], {"a": ()}, broken={self.PODS: error})
        memory = look(cache).memory
        step = look(cache, memory, now=now)
        if phase is None:
            assert (step.result, step.wake) == (None, NOW + 900)
            return
        assert step.result is not None
        (node,) = step.result.nodes
        assert node.status == NodeStatus(phase, reasons=reasons, error=error)

    def test_silence_is_told_as_such(self) -> None:
        cache = shown([a_node("a")])
        step = look(cache, look(cache).memory, now=NOW + 900)
        assert step.result is not None
        assert step.result.nodes[0].status == NodeStatus(
            "failed", reasons=("its pods could not be read",)
        )

    def test_all_that_decides_is_followed(self) -> None:
        daemon = a_pod("d", "a", owner=a_pod().owner)
        assert self.PODS in look(there(daemon)).feeds
        agent = a_pod("d", "a", owner=type(CART)("DaemonSet", "agent"))
        assert {self.PODS, DAEMONSETS, Feed("nodes", "a")} <= look(there(agent)).feeds

    def test_without_a_timeout_it_waits_for_good(self) -> None:
        order = an_order("a", timeout=0)
        cache = shown([a_node("a")], order=order)
        assert look(cache, order=order, now=NOW + 1e6).wake == math.inf

    def test_nodes_that_are_not_read_are_waited_for_as_in_a_drain(self) -> None:
        assert look(Cache()).wake == NOW + 60
        step = look(Cache(), CheckMemory(NOW), now=NOW + 60)
        assert step.result is not None
        assert str(step.result.error) == "Cannot list nodes: no answer within 60 s"

    def test_a_stop_ends_it_at_once(self) -> None:
        step = look(there(a_pod("x", "a")), stop=Stop("signal SIGINT"))
        assert step.result is not None
        assert (step.result.stopped, step.commands) == ("signal SIGINT", ())

    def test_a_node_that_does_not_exist_needs_no_verdict(self) -> None:
        order = an_order("ghost")
        step = look(shown(order=order), order=order)
        assert step.result is not None
        assert step.result.nodes == (OrderedNode("ghost", None, False),)
