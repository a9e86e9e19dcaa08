# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each look at Karpenter: what is told, and how the wait ends."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ForbiddenError,
    InputError,
    NotFoundError,
    OverdueError,
    RefusedError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.karpenter.nodepool import (
    NodeClaim,
    NodePool,
    PoolBudget,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.karpenter.policy import (
    DriftPolicy,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    BUDGETS,
    NODECLAIMS,
    NODEPOOLS,
    NODES,
    Cache,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.karpenter.decide import (
    DRIFT_FEEDS,
    FEED_PATIENCE,
    HELD_AFTER,
    LOOK_EVERY,
    PODS_OF_ALL,
    DriftMemory,
    DriftResult,
    watch_drift,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import (
    Step,
    Stop,
    View,
)

NOW = 1000.0
POLICY = DriftPolicy(timeout=600, settle=100)
POOL = NodePool("spot", "p-1", (PoolBudget("100%"),))
OLD = NodeClaim("spot-1", "u-1", "spot", "n-1", "ami-old", drifted=True, ready=True)
NEW = NodeClaim("spot-2", "u-2", "spot", "n-2", "ami-new", ready=True)


def a_view(*claims: NodeClaim, pools: tuple[NodePool, ...] = (POOL,), **fields: Any) -> View:
    feeds: dict[Any, Any] = {
        NODEPOOLS: {one.uid: one for one in pools},
        NODECLAIMS: {one.uid: one for one in claims},
        NODES: {},
        BUDGETS: {},
        PODS_OF_ALL: {},
    }
    return View(Cache(feeds, fields.pop("broken", {})), **fields)


def look(
    view: View, memory: DriftMemory | None = None, now: float = NOW, **options: Any
) -> Step[DriftMemory, DriftResult]:
    policy = dataclasses.replace(POLICY, **options)
    return watch_drift(memory or DriftMemory(NOW), view, now, policy)


def told(step: Step[DriftMemory, DriftResult]) -> list[tuple[str, str]]:
    return [(event.phase, event.subject) for event in step.events]


def test_it_reads_and_issues_no_command() -> None:
    step = look(View())
    assert (step.feeds, step.commands, step.result) == (DRIFT_FEEDS, (), None)


def test_each_step_of_a_node_is_told_once() -> None:
    first = look(a_view(OLD))
    assert told(first) == [("waiting", "n-1")]
    assert told(look(a_view(OLD), first.memory)) == []
    coming = dataclasses.replace(NEW, node="", ready=False)
    second = look(a_view(OLD, coming), first.memory)
    assert told(second) == [("launched", "spot-2")]
    third = look(a_view(dataclasses.replace(OLD, deleting=True), NEW), second.memory)
    assert told(third) == [("draining", "n-1"), ("ready", "n-2")]
    fourth = look(a_view(NEW), third.memory)
    assert told(fourth) == [("terminated", "n-1")]
    assert fourth.events[0].progress == "1/1"


def test_nodes_that_were_there_and_are_current_are_not_told() -> None:
    assert told(look(a_view(NEW))) == []


def test_it_is_done_once_nothing_has_drifted_for_a_while() -> None:
    begun = look(a_view(OLD, NEW))
    assert begun.result is None
    rest = look(a_view(NEW), begun.memory, NOW + 10)
    assert (rest.result, rest.wake) == (None, NOW + 10 + LOOK_EVERY)
    almost = look(a_view(NEW), rest.memory, NOW + 109)
    assert (almost.result, almost.wake) == (None, NOW + 110)
    done = look(a_view(NEW), rest.memory, NOW + 110)
    assert done.result is not None
    assert (done.result.status, done.result.error) == ("complete", None)
    assert (done.result.values["replaced"], done.result.values["drifted"]) == (1, 0)
    assert told(done)[-1] == ("done", "Karpenter")


def test_drift_that_comes_later_begins_the_rest_anew() -> None:
    rest = look(a_view(NEW))
    again = look(a_view(OLD, NEW), rest.memory, NOW + 50)
    assert again.memory.quiet_since is None
    later = look(a_view(NEW), again.memory, NOW + 120)
    assert later.memory.quiet_since == NOW + 120
    assert look(a_view(NEW), later.memory, NOW + 219).result is None


def test_without_drift_it_is_unchanged() -> None:
    rest = look(a_view(NEW))
    result = look(a_view(NEW), rest.memory, NOW + 100).result
    assert result is not None
    assert (result.status, result.values["nodepools"][0]["nodes"]) == ("unchanged", 1)


@pytest.mark.parametrize(("claim", "status"), [(OLD, "planned"), (NEW, "unchanged")])
def test_check_mode_does_not_wait(claim: NodeClaim, status: str) -> None:
    result = look(a_view(claim), plan_only=True).result
    assert result is not None
    assert result.status == status


def test_the_deadline_is_a_failure_that_says_what_holds_karpenter() -> None:
    shut = dataclasses.replace(POOL, budgets=(PoolBudget("0"),))
    begun = look(a_view(OLD, pools=(shut,)))
    assert told(begun) == [("waiting", "n-1")]
    assert look(a_view(OLD, pools=(shut,)), begun.memory, NOW + 599).result is None
    result = look(a_view(OLD, pools=(shut,)), begun.memory, NOW + 600).result
    assert result is not None
    assert (result.status, type(result.error)) == ("failed", OverdueError)
    assert "1 drifted node is left" in str(result.error)
    assert "budget 0 lets no node go now" in str(result.error)
    assert result.values["nodepools"][0]["held_by"] != []


def test_the_deadline_names_nodes_that_do_not_come_up() -> None:
    coming = dataclasses.replace(NEW, ready=False)
    result = look(a_view(OLD, coming), now=NOW + 600).result
    assert result is not None
    assert "n-2 was launched and is not initialized" in str(result.error)


def test_the_deadline_counts_while_nothing_could_be_read_yet() -> None:
    result = look(View(), now=NOW + 600).result
    assert result is not None
    assert "not everything could be read yet" in str(result.error)


def test_what_holds_is_told_once_it_lasts_and_again_only_after_it_had_passed() -> None:
    shut = a_view(OLD, pools=(dataclasses.replace(POOL, budgets=(PoolBudget("0"),)),))
    begun = look(shut).memory
    assert told(look(shut, begun, NOW + HELD_AFTER - 1)) == []
    held = look(shut, begun, NOW + HELD_AFTER)
    assert told(held) == [("blocked", "Karpenter")]
    assert told(look(shut, held.memory, NOW + 2 * HELD_AFTER)) == []
    free = look(a_view(OLD), held.memory, NOW + 70)
    again = look(shut, free.memory, NOW + 80)
    assert told(again) == []
    assert told(look(shut, again.memory, NOW + 80 + HELD_AFTER)) == [("blocked", "Karpenter")]


def test_a_node_that_has_not_drifted_any_more_is_neither_left_nor_replaced() -> None:
    begun = look(a_view(OLD))
    rest = look(a_view(dataclasses.replace(OLD, drifted=False)), begun.memory)
    result = look(a_view(dataclasses.replace(OLD, drifted=False)), rest.memory, NOW + 100).result
    assert result is not None
    assert (result.values["replaced"], result.values["drifted"]) == (0, 0)


def test_a_pool_that_is_not_there_is_an_error() -> None:
    result = look(a_view(OLD), nodepools=("spot", "spat")).result
    assert result is not None
    assert (result.status, type(result.error)) == ("refused", InputError)


def test_only_the_chosen_pools_count() -> None:
    other = NodePool("big", "p-2")
    step = look(a_view(OLD, pools=(POOL, other)), nodepools=("big",))
    assert (told(step), step.memory.quiet_since) == ([], NOW)


def test_a_cluster_without_karpenter_is_refused_at_once() -> None:
    view = View(Cache({}, {NODEPOOLS: NotFoundError("no such path")}))
    result = look(view).result
    assert result is not None
    assert (result.status, type(result.error)) == ("refused", RefusedError)


@pytest.mark.parametrize("error", [ForbiddenError("no"), UnreachableError("gone")])
def test_a_feed_that_fails_ends_it_only_after_a_while(error: Any) -> None:
    view = a_view(OLD, broken={NODECLAIMS: error})
    begun = look(view)
    assert (begun.result, begun.memory.broken_since) == (None, NOW)
    assert look(view, begun.memory, NOW + FEED_PATIENCE - 1).result is None
    result = look(view, begun.memory, NOW + FEED_PATIENCE).result
    assert result is not None
    assert (result.status, result.error) == ("failed", error)
    healed = look(a_view(OLD), begun.memory, NOW + 30)
    assert healed.memory.broken_since is None


def test_a_signal_ends_it() -> None:
    result = look(a_view(OLD), dataclasses.replace(look(a_view(OLD)).memory)).result
    assert result is None
    stopped = look(a_view(OLD, stop=Stop("signal SIGTERM")), look(a_view(OLD)).memory).result
    assert stopped is not None
    assert (stopped.status, stopped.values["drifted"]) == ("stopped", 1)
    assert "Stopped by signal SIGTERM" in str(stopped.error)
