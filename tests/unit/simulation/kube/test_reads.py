# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists, pages and discovery."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.tests.simulation.kube import build
from ansible_collections.nodeops.rotator.tests.unit.simulation.kube.conftest import Hand

LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases"


def test_lists_leave_out_what_every_item_is(hand: Hand) -> None:
    body = hand.ask("GET", "/api/v1/nodes")[1]
    assert (body["kind"], body["metadata"]["resourceVersion"]) == (
        "NodeList",
        str(hand.cluster.store.version),
    )
    assert "kind" not in body["items"][0]


def test_pages_show_one_moment(hand: Hand) -> None:
    for name in "abcde":
        hand.ask("POST", LEASES, {"metadata": {"name": name}})
    first = hand.ask("GET", LEASES, limit="2")[1]
    assert (len(first["items"]), first["metadata"]["remainingItemCount"]) == (2, 3)
    hand.ask("DELETE", f"{LEASES}/c")
    hand.ask("POST", LEASES, {"metadata": {"name": "cc"}})
    second = hand.ask("GET", LEASES, limit="2", **{"continue": first["metadata"]["continue"]})[1]
    assert second["metadata"]["resourceVersion"] == first["metadata"]["resourceVersion"]
    third = hand.ask("GET", LEASES, limit="2", **{"continue": second["metadata"]["continue"]})[1]
    names = [item["metadata"]["name"] for page in (first, second, third) for item in page["items"]]
    assert names == list("abcde")
    assert "continue" not in third["metadata"]
    hand.wait(301)
    status, body = hand.ask("GET", LEASES, **{"continue": first["metadata"]["continue"]})
    assert (status, body["reason"]) == (410, "Expired")


def test_pods_of_one_node_across_namespaces(hand: Hand) -> None:
    hand.nodes("n2")
    for namespace in ("shop", "bank"):
        build.bare_pod(hand.cluster, namespace, "p", node="n2")
        build.bare_pod(hand.cluster, namespace, "q", node="n1")
    body = hand.ask("GET", "/api/v1/pods", fieldSelector="spec.nodeName=n2")[1]
    assert [(i["metadata"]["namespace"], i["metadata"]["name"]) for i in body["items"]] == [
        ("bank", "p"),
        ("shop", "p"),
    ]
    body = hand.ask("GET", "/api/v1/namespaces/shop/pods", fieldSelector="spec.nodeName=n2")[1]
    assert len(body["items"]) == 1


def test_scale(hand: Hand) -> None:
    build.deployment(hand.cluster, "shop", "web", 1)
    path = "/apis/apps/v1/namespaces/shop/deployments/web/scale"
    status, body = hand.ask("PATCH", path, {"spec": {"replicas": 3}})
    assert (status, body["kind"], body["spec"]) == (200, "Scale", {"replicas": 3})
    hand.cluster.settle()
    assert len(hand.pods()) == 3


def test_discovery(hand: Hand) -> None:
    assert hand.ask("GET", "/version")[1]["gitVersion"] == "v1.33.5"
    assert hand.cluster.request("GET", "/readyz") == (
        200,
        {"text": "ok"},
        {"Content-Type": "text/plain"},
    )
    groups = [group["name"] for group in hand.ask("GET", "/apis")[1]["groups"]]
    for group in groups:
        version = hand.ask("GET", f"/apis/{group}")[1]["preferredVersion"]["groupVersion"]
        assert hand.ask("GET", f"/apis/{version}")[1]["resources"]
    core = {entry["name"]: entry for entry in hand.ask("GET", "/api/v1")[1]["resources"]}
    assert core["pods/eviction"]["kind"] == "Eviction"
    assert core["nodes"]["shortNames"] == ["no"]
