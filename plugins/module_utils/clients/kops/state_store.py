# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read objects of a kops state store in S3."""

from __future__ import annotations

import re

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    InputError,
    NotFoundError,
)

_STORE = re.compile(r"s3://(?P<bucket>[^/]+)(?P<path>/.*?)?/*")


def split_store(store: str) -> tuple[str, str]:
    """Return bucket and path of a state store. Raises InputError if it is not in S3."""
    match = _STORE.fullmatch(store)
    if match is None:
        raise InputError(
            f"kops_state_store is {store!r}",
            "Give one in S3, as in s3://bucket or s3://bucket/path",
        )
    return match["bucket"], (match["path"] or "").strip("/")


def read_text(aws: Aws, store: str, name: str) -> str:
    """Return an object of the state store as text. Raises NotFoundError."""
    bucket, path = split_store(store)
    key = "/".join(filter(None, (path, name)))
    doing = f"read s3://{bucket}/{key}"
    try:
        body = aws.call(doing, "s3", "GetObject", Bucket=bucket, Key=key)["Body"]
    except NotFoundError as error:
        raise NotFoundError(f"There is no s3://{bucket}/{key}", error.hint, error.code) from error
    return str(Aws.attempt(doing, body.read).decode(errors="replace"))
