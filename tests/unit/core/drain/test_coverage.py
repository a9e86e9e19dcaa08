# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Budgets are found by the labels of a pod, and none that covers it is missed."""

from __future__ import annotations

import dataclasses
import random

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.coverage import (
    Budgets,
    index,
    pods_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.eviction import covering
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Budget, Pod
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.selectors import parse

SELECTORS = (
    "app=cart",
    "app in (cart,web)",
    "app!=cart",
    "tier=front,app=web",
    "app",
    "!app",
    "app!=web,tier=back",
    "",
)
LABELS = ("app", "tier")
VALUES = ("cart", "web", "front", "back")


def a_budget(number: int, selector: str | None, version: str = "1") -> Budget:
    """A budget in one of two namespaces."""
    made = None if selector is None else parse(selector)
    return Budget(f"ns-{number % 2}", f"b-{number}", f"u-{number}", version, made)


def a_pod(dice: random.Random) -> Pod:
    """A pod with any labels in one of two namespaces."""
    labels = {name: dice.choice(VALUES) for name in LABELS if dice.random() < 0.7}
    return Pod(f"ns-{dice.randrange(2)}", "p", uid="u", labels=labels)


def some(dice: random.Random, number: int) -> dict[str, Budget]:
    """So many budgets by UID."""
    chosen = [dice.choice([*SELECTORS, None]) for _number in range(number)]
    found = (a_budget(at, selector) for at, selector in enumerate(chosen))
    return {budget.uid: budget for budget in found}


@pytest.mark.parametrize("seed", range(20))
def test_every_budget_that_covers_a_pod_is_near_it(seed: int) -> None:
    dice = random.Random(seed)
    items = some(dice, 12)
    found = index(items)
    for pod in (a_pod(dice) for _number in range(30)):
        near = covering(pod, found.near(pod))
        assert sorted(one.id for one in near) == sorted(
            one.id for one in covering(pod, items.values())
        )


def test_few_are_near_a_pod() -> None:
    items = {f"u-{at}": a_budget(2 * at, f"app=web-{at}") for at in range(500)}
    pod = Pod("ns-0", "p", uid="u", labels={"app": "web-7", "tier": "front"})
    assert [one.id for one in index(items).near(pod)] == ["ns-0/b-14"]


@pytest.mark.parametrize("seed", range(20))
def test_what_changes_is_indexed_as_if_all_were_new(seed: int) -> None:
    dice = random.Random(seed)
    items, known = some(dice, 6), Budgets()
    for step in range(30):
        known = index(items, known)
        fresh = index(dict(items))
        assert (known.items, dict(known.by_id)) == (items, dict(fresh.by_id))
        assert (known.feeds, known.places) == (fresh.feeds, fresh.places)
        items = dict(items)
        at = dice.randrange(8)
        if dice.random() < 0.2:
            items.pop(f"u-{at}", None)
        elif f"u-{at}" in items and dice.random() < 0.7:
            before = items[f"u-{at}"]
            items[f"u-{at}"] = dataclasses.replace(before, resource_version=str(step))
        else:
            items[f"u-{at}"] = a_budget(at, dice.choice(SELECTORS), str(step))


def test_the_same_budgets_are_not_indexed_again() -> None:
    items = some(random.Random(1), 3)
    known = index(items)
    assert index(items, known) is known


def test_a_new_status_leaves_where_budgets_are_looked_for() -> None:
    items = {"u-0": a_budget(0, "app=web")}
    known = index(items)
    again = index({"u-0": a_budget(0, "app=web", "2")}, known)
    assert again.places is known.places
    assert again.by_id["ns-0/b-0"].resource_version == "2"


def test_budgets_of_the_same_pods_share_their_feed() -> None:
    one, other = a_budget(0, "app=web"), a_budget(2, "app=web")
    found = index({one.uid: one, other.uid: other})
    assert found.of(pods_of(one)) == (one, other)
    assert found.of(pods_of(a_budget(0, "app=cart"))) == ()
