# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Apply on the server's side: managers, conflicts and what is taken away.

Every answer was read from a kube-apiserver v1.37.2. Sources: apimachinery
`pkg/util/managedfields/internal`; sigs.k8s.io/structured-merge-diff `merge`; apiserver
`pkg/endpoints/handlers/patch.go`.
"""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.contract.kube.faces import Answer, Face
from ansible_collections.nodeops.rotator.tests.contract.kube.test_objects import (
    MERGE,
    lease,
    leases,
    made,
)

APPLY = "application/apply-patch+yaml"


def config(data: dict[str, Any], **meta: Any) -> dict[str, Any]:
    head = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", **meta}}
    return {**head, "data": data}


def at(namespace: str, name: str = "c") -> str:
    return f"/api/v1/namespaces/{namespace}/configmaps/{name}"


def apply(face: Face, namespace: str, who: str, data: dict[str, Any], **more: Any) -> Answer:
    query = {key: more.pop(key) for key in ("force", "dryRun") if key in more}
    body = config(data, **more)
    return face.ask("PATCH", at(namespace), body, APPLY, fieldManager=who, **query)


def owners(body: dict[str, Any]) -> dict[tuple[str, str], Any]:
    entries = body["metadata"].get("managedFields") or ()
    assert all(entry["fieldsType"] == "FieldsV1" for entry in entries)
    return {(entry["manager"], entry["operation"]): entry["fieldsV1"] for entry in entries}


def fields(*names: str) -> dict[str, Any]:
    return {"f:data": {f"f:{name}": {} for name in names}}


def test_an_apply_creates_and_then_changes_nothing(face: Face, namespace: str) -> None:
    status, body = apply(face, namespace, "one", {"a": "1", "b": "1"}, labels={"x": "y"})
    assert (status, body["data"]) == (201, {"a": "1", "b": "1"})
    expected = {**fields("a", "b"), "f:metadata": {"f:labels": {"f:x": {}}}}
    assert owners(body) == {("one", "Apply"): expected}
    status, again = apply(face, namespace, "one", {"a": "1", "b": "1"}, labels={"x": "y"})
    assert (status, again["metadata"]["resourceVersion"]) == (
        200,
        body["metadata"]["resourceVersion"],
    )


def test_what_another_applied_is_a_conflict_with_a_cause_for_each_field(
    face: Face, namespace: str
) -> None:
    apply(face, namespace, "one", {"a": "1", "b": "1"}, labels={"x": "y"})
    status, body = apply(face, namespace, "two", {"a": "2", "b": "2"}, labels={"x": "z"})
    paths = [".data.a", ".data.b", ".metadata.labels.x"]
    assert (status, body["reason"], body["code"]) == (409, "Conflict", 409)
    listed = "\n".join(f"- {path}" for path in paths)
    assert body["message"] == f'Apply failed with 3 conflicts: conflicts with "one":\n{listed}'
    cause = {"reason": "FieldManagerConflict", "message": 'conflict with "one"'}
    assert body["details"] == {"causes": [{**cause, "field": path} for path in paths]}


def test_one_conflict_is_one_line(face: Face, namespace: str) -> None:
    apply(face, namespace, "one", {"a": "1"})
    _status, body = apply(face, namespace, "two", {"a": "2"})
    assert body["message"] == 'Apply failed with 1 conflict: conflict with "one": .data.a'


def test_equal_values_are_shared_and_what_nobody_applies_is_taken_away(
    face: Face, namespace: str
) -> None:
    apply(face, namespace, "one", {"a": "1", "b": "1"}, labels={"x": "y"})
    _status, shared = apply(face, namespace, "two", {"a": "1", "c": "2"})
    assert owners(shared)["two", "Apply"] == fields("a", "c")
    status, body = apply(face, namespace, "one", {"b": "3"})
    assert (status, body["data"]) == (200, {"a": "1", "b": "3", "c": "2"})
    assert "labels" not in body["metadata"]
    expected = {("one", "Apply"): fields("b"), ("two", "Apply"): fields("a", "c")}
    assert owners(body) == expected


def test_force_takes_fields_from_others(face: Face, namespace: str) -> None:
    apply(face, namespace, "one", {"a": "1", "b": "1"})
    dry = apply(face, namespace, "two", {"b": "9"}, force="true", dryRun="All")[1]
    assert dry["data"]["b"] == "9"
    assert face.ask("GET", at(namespace))[1]["data"]["b"] == "1"
    status, body = apply(face, namespace, "two", {"b": "9"}, force="true")
    assert (status, body["data"]) == (200, {"a": "1", "b": "9"})
    assert owners(body) == {("one", "Apply"): fields("a"), ("two", "Apply"): fields("b")}


def test_a_patch_takes_fields_without_asking(face: Face, namespace: str) -> None:
    apply(face, namespace, "one", {"a": "1", "b": "1"})
    patch = {"data": {"b": "10", "n": "1"}}
    body = face.ask("PATCH", at(namespace), patch, MERGE, fieldManager="hand")[1]
    expected = {("one", "Apply"): fields("a"), ("hand", "Update"): fields("b", "n")}
    assert owners(body) == expected
    status, refused = apply(face, namespace, "one", {"a": "1", "b": "11", "n": "2"})
    assert (status, len(refused["details"]["causes"])) == (409, 2)
    # Older servers also say when.
    assert refused["message"].startswith(
        'Apply failed with 2 conflicts: conflicts with "hand" using v1'
    )


def test_a_created_object_belongs_to_its_creator(face: Face, namespace: str) -> None:
    meta: dict[str, Any] = {"labels": {"a": "b"}, "annotations": {"q/r": "1"}}
    path = leases(namespace)
    body = face.ask("POST", path, lease("lock", **meta), fieldManager="maker")[1]
    expected = {
        "f:metadata": {
            "f:annotations": {".": {}, "f:q/r": {}},
            "f:labels": {".": {}, "f:a": {}},
        },
        "f:spec": {"f:holderIdentity": {}},
    }
    assert owners(body) == {("maker", "Update"): expected}


def test_managed_fields_can_be_thrown_away(face: Face, namespace: str) -> None:
    """And whoever applies next finds all fields owned by a manager of that name."""
    apply(face, namespace, "one", {"a": "1"})
    patch: dict[str, Any] = {"metadata": {"managedFields": [{}]}}
    body = face.ask("PATCH", at(namespace), patch, MERGE, fieldManager="hand")[1]
    assert "managedFields" not in body["metadata"]
    body = face.ask("PATCH", at(namespace), {"data": {"b": "1"}}, MERGE)[1]
    assert "managedFields" not in body["metadata"]
    _status, refused = apply(face, namespace, "one", {"a": "2"})
    assert refused["message"].startswith(
        'Apply failed with 1 conflict: conflict with "before-first-apply" using v1'
    )


DEPLOYMENT: dict[str, Any] = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "d"},
    "spec": {
        "replicas": 0,
        "selector": {"matchLabels": {"a": "b"}},
        "template": {
            "metadata": {"labels": {"a": "b"}},
            "spec": {
                "containers": [
                    {
                        "name": "x",
                        "image": "i",
                        "env": [{"name": "E", "value": "1"}],
                        "ports": [{"containerPort": 80}],
                    }
                ],
                "tolerations": [{"key": "k", "operator": "Exists"}],
            },
        },
    },
}


def test_items_of_lists_have_managers_of_their_own(face: Face, namespace: str) -> None:
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments/d"
    status, body = face.ask("PATCH", path, DEPLOYMENT, APPLY, fieldManager="one")
    port, variable = 'k:{"containerPort":80,"protocol":"TCP"}', 'k:{"name":"E"}'
    container: dict[str, Any] = {
        ".": {},
        "f:name": {},
        "f:image": {},
        "f:env": {variable: {".": {}, "f:name": {}, "f:value": {}}},
        "f:ports": {port: {".": {}, "f:containerPort": {}}},
    }
    template = {
        "f:metadata": {"f:labels": {"f:a": {}}},
        "f:spec": {"f:containers": {'k:{"name":"x"}': container}, "f:tolerations": {}},
    }
    expected = {"f:spec": {"f:replicas": {}, "f:selector": {}, "f:template": template}}
    assert status == 201
    assert owners(body)["one", "Apply"] == expected
    other = {"name": "side", "image": "s"}
    spec: dict[str, Any] = {
        "template": {"spec": {"containers": [other, {"name": "x", "image": "j"}]}}
    }
    second = {**DEPLOYMENT, "spec": spec}
    _status, refused = face.ask("PATCH", path, second, APPLY, fieldManager="two")
    where = '.spec.template.spec.containers[name="x"].image'
    assert refused["message"] == f'Apply failed with 1 conflict: conflict with "one": {where}'
    spec["template"]["spec"]["containers"] = [other]
    status, body = face.ask("PATCH", path, second, APPLY, fieldManager="two")
    found = [one["name"] for one in body["spec"]["template"]["spec"]["containers"]]
    assert (status, sorted(found)) == (200, ["side", "x"])
    del spec["template"]
    spec["paused"] = True
    status, body = face.ask("PATCH", path, second, APPLY, fieldManager="two")
    found = [one["name"] for one in body["spec"]["template"]["spec"]["containers"]]
    assert (status, found) == (200, ["x"])


@pytest.mark.parametrize(
    ("body", "query", "code", "message"),
    [
        (
            config({}),
            {},
            422,
            'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for'
            " apply patch",
        ),
        (
            config({}, managedFields=[{"manager": "x"}]),
            {"fieldManager": "one"},
            400,
            "metadata.managedFields must be nil",
        ),
        (
            {**config({}), "metadata": {"name": "d"}},
            {"fieldManager": "one"},
            400,
            "the name of the object (d) does not match the name on the URL (c)",
        ),
        (
            {"metadata": {"name": "c"}},
            {"fieldManager": "one"},
            400,
            "invalid object type: /, Kind=",
        ),
        (
            {**config({}), "kind": "Secret"},
            {"fieldManager": "one"},
            400,
            "invalid object type: /v1, Kind=Secret",
        ),
    ],
)
def test_what_cannot_be_applied(
    face: Face, namespace: str, body: Any, query: dict[str, str], code: int, message: str
) -> None:
    status, answer = face.ask("PATCH", at(namespace), body, APPLY, **query)
    assert (status, answer["code"], answer["message"]) == (code, code, message)


def test_a_field_that_is_not_known_is_an_error(face: Face, namespace: str) -> None:
    body = {**lease("lock"), "spec": {"foo": 1}}
    path = leases(namespace, "lock")
    status, answer = face.ask("PATCH", path, body, APPLY, fieldManager="one")
    why = "/lock; coordination.k8s.io/v1, Kind=Lease): .spec.foo: field not declared in schema"
    assert (status, answer["message"]) == (500, f"failed to create typed patch object ({why}")


def test_an_apply_meets_versions_uids_and_validation(face: Face, namespace: str) -> None:
    made(face, namespace)
    path, body = leases(namespace, "lock"), lease("lock", resourceVersion="1")
    assert face.ask("PATCH", path, body, APPLY, fieldManager="one")[0] == 409
    body = lease("lock", uid="1")
    status, answer = face.ask("PATCH", path, body, APPLY, fieldManager="one")
    assert (status, answer["details"]["causes"][0]["field"]) == (422, "metadata.uid")
    body = {**lease("lock"), "spec": {"leaseDurationSeconds": 0}}
    assert face.ask("PATCH", path, body, APPLY, fieldManager="one")[0] == 422
    status, answer = face.ask(
        "PATCH", leases(namespace, "new"), lease("new", uid="x"), APPLY, fieldManager="one"
    )
    why = "uid mismatch: the provided object specified uid x, and no existing object was found"
    subject = 'leases.coordination.k8s.io "new"'
    assert (status, answer["message"]) == (
        409,
        f"Operation cannot be fulfilled on {subject}: {why}",
    )


def test_force_is_for_apply_only(face: Face, namespace: str) -> None:
    made(face, namespace)
    status, body = face.ask("PATCH", leases(namespace, "lock"), {}, MERGE, force="true")
    why = "force: Forbidden: may not be specified for non-apply patch"
    assert (status, body["message"]) == (422, f'PatchOptions.meta.k8s.io "" is invalid: {why}')
