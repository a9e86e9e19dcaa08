# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Of two reasons the earlier filter decides; a longer chain is safer."""

from __future__ import annotations

import dataclasses
import itertools
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.filters import (
    CHAIN,
    KARPENTER,
    MIRROR,
    Context,
    Decision,
    Fate,
    decide,
    of_daemonset,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import DrainPolicy
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Owner, Pod
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.selectors import parse

POLICY = DrainPolicy(
    pod_selector=parse("app=cart"),
    skip_wait_for_delete_timeout=60,
    honor_do_not_disrupt="skip_node",
    wait_for_jobs=True,
)
CART = Pod("shop", "cart-1", "u", owner=Owner("ReplicaSet", "cart"), labels={"app": "cart"})
TRAITS: dict[str, tuple[str, dict[str, Any]]] = {
    "labels": ("not selected by pod_selector", {"labels": {"app": "mail"}}),
    "daemon": ("managed by DaemonSet agent", {"owner": Owner("DaemonSet", "agent")}),
    "mirror": ("static pod of the kubelet", {"annotations": {MIRROR: "x"}}),
    "local data": ("has local data in an emptyDir", {"empty_dir": True}),
    "bare": ("has no controller and nothing will replace it", {"owner": None}),
    "marked": (f"marked {KARPENTER}=true", {"annotations": {KARPENTER: "true"}}),
    "job": ("Job sum is still running", {"owner": Owner("Job", "sum")}),
}
"""Reasons in the order of the filters, each with what makes a pod have it."""
PAIRS = [
    (one, other)
    for one, other in itertools.combinations(TRAITS, 2)
    if not set(TRAITS[one][1]) & set(TRAITS[other][1])
]


@pytest.mark.parametrize("trait", TRAITS)
def test_each_reason_alone_is_told(trait: str) -> None:
    why, fields = TRAITS[trait]
    assert decide(dataclasses.replace(CART, **fields), Context(POLICY)).why == why


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_of_two_reasons_the_one_of_the_earlier_filter_is_told(one: str, other: str) -> None:
    pod = dataclasses.replace(CART, **{**TRAITS[one][1], **TRAITS[other][1]})
    assert decide(pod, Context(POLICY)).why == TRAITS[one][0]


def test_a_pod_without_any_reason_is_removed() -> None:
    assert decide(CART, Context(POLICY)) == Decision(Fate.REMOVE)


@pytest.mark.parametrize("trait", TRAITS)
def test_exactly_one_filter_has_a_word_on_a_pod_with_one_trait(trait: str) -> None:
    pod = dataclasses.replace(CART, **TRAITS[trait][1])
    found = [look(pod, Context(POLICY)) for look in CHAIN]
    assert len([decision for decision in found if decision is not None]) == 1


GRACES = (None, 0, 30, 60)


@pytest.mark.parametrize(
    ("asked", "cap", "given", "own"), list(itertools.product(GRACES, GRACES, GRACES, (0, 30)))
)
def test_a_pod_that_ends_already_is_asked_again_only_to_end_sooner(
    asked: int | None, cap: int | None, given: int | None, own: int
) -> None:
    """`given`: the grace of the deletion under way, None if the server does not say."""
    pod = dataclasses.replace(CART, deleted_at=100.0, deletion_grace=given, grace_period=own)
    policy = DrainPolicy(grace_period=asked, max_grace_period=cap)
    now = own if given is None else given
    wanted = now if asked is None else asked
    sooner = (wanted if cap is None else min(wanted, cap)) < now
    assert decide(pod, Context(policy)).fate is (Fate.REMOVE if sooner else Fate.AWAIT)


@pytest.mark.parametrize("limit", [0, 60])
@pytest.mark.parametrize("since", [None, 0.0, 59.0, 60.0, 60.5, 3600.0])
def test_a_pod_that_ends_for_too_long_is_left(limit: int, since: float | None) -> None:
    pod = dataclasses.replace(CART, deleted_at=100.0, deletion_grace=30)
    policy = DrainPolicy(skip_wait_for_delete_timeout=limit)
    left = limit > 0 and since is not None and since > limit
    found = decide(pod, Context(policy, terminating_for=since))
    assert found.fate is (Fate.LEAVE if left else Fate.AWAIT)


@pytest.mark.parametrize(
    ("owner", "is_daemon"),
    [
        (None, False),
        (Owner("DaemonSet", "a"), True),
        (Owner("DaemonSet", "a", group="apps.kruise.io"), False),
        (Owner("DaemonSet", "a", group=""), False),
        (Owner("ReplicaSet", "a"), False),
    ],
)
def test_only_a_daemonset_of_kubernetes_is_one(owner: Owner | None, is_daemon: bool) -> None:
    assert of_daemonset(dataclasses.replace(CART, owner=owner)) is is_daemon


@pytest.mark.parametrize("fate", [fate for fate in Fate if fate is not Fate.REMOVE])
def test_every_decision_but_to_remove_says_why(fate: Fate) -> None:
    pods = [dataclasses.replace(CART, **fields) for _why, fields in TRAITS.values()]
    pods.append(dataclasses.replace(CART, deleted_at=1.0, deletion_grace=5))
    found = [decide(pod, Context(POLICY)) for pod in pods]
    decisions = [decision for decision in found if decision.fate is fate]
    assert decisions
    assert all(decision.why for decision in decisions)
    if fate is Fate.REFUSE:
        assert all(decision.todo.startswith("set ") for decision in decisions)
