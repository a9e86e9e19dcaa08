# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The raw Kubernetes call over stand-ins of kubernetes.core's client."""

from __future__ import annotations

import json
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ansible_collections.kubernetes.core.plugins.module_utils.args_common")
exceptions = pytest.importorskip("kubernetes.client.exceptions")

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import UnreachableError
from ansible_collections.nodeops.rotator.plugins.module_utils.edge import kube


class Response:
    """A urllib3 response as far as it is read."""

    def __init__(
        self,
        status: int,
        data: bytes = b"{}",
        headers: dict[str, str] | None = None,
        chunks: tuple[bytes, ...] = (),
    ) -> None:
        self.status, self.data, self.headers, self._chunks = status, data, headers or {}, chunks
        self.closed = False

    def stream(self, amt: Any, decode_content: bool) -> Iterator[bytes]:
        yield from self._chunks

    def close(self) -> None:
        self.closed = True


class Client:
    """A dynamic client that answers with one response."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.asked: list[tuple[str, str, dict[str, Any]]] = []

    def request(self, verb: str, path: str, **more: Any) -> Any:
        self.asked.append((verb, path, more))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def test_a_client_is_made_anew_before_its_token_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(kube, "clock", lambda: now[0])
    made: list[Client] = []

    def connect() -> Client:
        made.append(Client(Response(200)))
        return made[-1]

    call = kube.RawKube(connect, lifetime=kube.TOKEN_SECONDS)
    for later in (0, 300, kube.TOKEN_SECONDS - 301, 2, 1):
        now[0] += later
        call.request("GET", "/api/v1/nodes")
    assert [len(client.asked) for client in made] == [3, 2]
    assert kube.TOKEN_SECONDS < 15 * 60, "for so long the cluster takes a token"


def test_a_kubeconfig_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(kube, "clock", lambda: now[0])
    made: list[Client] = []

    def connect() -> Client:
        made.append(Client(Response(200)))
        return made[-1]

    call = kube.RawKube(connect)
    for now[0] in (0.0, 1e4, 1e6):
        call.request("GET", "/api/v1/nodes")
    assert len(made) == 1


@pytest.mark.parametrize("one_attempt", [True, False])
def test_the_engine_s_requests_are_never_sent_twice(
    one_attempt: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    import kubernetes
    from ansible_collections.kubernetes.core.plugins.module_utils.k8s import client as theirs

    api = kubernetes.client.ApiClient(kubernetes.client.Configuration(host="https://127.0.0.1:1"))
    dynamic = types.SimpleNamespace(client=types.SimpleNamespace(client=api))
    monkeypatch.setattr(theirs, "get_api_client", lambda *_args, **_options: dynamic)
    kube._client({}, one_attempt)
    pool = api.rest_client.pool_manager.connection_from_url("https://127.0.0.1:1")
    assert (pool.retries is False) is one_attempt


def test_the_server_at_an_address_has_a_client_of_its_own_and_little_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    near: list[str] = []

    def elsewhere(client: Client, address: str) -> Client:
        near.append(address)
        return Client(client.answer)

    monkeypatch.setattr(kube, "elsewhere", elsewhere)
    call = kube.RawKube(lambda: Client(Response(200, b'{"a": 1}')))
    one = call.at("10.0.0.1")
    assert call.at("10.0.0.1") is one
    assert one.request("GET", "/readyz").body == {"a": 1}
    assert one.request("GET", "/readyz").status == 200
    assert near == ["10.0.0.1"]
    assert (one.timeout, call.timeout) == (kube.NEAR, kube.TIMEOUT)


def test_a_refusal_is_a_reply() -> None:
    error = exceptions.ApiException(status=429, reason="Too Many Requests")
    error.body, error.headers = b'{"message": "later"}', {"Retry-After": "3"}
    reply = kube.RawKube(lambda: Client(error)).request("POST", "/x")
    assert (reply.status, reply.body, reply.headers) == (
        429,
        {"message": "later"},
        {"retry-after": "3"},
    )


def test_a_refusal_in_plain_text_keeps_its_text() -> None:
    error = exceptions.ApiException(status=429, reason="Too Many Requests")
    error.body, error.headers = b"Too many requests, please try again later.\n", {}
    reply = kube.RawKube(lambda: Client(error)).request("POST", "/x")
    assert reply.body["message"] == "Too many requests, please try again later."


def test_no_answer_at_all() -> None:
    error = exceptions.ApiException(status=0, reason="SSLError: certificate verify failed")
    with pytest.raises(UnreachableError, match="certificate verify failed"):
        kube.RawKube(lambda: Client(error)).request("GET", "/x")


def test_lines_of_a_watch_are_put_together() -> None:
    response = Response(200, chunks=(b'{"a"', b": 1}\n{", b'"b": 2}\n\n', b'{"c": 3}\n'))
    client = Client(response)
    lines = list(kube.RawKube(lambda: client).stream("/api/v1/pods", {"timeoutSeconds": "290"}))
    assert lines == [b'{"a": 1}', b'{"b": 2}', b'{"c": 3}']
    assert response.closed
    query = dict(client.asked[0][2]["query_params"])
    assert query == {"timeoutSeconds": "290", "watch": "true"}
    assert client.asked[0][2]["_request_timeout"][1] > 290


def test_a_refused_watch_is_one_error_event() -> None:
    error = exceptions.ApiException(status=403, reason="Forbidden")
    error.body, error.headers = b'{"code": 403, "message": "no"}', {}
    (line,) = kube.RawKube(lambda: Client(error)).stream("/api/v1/pods", {})
    assert line is not None
    assert json.loads(line) == {"type": "ERROR", "object": {"code": 403, "message": "no"}}


@pytest.mark.parametrize("cluster", ["demo", "", None])
def test_a_named_cluster_is_held_against_the_connection(
    cluster: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[Any, ...]] = []
    monkeypatch.setattr(kube, "check_connection", lambda *args: asked.append(args))
    authority = tmp_path / "ca.crt"
    authority.write_text("-- CA --")
    settings = types.SimpleNamespace(host="https://a", ssl_ca_cert=str(authority))
    client = types.SimpleNamespace(client=types.SimpleNamespace(configuration=settings))
    aws: Any = object()
    assert kube._checked(client, aws, cluster) is client
    assert asked == ([(aws, "demo", "https://a", "-- CA --")] if cluster else [])


def test_what_another_module_has_found_out_serves_the_first_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = {"name": "demo", "endpoint": "https://new", "certificate_authority": ""}
    asked: list[str] = []
    reached: list[str] = []
    monkeypatch.setattr(kube, "RawAws", lambda _module: None)
    monkeypatch.setattr(kube, "description", lambda _aws, name: asked.append(name) or found)
    monkeypatch.setattr(
        kube, "eks_access", lambda _aws, known, _folder: {"host": known["endpoint"]}
    )

    def client(options: dict[str, Any], _one_attempt: bool) -> Client:
        reached.append(options["host"])
        if options["host"] == "https://old":
            raise UnreachableError("it is gone")
        return Client(Response(200))

    monkeypatch.setattr(kube, "_client", client)
    handed = {**found, "endpoint": "https://old"}
    params = {"eks_cluster": "demo", "eks_description": handed, "cluster_name": None}
    call = kube.connect(types.SimpleNamespace(params=params, tmpdir="/nowhere"))
    with pytest.raises(UnreachableError):
        call.request("GET", "/api/v1/nodes")
    assert asked == []
    assert call.request("GET", "/api/v1/nodes").status == 200
    assert (asked, reached) == (["demo"], ["https://old", "https://new"])
