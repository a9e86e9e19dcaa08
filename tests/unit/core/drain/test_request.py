# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What node_drain is asked for, from its parameters, validated once."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import DrainPolicy
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.request import (
    Order,
    from_params,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import Feed

PARAMS: dict[str, Any] = {
    "state": "drained",
    "nodes": ["a", "b"],
    "node_selector": None,
    "max_parallel": 2,
    "leave_cordoned": True,
    **{
        field.name: field.default
        for field in dataclasses.fields(DrainPolicy)
        if field.name not in ("epoch", "pod_selector", "pdb_overrides")
    },
    "pod_selector": "",
    "pdb_overrides": [],
}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        pytest.param(
            {"state": "gone"},
            "state is 'gone'. Choose one of drained, cordoned, uncordoned",
            id="no state",
        ),
        pytest.param({"max_parallel": 0}, "max_parallel is 0, it must be 1 or more", id="none"),
        pytest.param({"names": ("a", "")}, "nodes has an empty name", id="an empty name"),
        pytest.param({"selector": "a b"}, "'a b'", id="no selector"),
    ],
)
def test_an_order_that_cannot_be_meant_is_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        Order(**fields)
    assert message in str(caught.value)


@pytest.mark.parametrize("state", ["drained", "cordoned", "uncordoned"])
def test_every_state_can_be_asked_for(state: Any) -> None:
    assert Order(state).state == state


@pytest.mark.parametrize(
    ("order", "feeds"),
    [
        pytest.param(Order(names=("a",)), {Feed("nodes", "a")}, id="one by name"),
        pytest.param(
            Order(names=("a", "b")), {Feed("nodes", "a"), Feed("nodes", "b")}, id="two by name"
        ),
        pytest.param(Order(selector="x=y"), {Feed("nodes", labels="x=y")}, id="by label"),
        pytest.param(
            Order(names=("a",), selector="x=y"), {Feed("nodes", labels="x=y")}, id="labels count"
        ),
        pytest.param(Order(), set(), id="none"),
    ],
)
def test_only_the_nodes_of_the_order_are_followed(order: Order, feeds: set[Feed]) -> None:
    assert order.feeds == feeds


class TestFromParameters:
    def test_they_are_the_orders_own(self) -> None:
        order = from_params(PARAMS, 5.0)
        assert (order.state, order.names, order.selector) == ("drained", ("a", "b"), "")
        assert (order.max_parallel, order.leave_cordoned) == (2, True)
        assert order.policy == DrainPolicy(epoch=5.0)

    @pytest.mark.parametrize(
        ("nodes", "names"),
        [(["a", "b", "a"], ("a", "b")), ([], ()), (None, ())],
        ids=["each once", "none", "not given"],
    )
    def test_names_count_once(self, nodes: Any, names: tuple[str, ...]) -> None:
        assert from_params({**PARAMS, "nodes": nodes}, 0.0).names == names

    def test_the_options_of_the_drain_are_checked_with_them(self) -> None:
        with pytest.raises(InputError, match="retry is 0"):
            from_params({**PARAMS, "retry": 0}, 0.0)
