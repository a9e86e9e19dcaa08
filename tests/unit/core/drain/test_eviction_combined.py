# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The eviction rule over every combination of pod, budget and what is spent."""

from __future__ import annotations

import itertools

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.eviction import (
    MAX_DISRUPTED,
    covering,
    health,
    rule,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Budget, Pod
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.selectors import parse

PODS = [
    Pod("shop", "cart-1", "u1", phase=phase, ready=ready, labels={"app": "cart"})
    for phase, ready in itertools.product(("Running", "Unknown"), (False, True))
]
BUDGETS = [
    Budget(
        "shop",
        "cart",
        "b1",
        "7",
        parse("app=cart"),
        unhealthy_policy=policy,
        current_healthy=healthy,
        desired_healthy=desired,
        disruptions_allowed=allowed,
        generation=2,
        observed_generation=seen,
    )
    for policy, healthy, desired, allowed, seen in itertools.product(
        ("", "IfHealthyBudget", "AlwaysAllow"), (1, 2, 3), (0, 2), (-1, 0, 1, 2), (1, 2)
    )
]
COVERED = list(itertools.product(PODS, BUDGETS))


@pytest.mark.parametrize("spent", [0, 1, 2])
def test_no_more_is_admitted_than_the_budget_allows(spent: int) -> None:
    for pod, budget in COVERED:
        ruling = rule(pod, [budget], {budget.id: spent})
        if ruling.admitted and ruling.counts:
            assert spent + 1 <= budget.disruptions_allowed
            assert budget.observed_generation == budget.generation


def test_only_an_unready_pod_is_admitted_without_using_the_budget() -> None:
    for pod, budget in COVERED:
        ruling = rule(pod, [budget], {})
        if ruling.admitted and not ruling.counts:
            enough = budget.current_healthy >= budget.desired_healthy > 0
            assert not pod.ready
            assert enough or budget.unhealthy_policy == "AlwaysAllow"


def test_what_is_refused_stays_refused_when_more_is_spent() -> None:
    for pod, budget in COVERED:
        admitted = [rule(pod, [budget], {budget.id: spent}).admitted for spent in range(4)]
        assert admitted == sorted(admitted, reverse=True)


def test_every_refusal_names_the_budget() -> None:
    for pod, budget in COVERED:
        ruling = rule(pod, [budget], {budget.id: 1})
        assert ruling.budgets == (budget,)
        assert ruling.admitted or ruling.reason.startswith("PDB shop/cart: ")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"observed_generation": 1}, "its status has not caught up with its last change"),
        ({"disruptions_allowed": -1}, "its status allows a negative number of disruptions"),
        (
            {"disrupted_pods": frozenset(map(str, range(MAX_DISRUPTED + 1)))},
            "more than 2000 evictions wait for the disruption controller",
        ),
        ({"disruptions_allowed": 0}, "2 healthy, 1 needed"),
    ],
)
def test_the_reason_says_what_is_wrong_with_the_budget(
    change: dict[str, object], reason: str
) -> None:
    fields: dict[str, object] = {
        "current_healthy": 2,
        "desired_healthy": 1,
        "disruptions_allowed": 1,
        "generation": 2,
        "observed_generation": 2,
        **change,
    }
    selector = parse("app=cart")
    budget = Budget("shop", "cart", "b1", "7", selector, **fields)  # type: ignore[arg-type]
    assert rule(PODS[1], [budget], {}).reason == f"PDB shop/cart: {reason}"


def test_two_budgets_are_named_in_order() -> None:
    both = [
        Budget("shop", name, name, "7", parse("app=cart"), disruptions_allowed=9)
        for name in ("zulu", "alpha")
    ]
    assert covering(PODS[0], both) == tuple(both)
    assert rule(PODS[0], both, {}).reason == (
        "covered by PDBs shop/alpha and shop/zulu; the server does not evict a pod with more"
        " than one"
    )


def test_health_is_said_in_figures() -> None:
    budget = Budget("shop", "cart", "b1", "7", None, current_healthy=3, desired_healthy=2)
    assert health(budget) == "3 healthy, 2 needed"
