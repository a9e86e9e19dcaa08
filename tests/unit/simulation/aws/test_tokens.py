# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""EKS bearer tokens, minted by botocore's own signer."""

from __future__ import annotations

import base64
import datetime
from collections.abc import Callable
from typing import Any

import pytest
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from ansible_collections.nodeops.rotator.tests.simulation.aws.records import Credential
from ansible_collections.nodeops.rotator.tests.simulation.aws.tokens import authenticator

KEY, SECRET = "AKIATOKENTOKENTOKEN1", "secretsecretsecretsecretsecretsecretsecr"
STS = "https://sts.eu-west-1.amazonaws.com/"


def mint(
    cluster: str = "prod",
    action: str = "GetCallerIdentity",
    secret: str = SECRET,
    expires: int = 60,
    header: bool = True,
    key: str = KEY,
    session: str | None = None,
    host: str = STS,
    region: str = "eu-west-1",
) -> str:
    request = AWSRequest(
        "GET",
        host,
        headers={"x-k8s-aws-id": cluster} if header else {},
        params={"Action": action, "Version": "2011-06-15"},
    )
    credentials = Credentials(key, secret, session)
    SigV4QueryAuth(credentials, "sts", region, expires=expires).add_auth(request)
    return "k8s-aws-v1." + base64.urlsafe_b64encode(request.url.encode()).decode().rstrip("=")


def identify(world: Any, token: str, minutes: float = 0) -> str | None:
    now = datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=minutes)
    return authenticator(world.account, "prod", lambda: now)(token)


def known(world: Any) -> None:
    world.account.credentials[KEY] = Credential(
        "arn:aws:iam::123456789012:user/rotator", secret=SECRET
    )


def test_a_valid_token_identifies_its_maker(world: Any) -> None:
    assert identify(world, mint()) == f"arn:aws:iam::123456789012:user/{KEY}"
    known(world)
    assert identify(world, mint()) == "arn:aws:iam::123456789012:user/rotator"


def test_a_token_is_valid_for_at_most_fifteen_minutes(world: Any) -> None:
    assert identify(world, mint(expires=60), minutes=14)
    assert identify(world, mint(expires=60), minutes=16) is None
    assert identify(world, mint(expires=3600)) is None


BAD: dict[str, Callable[[], str]] = {
    "nothing": str,
    "no prefix": lambda: "world",
    "nothing after the prefix": lambda: "k8s-aws-v1.",
    "no base64": lambda: "k8s-aws-v1.!!",
    "no request": lambda: "k8s-aws-v1.aGVsbG8",
    "no cluster": lambda: mint(header=False),
    "another operation": lambda: mint(action="AssumeRole"),
    "another cluster": lambda: mint(cluster="other"),
    "another secret": lambda: mint(secret=SECRET[::-1]),
}


@pytest.mark.parametrize("kind", list(BAD))
def test_all_other_tokens_are_refused(world: Any, kind: str) -> None:
    known(world)
    assert identify(world, BAD[kind]()) is None


def test_without_the_secret_signatures_are_not_checked(world: Any) -> None:
    assert identify(world, mint(secret="x" * 40))


def test_temporary_credentials_need_their_session_token(world: Any) -> None:
    made = world.call(
        "sts", "AssumeRole", RoleArn="arn:aws:iam::123456789012:role/rotator", RoleSessionName="run"
    )["Credentials"]
    key = {"key": made["AccessKeyId"], "secret": made["SecretAccessKey"]}
    token = mint(**key, session=made["SessionToken"])
    assert identify(world, token) == "arn:aws:sts::123456789012:assumed-role/rotator/run"
    assert identify(world, mint(**key)) is None
    assert identify(world, mint(**key, session="another")) is None
    assert identify(world, mint(session="none of a long-lived key")) is not None, (
        "nobody is known yet"
    )
    known(world)
    assert identify(world, mint(session="none of a long-lived key")) is None


def test_expired_and_unknown_credentials(world: Any) -> None:
    world.account.credentials["AKIAOTHER"] = Credential("arn:aws:iam::123456789012:user/other")
    assert identify(world, mint()) is None
    world.account.credentials[KEY] = Credential(
        "arn:aws:iam::123456789012:user/rotator", expires=10
    )
    assert identify(world, mint())
    world.wait(10)
    assert identify(world, mint()) is None


@pytest.mark.parametrize(
    ("host", "region", "valid"),
    [
        ("https://sts.amazonaws.com/", "us-east-1", True),
        ("https://sts.amazonaws.com/", "eu-west-1", False),
        ("https://sts.eu-west-1.amazonaws.com/", "eu-west-1", True),
        ("https://sts.eu-west-1.amazonaws.com/", "us-east-1", False),
        ("https://sts-fips.us-east-1.amazonaws.com/", "us-east-1", True),
        ("https://sts.us-gov-west-1.amazonaws.com/", "us-gov-west-1", True),
        ("https://sts.cn-north-1.amazonaws.com.cn/", "cn-north-1", True),
        ("https://sts.eu-west-1.api.aws/", "eu-west-1", True),
        ("http://127.0.0.1:4566/", "eu-west-1", True),
        ("https://sts.example.com/", "eu-west-1", False),
        ("http://sts.eu-west-1.amazonaws.com/", "eu-west-1", False),
    ],
)
def test_a_token_has_to_be_signed_for_the_region_of_its_host(
    world: Any, host: str, region: str, valid: bool
) -> None:
    known(world)
    assert (identify(world, mint(host=host, region=region)) is not None) == valid
