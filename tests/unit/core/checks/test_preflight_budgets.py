# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which budgets preflight calls hopeless, waits for, or ignores."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.preflight import (
    blockers,
    warnings,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.eviction import rule
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import DrainPolicy
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Budget, Pod
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.selectors import parse
from ansible_collections.nodeops.rotator.tests.unit.core.checks.builders import (
    budget,
    look,
    pod,
)

NEVER = {"desired_healthy": 3, "disruptions_allowed": 0, "wanted": "minAvailable 3"}
"""It requires all three pods."""


def told(pod_: Pod, *budgets: Budget, **options: Any) -> str:
    """What preflight says of the budgets of a pod: blocks, warns or nothing."""
    seen = look(pods=(pod_,), budgets=budgets, drain=DrainPolicy(**options))
    if any("PodDisruptionBudget" in line for line in blockers(seen)):
        return "blocks"
    return "warns" if any("PodDisruptionBudget" in line for line in warnings(seen)) else ""


@pytest.mark.parametrize(
    ("fields", "said"), [({}, "blocks"), ({"labels": {"cnpg.io/cluster": "db"}}, "warns")]
)
def test_a_budget_that_an_operator_holds_is_waited_for(fields: dict[str, Any], said: str) -> None:
    held = budget(**{**NEVER, **fields})
    assert told(pod("cart-1"), held) == said
    lines = warnings(look(pods=(pod("cart-1"),), budgets=(held,)))
    assert any("It is held by CloudNativePG" in line for line in lines) is (said == "warns")


@pytest.mark.parametrize(
    ("healthy", "desired", "expected", "allowed"),
    [
        (healthy, desired, expected, max(0, healthy - desired))
        for healthy, desired, expected in itertools.product(range(4), range(4), range(1, 4))
        if healthy <= expected
    ],
)
def test_a_budget_blocks_if_it_requires_all_its_pods_and_warns_if_some_are_missing(
    healthy: int, desired: int, expected: int, allowed: int
) -> None:
    one = budget(
        current_healthy=healthy,
        desired_healthy=desired,
        expected_pods=expected,
        disruptions_allowed=allowed,
    )
    if allowed > 0:
        assert told(pod("cart-1"), one) == ""
    else:
        assert told(pod("cart-1"), one) == ("blocks" if desired >= expected else "warns")


@pytest.mark.parametrize("allowed", [-1, -5])
def test_a_status_that_allows_a_negative_number_is_no_permission(allowed: int) -> None:
    """The server refuses an eviction then; so this is told before the drain meets it."""
    assert told(pod("cart-1"), budget(disruptions_allowed=allowed)) == "warns"


@pytest.mark.parametrize(
    ("generation", "observed", "said"), [(1, 0, "warns"), (3, 2, "warns"), (3, 3, "blocks")]
)
def test_a_status_that_has_not_caught_up_is_not_called_hopeless(
    generation: int, observed: int, said: str
) -> None:
    """A new budget has the numbers 0 of 0 until it has been looked at."""
    seen = {"generation": generation, "observed_generation": observed}
    assert told(pod("cart-1"), budget(**NEVER, **seen)) == said


def test_a_budget_that_was_just_created_is_waited_for() -> None:
    new = budget(
        current_healthy=0,
        desired_healthy=0,
        expected_pods=0,
        disruptions_allowed=0,
        observed_generation=0,
    )
    (said,) = warnings(look(pods=(pod("cart-1"),), budgets=(new,)))
    assert "its status has not caught up with its last change" in said
    assert blockers(look(pods=(pod("cart-1"),), budgets=(new,))) == ()


@pytest.mark.parametrize(
    ("phase", "ready", "policy", "counts"),
    [
        ("Running", True, "IfHealthyBudget", True),
        ("Running", True, "AlwaysAllow", True),
        ("Running", False, "IfHealthyBudget", False),
        ("Running", False, "AlwaysAllow", False),
        ("Pending", False, "IfHealthyBudget", False),
    ],
)
def test_a_pod_that_the_server_evicts_in_spite_of_its_budget_is_not_in_the_way(
    phase: str, ready: bool, policy: str, counts: bool
) -> None:
    """Three of three are healthy: an unready pod takes nothing from the budget."""
    one = budget(**NEVER, unhealthy_policy=policy)
    found = told(pod("cart-1", phase=phase, ready=ready), one)
    assert found == ("blocks" if counts else "")


@pytest.mark.parametrize("policy", ["IfHealthyBudget", "AlwaysAllow"])
@pytest.mark.parametrize("healthy", [1, 3])
@pytest.mark.parametrize("ready", [True, False])
@pytest.mark.parametrize("phase", ["Running", "Pending", "Unknown"])
def test_preflight_is_silent_exactly_where_the_server_would_evict(
    phase: str, ready: bool, healthy: int, policy: str
) -> None:
    one = budget(**{**NEVER, "current_healthy": healthy}, unhealthy_policy=policy)
    evicted = rule(pod("cart-1", phase=phase, ready=ready), (one,), {}).admitted
    assert (told(pod("cart-1", phase=phase, ready=ready), one) == "") is evicted


ALL = budget(disruptions_allowed=1)
OTHER = Budget("shop", "all", "uid-all", "1", parse(""), "maxUnavailable 1", disruptions_allowed=1)


@pytest.mark.parametrize(
    ("changes", "options", "said"),
    [
        ({}, {}, "blocks"),
        ({}, {"on_timeout": "delete"}, "warns"),
        ({}, {"on_timeout": "force_delete"}, "warns"),
        ({}, {"on_timeout": "skip"}, "blocks"),
        ({}, {"disable_eviction": True}, ""),
        ({"phase": "Pending", "ready": False}, {}, ""),
    ],
)
def test_a_pod_with_two_budgets_ends_a_drain_unless_it_is_deleted(
    changes: dict[str, Any], options: dict[str, Any], said: str
) -> None:
    assert told(pod("cart-1", **changes), ALL, OTHER, **options) == said


@pytest.mark.parametrize(
    ("namespace", "labels"), [("bank", {"app": "cart"}), ("shop", {"app": "mail"}), ("shop", {})]
)
def test_a_budget_of_other_pods_is_not_in_the_way(namespace: str, labels: dict[str, str]) -> None:
    one = Budget(namespace, "x", "u", "1", parse("app=cart"), "minAvailable 1", desired_healthy=1)
    assert told(pod("cart-1", labels=labels), one) == ""


@pytest.mark.parametrize("count", [1, 3, 5])
def test_one_budget_is_told_once_with_its_pods(count: int) -> None:
    pods = tuple(pod(f"cart-{number}") for number in range(count))
    (said,) = blockers(look(pods=pods, budgets=(budget(**NEVER),)))
    more = f" and {count - 3} more" if count > 3 else ""
    names = ", ".join(f"shop/cart-{number}" for number in range(min(count, 3)))
    assert f"of {names}{more} can never allow" in said


def test_budgets_are_told_in_the_order_of_their_names() -> None:
    names = ("b", "c", "a")
    budgets = tuple(
        Budget(
            "shop", name, f"u-{name}", "1", parse(f"app={name}"), "minAvailable 1", 1, 1, 1, 1, 1
        )
        for name in names
    )
    pods = tuple(pod(f"{name}-1", labels={"app": name}) for name in names)
    found = blockers(look(pods=pods, budgets=budgets))
    assert [line.split()[1] for line in found] == ["shop/a", "shop/b", "shop/c"]


@pytest.mark.parametrize(
    ("own", "asked", "cap", "timeout", "told_of"),
    [
        (900, None, None, 900, False),
        (901, None, None, 900, True),
        (901, None, None, 0, False),
        (901, 30, None, 900, False),
        (901, None, 60, 900, False),
        (30, 901, None, 0, False),
        (7200, None, 3600, 900, True),
    ],
)
def test_a_grace_that_is_longer_than_a_drain_is_told(
    own: int, asked: int | None, cap: int | None, timeout: int, told_of: bool
) -> None:
    policy = DrainPolicy(grace_period=asked, max_grace_period=cap, timeout=timeout)
    found = warnings(look(pods=(pod("slow", grace_period=own),), drain=policy))
    assert any("may take longer to end" in line for line in found) is told_of
