# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is really missing when AWS, or boto3 before it, refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.errors import translate
from ansible_collections.nodeops.rotator.plugins.module_utils.core import errors

exceptions = pytest.importorskip("botocore.exceptions")


@pytest.mark.parametrize(
    ("name", "details"),
    [
        ("NoCredentialsError", {}),
        ("PartialCredentialsError", {"provider": "env", "cred_var": "AWS_SECRET_ACCESS_KEY"}),
        ("CredentialRetrievalError", {"provider": "process", "error_msg": "x"}),
        ("ProfileNotFound", {"profile": "prod"}),
        ("SSOTokenLoadError", {"error_msg": "x"}),
        ("UnauthorizedSSOTokenError", {}),
        ("TokenRetrievalError", {"provider": "sso", "error_msg": "Token has expired"}),
        ("MetadataRetrievalError", {"error_msg": "x"}),
        ("RefreshWithMFAUnsupportedError", {}),
        ("NoAuthTokenError", {}),
        ("LoginRefreshRequired", {}),
        ("LoginInsufficientPermissions", {}),
        ("InvalidConfigError", {"error_msg": "The source_profile is missing"}),
        ("ConfigParseError", {"path": "config"}),
        ("MissingDependencyException", {"msg": "botocore[crt]"}),
    ],
)
def test_a_lost_session_is_told_as_credentials(name: str, details: dict[str, Any]) -> None:
    kind = getattr(exceptions, name, None)
    if kind is None:
        pytest.skip(f"this botocore has no {name}")
    error = translate(kind(**details), "read Auto Scaling group blue")
    assert isinstance(error, errors.CredentialsError)
    assert error.message.startswith("Cannot read Auto Scaling group blue: ")


@pytest.mark.parametrize(
    "raised",
    [
        FileNotFoundError(2, "No such file or directory", "/var/run/secrets/token"),
        RuntimeError(
            "Credentials were refreshed, but the refreshed credentials are still expired."
        ),
        json.JSONDecodeError("Expecting value", "junk", 0),
    ],
)
def test_a_source_of_credentials_that_fails_is_no_traceback(raised: Exception) -> None:
    def fail() -> dict[str, Any]:
        raise raised

    with pytest.raises(errors.CredentialsError, match="Cannot describe things: "):
        Aws.attempt("describe things", fail)


@pytest.mark.parametrize(
    ("name", "details", "kind", "hint"),
    [
        ("NoRegionError", {}, errors.InputError, "Set region"),
        (
            "SSLError",
            {"endpoint_url": "https://x", "error": "certificate verify failed"},
            errors.UnreachableError,
            "AWS_CA_BUNDLE",
        ),
        ("ProxyConnectionError", {"proxy_url": "http://p"}, errors.UnreachableError, "NO_PROXY"),
        (
            "EndpointConnectionError",
            {"endpoint_url": "https://x"},
            errors.UnreachableError,
            "Check the region",
        ),
        ("ReadTimeoutError", {"endpoint_url": "https://x"}, errors.UnreachableError, "the network"),
        ("ParamValidationError", {"report": "Unknown parameter"}, errors.InputError, ""),
        ("DataNotFoundError", {"data_path": "x"}, errors.UnknownError, ""),
    ],
)
def test_boto3_s_own_errors_by_meaning(
    name: str, details: dict[str, Any], kind: type[errors.RotatorError], hint: str
) -> None:
    error = translate(getattr(exceptions, name)(**details), "describe things")
    assert error.__class__ is kind
    assert hint in error.hint


def test_a_malformed_endpoint_is_no_matter_of_credentials() -> None:
    error = translate(ValueError("Invalid endpoint: nowhere"), "describe things")
    assert error.__class__ is errors.InputError


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("ExpiredToken", 403, errors.CredentialsError),
        ("InvalidIdentityToken", 400, errors.CredentialsError),
        ("IDPCommunicationError", 400, errors.CredentialsError),
        ("InvalidAccessKeyId", 403, errors.CredentialsError),
        ("InvalidToken", 400, errors.CredentialsError),
        ("TokenRefreshRequired", 400, errors.CredentialsError),
        ("AccessDenied", 403, errors.ForbiddenError),
        ("OptInRequired", 403, errors.RefusedError),
        ("Throttling", 400, errors.ThrottledError),
        ("InternalFailure", 500, errors.UnreachableError),
        ("ScalingActivityInProgress", 400, errors.BusyError),
        ("ResourceContention", 500, errors.BusyError),
        ("InternalError", 400, errors.UnreachableError),
        ("InvalidLaunchTemplateId.NotFound", 400, errors.NotFoundError),
        ("ValidationError", 400, errors.RefusedError),
        ("InvalidParameterValue", 400, errors.RefusedError),
        ("VcpuLimitExceeded", 400, errors.RefusedError),
        ("InstanceRefreshInProgress", 400, errors.RefusedError),
        ("NobodyKnowsThis", 400, errors.UnknownError),
        ("", 400, errors.UnknownError),
    ],
)
def test_codes_by_meaning(code: str, status: int, kind: type[errors.RotatorError]) -> None:
    answer = {
        "Error": {"Code": code, "Message": "why"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    error = translate(exceptions.ClientError(answer, "DescribeThings"), "describe things")
    assert error.__class__ is kind
    assert error.code == code


def answered(code: str, message: str, operation: str = "DescribeThings") -> errors.RotatorError:
    """Return the error for a refusal with the status 400."""
    answer = {"Error": {"Code": code, "Message": message}}
    return translate(exceptions.ClientError(answer, operation), "describe things")


@pytest.mark.parametrize(
    ("code", "message", "kind", "hint"),
    [
        (
            "ValidationError",
            "Instance Id not found - No managed instance found for instance ID: i-0a1b",
            errors.NotFoundError,
            "",
        ),
        (
            "OptInRequired",
            "You are not subscribed to this service. Please go to http://aws.amazon.com to"
            " subscribe.",
            errors.RefusedError,
            "Opt the account in to the Region",
        ),
        (
            "OptInRequired",
            "In order to use this AWS Marketplace product you need to accept terms and subscribe.",
            errors.RefusedError,
            "Accept the terms of the Marketplace image",
        ),
        (
            "AuthFailure",
            "Not authorized for images: [ami-5287d500]",
            errors.RefusedError,
            "Share the image with this account",
        ),
        (
            "AuthFailure",
            "AWS was not able to validate the provided access credentials",
            errors.CredentialsError,
            "Give AWS credentials",
        ),
        (
            "AccessDenied",
            "You are not authorized to use launch template: lt-0b27953098b749950",
            errors.ForbiddenError,
            "Allow ec2:RunInstances for all that the template names, and iam:PassRole",
        ),
        (
            "UnauthorizedOperation",
            "You are not authorized to perform this operation. User: x is not authorized to"
            " perform: ec2:RunInstances with an explicit deny in a service control policy.",
            errors.ForbiddenError,
            "A policy denies it explicitly",
        ),
        (
            "AccessDenied",
            "User: x is not authorized to perform: autoscaling:Y because no identity-based policy"
            " allows it",
            errors.ForbiddenError,
            "Allow DescribeThings in the caller's IAM policy",
        ),
        (
            "UnauthorizedOperation",
            "You are not authorized to perform this operation. User: x is not authorized to"
            " perform: ec2:DescribeImages because no VPC endpoint policy allows the action",
            errors.ForbiddenError,
            "Allow it in the policy of the VPC endpoint",
        ),
        (
            "AccessDenied",
            "User: x is not authorized to perform: eks:ListClusters because no permissions boundary"
            " allows the eks:ListClusters action",
            errors.ForbiddenError,
            "Allow it in the permissions boundary",
        ),
        (
            "AccessDeniedException",
            "User: x is not authorized to perform: eks:ListClusters because no session policy"
            " allows the eks:ListClusters action",
            errors.ForbiddenError,
            "Allow it in the policy that the session was made with",
        ),
        (
            "AccessDeniedException",
            "User: x is not authorized to perform: eks:ListClusters because no service control"
            " policy allows the eks:ListClusters action",
            errors.ForbiddenError,
            "Ask who manages the service control policies",
        ),
        (
            "InvalidSignatureException",
            "Signature expired: 20260627T140000Z is now earlier than 20260627T141500Z"
            " (20260627T142000Z - 5 min.)",
            errors.CredentialsError,
            "Set the clock of this machine",
        ),
        (
            "SignatureDoesNotMatch",
            "Signature not yet current: 20260627T150000Z is still later than 20260627T143000Z"
            " (20260627T142500Z + 5 min.)",
            errors.CredentialsError,
            "Set the clock of this machine",
        ),
        (
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided.",
            errors.CredentialsError,
            "Give AWS credentials as for amazon.aws",
        ),
        (
            "RegionDisabledException",
            "STS is not activated in this region for account:123456789012",
            errors.RefusedError,
            "Activate STS for the Region",
        ),
    ],
)
def test_a_code_with_several_meanings_is_told_apart_by_its_message(
    code: str, message: str, kind: type[errors.RotatorError], hint: str
) -> None:
    error = answered(code, message)
    assert error.__class__ is kind
    assert error.hint.startswith(hint)


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        ("AssumeRole", "AccessDenied"),
        ("AssumeRoleWithWebIdentity", "InvalidIdentityToken"),
        ("GetRoleCredentials", "ForbiddenException"),
        ("CreateToken", "InvalidGrantException"),
    ],
)
def test_a_role_that_was_withdrawn_is_told_as_credentials(operation: str, code: str) -> None:
    """boto3 renews credentials by calls of its own, in the midst of another call."""
    error = answered(code, "no", operation)
    assert error.__class__ is errors.CredentialsError
    assert operation in error.message


def test_what_keeps_a_role_from_being_assumed_keeps_its_own_advice() -> None:
    error = answered("RegionDisabledException", "STS is not activated in this region", "AssumeRole")
    assert error.__class__ is errors.CredentialsError
    assert error.hint.startswith("Activate STS for the Region")
    denied = answered("AccessDenied", "x with an explicit deny in a policy", "AssumeRole")
    assert denied.hint.startswith("A policy denies it explicitly")
