# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Evictions refused by budgets, and what they leave on a pod.

Texts and conditions depend on the version of the server.
"""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.contract.kube.faces import Face
from ansible_collections.nodeops.rotator.tests.contract.kube.test_pods import (
    MERGE,
    budget,
    budgets,
    evict,
    pod,
    pods,
)


def counted(face: Face, namespace: str, status: dict[str, Any]) -> dict[str, Any]:
    """Return the refusal of an eviction from a budget with this status.

    Tries again, as a disruption controller may overwrite the status at once.
    """
    for _attempt in range(20):
        code, written = face.ask(
            "PATCH", f"{budgets(namespace, 'web')}/status", {"status": status}, MERGE
        )
        assert code == 200, written
        _code, body = evict(face, namespace, "a")
        shown = face.ask("GET", budgets(namespace, "web"))[1]["status"]
        if all(shown.get(name) == value for name, value in status.items()):
            return body
    pytest.skip("somebody overwrites the status of budgets faster than it can be used")


FULL = {"disruptionsAllowed": 0, "currentHealthy": 3, "desiredHealthy": 1}
NEVER = "The disruption budget web does not allow evicting pods currently"
COUNT = "The disruption budget web needs 1 healthy pods and has 3 currently"


def condition(reason: str, message: str) -> dict[str, Any]:
    since = "2026-01-01T00:00:00Z"
    named = {"type": "DisruptionAllowed", "status": "False", "lastTransitionTime": since}
    return {"conditions": [{**named, "reason": reason, "message": message}]}


@pytest.mark.parametrize(
    ("status", "since_135"),
    [
        ({}, NEVER),
        (condition("InsufficientPods", ""), NEVER),
        (condition("InsufficientPods", "wait"), f"{NEVER} (InsufficientPods): wait"),
        (condition("SyncFailed", "no scale"), f"{NEVER} because it failed sync: no scale"),
    ],
)
def test_why_a_budget_with_enough_pods_allows_nothing(
    face: Face, namespace: str, status: dict[str, Any], since_135: str
) -> None:
    """The message depends on the version of the server.

    Source: kubernetes pkg/registry/core/pod/storage/eviction.go, checkAndDecrement, of v1.34.1 and
    of v1.35.0 and later.
    """
    pod(face, namespace, "a")
    budget(face, namespace, healthy=3, minimum=1, total=3)
    body = counted(face, namespace, {**FULL, **status})
    message = since_135 if face.minor >= 35 else COUNT
    assert body["code"] == 429
    assert body["details"]["causes"] == [{"reason": "DisruptionBudget", "message": message}]


def test_too_many_pending_evictions_are_forbidden(face: Face, namespace: str) -> None:
    """Source: the same; a cause since v1.37.0."""
    pod(face, namespace, "a")
    budget(face, namespace, healthy=3, minimum=1, total=3)
    since = "2026-01-01T00:00:00Z"
    crowd = {f"p{number}": since for number in range(2001)}
    body = counted(face, namespace, {"disruptionsAllowed": 1, "disruptedPods": crowd})
    why = "DisruptedPods map too big - too many evictions not confirmed by PDB controller"
    assert (body["code"], body["reason"]) == (403, "Forbidden")
    assert body["message"] == f'poddisruptionbudget.policy "web" is forbidden: {why}'
    detail = f"{NEVER}: too many pending evictions not confirmed by PDB controller"
    cause = {"reason": "DisruptionBudget", "message": detail}
    assert body["details"].get("causes", []) == ([cause] if face.minor >= 37 else [])


def test_a_status_that_allows_less_than_nothing_cannot_be_written(
    face: Face, namespace: str
) -> None:
    """Source: kubernetes pkg/apis/policy/validation."""
    budget(face, namespace, healthy=1, minimum=1, total=1)
    patch = {"status": {"disruptionsAllowed": -1}}
    status, body = face.ask("PATCH", f"{budgets(namespace, 'web')}/status", patch, MERGE)
    assert (status, body["details"]["causes"][0]["field"]) == (422, "status.disruptionsAllowed")


@pytest.mark.parametrize("phase", ["Pending", "Running", "Succeeded"])
def test_an_evicted_pod_says_so_and_its_deletion_is_a_generation(
    face: Face, namespace: str, phase: str
) -> None:
    """Eviction adds a DisruptionTarget condition; deletion is a new generation.

    Source: eviction.go, addConditionAndDeletePod; apiserver registry/rest/delete.go.
    """
    pod(face, namespace, "a", phase)
    hold = {"metadata": {"finalizers": ["example.com/hold"]}}
    before = face.ask("PATCH", pods(namespace, "a"), hold, MERGE)[1]["metadata"]["generation"]
    assert evict(face, namespace, "a")[0] == 201
    found = face.ask("GET", pods(namespace, "a"))[1]
    targets = [one for one in found["status"]["conditions"] if one["type"] == "DisruptionTarget"]
    assert [one["reason"] for one in targets] == ["EvictionByEvictionAPI"]
    assert (before, found["metadata"]["generation"]) == (1, 2)
    face.ask("PATCH", pods(namespace, "a"), {"metadata": {"finalizers": None}}, MERGE)


def test_dry_runs_that_contradict_each_other_are_an_error(face: Face, namespace: str) -> None:
    """Source: eviction.go, propagateDryRun, whose error has no code of its own."""
    pod(face, namespace, "a")
    status, body = evict(face, namespace, "a", {"dryRun": ["Some"]}, dryRun="All")
    why = "Non-matching dry-run options in request and content: [All] and [Some]"
    assert (status, body["message"]) == (500, why)
    assert evict(face, namespace, "a", {"dryRun": ["Some"]})[0] == 422
    assert face.ask("GET", pods(namespace, "a"))[0] == 200


@pytest.mark.parametrize(("selector", "expected"), [({}, 429), (None, 201)])
def test_a_budget_with_an_empty_selector_guards_every_pod(
    face: Face, namespace: str, selector: Any, expected: int
) -> None:
    """An empty selector matches every pod, and a missing one matches none.

    Source: eviction.go, getPodDisruptionBudgets, and meta/v1 LabelSelectorAsSelector.
    """
    pod(face, namespace, "a")
    budget(face, namespace, healthy=1, minimum=1, total=1, selector=selector)
    assert evict(face, namespace, "a")[0] == expected
