# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Evict pods under budgets: the World answers as a real API server.

The cases write the status of pods and budgets themselves, as controllers would. So they hold with
and without controllers.
"""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.contract.kube.faces import Face

MERGE = "application/merge-patch+json"
VIOLATION = "Cannot evict pod as it would violate the pod's disruption budget."


def pods(namespace: str, name: str = "") -> str:
    return f"/api/v1/namespaces/{namespace}/pods" + (f"/{name}" if name else "")


def budgets(namespace: str, name: str = "") -> str:
    return f"/apis/policy/v1/namespaces/{namespace}/poddisruptionbudgets" + (
        f"/{name}" if name else ""
    )


def pod(
    face: Face, namespace: str, name: str, phase: str = "Running", ready: bool = True
) -> dict[str, Any]:
    """Create a pod that no scheduler places, with this status."""
    spec = {"containers": [{"name": "c", "image": "i"}], "nodeSelector": {"no": "where"}}
    meta = {"name": name, "labels": {"app": "web"}}
    assert (
        face.ask(
            "POST",
            pods(namespace),
            {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": spec},
        )[0]
        == 201
    )
    status = {"phase": phase, "conditions": [{"type": "Ready", "status": str(ready)}]}
    code, body = face.ask(
        "PATCH",
        f"{pods(namespace, name)}/status",
        {"status": status},
        "application/strategic-merge-patch+json",
    )
    assert code == 200, body
    return body


def budget(
    face: Face,
    namespace: str,
    healthy: int,
    minimum: int,
    total: int,
    name: str = "web",
    **spec: Any,
) -> None:
    """Create a budget with the status for `healthy` of `total` pods."""
    full = {"minAvailable": minimum, "selector": {"matchLabels": {"app": "web"}}, **spec}
    body = {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": name},
        "spec": full,
    }
    assert face.ask("POST", budgets(namespace), body)[0] == 201
    figures = {
        "currentHealthy": healthy,
        "desiredHealthy": minimum,
        "expectedPods": total,
        "observedGeneration": 1,
    }
    status = {**figures, "disruptionsAllowed": max(0, healthy - minimum)}
    code, answer = face.ask(
        "PATCH", f"{budgets(namespace, name)}/status", {"status": status}, MERGE
    )
    assert code == 200, answer


def evict(
    face: Face, namespace: str, name: str, options: Any = None, **query: str
) -> tuple[int, dict[str, Any]]:
    body = {
        "apiVersion": "policy/v1",
        "kind": "Eviction",
        "metadata": {"name": name, "namespace": namespace},
    }
    return face.ask(
        "POST",
        f"{pods(namespace, name)}/eviction",
        {**body, **({"deleteOptions": options} if options else {})},
        **query,
    )


def test_an_eviction_is_granted(face: Face, namespace: str) -> None:
    pod(face, namespace, "a")
    pod(face, namespace, "b")
    budget(face, namespace, healthy=2, minimum=1, total=2)
    status, body = evict(face, namespace, "a")
    assert (status, body["kind"], body["status"], body["code"]) == (201, "Status", "Success", 201)
    assert face.ask("GET", pods(namespace, "a"))[0] == 404


def test_an_eviction_is_refused_with_its_cause(face: Face, namespace: str) -> None:
    pod(face, namespace, "a")
    budget(face, namespace, healthy=1, minimum=1, total=1)
    status, body = evict(face, namespace, "a")
    assert (status, body["reason"], body["message"]) == (429, "TooManyRequests", VIOLATION)
    message = "The disruption budget web needs 1 healthy pods and has 1 currently"
    assert body["details"]["causes"] == [{"reason": "DisruptionBudget", "message": message}]
    assert evict(face, namespace, "a", dryRun="All")[0] == 429


@pytest.mark.parametrize(
    ("policy", "expected"), [("AlwaysAllow", 201), ("IfHealthyBudget", 429), (None, 429)]
)
def test_the_policy_of_a_broken_budget_decides_about_unready_pods(
    face: Face, namespace: str, policy: str | None, expected: int
) -> None:
    pod(face, namespace, "a", ready=False)
    spec = {"unhealthyPodEvictionPolicy": policy} if policy else {}
    budget(face, namespace, healthy=0, minimum=1, total=1, **spec)
    assert evict(face, namespace, "a")[0] == expected


def test_unready_pods_of_a_healthy_budget_are_evicted(face: Face, namespace: str) -> None:
    pod(face, namespace, "a", ready=False)
    pod(face, namespace, "b")
    budget(face, namespace, healthy=1, minimum=1, total=2)
    assert (evict(face, namespace, "b")[0], evict(face, namespace, "a")[0]) == (429, 201)


@pytest.mark.parametrize("phase", ["Pending", "Succeeded", "Failed"])
def test_pending_and_finished_pods_need_no_budget(face: Face, namespace: str, phase: str) -> None:
    pod(face, namespace, "a", phase, ready=False)
    budget(face, namespace, healthy=0, minimum=1, total=1)
    assert evict(face, namespace, "a")[0] == 201


def test_a_pod_with_two_budgets_cannot_be_evicted(face: Face, namespace: str) -> None:
    pod(face, namespace, "a")
    for name in ("one", "two"):
        budget(face, namespace, healthy=1, minimum=0, total=1, name=name)
    status, body = evict(face, namespace, "a")
    assert status == 500
    assert "more than one PodDisruptionBudget" in body["message"]


def test_missing_pods_and_other_uids_are_refused(face: Face, namespace: str) -> None:
    assert evict(face, namespace, "ghost")[0] == 404
    uid = pod(face, namespace, "a")["metadata"]["uid"]
    status, body = evict(
        face, namespace, "a", {"preconditions": {"uid": "11111111-1111-1111-1111-111111111111"}}
    )
    assert (status, body["reason"]) == (409, "Conflict")
    assert "UID" in body["message"]
    assert evict(face, namespace, "a", {"preconditions": {"uid": uid}})[0] == 201


def test_the_name_in_the_body_has_to_match(face: Face, namespace: str) -> None:
    pod(face, namespace, "a")
    body = {
        "apiVersion": "policy/v1",
        "kind": "Eviction",
        "metadata": {"name": "b", "namespace": namespace},
    }
    assert face.ask("POST", f"{pods(namespace, 'a')}/eviction", body)[0] == 400


def test_dry_run(face: Face, namespace: str) -> None:
    pod(face, namespace, "a")
    budget(face, namespace, healthy=1, minimum=0, total=1)
    assert evict(face, namespace, "a", dryRun="All")[0] == 201
    assert evict(face, namespace, "a", {"dryRun": ["All"]})[0] == 201
    assert face.ask("GET", pods(namespace, "a"))[0] == 200
    assert face.ask("GET", budgets(namespace, "web"))[1]["status"]["disruptionsAllowed"] == 1


def test_status_and_spec_are_written_separately(face: Face, namespace: str) -> None:
    pod(face, namespace, "a")
    _status, body = face.ask(
        "PATCH",
        pods(namespace, "a"),
        {"status": {"phase": "Failed"}, "metadata": {"labels": {"x": "y"}}},
        MERGE,
    )
    assert body["status"]["phase"] == "Running"
    assert body["metadata"]["labels"] == {
        "app": "web",
        "x": "y",
    }


def test_an_unscheduled_pod_is_deleted_at_once(face: Face, namespace: str) -> None:
    pod(face, namespace, "a")
    status, body = face.ask("DELETE", pods(namespace, "a"))
    assert (status, body["kind"]) == (200, "Pod")
    assert face.ask("GET", pods(namespace, "a"))[0] == 404


def test_the_generation_of_a_budget_counts_changes_of_its_spec(face: Face, namespace: str) -> None:
    budget(face, namespace, healthy=0, minimum=1, total=0)
    patch = {"metadata": {"labels": {"a": "b"}}}
    assert (
        face.ask("PATCH", budgets(namespace, "web"), patch, MERGE)[1]["metadata"]["generation"] == 1
    )
    change: dict[str, Any] = {"spec": {"minAvailable": 2}}
    assert (
        face.ask("PATCH", budgets(namespace, "web"), change, MERGE)[1]["metadata"]["generation"]
        == 2
    )


def test_pods_are_selected_by_fields(face: Face, namespace: str) -> None:
    pod(face, namespace, "a")
    pod(face, namespace, "b", "Succeeded")
    query = {"fieldSelector": "status.phase=Running,spec.nodeName="}
    assert [
        item["metadata"]["name"] for item in face.ask("GET", pods(namespace), **query)[1]["items"]
    ] == ["a"]


def test_a_terminating_namespace_accepts_no_objects(face: Face, namespace: str) -> None:
    pod(face, namespace, "a")
    assert (
        face.ask(
            "PATCH", pods(namespace, "a"), {"metadata": {"finalizers": ["example.com/hold"]}}, MERGE
        )[0]
        == 200
    )
    assert (
        face.ask("DELETE", f"/api/v1/namespaces/{namespace}")[1]["status"]["phase"] == "Terminating"
    )
    spec = {"containers": [{"name": "c", "image": "i"}]}
    status, body = face.ask("POST", pods(namespace), {"metadata": {"name": "b"}, "spec": spec})
    assert (status, body["reason"], body["details"]["causes"][0]["reason"]) == (
        403,
        "Forbidden",
        "NamespaceTerminating",
    )
    assert body["message"].endswith(
        f"unable to create new content in namespace {namespace} because it is being terminated"
    )
    face.ask("PATCH", pods(namespace, "a"), {"metadata": {"finalizers": None}}, MERGE)


def test_a_namespace_ends_without_a_grace(face: Face) -> None:
    """Deleting a namespace sets the time of deletion, but no grace period.

    Source: kubernetes pkg/registry/core/namespace/storage, Delete.
    """
    path = "/api/v1/namespaces"
    name = f"contract-{uuid.uuid4().hex[:8]}"
    assert face.ask("POST", path, {"metadata": {"name": name}})[0] == 201
    status, body = face.ask("DELETE", f"{path}/{name}")
    assert status == 200
    assert "deletionTimestamp" in body["metadata"]
    assert "deletionGracePeriodSeconds" not in body["metadata"]
    assert body["status"]["phase"] == "Terminating"
