# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A budget's status trails: evictions not shown yet, pods held back for long."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Pod
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.selectors import parse
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.budgets import (
    UNSEEN_FOR,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import (
    BudgetMemory,
    DrainMemory,
    PodMemory,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.drain.allotting import (
    ask,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.drain.builders import (
    NOW,
    a_budget,
    a_memory,
    a_pod,
    delete,
    evict,
    going,
)


class TestWhatItsStatusDoesNotShowYet:
    @pytest.mark.parametrize(
        ("age", "pod", "shown", "changed", "free"),
        [
            pytest.param(0.0, a_pod(), (), 0.0, False, id="admitted just now"),
            pytest.param(0.9, a_pod(), (), 0.0, False, id="admitted 0.9 s ago"),
            pytest.param(UNSEEN_FOR, a_pod(), (), 0.0, True, id="admitted a second ago"),
            pytest.param(0.5, a_pod(), ("cart-1",), 0.0, True, id="named as disrupted"),
            pytest.param(0.5, a_pod(), ("other",), 0.0, False, id="another is named"),
            pytest.param(0.5, going(), (), 0.0, False, id="going, budget unchanged"),
            pytest.param(0.5, going(), (), NOW, True, id="going, and the budget changed since"),
            pytest.param(0.5, going(), (), NOW - 0.5, False, id="changed at the same look"),
            pytest.param(0.5, a_pod(), (), NOW, False, id="changed since, but not going"),
        ],
    )
    def test_an_admitted_eviction_counts_until_the_status_shows_it(
        self, age: float, pod: Pod, shown: tuple[str, ...], changed: float, free: bool
    ) -> None:
        budget = a_budget(allowed=1, disrupted_pods=frozenset(shown))
        taken = PodMemory(pod, accepted_at=NOW - age, budget=budget.id)
        known = a_memory(budgets=[budget])
        known = dataclasses.replace(known, budgets={budget.id: BudgetMemory("1", changed)})
        found = ask(PodMemory(a_pod("cart-2")), budgets=[budget], others=[taken], known=known)
        assert found.commands == ((evict("cart-2"),) if free else ())

    def test_one_that_is_gone_counts_until_the_budget_changes(self) -> None:
        budget = a_budget(allowed=1)
        gone = PodMemory(a_pod(), accepted_at=NOW - 0.5, budget=budget.id, gone_at=NOW)
        found = ask(PodMemory(a_pod("cart-2")), budgets=[budget], others=[gone])
        assert found.commands == ()

    def test_it_is_looked_at_again_when_it_counts_as_shown(self) -> None:
        budget = a_budget(allowed=1)
        taken = [
            PodMemory(a_pod(f"cart-{age}"), accepted_at=NOW - age, budget=budget.id)
            for age in (0.2, 0.7)
        ]
        found = ask(PodMemory(a_pod("cart-2")), budgets=[budget], others=taken)
        assert found.wake == pytest.approx(NOW + 0.3)

    @pytest.mark.parametrize(
        ("flying", "free"),
        [
            pytest.param([evict("cart-1")], False, id="an eviction"),
            pytest.param([evict("cart-1", dry_run=True)], True, id="a dry run"),
            pytest.param([delete("cart-1")], True, id="a deletion uses no budget"),
            pytest.param([evict("unheard-of")], True, id="of a pod that we do not know"),
        ],
    )
    def test_an_eviction_in_flight_counts(self, flying: list[Any], free: bool) -> None:
        asked = PodMemory(a_pod("cart-1"))
        found = ask(
            PodMemory(a_pod("cart-2")),
            budgets=[a_budget(allowed=1)],
            others=[asked],
            in_flight=flying,
        )
        assert found.commands == ((evict("cart-2"),) if free else ())

    def test_one_in_flight_counts_even_when_its_end_is_seen_before_its_answer(self) -> None:
        found = ask(
            PodMemory(a_pod("cart-2")),
            budgets=[a_budget(allowed=1)],
            others=[PodMemory(going("cart-1"))],
            in_flight=[evict("cart-1")],
        )
        assert found.commands == ()

    def test_one_in_flight_that_the_status_names_already_does_not_count_twice(self) -> None:
        found = ask(
            PodMemory(a_pod("cart-2")),
            budgets=[a_budget(allowed=1, disrupted_pods=frozenset(("cart-1",)))],
            others=[PodMemory(a_pod("cart-1"))],
            in_flight=[evict("cart-1")],
        )
        assert found.commands == (evict("cart-2"),)

    def test_an_unready_one_in_flight_uses_nothing(self) -> None:
        found = ask(
            PodMemory(a_pod("cart-2")),
            budgets=[a_budget(allowed=1)],
            others=[PodMemory(a_pod("cart-1", ready=False))],
            in_flight=[evict("cart-1")],
        )
        assert found.commands == (evict("cart-2"),)

    def test_an_admitted_one_of_a_budget_that_is_gone_counts_nowhere(self) -> None:
        taken = PodMemory(a_pod("cart-1"), accepted_at=NOW, budget="shop/deleted")
        found = ask(PodMemory(a_pod("cart-2")), budgets=[a_budget(allowed=1)], others=[taken])
        assert found.commands == (evict("cart-2"),)


class TestHeldPodsAreTriedAllTheSame:
    """The status may be wrong or never come."""

    @pytest.mark.parametrize(
        ("since", "refused_at", "admitted", "asked"),
        [
            pytest.param(NOW - 30, -math.inf, -math.inf, True, id="held for retry"),
            pytest.param(NOW - 29, -math.inf, -math.inf, False, id="held for less"),
            pytest.param(NOW - 90, NOW - 10, -math.inf, False, id="refused lately"),
            pytest.param(NOW - 90, NOW - 30, -math.inf, True, id="refused long ago"),
            pytest.param(NOW - 90, -math.inf, NOW - 10, False, id="its budget let one go lately"),
            pytest.param(NOW - 90, -math.inf, NOW - 30, True, id="its budget let one go long ago"),
        ],
    )
    def test_after_retry_since_the_last_that_happened(
        self, since: float, refused_at: float, admitted: float, asked: bool
    ) -> None:
        budget = a_budget(allowed=0)
        known = dataclasses.replace(
            a_memory(), budgets={budget.id: BudgetMemory("1", 0.0, admitted)}
        )
        pod = PodMemory(a_pod(), held_since=since, refused_at=refused_at)
        found = ask(pod, budgets=[budget], known=known)
        assert found.commands == ((evict(),) if asked else ())
        assert found.held == {"uid-cart-1": since}
        expected = max(since, refused_at, admitted) + 30
        assert found.wake == (math.inf if asked else expected)

    def test_a_budget_that_we_know_nothing_of_yet_does_not_shorten_that(self) -> None:
        pod = PodMemory(a_pod(), held_since=NOW - 10)
        found = ask(pod, budgets=[a_budget(allowed=0)], known=DrainMemory())
        assert found.wake == NOW + 20

    def test_one_at_a_time_for_each_budget(self) -> None:
        budgets = [
            a_budget("cart", 0),
            a_budget("till", 0, selector=parse("app=till")),
        ]
        pods = [
            PodMemory(a_pod(f"{app}-{number}", labels={"app": app}), held_since=NOW - 60)
            for app in ("cart", "till")
            for number in range(2)
        ]
        found = ask(*pods, budgets=budgets)
        assert found.commands == (evict("cart-0"), evict("till-0"))

    def test_not_while_another_one_of_the_budget_is_being_tried(self) -> None:
        pods = [PodMemory(a_pod(f"cart-{n}"), held_since=NOW - 60) for n in range(2)]
        flying = [evict("cart-0")]
        assert (
            ask(pods[1], budgets=[a_budget(allowed=0)], others=pods[:1], in_flight=flying).commands
            == ()
        )

    def test_one_in_flight_that_was_never_held_is_no_such_try(self) -> None:
        asked = PodMemory(a_pod("cart-0"))
        held = PodMemory(a_pod("cart-1"), held_since=NOW - 60)
        found = ask(
            held, budgets=[a_budget(allowed=0)], others=[asked], in_flight=[evict("cart-0")]
        )
        assert found.commands == (evict("cart-1"),)
