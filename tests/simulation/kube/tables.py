# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print lists for people, as the server does.

`kubectl get` asks for a Table (meta.k8s.io/v1) and shows its columns.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.kube import columns
from ansible_collections.nodeops.rotator.tests.simulation.kube.ages import since
from ansible_collections.nodeops.rotator.tests.simulation.kube.objects import Object
from ansible_collections.nodeops.rotator.tests.simulation.kube.resources import TABLE, Resource


def is_wanted(accept: str) -> bool:
    """Return whether the Accept header asks for a Table first."""
    first = accept.split(",")[0]
    return "as=Table" in first and "g=meta.k8s.io" in first


def as_table(body: Object, now: datetime.datetime) -> Object:
    """Return a list or an object as a Table.

    Anything else (a Status, an APIResourceList) stays as it is.
    """
    kind = str(body.get("kind", "")).removesuffix("List")
    resource = next((row for row in TABLE if row.kind == kind), None)
    return body if resource is None else table(resource, body, now)


def event_as_table(line: bytes, now: datetime.datetime) -> bytes:
    """Return a line of a watch with its object as a Table.

    Bookmarks and errors stay as they are.
    """
    event = json.loads(line)
    if event["type"] in ("BOOKMARK", "ERROR"):
        return line
    return json.dumps({"type": event["type"], "object": as_table(event["object"], now)}).encode()


def table(resource: Resource, body: Mapping[str, Any], now: datetime.datetime) -> Object:
    """Return a list or an object of that resource as a Table."""
    told = since(now)
    rows = [
        {"cells": columns.cells(resource.plural, obj, told), "object": _partial(obj)}
        for obj in body.get("items", [body])
    ]
    meta = {
        k: v
        for k, v in body["metadata"].items()
        if k in ("resourceVersion", "continue", "remainingItemCount")
    }
    return {
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": meta,
        "columnDefinitions": columns.columns(resource.plural),
        "rows": rows,
    }


def _partial(obj: Mapping[str, Any]) -> Object:
    return {
        "kind": "PartialObjectMetadata",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": obj["metadata"],
    }
