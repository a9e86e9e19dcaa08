# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is asked for now, by what the budgets allow: truth tables of one look."""

from __future__ import annotations

import dataclasses
import itertools
import math
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.eviction import (
    Answer,
    Verdict,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.budgets import (
    Allotment,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import (
    BudgetMemory,
    PodMemory,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.drain.allotting import (
    ask,
    names,
    refused,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.drain.builders import (
    NOW,
    a_budget,
    a_memory,
    a_pod,
    delete,
    evict,
)

FREE = {"labels": {"app": "free"}}


@pytest.mark.parametrize(
    ("mode", "options", "command"),
    [
        pytest.param("evict", {}, evict(grace=None), id="its own grace"),
        pytest.param("evict", {"grace_period": 5}, evict(grace=5), id="the grace asked for"),
        pytest.param("evict", {"max_grace_period": 10}, evict(grace=10), id="capped"),
        pytest.param("evict", {"max_grace_period": 90}, evict(grace=None), id="cap out of reach"),
        pytest.param("delete", {}, delete(grace=None), id="past its budgets"),
        pytest.param("delete", {"grace_period": 0}, delete(grace=0), id="past them, at once"),
        pytest.param("force", {}, delete(grace=0), id="by force"),
        pytest.param("force", {"grace_period": 9}, delete(grace=0), id="force knows no grace"),
    ],
)
def test_the_request_follows_mode_and_policy(
    mode: str, options: dict[str, Any], command: Any
) -> None:
    found = ask(PodMemory(a_pod()), mode=mode, **options)
    assert found.commands == (command,)
    assert found.wake == math.inf


def test_without_candidates_nothing_is_asked_and_nothing_awaited() -> None:
    paused = a_memory(paused_until=NOW + 9)
    assert ask(known=paused) == Allotment()


@pytest.mark.parametrize(("until", "asked"), [(NOW - 1, 1), (NOW, 1), (NOW + 0.1, 0)])
def test_nobody_is_asked_while_the_server_wants_a_pause(until: float, asked: int) -> None:
    found = ask(PodMemory(a_pod()), known=a_memory(paused_until=until))
    assert len(found.commands) == asked
    assert found.wake == (math.inf if asked else until)


class TestOneBudget:
    @pytest.mark.parametrize("allowed", range(5))
    def test_no_more_are_asked_than_it_allows(self, allowed: int) -> None:
        pods = [PodMemory(a_pod(f"cart-{number}")) for number in range(3)]
        found = ask(*pods, budgets=[a_budget(allowed=allowed)])
        assert names(found) == [f"cart-{number}" for number in range(min(3, allowed))]

    def test_those_beyond_it_are_held_since_now_and_looked_at_when_their_turn_comes(self) -> None:
        pods = [PodMemory(a_pod(f"cart-{number}")) for number in range(3)]
        found = ask(*pods, budgets=[a_budget(allowed=1)], retry=40)
        assert found.held == {"uid-cart-1": NOW, "uid-cart-2": NOW}
        assert found.wake == NOW + 40

    def test_a_pod_that_it_does_not_cover_is_free(self) -> None:
        found = ask(PodMemory(a_pod(**FREE)), budgets=[a_budget(allowed=0)])
        assert found.commands == (evict(),)

    def test_an_unready_pod_uses_none_of_it_where_enough_are_healthy(self) -> None:
        sick = PodMemory(a_pod("cart-0", ready=False))
        well = PodMemory(a_pod("cart-1"))
        found = ask(sick, well, budgets=[a_budget(allowed=1)])
        assert len(found.commands) == 2

    def test_a_pod_under_several_budgets_is_never_asked_before_its_retry(self) -> None:
        both = [a_budget("cart", 1), a_budget("other", 1)]
        found = ask(PodMemory(a_pod()), budgets=both)
        assert found.commands == ()
        assert found.held == {"uid-cart-1": NOW}

    def test_a_budget_of_another_namespace_does_not_count(self) -> None:
        strange = dataclasses.replace(a_budget(allowed=0), namespace="bank")
        assert ask(PodMemory(a_pod()), budgets=[strange]).commands == (evict(),)


class TestRefusedPods:
    @pytest.mark.parametrize("verdict", list(Verdict))
    def test_they_wait_for_their_next_try(self, verdict: Verdict) -> None:
        found = ask(refused(verdict, NOW + 7), budgets=[a_budget(allowed=1)])
        assert found.commands == ()
        assert found.wake == NOW + 7
        assert ask(refused(verdict, NOW), budgets=[a_budget(allowed=1)]).commands == (evict(),)

    @pytest.mark.parametrize(
        ("verdict", "changed", "asked"),
        [
            pytest.param(Verdict.BUDGET, NOW - 4, True, id="its budget has changed since"),
            pytest.param(Verdict.LAGGING, NOW - 4, True, id="a late status has caught up"),
            pytest.param(Verdict.CROWDED, NOW - 4, True, id="the controller has worked on"),
            pytest.param(Verdict.BUDGET, NOW - 5, False, id="changed when it was asked"),
            pytest.param(Verdict.BUDGET, NOW - 9, False, id="changed before it was asked"),
            pytest.param(Verdict.ADMISSION, NOW - 4, False, id="a webhook does not follow budgets"),
            pytest.param(Verdict.SEVERAL, NOW - 4, False, id="two budgets stay two"),
        ],
    )
    def test_a_change_of_their_budget_is_a_reason_to_ask_at_once(
        self, verdict: Verdict, changed: float, asked: bool
    ) -> None:
        budget = a_budget(allowed=1)
        known = dataclasses.replace(a_memory(), budgets={budget.id: BudgetMemory("2", changed)})
        found = ask(refused(verdict, NOW + 30), budgets=[budget], known=known)
        assert found.commands == ((evict(),) if asked else ())

    def test_the_change_of_one_of_several_budgets_is_enough(self) -> None:
        both = [a_budget("cart", 1), a_budget("other", 1)]
        known = {"shop/cart": BudgetMemory("1", 0.0), "shop/other": BudgetMemory("2", NOW)}
        found = ask(
            refused(Verdict.BUDGET, NOW + 99, held_since=NOW - 50, at=NOW - 35),
            budgets=both,
            known=dataclasses.replace(a_memory(), budgets=known),
        )
        assert found.commands == (evict(),)

    def test_an_error_is_not_cut_short_by_a_budget_that_changes(self) -> None:
        budget = a_budget(allowed=1)
        known = dataclasses.replace(a_memory(), budgets={budget.id: BudgetMemory("2", NOW)})
        pod = PodMemory(a_pod(), next_try=NOW + 4, refused_at=NOW - 5, trouble="no connection")
        assert ask(pod, budgets=[budget], known=known).commands == ()

    @pytest.mark.parametrize("mode", ["delete", "force"])
    @pytest.mark.parametrize(
        ("answer", "next_try", "asked"),
        [
            pytest.param(Answer(Verdict.BUDGET), NOW + 30, True, id="a budget's refusal"),
            pytest.param(None, NOW + 30, False, id="an error"),
            pytest.param(None, NOW, True, id="an error long ago"),
        ],
    )
    def test_a_deletion_waits_for_errors_and_not_for_refusals(
        self, mode: str, answer: Answer | None, next_try: float, asked: bool
    ) -> None:
        pod = PodMemory(a_pod(), answer=answer, next_try=next_try)
        found = ask(pod, budgets=[a_budget(allowed=0)], mode=mode)
        assert bool(found.commands) is asked
        assert found.wake == (math.inf if asked else next_try)


def test_in_no_combination_is_more_asked_than_allowed_but_one_try_of_a_held_pod() -> None:
    """Every combination of four pods that are fresh, held, admitted or asked for."""
    for allowed in range(3):
        for states in itertools.product(("fresh", "held", "admitted", "flying"), repeat=4):
            budget = a_budget(allowed=allowed)
            pods = []
            for number, state in enumerate(states):
                fields: dict[str, Any] = {
                    "held": {"held_since": NOW - 60},
                    "admitted": {"accepted_at": NOW, "budget": budget.id},
                }.get(state, {})
                pods.append(PodMemory(a_pod(f"cart-{number}"), **fields))
            by_state = list(zip(pods, states, strict=True))
            open_ = [pod for pod, state in by_state if state in ("fresh", "held")]
            others = [pod for pod, state in by_state if state in ("admitted", "flying")]
            flying = [evict(pod.pod.name) for pod, state in by_state if state == "flying"]
            found = ask(*open_, budgets=[budget], others=others, in_flight=flying)
            room = max(0, allowed - len(others))
            held = [f"uid-{name}" in found.held for name in names(found)]
            assert held.count(False) == min(room, len(open_)), (allowed, states)
            assert held.count(True) <= 1, (allowed, states)
