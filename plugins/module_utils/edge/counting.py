# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Count the requests of a run by operation."""

from __future__ import annotations

import collections
import threading
from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.transport import (
    AwsCall,
    KubeCall,
    Reply,
)

VERBS = {"GET": "get", "POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}
"""Kubernetes' verbs by the methods of HTTP; GET of a collection is list."""


class Counts:
    """Requests by operation. It is safe for several threads."""

    def __init__(self) -> None:
        self._counts: collections.Counter[str] = collections.Counter()
        self._lock = threading.Lock()

    def add(self, operation: str) -> None:
        """Count one request."""
        with self._lock:
            self._counts[operation] += 1

    @property
    def by_operation(self) -> dict[str, int]:
        """Return how often each operation was requested, in the order of their names."""
        with self._lock:
            return dict(sorted(self._counts.items()))


class CountedAws:
    """An AwsCall that counts."""

    def __init__(self, call: AwsCall, counts: Counts) -> None:
        self._call, self._counts = call, counts

    def __call__(self, service: str, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        self._counts.add(f"{service}:{operation}")
        return self._call(service, operation, params)


class CountedKube:
    """A KubeCall that counts."""

    def __init__(self, call: KubeCall, counts: Counts) -> None:
        self._call, self._counts = call, counts

    def request(
        self,
        verb: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        content_type: str = "application/json",
    ) -> Reply:
        """Send one request."""
        self._counts.add(f"kubernetes:{operation_of(verb, path)}")
        return self._call.request(verb, path, query, body, content_type)

    def stream(self, path: str, query: Mapping[str, str]) -> Iterator[bytes | None]:
        """Yield the lines of a watch."""
        self._counts.add(f"kubernetes:watch {resource_of(path)[0]}")
        return self._call.stream(path, query)


def operation_of(verb: str, path: str) -> str:
    """Return a request as Kubernetes names it: "list pods", "create pods/eviction"."""
    resource, is_named = resource_of(path)
    word = VERBS.get(verb, verb.lower())
    return f"{'list' if word == 'get' and not is_named else word} {resource}"


def resource_of(path: str) -> tuple[str, bool]:
    """Return the resource of a path, and whether it names one object.

    A subresource is part of the resource.
    """
    parts = path.strip("/").split("/")
    parts = parts[2:] if parts[0] == "api" else parts[3:]
    if len(parts) > 2 and parts[0] == "namespaces":
        parts = parts[2:]
    resource = "/".join([*parts[:1], *parts[2:]])
    return resource, len(parts) > 1
