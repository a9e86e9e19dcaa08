# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong with an AWS call, as errors of the collection.

Errors are classified by their code and, where a code means several things, by their message.
Sources: the common errors pages of EC2, Auto Scaling, EKS, SSM, ELBv2 and STS.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    BusyError,
    CredentialsError,
    ForbiddenError,
    InputError,
    NotFoundError,
    RefusedError,
    RotatorError,
    ThrottledError,
    UnknownError,
    UnreachableError,
)

try:
    from botocore.exceptions import BotoCoreError, ClientError
except ImportError:  # amazon.aws reports the missing library in one line before any call is made
    BotoCoreError = ClientError = Exception

RAISED = (ClientError, BotoCoreError, OSError, RuntimeError, ValueError)
"""What a call may raise. The last three come from the sources of credentials: a process or a token
file that is gone, a refresh that brought expired ones, an answer that is no JSON."""

# By name: the oldest botocore that we allow does not know all of them.
NO_CREDENTIALS = frozenset(
    (
        "ConfigNotFound",
        "ConfigParseError",
        "CredentialRetrievalError",
        "InvalidConfigError",
        "InvalidIMDSEndpointError",
        "InvalidIMDSEndpointModeError",
        "LoginError",
        "MetadataRetrievalError",
        "MissingDependencyException",
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
"""botocore's exceptions that say that there are no usable credentials."""
WRONG_REQUEST = frozenset(("ParamValidationError", "ValidationError"))
WRONG_REGION = frozenset(
    ("EndpointProviderError", "BaseEndpointResolverError", "InvalidRegionError", "NoRegionError")
)
NO_ANSWER_ERRORS = frozenset(("ConnectionError", "HTTPClientError", "IncompleteReadError"))

CREDENTIAL_OPERATIONS = frozenset(
    (
        "AssumeRole",
        "AssumeRoleWithSAML",
        "AssumeRoleWithWebIdentity",
        "CreateOAuth2Token",
        "CreateToken",
        "GetRoleCredentials",
        "GetSessionToken",
    )
)
"""Calls that boto3 makes by itself to get or renew credentials. If one is denied, the role or the
session is what is missing, not a permission of it."""

THROTTLED = frozenset(
    (
        "BandwidthLimitExceeded",
        "PriorRequestNotComplete",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    )
)
FORBIDDEN = frozenset(
    (
        "AccessDenied",
        "AccessDeniedException",
        "Client.UnauthorizedOperation",
        "UnauthorizedException",
        "UnauthorizedOperation",
    )
)
CREDENTIALS = frozenset(
    (
        "AuthFailure",
        "ExpiredToken",
        "ExpiredTokenException",
        "IDPCommunicationError",
        "IDPRejectedClaim",
        "IncompleteSignature",
        "InvalidAccessKeyId",  # this one, InvalidToken and TokenRefreshRequired are S3's
        "InvalidClientTokenId",
        "InvalidIdentityToken",
        "InvalidSignatureException",
        "InvalidToken",
        "MissingAuthenticationToken",
        "RequestExpired",
        "SignatureDoesNotMatch",
        "TokenRefreshRequired",
        "UnrecognizedClientException",
    )
)
MISSING = re.compile(
    r"ResourceNotFoundException|ParameterNotFound|LoadBalancerNotFound|TargetGroupNotFound"
    r"|NoSuch(Bucket|Key)"
    r"|.*\..*NotFound.*|.*NotFoundException|.*\.Malformed"
)
BUSY = re.compile(
    r"ResourceContention(Fault)?|ScalingActivityInProgress(Fault)?|ResourceInUse(Fault|Exception)?"
)
"""Codes of a service that has done nothing because it is at work on the same thing."""
UNSURE = re.compile(r"InternalFailure|InternalError")
"""Codes of a service that cannot say whether it has done what was asked for."""
REFUSED = re.compile(
    r"Validation(Error|Exception)|(Bad|Invalid)Request(Exception)?|Invalid.*|Malformed.*|Missing.*"
    r"|Unsupported.*|.*NotSupported.*|.*Exceeded(Exception)?|.*AlreadyExists.*|.*InUse(Exception)?"
    r"|Insufficient.*|Incorrect.*|OperationNotPermitted|DependencyViolation|DryRunOperation"
    r"|InstanceRefreshInProgress|PendingVerification|Blocked|ClientException|.*Mismatch"
)
"""Codes of a service that has understood and will not."""

HINT_AWS_CREDENTIALS = (
    "Give AWS credentials as for amazon.aws (access_key and secret_key,"
    " profile, or the AWS_* environment) and renew expired ones"
)
HINT_AWS_ENDPOINT = "Check the region, the endpoint and the network"
HINT_AWS_TLS = (
    "Name the certificate authority (aws_ca_bundle, AWS_CA_BUNDLE), or check the endpoint"
)
HINT_AWS_PROXY = "Check HTTPS_PROXY and NO_PROXY"
HINT_CLOCK = "Set the clock of this machine: AWS takes requests signed within five minutes"
HINT_REGION = "Set region, or AWS_REGION in the environment"

_MEANT: tuple[tuple[str, str, type[RotatorError], str], ...] = (
    (
        "OptInRequired",
        "marketplace",
        RefusedError,
        "Accept the terms of the Marketplace image for this account, or choose another image",
    ),
    ("OptInRequired", "", RefusedError, "Opt the account in to the Region"),
    (
        "AuthFailure",
        "not authorized for image",
        RefusedError,
        "Share the image with this account, and the KMS key of its snapshots, or choose another",
    ),
    ("AuthFailure", "not authorized for", RefusedError, "Share it with this account"),
    (
        "",
        "not authorized to use launch template",
        ForbiddenError,
        "Allow ec2:RunInstances for all that the template names, and iam:PassRole for the role of"
        " its instance profile",
    ),
    ("RequestTimeTooSkewed", "", CredentialsError, HINT_CLOCK),
    ("ValidationError", "no managed instance found for", NotFoundError, ""),
    ("InvalidSignatureException", "signature expired", CredentialsError, HINT_CLOCK),
    ("InvalidSignatureException", "not yet current", CredentialsError, HINT_CLOCK),
    ("SignatureDoesNotMatch", "signature expired", CredentialsError, HINT_CLOCK),
    ("SignatureDoesNotMatch", "not yet current", CredentialsError, HINT_CLOCK),
    (
        "RegionDisabledException",
        "",
        RefusedError,
        "Activate STS for the Region in the settings of the account, or use another endpoint",
    ),
    (
        "",
        "no vpc endpoint policy allows",
        ForbiddenError,
        "Allow it in the policy of the VPC endpoint, or reach AWS another way",
    ),
    (
        "",
        "no permissions boundary allows",
        ForbiddenError,
        "Allow it in the permissions boundary of the caller",
    ),
    (
        "",
        "no session policy allows",
        ForbiddenError,
        "Allow it in the policy that the session was made with",
    ),
    (
        "",
        "no service control policy allows",
        ForbiddenError,
        "Ask who manages the service control policies of the organization",
    ),
    (
        "",
        "with an explicit deny",
        ForbiddenError,
        "A policy denies it explicitly. Ask who manages that policy",
    ),
)
"""Codes (empty: of those in FORBIDDEN) that mean what their message says: a part of the message in
lower case, the kind of error, and the hint."""


def translate(error: Exception, doing: str) -> RotatorError:
    """Return our error for one of botocore's.

    `doing` says what was tried and on which object: "read Auto Scaling group blue".
    """
    if isinstance(error, ClientError):
        return _from_answer(error, doing)
    names = {one.__name__ for one in type(error).__mro__}
    line = f"Cannot {doing}: {' '.join(str(error).split()).rstrip('.')}"
    if isinstance(error, ValueError) and "endpoint" in line:
        return InputError(line, HINT_AWS_ENDPOINT)
    if names & NO_CREDENTIALS or not isinstance(error, BotoCoreError):
        return CredentialsError(line, HINT_AWS_CREDENTIALS)
    if "NoRegionError" in names:
        return InputError(f"Cannot {doing}: no AWS region", HINT_REGION)
    if names & WRONG_REGION:
        return InputError(line, HINT_AWS_ENDPOINT)
    if names & NO_ANSWER_ERRORS:
        tls, proxy = "SSLError" in names, "ProxyConnectionError" in names
        return UnreachableError(
            line, HINT_AWS_TLS if tls else HINT_AWS_PROXY if proxy else HINT_AWS_ENDPOINT
        )
    return InputError(line) if names & WRONG_REQUEST else UnknownError(line)


def _from_answer(error: Any, doing: str) -> RotatorError:
    details: Mapping[str, Any] = error.response.get("Error", {})
    code, message = str(details.get("Code", "")), " ".join(str(details.get("Message", "")).split())
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)
    line = f"Cannot {doing}: {message or code} ({code})"
    if code in THROTTLED:
        return ThrottledError(line, "", code)
    if BUSY.fullmatch(code):
        return BusyError(line, "", code)
    if UNSURE.fullmatch(code) or status >= 500:
        return UnreachableError(line, "", code)
    operation = str(error.operation_name)
    if operation in CREDENTIAL_OPERATIONS:
        meant = _meant(code, message, line)
        hint = meant.hint if meant else HINT_AWS_CREDENTIALS
        return CredentialsError(f"{line}, by {operation}", hint, code)
    return _meant(code, message, line) or _by_code(code, line, operation)


def _meant(code: str, message: str, line: str) -> RotatorError | None:
    for wanted, part, kind, hint in _MEANT:
        named = code == wanted if wanted else code in FORBIDDEN
        if named and part in message.lower():
            return kind(line, hint, code)
    return None


def _by_code(code: str, line: str, operation: str) -> RotatorError:
    if code in CREDENTIALS:
        return CredentialsError(line, HINT_AWS_CREDENTIALS, code)
    if code in FORBIDDEN:
        return ForbiddenError(line, f"Allow {operation} in the caller's IAM policy", code)
    if MISSING.fullmatch(code):
        return NotFoundError(line, "", code)
    if REFUSED.fullmatch(code):
        return RefusedError(line, "", code)
    return UnknownError(line, "", code)
