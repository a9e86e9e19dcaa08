# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read from the body of a write the object that is meant.

Source: apiserver pkg/endpoints/handlers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from ansible_collections.nodeops.rotator.tests.simulation.kube import fields, patches
from ansible_collections.nodeops.rotator.tests.simulation.kube.decoding import Malformed, decode
from ansible_collections.nodeops.rotator.tests.simulation.kube.errors import (
    ApiError,
    bad_request,
    invalid,
    unprocessable,
)
from ansible_collections.nodeops.rotator.tests.simulation.kube.objects import Object
from ansible_collections.nodeops.rotator.tests.simulation.kube.requests import Request


def whole(request: Request) -> Object:
    """Return the body of a create or an update. Raises ApiError 400."""
    body, resource = request.body, request.resource
    if not isinstance(body, Mapping) or not isinstance(body.get("metadata", {}), Mapping):
        raise bad_request(f"the object provided is unrecognized (must be of type {resource.kind})")
    wanted = (
        ("autoscaling/v1", "Scale")
        if request.subresource == "scale"
        else (resource.api_version, resource.kind)
    )
    given = (body.get("apiVersion") or wanted[0], body.get("kind") or wanted[1])
    handled = f'{given[1]} in version "{given[0].rpartition("/")[2]}" cannot be handled as a'
    handled += f" {wanted[1]}"
    if given != wanted:
        raise bad_request(f"{handled}: no such conversion")
    try:
        decoded = _decoded(request, body)
    except Malformed as error:
        raise bad_request(f"{handled}: {error}") from error
    return fitting(request, decoded)


def patched(request: Request, view: Object) -> Object:
    """Return the object as a patch would have it.

    Raises ApiError 400, 415 or 422.
    """
    result = patches.patched(request.resource, view, request.body, request.content_type)
    if not isinstance(result, Mapping) or not isinstance(result.get("metadata"), Mapping):
        raise invalid(request.resource, request.name, fields.missing("metadata.name"))
    try:
        decoded = _decoded(request, result)
    except Malformed as error:
        text = json.dumps(result, separators=(",", ":"))
        problem = fields.wrong("patch", text, str(error))
        raise unprocessable("", "", "", (problem,)) from error
    return fitting(request, decoded)


def configuration(request: Request) -> Object:
    """Return the body of a server-side apply.

    Raises ApiError 400, and 500 where it does not fit the schema.
    """
    body, resource = request.body, request.resource
    if not isinstance(body, Mapping):
        raise bad_request("error decoding YAML: the body is no object")
    version, kind = body.get("apiVersion") or "", body.get("kind") or ""
    group, _slash, number = version.rpartition("/")
    about = f"{group}/{number}, Kind={kind}"
    if (version, kind) != (resource.api_version, resource.kind):
        raise bad_request(f"invalid object type: {about}")
    meta = body.get("metadata") or {}
    if meta.get("managedFields") is not None:
        raise bad_request("metadata.managedFields must be nil")
    named = f"{meta.get('namespace', '')}/{meta.get('name') or request.name}; {about}"
    try:
        known, unknown = decode(resource, body)
    except Malformed as error:
        raise ApiError(500, f"failed to create typed patch object ({named}): {error}") from error
    if unknown:
        field = unknown[0].split('"')[1]
        why = (
            f"failed to create typed patch object ({named}): .{field}: field not declared in schema"
        )
        raise ApiError(500, why, "")
    return fitting(request, known)


def own_part(request: Request, config: Object) -> Object:
    """Return what the path is for: the status, or all but it."""
    if request.subresource == "status":
        return {"metadata": {}, "status": config.get("status") or {}}
    rest = {key: value for key, value in config.items() if key not in ("kind", "apiVersion")}
    return {k: v for k, v in rest.items() if k != "status" or not request.resource.status}


def _decoded(request: Request, body: Mapping[str, object]) -> Object:
    """Return what the server keeps of the body.

    It warns of the rest, as the query asks.
    """
    if request.resource.custom or request.subresource == "scale":
        return dict(body)
    kept, warnings = decode(request.resource, body)
    asked = request.query.get("fieldValidation") or "Warn"
    if warnings and asked == "Strict":
        raise Malformed(f"strict decoding error: {', '.join(warnings)}")
    request.warnings.extend(warnings if asked == "Warn" else ())
    return kept


def fitting(request: Request, body: Object) -> Object:
    """Return the body with the namespace and name of the path.

    Raises ApiError 400 for others.
    """
    meta = dict(body.get("metadata") or {})
    if meta.get("namespace", request.namespace) != request.namespace:
        raise bad_request(
            "the namespace of the provided object does not match the namespace sent on the request"
        )
    if request.name and meta.get("name", request.name) != request.name:
        raise bad_request(
            f"the name of the object ({meta['name']}) does not match the name on the URL"
            f" ({request.name})"
        )
    if request.resource.namespaced:
        meta["namespace"] = request.namespace
    if request.name:
        meta["name"] = request.name
    return {**body, "metadata": meta}


def check_unversioned(body: Object) -> None:
    """Refuse a new object with a resourceVersion.

    Source: storage/etcd3; an error without a code of its own.
    """
    if body["metadata"].get("resourceVersion"):
        raise ApiError(500, "resourceVersion should not be set on objects to be created", "")
