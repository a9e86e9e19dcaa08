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
