# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The meaning of the server's answers to an eviction, as a truth table."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.eviction import (
    Verdict,
    read_answer,
)


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
        "replaced",
        409,
        failure("Precondition failed: UID in precondition: u1, UID in object meta: u2", "Conflict"),
        None,
        Verdict.REPLACED,
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
    ("fairness for hours", 429, failure("too many"), 7200.0, Verdict.THROTTLED, "", 60.0),
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
