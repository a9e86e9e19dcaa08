# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWS answers and errors as the rest of the collection understands them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.deadline import Deadline
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    CredentialsError,
    ForbiddenError,
    NotFoundError,
    RefusedError,
    RotatorError,
    ThrottledError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.transport import AwsCall

try:
    from botocore.exceptions import (
        BotoCoreError,
        ClientError,
        HTTPClientError,
        NoRegionError,
    )
    from botocore.exceptions import (
        ConnectionError as BotoConnectionError,
    )
except ImportError:  # amazon.aws reports the missing library in one line before any call is made
    BotoCoreError = ClientError = BotoConnectionError = HTTPClientError = Exception
    NoRegionError = Exception

CREDENTIAL_EXCEPTIONS = frozenset(
    (
        "CredentialRetrievalError",
        "LoginError",
        "MetadataRetrievalError",
        "NoAuthTokenError",
        "NoCredentialsError",
        "PartialCredentialsError",
        "ProfileNotFound",
        "RefreshWithMFAUnsupportedError",
        "SSOError",
        "TokenRetrievalError",
        "UnknownCredentialError",
    )
)
"""botocore's exceptions that say that there are no usable credentials, by name: the oldest botocore
that we allow does not know all of them."""

# Codes by meaning, from the common errors pages of the services in use (EC2 "Error codes", Auto
# Scaling, EKS, SSM, ELBv2, STS "Common errors"). What is in none of them is a refusal, unless it
# came with a 5xx status.
THROTTLED = frozenset(
    (
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "RequestLimitExceeded",
        "RequestThrottled",
    )
    + (
        "TooManyRequestsException",
        "PriorRequestNotComplete",
        "RequestThrottledException",
        "BandwidthLimitExceeded",
    )
)
FORBIDDEN = frozenset(
    ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "UnauthorizedException")
)
CREDENTIALS = frozenset(
    (
        "ExpiredToken",
        "ExpiredTokenException",
        "RequestExpired",
        "InvalidClientTokenId",
        "UnrecognizedClientException",
    )
    + (
        "AuthFailure",
        "SignatureDoesNotMatch",
        "InvalidSignatureException",
        "MissingAuthenticationToken",
        "InvalidIdentityToken",
        "IDPCommunicationError",
        "IDPRejectedClaim",
    )
)
MISSING = frozenset(
    (
        "ResourceNotFoundException",
        "ParameterNotFound",
        "LoadBalancerNotFound",
        "TargetGroupNotFound",
    )
)
BUSY = frozenset(
    ("ResourceContention", "ResourceContentionFault", "ScalingActivityInProgress", "ResourceInUse")
)
BUSY_FAULTS = frozenset(
    ("ScalingActivityInProgressFault", "ResourceInUseFault", "InternalFailure", "InternalError")
)

HINT_OPT_IN = (
    "Opt the account in to the Region, or accept the terms of the Marketplace image that is meant"
)
HINT_CREDENTIALS = (
    "Give AWS credentials as for amazon.aws (access_key and secret_key,"
    " profile, or the AWS_* environment) and renew expired ones"
)


def translate(error: Exception, doing: str) -> RotatorError:
    """The error of the collection for one of botocore's; `doing` says what was tried and on which
    object, as in "read Auto Scaling group blue"."""
    if isinstance(error, ClientError):
        return _from_code(error, doing)
    if {one.__name__ for one in type(error).__mro__} & CREDENTIAL_EXCEPTIONS:
        return CredentialsError(f"Cannot {doing}: {error}", HINT_CREDENTIALS)
    if isinstance(error, NoRegionError):
        return CredentialsError(
            f"Cannot {doing}: no AWS region", "Set region, or AWS_REGION in the environment"
        )
    if isinstance(error, (BotoConnectionError, HTTPClientError)):
        return UnreachableError(
            f"Cannot {doing}: {error}", "Check the region, the endpoint and the way to it"
        )
    return RefusedError(
        f"Cannot {doing}: {' '.join(str(error).split())}"
    )  # botocore's own validation writes several lines


def _from_code(error: Any, doing: str) -> RotatorError:
    details = error.response.get("Error", {})
    code, message = str(details.get("Code", "")), " ".join(str(details.get("Message", "")).split())
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)
    line = f"Cannot {doing}: {message or code} ({code})"
    if code in THROTTLED:
        return ThrottledError(line, "", code)
    if code == "OptInRequired":
        return RefusedError(line, HINT_OPT_IN, code)
    if code in CREDENTIALS:
        return CredentialsError(line, HINT_CREDENTIALS, code)
    if code in FORBIDDEN:
        return ForbiddenError(
            line, f"Allow {error.operation_name} in the caller's IAM policy", code
        )
    if (
        code in MISSING
        or ("." in code and "NotFound" in code)
        or code.endswith("NotFoundException")
        or ".Malformed" in code
    ):
        return NotFoundError(line, "", code)
    if code in BUSY or code in BUSY_FAULTS or status >= 500:
        return UnreachableError(line, "", code)
    return RefusedError(line, "", code)


class Aws:
    """An AwsCall whose exceptions are ours, with paging."""

    def __init__(self, raw: AwsCall, deadline: Deadline = Deadline()) -> None:
        self._raw, self._deadline = raw, deadline

    def until(self, moment: float) -> Aws:
        """Return the same, which sends nothing after this moment but raises LateError."""
        return Aws(self._raw, self._deadline.until(moment))

    def call(self, doing: str, service: str, operation: str, **params: Any) -> dict[str, Any]:
        """One call. Parameters that are None are left out. Raises RotatorError's children, see
        `translate`."""
        given = {name: value for name, value in params.items() if value is not None}
        self._deadline.check(doing)
        return self.attempt(doing, lambda: self._raw(service, operation, given))

    def pages(
        self, doing: str, service: str, operation: str, items: str, **params: Any
    ) -> Iterator[Any]:
        """The elements of list `items` of all pages of a call that pages by NextToken or (ELBv2) by
        Marker."""
        token: Mapping[str, Any] = {}
        while True:
            answer = self.call(doing, service, operation, **params, **token)
            yield from answer.get(items, [])
            if answer.get("NextToken") or answer.get("nextToken"):
                name = "NextToken" if answer.get("NextToken") else "nextToken"
                token = {name: answer[name]}
            elif answer.get("NextMarker"):
                token = {"Marker": answer["NextMarker"]}
            else:
                return

    @staticmethod
    def attempt(doing: str, act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Run `act`; botocore's exceptions become ours."""
        try:
            return act()
        except (ClientError, BotoCoreError) as error:
            raise translate(error, doing) from error
