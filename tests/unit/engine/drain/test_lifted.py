# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody undoes of an order, node by node."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import FailedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.lifted import (
    CORDONED_AGAIN,
    look_again,
    told_lifted,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import NodeStatus
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.run import OrderedNode
from ansible_collections.nodeops.rotator.tests.unit.engine.drain.ordering import a_node, shown

OURS = OrderedNode("a", False, True, uid="uid-a", version="5")
FREE = dataclasses.replace(a_node("a"), resource_version="6")
DRAINED, FAILED = NodeStatus("drained"), NodeStatus("failed")


def seen(node: OrderedNode, found: Node | None) -> OrderedNode:
    """The node as it is after a look at the cluster."""
    return look_again({"a": node}, shown([found] if found else []))["a"]


@pytest.mark.parametrize(
    ("node", "found"),
    [
        pytest.param(OURS, dataclasses.replace(FREE, unschedulable=True), id="it is cordoned"),
        pytest.param(OURS, None, id="it is gone"),
        pytest.param(OURS, dataclasses.replace(FREE, resource_version="4"), id="an old view"),
        pytest.param(dataclasses.replace(OURS, version=""), FREE, id="an unknown write"),
        pytest.param(dataclasses.replace(OURS, cordoned=False), FREE, id="not yet cordoned"),
        pytest.param(dataclasses.replace(OURS, status=FAILED), FREE, id="we lift it ourselves"),
        pytest.param(
            dataclasses.replace(OURS, error=FailedError("x")), FREE, id="it has ended badly"
        ),
        pytest.param(
            dataclasses.replace(OURS, status=DRAINED),
            dataclasses.replace(FREE, uid="uid-b"),
            id="another one after the drain",
        ),
        pytest.param(OrderedNode("a", None, False), FREE, id="it was not there"),
    ],
)
def test_nothing_is_undone(node: OrderedNode, found: Node | None) -> None:
    assert seen(node, found) == node


@pytest.mark.parametrize("before", [OURS, dataclasses.replace(OURS, before=True, version="")])
def test_a_lifted_cordon_is_to_be_set_again(before: OrderedNode) -> None:
    after = seen(before, FREE)
    assert (after.cordoned, after.lifted, after.error) == (False, 1, None)
    (event,) = told_lifted({"a": before}, [after])
    assert (event.phase, event.subject) == ("warning", "a")


@pytest.mark.parametrize(
    ("node", "text"),
    [
        (
            dataclasses.replace(OURS, lifted=CORDONED_AGAIN),
            f"{CORDONED_AGAIN + 1} times while it was drained",
        ),
        (dataclasses.replace(OURS, status=DRAINED), "after it was drained"),
    ],
)
def test_a_cordon_that_is_lifted_too_often_or_too_late_is_a_failure(
    node: OrderedNode, text: str
) -> None:
    after = seen(node, FREE)
    assert text in str(after.error)
    assert (after.cordoned, after.good) == (False, False)
    assert list(told_lifted({"a": node}, [after])) == []


@pytest.mark.parametrize("cordoned", [False, True])
def test_another_node_of_the_name_is_not_drained(cordoned: bool) -> None:
    found = dataclasses.replace(FREE, uid="uid-b", unschedulable=cordoned)
    after = seen(OURS, found)
    assert "another node has its name by now" in str(after.error)
    assert (after.cordoned, after.over) == (cordoned, True)
