# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Watch objects: every face sends the same events."""

from __future__ import annotations

from typing import Any

import pytest

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
    assert versions == sorted(set(versions))
    assert events[0]["object"]["kind"] == "Lease"


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


def test_a_watch_from_the_future_is_silent(face: Face, namespace: str) -> None:
    """Source: apiserver pkg/storage/cacher (getAllEventsSinceLocked)."""
    version = int(make(face, namespace, "a"))
    make(face, namespace, "b")
    events = face.watch(leases(namespace), 1, resourceVersion=str(version + 10**6))
    assert events == []


STREAMED = {"sendInitialEvents": "true", "resourceVersionMatch": "NotOlderThan"}


def test_present_objects_end_with_a_bookmark_if_bookmarks_are_wanted(
    face: Face, namespace: str
) -> None:
    """A bookmark follows the present objects if the watch asks for bookmarks.

    Source: apiserver cacher (setInitialEventsEndBookmarkIfRequested), and for a watch that does not
    ask internalversion SetListOptionsDefaults. Servers of 1.33 have the feature off.
    """
    make(face, namespace, "a")
    found = [
        face.watch(leases(namespace), 1, **query)
        for query in (
            STREAMED,
            {**STREAMED, "allowWatchBookmarks": "true"},
            {"allowWatchBookmarks": "true"},
        )
    ]
    if face.minor == 33:
        assert [events[0]["object"]["code"] for events in found[:2]] == [422, 422]
        assert found[2][0]["type"] == "ADDED"
        return
    types = [[event["type"] for event in events[:2]] for events in found]
    assert types == [["ADDED"], ["ADDED", "BOOKMARK"], ["ADDED", "BOOKMARK"]]
    end = {"k8s.io/initial-events-end": "true"}
    assert all(events[1]["object"]["metadata"]["annotations"] == end for events in found[1:])


def test_present_objects_of_the_future_are_an_error(face: Face, namespace: str) -> None:
    query = {**STREAMED, "allowWatchBookmarks": "true", "resourceVersion": "999999999999"}
    (event,) = face.watch(leases(namespace), 5, **query)
    why = (422, "ListOptions") if face.minor == 33 else (504, "Timeout: Too large resource version")
    assert (event["type"], event["object"]["code"]) == ("ERROR", why[0])
    assert event["object"]["message"].startswith(why[1])


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"resourceVersion": "abc"}, 500),
        ({"limit": "x"}, 400),
        ({"sendInitialEvents": "true"}, 422),
        ({"resourceVersionMatch": "NotOlderThan"}, 422),
    ],
)
def test_options_of_a_watch_that_cannot_be(
    face: Face, namespace: str, query: dict[str, str], code: int
) -> None:
    """A watch with impossible options gets an ERROR event.

    Source: internalversion/validation validateWatchOptions; the storage parses a version.
    """
    (event,) = face.watch(leases(namespace), **{"seconds": 1, **query})  # type: ignore[arg-type]
    assert (event["type"], event["object"]["code"]) == ("ERROR", code)


def test_an_invalid_selector_is_refused(face: Face, namespace: str) -> None:
    (event,) = face.watch(leases(namespace), 1, fieldSelector="spec.holderIdentity=me")
    assert (event["type"], event["object"]["code"]) == ("ERROR", 400)
