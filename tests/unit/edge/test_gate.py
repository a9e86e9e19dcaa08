# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gate of a simulated cluster is recorded."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("ansible_collections.amazon.aws.plugins.module_utils.modules")
pytest.importorskip("ansible_collections.kubernetes.core.plugins.module_utils.args_common")

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.client import KubeClient
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import NotFoundError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.closure import (
    GATE_LEASE,
    closure,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge import gate
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.results import Result
from ansible_collections.nodeops.rotator.tests.simulation.adapters_kube import kube_call
from ansible_collections.nodeops.rotator.tests.simulation.builders import due
from ansible_collections.nodeops.rotator.tests.simulation.world import World
from ansible_collections.nodeops.rotator.tests.unit.edge.builders import a_module


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """A world in whose cluster the gate is."""
    found = due()
    monkeypatch.setattr(gate, "connect", lambda _module: kube_call(found.cluster))
    return found


def recorded(check: bool = False, **params: Any) -> Result:
    module = a_module(gate.SPEC, **params)
    module.check_mode = check
    return gate.record_gate(module)


def run_in(world: World) -> str:
    return closure(KubeClient(kube_call(world.cluster)).read_lease(GATE_LEASE)).run


def test_a_gate_is_closed_once_and_keeps_the_first_run(world: World) -> None:
    first = recorded(state="closed", run_id="r1")
    assert (first.changed, first.values["run"], run_in(world)) == (True, "", "r1")
    second = recorded(state="closed", run_id="r2")
    assert (second.changed, second.values["run"], run_in(world)) == (False, "r1", "r1")


def test_the_run_that_has_closed_it_renews_that_which_is_no_change(world: World) -> None:
    recorded(state="closed", run_id="r1")
    first = recorded().values
    assert first["renewed"] == first["since"]
    assert recorded(check=True, state="closed", run_id="r1").changed is False
    assert recorded().values == first
    assert recorded(state="closed", run_id="r1") == Result(first)
    again = recorded().values
    assert (again["run"], again["since"]) == ("r1", first["since"])
    assert again["renewed"] > first["renewed"]
    recorded(state="closed", run_id="r2")
    assert recorded().values == again


def test_a_gate_is_opened_once(world: World) -> None:
    recorded(state="closed", run_id="r1")
    opened = recorded(state="open")
    assert (opened.changed, opened.values["run"], run_in(world)) == (True, "r1", "")
    assert recorded(state="open").changed is False


@pytest.mark.parametrize("state", ["closed", "open"])
def test_check_mode_says_what_would_change_and_changes_nothing(world: World, state: str) -> None:
    if state == "open":
        recorded(state="closed", run_id="r1")
    before = run_in(world)
    assert recorded(check=True, state=state, run_id="r2").changed is True
    assert run_in(world) == before


def test_reading_changes_nothing(world: World) -> None:
    assert recorded(state="read") == Result({"run": "", "since": "", "renewed": ""})
    assert world.cluster.object("leases", GATE_LEASE, "kube-system") is None


def test_a_namespace_that_is_not_there_is_an_error(world: World) -> None:
    with pytest.raises(NotFoundError, match="lock_namespace"):
        recorded(state="closed", run_id="r1", lock_namespace="nowhere")


def test_a_namespace_is_marked_once_and_the_record_stays_as_it_is(world: World) -> None:
    recorded(state="closed", run_id="r1")
    marks = {"labels": {"example.com/open": False}, "annotations": {"example.com/why": "rotation"}}
    planned = recorded(check=True, state="marked", **marks)
    first, second = (recorded(state="marked", **marks) for _again in range(2))
    assert (planned, first, second) == (Result({}, True), Result({}, True), Result({}, False))
    meta = (world.cluster.object("namespaces", "kube-system") or {})["metadata"]
    assert meta["labels"]["example.com/open"] == "false"
    assert meta["annotations"]["example.com/why"] == "rotation"
    taken = recorded(state="marked", annotations={"example.com/why": None})
    assert taken.changed
    meta = (world.cluster.object("namespaces", "kube-system") or {})["metadata"]
    assert "example.com/why" not in meta.get("annotations", {})
    assert run_in(world) == "r1"
    with pytest.raises(NotFoundError, match="read namespace nowhere"):
        recorded(state="marked", namespace="nowhere", **marks)
