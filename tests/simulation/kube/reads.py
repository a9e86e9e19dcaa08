# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Get and list: selectors, pages that stay consistent, fresh heartbeats."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.kube import options
from ansible_collections.nodeops.rotator.tests.simulation.kube.control import Control
from ansible_collections.nodeops.rotator.tests.simulation.kube.errors import (
    ApiError,
    bad_request,
    not_found,
    too_large,
)
from ansible_collections.nodeops.rotator.tests.simulation.kube.objects import Object, key_of
from ansible_collections.nodeops.rotator.tests.simulation.kube.requests import Request
from ansible_collections.nodeops.rotator.tests.simulation.kube.selectors import (
    candidates,
    object_test,
)
from ansible_collections.nodeops.rotator.tests.simulation.kube.store import shown

STALE_TOKEN = (
    "The provided continue parameter is too old to display a consistent list result. You can"
    " start a new list without"
    " the continue parameter."
)


class Reads:
    """Answers to get and list."""

    def __init__(self, control: Control, view: Callable[[Object], Object]) -> None:
        """Keep `view`, which shows a Lease as a reader sees it.

        Its renewTime need not be stored for every heartbeat.
        """
        self._control, self._view = control, view
        self._pages: dict[str, tuple[int, list[Object]]] = {}

    def get(self, request: Request) -> Object:
        """Return one object. Raises ApiError 404."""
        resource = request.resource
        found = self._control.store.get(resource.plural, request.name, request.namespace)
        if found is None:
            raise not_found(resource, request.name)
        if resource.plural == "leases":
            found = self._view(found)
        return scale_of(found) if request.subresource == "scale" else shown(resource, found)

    def page(self, request: Request) -> Object:
        """Return a list or a page of one."""
        query, resource = request.query, request.resource
        options.check_list(query, self._control.streams_lists)
        version = self._version(query)
        token = query.get("continue")
        if token:
            version, items = self._resume(token)
        else:
            items = self._select(request)
        meta: Object = {"resourceVersion": str(version)}
        limit = options.number(query, "limit")
        if 0 < limit < len(items):
            meta["continue"] = self._remember(version, items[limit:])
            if not query.get("labelSelector") and not query.get("fieldSelector"):
                meta["remainingItemCount"] = len(items) - limit
            items = items[:limit]
        return {
            "kind": f"{resource.kind}List",
            "apiVersion": resource.api_version,
            "metadata": meta,
            "items": items,
        }

    def _version(self, query: Mapping[str, str]) -> int:
        current, asked = self._control.store.version, self._asked(query)
        if asked > current:
            raise too_large(asked, current)
        return current

    @staticmethod
    def _asked(query: Mapping[str, str]) -> int:
        """Return the resourceVersion asked for.

        What a watch answers by 500 is a bad request of a list.
        """
        try:
            return options.version(query)
        except ApiError as error:
            raise bad_request(f"invalid resource version: {error}") from error

    def _select(self, request: Request) -> list[Object]:
        test = object_test(request.resource, request.query)
        found = candidates(self._control.store, request.resource, request.namespace, request.query)
        if test is not None:
            found = [obj for obj in found if test(obj)]
        found = sorted(found, key=key_of)
        return (
            [self._view(lease) for lease in found] if request.resource.plural == "leases" else found
        )

    def _remember(self, version: int, rest: list[Object]) -> str:
        token = {
            "v": "meta.k8s.io/v1",
            "rv": version,
            "start": "/".join(key_of(rest[0])),
            "id": self._control.suffix(),
        }
        text = base64.urlsafe_b64encode(json.dumps(token).encode()).decode()
        self._pages[text] = (version, rest)
        self._control.kernel.after(
            self._control.behavior.continue_expiry, lambda: self._pages.pop(text, None) and None
        )
        return text

    def _resume(self, token: str) -> tuple[int, list[Object]]:
        page = self._pages.get(token)
        if page is not None:
            return page
        try:
            json.loads(base64.urlsafe_b64decode(token))
        except ValueError as error:
            why = "invalid continue token: continue key is not valid: illegal base64 data"
            raise bad_request(why) from error
        raise ApiError(410, STALE_TOKEN)


def scale_of(obj: Mapping[str, Any]) -> Object:
    """Return a workload seen through its scale subresource."""
    meta = {
        name: obj["metadata"][name]
        for name in ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")
    }
    status = {"replicas": obj.get("status", {}).get("replicas", 0)}
    spec = {"replicas": obj["spec"].get("replicas", 0)}
    return {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": meta,
        "spec": spec,
        "status": status,
    }
