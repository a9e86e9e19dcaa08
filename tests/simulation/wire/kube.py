# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Serve the cluster on the wire: HTTP on loopback, watches line by line.

Each connection has a thread. A request takes the world's lock, brings the world to the wall clock
and asks the cluster; a watch's thread sleeps until the cluster has something for it. Somebody has
to let time pass while nobody asks: see `Pump`.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import yaml

from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.kube import tables
from ansible_collections.nodeops.rotator.tests.simulation.kube.cluster import Cluster
from ansible_collections.nodeops.rotator.tests.simulation.kube.errors import ConnectionLost, status
from ansible_collections.nodeops.rotator.tests.simulation.kube.patches import APPLY
from ansible_collections.nodeops.rotator.tests.simulation.kube.watch import Watch
from ansible_collections.nodeops.rotator.tests.simulation.wire import protobuf
from ansible_collections.nodeops.rotator.tests.simulation.wire.tls import Tls

Lock = Any
"""A threading.Lock or RLock."""


class Pump:
    """Lets the world follow the wall clock.

    `advance` brings it there now (call it under the lock), and after `start` a thread does so
    whenever something is due. `speed`: world seconds in a second.
    """

    def __init__(self, kernel: Kernel, lock: Lock, speed: float = 1.0) -> None:
        self._kernel, self._lock, self._speed = kernel, lock, speed
        self._origin = time.monotonic() - kernel.now / speed
        self._changed = threading.Event()
        self._thread: threading.Thread | None = None
        self._ended = False

    def advance(self) -> None:
        """Let everything happen that is due by now, and look again for what is due next."""
        self._kernel.advance(max(self._kernel.now, (time.monotonic() - self._origin) * self._speed))
        self._changed.set()

    def start(self) -> None:
        """Begin to follow the clock."""
        self._thread = threading.Thread(target=self._run, daemon=True, name="world-pump")
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._ended = True
        self._changed.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._ended:
            with self._lock:
                self.advance()
                self._changed.clear()
                due = self._kernel.next_event()
                wait = None if due is None else (due - self._kernel.now) / self._speed
            self._changed.wait(wait)


class KubeServer(ThreadingHTTPServer):
    """A listening server; without `tls` on plain HTTP.

    `latency`: seconds that every answer is held back. `impersonated`: the users (Impersonate-User,
    Impersonate-Group) that callers asked to act as, "" for themselves; it is noted, no more.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self,
        cluster: Cluster,
        lock: Lock,
        advance: Callable[[], None],
        address: tuple[str, int],
        tls: Tls | None,
    ) -> None:
        super().__init__(address, Handler)
        self.cluster, self.lock, self.advance, self.tls = cluster, lock, advance, tls
        self.latency = 0.0
        self.impersonated: set[tuple[str, str]] = set()

    @property
    def url(self) -> str:
        """Where clients reach it."""
        scheme = "https" if self.tls else "http"
        return f"{scheme}://{self.server_address[0]!s}:{self.server_address[1]}"

    def get_request(self) -> tuple[Any, Any]:
        """Accept the next connection; its handshake is left to its own thread."""
        connection, address = super().get_request()
        if self.tls is not None:
            connection = self.tls.context.wrap_socket(
                connection, server_side=True, do_handshake_on_connect=False
            )
        return connection, address

    def kubeconfig(self, token: str = "world") -> dict[str, Any]:
        """Return a kubeconfig for it."""
        authority = {"certificate-authority-data": self.tls.ca_data} if self.tls else {}
        cluster = {"name": "world", "cluster": {"server": self.url, **authority}}
        user = {"name": "world", "user": {"token": token}}
        context = {"name": "world", "context": {"cluster": "world", "user": "world"}}
        lists = {"clusters": [cluster], "users": [user], "contexts": [context]}
        return {"apiVersion": "v1", "kind": "Config", "current-context": "world", **lists}

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore a client that went away."""


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: KubeServer

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the gate counts calls."""

    def _handle(self) -> None:
        parts = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(parts.query, keep_blank_values=True))
        scheme, _space, shown = self.headers.get("Authorization", "").partition(" ")
        token = shown.strip() if scheme.lower() == "bearer" else ""
        self.server.impersonated.add(
            (self.headers.get("Impersonate-User", ""), self.headers.get("Impersonate-Group", ""))
        )
        length = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(length) if length else b""
        path = urllib.parse.unquote(parts.path)
        if self.server.latency:
            time.sleep(self.server.latency)
        try:
            if self.command == "GET" and query.get("watch") in ("true", "1"):
                self._stream(path, query, token)
            else:
                self._answer(path, query, token, raw)
        except ConnectionLost:
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _handle

    def _answer(self, path: str, query: dict[str, str], token: str, raw: bytes) -> None:
        kind = self.headers.get("Content-Type") or "application/json"
        if raw and kind == protobuf.CONTENT_TYPE:
            with contextlib.suppress(ValueError, IndexError):
                raw, kind = json.dumps(protobuf.decoded(raw)).encode(), "application/json"
        if raw and not ("json" in kind or "yaml" in kind) and self.command != "PATCH":
            message = (
                "the body of the request was in an unknown format - accepted media types"
                " include: application/json, application/yaml,"
                " application/vnd.kubernetes.protobuf"
            )
            self._send(415, status(415, message, "UnsupportedMediaType"), {})
            return
        if self.command in ("POST", "PUT", "PATCH") and not kind.startswith(APPLY):
            query.setdefault("fieldManager", self.headers.get("User-Agent", "").split("/")[0])
        body = _body(raw, kind)
        server = self.server
        with server.lock:
            server.advance()
            code, answer, headers = server.cluster.request(
                self.command, path, query, body, kind, token
            )
            server.advance()
        if (
            code == 200
            and self.command == "GET"
            and tables.is_wanted(self.headers.get("Accept", ""))
        ):
            answer = tables.as_table(answer, server.cluster.kernel.utc())
        self._send(code, answer, headers)

    def _send(self, code: int, answer: dict[str, Any], headers: dict[str, str]) -> None:
        kind = headers.get("Content-Type", "application/json")
        data = (
            answer["text"].encode()
            if kind == "text/plain"
            else json.dumps(answer, separators=(",", ":")).encode()
        )
        self.send_response(code)
        for name, value in {
            **headers,
            "Content-Type": kind,
            "Content-Length": str(len(data)),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)
        self.wfile.flush()

    def _stream(self, path: str, query: dict[str, str], token: str) -> None:
        """Send a watch's lines singly and at once, each as a chunk.

        It ends when the watch is closed or the client is gone.
        """
        server, ready = self.server, threading.Event()
        with server.lock:
            server.advance()
            watch = server.cluster.watch(path, query, token)
            watch.on_ready = ready.set
        if watch.status != 200:
            self._send(watch.status, watch.refusal, dict(watch.headers))
            return
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            self._chunks(watch, ready)
        except OSError:
            self.close_connection = True
        finally:
            with server.lock:
                watch.close()

    def _chunks(self, watch: Watch, ready: threading.Event) -> None:
        while True:
            ready.clear()
            with self.server.lock:
                lines, closed = watch.lines(), watch.closed
            if tables.is_wanted(self.headers.get("Accept", "")):
                lines = [
                    tables.event_as_table(line, self.server.cluster.kernel.utc()) for line in lines
                ]
            self._write(lines)
            if closed and not lines:
                self.wfile.write(b"0\r\n\r\n")
                self.wfile.flush()
                return
            if not lines:
                ready.wait()

    def _write(self, lines: Iterable[bytes]) -> None:
        for line in lines:
            self.wfile.write(b"%x\r\n%s\n\r\n" % (len(line) + 1, line))
        self.wfile.flush()


def _body(raw: bytes, kind: str) -> Any:
    """Return a body as an object, or as its text if it is none."""
    text = raw.decode(errors="replace")
    try:
        if "yaml" in kind:
            return yaml.safe_load(text)
        return json.loads(text) if raw else None
    except (ValueError, yaml.YAMLError):
        return text


def make_server(
    cluster: Cluster,
    lock: Lock,
    advance: Callable[[], None],
    host: str = "127.0.0.1",
    port: int = 0,
    tls: Tls | None = None,
) -> KubeServer:
    """Return a server for the cluster, listening but not yet serving.

    Call `serve_forever` in a thread. `advance` brings the world to the wall clock; it is called
    under `lock`, before each request and after it. kubectl shows its token to a server with `tls`
    only.
    """
    return KubeServer(cluster, lock, advance, (host, port), tls)
