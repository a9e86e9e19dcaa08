# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long credentials of botocore are good, whichever way they came."""

from __future__ import annotations

import datetime
import types
from typing import Any

import pytest

boto3 = pytest.importorskip("boto3")
pytest.importorskip("ansible_collections.amazon.aws.plugins.module_utils.modules")

from botocore.credentials import (
    AssumeRoleCredentialFetcher,
    Credentials,
    DeferredRefreshableCredentials,
    EnvProvider,
    RefreshableCredentials,
)

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.credentials import Life
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.lifetimes import (
    EXPIRATION,
    life_of,
    own_life,
)

ENDS = datetime.datetime(2030, 1, 1, 12, tzinfo=datetime.UTC)
AT = ENDS.timestamp()
WORLD = {"AWS_ACCESS_KEY_ID": "K", "AWS_SECRET_ACCESS_KEY": "s"}
SESSION = {**WORLD, "AWS_SESSION_TOKEN": "t"}


@pytest.fixture(autouse=True)
def nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """No credentials in the environment."""
    for name in (*SESSION, "AWS_ACCESS_KEY", EXPIRATION, "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)


def renewable(method: str) -> RefreshableCredentials:
    """Credentials until ENDS, which botocore would renew."""
    return RefreshableCredentials("A", "s", "t", ENDS, dict, method)


def assumed(source: Any) -> DeferredRefreshableCredentials:
    """Credentials of a role, as a profile gives them, not fetched yet."""
    fetcher = AssumeRoleCredentialFetcher(None, source, "arn:aws:iam::123456789012:role/r")
    return DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role")


def provided(monkeypatch: pytest.MonkeyPatch, **given: str) -> Any:
    """Credentials that botocore takes from this environment."""
    for name, text in given.items():
        monkeypatch.setenv(name, text)
    return EnvProvider().load()


@pytest.mark.parametrize(
    ("credentials", "life"),
    [
        (Credentials("A", "s", method="explicit"), Life("explicit")),
        (Credentials("A", "s", "t", method="explicit"), Life("explicit", known=False)),
        (
            Credentials("A", "s", "t", method="shared-credentials-file"),
            Life("shared-credentials-file", known=False),
        ),
        (renewable("iam-role"), Life("iam-role")),
        (renewable("container-role"), Life("container-role")),
        (
            renewable("assume-role-with-web-identity"),
            Life("assume-role-with-web-identity"),
        ),
        (renewable("custom-process"), Life("custom-process")),
        (renewable("sso"), Life("sso", known=False, ends_at=AT)),
        (renewable("login"), Life("login", known=False, ends_at=AT)),
        (renewable("of-tomorrow"), Life("of-tomorrow", known=False, ends_at=AT)),
        (None, Life("of unknown source", known=False)),
    ],
)
def test_what_is_not_surely_renewed_is_not_taken_for_endless(credentials: Any, life: Life) -> None:
    assert life_of(credentials) == life


@pytest.mark.parametrize("text", ["2030-01-01T12:00:00Z", "2030-01-01T13:00:00+01:00"])
def test_the_environment_says_when_its_credentials_end(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = provided(monkeypatch, **SESSION, AWS_CREDENTIAL_EXPIRATION=text)
    assert life_of(found) == Life("the environment", ends_at=AT)


@pytest.mark.parametrize("text", ["2030-01-01T12:00:00", "2030-01-01 12:00:00+00:00"])
def test_so_it_does_where_amazon_aws_hands_them_over(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    provided(monkeypatch, **SESSION)
    monkeypatch.setenv(EXPIRATION, text)
    handed_over = Credentials("K", "s", "t", method="explicit")
    assert life_of(handed_over) == Life("the environment", ends_at=AT)
    of_the_task = Credentials("other", "s", "t", method="explicit")
    assert life_of(of_the_task) == Life("explicit", known=False)


@pytest.mark.parametrize(
    ("given", "known"), [(WORLD, True), (SESSION, False), ({**SESSION, EXPIRATION: "soon"}, False)]
)
def test_without_that_a_session_of_the_environment_is_not_known(
    given: dict[str, str], known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in given.items():
        monkeypatch.setenv(name, text)
    credentials = Credentials("K", "s", given.get("AWS_SESSION_TOKEN"), method="explicit")
    assert life_of(credentials) == Life("the environment", known=known)


def test_a_role_is_assumed_as_long_as_its_own_credentials_are_good(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert life_of(assumed(Credentials("A", "s", method="shared-credentials-file"))).known
    assert not life_of(assumed(Credentials("A", "s", "t", method="config-file"))).known
    assert life_of(assumed(assumed(renewable("iam-role")))) == Life("iam-role")
    of_env = provided(monkeypatch, **SESSION, AWS_CREDENTIAL_EXPIRATION=ENDS.isoformat())
    assert life_of(assumed(of_env)) == Life("the environment", ends_at=AT)


def test_the_credentials_are_those_that_the_module_reads_with_or_assumes_with() -> None:
    own = boto3.client("autoscaling", "eu-west-1", aws_access_key_id="A", aws_secret_access_key="s")
    raw: Any = types.SimpleNamespace(client={"autoscaling": own}.__getitem__)
    base = Credentials("A", "s", "t", method="shared-credentials-file")
    connector = types.SimpleNamespace(own_credentials=lambda: base)
    direct: Any = types.SimpleNamespace(params={}, connector=connector)
    as_role: Any = types.SimpleNamespace(params={"assume_role": {"arn": "r"}}, connector=connector)
    assert own_life(direct, raw) == Life("explicit")
    assert own_life(as_role, raw) == Life("shared-credentials-file", known=False)
