# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server's eviction rule and the meaning of its answers, as truth tables."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.eviction import (
    Verdict,
    read_answer,
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


def failure(message: str, reason: str = "", **details: Any) -> dict[str, Any]:
    return {
        "kind": "Status",
        "status": "Failure",
        "message": message,
        "reason": reason,
        "details": details,
    }


VIOLATE = "Cannot evict pod as it would violate the pod's disruption budget."
NEEDS = {
    "reason": "DisruptionBudget",
    "message": "The disruption budget cart needs 2 healthy pods and has 2 currently",
}
BUSY = {
    "reason": "DisruptionBudget",
    "message": "The disruption budget cart is still being processed by the server.",
}
SYNC = {
    "reason": "DisruptionBudget",
    "message": "The disruption budget cart does not allow evicting pods currently because it"
    " failed sync: no scale",
}
SEVERAL = (
    "This pod has more than one PodDisruptionBudget, which the eviction subresource"
    " does not support."
)
HOOK = 'admission webhook "guard.longhorn.io" denied the request: replica still building'

ANSWERS: list[tuple[str, int, dict[str, Any], float | None, Verdict | None, str, float | None]] = [
    ("evicted", 201, {"kind": "Status", "status": "Success"}, None, Verdict.ACCEPTED, "", None),
    (
        "deleted: the pod comes back",
        200,
        {"kind": "Pod", "status": {"phase": "Running"}},
        None,
        Verdict.ACCEPTED,
        "",
        None,
    ),
    (
        "accepted for later",
        202,
        {"kind": "Status", "status": "Success"},
        None,
        Verdict.ACCEPTED,
        "",
        None,
    ),
    ("gone", 404, failure('pods "cart-1" not found', "NotFound"), None, Verdict.GONE, "", None),
    (
        "reborn",
        409,
        failure("Precondition failed: UID in precondition: u1, UID in object meta: u2", "Conflict"),
        None,
        Verdict.REBORN,
        "",
        None,
    ),
    (
        "changed",
        409,
        failure("the object has been modified", "Conflict"),
        None,
        Verdict.CHANGED,
        "",
        None,
    ),
    (
        "budget",
        429,
        failure(VIOLATE, "TooManyRequests", causes=[NEEDS]),
        None,
        Verdict.BUDGET,
        "cart",
        None,
    ),
    (
        "budget, failed sync",
        429,
        failure(VIOLATE, causes=[SYNC]),
        None,
        Verdict.BUDGET,
        "cart",
        None,
    ),
    ("budget, old server", 429, failure(VIOLATE), None, Verdict.BUDGET, "", None),
    (
        "lagging",
        429,
        failure(VIOLATE, causes=[BUSY], retryAfterSeconds=10),
        None,
        Verdict.LAGGING,
        "cart",
        10,
    ),
    (
        "lagging, header too",
        429,
        failure(VIOLATE, causes=[BUSY], retryAfterSeconds=10),
        12.0,
        Verdict.LAGGING,
        "cart",
        12.0,
    ),
    (
        "fairness",
        429,
        failure("Too many requests, please try again later."),
        1.0,
        Verdict.THROTTLED,
        "",
        1.0,
    ),
    ("fairness, no header", 429, {"message": ""}, None, Verdict.THROTTLED, "", None),
    (
        "namespace going",
        403,
        failure(
            'pods "cart-1" is forbidden: unable',
            "Forbidden",
            causes=[{"reason": "NamespaceTerminating", "message": "x"}],
        ),
        None,
        Verdict.NAMESPACE,
        "",
        None,
    ),
    (
        "crowded",
        403,
        failure("DisruptedPods map too big - too many evictions not confirmed"),
        None,
        Verdict.CROWDED,
        "",
        None,
    ),
    (
        "negative",
        403,
        failure("pdb disruptions allowed is negative"),
        None,
        Verdict.CROWDED,
        "",
        None,
    ),
    (
        "no permission",
        403,
        failure('User "joe" cannot create resource "pods/eviction"', "Forbidden"),
        None,
        None,
        "",
        None,
    ),
    ("two budgets", 500, failure(SEVERAL), None, Verdict.SEVERAL, "", None),
    (
        "two budgets within a 201",
        201,
        {**failure(SEVERAL), "code": 500},
        None,
        Verdict.SEVERAL,
        "",
        None,
    ),
    ("webhook", 403, failure(HOOK), None, Verdict.ADMISSION, "guard.longhorn.io", None),
    ("webhook that says 429", 429, failure(HOOK), 5.0, Verdict.ADMISSION, "guard.longhorn.io", 5.0),
    (
        "webhook with a plain 400",
        400,
        failure(HOOK),
        None,
        Verdict.ADMISSION,
        "guard.longhorn.io",
        None,
    ),
    (
        "webhook down",
        500,
        failure('Internal error occurred: failed calling webhook "a.b": timeout'),
        None,
        Verdict.ADMISSION,
        "a.b",
        None,
    ),
    (
        "policy",
        422,
        failure("ValidatingAdmissionPolicy 'calm' with binding 'b' denied request: no"),
        None,
        Verdict.ADMISSION,
        "calm",
        None,
    ),
    (
        "budget changes too fast",
        504,
        failure('couldn\'t update PodDisruptionBudget "cart" due to conflicts'),
        None,
        Verdict.LAGGING,
        "cart",
        None,
    ),
    ("server trouble", 500, failure("etcdserver: leader changed"), None, None, "", None),
    ("unavailable", 503, failure("apiserver is shutting down"), None, None, "", None),
    ("who are you", 401, failure("Unauthorized", "Unauthorized"), None, None, "", None),
    ("no such verb", 405, failure("the server does not allow this method"), None, None, "", None),
]


@pytest.mark.parametrize(
    ("status", "body", "header", "verdict", "by", "wait"),
    [row[1:] for row in ANSWERS],
    ids=[row[0] for row in ANSWERS],
)
def test_answers(
    status: int,
    body: dict[str, Any],
    header: float | None,
    verdict: Verdict | None,
    by: str,
    wait: float | None,
) -> None:
    answer = read_answer(status, body, header)
    if verdict is None:
        assert answer is None
        return
    assert answer is not None
    assert (answer.verdict, answer.by, answer.retry_after) == (verdict, by, wait)


def test_a_refusal_carries_the_budgets_own_words() -> None:
    answer = read_answer(429, failure(VIOLATE, causes=[NEEDS]))
    assert answer is not None
    assert answer.text == NEEDS["message"]
