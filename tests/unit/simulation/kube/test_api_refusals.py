# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refusals of the API, as the real server words them, and the gate before it."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.gate import Call, Fault
from ansible_collections.nodeops.rotator.tests.simulation.kube import build
from ansible_collections.nodeops.rotator.tests.simulation.kube.admission import Webhook
from ansible_collections.nodeops.rotator.tests.simulation.kube.errors import ConnectionLost
from ansible_collections.nodeops.rotator.tests.unit.simulation.kube.conftest import Hand
from ansible_collections.nodeops.rotator.tests.unit.simulation.kube.test_api import (
    LEASES,
)


@pytest.mark.parametrize(
    ("verb", "path", "status"),
    [
        ("GET", "/api/v1/nodes/ghost", 404),
        ("GET", "/api/v1/unknowns", 404),
        ("GET", "/apis/apps/v2/deployments", 404),
        ("GET", "/api/v1/nodes/n1/eviction", 404),
        ("GET", "/api/v1/pods/p", 404),
        ("POST", "/api/v1/nodes/n1", 405),
        ("PATCH", "/api/v1/nodes", 405),
    ],
)
def test_paths_that_are_not_served(hand: Hand, verb: str, path: str, status: int) -> None:
    found, body = hand.ask(verb, path, {})
    assert (found, body["kind"], body["code"]) == (status, "Status", status)


@pytest.mark.parametrize(
    "body",
    [
        [],
        "text",
        {"kind": "Pod"},
        {"apiVersion": "v2"},
        {"metadata": {"namespace": "else"}},
    ],
)
def test_bodies_that_do_not_fit(hand: Hand, body: Any) -> None:
    assert hand.ask("POST", LEASES, body)[0] == 400


def test_tokens(hand: Hand) -> None:
    hand.cluster.tokens = {"secret": "operator"}
    assert hand.cluster.request("GET", "/api/v1/nodes", token="secret")[0] == 200
    status, body, _headers = hand.cluster.request("GET", "/api/v1/nodes", token="wrong")
    assert (status, body["message"], body["reason"]) == (401, "Unauthorized", "Unauthorized")
    assert hand.cluster.watch("/api/v1/nodes").status == 401
    hand.cluster.authenticate = lambda token: (
        "aws:someone" if token.startswith("k8s-aws-v1.") else None
    )
    assert hand.cluster.request("GET", "/api/v1/nodes", token="k8s-aws-v1.abc")[0] == 200


def test_permissions(hand: Hand) -> None:
    hand.cluster.tokens = {"t": "reader"}
    hand.cluster.denied.append(("read*", "* pods/eviction"))
    hand.cluster.denied.append(("read*", "patch nodes"))
    build.bare_pod(hand.cluster, "shop", "p")
    path = "/api/v1/namespaces/shop/pods/p/eviction"
    status, body, _headers = hand.cluster.request("POST", path, body={}, token="t")
    message = (
        'pods "p" is forbidden: User "reader" cannot create resource "pods/eviction" in'
        ' API group "" in the namespace "shop"'
    )
    assert (status, body["reason"], body["message"]) == (403, "Forbidden", message)
    _status, body, _headers = hand.cluster.request("PATCH", "/api/v1/nodes/n1", body={}, token="t")
    assert body["message"].endswith(
        'cannot patch resource "nodes" in API group "" at the cluster scope'
    )
    review = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    answers = []
    for asked in (
        {"verb": "patch", "resource": "nodes"},
        {"verb": "create", "resource": "pods", "subresource": "eviction"},
        {"verb": "get", "resource": "nodes"},
    ):
        answers.append(
            hand.cluster.request(
                "POST", review, body={"spec": {"resourceAttributes": asked}}, token="t"
            )[1]["status"]["allowed"]
        )
    assert answers == [False, False, True]
    assert hand.cluster.gate.calls["kubernetes:create pods/eviction"] == 1


def test_every_call_passes_the_gate_with_its_particulars(hand: Hand) -> None:
    calls: list[Call] = []
    hand.cluster.gate.judges.append(calls.append)
    hand.cluster.tokens = {"": "me"}
    hand.ask("GET", "/api/v1/nodes", labelSelector="a=b")
    hand.ask("PATCH", "/api/v1/nodes/n1", {"spec": {}})
    hand.evict("p")
    assert [call.name for call in calls] == [
        "kubernetes:list nodes",
        "kubernetes:patch nodes",
        "kubernetes:create pods/eviction",
    ]
    assert calls[0].params == {
        "namespace": "",
        "name": "",
        "query": {"labelSelector": "a=b"},
        "body": None,
    }
    assert (calls[2].params["namespace"], calls[2].params["name"], calls[2].actor) == (
        "shop",
        "p",
        "me",
    )


def test_faults(hand: Hand) -> None:
    faults = hand.cluster.gate.faults
    faults.append(Fault("kubernetes:list *", "429", "too many", retry_after=3))
    status, body, headers = hand.cluster.request("GET", "/api/v1/nodes")
    assert (status, body["reason"], headers) == (429, "TooManyRequests", {"Retry-After": "3"})
    faults.append(Fault("kubernetes:patch nodes", "504", "lost", applied=True))
    assert hand.ask("PATCH", "/api/v1/nodes/n1", {"spec": {"unschedulable": True}})[0] == 504
    assert hand.node("n1")["spec"]["unschedulable"]
    faults.append(Fault("kubernetes:get nodes", "0"))
    with pytest.raises(ConnectionLost):
        hand.ask("GET", "/api/v1/nodes/n1")
    assert hand.ask("GET", "/api/v1/nodes/n1")[0] == 200


def test_a_webhook_sees_writes_only(hand: Hand) -> None:
    hand.cluster.webhooks.append(Webhook("no.example", "* nodes"))
    assert hand.ask("GET", "/api/v1/nodes/n1")[0] == 200
    status, body = hand.ask("PATCH", "/api/v1/nodes/n1", {"spec": {"unschedulable": True}})
    assert (status, body["message"]) == (
        400,
        'admission webhook "no.example" denied the request without explanation',
    )


def test_a_warning_comes_beside_the_answer(hand: Hand) -> None:
    body = {"spec": {"foo": 1, "bar": 2}, "metadata": {"name": "x"}}
    status, _answer, headers = hand.cluster.request("POST", LEASES, body=body)
    told = '299 - "unknown field \\"spec.foo\\"", 299 - "unknown field \\"spec.bar\\""'
    assert (status, headers) == (201, {"Warning": told})
    quiet = {"fieldValidation": "Ignore"}
    again = {**body, "metadata": {"name": "y"}}
    assert hand.cluster.request("POST", LEASES, quiet, again)[2] == {}


def test_a_body_makes_a_deletion_ignore_its_query(hand: Hand) -> None:
    """What a dry run in the query seems to promise is not kept.

    Source: apiserver endpoints/handlers/delete.go.
    """
    assert hand.ask("DELETE", "/api/v1/nodes/n1", dryRun="All")[0] == 200
    assert hand.cluster.object("nodes", "n1") is not None
    assert hand.ask("DELETE", "/api/v1/nodes/n1", {"gracePeriodSeconds": 0}, dryRun="All")[0] == 200
    assert hand.cluster.object("nodes", "n1") is None
