# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes, reads and refusals of the API, as the real server words them."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.kube import build
from ansible_collections.nodeops.rotator.tests.unit.simulation.kube.conftest import STRATEGIC, Hand

LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases"
MODIFIED = (
    "the object has been modified; please apply your changes to the latest version and try again"
)


def lease(name: str = "lock", holder: str = "me", **meta: Any) -> dict[str, Any]:
    head = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease"}
    return {**head, "metadata": {"name": name, **meta}, "spec": {"holderIdentity": holder}}


def test_create_get_and_create_again(hand: Hand) -> None:
    status, made = hand.ask("POST", LEASES, lease())
    assert (status, made["kind"], made["metadata"]["namespace"]) == (201, "Lease", "kube-system")
    assert hand.ask("GET", f"{LEASES}/lock") == (200, made)
    status, body = hand.ask("POST", LEASES, lease())
    assert (status, body["reason"], body["message"]) == (
        409,
        "AlreadyExists",
        'leases.coordination.k8s.io "lock" already exists',
    )
    assert body["details"] == {"name": "lock", "group": "coordination.k8s.io", "kind": "leases"}


def test_generated_names(hand: Hand) -> None:
    body = lease()
    body["metadata"] = {"generateName": "lock-"}
    status, made = hand.ask("POST", LEASES, body)
    assert status == 201
    assert made["metadata"]["name"].startswith("lock-")
    assert len(made["metadata"]["name"]) == 10


def test_update_takes_the_version_that_was_read(hand: Hand) -> None:
    _status, first = hand.ask("POST", LEASES, lease())
    version = first["metadata"]["resourceVersion"]
    status, second = hand.ask("PUT", f"{LEASES}/lock", lease(holder="you", resourceVersion=version))
    assert (status, second["spec"]["holderIdentity"]) == (200, "you")
    status, body = hand.ask("PUT", f"{LEASES}/lock", lease(holder="third", resourceVersion=version))
    message = f'Operation cannot be fulfilled on leases.coordination.k8s.io "lock": {MODIFIED}'
    assert (status, body["reason"], body["message"]) == (409, "Conflict", message)
    status, body = hand.ask("PUT", f"{LEASES}/lock", lease(holder="third"))
    assert (status, body["reason"]) == (
        422,
        "Invalid",
    )
    assert "must be specified for an update" in body["message"]


def test_a_node_can_be_updated_without_a_version(hand: Hand) -> None:
    node = hand.ask("GET", "/api/v1/nodes/n1")[1]
    meta = {"name": "n1", "labels": {"a": "b"}}
    status, body = hand.ask("PUT", "/api/v1/nodes/n1", {"metadata": meta, "spec": node["spec"]})
    assert (status, body["metadata"]["labels"], body["metadata"]["uid"]) == (
        200,
        {"a": "b"},
        node["metadata"]["uid"],
    )
    assert body["status"] == node["status"]


def test_put_creates_a_lease_and_no_other_kind(hand: Hand) -> None:
    assert hand.ask("PUT", f"{LEASES}/new", lease("new"))[0] == 201
    assert hand.ask("PUT", "/api/v1/nodes/new", {"metadata": {"name": "new"}})[0] == 404


def test_another_uid_is_a_conflict_for_a_put_and_invalid_in_a_patch(hand: Hand) -> None:
    node = {**hand.node("n1"), "metadata": {**hand.node("n1")["metadata"], "uid": "other"}}
    status, body = hand.ask("PUT", "/api/v1/nodes/n1", node)
    assert status == 409
    assert "Precondition failed: UID in precondition: other" in body["message"]
    status, body = hand.ask("PATCH", "/api/v1/nodes/n1", {"metadata": {"uid": "other"}})
    assert status == 422
    assert body["message"].endswith('"other": field is immutable')


def test_patch_with_a_stale_version_is_a_conflict(hand: Hand) -> None:
    old = hand.node("n1")["metadata"]["resourceVersion"]
    hand.cordon("n1")
    patch = {"metadata": {"resourceVersion": old}, "spec": {"taints": []}}
    assert hand.ask("PATCH", "/api/v1/nodes/n1", patch)[0] == 409


def test_what_changes_nothing_is_not_written(hand: Hand) -> None:
    hand.cordon("n1")
    version = hand.cluster.store.version
    hand.cordon("n1")
    assert hand.cluster.store.version == version


def test_status_and_spec_are_written_apart(hand: Hand) -> None:
    patch = {
        "metadata": {"labels": {"x": "y"}},
        "spec": {"unschedulable": True},
        "status": {"phase": "odd"},
    }
    _status, body = hand.ask("PATCH", "/api/v1/nodes/n1", patch)
    assert body["spec"]["unschedulable"]
    assert "phase" not in body["status"]
    _status, body = hand.ask(
        "PATCH",
        "/api/v1/nodes/n1/status",
        {"spec": {"unschedulable": None}, "status": {"phase": "odd"}},
    )
    assert body["spec"]["unschedulable"]
    assert body["status"]["phase"] == "odd"


def test_generation_counts_changes_of_spec(hand: Hand) -> None:
    build.pdb(hand.cluster, "shop", "web", min_available=1)
    path = "/apis/policy/v1/namespaces/shop/poddisruptionbudgets/web"
    assert (
        hand.ask("PATCH", path, {"metadata": {"labels": {"a": "b"}}})[1]["metadata"]["generation"]
        == 1
    )
    assert hand.ask("PATCH", path, {"spec": {"minAvailable": 2}})[1]["metadata"]["generation"] == 2


@pytest.mark.parametrize(
    ("verb", "path", "body"),
    [
        ("POST", LEASES, lease("dry")),
        ("PATCH", "/api/v1/nodes/n1", {"spec": {"unschedulable": True}}),
        ("PUT", f"{LEASES}/dry", lease("dry")),
        ("DELETE", "/api/v1/nodes/n1", None),
        ("DELETE", "/api/v1/nodes", None),
    ],
)
def test_dry_run_answers_and_changes_nothing(hand: Hand, verb: str, path: str, body: Any) -> None:
    version = hand.cluster.store.version
    assert hand.ask(verb, path, body, dryRun="All")[0] in (200, 201)
    assert hand.cluster.store.version == version


def test_dry_run_knows_one_value(hand: Hand) -> None:
    assert hand.ask("DELETE", "/api/v1/nodes/n1", dryRun="Some")[0] == 422


def test_delete_answers_a_status_or_the_pod(hand: Hand) -> None:
    uid = hand.node("n1")["metadata"]["uid"]
    build.bare_pod(hand.cluster, "shop", "p")
    hand.cluster.settle()
    status, body = hand.ask("DELETE", "/api/v1/namespaces/shop/pods/p")
    assert (status, body["kind"], body["metadata"]["deletionGracePeriodSeconds"]) == (
        200,
        "Pod",
        30,
    )
    status, body = hand.ask("DELETE", "/api/v1/nodes/n1")
    assert (status, body["status"], body["details"]) == (
        200,
        "Success",
        {"name": "n1", "kind": "nodes", "uid": uid},
    )
    assert hand.ask("DELETE", "/api/v1/nodes/n1")[0] == 404


def test_delete_with_preconditions(hand: Hand) -> None:
    status, body = hand.ask("DELETE", "/api/v1/nodes/n1", {"preconditions": {"uid": "other"}})
    assert (status, body["reason"]) == (409, "Conflict")
    uid = hand.node("n1")["metadata"]["uid"]
    assert hand.ask("DELETE", "/api/v1/nodes/n1", {"preconditions": {"uid": uid}})[0] == 200


def test_finalizers_hold_an_object_until_they_are_taken_off(hand: Hand) -> None:
    hand.ask("PATCH", "/api/v1/nodes/n1", {"metadata": {"finalizers": ["example.com/hold"]}})
    status, body = hand.ask("DELETE", "/api/v1/nodes/n1")
    assert (status, body["kind"]) == (200, "Node")
    assert "deletionTimestamp" in body["metadata"]
    status, body = hand.ask(
        "PATCH", "/api/v1/nodes/n1", {"metadata": {"finalizers": ["example.com/hold", "more"]}}
    )
    assert status == 422
    assert "no new finalizers" in body["message"]
    hand.ask("PATCH", "/api/v1/nodes/n1", {"metadata": {"finalizers": None}})
    assert hand.ask("GET", "/api/v1/nodes/n1")[0] == 404


def test_deletecollection_by_selector(hand: Hand) -> None:
    for name, color in (("a", "blue"), ("b", "green")):
        hand.ask("POST", LEASES, lease(name, labels={"color": color}))
    assert hand.ask("DELETE", LEASES, labelSelector="color=blue")[0] == 200
    assert [item["metadata"]["name"] for item in hand.ask("GET", LEASES)[1]["items"]] == ["b"]


def test_a_provider_id_is_for_ever(hand: Hand) -> None:
    status, body = hand.ask("PATCH", "/api/v1/nodes/n1", {"spec": {"providerID": "aws:///b/i-2"}})
    assert status == 422
    assert "providerID" in body["message"]


def test_a_pod_spec_is_nearly_immutable(hand: Hand) -> None:
    build.bare_pod(hand.cluster, "shop", "p")
    path = "/api/v1/namespaces/shop/pods/p"
    assert hand.ask("PATCH", path, {"spec": {"nodeName": "n9"}})[0] == 422
    assert (
        hand.ask(
            "PATCH", path, {"spec": {"containers": [{"name": "p", "image": "new"}]}}, STRATEGIC
        )[0]
        == 200
    )


def test_nothing_is_created_in_a_namespace_that_is_missing_or_ending(hand: Hand) -> None:
    pods, pod = (
        "/api/v1/namespaces/shop/pods",
        {"metadata": {"name": "p"}, "spec": {"containers": []}},
    )
    status, body = hand.ask("POST", pods, pod)
    assert (status, body["message"]) == (404, 'namespaces "shop" not found')
    build.bare_pod(hand.cluster, "shop", "held", finalizers=("example.com/hold",))
    assert hand.ask("DELETE", "/api/v1/namespaces/shop")[1]["status"]["phase"] == "Terminating"
    status, body = hand.ask("POST", pods, pod)
    assert (status, body["details"]["causes"][0]["reason"]) == (403, "NamespaceTerminating")
    assert "because it is being terminated" in body["message"]
