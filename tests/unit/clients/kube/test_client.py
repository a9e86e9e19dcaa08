# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Kubernetes client over scripted replies: what it sends and returns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.client import KubeClient
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.errors import NO_ANSWER
from ansible_collections.nodeops.rotator.plugins.module_utils.core import errors
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.eviction import Verdict
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease, Taint
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import Feed
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import NodeChange
from ansible_collections.nodeops.rotator.plugins.module_utils.core.transport import Reply


class Script:
    """core.ports.KubeCall that answers from a list and keeps what it was asked."""

    def __init__(self, *replies: Reply | Exception) -> None:
        self.replies = list(replies)
        self.asked: list[tuple[str, str, dict[str, str], Any, str]] = []

    def request(
        self,
        verb: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        content_type: str = "application/json",
    ) -> Reply:
        self.asked.append((verb, path, dict(query or {}), body, content_type))
        reply = self.replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return reply

    def stream(self, path: str, query: Mapping[str, str]) -> Iterator[bytes | None]:
        raise NotImplementedError


def refused(status: int, message: str = "no", **headers: str) -> Reply:
    return Reply(
        status,
        {"kind": "Status", "status": "Failure", "message": message, "reason": "Because"},
        headers,
    )


def test_change_node_is_one_merge_patch() -> None:
    call = Script(Reply(200, {}))
    change = NodeChange(
        unschedulable=True,
        labels=(("a", "1"), ("gone", None)),
        annotations=(("b", "2"),),
        taints=(Taint("k", "NoSchedule", "v"), Taint("soft", "PreferNoSchedule")),
    )
    KubeClient(call).change_node("n1", "77", change)
    meta = {"labels": {"a": "1", "gone": None}, "annotations": {"b": "2"}, "resourceVersion": "77"}
    taints = [
        {"key": "k", "effect": "NoSchedule", "value": "v"},
        {"key": "soft", "effect": "PreferNoSchedule"},
    ]
    body = {"metadata": meta, "spec": {"unschedulable": True, "taints": taints}}
    assert call.asked == [("PATCH", "/api/v1/nodes/n1", {}, body, "application/merge-patch+json")]


@pytest.mark.parametrize(
    ("change", "body"),
    [
        (NodeChange(unschedulable=False), {"spec": {"unschedulable": None}}),
        (NodeChange(labels=(("a", None),)), {"metadata": {"labels": {"a": None}}}),
        (NodeChange(taints=()), {"metadata": {"resourceVersion": "77"}, "spec": {"taints": []}}),
    ],
)
def test_only_what_changes_is_sent(change: NodeChange, body: dict[str, Any]) -> None:
    call = Script(Reply(200, {}))
    KubeClient(call).change_node("n1", "77", change)
    assert call.asked[0][3] == body


@pytest.mark.parametrize(("grace", "dry_run"), [(None, False), (0, False), (30, True)])
def test_evict_sends_uid_grace_and_dry_run(grace: int | None, dry_run: bool) -> None:
    call = Script(Reply(201, {"kind": "Status", "status": "Success"}))
    assert (
        KubeClient(call).evict("shop", "cart-1", "u1", grace, dry_run).verdict is Verdict.ACCEPTED
    )
    verb, path, _query, body, _kind = call.asked[0]
    assert (verb, path) == ("POST", "/api/v1/namespaces/shop/pods/cart-1/eviction")
    assert (body["apiVersion"], body["kind"]) == ("policy/v1", "Eviction")
    options = body["deleteOptions"]
    assert options["preconditions"] == {"uid": "u1"}
    assert options.get("gracePeriodSeconds") == grace
    assert options.get("dryRun") == (["All"] if dry_run else None)


def test_delete_pod_sends_the_same_options() -> None:
    call = Script(Reply(200, {"kind": "Pod"}))
    assert KubeClient(call).delete_pod("shop", "cart-1", "u1", 0, False).verdict is Verdict.ACCEPTED
    verb, path, _query, body, _kind = call.asked[0]
    assert (verb, path) == ("DELETE", "/api/v1/namespaces/shop/pods/cart-1")
    assert (body["preconditions"], body["gracePeriodSeconds"]) == ({"uid": "u1"}, 0)


STATUSES = [
    (400, errors.RefusedError),
    (401, errors.CredentialsError),
    (403, errors.ForbiddenError),
    (404, errors.NotFoundError),
    (409, errors.ConflictError),
    (422, errors.RefusedError),
    (429, errors.ThrottledError),
    (500, errors.UnreachableError),
    (503, errors.UnreachableError),
    (504, errors.UnreachableError),
]


@pytest.mark.parametrize(("status", "kind"), STATUSES)
def test_statuses_become_errors_with_one_line(status: int, kind: type[errors.RotatorError]) -> None:
    with pytest.raises(kind) as caught:
        KubeClient(Script(refused(status, "the\nreason"))).change_node(
            "n1", "", NodeChange(unschedulable=True)
        )
    assert caught.value.message == "Cannot change node n1: the reason"
    assert caught.type is kind


def test_retry_after_is_kept() -> None:
    with pytest.raises(errors.ThrottledError) as caught:
        KubeClient(Script(refused(429, **{"retry-after": "7"}))).change_node("n1", "", NodeChange())
    assert caught.value.retry_after == 7


@pytest.mark.parametrize(
    "broken", [NO_ANSWER[-1]("refused"), ConnectionResetError("reset"), TimeoutError("slow")]
)
def test_no_answer_is_unreachable(broken: Exception) -> None:
    with pytest.raises(errors.UnreachableError, match="Cannot evict pod shop/cart-1: no answer"):
        KubeClient(Script(broken)).evict("shop", "cart-1", "u1", None, False)


def test_an_eviction_that_is_not_permitted_is_an_error() -> None:
    with pytest.raises(errors.ForbiddenError, match="Cannot evict pod shop/cart-1: no. Allow it"):
        KubeClient(Script(refused(403))).evict("shop", "cart-1", "u1", None, False)


def test_a_node_that_is_gone_is_deleted() -> None:
    KubeClient(Script(refused(404))).delete_node("n1", "u1")
    with pytest.raises(errors.ConflictError):
        KubeClient(Script(refused(409))).delete_node("n1", "u1")


def raw_lease(version: str) -> dict[str, Any]:
    meta = {
        "name": "l",
        "resourceVersion": version,
        "annotations": {"nodeops.rotator/journal": "{}"},
    }
    return {
        "metadata": meta,
        "spec": {
            "holderIdentity": "me",
            "renewTime": "t",
            "leaseDurationSeconds": 60,
            "leaseTransitions": 2,
        },
    }


def test_a_lease_is_created_and_replaced() -> None:
    call = Script(
        refused(404), Reply(201, raw_lease("1")), Reply(200, raw_lease("2")), refused(409)
    )
    client = KubeClient(call, "ops", lambda: "now")
    assert client.read_lease("l") is None
    made = client.write_lease(Lease("l", holder="me", duration=60, journal="{}"))
    assert made == Lease("l", "1", "me", "t", 60, 2, "{}", acquired=("me", ""))
    client.write_lease(made)
    with pytest.raises(errors.ConflictError):
        client.write_lease(made)
    paths = [(verb, path) for verb, path, _query, _body, _kind in call.asked]
    base = "/apis/coordination.k8s.io/v1/namespaces/ops/leases"
    assert paths == [
        ("GET", f"{base}/l"),
        ("POST", base),
        ("PUT", f"{base}/l"),
        ("PUT", f"{base}/l"),
    ]
    created, replaced = call.asked[1][3], call.asked[2][3]
    assert "resourceVersion" not in created["metadata"]
    assert replaced["metadata"]["resourceVersion"] == "1"
    assert created["spec"]["renewTime"] == "now"
    assert created["metadata"]["annotations"] == {"nodeops.rotator/journal": "{}"}


@pytest.mark.parametrize(
    ("holder", "acquired", "written"),
    [
        pytest.param("me", ("me", "then"), "then", id="renewed"),
        pytest.param("me", ("other", "then"), "now", id="taken over"),
        pytest.param("me", ("", ""), "now", id="taken, or written by an earlier release"),
        pytest.param("", ("me", "then"), None, id="given up"),
    ],
)
def test_a_lease_says_since_when_its_holder_has_it(
    holder: str, acquired: tuple[str, str], written: str | None
) -> None:
    call = Script(Reply(200, raw_lease("2")))
    held = Lease("l", "1", holder=holder, acquired=acquired)
    KubeClient(call, "ops", lambda: "now").write_lease(held)
    spec = call.asked[0][3]["spec"]
    assert (spec.get("acquireTime"), spec["renewTime"]) == (written, "now")


def test_since_when_a_lease_is_held_is_read_with_its_holder() -> None:
    shown = raw_lease("1")
    shown["spec"]["acquireTime"] = "then"
    found = KubeClient(Script(Reply(200, shown)), "ops").read_lease("l")
    assert found is not None
    assert found.acquired == ("me", "then")


def test_a_lease_without_its_namespace_is_told_with_the_option_that_names_it() -> None:
    client = KubeClient(Script(refused(404)), "gone", lambda: "now")
    with pytest.raises(errors.NotFoundError, match="Create the namespace gone, or set lock_name"):
        client.write_lease(Lease("l", holder="me"))


def test_lists_are_read_in_pages() -> None:
    def page(names: list[str], more: str = "") -> Reply:
        items = [{"metadata": {"namespace": "shop", "name": name, "uid": name}} for name in names]
        return Reply(200, {"metadata": {"continue": more, "resourceVersion": "5"}, "items": items})

    call = Script(page(["a", "b"], "token"), page(["c"]))
    found = KubeClient(call).records(Feed("pods", "n1"))
    assert [pod.name for pod in found] == ["a", "b", "c"]
    first = {"limit": "500", "fieldSelector": "spec.nodeName=n1"}
    assert [query for _verb, _path, query, _body, _kind in call.asked] == [
        first,
        {**first, "continue": "token"},
    ]


def test_a_lease_is_read_in_our_namespace_or_in_the_one_that_is_said() -> None:
    missing = refused(404)
    call = Script(missing, missing)
    client = KubeClient(call, "ops")
    assert client.read_lease("a") is None
    assert client.read_lease("a", "kube-system") is None
    places = [path.split("/")[5] for _verb, path, *_more in call.asked]
    assert places == ["ops", "kube-system"]


def test_a_cluster_is_known_by_the_uid_of_its_namespace_kube_system() -> None:
    call = Script(
        Reply(200, {"metadata": {"name": "kube-system", "uid": "uid-1"}}),
        refused(403),
        Reply(200, {}),
    )
    client = KubeClient(call)
    assert client.cluster_uid() == "uid-1"
    assert call.asked[0][:2] == ("GET", "/api/v1/namespaces/kube-system")
    with pytest.raises(errors.ForbiddenError):
        client.cluster_uid()
    with pytest.raises(errors.UnreachableError, match="has no UID"):
        client.cluster_uid()
