# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nodes whose pods a budget blocks are replaced last."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import (
    BudgetOverride,
    DrainPolicy,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Budget
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.selectors import Selector
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    BUDGETS,
    Feed,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    Member,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.victims import (
    next_victim,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.blocked import (
    unblocked_first,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.drain.builders import (
    a_budget,
    a_pod,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    NOW,
    a_context,
    a_policy,
    selected,
)

SHUT, OPEN = a_budget(allowed=0), a_budget(allowed=1)
ON_W = {"w": [a_pod("cart-1", "w")]}


def a_look(budget: Budget, pods: dict[str, Any], unread: str = "", **more: Any) -> RotationContext:
    """A look at nodes w, x and y with these pods; those of `unread` are not listed."""
    feeds = {Feed("pods", node=n): pods.get(n, ()) for n in "wxy" if n not in unread}
    shown = {BUDGETS: (budget,), **feeds}
    nodes = [a_node(name) for name in "wxy"]
    return a_context(a_group(*(an_instance(n) for n in "wxy")), nodes, shown=shown, **more)


def chosen(ctx: RotationContext, skipped: str = "") -> str | None:
    """The name of the node that goes next."""

    def choose(out: frozenset[str]) -> Member | None:
        return next_victim(ctx.situation, out)

    found = unblocked_first(ctx, frozenset(f"i-{name}" for name in skipped), choose)
    return found.name if found else None


@pytest.mark.parametrize(
    ("budget", "pods", "skipped", "goes"),
    [
        (OPEN, ON_W, "", "w"),
        (SHUT, {}, "", "w"),
        (SHUT, ON_W, "", "x"),
        (SHUT, ON_W, "x", "y"),
        (SHUT, ON_W, "xy", "w"),
        (SHUT, {name: [a_pod(name, name)] for name in "wx"}, "", "y"),
        (SHUT, {name: [a_pod(name, name)] for name in "wxy"}, "", "w"),
        (SHUT, {"w": [a_pod("other", "w", labels={"app": "other"})]}, "", "w"),
        (SHUT, {"w": [a_pod("done", "w", phase="Succeeded")]}, "", "w"),
        (dataclasses.replace(SHUT, expected_pods=0), ON_W, "", "w"),
        (dataclasses.replace(SHUT, expected_pods=0, wanted="maxUnavailable 1"), ON_W, "", "x"),
        (SHUT, {}, "wxy", None),
    ],
)
def test_a_node_with_a_blocked_pod_comes_last(
    budget: Budget, pods: dict[str, Any], skipped: str, goes: str | None
) -> None:
    assert chosen(a_look(budget, pods), skipped) == goes


@pytest.mark.parametrize(
    "drain",
    [
        DrainPolicy(disable_eviction=True),
        DrainPolicy(pdb_overrides=(BudgetOverride(Selector(), "delete"),)),
    ],
)
def test_pods_whose_budget_is_not_asked_block_nothing(drain: DrainPolicy) -> None:
    assert chosen(a_look(SHUT, ON_W, policy=a_policy(drain=drain))) == "w"


def test_no_pods_are_read_while_every_budget_allows_an_eviction() -> None:
    ctx = a_look(OPEN, ON_W)
    chosen(ctx)
    assert not [feed for feed in ctx.feeds if feed.kind == "pods"]


def test_pods_that_are_being_listed_are_waited_for_a_while() -> None:
    ctx = a_look(SHUT, ON_W, unread="w")
    assert chosen(ctx) is None
    assert Feed("pods", node="w") in ctx.feeds
    assert chosen(a_look(SHUT, ON_W, unread="w", timers={"unread pods": NOW - 20})) == "w"


@pytest.mark.parametrize(("since", "goes"), [(0.0, "x"), (29.0, "x"), (30.0, "y")])
def test_a_budget_that_our_own_drains_use_up_counts_when_that_lasts(
    since: float, goes: str
) -> None:
    timers = {"shut shop/cart": NOW - since}
    ctx = a_look(SHUT, {"x": [a_pod("cart-1", "x")]}, timers=timers, **selected("w"))
    assert chosen(ctx) == goes
