# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cluster_gate from stdin to stdout."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.tests.simulation.world import World
from ansible_collections.nodeops.rotator.tests.unit.modules.running import Runner


def test_a_gate_is_closed_and_opened(run: Runner, world: World) -> None:
    closed = run("cluster_gate", state="closed", run_id="r1")
    assert (closed.code, closed.result["changed"]) == (0, True), closed.result
    read = run("cluster_gate")
    assert (read.result["changed"], read.result["run"]) == (False, "r1")
    opened = run("cluster_gate", state="open")
    assert (opened.result["changed"], opened.result["run"]) == (True, "r1")


def test_whoever_closes_it_says_who_he_is(run: Runner, world: World) -> None:
    outcome = run("cluster_gate", state="closed")
    assert outcome.code != 0
    assert "run_id" in outcome.result["msg"]
    assert run.writes() == []


def test_a_namespace_is_marked(run: Runner, world: World) -> None:
    marked = run("cluster_gate", state="marked", labels={"example.com/open": False})
    assert (marked.code, marked.result["changed"]) == (0, True), marked.result
    assert run.writes() == ["PATCH /api/v1/namespaces/kube-system"]
