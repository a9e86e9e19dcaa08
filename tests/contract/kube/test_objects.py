# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read and write objects: the World answers as a real API server."""

from __future__ import annotations

import os
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.contract.kube.faces import REAL, Client, Face

STRATEGIC, MERGE, JSON = (
    f"application/{kind}-patch+json" for kind in ("strategic-merge", "merge", "json")
)
MODIFIED = (
    "the object has been modified; please apply your changes to the latest version and try again"
)


def leases(namespace: str, name: str = "") -> str:
    path = f"/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases"
    return f"{path}/{name}" if name else path


def lease(name: str, holder: str = "me", **meta: Any) -> dict[str, Any]:
    head = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease"}
    return {**head, "metadata": {"name": name, **meta}, "spec": {"holderIdentity": holder}}


def made(face: Face, namespace: str, name: str = "lock", **meta: Any) -> dict[str, Any]:
    status, body = face.ask("POST", leases(namespace), lease(name, **meta))
    assert status == 201, body
    return body


def names(answer: tuple[int, dict[str, Any]]) -> list[str]:
    assert answer[0] == 200, answer
    return [item["metadata"]["name"] for item in answer[1]["items"]]


def test_the_cases_have_met_a_real_api_server() -> None:
    if not os.environ.get(REAL):
        pytest.skip(f"no real API server: set {REAL} to a kubeconfig to run every case against one")
    assert Client(os.environ[REAL]).ask("GET", "/version")[1]["gitVersion"].startswith("v1.")


def test_a_created_object_is_read_back(face: Face, namespace: str) -> None:
    body = made(face, namespace)
    assert (body["kind"], body["apiVersion"]) == ("Lease", "coordination.k8s.io/v1")
    assert {"uid", "resourceVersion", "creationTimestamp"} <= body["metadata"].keys()
    status, again = face.ask("GET", leases(namespace, "lock"))
    assert (status, again["metadata"]["uid"], again["spec"]) == (
        200,
        body["metadata"]["uid"],
        {"holderIdentity": "me"},
    )


def test_an_object_cannot_be_created_twice(face: Face, namespace: str) -> None:
    made(face, namespace)
    status, body = face.ask("POST", leases(namespace), lease("lock"))
    assert (status, body["kind"], body["status"], body["reason"], body["code"]) == (
        409,
        "Status",
        "Failure",
        "AlreadyExists",
        409,
    )
    assert body["message"] == 'leases.coordination.k8s.io "lock" already exists'
    assert body["details"] == {"name": "lock", "group": "coordination.k8s.io", "kind": "leases"}


def test_a_name_is_generated(face: Face, namespace: str) -> None:
    body = lease("x")
    body["metadata"] = {"generateName": "lock-"}
    status, found = face.ask("POST", leases(namespace), body)
    assert status == 201
    assert found["metadata"]["name"].startswith("lock-")
    assert len(found["metadata"]["name"]) == 10


def test_missing_objects_are_404(face: Face, namespace: str) -> None:
    for verb in ("GET", "DELETE"):
        status, body = face.ask(verb, leases(namespace, "ghost"))
        assert (status, body["reason"]) == (404, "NotFound")
        assert body["message"] == 'leases.coordination.k8s.io "ghost" not found'
    assert face.ask("PATCH", leases(namespace, "ghost"), {}, MERGE)[0] == 404
    status, body = face.ask("POST", leases(f"{namespace}-no"), lease("lock"))
    assert (status, body["message"]) == (404, f'namespaces "{namespace}-no" not found')


def test_unknown_paths_and_methods_are_refused(face: Face, namespace: str) -> None:
    assert face.ask("GET", "/api/v1/unknowns")[0] == 404
    assert face.ask("GET", "/apis/apps/v9/deployments")[0] == 404
    assert face.ask("POST", leases(namespace, "lock"), lease("lock"))[0] == 405


def test_an_update_needs_the_present_version(face: Face, namespace: str) -> None:
    version = made(face, namespace)["metadata"]["resourceVersion"]
    status, body = face.ask(
        "PUT", leases(namespace, "lock"), lease("lock", "you", resourceVersion=version)
    )
    assert (status, body["spec"]["holderIdentity"]) == (200, "you")
    status, body = face.ask(
        "PUT", leases(namespace, "lock"), lease("lock", "third", resourceVersion=version)
    )
    assert (status, body["reason"]) == (409, "Conflict")
    assert (
        body["message"]
        == f'Operation cannot be fulfilled on leases.coordination.k8s.io "lock": {MODIFIED}'
    )


def test_an_update_of_a_lease_needs_a_version(face: Face, namespace: str) -> None:
    made(face, namespace)
    status, body = face.ask("PUT", leases(namespace, "lock"), lease("lock"))
    assert (status, body["reason"]) == (
        422,
        "Invalid",
    )
    assert "must be specified for an update" in body["message"]


def test_a_patch_needs_the_present_version_if_it_names_one(face: Face, namespace: str) -> None:
    version = made(face, namespace)["metadata"]["resourceVersion"]
    patch = {"metadata": {"resourceVersion": version, "annotations": {"a": "1"}}}
    assert face.ask("PATCH", leases(namespace, "lock"), patch, MERGE)[0] == 200
    patch["metadata"]["annotations"]["a"] = "2"
    assert face.ask("PATCH", leases(namespace, "lock"), patch, MERGE)[0] == 409


def test_a_patch_of_another_uid_is_refused(face: Face, namespace: str) -> None:
    made(face, namespace)
    patch = {"metadata": {"uid": "11111111-1111-1111-1111-111111111111", "labels": {"a": "b"}}}
    status, body = face.ask("PATCH", leases(namespace, "lock"), patch, MERGE)
    assert (status, body["reason"]) == (422, "Invalid")
    assert body["details"]["causes"][0]["field"] == "metadata.uid"
    assert body["message"].endswith("field is immutable")


def test_an_update_creates_a_lease_that_was_deleted_meanwhile(face: Face, namespace: str) -> None:
    """Only the UID of the old Lease keeps an update from creating a new one.

    Source: registry/coordination/lease strategy.go (AllowCreateOnUpdate) and apiserver
    registry/generic store.go (Update).
    """
    old = made(face, namespace)["metadata"]
    face.ask("DELETE", leases(namespace, "lock"))
    meant = lease("lock", resourceVersion=old["resourceVersion"], uid=old["uid"])
    status, body = face.ask("PUT", leases(namespace, "lock"), meant)
    assert (status, body["reason"]) == (409, "Conflict")
    assert "UID in object meta" in body["message"]
    assert face.ask("GET", leases(namespace, "lock"))[0] == 404
    blind = lease("lock", resourceVersion=old["resourceVersion"])
    status, body = face.ask("PUT", leases(namespace, "lock"), blind)
    assert status == 201
    assert body["metadata"]["uid"] not in ("", old["uid"])


def test_an_update_of_another_uid_is_a_conflict(face: Face, namespace: str) -> None:
    made(face, namespace)
    body = lease("lock", uid="11111111-1111-1111-1111-111111111111", resourceVersion="1")
    status, answer = face.ask("PUT", leases(namespace, "lock"), body)
    assert (status, answer["reason"]) == (409, "Conflict")
    assert "UID in precondition" in answer["message"]


def test_a_patch_without_a_change_keeps_the_version(face: Face, namespace: str) -> None:
    version = made(face, namespace)["metadata"]["resourceVersion"]
    _status, body = face.ask(
        "PATCH", leases(namespace, "lock"), {"spec": {"holderIdentity": "me"}}, MERGE
    )
    assert body["metadata"]["resourceVersion"] == version


def test_null_in_a_merge_patch_removes_a_field(face: Face, namespace: str) -> None:
    made(face, namespace, annotations={"a": "1", "b": "2"})
    _status, body = face.ask(
        "PATCH", leases(namespace, "lock"), {"metadata": {"annotations": {"a": None}}}, MERGE
    )
    assert body["metadata"]["annotations"] == {"b": "2"}


def test_a_json_patch_is_applied(face: Face, namespace: str) -> None:
    made(face, namespace)
    replace = {"op": "replace", "path": "/spec/holderIdentity", "value": "you"}
    test = {"op": "test", "path": "/spec/holderIdentity", "value": "me"}
    assert (
        face.ask("PATCH", leases(namespace, "lock"), [test, replace], JSON)[1]["spec"][
            "holderIdentity"
        ]
        == "you"
    )
    status, body = face.ask("PATCH", leases(namespace, "lock"), [test, replace], JSON)
    assert (status, body["reason"]) == (422, "Invalid")


def test_strategic_patch_of_finalizers_adds(face: Face, namespace: str) -> None:
    made(face, namespace, finalizers=["example.com/a"])
    _status, body = face.ask(
        "PATCH",
        leases(namespace, "lock"),
        {"metadata": {"finalizers": ["example.com/b"]}},
        STRATEGIC,
    )
    assert sorted(body["metadata"]["finalizers"]) == ["example.com/a", "example.com/b"]
    patch = {
        "metadata": {"$deleteFromPrimitiveList/finalizers": ["example.com/a", "example.com/b"]}
    }
    assert (
        "finalizers"
        not in face.ask("PATCH", leases(namespace, "lock"), patch, STRATEGIC)[1]["metadata"]
    )


def test_an_unknown_patch_format_is_refused(face: Face, namespace: str) -> None:
    made(face, namespace)
    status, body = face.ask("PATCH", leases(namespace, "lock"), {}, "application/json")
    assert (status, body["reason"]) == (415, "UnsupportedMediaType")


def test_a_deletion_checks_the_uid_and_returns_a_status(face: Face, namespace: str) -> None:
    uid = made(face, namespace)["metadata"]["uid"]
    status, body = face.ask(
        "DELETE",
        leases(namespace, "lock"),
        {"preconditions": {"uid": "11111111-1111-1111-1111-111111111111"}},
    )
    assert (status, body["reason"]) == (409, "Conflict")
    status, body = face.ask("DELETE", leases(namespace, "lock"), {"preconditions": {"uid": uid}})
    assert (status, body["kind"], body["status"], body["details"]["uid"]) == (
        200,
        "Status",
        "Success",
        uid,
    )


def test_finalizers_delay_deletion(face: Face, namespace: str) -> None:
    made(face, namespace, finalizers=["example.com/hold"])
    assert face.ask("DELETE", leases(namespace, "lock"))[0] == 200
    status, body = face.ask("GET", leases(namespace, "lock"))
    assert status == 200
    assert body["metadata"]["deletionTimestamp"]
    assert body["metadata"]["deletionGracePeriodSeconds"] == 0
    face.ask("PATCH", leases(namespace, "lock"), {"metadata": {"finalizers": None}}, MERGE)
    assert face.ask("GET", leases(namespace, "lock"))[0] == 404


def test_dry_run(face: Face, namespace: str) -> None:
    assert face.ask("POST", leases(namespace), lease("dry"), dryRun="All")[0] == 201
    assert face.ask("GET", leases(namespace, "dry"))[0] == 404
    version = made(face, namespace)["metadata"]["resourceVersion"]
    _status, body = face.ask(
        "PATCH", leases(namespace, "lock"), {"spec": {"holderIdentity": "you"}}, MERGE, dryRun="All"
    )
    assert body["spec"]["holderIdentity"] == "you"
    assert face.ask("DELETE", leases(namespace, "lock"), dryRun="All")[0] == 200
    assert face.ask("GET", leases(namespace, "lock"))[1]["metadata"]["resourceVersion"] == version
