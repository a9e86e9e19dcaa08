# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""STS: the caller's identity, and assumed roles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.nodeops.rotator.tests.simulation.aws import errors
from ansible_collections.nodeops.rotator.tests.simulation.aws.operations import Params, operation
from ansible_collections.nodeops.rotator.tests.simulation.aws.policies import ANYTHING
from ansible_collections.nodeops.rotator.tests.simulation.aws.records import Credential

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account

ACTOR = "_actor"
"""Parameter that holds the caller, which only STS needs."""


@operation("sts", "GetCallerIdentity", ACTOR)
def caller_identity(account: Account, params: Params) -> dict[str, Any]:
    """Return the caller's account and ARN."""
    arn = account.arn_of(params[ACTOR])
    user = "AIDA" + "".join(letter for letter in arn.upper() if letter.isalnum())[-17:]
    return {"UserId": user, "Account": account.id, "Arn": arn}


@operation(
    "sts", "AssumeRole", "RoleArn", "RoleSessionName", "DurationSeconds", "ExternalId", ACTOR
)
def assume_role(account: Account, params: Params) -> dict[str, Any]:
    """Return temporary credentials.

    If the account checks credentials, it accepts these until they expire. A role whose trust policy
    asks for an external ID is denied without it, as for a lack of permission (IAM user guide,
    access to accounts of third parties).
    """
    role, session = params["RoleArn"].rpartition("/")[2], params["RoleSessionName"]
    if account.external_ids.get(role, params.get("ExternalId")) != params.get("ExternalId"):
        raise errors.denied("sts", "AssumeRole", account.arn_of(params[ACTOR]))
    arn = account.arn("sts", f"assumed-role/{role}/{session}", regional=False)
    key = f"ASIA{account.kernel.random.getrandbits(64):016X}"
    expires = account.kernel.now + params.get("DurationSeconds", 3600)
    secret, session = (
        f"{word}{account.kernel.random.getrandbits(256):064x}" for word in ("secret", "token")
    )
    allowed, ours = account.role_policies.get(role, ANYTHING), role in account.role_policies
    account.assumed[key] = Credential(arn, expires, secret, session, allowed, ours)
    return {
        "Credentials": {
            "AccessKeyId": key,
            "SecretAccessKey": secret,
            "SessionToken": session,
            "Expiration": account.kernel.second(expires),
        },
        "AssumedRoleUser": {"AssumedRoleId": f"AROA{role.upper()[:8]}:{session}", "Arn": arn},
    }
