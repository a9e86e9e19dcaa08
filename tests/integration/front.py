# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Put servers in front of the account: sources of credentials, TLS, and a proxy."""

from __future__ import annotations

import dataclasses
import http.server
import json
import select
import socket
import socketserver
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ansible_collections.nodeops.rotator.tests.integration.warm import HANGS
from ansible_collections.nodeops.rotator.tests.simulation.wire.tls import Tls

DROPPED = ("transfer-encoding", "connection", "content-length", "date", "server", "host")


@dataclasses.dataclass(frozen=True)
class Asked:
    """A request: its path with query, headers and body."""

    path: str
    headers: Any
    body: bytes


Answer = Callable[[Asked], tuple[int, dict[str, str], bytes] | None]
"""Answers a request: status, headers and body; None if it is none of its business."""


def passed_on(asked: Asked) -> None:
    """Answer nothing."""


class Front(http.server.BaseHTTPRequestHandler):
    """Answers some requests and passes the others on to the target."""

    target = ""
    answer: Answer = staticmethod(passed_on)

    def log_message(self, format: str, *args: Any) -> None:
        """Write no log."""

    def do_POST(self) -> None:
        """Answer a request."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        answer = type(self).answer(Asked(self.path, self.headers, body))
        self._send(*(answer or self._from_target(body)))

    do_GET = do_POST

    def _from_target(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        passed = {k: v for k, v in self.headers.items() if k.lower() not in DROPPED}
        request = urllib.request.Request(
            self.target + self.path, body or None, passed, method=self.command
        )
        try:
            reply: Any = urllib.request.urlopen(request, timeout=HANGS)
        except urllib.error.HTTPError as error:
            reply = error
        kept = {k: v for k, v in reply.headers.items() if k.lower() not in DROPPED}
        return reply.status, kept, reply.read()

    def _send(self, status: int, headers: dict[str, str], data: bytes) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)


@contextmanager
def front(target: str, answer: Answer = passed_on, tls: Tls | None = None) -> Iterator[str]:
    """Serve `target` behind `answer`; yield the URL."""
    handler = type("Handler", (Front,), {"target": target, "answer": staticmethod(answer)})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    if tls is not None:
        server.socket = tls.context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


def not_opted_in(region: str) -> Answer:
    """Answer requests for this Region as AWS does if the account is not opted in."""
    text = "The security token included in the request is invalid."
    return denied(region, "UnrecognizedClientException", text)


def denied(region: str, code: str, message: str) -> Answer:
    """Answer requests for this Region with an error of this code."""

    def answer(asked: Asked) -> tuple[int, dict[str, str], bytes] | None:
        if f"/{region}/" not in asked.headers.get("Authorization", ""):
            return None
        return 403, {"x-amzn-ErrorType": code}, json.dumps({"message": message}).encode()

    return answer


class Proxy(socketserver.ThreadingTCPServer):
    """A proxy that opens tunnels. `seen`: to which hosts and ports."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Tunnel)
        self.seen: set[str] = set()

    @property
    def url(self) -> str:
        """Return what HTTPS_PROXY names."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class Tunnel(socketserver.StreamRequestHandler):
    """Carries bytes both ways after CONNECT."""

    server: Proxy

    def handle(self) -> None:
        """Open the tunnel and carry until one side closes it."""
        method, where, *_version = self.rfile.readline().decode().split()
        while self.rfile.readline().strip():
            pass
        assert method == "CONNECT"
        self.server.seen.add(where)
        host, _colon, port = where.partition(":")
        with socket.create_connection((host, int(port)), timeout=HANGS) as there:
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            ways = {self.connection: there, there: self.connection}
            while True:
                for one in select.select(list(ways), [], [])[0]:
                    data = one.recv(65536)
                    if not data:
                        return
                    ways[one].sendall(data)


@contextmanager
def proxy() -> Iterator[Proxy]:
    """Serve a proxy while the block runs."""
    with Proxy() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
