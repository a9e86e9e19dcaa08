# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Act as an IAM role, for a module with the options of ASSUME_SPEC.

A session of a role ends after an hour, and a rotation may take longer. So the role is assumed again
whenever that is needed, in the module itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.edge.sessions import new_session

ASSUME_SPEC: dict[str, Any] = {
    "assume_role": {
        "type": "dict",
        "options": {
            "arn": {"type": "str", "required": True},
            "external_id": {"type": "str"},
            "session_name": {"type": "str", "default": "nodeops.rotator"},
        },
    }
}
METHOD = "assume-role"
"""What botocore's log calls the source of the credentials."""


def role_session(sts: Any, wanted: Mapping[str, Any]) -> Any:
    """Return a session of boto3 whose clients act as the role.

    They renew their credentials by themselves. `sts`: the client with which the role is assumed,
    `wanted`: the value of the option. Nothing is called before a client is used; what STS answers
    then is raised by that call.
    """
    import boto3
    from botocore.credentials import CredentialResolver

    session = new_session()
    resolver = CredentialResolver([_Source(sts, wanted)])
    session.register_component("credential_provider", resolver)
    return boto3.session.Session(botocore_session=session)


class _Source:
    """Implements what botocore calls a credential provider."""

    METHOD = METHOD

    def __init__(self, sts: Any, wanted: Mapping[str, Any]) -> None:
        self._sts = sts
        names = {"RoleArn": "arn", "RoleSessionName": "session_name", "ExternalId": "external_id"}
        self._given = {ours: wanted[name] for ours, name in names.items() if wanted.get(name)}

    def load(self) -> Any:
        """Return credentials that are fetched when needed, and again when they end."""
        from botocore.credentials import DeferredRefreshableCredentials

        return DeferredRefreshableCredentials(self._fetch, METHOD)

    def _fetch(self) -> dict[str, str]:
        found = self._sts.assume_role(**self._given)["Credentials"]
        return {
            "access_key": found["AccessKeyId"],
            "secret_key": found["SecretAccessKey"],
            "token": found["SessionToken"],
            "expiry_time": found["Expiration"].isoformat(),
        }
