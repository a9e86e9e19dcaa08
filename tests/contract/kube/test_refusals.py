# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The World refuses with the code, reason and message of a real API server.

Every answer was read from a kube-apiserver v1.37.2. Sources: apimachinery `pkg/apis/meta`
(internalversion/validation, v1/validation), `pkg/api/validation`, `pkg/api/validate/content`;
apiserver `pkg/endpoints/handlers`, `pkg/registry/rest`; kubernetes `pkg/apis`.
"""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.contract.kube.faces import Face
from ansible_collections.nodeops.rotator.tests.contract.kube.test_objects import (
    JSON,
    MERGE,
    lease,
    leases,
    made,
)

KEY = (
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end"
    " with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for"
    " validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
)
SUBDOMAIN = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or"
    " '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used"
    " for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)
MICRO = '"2006-01-02T15:04:05.000000Z07:00"'
SECONDS = "2026-01-01T00:00:00Z"
LISTS = 'ListOptions.meta.k8s.io "" is invalid: '
MATCH = "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden"
INITIAL = "sendInitialEvents is forbidden for list"
SOME = 'dryRun: Unsupported value: ["Some"]: supported values: "All"'
POLICY = (
    'propagationPolicy: Unsupported value: "Bad": supported values: "Foreground", "Background",'
    ' "Orphan", "nil"'
)


@dataclasses.dataclass(frozen=True)
class Case:
    """A request about the present Lease `lock`, and its refusal.

    A `name` of "" means the collection.
    """

    verb: str
    name: str
    code: int
    reason: str
    message: str
    body: Any = None
    kind: str = "application/json"
    query: tuple[tuple[str, str], ...] = ()


def listed(message: str, **query: str) -> Case:
    reason, code = ("Invalid", 422) if message.startswith(LISTS) else ("BadRequest", 400)
    return Case("GET", "", code, reason, message, query=tuple(query.items()))


def posted(message: str, body: Any, code: int = 422, **query: str) -> Case:
    reason = {400: "BadRequest", 422: "Invalid"}.get(code, "")
    return Case("POST", "", code, reason, message, body, query=tuple(query.items()))


def patched(message: str, body: Any, kind: str = MERGE, code: int = 422, **query: str) -> Case:
    reason = {400: "BadRequest", 415: "UnsupportedMediaType", 422: "Invalid"}[code]
    return Case("PATCH", "lock", code, reason, message, body, kind, tuple(query.items()))


def deleted(message: str, body: Any = None, **query: str) -> Case:
    full = f'DeleteOptions.meta.k8s.io "" is invalid: {message}'
    return Case("DELETE", "lock", 422, "Invalid", full, body, query=tuple(query.items()))


def named(field: str, why: str, name: str = "x") -> str:
    return f'Lease.coordination.k8s.io "{name}" is invalid: {field}: {why}'


def undecoded(why: str) -> str:
    return f'Lease in version "v1" cannot be handled as a Lease: {why}'


CASES = {
    "limit": listed('strconv.ParseInt: parsing "x": invalid syntax', limit="x"),
    "timeout": listed('strconv.ParseInt: parsing "x": invalid syntax', timeoutSeconds="x"),
    "match without version": listed(
        f"{LISTS}{MATCH} unless resourceVersion is provided", resourceVersionMatch="Exact"
    ),
    "unknown match": listed(
        f'{LISTS}resourceVersionMatch: Unsupported value: "Foo": supported values: "Exact",'
        ' "NotOlderThan", ""',
        resourceVersionMatch="Foo",
        resourceVersion="1",
    ),
    "initial events of a list": listed(
        f"{LISTS}sendInitialEvents: Forbidden: {INITIAL}", sendInitialEvents="true"
    ),
    "version of a list": listed(
        'invalid resource version: resourceVersion: Invalid value: "abc": strconv.ParseUint:'
        ' parsing "abc": invalid syntax',
        resourceVersion="abc",
    ),
    "dry run of a create": posted(
        f'CreateOptions.meta.k8s.io "" is invalid: {SOME}', lease("x"), dryRun="Some"
    ),
    "dry run of a patch": patched(
        f'PatchOptions.meta.k8s.io "" is invalid: {SOME}', {}, dryRun="Some"
    ),
    "dry run of a deletion": deleted(SOME, dryRun="Some"),
    "dry run in a body": deleted(SOME, {"dryRun": ["Some"]}),
    "policy": deleted(POLICY, {"propagationPolicy": "Bad"}),
    "policy in the query": deleted(POLICY, propagationPolicy="Bad"),
    "label key": posted(
        named("metadata.labels", f'Invalid value: "a b": {KEY}'),
        lease("x", labels={"a b": "c"}),
    ),
    "annotation key": posted(
        named("metadata.annotations", f'Invalid value: "a b": {KEY}'),
        lease("x", annotations={"a b": "c"}),
    ),
    "annotations too long": posted(
        named("metadata.annotations", "Too long: may not be more than 262144 bytes"),
        lease("x", annotations={"a": "c" * 262144}),
    ),
    "name": posted(
        named("metadata.name", f'Invalid value: "X_y": {SUBDOMAIN}', "X_y"), lease("X_y")
    ),
    "number for a label": posted(
        undecoded(
            "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type"
            " string"
        ),
        lease("x", labels={"a": 1}),
        400,
    ),
    "time without its fraction": posted(
        undecoded(f'parsing time "{SECONDS}" as {MICRO}: cannot parse "Z" as ".000000"'),
        {**lease("x"), "spec": {"renewTime": SECONDS}},
        400,
    ),
    "strict": posted(
        undecoded('strict decoding error: unknown field "spec.foo"'),
        {**lease("x"), "spec": {"foo": 1}},
        400,
        fieldValidation="Strict",
    ),
    "created with a version": posted(
        "resourceVersion should not be set on objects to be created",
        lease("x", resourceVersion="1"),
        500,
    ),
    "duration": posted(
        named("spec.leaseDurationSeconds", "Invalid value: 0: must be greater than 0"),
        {**lease("x"), "spec": {"leaseDurationSeconds": 0}},
    ),
    "other name in a patch": patched(
        "the name of the object (b) does not match the name on the URL (lock)",
        {"metadata": {"name": "b"}},
        code=400,
    ),
    "JSON patch": patched(
        "the server rejected our request due to an error in our request",
        [{"op": "remove", "path": "/spec/none"}],
        JSON,
    ),
    "patch format": patched("415: Unsupported Media Type", {}, "application/json", 415),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_request_is_refused_in_the_words_of_the_server(
    face: Face, namespace: str, case: Case
) -> None:
    made(face, namespace)
    path = leases(namespace, case.name)
    status, body = face.ask(case.verb, path, case.body, case.kind, **dict(case.query))
    found = (status, body.get("reason", ""), body["message"], body["code"])
    assert found == (case.code, case.reason, case.message, case.code)


def test_a_field_that_is_not_known_is_dropped(face: Face, namespace: str) -> None:
    body = {**lease("x"), "spec": {"holderIdentity": "me", "foo": 1}}
    status, answer = face.ask("POST", leases(namespace), body)
    assert (status, answer["spec"]) == (201, {"holderIdentity": "me"})
    status, answer = face.ask("PATCH", leases(namespace, "x"), {"metadata": {"foo": 1}}, MERGE)
    assert status == 200
    assert "foo" not in answer["metadata"]


def test_what_is_dropped_is_told_beside_the_answer(face: Face, namespace: str) -> None:
    """Source: apiserver pkg/endpoints/handlers/rest.go, fieldValidation Warn."""
    body = {**lease("x", foo="1"), "spec": {"holderIdentity": "me", "bar": 1}}
    found = face.warnings(leases(namespace), body)
    assert sorted(found) == ['unknown field "metadata.foo"', 'unknown field "spec.bar"']
    assert face.warnings(leases(namespace), lease("x")) == []


@pytest.mark.parametrize(
    "path", ["/apis/unknown.example.com/v1/things", "/apis/unknown.example.com", "/unknown"]
)
def test_paths_that_no_part_of_the_server_knows_are_refused_in_plain_text(
    face: Face, path: str
) -> None:
    status, body = face.ask("GET", path)
    assert (status, body) == (404, {"kind": "Status", "message": "404 page not found"})


def test_health_is_told_by_its_parts(face: Face) -> None:
    assert face.ask("GET", "/readyz")[1]["message"] == "ok"
    told = face.ask("GET", "/readyz", verbose="")[1]["message"].splitlines()
    assert told[-1] == "readyz check passed"
    assert {"[+]ping ok", "[+]etcd ok"} <= set(told)
    assert all(re.fullmatch(r"\[\+\]\S+ ok", line) for line in told[:-1])


TAINT = {"key": "a", "effect": "NoExecute"}


@pytest.mark.parametrize(
    ("taints", "why"),
    [
        (
            [{**TAINT, "value": "1"}, TAINT],
            'metadata.taints[1]: Duplicate value: {"Key":"a","Value":"","Effect":"NoExecute",'
            '"TimeAdded":null}: taints must be unique by key and effect pair',
        ),
        (
            [{"key": "a", "effect": "Foo"}],
            'metadata.taints[0].effect: Unsupported value: "Foo": supported values: "NoSchedule",'
            ' "PreferNoSchedule", "NoExecute"',
        ),
        ([{"key": "a b", "effect": "NoExecute"}], f'taints[0].key: Invalid value: "a b": {KEY}'),
        ([{"key": "a"}], "metadata.taints[0].effect: Required value"),
    ],
)
def test_taints_that_cannot_be_are_refused(face: Face, taints: Any, why: str) -> None:
    """Invalid taints are refused.

    Source: kubernetes pkg/apis/core/validation validateNodeTaints. Nothing is created: the real
    server would let its controllers loose on a node.
    """
    body = {"metadata": {"name": "contract"}, "spec": {"taints": taints}}
    status, answer = face.ask("POST", "/api/v1/nodes", body, dryRun="All")
    assert (status, answer["reason"], answer["details"]["kind"]) == (422, "Invalid", "Node")
    assert answer["message"].endswith(why)


def test_a_new_node_is_born_with_the_not_ready_taint(face: Face) -> None:
    """Source: kubernetes plugin/pkg/admission/nodetaint."""
    body = {"metadata": {"name": "contract"}, "spec": {"taints": [TAINT]}}
    status, answer = face.ask("POST", "/api/v1/nodes", body, dryRun="All")
    born = {"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"}
    assert (status, answer["spec"]["taints"]) == (201, [TAINT, born])


@pytest.mark.parametrize(("given", "what"), [("aws:///a/i-1", "modified"), (None, "cleared")])
def test_the_instance_of_a_node_cannot_change(face: Face, given: str | None, what: str) -> None:
    """A provider ID, once set, can be neither changed nor removed.

    Source: kubernetes pkg/apis/core/validation ValidateNodeUpdate. A node of a real cluster is
    asked by dry run.
    """
    known = [n for n in face.ask("GET", "/api/v1/nodes")[1]["items"] if n["spec"].get("providerID")]
    if not known:
        pytest.skip("no node here has a providerID")
    path, patch = f"/api/v1/nodes/{known[0]['metadata']['name']}", {"spec": {"providerID": given}}
    status, answer = face.ask("PATCH", path, patch, MERGE, dryRun="All")
    (cause,) = answer["details"]["causes"]
    why = f"Invalid value: null: field cannot be {what} once set"
    assert (status, cause["field"], cause["message"]) == (422, "spec.providerID", why)
