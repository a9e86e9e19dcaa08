# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""EKS tokens from credentials that refresh themselves, like an assumed role's."""

from __future__ import annotations

import base64
import datetime
import pathlib
import types
from typing import Any

import pytest

pytest.importorskip("ansible_collections.amazon.aws.plugins.module_utils.modules")
credentials = pytest.importorskip("botocore.credentials")
sessions = pytest.importorskip("botocore.session")
compat = pytest.importorskip("botocore.compat")
exceptions = pytest.importorskip("botocore.exceptions")

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ForbiddenError,
    InputError,
    NotFoundError,
    RefusedError,
    ThrottledError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.eks import (
    TOKEN_SECONDS,
    check_connection,
    description,
    eks_access,
    handed_on,
    mint_token,
    of_cluster,
    principal,
)

ROLE_SECONDS = 3600


class Role:
    """An assumed role on a clock of its own.

    Every refresh gives the next key, good for an hour.
    """

    def __init__(self) -> None:
        self.now = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
        self.refreshes = 0
        first = self.refresh()
        self.session = sessions.Session()
        self.session._credentials = credentials.RefreshableCredentials(
            first["access_key"],
            first["secret_key"],
            first["token"],
            self.ends(),
            self.refresh,
            "assume-role",
            lambda: self.now,
        )

    def ends(self) -> datetime.datetime:
        return self.now + datetime.timedelta(seconds=ROLE_SECONDS)

    def refresh(self) -> dict[str, Any]:
        self.refreshes += 1
        names = ("access_key", "secret_key", "token")
        return {
            **{name: f"{name}-{self.refreshes}" for name in names},
            "expiry_time": self.ends().isoformat(),
        }


class Raw:
    """RawAws as far as a token needs it: one client, made once."""

    def __init__(self, role: Role) -> None:
        self._client = role.session.create_client("sts", region_name="eu-west-1")

    def client(self, service: str) -> Any:
        assert service == "sts"
        return self._client


def signed(token: str) -> dict[str, str]:
    """The query of the request that a token carries."""
    head, _dot, text = token.partition(".")
    assert head == "k8s-aws-v1"
    url = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    return dict(compat.parse_qsl(compat.urlsplit(url).query))


def test_a_token_names_the_cluster_and_the_role() -> None:
    query = signed(mint_token(Raw(Role()), "blue"))  # type: ignore[arg-type]
    assert query["Action"] == "GetCallerIdentity"
    assert query["X-Amz-Credential"].split("/")[0] == "access_key-1"
    assert query["X-Amz-Security-Token"] == "token-1"
    assert "x-k8s-aws-id" in query["X-Amz-SignedHeaders"].split(";")


def test_a_drain_that_outlives_its_role_s_credentials_gets_new_ones() -> None:
    role = Role()
    raw: Any = Raw(role)
    used = []
    for _renewal in range(3 * ROLE_SECONDS // TOKEN_SECONDS):
        used.append(signed(mint_token(raw, "blue"))["X-Amz-Security-Token"])
        role.now += datetime.timedelta(seconds=TOKEN_SECONDS)
    assert (
        list(dict.fromkeys(used)) == ["token-1", "token-2", "token-3", "token-4"][: role.refreshes]
    )
    assert role.refreshes >= 3


@pytest.mark.parametrize("mode", ["legacy", "regional"])
@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1", "us-gov-west-1", "cn-north-1"])
def test_a_token_is_signed_for_the_region_of_its_host(
    mode: str, region: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A token is signed for the region of the STS host.

    STS answers a request that is signed for another region with "Credential should be scoped to a
    valid region"; its global host belongs to us-east-1 (IAM user guide, Regions of STS).
    """
    monkeypatch.setenv("AWS_STS_REGIONAL_ENDPOINTS", mode)
    session = sessions.Session()
    session.set_credentials("AKIAIOSFODNN7EXAMPLE", "secret")
    raw = Raw(Role())
    raw._client = session.create_client("sts", region_name=region)
    token = mint_token(raw, "blue")  # type: ignore[arg-type]
    text = token.partition(".")[2]
    host = compat.urlsplit(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()).netloc
    scope = signed(token)["X-Amz-Credential"].split("/")[2]
    assert scope == ("us-east-1" if host == "sts.amazonaws.com" else region)
    assert signed(token)["X-Amz-SignedHeaders"] == "host;x-k8s-aws-id"


def test_each_cluster_has_its_own_token() -> None:
    raw = Raw(Role())
    first, second = (mint_token(raw, name) for name in ("blue", "red"))  # type: ignore[arg-type]
    assert signed(first)["X-Amz-Signature"] != signed(second)["X-Amz-Signature"]


@pytest.mark.parametrize(
    ("arn", "entry"),
    [
        (
            "arn:aws:sts::123456789012:assumed-role/deploy/i-0abc",
            "arn:aws:iam::123456789012:role/deploy",
        ),
        (
            "arn:aws-cn:sts::123456789012:assumed-role/deploy/me@example.com",
            "arn:aws-cn:iam::123456789012:role/deploy",
        ),
        ("arn:aws:iam::123456789012:user/me", "arn:aws:iam::123456789012:user/me"),
    ],
)
def test_an_access_entry_names_the_role_and_not_its_session(arn: str, entry: str) -> None:
    assert principal(arn) == entry


EKS = "https://ABC.gr7.eu-west-1.eks.amazonaws.com"
AUTHORITY = "-- A\nB --\n"


def eks_with(answer: Any) -> Any:
    """A RawAws that describes one cluster, or raises boto3's error."""

    def call(service: str, operation: str, params: Any) -> Any:
        assert (service, operation, params) == ("eks", "DescribeCluster", {"name": "demo"})
        if isinstance(answer, str):
            error = {"Error": {"Code": answer, "Message": "no"}}
            raise exceptions.ClientError(error, operation)
        return {"cluster": answer}

    return call


FOUND = {
    "endpoint": EKS,
    "certificateAuthority": {"data": base64.b64encode(AUTHORITY.encode()).decode()},
}
OTHER = "https://DEF.gr7.eu-west-1.eks.amazonaws.com"
KOPS = "https://api.k.example.com"


@pytest.mark.parametrize(
    ("answer", "host", "trusted", "error"),
    [
        (FOUND, EKS, "", None),
        (FOUND, "https://localhost:8443", AUTHORITY, None),
        (FOUND, OTHER, "another", RefusedError),
        (FOUND, KOPS, "another", RefusedError),
        ("ResourceNotFoundException", KOPS, "another", None),
        ("AccessDeniedException", KOPS, "another", None),
        ("ResourceNotFoundException", OTHER, "another", NotFoundError),
        ("AccessDeniedException", OTHER, "another", ForbiddenError),
        ("ThrottlingException", KOPS, "another", ThrottledError),
    ],
)
def test_a_connection_has_to_lead_to_the_eks_cluster_that_is_named(
    answer: Any, host: str, trusted: str, error: type[Exception] | None
) -> None:
    if error is None:
        check_connection(eks_with(answer), "demo", host, trusted)
    else:
        with pytest.raises(error):
            check_connection(eks_with(answer), "demo", host, trusted)


DEMO = {
    "name": "demo",
    "endpoint": EKS,
    "certificate_authority": FOUND["certificateAuthority"]["data"],
}


def test_a_cluster_is_described_by_what_leads_to_it() -> None:
    assert description(eks_with(FOUND), "demo") == DEMO
    assert description(eks_with({"endpoint": EKS}), "demo")["certificate_authority"] == ""
    with pytest.raises(NotFoundError, match="has no endpoint yet"):
        description(eks_with({"status": "CREATING"}), "demo")


def test_a_described_cluster_is_reached_without_asking_eks(tmp_path: Any) -> None:
    role: Any = Raw(Role())
    access = eks_access(role, DEMO, str(tmp_path))
    assert access["host"] == EKS
    assert pathlib.Path(access["ca_cert"]).read_text(encoding="utf-8") == AUTHORITY
    assert access["api_key"].startswith("k8s-aws-v1.")
    assert "ca_cert" not in eks_access(role, {**DEMO, "certificate_authority": ""}, str(tmp_path))


def test_the_description_of_another_cluster_is_refused() -> None:
    assert of_cluster(DEMO, "demo") == DEMO
    assert of_cluster(None, "demo") is None
    with pytest.raises(InputError, match="of EKS cluster demo, not of prod"):
        of_cluster(DEMO, "prod")


@pytest.mark.parametrize(
    ("cluster", "given", "answer", "found"),
    [
        ("demo", None, FOUND, {"eks_description": DEMO}),
        ("demo", DEMO, "AccessDeniedException", {"eks_description": DEMO}),
        ("demo", None, {"status": "CREATING"}, {}),
        (None, None, "AccessDeniedException", {}),
    ],
    ids=["asked for", "handed on", "not there yet", "none"],
)
def test_what_leads_to_the_cluster_is_handed_on(
    cluster: Any, given: Any, answer: Any, found: Any
) -> None:
    module = types.SimpleNamespace(params={"eks_cluster": cluster, "eks_description": given})
    assert handed_on(module, eks_with(answer)) == found
