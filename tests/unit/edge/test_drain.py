# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of node_drain, and what becomes of its outcome."""

from __future__ import annotations

import dataclasses
from typing import Any, get_args

import pytest

pytest.importorskip("ansible_collections.amazon.aws.plugins.module_utils.modules")
pytest.importorskip("ansible_collections.kubernetes.core.plugins.module_utils.args_common")

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import (
    BudgetAction,
    BudgetOverride,
    DrainPolicy,
    from_params,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.request import OrderState
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError
from ansible_collections.nodeops.rotator.plugins.module_utils.edge import drain as edge
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.drain import (
    DRAIN_SPEC,
    PDB_OVERRIDES,
    REQUEST_SPEC,
    SPEC,
    drain,
)
from ansible_collections.nodeops.rotator.tests.unit.edge.builders import a_module


def test_the_defaults_of_the_options_make_the_default_policy() -> None:
    assert from_params(a_module(DRAIN_SPEC).params) == DrainPolicy()


def test_every_option_of_a_drain_has_a_spec() -> None:
    fields = {field.name for field in dataclasses.fields(DrainPolicy)} - {"epoch"}
    assert set(DRAIN_SPEC) == fields


def test_an_override_has_the_options_of_its_record() -> None:
    options = PDB_OVERRIDES["options"]
    assert set(options) == {field.name for field in dataclasses.fields(BudgetOverride)}
    assert options["action"]["choices"] == list(get_args(BudgetAction))
    assert options["selector"]["required"] is True


def test_the_states_are_those_of_an_order() -> None:
    assert SPEC["state"]["choices"] == list(get_args(OrderState))
    assert SPEC["state"]["default"] == "drained"
    assert SPEC["max_parallel"] == {"type": "int", "default": 1}
    assert set(REQUEST_SPEC) == {"request_rate", "request_burst"}


TOLD = [{"name": "a", "changed": False}, {"name": "b", "changed": True}]


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What a drain without a cluster comes to."""
    end: dict[str, Any] = {"nodes": TOLD, "diff": [{"before": "x"}], "error": None}
    monkeypatch.setattr(edge, "_run", lambda *_args: "a result")
    monkeypatch.setattr(edge, "conclude", lambda _order, _result, check: end["nodes"])
    monkeypatch.setattr(edge, "diff", lambda _nodes: end["diff"])
    monkeypatch.setattr(edge, "failure", lambda _result: end["error"])
    return end


@pytest.mark.parametrize(("nodes", "changed"), [(TOLD, True), (TOLD[:1], False), ([], False)])
def test_a_drain_changed_something_if_it_changed_a_node(
    nodes: list[dict[str, Any]], changed: bool, ends: dict[str, Any]
) -> None:
    ends["nodes"] = nodes
    result = drain(a_module(SPEC, nodes=["a", "b"]))
    assert result.changed is changed
    assert result.values == {"nodes": nodes, "events": []}


def test_a_failure_is_returned_with_the_nodes_and_the_diff(ends: dict[str, Any]) -> None:
    ends["error"] = InputError("no")
    result = drain(a_module(SPEC, nodes=["a", "b"]))
    assert result.error is ends["error"]
    assert result.diff == [{"before": "x"}]
    assert result.values["nodes"] == TOLD


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"nodes": ["a", ""]}, "empty name"),
        ({"nodes": ["a"], "max_parallel": 0}, "max_parallel is 0"),
        ({"nodes": ["a"], "retry": 0}, "retry is 0"),
        ({"node_selector": "a in ()"}, "a in ()"),
    ],
)
def test_an_order_that_cannot_be_meant_is_refused_before_anything_is_connected_to(
    params: dict[str, Any], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def connect(*_args: Any, **_options: Any) -> None:
        raise AssertionError("nobody has to connect")

    monkeypatch.setattr(edge, "connect", connect)
    with pytest.raises(InputError) as caught:
        drain(a_module(SPEC, **params))
    assert words in str(caught.value)
