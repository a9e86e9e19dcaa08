# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server's eviction rule and the meaning of its answers, as truth tables."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.eviction import (
    rule,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Budget, Pod
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.selectors import (
    from_object,
)

POD = Pod("shop", "cart-1", "u1", labels={"app": "cart"})
BUDGET = Budget(
    "shop", "cart", "b1", "7", from_object({"matchLabels": {"app": "cart"}}), "minAvailable 2"
)
OPEN = dataclasses.replace(BUDGET, current_healthy=3, desired_healthy=2, disruptions_allowed=1)
SHUT = dataclasses.replace(BUDGET, current_healthy=2, desired_healthy=2, disruptions_allowed=0)
POOR = dataclasses.replace(BUDGET, current_healthy=1, desired_healthy=2, disruptions_allowed=0)
ALWAYS = {"unhealthy_policy": "AlwaysAllow"}

RULE: list[tuple[str, dict[str, Any], list[Budget], dict[str, int], bool, bool]] = [
    # name, pod, budgets, spent -> admitted, takes from the budget
    ("no budget", {}, [], {}, True, False),
    ("room", {}, [OPEN], {}, True, True),
    ("room that is spent", {}, [OPEN], {"shop/cart": 1}, False, True),
    ("room spent of another", {}, [OPEN], {"shop/other": 1}, True, True),
    ("no room", {}, [SHUT], {}, False, True),
    ("no room, succeeded", {"phase": "Succeeded"}, [SHUT], {}, True, False),
    ("no room, failed", {"phase": "Failed"}, [SHUT], {}, True, False),
    ("no room, pending", {"phase": "Pending", "ready": False}, [SHUT], {}, True, False),
    ("no room, unknown", {"phase": "Unknown"}, [SHUT], {}, False, True),
    ("no room, going already", {"deleted_at": 9.0}, [SHUT], {}, True, False),
    ("unready, enough healthy", {"ready": False}, [SHUT], {}, True, False),
    ("unready, too few healthy", {"ready": False}, [POOR], {}, False, True),
    (
        "unready, too few, always allowed",
        {"ready": False},
        [dataclasses.replace(POOR, **ALWAYS)],
        {},
        True,
        False,
    ),
    ("ready, too few, always allowed", {}, [dataclasses.replace(POOR, **ALWAYS)], {}, False, True),
    (
        "unready, none desired",
        {"ready": False},
        [dataclasses.replace(BUDGET, disruptions_allowed=0)],
        {},
        False,
        True,
    ),
    (
        "unready, room",
        {"ready": False},
        [dataclasses.replace(POOR, disruptions_allowed=1)],
        {},
        True,
        True,
    ),
    (
        "status behind",
        {},
        [dataclasses.replace(OPEN, generation=3, observed_generation=2)],
        {},
        False,
        True,
    ),
    ("negative", {}, [dataclasses.replace(OPEN, disruptions_allowed=-1)], {}, False, True),
    (
        "crowded",
        {},
        [dataclasses.replace(OPEN, disrupted_pods=frozenset(map(str, range(2001))))],
        {},
        False,
        True,
    ),
    (
        "full map is not yet crowded",
        {},
        [dataclasses.replace(OPEN, disrupted_pods=frozenset(map(str, range(2000))))],
        {},
        True,
        True,
    ),
    (
        "two budgets",
        {},
        [OPEN, dataclasses.replace(OPEN, name="all", selector=from_object({}))],
        {},
        False,
        False,
    ),
    ("two budgets, finished", {"phase": "Failed"}, [OPEN, OPEN], {}, True, False),
    (
        "budget of another namespace",
        {},
        [dataclasses.replace(SHUT, namespace="bank")],
        {},
        True,
        False,
    ),
    (
        "budget of other pods",
        {},
        [dataclasses.replace(SHUT, selector=from_object({"matchLabels": {"app": "till"}}))],
        {},
        True,
        False,
    ),
    (
        "empty selector selects all",
        {},
        [dataclasses.replace(SHUT, selector=from_object({}))],
        {},
        False,
        True,
    ),
    ("no selector selects none", {}, [dataclasses.replace(SHUT, selector=None)], {}, True, False),
]


@pytest.mark.parametrize(
    ("pod", "budgets", "spent", "admitted", "counts"),
    [row[1:] for row in RULE],
    ids=[row[0] for row in RULE],
)
def test_rule(
    pod: dict[str, Any], budgets: list[Budget], spent: dict[str, int], admitted: bool, counts: bool
) -> None:
    ruling = rule(dataclasses.replace(POD, **pod), budgets, spent)
    assert (ruling.admitted, ruling.counts) == (admitted, counts)
    assert bool(ruling.reason) is not admitted


def test_a_refusal_names_the_budget_and_its_numbers() -> None:
    assert rule(POD, [SHUT], {}).reason == "PDB shop/cart: 2 healthy, 2 needed"
