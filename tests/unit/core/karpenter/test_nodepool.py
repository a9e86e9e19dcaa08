# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many nodes of a NodePool Karpenter may replace, and which budget says so."""

from __future__ import annotations

import datetime
import math

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.karpenter.nodepool import (
    NodeClaim,
    NodePool,
    PoolBudget,
)

NOON = datetime.datetime(2026, 6, 1, 12, tzinfo=datetime.UTC)
AT_NIGHT = PoolBudget("0", (), "0 22 * * *", "8h")
BY_DAY = PoolBudget("0", (), "0 9 * * *", "8h")


@pytest.mark.parametrize(
    ("budget", "nodes", "expected"),
    [
        (PoolBudget(), 10, 1),
        (PoolBudget(), 11, 2),
        (PoolBudget(), 1, 1),
        (PoolBudget(), 0, 0),
        (PoolBudget("0%"), 10, 0),
        (PoolBudget("100%"), 10, 10),
        (PoolBudget("3"), 10, 3),
        (PoolBudget("0"), 10, 0),
        (AT_NIGHT, 10, math.inf),
        (BY_DAY, 10, 0),
        (PoolBudget("x"), 10, 0),
        (PoolBudget("5", (), "no schedule", "8h"), 10, 0),
        (PoolBudget("5", (), "0 9 * * *", "long"), 10, 0),
    ],
)
def test_a_budget_rounds_up_and_allows_nothing_where_it_cannot_be_read(
    budget: PoolBudget, nodes: int, expected: float
) -> None:
    assert budget.allows(nodes, NOON) == expected


@pytest.mark.parametrize(
    ("reasons", "expected"),
    [
        ((), True),
        (("Drifted",), True),
        (("Empty", "Drifted"), True),
        (("Underutilized",), False),
        (("Empty",), False),
    ],
)
def test_a_budget_without_reasons_counts_for_all(reasons: tuple[str, ...], expected: bool) -> None:
    assert PoolBudget("1", reasons).about_drift is expected


def test_a_budget_is_told_with_its_window() -> None:
    assert PoolBudget("10%").text == "10%"
    assert BY_DAY.text == '0 from "0 9 * * *" (UTC) on for 8h'


@pytest.mark.parametrize(
    ("budgets", "expected"),
    [
        ((), (2, PoolBudget())),
        ((PoolBudget("5"), PoolBudget("3")), (3, PoolBudget("3"))),
        ((PoolBudget("3"), PoolBudget("3")), (3, PoolBudget("3"))),
        ((PoolBudget("5"), BY_DAY), (0, BY_DAY)),
        ((PoolBudget("5"), AT_NIGHT), (5, PoolBudget("5"))),
        ((AT_NIGHT,), (math.inf, None)),
        ((PoolBudget("0", ("Empty",)),), (math.inf, None)),
        ((PoolBudget("0", ("Empty",)), PoolBudget("4")), (4, PoolBudget("4"))),
    ],
)
def test_the_tightest_budget_counts(
    budgets: tuple[PoolBudget, ...], expected: tuple[float, PoolBudget | None]
) -> None:
    assert NodePool("spot", "u", budgets).tightest(20, NOON) == expected


def test_a_window_counts_only_while_it_is_open() -> None:
    pool = NodePool("spot", "u", (PoolBudget("5"), BY_DAY, AT_NIGHT))
    found = [pool.tightest(20, NOON.replace(hour=hour))[0] for hour in (8, 9, 16, 17, 21, 22, 5, 6)]
    assert found == [5, 0, 0, 5, 5, 0, 0, 5]


def test_a_nodeclaim_is_called_by_its_node_once_it_has_one() -> None:
    assert NodeClaim("spot-1").called == "spot-1"
    assert NodeClaim("spot-1", node="n-1").called == "n-1"


@pytest.mark.parametrize("nodes", [0, 1, 2, 3, 7, 10, 99, 1000])
@pytest.mark.parametrize("percent", [1, 10, 33, 50, 99, 100])
def test_a_percentage_allows_at_least_its_share_and_less_than_one_more(
    nodes: int, percent: int
) -> None:
    allowed = PoolBudget(f"{percent}%").allows(nodes, NOON)
    assert allowed == int(allowed)
    assert allowed * 100 >= nodes * percent > (allowed - 1) * 100 or nodes == allowed == 0
    assert allowed <= nodes


@pytest.mark.parametrize(
    ("budgets", "expected"),
    [
        ((PoolBudget("0", ("Drifted",)), PoolBudget("5", ("Empty",))), "0"),
        ((PoolBudget("0", ("Empty",)), PoolBudget("5", ("Drifted",))), "5"),
        ((PoolBudget("20%"), PoolBudget("5")), "20%"),
        ((PoolBudget("5"), PoolBudget("100%")), "5"),
        ((PoolBudget("50%"), PoolBudget("x")), "x"),
    ],
)
def test_the_budget_that_says_so_is_named(budgets: tuple[PoolBudget, ...], expected: str) -> None:
    _least, budget = NodePool("spot", "u", budgets).tightest(20, NOON)
    assert budget is not None
    assert budget.text == expected


def test_the_order_of_budgets_does_not_count() -> None:
    budgets = (PoolBudget("5"), PoolBudget("10%"), BY_DAY, AT_NIGHT, PoolBudget("0", ("Empty",)))
    for nodes in (0, 10, 100):
        for hour in range(24):
            now = NOON.replace(hour=hour)
            least = NodePool("a", "u", budgets).tightest(nodes, now)[0]
            assert NodePool("a", "u", budgets[::-1]).tightest(nodes, now)[0] == least
            assert least == min(one.allows(nodes, now) for one in budgets if one.about_drift)
