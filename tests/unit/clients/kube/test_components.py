# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Kubernetes is asked about a control plane, and how its answers are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.client import KubeClient
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.components import (
    PODS,
    component,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.look import (
    Component,
    Health,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ForbiddenError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.transport import Reply

NODE_LEASE = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/a"
LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases"
READYZ = f"{PODS}/kube-apiserver-a:3990/proxy/readyz"
STARTED = "2026-05-06T07:08:09Z"


def a_pod(**more: Any) -> dict[str, Any]:
    command = ["/bin/sh", "-c", "exec /etcd-manager --backup-store=s3://b/c/main/ --v=6 > /tmp/x"]
    return {
        "metadata": {
            "name": "etcd-manager-main-a",
            "namespace": "kube-system",
            "labels": {"k8s-app": "etcd-manager-main"},
            **more.get("metadata", {}),
        },
        "spec": {"nodeName": "a", "containers": [{"command": command, **more.get("spec", {})}]},
        "status": {
            "conditions": [{"type": "Ready", "status": more.get("ready", "True")}],
            "containerStatuses": [{"state": {"running": {"startedAt": STARTED}}}],
        },
    }


def a_lease(name: str, holder: str = "", renewed: str = "") -> dict[str, Any]:
    return {"metadata": {"name": name}, "spec": {"holderIdentity": holder, "renewTime": renewed}}


class Server:
    """Answers by path."""

    def __init__(self, **more: Reply) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.answers: dict[str, Reply] = {
            PODS: Reply(200, {"items": [a_pod()]}),
            NODE_LEASE: Reply(200, a_lease("a", "a", "t1")),
            f"{LEASES}/kube-scheduler": Reply(200, a_lease("kube-scheduler", "a_1")),
            f"{LEASES}/kube-controller-manager": Reply(404, {}),
            READYZ: Reply(200, {"kind": "Status", "message": "ok"}),
        }

    def request(
        self,
        verb: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        content_type: str = "",
    ) -> Reply:
        self.asked.append((path, dict(query or {})))
        return self.answers[path]

    def stream(self, path: str, query: Mapping[str, str]) -> Any:
        raise AssertionError("nothing is watched here")


def read(server: Server) -> Any:
    return KubeClient(server, clock=lambda: STARTED).read_components(("a",), {})


def test_pods_leases_and_health_are_read_in_one_go() -> None:
    server = Server()
    found = read(server)
    assert [pod.app for pod in found.pods] == ["etcd-manager-main"]
    assert found.renewed == {"a": "t1"}
    assert found.leaders == {"kube-scheduler": "a_1"}
    assert found.health == {"a": Health(True)}
    assert found.read_at == found.pods[0].started
    assert server.asked[0] == (PODS, {"limit": "500", "labelSelector": "k8s-app"})
    assert len(server.asked) == 5


def test_who_leads_is_read_alone() -> None:
    server = Server()
    assert KubeClient(server).leaders() == {"kube-scheduler": "a_1"}
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("annotations", "static"),
    [({"kubernetes.io/config.mirror": "x"}, True), ({}, False), (None, False)],
)
def test_a_static_pod_is_known_by_its_annotation(annotations: Any, static: bool) -> None:
    raw = a_pod()
    raw["metadata"]["annotations"] = annotations
    assert component(raw).static is static


@pytest.mark.parametrize(
    ("reply", "health"),
    [
        (Reply(200, {}), Health(True)),
        (
            Reply(500, {"message": "[-]etcd failed"}),
            Health(False, "HTTP status 500 ([-]etcd failed)"),
        ),
        (Reply(401, {"message": "Unauthorized"}), Health(False, "HTTP status 401 (Unauthorized)")),
        (Reply(404, {}), Health(False, "HTTP status 404")),
        (
            Reply(403, {"reason": "Forbidden", "message": "may not"}),
            Health(False, "HTTP status 403 (may not)", False),
        ),
        (
            Reply(503, {"message": "error trying to reach service: dial tcp: timeout"}),
            Health(
                False, "HTTP status 503 (error trying to reach service: dial tcp: timeout)", False
            ),
        ),
    ],
)
def test_what_a_health_check_says(reply: Reply, health: Health) -> None:
    server = Server()
    server.answers[READYZ] = reply
    assert read(server).health == {"a": health}


def test_an_api_server_that_answers_at_its_node_is_not_asked_for_through_the_proxy() -> None:
    server, near = Server(), Server()
    near.answers["/readyz"] = Reply(200, {"message": "[+]etcd ok [+]etcd-override-0 ok"})
    asked = []

    def at(address: str) -> Server:
        asked.append(address)
        return near

    found = KubeClient(server, clock=lambda: STARTED, at=at).read_components(
        ("a",), {"a": "10.0.0.1"}
    )
    assert found.health == {"a": Health(True, overrides=True)}
    assert asked == ["10.0.0.1"]
    assert READYZ not in [path for path, _query in server.asked]


def test_one_that_does_not_is() -> None:
    server, near = Server(), Server()
    near.answers["/readyz"] = Reply(401, {"message": "Unauthorized"})
    client = KubeClient(server, clock=lambda: STARTED, at=lambda _address: near)
    assert client.read_components(("a",), {"a": "10.0.0.1"}).health == {"a": Health(True)}
    assert READYZ in [path for path, _query in server.asked]


@pytest.mark.parametrize(
    ("path", "status", "error"),
    [
        (PODS, 403, ForbiddenError),
        (NODE_LEASE, 500, UnreachableError),
        (PODS, 500, UnreachableError),
    ],
)
def test_what_cannot_be_read_is_an_error(path: str, status: int, error: type[Exception]) -> None:
    server = Server()
    server.answers[path] = Reply(status, {"message": "no"})
    with pytest.raises(error):
        read(server)


def test_pods_are_read_page_by_page() -> None:
    server = Server()
    pages = [Reply(200, {"items": [a_pod()], "metadata": {"continue": "t"}}), server.answers[PODS]]
    request = server.request

    def paged(verb: str, path: str, *given: Any, **named: Any) -> Reply:
        if path == PODS:
            server.answers[PODS] = pages.pop(0)
        return request(verb, path, *given, **named)

    server.request = paged  # type: ignore[method-assign]
    assert len(read(server).pods) == 2
    assert server.asked[1][1]["continue"] == "t"


@pytest.mark.parametrize(
    ("raw", "field", "value"),
    [
        (a_pod(), "backup_store", "s3://b/c/main"),
        (
            a_pod(spec={"command": ["/etcd-manager"], "args": ["--backup-store=s3://x/y"]}),
            "app",
            "etcd-manager-main",
        ),
        (
            a_pod(spec={"command": [], "args": ["--backup-store=s3://x/y"]}),
            "backup_store",
            "s3://x/y",
        ),
        (a_pod(spec={"command": ["/kube-apiserver"]}), "backup_store", ""),
        (a_pod(ready="False"), "ready", False),
        (a_pod(metadata={"deletionTimestamp": STARTED}), "ready", False),
        (a_pod(metadata={"labels": {}}), "app", ""),
        (a_pod(), "started", 1778051289.0),
        (a_pod(), "dns_names", ()),
        (
            a_pod(metadata={"annotations": {"dns.alpha.kubernetes.io/internal": "a.b, c.d.,"}}),
            "dns_names",
            ("a.b", "c.d"),
        ),
        (
            a_pod(metadata={"annotations": {"dns.alpha.kubernetes.io/external": "a.b"}}),
            "dns_names",
            ("a.b",),
        ),
        ({"metadata": {"name": "p"}}, "started", 0.0),
        ({"metadata": {"name": "p"}}, "ready", False),
    ],
)
def test_how_a_pod_is_read(raw: dict[str, Any], field: str, value: object) -> None:
    found: Component = component(raw)
    assert getattr(found, field) == value


def test_leases_are_listed_by_their_labels() -> None:
    server = Server()
    server.answers[LEASES] = Reply(200, {"items": [a_lease("blue", "me", "t")]})
    (lease,) = KubeClient(server).list_leases("k=v")
    assert (lease.name, lease.holder, lease.renewed) == ("blue", "me", "t")
    assert server.asked == [(LEASES, {"limit": "500", "labelSelector": "k=v"})]


@pytest.mark.parametrize(
    ("reply", "health"),
    [
        (Reply(200, {"message": "ok"}), Health(True)),
        (
            Reply(500, {"message": "[-]etcd failed"}),
            Health(False, "HTTP status 500 ([-]etcd failed)"),
        ),
    ],
)
def test_the_api_server_that_answers_is_asked_itself(reply: Reply, health: Health) -> None:
    server = Server()
    server.answers["/readyz"] = reply
    assert KubeClient(server).readiness() == health


def test_who_may_not_ask_the_api_server_is_told_so() -> None:
    server = Server()
    server.answers["/readyz"] = Reply(403, {"message": "no"})
    with pytest.raises(ForbiddenError):
        KubeClient(server).readiness()
