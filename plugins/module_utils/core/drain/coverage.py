# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find the budgets that may cover a pod, among however many there are."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Budget, Pod
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    Feed,
    changed_items,
)

LabelPlace = tuple[str, str, str]
"""A namespace, and a label with a value that a selector asks for, or ("", "") for neither."""


@dataclasses.dataclass(frozen=True)
class Budgets:
    """All budgets of a cluster.

    `items`: as in the watch cache. `by_id`: by namespace/name. `places`: the ids of those that may
    cover a pod with this label, and `feeds`: of those that cover the pods of this feed.
    """

    items: Mapping[str, Budget] = dataclasses.field(default_factory=dict)
    by_id: Mapping[str, Budget] = dataclasses.field(default_factory=dict)
    places: Mapping[LabelPlace, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    feeds: Mapping[Feed, tuple[str, ...]] = dataclasses.field(default_factory=dict)

    def near(self, pod: Pod) -> tuple[Budget, ...]:
        """Return budgets of which every one is that covers the pod."""
        labels = ((pod.namespace, *label) for label in pod.labels.items())
        places = ((pod.namespace, "", ""), *labels)
        return tuple(self.by_id[name] for one in places for name in self.places.get(one, ()))

    def of(self, feed: Feed) -> tuple[Budget, ...]:
        """Return the budgets that cover the pods of this feed."""
        return tuple(self.by_id[name] for name in self.feeds.get(feed, ()))


def pods_of(budget: Budget) -> Feed:
    """Return the feed of the pods that a budget covers."""
    return Feed("pods", labels=str(budget.selector or ""), namespace=budget.namespace)


def index(items: Mapping[str, Budget], known: Budgets | None = None) -> Budgets:
    """Return these budgets; what has not changed since they were `known` is kept."""
    if known is None:
        return _indexed(items)
    if items is known.items:
        return known
    changed = changed_items(known.items, items)
    if changed is None or any(_moves(known, key, budget) for key, budget in changed.items()):
        return _indexed(items)
    renewed = {budget.id: budget for budget in changed.values()}
    return dataclasses.replace(known, items=items, by_id={**known.by_id, **renewed})


def _moves(known: Budgets, key: str, budget: Budget) -> bool:
    """Return whether a budget is new, or covers other pods than it did."""
    before = known.items.get(key)
    return before is None or (before.id, before.selector) != (budget.id, budget.selector)


def _indexed(items: Mapping[str, Budget]) -> Budgets:
    places: dict[LabelPlace, tuple[str, ...]] = {}
    feeds: dict[Feed, tuple[str, ...]] = {}
    for budget in items.values():
        feed = pods_of(budget)
        feeds[feed] = (*feeds.get(feed, ()), budget.id)
        for place in _places(budget):
            places[place] = (*places.get(place, ()), budget.id)
    return Budgets(items, {budget.id: budget for budget in items.values()}, places, feeds)


def _places(budget: Budget) -> list[LabelPlace]:
    """Return where to look for a budget: at the values of a label it asks for."""
    for requirement in budget.selector.requirements if budget.selector is not None else ():
        if requirement.operator == "In":
            return [(budget.namespace, requirement.key, one) for one in requirement.values]
    return [(budget.namespace, "", "")]
