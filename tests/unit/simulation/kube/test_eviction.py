# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The eviction subresource: every answer of the real registry, word for word."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.kube import build
from ansible_collections.nodeops.rotator.tests.simulation.kube.admission import Webhook
from ansible_collections.nodeops.rotator.tests.unit.simulation.kube.conftest import Hand

VIOLATION = "Cannot evict pod as it would violate the pod's disruption budget."


@pytest.fixture
def shop(hand: Hand) -> Hand:
    """Two ready pods under a budget that lets one go, one unready pod beside them."""
    build.deployment(hand.cluster, "shop", "web", 2)
    build.pdb(hand.cluster, "shop", "web", min_available=1)
    hand.cluster.settle()
    return hand


def web(hand: Hand) -> list[str]:
    return [
        pod["metadata"]["name"] for pod in hand.pods() if "deletionTimestamp" not in pod["metadata"]
    ]


def budget(hand: Hand, name: str = "web") -> dict[str, Any]:
    found = hand.cluster.object("poddisruptionbudgets", name, "shop")
    assert found is not None
    return found


def set_status(hand: Hand, **status: Any) -> None:
    hand.cluster.change("poddisruptionbudgets", budget(hand), {"status": status})


def test_granted(shop: Hand) -> None:
    name = web(shop)[0]
    status, body = shop.evict(name)
    assert (status, body["status"], body["code"]) == (201, "Success", 201)
    pod = shop.pod(name)
    assert pod["metadata"]["deletionGracePeriodSeconds"] == 30
    target = next(c for c in pod["status"]["conditions"] if c["type"] == "DisruptionTarget")
    assert (target["status"], target["reason"]) == ("True", "EvictionByEvictionAPI")
    assert budget(shop)["status"]["disruptionsAllowed"] == 0
    assert list(budget(shop)["status"]["disruptedPods"]) == [name]


def test_refused_by_the_budget(shop: Hand) -> None:
    first, second = web(shop)
    shop.evict(first)
    status, body = shop.evict(second)
    assert (status, body["reason"], body["message"]) == (429, "TooManyRequests", VIOLATION)
    cause = {
        "reason": "DisruptionBudget",
        "message": "The disruption budget web needs 1 healthy pods and has 2 currently",
    }
    assert body["details"] == {"causes": [cause]}


def test_refused_while_the_status_lags_behind_the_spec(shop: Hand) -> None:
    shop.ask(
        "PATCH",
        "/apis/policy/v1/namespaces/shop/poddisruptionbudgets/web",
        {"spec": {"minAvailable": 0}},
    )
    status, body = shop.evict(web(shop)[0])
    cause = "The disruption budget web is still being processed by the server."
    assert (
        status,
        body["details"]["causes"][0]["message"],
        body["details"]["retryAfterSeconds"],
    ) == (429, cause, 10)
    shop.wait(1)
    assert shop.evict(web(shop)[0])[0] == 201


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"disruptionsAllowed": -1}, "pdb disruptions allowed is negative"),
        (
            {"disruptedPods": {f"p{n}": "2099-01-01T00:00:00Z" for n in range(2001)}},
            "DisruptedPods map too big",
        ),
    ],
)
def test_forbidden(shop: Hand, fields: dict[str, Any], why: str) -> None:
    set_status(shop, **fields)
    status, body = shop.evict(web(shop)[0])
    assert (status, body["reason"]) == (403, "Forbidden")
    assert why in body["message"]


def test_two_budgets_are_a_server_error(shop: Hand) -> None:
    build.pdb(shop.cluster, "shop", "other", {"app": "web"}, max_unavailable=1)
    status, body = shop.evict(web(shop)[0])
    message = (
        "This pod has more than one PodDisruptionBudget, which the eviction subresource"
        " does not support."
    )
    assert (status, body["code"], body["message"]) == (500, 500, message)


@pytest.mark.parametrize(
    ("version", "says"),
    [
        ("v1.34.1", "needs 0 healthy pods and has 0 currently"),
        ("v1.35.0", "failed sync: daemonsets.apps does not implement the scale subresource"),
    ],
)
def test_a_budget_that_failed_to_sync_says_so(
    a_hand: Callable[..., Hand], version: str, says: str
) -> None:
    hand = a_hand(version=version)
    hand.nodes("n1")
    build.daemonset(hand.cluster, "shop", "agent")
    build.pdb(hand.cluster, "shop", "agent", max_unavailable=1)
    hand.cluster.settle()
    status, body = hand.evict(hand.pods()[0]["metadata"]["name"])
    assert status == 429
    assert says in body["details"]["causes"][0]["message"]


@pytest.mark.parametrize(
    ("policy", "ready_pods", "expected"),
    [
        (None, 2, 201),  # enough healthy pods: the unready one is free
        (None, 0, 429),  # the budget is broken already, and every pod is guarded
        ("IfHealthyBudget", 0, 429),
        ("AlwaysAllow", 0, 201),
    ],
)
def test_unready_pods(hand: Hand, policy: str | None, ready_pods: int, expected: int) -> None:
    if ready_pods:
        build.deployment(hand.cluster, "shop", "web", ready_pods)
    build.bare_pod(
        hand.cluster,
        "shop",
        "sick",
        labels={"app": "web"},
        annotations={"world.nodeops/ready-seconds": "never"},
    )
    build.pdb(hand.cluster, "shop", "web", min_available=max(1, ready_pods), unhealthy=policy)
    hand.cluster.settle()
    before = budget(hand)["status"]["disruptionsAllowed"]
    assert hand.evict("sick")[0] == expected
    assert budget(hand)["status"]["disruptionsAllowed"] == before


def test_pods_that_no_budget_guards_any_more(shop: Hand) -> None:
    set_status(shop, disruptionsAllowed=0)
    build.bare_pod(
        shop.cluster,
        "shop",
        "pending",
        labels={"app": "web"},
        pod={"nodeSelector": {"no": "where"}},
    )
    build.job(shop.cluster, "shop", "done", seconds=1)
    shop.cluster.settle()
    set_status(shop, disruptionsAllowed=0)
    finished = next(
        p["metadata"]["name"] for p in shop.pods() if p["status"]["phase"] == "Succeeded"
    )
    assert (shop.evict("pending")[0], shop.evict(finished)[0]) == (201, 201)
    assert "pending" not in web(shop)
    assert finished not in web(shop)
    dying = web(shop)[0]
    shop.ask("DELETE", f"/api/v1/namespaces/shop/pods/{dying}")
    assert shop.evict(dying)[0] == 201


def test_a_pod_that_is_not_there(shop: Hand) -> None:
    status, body = shop.evict("ghost")
    assert (status, body["message"]) == (404, 'pods "ghost" not found')


def test_uid_precondition(shop: Hand) -> None:
    name = web(shop)[0]
    status, body = shop.evict(name, options={"preconditions": {"uid": "someone-else"}})
    assert (status, body["reason"]) == (409, "Conflict")
    assert (
        "the UID in the precondition (someone-else) does not match the UID in record"
        in body["message"]
    )
    shop.wait(1)
    uid = shop.pod(name)["metadata"]["uid"]
    assert "deletionTimestamp" not in shop.pod(name)["metadata"]
    set_status(shop, disruptionsAllowed=1)
    assert shop.evict(name, options={"preconditions": {"uid": uid}})[0] == 201


def test_version_precondition(shop: Hand) -> None:
    name = web(shop)[0]
    version = shop.pod(name)["metadata"]["resourceVersion"]
    assert shop.evict(name, options={"preconditions": {"resourceVersion": "1"}})[0] == 409
    set_status(shop, disruptionsAllowed=1)
    assert shop.evict(name, options={"preconditions": {"resourceVersion": version}})[0] == 201


def test_grace_of_the_request(shop: Hand) -> None:
    name = web(shop)[0]
    assert shop.evict(name, options={"gracePeriodSeconds": 0})[0] == 201
    assert name not in web(shop)
    assert shop.cluster.object("pods", name, "shop") is None


@pytest.mark.parametrize("where", ["query", "body"])
def test_dry_run_changes_nothing_and_still_says_no(shop: Hand, where: str) -> None:
    def dry(name: str) -> int:
        if where == "query":
            return shop.evict(name, dryRun="All")[0]
        return shop.evict(name, options={"dryRun": ["All"]})[0]

    version = shop.cluster.store.version
    assert dry(web(shop)[0]) == 201
    assert shop.cluster.store.version == version
    set_status(shop, disruptionsAllowed=0)
    assert dry(web(shop)[0]) == 429


def test_name_in_the_body_has_to_be_the_name_in_the_path(shop: Hand) -> None:
    body = {"metadata": {"name": "other"}}
    assert shop.ask("POST", f"/api/v1/namespaces/shop/pods/{web(shop)[0]}/eviction", body)[0] == 400


def test_webhooks(shop: Hand) -> None:
    first, second = web(shop)
    only_first = Webhook(
        "guard.example",
        "create pods/eviction",
        "not now",
        403,
        where=lambda ns, name: name == first,
    )
    shop.cluster.webhooks.append(only_first)
    status, body = shop.evict(first)
    assert (status, body["message"]) == (
        403,
        'admission webhook "guard.example" denied the request: not now',
    )
    assert shop.evict(second)[0] == 201
    shop.cluster.webhooks[:] = [Webhook("down.example", "create pods/eviction", broken=True)]
    status, body = shop.evict(first)
    assert (status, body["reason"]) == (500, "InternalError")
    assert 'failed calling webhook "down.example"' in body["message"]
