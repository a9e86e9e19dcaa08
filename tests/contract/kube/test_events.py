# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Events of the core API are created, counted and found as on a real API server."""

from __future__ import annotations

from typing import Any

from ansible_collections.nodeops.rotator.tests.contract.kube.faces import Face
from ansible_collections.nodeops.rotator.tests.contract.kube.test_objects import MERGE, names


def event(namespace: str, of: dict[str, str], space: str = "") -> dict[str, Any]:
    """An Event of the core API, as recorders write it."""
    moment = "2026-06-01T12:00:00Z"
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"generateName": "lock.rotation-", "namespace": space or namespace},
        "involvedObject": {"apiVersion": "v1", "name": "lock", "uid": "u-1", **of},
        "reason": "Replacing",
        "message": "version 1, target is 2",
        "type": "Normal",
        "count": 1,
        "firstTimestamp": moment,
        "lastTimestamp": moment,
        "source": {"component": "nodeops-rotator"},
    }


def test_an_event_is_created_counted_and_found_by_its_object(face: Face, namespace: str) -> None:
    path = f"/api/v1/namespaces/{namespace}/events"
    of = {"kind": "Lease", "apiVersion": "coordination.k8s.io/v1", "namespace": namespace}
    status, body = face.ask("POST", path, event(namespace, of))
    assert status == 201, body
    name = body["metadata"]["name"]
    assert name.startswith("lock.rotation-")
    status, body = face.ask("PATCH", f"{path}/{name}", {"count": 3}, MERGE)
    assert (status, body["count"], body["message"]) == (200, 3, "version 1, target is 2")
    fields = "involvedObject.kind=Lease,involvedObject.name=lock,involvedObject.uid=u-1"
    assert names(face.ask("GET", path, fieldSelector=fields)) == [name]
    assert names(face.ask("GET", path, fieldSelector="involvedObject.uid=u-2")) == []


def test_an_event_is_in_the_namespace_of_its_object_and_that_of_a_node_in_default(
    face: Face, namespace: str
) -> None:
    path = f"/api/v1/namespaces/{namespace}/events"
    for of in ({"kind": "Node"}, {"kind": "Pod", "namespace": "default"}):
        status, body = face.ask("POST", path, event(namespace, of))
        assert (status, body["reason"]) == (422, "Invalid")
        assert "does not match event.namespace" in body["message"]
    place = "/api/v1/namespaces/default/events"
    of_node = event("default", {"kind": "Node"})
    status, body = face.ask("POST", place, of_node, dryRun="All")
    assert status == 201, body
