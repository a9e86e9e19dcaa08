# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a request asks for: the path taken apart, the verb as Kubernetes names it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.kube.errors import (
    no_such_method,
    no_such_path,
)
from ansible_collections.nodeops.rotator.tests.simulation.kube.resources import Resource
from ansible_collections.nodeops.rotator.tests.simulation.kube.store import Store

VERBS = {"POST": "create", "PUT": "update", "PATCH": "patch"}


@dataclasses.dataclass(frozen=True)
class Request:
    """One request for a resource.

    `verb` is Kubernetes' ("list", "deletecollection"), not HTTP's.
    """

    verb: str
    resource: Resource
    namespace: str
    name: str
    subresource: str
    query: Mapping[str, str]
    body: Any
    content_type: str
    warnings: list[str] = dataclasses.field(default_factory=list)
    """What the server has to say of a request that it obeys."""

    @property
    def operation(self) -> str:
        """Verb and resource: "create pods/eviction"."""
        return f"{self.verb} {self.resource.plural}" + (
            f"/{self.subresource}" if self.subresource else ""
        )


def read(
    store: Store, method: str, path: str, query: Mapping[str, str], body: Any, content_type: str
) -> Request:
    """Take a resource path apart. Raises ApiError 404 or 405 for what is not served."""
    parts = [part for part in path.split("/") if part]
    version, rest = _version(parts)
    namespace = ""
    if len(rest) >= 3 and rest[0] == "namespaces" and rest[2] in store.tables:
        namespace, rest = rest[1], rest[2:]
    if not rest or len(rest) > 3:
        raise no_such_path()
    plural, name, subresource = (*rest, "", "")[:3]
    table = store.tables.get(plural)
    if (
        table is None
        or table.resource.api_version != version
        or (namespace and not table.resource.namespaced)
    ):
        raise no_such_path()
    if subresource and subresource not in table.resource.subresources:
        raise no_such_path()
    verb = _verb(method, name, query)
    if table.resource.namespaced and not namespace and (name or verb not in ("list", "watch")):
        raise no_such_path() if name else no_such_method()
    if (not name and verb in ("update", "patch")) or (
        name and verb == "create" and not subresource
    ):
        raise no_such_method()
    return Request(verb, table.resource, namespace, name, subresource, query, body, content_type)


def _version(parts: list[str]) -> tuple[str, list[str]]:
    if parts[:2] == ["api", "v1"]:
        return "v1", parts[2:]
    if parts[:1] == ["apis"] and len(parts) > 3:
        return "/".join(parts[1:3]), parts[3:]
    raise no_such_path()


def _verb(method: str, name: str, query: Mapping[str, str]) -> str:
    if method == "GET":
        if query.get("watch") in ("true", "1"):
            return "watch"
        return "get" if name else "list"
    if method == "DELETE":
        return "delete" if name else "deletecollection"
    if method not in VERBS:
        raise no_such_method()
    return VERBS[method]
