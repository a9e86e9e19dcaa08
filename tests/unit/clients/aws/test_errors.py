# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is really missing when AWS, or boto3 before it, refuses."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import translate
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
    ("code", "status", "kind"),
    [
        ("ExpiredToken", 403, errors.CredentialsError),
        ("InvalidIdentityToken", 400, errors.CredentialsError),
        ("IDPCommunicationError", 400, errors.CredentialsError),
        ("AccessDenied", 403, errors.ForbiddenError),
        ("OptInRequired", 403, errors.RefusedError),
        ("Throttling", 400, errors.ThrottledError),
        ("InternalFailure", 500, errors.UnreachableError),
        ("ScalingActivityInProgress", 400, errors.UnreachableError),
        ("InvalidLaunchTemplateId.NotFound", 400, errors.NotFoundError),
        ("ValidationError", 400, errors.RefusedError),
    ],
)
def test_codes_by_meaning(code: str, status: int, kind: type[errors.RotatorError]) -> None:
    answer = {
        "Error": {"Code": code, "Message": "why"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    error = translate(exceptions.ClientError(answer, "DescribeThings"), "describe things")
    assert error.__class__ is kind and error.code == code


def test_a_region_that_is_not_opted_in_is_no_matter_of_credentials() -> None:
    answer = {"Error": {"Code": "OptInRequired", "Message": "You are not subscribed"}}
    error = translate(exceptions.ClientError(answer, "DescribeThings"), "describe things")
    assert "Opt the account in" in str(error)
