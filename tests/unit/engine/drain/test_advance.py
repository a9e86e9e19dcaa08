# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One look of a drain of several nodes: turns, wake-ups, what to follow."""

from __future__ import annotations

import math
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import ChangeNode, Evict
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.eviction import Verdict
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import DrainPolicy
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import DaemonSet, Pod
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import Cache, Feed
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import NodeChange
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.advance import (
    DrainStep,
    advance,
    feeds,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import (
    NEVER,
    BudgetMemory,
    DrainMemory,
    NodeMemory,
    PodMemory,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.drain.builders import (
    AGENT,
    ATTACHMENTS,
    BUDGETS,
    CLAIMS,
    DAEMONSETS,
    NOW,
    a_budget,
    a_cache,
    a_pod,
    a_policy,
    a_view,
    answered,
    evict,
)

THERE = (DaemonSet("shop", "agent", "uid-agent", 2, 2),)


def pods_on(*counts: int) -> dict[str, list[Pod]]:
    """Nodes a, b, ... with that many pods each."""
    return {
        node: [a_pod(f"{node}-{index}", node) for index in range(count)]
        for node, count in zip("abcdefgh", counts, strict=False)
    }


def look(
    pods: dict[str, list[Pod]],
    allowed: int | None = None,
    memory: DrainMemory = DrainMemory(),
    in_flight: Any = (),
    done: Any = (),
    now: float = NOW,
    nodes: str = "",
    until_left_out: bool = False,
    **options: Any,
) -> DrainStep:
    """One look at all these nodes under one budget."""
    budgets = [] if allowed is None else [a_budget(allowed=allowed)]
    view = a_view(a_cache(pods, budgets), done, in_flight)
    policy = a_policy(**options)
    return advance(memory, list(nodes or pods), view, now, policy, until_left_out)


def names(step: DrainStep) -> list[str]:
    """The pods that are asked for."""
    return [command.name for command in step.commands if isinstance(command, Evict)]


class TestFeeds:
    @pytest.mark.parametrize(
        ("nodes", "policy", "kinds", "wanted"),
        [
            pytest.param("", DrainPolicy(), None, set(), id="no nodes"),
            pytest.param(
                "a", DrainPolicy(), None, {BUDGETS, DAEMONSETS, CLAIMS, ATTACHMENTS}, id="at first"
            ),
            pytest.param(
                "a",
                DrainPolicy(wait_for_volumes=False),
                None,
                {BUDGETS, DAEMONSETS},
                id="no volumes",
            ),
            pytest.param(
                "a",
                DrainPolicy(disable_eviction=True),
                None,
                {DAEMONSETS, CLAIMS, ATTACHMENTS},
                id="without evictions",
            ),
            pytest.param("a", DrainPolicy(), set(), {BUDGETS}, id="nothing more is needed"),
            pytest.param(
                "a", DrainPolicy(), {DAEMONSETS.kind}, {BUDGETS, DAEMONSETS}, id="daemons"
            ),
            pytest.param(
                "a",
                DrainPolicy(wait_for_volumes=False),
                {CLAIMS.kind, DAEMONSETS.kind},
                {BUDGETS, DAEMONSETS},
                id="volumes are no longer waited for",
            ),
        ],
    )
    def test_only_what_is_needed_is_followed(
        self, nodes: str, policy: DrainPolicy, kinds: set[str] | None, wanted: set[Feed]
    ) -> None:
        memory = None if kinds is None else DrainMemory(kinds=frozenset(kinds))
        found = feeds(nodes, policy, memory)
        assert found == wanted | {Feed("pods", name) for name in nodes}

    def test_a_node_that_is_done_is_followed_no_longer(self) -> None:
        step = look(pods_on(0, 1))
        assert step.status["a"].phase == "drained"
        assert step.feeds == {Feed("pods", "b"), BUDGETS}
        assert look(pods_on(0, 0)).feeds == frozenset()

    def test_one_whose_end_waits_is_followed_and_drained_again(self) -> None:
        step = look(pods_on(0), until_left_out=True)
        assert step.status["a"].phase == "drained"
        assert step.feeds == {Feed("pods", "a"), BUDGETS}
        again = look(pods_on(1), 1, step.memory, until_left_out=True)
        assert (again.status["a"].phase, names(again)) == ("draining", ["a-0"])

    def test_daemonsets_are_followed_once_a_pod_of_one_was_seen(self) -> None:
        daemon = a_pod("agent-x", "a", owner=AGENT)
        first = look({"a": [daemon]})
        assert DAEMONSETS in first.feeds
        assert first.status["a"].phase == "waiting"
        assert first.memory.kinds == {DAEMONSETS.kind}
        later = look({"a": [a_pod("x", "a")]}, memory=first.memory)
        assert DAEMONSETS in later.feeds

    def test_volumes_are_followed_once_a_pod_has_some(self) -> None:
        first = look({"a": [a_pod("x", "a", claims=("data",))]}, wait_for_volumes=True)
        assert {CLAIMS, ATTACHMENTS} <= first.feeds
        without = look({"a": [a_pod("x", "a")]}, wait_for_volumes=True)
        assert not {CLAIMS, ATTACHMENTS} & without.feeds

    def test_pods_of_a_budget_that_holds_for_long_are_followed_until_all_are_drained(self) -> None:
        pods_of_cart = Feed("pods", labels="app in (cart)", namespace="shop")
        first = look(pods_on(1), 0)
        assert pods_of_cart not in first.feeds, "it may only be a queue that moves"
        held = look(pods_on(1), 0, first.memory, now=NOW + 5)
        assert pods_of_cart in held.feeds
        free = look(pods_on(0, 1), 1, held.memory, now=NOW + 6)
        assert free.status["b"].blocked_by == ()
        assert pods_of_cart in free.feeds, "the queue will stop again: no new list each time"
        done = look(pods_on(0, 0), 1, free.memory, now=NOW + 7)
        assert done.feeds == frozenset()


class TestTakingTurns:
    @pytest.mark.parametrize(
        ("counts", "allowed", "asked"),
        [
            pytest.param((3, 3), 2, ["a-0", "b-0"], id="one of each"),
            pytest.param((3, 3), 3, ["a-0", "b-0", "a-1"], id="and round again"),
            pytest.param((1, 3), 3, ["a-0", "b-0", "b-1"], id="a node that has no more"),
            pytest.param((3, 3, 3), 4, ["a-0", "b-0", "c-0", "a-1"], id="three nodes"),
        ],
    )
    def test_a_shared_budget_serves_all_nodes(
        self, counts: tuple[int, ...], allowed: int, asked: list[str]
    ) -> None:
        assert names(look(pods_on(*counts), allowed)) == asked

    def test_a_node_that_has_lost_pods_already_stands_back(self) -> None:
        pods = pods_on(3, 3)
        lost = {pod.uid: PodMemory(pod, accepted_at=NOW - 5) for pod in pods["a"][:2]}
        memory = DrainMemory({"a": NodeMemory(NOW - 9, lost), "b": NodeMemory(NOW - 9)})
        assert names(look(pods, 3, memory)) == ["b-0", "b-1", "a-2"]

    def test_what_is_being_asked_for_counts_and_is_not_asked_twice(self) -> None:
        pods = pods_on(3, 3)
        first = look(pods, 9)
        flying = [
            command for command in first.commands if getattr(command, "name", "") in ("a-0", "a-1")
        ]
        step = look(pods, 9, first.memory, in_flight=flying)
        assert len(flying) == 2
        assert names(step) == ["b-0", "b-1", "a-2", "b-2"]

    def test_writes_of_nodes_in_flight_are_none_of_its_business(self) -> None:
        cordon = ChangeNode("a", "1", NodeChange(True))
        assert names(look(pods_on(1), in_flight=[cordon])) == ["a-0"]

    def test_deletions_in_flight_count_as_well(self) -> None:
        pods = pods_on(1)
        first = look(pods, disable_eviction=True)
        assert len(first.commands) == 1
        again = look(pods, memory=first.memory, in_flight=first.commands, disable_eviction=True)
        assert again.commands == ()


class TestMemory:
    def test_since_when_pods_are_held_is_remembered_and_kept(self) -> None:
        first = look(pods_on(1), 0)
        assert first.memory.nodes["a"].pods["uid-a-0"].held_since == NOW
        later = look(pods_on(1), 0, first.memory, now=NOW + 9)
        assert later.memory.nodes["a"].pods["uid-a-0"].held_since == NOW

    def test_a_pod_that_is_free_again_is_asked_for(self) -> None:
        first = look(pods_on(1), 0)
        later = look(pods_on(1), 1, first.memory, now=NOW + 9)
        assert names(later) == ["a-0"]

    def test_answers_are_learnt_before_anything_is_asked(self) -> None:
        pods = pods_on(2)
        first = look(pods, 1)
        done = [answered(first.commands[0], Verdict.ACCEPTED)]
        later = look(pods, 1, first.memory, done=done, now=NOW + 0.1)
        assert later.memory.nodes["a"].pods["uid-a-0"].accepted_at == NOW + 0.1
        assert names(later) == [], "its budget's status does not show the first yet"

    def test_a_node_that_is_left_out_is_forgotten(self) -> None:
        first = look(pods_on(1, 1))
        later = look(pods_on(1, 1), memory=first.memory, nodes="b", now=NOW + 5)
        assert set(later.memory.nodes) == {"b"}
        assert set(later.status) == {"b"}

    def test_events_are_told_once(self) -> None:
        first = look(pods_on(1))
        assert [event.phase for event in first.events] == ["draining"]
        assert look(pods_on(1), memory=first.memory).events == ()


class TestWhenToLookAgain:
    @pytest.mark.parametrize(
        ("allowed", "options", "wake"),
        [
            pytest.param(None, {}, NOW + 900, id="the deadline"),
            pytest.param(0, {}, NOW + 5, id="a blocked budget is looked into"),
            pytest.param(0, {"retry": 4}, NOW + 4, id="a blocked pod is tried"),
            pytest.param(0, {"timeout": 3}, NOW + 3, id="a deadline before that"),
        ],
    )
    def test_the_first_moment_at_which_anything_changes(
        self, allowed: int | None, options: dict[str, Any], wake: float
    ) -> None:
        memory = look(pods_on(1), allowed, **options).memory
        assert look(pods_on(1), allowed, memory, **options).wake == wake

    def test_at_once_where_a_pod_is_held_back_for_the_first_time(self) -> None:
        first = look(pods_on(1), 0, pdb_timeout=5)
        assert first.wake == NOW
        assert look(pods_on(1), 0, first.memory, pdb_timeout=5).wake == NOW + 5

    def test_a_line_that_was_due_before_wakes_nobody(self) -> None:
        held = {"uid-a-0": PodMemory(a_pod("a-0", "a"), held_since=NOW - 11)}
        memory = DrainMemory(
            {"a": NodeMemory(NOW - 20, held)}, {"shop/cart": BudgetMemory("1", 0.0, NEVER)}
        )
        assert look(pods_on(1), 0, memory).wake == NOW - 11 + 30

    def test_a_line_that_is_due_now_wakes_nobody_either(self) -> None:
        held = {"uid-a-0": PodMemory(a_pod("a-0", "a"), held_since=NOW - 10)}
        memory = DrainMemory(
            {"a": NodeMemory(NOW - 20, held)}, {"shop/cart": BudgetMemory("1", 0.0, NEVER)}
        )
        assert look(pods_on(1), 0, memory).wake == NOW + 20

    def test_never_where_all_is_done(self) -> None:
        step = look(pods_on(0, 0))
        assert (step.wake, step.commands) == (math.inf, ())

    def test_the_servers_pause_counts(self) -> None:
        step = look(pods_on(1), memory=DrainMemory(paused_until=NOW + 2))
        assert (step.wake, step.commands) == (NOW + 2, ())


def test_before_anything_is_read_nobody_is_asked() -> None:
    step = advance(DrainMemory(), ["a"], a_view(Cache()), NOW, a_policy())
    assert step.status["a"].phase == "waiting"
    assert (step.commands, step.wake) == ((), NOW + 900)


def test_no_nodes_are_nothing_to_do() -> None:
    step = advance(DrainMemory(), [], a_view(a_cache(), in_flight=[evict()]), NOW, a_policy())
    assert (step.commands, step.events, dict(step.status)) == ((), (), {})
    assert (step.wake, step.feeds) == (math.inf, frozenset())
