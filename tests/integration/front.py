# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A front door of the account: Regions that it is not opted in to answer as AWS does there."""

from __future__ import annotations

import http.server
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

DROPPED = ("transfer-encoding", "connection", "content-length", "date", "server", "host")


class Front(http.server.BaseHTTPRequestHandler):
    """Passes requests on, except those that are signed for a Region that is not opted in."""

    region, target = "", ""

    def log_message(self, format: str, *args: Any) -> None:
        """Write no log."""

    def do_POST(self) -> None:
        """Answer a request."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if f"/{self.region}/" in self.headers.get("Authorization", ""):
            text = b'{"message":"The security token included in the request is invalid."}'
            self._send(403, {"x-amzn-ErrorType": "UnrecognizedClientException"}, text)
            return
        passed = {k: v for k, v in self.headers.items() if k.lower() not in DROPPED}
        request = urllib.request.Request(
            self.target + self.path, body or None, passed, method=self.command
        )
        try:
            reply: Any = urllib.request.urlopen(request, timeout=20)
        except urllib.error.HTTPError as error:
            reply = error
        kept = {k: v for k, v in reply.headers.items() if k.lower() not in DROPPED}
        self._send(reply.status, kept, reply.read())

    do_GET = do_POST

    def _send(self, status: int, headers: dict[str, str], data: bytes) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)


@contextmanager
def not_opted_in(region: str, target: str) -> Iterator[str]:
    """Serve `target`, except for requests that are signed for `region`; yield the URL."""
    handler = type("Handler", (Front,), {"region": region, "target": target})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
