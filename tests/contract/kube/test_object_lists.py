# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The World selects, lists, reviews access and discovers as a real server does."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.tests.contract.kube.faces import Face
from ansible_collections.nodeops.rotator.tests.contract.kube.test_objects import (
    leases,
    made,
    names,
)


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        ("color=blue", ["a"]),
        ("color!=blue", ["b", "c"]),
        ("color in (blue,green)", ["a", "b"]),
        ("color notin (blue,green)", ["c"]),
        ("color", ["a", "b"]),
        ("!color", ["c"]),
        ("color=blue,size=s", []),
    ],
)
def test_objects_are_selected_by_labels(
    face: Face, namespace: str, selector: str, found: list[str]
) -> None:
    for name, labels in (("a", {"color": "blue"}), ("b", {"color": "green"}), ("c", {})):
        made(face, namespace, name, labels=labels)
    assert names(face.ask("GET", leases(namespace), labelSelector=selector)) == found


def test_objects_are_selected_by_fields(face: Face, namespace: str) -> None:
    made(face, namespace, "a")
    made(face, namespace, "b")
    assert names(face.ask("GET", leases(namespace), fieldSelector="metadata.name=b")) == ["b"]
    assert names(face.ask("GET", leases(namespace), fieldSelector="metadata.name!=b")) == ["a"]
    status, body = face.ask("GET", leases(namespace), fieldSelector="spec.holderIdentity=me")
    assert (status, body["reason"]) == (400, "BadRequest")
    known = 'only "metadata.name", "metadata.namespace"'
    assert body["message"] == f'"spec.holderIdentity" is not a known field selector: {known}'


def test_lists_are_read_in_pages(face: Face, namespace: str) -> None:
    for name in "abcde":
        made(face, namespace, name)
    found, query, versions = [], {"limit": "2"}, set()
    for _page in range(3):
        status, body = face.ask("GET", leases(namespace), **query)
        assert status == 200
        assert body["kind"] == "LeaseList"
        assert "kind" not in body["items"][0]
        found += [item["metadata"]["name"] for item in body["items"]]
        versions.add(body["metadata"]["resourceVersion"])
        face.ask("DELETE", leases(namespace, "e"))
        query["continue"] = body["metadata"].get("continue", "")
    assert (found, len(versions), query["continue"]) == (list("abcde"), 1, "")
    assert face.ask("GET", leases(namespace), limit="2", **{"continue": "nonsense!"})[0] == 400


def test_a_resource_version_of_the_future_is_refused(face: Face, namespace: str) -> None:
    status, body = face.ask("GET", leases(namespace), resourceVersion="999999999999")
    assert (status, body["reason"]) == (504, "Timeout")
    assert body["message"].startswith("Timeout: Too large resource version: 999999999999, current:")
    assert body["details"]["causes"][0]["reason"] == "ResourceVersionTooLarge"


def test_access_reviews_are_answered(face: Face) -> None:
    asked = {"resourceAttributes": {"verb": "patch", "resource": "nodes"}}
    body = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": asked,
    }
    status, answer = face.ask(
        "POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", body
    )
    assert (status, answer["status"]["allowed"]) == (201, True)


def test_discovery_lists_groups_and_resources(face: Face) -> None:
    core = {entry["name"]: entry for entry in face.ask("GET", "/api/v1")[1]["resources"]}
    assert core["pods/eviction"]["kind"] == "Eviction"
    assert core["pods/eviction"]["group"] == "policy"
    assert core["nodes"]["namespaced"] is False
    assert "watch" in core["nodes"]["verbs"]
    groups = {group["name"] for group in face.ask("GET", "/apis")[1]["groups"]}
    assert {"apps", "batch", "policy", "coordination.k8s.io", "storage.k8s.io"} <= groups
    assert face.ask("GET", "/version")[1]["gitVersion"].startswith("v1.")
