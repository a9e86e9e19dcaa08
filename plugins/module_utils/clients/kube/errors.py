# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Translate what goes wrong with a Kubernetes request."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ConflictError,
    CredentialsError,
    ForbiddenError,
    NotFoundError,
    RefusedError,
    RotatorError,
    ThrottledError,
    UnknownError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.transport import Reply

NO_ANSWER: tuple[type[Exception], ...] = (OSError,)
try:
    from urllib3.exceptions import HTTPError

    NO_ANSWER += (HTTPError,)
except (
    ImportError
):  # kubernetes.core reports the missing library in one line before any request is made
    pass

HINT_KUBE_CREDENTIALS = (
    "Give credentials as for kubernetes.core (kubeconfig, api_key, ...) or set"
    " eks_cluster, and renew expired ones"
)
HINT_FORBIDDEN = "Allow it in the caller's RBAC role"

HINT_KUBE_TLS = "Name the certificate authority (ca_cert), or check the address"
HINT_KUBE_PROXY = "Check proxy and no_proxy"
HINT_ADDRESS = (
    "Check the address, the network and the proxy; eks_cluster takes the address from EKS by itself"
)
HINT_WEBHOOK = "An admission webhook refuses it: see its rules, or let it pass this change"
_WEBHOOK = re.compile(r"admission webhook|denied the request|ValidatingAdmissionPolicy")

_BY_STATUS: Mapping[int, Callable[[str, str], RotatorError]] = {
    401: lambda line, code: CredentialsError(line, HINT_KUBE_CREDENTIALS, code),
    403: lambda line, code: ForbiddenError(line, HINT_FORBIDDEN, code),
    404: lambda line, code: NotFoundError(line, "", code),
    408: lambda line, code: UnreachableError(line, "", code),
    409: lambda line, code: ConflictError(line, "", code),
    410: lambda line, code: ConflictError(line, "", code),
    **dict.fromkeys(
        (400, 405, 406, 413, 415, 422), lambda line, code: RefusedError(line, "", code)
    ),
}
_POOL = re.compile(r"HTTPS?ConnectionPool\(host='(?P<host>[^']*)', port=(?P<port>\d+)\)")
_CAUSES: tuple[tuple[str, str, str], ...] = (
    (r"CERTIFICATE_VERIFY_FAILED\][^:]*: (?P<why>[^(']+)", "no TLS connection", HINT_KUBE_TLS),
    (r"\[(?:SSL|X509|PEM|ASN1): \w+\] (?P<why>[^(']+)", "no TLS connection", HINT_KUBE_TLS),
    (r"ProxyError\((?P<why>[^(]*)", "no connection through the proxy", HINT_KUBE_PROXY),
    (
        r"NameResolutionError|Name or service not known",
        "its name cannot be resolved",
        HINT_ADDRESS,
    ),
    (r"Errno \d+\] (?P<why>[^)\"']+)", "no connection", HINT_ADDRESS),
    (r"(?P<why>ConnectTimeoutError|timed out)", "no connection in time", HINT_ADDRESS),
)
"""What urllib3's long exceptions have as their cause: a pattern, what it means, and a hint."""


def error_of(
    status: int, body: Mapping[str, Any], doing: str, wait: float | None = None
) -> RotatorError:
    """Return the error for an HTTP error status.

    `doing` says what was tried and on which object ("evict pod shop/cart-1"), `wait` the seconds
    that the server asks to wait. The error's code is the server's reason ("Forbidden").
    """
    message = " ".join(str(body.get("message") or "").split()) or f"HTTP status {status}"
    line, code = f"Cannot {doing}: {message}", str(body.get("reason") or status)
    if status == 429:
        return ThrottledError(line, "", code, wait)
    if status >= 500:
        return UnreachableError(line, "", code)
    if _WEBHOOK.search(message):
        return UnreachableError(f"{line}. {HINT_WEBHOOK}", "", code)
    make = _BY_STATUS.get(status)
    return make(line, code) if make else UnknownError(line, "", code)


def retry_after(reply: Reply) -> float | None:
    """Return the seconds in the header Retry-After, None where there are none."""
    text = reply.headers.get("retry-after", "")
    return float(text) if text.isdigit() else None


def checked(reply: Reply, doing: str) -> dict[str, Any]:
    """Return the body of a good reply; raise the error of a bad one."""
    if reply.status >= 400:
        raise error_of(reply.status, reply.body, doing, retry_after(reply))
    return reply.body


def no_answer(error: object, doing: str) -> UnreachableError:
    """Return the error for an exception of a request that got no answer."""
    text = " ".join(str(error).split()) or type(error).__name__
    pool = _POOL.search(text)
    where = f" at {pool['host']}:{pool['port']}" if pool else ""
    line = f"Cannot {doing}: no answer from the Kubernetes API server{where}"
    for pattern, meaning, hint in _CAUSES:
        if found := re.search(pattern, text):
            why = str(found.groupdict().get("why") or "").strip()
            return UnreachableError(f"{line}: {meaning}{f' ({why})' if why else ''}", hint)
    return UnreachableError(f"{line}: {text}", HINT_ADDRESS)


@contextmanager
def reaching(doing: str) -> Iterator[None]:
    """Raise UnreachableError if the block gets no connection, or loses it."""
    try:
        yield
    except NO_ANSWER as error:
        raise no_answer(error, doing) from error
