# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a look teaches a drain: nodes, budgets, pods that come and go."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.coverage import (
    Budgets,
    pods_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.eviction import (
    Verdict,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    Owner,
    Pod,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    BUDGETS,
    Changed,
    reduce,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import (
    BudgetMemory,
    DrainMemory,
    NodeMemory,
    PodMemory,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.observe import (
    budgets_of,
    learn,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import View
from ansible_collections.nodeops.rotator.tests.unit.engine.drain.builders import (
    CART,
    NODE,
    NOW,
    PODS,
    a_budget,
    a_cache,
    a_memory,
    a_node_memory,
    a_pod,
    a_policy,
    a_view,
    answered,
    evict,
    going,
)

EMPTY = DrainMemory()


def look(
    memory: DrainMemory = EMPTY, view: View | None = None, now: float = NOW, **options: Any
) -> DrainMemory:
    """The memory of a drain of NODE after one look."""
    view = view or a_view(a_cache([a_pod()]))
    return learn(memory, [NODE], view, budgets_of(view.cache), now, a_policy(**options))


class TestNodes:
    def test_a_new_one_begins_now_and_a_known_one_goes_on(self) -> None:
        first = learn(EMPTY, ["a"], a_view(a_cache()), Budgets(), NOW, a_policy())
        second = learn(first, ["a", "b"], a_view(a_cache()), Budgets(), NOW + 5, a_policy())
        assert {name: node.began for name, node in second.nodes.items()} == {
            "a": NOW,
            "b": NOW + 5,
        }

    def test_one_that_is_left_out_is_forgotten_and_begins_anew(self) -> None:
        first = learn(EMPTY, ["a", "b"], a_view(a_cache()), Budgets(), NOW, a_policy())
        second = learn(first, ["b"], a_view(a_cache()), Budgets(), NOW + 5, a_policy())
        third = learn(second, ["a", "b"], a_view(a_cache()), Budgets(), NOW + 9, a_policy())
        assert set(second.nodes) == {"b"}
        assert third.nodes["a"].began == NOW + 9
        assert third.nodes["b"].began == NOW

    def test_the_memory_before_is_left_as_it_was(self) -> None:
        before = a_memory(a_node_memory(a_pod()))
        pods = dict(before.nodes[NODE].pods)
        look(before, a_view(a_cache([]), [answered(evict(), Verdict.ACCEPTED)]))
        assert dict(before.nodes[NODE].pods) == pods


class TestBudgets:
    def test_one_whose_pods_are_followed_names_the_pod_that_holds_it(self) -> None:
        budget, pending = a_budget("web"), a_pod("web-1", ready=False, phase="Pending")
        cache = a_cache(budgets=[budget, a_budget("other")])
        followed = {**cache.feeds, pods_of(budget): {pending.uid: pending}}
        found = budgets_of(dataclasses.replace(cache, feeds=followed))
        assert "web-1" in found.by_id[budget.id].held_by
        assert found.items is cache.items(BUDGETS)

    @pytest.mark.parametrize(
        ("known", "version", "after"),
        [
            pytest.param(None, "7", BudgetMemory("7", NOW), id="new"),
            pytest.param(BudgetMemory("7", 3.0, 2.0), "7", BudgetMemory("7", 3.0, 2.0), id="same"),
            pytest.param(BudgetMemory("6", 3.0, 2.0), "7", BudgetMemory("7", NOW, 2.0), id="moved"),
        ],
    )
    def test_when_one_changed_is_remembered(
        self, known: BudgetMemory | None, version: str, after: BudgetMemory
    ) -> None:
        budget = a_budget(version=version)
        memory = dataclasses.replace(EMPTY, budgets={budget.id: known} if known else {})
        assert look(memory, a_view(a_cache(budgets=[budget]))).budgets == {budget.id: after}

    def test_one_that_changes_among_others_is_the_only_one_that_has(self) -> None:
        first = look(EMPTY, a_view(a_cache(budgets=[a_budget("a"), a_budget("b")])))
        cache = reduce(
            a_cache(budgets=first.indexed.items.values()),
            [Changed(BUDGETS, a_budget("b", version="9"))],
        )
        second = look(first, a_view(cache), NOW + 5)
        assert second.budgets["shop/a"] is first.budgets["shop/a"]
        assert second.budgets["shop/b"].changed_at == NOW + 5

    def test_one_that_is_deleted_is_forgotten(self) -> None:
        assert look(a_memory(budgets=[a_budget()]), a_view(a_cache())).budgets == {}


class TestPodsComeAndGo:
    @pytest.mark.parametrize(
        ("before", "after", "expected"),
        [
            pytest.param(None, a_pod(), PodMemory(a_pod()), id="it appears"),
            pytest.param(
                None, going(), PodMemory(going(), terminating_since=NOW), id="it appears, going"
            ),
            pytest.param(
                PodMemory(a_pod()),
                going(),
                PodMemory(going(), terminating_since=NOW),
                id="it begins to go",
            ),
            pytest.param(
                PodMemory(going(), terminating_since=3.0),
                going(ready=False),
                PodMemory(going(ready=False), terminating_since=3.0),
                id="it goes on going",
            ),
            pytest.param(
                PodMemory(a_pod(), held_since=4.0, failures=2),
                a_pod(ready=False),
                PodMemory(a_pod(ready=False), held_since=4.0, failures=2),
                id="it changes",
            ),
            pytest.param(
                PodMemory(a_pod(), accepted_at=5.0),
                None,
                PodMemory(a_pod(), accepted_at=5.0, gone_at=NOW),
                id="it is gone",
            ),
            pytest.param(
                PodMemory(a_pod(), gone_at=6.0),
                None,
                PodMemory(a_pod(), gone_at=6.0),
                id="for long",
            ),
        ],
    )
    def test_what_the_watch_shows_is_remembered(
        self, before: PodMemory | None, after: Pod | None, expected: PodMemory
    ) -> None:
        uid = expected.pod.uid
        memory = a_memory(NodeMemory(0.0, {uid: before} if before else {}))
        found = look(memory, a_view(a_cache([after] if after else [])))
        assert found.nodes[NODE].pods == {uid: expected}

    def test_before_the_pods_are_listed_nobody_is_taken_for_gone(self) -> None:
        memory = a_memory(a_node_memory(a_pod()))
        cache = a_cache(broken={PODS: UnreachableError("no answer")})
        assert look(memory, a_view(cache)).nodes[NODE].pods["uid-cart-1"].gone_at is None

    def test_the_same_listing_is_learnt_once(self) -> None:
        cache = a_cache([a_pod()])
        first = look(EMPTY, a_view(cache))
        assert look(first, a_view(cache), NOW + 9).nodes[NODE] is first.nodes[NODE]

    def test_one_reborn_under_its_name_is_another(self) -> None:
        cache = a_cache([a_pod()])
        first = look(EMPTY, a_view(cache))
        reborn = a_pod(uid="uid-again")
        cache = reduce(cache, [Changed(PODS, a_pod(), gone=True), Changed(PODS, reborn)])
        pods = look(first, a_view(cache), NOW + 9).nodes[NODE].pods
        assert pods["uid-cart-1"].gone_at == NOW + 9
        assert pods["uid-again"] == PodMemory(reborn)


class TestPodsThatComeBack:
    @pytest.mark.parametrize(
        ("accepted", "owner", "returns"),
        [
            pytest.param(NOW - 1, CART, {CART.key: 1}, id="after we evicted one of its own"),
            pytest.param(None, CART, {}, id="after one that we did not evict"),
            pytest.param(
                NOW - 1, Owner("ReplicaSet", "x", "uid-x"), {}, id="of another controller"
            ),
            pytest.param(NOW - 1, None, {}, id="of none"),
        ],
    )
    def test_are_counted_by_their_controller(
        self, accepted: float | None, owner: Owner | None, returns: dict[str, int]
    ) -> None:
        node = NodeMemory(0.0, {"uid-old": PodMemory(a_pod("old"), accepted_at=accepted)})
        found = look(a_memory(node), a_view(a_cache([a_pod("new", owner=owner)])))
        assert found.nodes[NODE].returns == returns

    def test_each_time(self) -> None:
        memory = a_memory(NodeMemory(0.0, {"uid-0": PodMemory(a_pod("0"), accepted_at=1.0)}))
        for number in range(1, 5):
            memory = look(memory, a_view(a_cache([a_pod(str(number))])))
        assert memory.nodes[NODE].returns == {CART.key: 4}

    def test_bare_pods_that_were_evicted_have_no_successor(self) -> None:
        node = NodeMemory(0.0, {"uid-old": PodMemory(a_pod("old", owner=None), accepted_at=1.0)})
        assert look(a_memory(node), a_view(a_cache([a_pod("new")]))).nodes[NODE].returns == {}
