# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AwsError, and the HTTP status that each service uses for its error codes."""

from __future__ import annotations

NO_ANSWER = 0
"""Status of a call whose connection was closed without an answer."""

# "Common errors" pages of EC2, Auto Scaling, Elastic Load Balancing, STS, Systems Manager and EKS.
_STATUS = {
    "ConnectionClosed": NO_ANSWER,
    "DryRunOperation": 412,
    "RequestLimitExceeded": 503,
    "ServiceUnavailable": 503,
    "ServiceUnavailableException": 503,
    "Unavailable": 503,
    "InternalError": 500,
    "InternalFailure": 500,
    "InternalServerError": 500,
    "ServerException": 500,
    "AuthFailure": 401,
    "UnauthorizedOperation": 403,
    "AccessDenied": 403,
    "ExpiredToken": 403,
    "InvalidClientTokenId": 403,
    "SignatureDoesNotMatch": 403,
    "UnrecognizedClientException": 400,
    "InsufficientInstanceCapacity": 500,
}
# EKS answers by HTTP semantics where the JSON protocols answer 400.
_EKS_STATUS = {
    "ResourceNotFoundException": 404,
    "AccessDeniedException": 403,
    "ThrottlingException": 429,
    "ResourceInUseException": 409,
    "UnrecognizedClientException": 403,
    "ExpiredTokenException": 403,
}
# Per kind of refusal: EC2, the query services, the JSON services.
_DENIED = ("UnauthorizedOperation", "AccessDenied", "AccessDeniedException")
_UNKNOWN = ("AuthFailure", "InvalidClientTokenId", "UnrecognizedClientException")
_EXPIRED = ("RequestExpired", "ExpiredToken", "ExpiredTokenException")
_THROTTLED = ("RequestLimitExceeded", "Throttling", "ThrottlingException")
_QUERY = frozenset(("autoscaling", "elb", "elbv2", "route53", "sts"))


class AwsError(Exception):
    """A refusal: the service's `code` and `message`, and the HTTP `status`.

    Status 0 means that the connection was closed.
    """

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


def status_of(service: str, code: str) -> int:
    """Return the HTTP status with which `service` answers `code`; default 400."""
    if service == "eks" and code in _EKS_STATUS:
        return _EKS_STATUS[code]
    return _STATUS.get(code, 400)


def _kind(service: str) -> int:
    return 0 if service == "ec2" else 1 if service in _QUERY else 2


def _error(service: str, codes: tuple[str, str, str], message: str) -> AwsError:
    code = codes[_kind(service)]
    return AwsError(code, message, status_of(service, code))


def denied(service: str, operation: str, arn: str) -> AwsError:
    """Return the error for an operation that the caller's policy does not allow."""
    prefix = "elasticloadbalancing" if service in ("elb", "elbv2") else service
    if service == "ec2":
        return _error(
            service,
            _DENIED,
            f"You are not authorized to perform this operation. User: {arn} is not "
            f"authorized to perform: ec2:{operation} because no identity-based policy allows it",
        )
    return _error(
        service,
        _DENIED,
        f"User: {arn} is not authorized to perform: {prefix}:{operation} because no "
        f"identity-based policy allows the {prefix}:{operation} action",
    )


def unknown_key(service: str) -> AwsError:
    """Return the error for an access key that the account does not have."""
    if service == "ec2":
        return _error(
            service, _UNKNOWN, "AWS was not able to validate the provided access credentials"
        )
    return _error(service, _UNKNOWN, "The security token included in the request is invalid.")


def expired(service: str) -> AwsError:
    """Return the error for an expired session token."""
    if service == "ec2":
        return _error(service, _EXPIRED, "Request has expired.")
    return _error(service, _EXPIRED, "The security token included in the request is expired")


def throttled(service: str) -> AwsError:
    """Return the error for too many requests in this account and region."""
    message = "Request limit exceeded." if service == "ec2" else "Rate exceeded"
    return _error(service, _THROTTLED, message)


def validation(message: str) -> AwsError:
    """Return Auto Scaling's ValidationError."""
    return AwsError("ValidationError", message)
