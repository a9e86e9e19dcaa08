# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the one message that newer kubectls send as protobuf.

It is the DeleteOptions of a DELETE (k8s.io/apimachinery, meta/v1 generated.proto), inside the
envelope of Kubernetes' protobuf encoding ("k8s", a zero byte, a message runtime.Unknown).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

CONTENT_TYPE = "application/vnd.kubernetes.protobuf"
MAGIC = b"k8s\x00"


def delete_options(data: bytes) -> dict[str, Any]:
    """Return the options as JSON would have them.

    Raises ValueError for anything else.
    """
    if not data.startswith(MAGIC):
        raise ValueError("no Kubernetes protobuf")
    envelope = dict(_fields(data[len(MAGIC) :]))
    kind = dict(_fields(_bytes(envelope.get(1, b"")))).get(2, b"")
    if kind != b"DeleteOptions":
        raise ValueError(f"{kind!r} in protobuf is not served")
    options: dict[str, Any] = {"apiVersion": "v1", "kind": "DeleteOptions"}
    for number, value in _fields(_bytes(envelope.get(2, b""))):
        if number == 1:
            options["gracePeriodSeconds"] = value
        elif number == 2:
            given = dict(_fields(_bytes(value)))
            names = {1: "uid", 2: "resourceVersion"}
            options["preconditions"] = {
                names[n]: _bytes(text).decode() for n, text in given.items()
            }
        elif number == 4:
            options["propagationPolicy"] = _bytes(value).decode()
        elif number == 5:
            options.setdefault("dryRun", []).append(_bytes(value).decode())
    return options


def _bytes(value: int | bytes) -> bytes:
    if isinstance(value, int):
        raise ValueError("a number where a message was expected")
    return value


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield number and value of each field.

    A value is an integer, or the bytes of a string or message.
    """
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        value, at = _varint(data, at)
        if key & 7 == 2:
            yield key >> 3, data[at : at + value]
            at += value
        elif key & 7 == 0:
            yield key >> 3, value
        else:
            raise ValueError(f"wire type {key & 7} is not in DeleteOptions")


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
