# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a drain says of a node, and what it begins with."""

from __future__ import annotations

import math

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import (
    NEVER,
    BudgetMemory,
    DrainMemory,
    NodeMemory,
    NodeStatus,
    PodMemory,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.drain.builders import NOW, a_pod

PHASES = {
    "waiting": False,
    "draining": False,
    "volumes": False,
    "drained": True,
    "skipped": True,
    "failed": True,
}


@pytest.mark.parametrize(("phase", "final"), PHASES.items())
def test_a_phase_is_final_or_something_more_is_done(phase: str, final: bool) -> None:
    assert NodeStatus(phase).final is final


def test_a_pod_that_was_just_seen_may_be_asked_for_at_once() -> None:
    pod = PodMemory(a_pod())
    assert (pod.next_try, pod.asked_at, pod.refused_at) == (NEVER, NEVER, NEVER)
    assert (pod.accepted_at, pod.held_since, pod.gone_at) == (None, None, None)
    assert -math.inf == NEVER


def test_a_budget_that_was_just_seen_has_let_nobody_go() -> None:
    assert BudgetMemory("1", NOW).admitted_at == NEVER


def test_a_drain_begins_with_nothing() -> None:
    memory, node = DrainMemory(), NodeMemory(NOW)
    assert (dict(memory.nodes), dict(memory.budgets), memory.paused_until) == ({}, {}, NEVER)
    assert (dict(node.pods), node.items, node.had_pods, node.ended) == ({}, None, False, None)


class TestTimeThatDoesNotCount:
    """The process slept for five minutes: no limit comes nearer by that."""

    POD = PodMemory(
        a_pod(), accepted_at=NOW - 9, asked_at=NOW - 10, held_since=None, terminating_since=NOW - 8
    )
    NODE = NodeMemory(NOW - 100, {"uid": POD}, volumes_since=NOW - 5)
    MEMORY = DrainMemory({"n": NODE}, {"b": BudgetMemory("1", NOW - 50)}, paused_until=NOW)

    def test_moves_every_moment(self) -> None:
        later = self.MEMORY.later(300)
        (node,), (budget,) = later.nodes.values(), later.budgets.values()
        assert (node.began, node.volumes_since) == (NOW + 200, NOW + 295)
        pod = node.pods["uid"]
        assert (pod.accepted_at, pod.asked_at) == (NOW + 291, NOW + 290)
        assert pod.terminating_since == NOW + 292
        assert budget.changed_at == NOW + 250

    def test_leaves_what_has_not_happened(self) -> None:
        later = self.MEMORY.later(300)
        (node,), (budget,) = later.nodes.values(), later.budgets.values()
        pod = node.pods["uid"]
        assert (pod.held_since, pod.gone_at, pod.refused_at) == (None, None, NEVER)
        assert (node.refused_since, node.not_let_in_since, node.last_call) == (None, None, None)
        assert budget.admitted_at == NEVER

    def test_leaves_what_a_server_asked_for(self) -> None:
        assert self.MEMORY.later(300).paused_until == NOW

    def test_keeps_everything_else(self) -> None:
        assert self.MEMORY.later(0) == self.MEMORY
