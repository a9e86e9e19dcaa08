# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Receive notifications on loopback, as Slack and others do."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from ansible_collections.nodeops.rotator.tests.integration.planted import TOKEN, URL_PATH
from ansible_collections.nodeops.rotator.tests.integration.wire import HANGS

THREAD = "1700000000.000100"
SLACK, MATTERMOST, WEBHOOK = "/slack", "/chat/api/v4/posts", f"/{URL_PATH}"
GRAFANA = "/grafana/api/annotations"
ANSWERS = {
    SLACK: {"ok": True, "ts": THREAD},
    MATTERMOST: {"id": "root1"},
    GRAFANA: {"id": 7},
    WEBHOOK: {},
}
NOWHERE = f"http://127.0.0.1:1/{URL_PATH}"
"""Where nobody listens."""


class Message(NamedTuple):
    """What a receiver got."""

    path: str
    authorization: str
    body: dict[str, Any]


class Receivers:
    """All receivers.

    `broken`: paths that answer 500. `silent`: paths that never answer.
    """

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.broken, self.silent = set[str](), set[str]()
        self.over = threading.Event()
        self.url = ""

    def variables(self, **changes: dict[str, Any]) -> dict[str, Any]:
        """Return the variables that name all receivers."""
        return {
            "rotation_notify": [f"notify_{name}.yml" for name in ("slack", "mattermost")]
            + ["notify_grafana.yml", "notify_webhook.yml"],
            "rotation_notify_slack": {"url": f"{self.url}{SLACK}", "token": TOKEN, "channel": "C1"},
            "rotation_notify_mattermost": {
                "url": f"{self.url}/chat",
                "token": TOKEN,
                "channel": "town",
            },
            "rotation_notify_grafana": {"url": f"{self.url}/grafana", "token": TOKEN},
            "rotation_notify_webhook": {"url": f"{self.url}{WEBHOOK}"},
            "rotation_notify_timeout": 1,
            **changes,
        }

    def of(self, path: str) -> list[dict[str, Any]]:
        """Return the bodies of the messages of one receiver."""
        return [message.body for message in self.messages if message.path == path]


def _handler(receivers: Receivers) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            authorization = self.headers["Authorization"] or ""
            receivers.messages.append(Message(self.path, authorization, body))
            if self.path in receivers.silent:
                receivers.over.wait(HANGS)
            self.send_response(500 if self.path in receivers.broken else 200)
            self.end_headers()
            self.wfile.write(json.dumps(ANSWERS.get(self.path, {"ok": False})).encode())

        def log_message(self, *_given: Any) -> None:
            pass

    return Handler


@contextmanager
def receivers() -> Iterator[Receivers]:
    """Serve all receivers while the block runs."""
    found = Receivers()
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(found)) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        found.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield found
        finally:
            found.over.set()
            server.shutdown()
