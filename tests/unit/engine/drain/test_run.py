# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a drain is asked for, and when one of its nodes is over and good."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.request import Order
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import FailedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import Feed
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import NodeStatus
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.run import (
    OrderedNode,
    RunMemory,
    RunResult,
)


@pytest.mark.parametrize(
    ("order", "feeds"),
    [
        pytest.param(
            Order("drained", ("a", "b")), {Feed("nodes", "a"), Feed("nodes", "b")}, id="by name"
        ),
        pytest.param(
            Order("drained", selector="x=y"), {Feed("nodes", labels="x=y")}, id="by label"
        ),
        pytest.param(Order("drained"), set(), id="none"),
    ],
)
def test_only_the_nodes_of_the_order_are_followed(order: Order, feeds: set[Feed]) -> None:
    assert order.feeds == feeds


@pytest.mark.parametrize(
    ("fields", "over", "good"),
    [
        pytest.param({}, False, True, id="not begun"),
        pytest.param({"before": None}, True, True, id="it never existed"),
        pytest.param({"error": FailedError("no")}, True, False, id="it cannot be written"),
        pytest.param({"status": NodeStatus("waiting")}, False, False, id="waiting"),
        pytest.param({"status": NodeStatus("draining")}, False, False, id="draining"),
        pytest.param({"status": NodeStatus("volumes")}, False, False, id="volumes"),
        pytest.param({"status": NodeStatus("drained")}, True, True, id="drained"),
        pytest.param({"status": NodeStatus("skipped")}, True, True, id="skipped"),
        pytest.param({"status": NodeStatus("failed")}, True, False, id="failed"),
        pytest.param(
            {"status": NodeStatus("drained"), "error": FailedError("no")},
            True,
            False,
            id="drained, and a write failed",
        ),
    ],
)
def test_when_a_node_is_over_and_whether_it_ended_as_asked(
    fields: dict[str, Any], over: bool, good: bool
) -> None:
    node = OrderedNode(**{"name": "n1", "before": False, "cordoned": True, **fields})
    assert node.over is over
    assert node.good is good


def test_a_run_begins_without_knowing_its_nodes() -> None:
    memory = RunMemory()
    assert (memory.began, memory.nodes, memory.stop_at) == (None, None, None)
    assert RunResult() == RunResult((), None, "")
