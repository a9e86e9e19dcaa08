# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Authentication by EKS bearer token, which is a presigned STS request.

The rules are aws-iam-authenticator's (pkg/token): the prefix; a GET of GetCallerIdentity and
nothing else, to a host of STS; the cluster's name as a signed header; at most 15 minutes old. STS
itself would check that the request is signed for the Region of its host, the signature and the
session token; here the last two are checked for callers whose secret key the account knows.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import hmac
import re
import urllib.parse
from collections.abc import Callable, Mapping

from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account
from ansible_collections.nodeops.rotator.tests.simulation.aws.records import Credential

PREFIX = "k8s-aws-v1."
LIFETIME = datetime.timedelta(minutes=15)
_HOST = re.compile(
    r"sts(?:-fips)?(?:\.(?P<region>[a-z0-9-]+))?\.(?:amazonaws\.com|api\.aws)(?:\.cn)?"
)
_GLOBAL = "us-east-1"
"""The Region for which the global host sts.amazonaws.com takes requests (IAM user guide)."""
_ALLOWED = frozenset(
    (
        "action",
        "version",
        "x-amz-algorithm",
        "x-amz-credential",
        "x-amz-date",
        "x-amz-expires",
        "x-amz-security-token",
        "x-amz-signature",
        "x-amz-signedheaders",
    )
)


def authenticator(
    account: Account, cluster: str, clock: Callable[[], datetime.datetime] | None = None
) -> Callable[[str], str | None]:
    """Return the cluster's `authenticate`: bearer token to ARN, None if refused.

    `clock` is the time against which tokens expire (default: the World's).
    """

    def identity(token: str) -> str | None:
        query = _presigned(token)
        if (
            query is None
            or not _for_its_host(token, query)
            or not _unexpired(query, (clock or account.kernel.utc)())
        ):
            return None
        actor = query["X-Amz-Credential"].partition("/")[0]
        known = account.credential(actor)
        if not account.has_valid_credential(actor) or (
            known is not None and not _signed(token, query, cluster, known)
        ):
            return None
        return account.arn_of(actor)

    return identity


def _url(token: str) -> urllib.parse.SplitResult:
    coded = token.removeprefix(PREFIX)
    return urllib.parse.urlsplit(base64.urlsafe_b64decode(coded + "=" * (-len(coded) % 4)).decode())


def _presigned(token: str) -> dict[str, str] | None:
    """Return the query of a well-formed token."""
    if not token.startswith(PREFIX):
        return None
    try:
        query = dict(
            urllib.parse.parse_qsl(_url(token).query, keep_blank_values=True, strict_parsing=True)
        )
    except ValueError:
        return None
    names = {name.lower() for name in query}
    required = {
        "X-Amz-Credential",
        "X-Amz-Date",
        "X-Amz-Expires",
        "X-Amz-Signature",
        "X-Amz-SignedHeaders",
    }
    if (
        not names <= _ALLOWED
        or not required <= set(query)
        or query.get("Action") != "GetCallerIdentity"
    ):
        return None
    return query if "x-k8s-aws-id" in query["X-Amz-SignedHeaders"].split(";") else None


def _for_its_host(token: str, query: Mapping[str, str]) -> bool:
    """Return whether STS would answer at the token's host; loopback is the World's."""
    url = _url(token)
    region = query["X-Amz-Credential"].split("/")[2:3]
    if url.hostname == "127.0.0.1":
        return True
    found = _HOST.fullmatch(url.netloc)
    return url.scheme == "https" and found is not None and region == [found["region"] or _GLOBAL]


def _unexpired(query: Mapping[str, str], now: datetime.datetime) -> bool:
    try:
        made = datetime.datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(
            tzinfo=datetime.UTC
        )
        valid = 0 <= int(query["X-Amz-Expires"]) <= LIFETIME.total_seconds()
    except ValueError:
        return False
    return valid and now < made + LIFETIME


def _signed(token: str, query: Mapping[str, str], cluster: str, known: Credential) -> bool:
    if query.get("X-Amz-Security-Token", "") != known.session:
        return False
    return not known.secret or hmac.compare_digest(
        _signature(token, query, cluster, known.secret), query["X-Amz-Signature"]
    )


def _signature(token: str, query: Mapping[str, str], cluster: str, secret: str) -> str:
    """Return the Signature Version 4 that the request must have for this cluster."""
    pairs = sorted((name, value) for name, value in query.items() if name != "X-Amz-Signature")
    canonical_query = "&".join(
        f"{urllib.parse.quote(n, safe='-_.~')}={urllib.parse.quote(v, safe='-_.~')}"
        for n, v in pairs
    )
    url = _url(token)
    headers = f"host:{url.netloc}\nx-k8s-aws-id:{cluster}\n"
    empty = hashlib.sha256(b"").hexdigest()
    request = "\n".join(
        ("GET", url.path or "/", canonical_query, headers, query["X-Amz-SignedHeaders"], empty)
    )
    scope = query["X-Amz-Credential"].split("/")[1:]
    hashed = hashlib.sha256(request.encode()).hexdigest()
    to_sign = "\n".join(("AWS4-HMAC-SHA256", query["X-Amz-Date"], "/".join(scope), hashed))
    key = ("AWS4" + secret).encode()
    for part in (*scope, to_sign):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key.hex()
