# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find out how long the AWS credentials of a module are good.

botocore keeps that to itself: it renews what it can renew, without a word about the rest. So its
objects are looked into, and what is not as expected there counts as not known.
"""

from __future__ import annotations

import datetime
import os
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.credentials import Life
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.aws import RawAws, credentials_of

EXPIRATION = "AWS_CREDENTIAL_EXPIRATION"
"""The variable that says when the credentials in the environment end, in ISO 8601."""
ENVIRONMENT = "the environment"
GIVEN = ("env", "explicit")
"""What botocore calls keys of the environment. amazon.aws hands those over as options."""
KEYS = ("AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY")
RENEWED = ("iam-role", "container-role", "assume-role-with-web-identity", "custom-process")
"""Sources that give new credentials as often as they are asked."""


def own_life(module: AnsibleAWSModule, raw: RawAws) -> Life:
    """Return how long the credentials of a module are good.

    `raw`: with which it has read already, so that its credentials have been fetched.
    """
    if module.params.get("assume_role"):
        return life_of(module.connector.own_credentials())
    return life_of(credentials_of(raw.client("autoscaling")))


def life_of(credentials: Any) -> Life:
    """Return how long credentials of botocore are good.

    Those of a role are good as long as the ones that assume it, which botocore does again and
    again. A session of SSO, and one of `aws login`, ends at a moment that nobody here knows.
    """
    method = str(getattr(credentials, "method", "") or "")
    source = ENVIRONMENT if _of_environment(credentials, method) else method or "of unknown source"
    if source == ENVIRONMENT and (ends_at := _moment(os.environ.get(EXPIRATION, ""))):
        return Life(source, ends_at=ends_at)
    if not hasattr(credentials, "_refresh_using"):
        return Life(source, known=credentials is not None and not credentials.token)
    if method in RENEWED:
        return Life(source)
    by = getattr(credentials._refresh_using, "__self__", None)
    if (assumed_with := getattr(by, "_source_credentials", None)) is not None:
        return life_of(assumed_with)
    expiry = getattr(credentials, "_expiry_time", None)
    at_least = expiry.timestamp() if isinstance(expiry, datetime.datetime) else None
    return Life(source, known=False, ends_at=at_least)


def _of_environment(credentials: Any, method: str) -> bool:
    keys = [os.environ[name] for name in KEYS if os.environ.get(name)]
    return method in GIVEN and getattr(credentials, "access_key", None) in keys


def _moment(text: str) -> float | None:
    """Return a moment in seconds since the epoch, None for what is none.

    One without a time zone is of UTC.
    """
    try:
        found = datetime.datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=datetime.UTC)).timestamp()
