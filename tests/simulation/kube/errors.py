# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Form refusals as the API server does.

A Status object has code, reason, message, details and causes. Wording after k8s.io/apimachinery
pkg/api/errors; clients and people match on these texts.
"""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.nodeops.rotator.tests.simulation.kube.fields import Problem
from ansible_collections.nodeops.rotator.tests.simulation.kube.objects import Object
from ansible_collections.nodeops.rotator.tests.simulation.kube.resources import Resource

REASONS = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    406: "NotAcceptable",
    409: "Conflict",
    410: "Expired",
    413: "RequestEntityTooLarge",
    415: "UnsupportedMediaType",
    422: "Invalid",
    429: "TooManyRequests",
    500: "InternalError",
    503: "ServiceUnavailable",
    504: "Timeout",
}


class ConnectionLost(ConnectionError):
    """Connection that ended without an answer (a fault with code "0")."""


class ApiError(Exception):
    """A refusal; `body` is the Status object, `headers` what goes beside it."""

    def __init__(
        self,
        code: int,
        message: str,
        reason: str | None = None,
        resource: Resource | None = None,
        name: str = "",
        causes: Sequence[Object] = (),
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        details: Object = {}
        if name:
            details["name"] = name
        if resource and resource.group:
            details["group"] = resource.group
        if resource:
            details["kind"] = resource.plural
        if causes:
            details["causes"] = list(causes)
        if retry_after:
            details["retryAfterSeconds"] = retry_after
        self.headers = {"Retry-After": str(retry_after)} if retry_after else {}
        self.body = status(
            code, message, REASONS.get(code, "") if reason is None else reason, details
        )


def status(code: int, message: str, reason: str, details: Object | None = None) -> Object:
    """Return a Status of failure."""
    body: Object = {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": message,
    }
    if reason:
        body["reason"] = reason
    if details:
        body["details"] = details
    return {**body, "code": code}


def success(
    code: int = 200, resource: Resource | None = None, name: str = "", uid: str = ""
) -> Object:
    """Return a Status of success, as deletions and evictions answer."""
    body: Object = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"}
    if resource is not None:
        group = {"group": resource.group} if resource.group else {}
        body["details"] = {"name": name, **group, "kind": resource.plural, "uid": uid}
    else:
        body["code"] = code
    return body


def not_found(resource: Resource, name: str) -> ApiError:
    """404 for an object."""
    return ApiError(404, f'{resource.qualified} "{name}" not found', None, resource, name)


def no_such_path() -> ApiError:
    """404 for a path that is not served."""
    return _bare(404, "the server could not find the requested resource")


def no_such_method() -> ApiError:
    """405 for a path that is served, and not in this way."""
    return _bare(405, "the server does not allow this method on the requested resource")


def no_such_format() -> ApiError:
    """415 for a patch of another kind."""
    return _bare(415, "415: Unsupported Media Type")


def _bare(code: int, message: str) -> ApiError:
    """Return a refusal whose details are there, and empty."""
    error = ApiError(code, message)
    error.body["details"] = {}
    return error


def already_exists(resource: Resource, name: str) -> ApiError:
    """409 for a creation."""
    return ApiError(
        409, f'{resource.qualified} "{name}" already exists', "AlreadyExists", resource, name
    )


STALE = (
    "the object has been modified; please apply your changes to the latest version and try again"
)


def conflict(resource: Resource, name: str, why: str = STALE) -> ApiError:
    """409 for a write on a stale resourceVersion or another UID."""
    message = f'Operation cannot be fulfilled on {resource.qualified} "{name}": {why}'
    return ApiError(409, message, None, resource, name)


def forbidden(resource: Resource, name: str, why: str, causes: Sequence[Object] = ()) -> ApiError:
    """403 by a rule of the server."""
    subject = f'{resource.qualified} "{name}"' if name else resource.qualified
    return ApiError(403, f"{subject} is forbidden: {why}", None, resource, name, causes)


def invalid(resource: Resource, name: str, *problems: Problem) -> ApiError:
    """422 by validation of fields."""
    return unprocessable(resource.kind, resource.group, name, problems)


def invalid_options(kind: str, *problems: Problem) -> ApiError:
    """422 by validation of a request's options ("ListOptions")."""
    return unprocessable(kind, "meta.k8s.io", "", problems)


def unprocessable(kind: str, group: str, name: str, problems: Sequence[Problem]) -> ApiError:
    """Return 422 for an object of that kind.

    It is the kind that its details name, not the resource.
    """
    full = f"{kind}.{group}" if group else kind
    texts = list(dict.fromkeys(f"{one.field}: {one.message}" for one in problems))
    listed = texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
    error = ApiError(422, f'{full} "{name}" is invalid: {listed}')
    causes = [
        {"reason": one.reason, "message": one.message, "field": one.field} for one in problems
    ]
    given = {"name": name, "group": group}
    details: Object = {key: value for key, value in given.items() if value}
    error.body["details"] = {**details, "kind": kind, "causes": causes}
    return error


def bad_request(message: str) -> ApiError:
    """400."""
    return ApiError(400, message)


def expired(asked: int, oldest: int) -> ApiError:
    """410 for a watch that starts before what is remembered."""
    return ApiError(410, f"too old resource version: {asked} ({oldest})")


def too_large(asked: int, current: int) -> ApiError:
    """504 for a resourceVersion from the future."""
    cause = {"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}
    message = f"Timeout: Too large resource version: {asked}, current: {current}"
    return ApiError(504, message, None, None, "", (cause,), retry_after=1)
