# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A role is assumed when it is needed, and again before its session ends."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.edge.assume_role import role_session

ARN = "arn:aws:iam::123456789012:role/rotator"


class Sts:
    """Gives sessions that last for so many minutes."""

    def __init__(self, minutes: float) -> None:
        self.minutes, self.asked = minutes, list[dict[str, Any]]()

    def assume_role(self, **given: Any) -> dict[str, Any]:
        """Return credentials whose key counts the calls."""
        self.asked.append(given)
        ends = datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=self.minutes)
        key = {"AccessKeyId": f"K{len(self.asked)}", "SecretAccessKey": "s", "SessionToken": "t"}
        return {"Credentials": {**key, "Expiration": ends}}


@pytest.mark.parametrize(
    ("wanted", "asked"),
    [
        ({"external_id": None}, {}),
        ({"external_id": "between-us"}, {"ExternalId": "between-us"}),
    ],
)
def test_the_role_is_asked_for_as_the_option_says(
    wanted: dict[str, Any], asked: dict[str, str]
) -> None:
    sts = Sts(60)
    session = role_session(sts, {"arn": ARN, "session_name": "me", **wanted})
    assert sts.asked == [], "nothing is called before it is needed"
    session.get_credentials().get_frozen_credentials()
    assert sts.asked == [{"RoleArn": ARN, "RoleSessionName": "me", **asked}]


@pytest.mark.parametrize(("minutes", "keys"), [(60, ["K1", "K1"]), (5, ["K1", "K2"])])
def test_a_session_that_is_about_to_end_is_renewed(minutes: float, keys: list[str]) -> None:
    session = role_session(Sts(minutes), {"arn": ARN, "session_name": "me"})
    found = [session.get_credentials().get_frozen_credentials().access_key for _turn in keys]
    assert found == keys


def test_all_clients_of_a_session_share_its_credentials() -> None:
    sts = Sts(60)
    session = role_session(sts, {"arn": ARN, "session_name": "me"})
    for service in ("ec2", "autoscaling"):
        client = session.client(service, region_name="eu-west-1")
        client.generate_presigned_url(f"describe_{'regions' if service == 'ec2' else 'tags'}")
    assert len(sts.asked) == 1
