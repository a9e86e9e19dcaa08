# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fastest possible drain, to compare with: threads, one list, watches.

It works only in the benchmark: it expects no failures, has no timeouts or filters, and uses 32
threads. It keeps to a request budget like that of node_drain (a token for each write). A rate of 0
sets no limit.
"""

from __future__ import annotations

import http.client
import json
import sys
import threading
import time
import urllib.parse
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

HEADERS = {
    "Content-Type": "application/json",
    "Accept": "application/json",
    "Authorization": "Bearer world",
}


class Tokens:
    """A token bucket of `rate` tokens a second and at most `burst` at once.

    Rate 0 sets no limit.
    """

    def __init__(self, rate: float, burst: float) -> None:
        self._rate, self._burst, self._tokens, self._at = rate, burst, burst, time.monotonic()
        self._lock = threading.Lock()

    def take(self) -> None:
        """Wait until one more request may be sent."""
        if not self._rate:
            return
        with self._lock:
            now = time.monotonic()
            self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate) - 1
            self._at = now
            wait = -self._tokens / self._rate
        if wait > 0:
            time.sleep(wait)


class Ideal:
    """One drain of some nodes."""

    def __init__(self, server: str, nodes: list[str], tokens: Tokens) -> None:
        self._address = urllib.parse.urlsplit(server).netloc
        self._nodes, self._tokens = nodes, tokens
        self._news = threading.Condition()
        self._pods: dict[str, dict[str, Any]] = {}
        self._allowed: dict[str, int] = {}
        self._budgets: dict[str, dict[str, Any]] = {}
        self._asked: set[str] = set()
        self._local = threading.local()

    def _request(
        self, verb: str, path: str, body: Any = None, kind: str = "application/json"
    ) -> dict[str, Any]:
        if verb != "GET":
            self._tokens.take()
        if not hasattr(self._local, "connection"):
            self._local.connection = http.client.HTTPConnection(self._address)
        connection: http.client.HTTPConnection = self._local.connection
        connection.request(
            verb, path, json.dumps(body) if body else None, {**HEADERS, "Content-Type": kind}
        )
        answer: dict[str, Any] = json.loads(connection.getresponse().read())
        return answer

    def _lines(self, path: str) -> Iterator[dict[str, Any]]:
        connection = http.client.HTTPConnection(self._address)
        connection.request("GET", path, None, HEADERS)
        for line in connection.getresponse():
            if line.strip():
                yield json.loads(line)

    def _follow(self, path: str, query: str, take: Any) -> None:
        listed = self._request("GET", f"{path}?{query}")
        with self._news:
            for item in listed["items"]:
                take(item, False)

        def watch() -> None:
            version = listed["metadata"]["resourceVersion"]
            for event in self._lines(f"{path}?{query}&watch=true&resourceVersion={version}"):
                with self._news:
                    take(event["object"], event["type"] == "DELETED")
                    self._news.notify()

        threading.Thread(target=watch, daemon=True).start()

    def _pod(self, pod: dict[str, Any], gone: bool) -> None:
        uid = pod["metadata"]["uid"]
        if gone:
            self._pods.pop(uid, None)
        elif pod["metadata"].get("ownerReferences", [{}])[0].get("kind") != "DaemonSet":
            self._pods[uid] = pod

    def _budget(self, budget: dict[str, Any], gone: bool) -> None:
        name = budget["metadata"]["name"]
        self._budgets[name] = budget
        self._allowed[name] = budget["status"]["disruptionsAllowed"]

    def _evict(self, pod: dict[str, Any]) -> None:
        meta = pod["metadata"]
        name = {"name": meta["name"], "namespace": meta["namespace"]}
        body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": name}
        answer = self._request(
            "POST", f"/api/v1/namespaces/{meta['namespace']}/pods/{meta['name']}/eviction", body
        )
        if answer.get("status") == "Failure":
            with self._news:
                self._asked.discard(meta["uid"])
                self._news.notify()

    def _admits(self, pod: dict[str, Any]) -> bool:
        """Return True if its budget has room that was not used since its last status."""
        labels = pod["metadata"].get("labels", {})
        for name, budget in self._budgets.items():
            wanted = budget["spec"]["selector"]["matchLabels"]
            if all(labels.get(key) == value for key, value in wanted.items()):
                if self._allowed[name] < 1:
                    return False
                self._allowed[name] -= 1
        return True

    def run(self) -> None:
        """Drain the nodes."""
        with ThreadPoolExecutor(32) as pool:
            cordon = {"spec": {"unschedulable": True}}
            patch = [
                pool.submit(
                    self._request,
                    "PATCH",
                    f"/api/v1/nodes/{name}",
                    cordon,
                    "application/merge-patch+json",
                )
                for name in self._nodes
            ]
            for future in patch:
                future.result()
            self._follow("/apis/policy/v1/poddisruptionbudgets", "", self._budget)
            for name in self._nodes:
                self._follow("/api/v1/pods", f"fieldSelector=spec.nodeName%3D{name}", self._pod)
            with self._news:
                while self._pods:
                    for uid, pod in self._pods.items():
                        if (
                            uid not in self._asked
                            and not pod["metadata"].get("deletionTimestamp")
                            and self._admits(pod)
                        ):
                            self._asked.add(uid)
                            pool.submit(self._evict, pod)
                    self._news.wait()


def main() -> None:
    """`ideal.py SERVER RATE BURST NODE...`"""
    server, rate, burst, *nodes = sys.argv[1:]
    Ideal(server, nodes, Tokens(float(rate), float(burst))).run()


if __name__ == "__main__":
    main()
