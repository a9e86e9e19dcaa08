# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Watch objects: every face sends the same events."""

from __future__ import annotations

from typing import Any

from ansible_collections.nodeops.rotator.tests.contract.kube.faces import Face

MERGE = "application/merge-patch+json"


def leases(namespace: str, name: str = "") -> str:
    return f"/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases" + (
        f"/{name}" if name else ""
    )


def make(face: Face, namespace: str, name: str, **labels: str) -> str:
    body = {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"name": name, "labels": labels},
        "spec": {},
    }
    status, answer = face.ask("POST", leases(namespace), body)
    assert status == 201, answer
    version: str = answer["metadata"]["resourceVersion"]
    return version


def label(face: Face, namespace: str, name: str, **labels: str | None) -> None:
    assert (
        face.ask("PATCH", leases(namespace, name), {"metadata": {"labels": labels}}, MERGE)[0]
        == 200
    )


def seen(events: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(event["type"], event["object"]["metadata"]["name"]) for event in events]


def test_a_watch_begins_after_a_resource_version(face: Face, namespace: str) -> None:
    version = make(face, namespace, "a")
    make(face, namespace, "b")
    label(face, namespace, "a", x="1")
    face.ask("DELETE", leases(namespace, "b"))
    events = face.watch(leases(namespace), 1, resourceVersion=version)
    assert seen(events) == [("ADDED", "b"), ("MODIFIED", "a"), ("DELETED", "b")]
    versions = [int(event["object"]["metadata"]["resourceVersion"]) for event in events]
    assert versions == sorted(set(versions)) and events[0]["object"]["kind"] == "Lease"


def test_a_watch_without_a_version_begins_with_present_objects(face: Face, namespace: str) -> None:
    make(face, namespace, "a")
    make(face, namespace, "b")
    assert sorted(seen(face.watch(leases(namespace), 1))) == [("ADDED", "a"), ("ADDED", "b")]
    assert sorted(seen(face.watch(leases(namespace), 1, resourceVersion="0"))) == [
        ("ADDED", "a"),
        ("ADDED", "b"),
    ]


def test_a_watch_reports_what_begins_and_ceases_to_match(face: Face, namespace: str) -> None:
    version = make(face, namespace, "a")
    label(face, namespace, "a", color="blue")
    label(face, namespace, "a", other="x")
    label(face, namespace, "a", color="green")
    label(face, namespace, "a", other="y")
    events = face.watch(leases(namespace), 1, resourceVersion=version, labelSelector="color=blue")
    assert seen(events) == [("ADDED", "a"), ("MODIFIED", "a"), ("DELETED", "a")]
    assert events[-1]["object"]["metadata"]["labels"]["color"] == "blue"


def test_a_watch_of_one_object_by_name(face: Face, namespace: str) -> None:
    version = make(face, namespace, "a")
    make(face, namespace, "b")
    label(face, namespace, "a", x="1")
    assert seen(
        face.watch(leases(namespace), 1, resourceVersion=version, fieldSelector="metadata.name=a")
    ) == [("MODIFIED", "a")]


def test_an_invalid_selector_is_refused(face: Face, namespace: str) -> None:
    (event,) = face.watch(leases(namespace), 1, fieldSelector="spec.holderIdentity=me")
    assert (event["type"], event["object"]["code"]) == ("ERROR", 400)
