# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""S3 on the wire: objects are paths and bytes, which no other protocol here has.

Buckets are the first part of the path, as every client has it that is given an endpoint by its
address (S3 user guide, path-style requests).
"""

from __future__ import annotations

import urllib.parse
from collections.abc import Mapping
from typing import Any
from xml.sax import saxutils

from werkzeug.http import http_date
from werkzeug.wrappers import Request, Response

from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import AwsError

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
XML = "application/xml"


def read_request(request: Request) -> tuple[str, dict[str, Any]]:
    """Return the operation and its parameters.

    Raises ValueError for any other request.
    """
    bucket, _slash, key = urllib.parse.unquote(request.path).lstrip("/").partition("/")
    if bucket and key and request.method == "GET":
        return "GetObject", {"Bucket": bucket, "Key": key}
    if bucket and key and request.method == "PUT":
        return "PutObject", {"Bucket": bucket, "Key": key, "Body": request.get_data()}
    if bucket and request.method == "GET" and request.args.get("list-type") == "2":
        return "ListObjectsV2", _listing(bucket, request.args)
    raise ValueError(f"{request.method} {request.path}")


def _listing(bucket: str, args: Mapping[str, str]) -> dict[str, Any]:
    params: dict[str, Any] = {"Bucket": bucket}
    for name, field in (("prefix", "Prefix"), ("continuation-token", "ContinuationToken")):
        if args.get(name):
            params[field] = args[name]
    return {**params, "MaxKeys": int(args["max-keys"])} if "max-keys" in args else params


def write_answer(operation: str, answer: Mapping[str, Any]) -> Response:
    """Return the answer of an operation as S3 writes it."""
    if operation == "ListObjectsV2":
        fields = {name: value for name, value in answer.items() if name != "Contents"}
        listed = (f"<Contents>{_elements(one)}</Contents>" for one in answer.get("Contents", ()))
        parts = _elements(fields) + "".join(listed)
        body = f'<ListBucketResult xmlns="{NAMESPACE}">{parts}</ListBucketResult>'
        return Response(body, content_type=XML)
    headers = {"ETag": answer["ETag"]}
    if operation == "PutObject":
        return Response(status=200, headers=headers)
    headers["Last-Modified"] = http_date(answer["LastModified"])
    return Response(answer["Body"].read(), headers=headers, content_type=answer["ContentType"])


def write_error(error: AwsError) -> Response:
    """Return a refusal as S3 writes it."""
    parts = _elements({"Code": error.code, "Message": error.message})
    return Response(f"<Error>{parts}</Error>", error.status, content_type=XML)


def _elements(fields: Mapping[str, Any]) -> str:
    return "".join(
        f"<{name}>{saxutils.escape(_text(value))}</{name}>" for name, value in fields.items()
    )


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return value.strftime("%Y-%m-%dT%H:%M:%S.000Z") if hasattr(value, "strftime") else str(value)
