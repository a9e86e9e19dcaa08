# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""S3: buckets that hold the state store and the backups of kops clusters."""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING, Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import AwsError
from ansible_collections.nodeops.rotator.tests.simulation.aws.operations import Params, operation
from ansible_collections.nodeops.rotator.tests.simulation.aws.paging import page
from ansible_collections.nodeops.rotator.tests.simulation.aws.records import StoredObject

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account

PAGE = 1000
"""Keys of one answer at most (S3 API reference, ListObjectsV2)."""


def _bucket(account: Account, params: Params) -> dict[str, StoredObject]:
    found = account.buckets.get(params["Bucket"])
    if found is None:
        raise AwsError("NoSuchBucket", "The specified bucket does not exist", 404)
    return found


def _tag(data: bytes) -> str:
    return f'"{hashlib.md5(data, usedforsecurity=False).hexdigest()}"'


@operation("s3", "GetObject", "Bucket", "Key")
def get_object(account: Account, params: Params) -> dict[str, Any]:
    """Return an object, with its content as a stream."""
    stored = _bucket(account, params).get(params["Key"])
    if stored is None:
        raise AwsError("NoSuchKey", "The specified key does not exist.", 404)
    return {
        "Body": io.BytesIO(stored.data),
        "ContentLength": len(stored.data),
        "ContentType": "binary/octet-stream",
        "Metadata": {},
        "ETag": _tag(stored.data),
        "LastModified": account.kernel.second(stored.modified),
    }


@operation("s3", "PutObject", "Bucket", "Key", "Body")
def put_object(account: Account, params: Params) -> dict[str, Any]:
    """Write an object anew."""
    body = params.get("Body", b"")
    data = body if isinstance(body, bytes) else bytes(body.read())
    _bucket(account, params)[params["Key"]] = StoredObject(data, account.kernel.now)
    return {"ETag": _tag(data)}


@operation(
    "s3", "ListObjectsV2", "Bucket", "Prefix", "ContinuationToken", "MaxKeys", "EncodingType"
)
def list_objects(account: Account, params: Params) -> dict[str, Any]:
    """Return the keys below a prefix, a page at a time.

    botocore asks for encoded keys by itself, and takes them plain too.
    """
    prefix, token = params.get("Prefix", ""), params.get("ContinuationToken")
    found = {
        key: {
            "Key": key,
            "LastModified": account.kernel.second(stored.modified),
            "ETag": _tag(stored.data),
            "Size": len(stored.data),
            "StorageClass": "STANDARD",
        }
        for key, stored in _bucket(account, params).items()
        if key.startswith(prefix)
    }
    size = min(params.get("MaxKeys") or PAGE, PAGE)
    shown, following = page(found, token, size, "InvalidArgument")
    return {
        "Name": params["Bucket"],
        "Prefix": prefix,
        "MaxKeys": size,
        "KeyCount": len(shown),
        "IsTruncated": following is not None,
        **({"Contents": shown} if shown else {}),
        **({"NextContinuationToken": following} if following else {}),
    }
