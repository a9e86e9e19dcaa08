# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients of the stand-in for kops, on the wire or in memory."""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Callable, Iterator
from typing import Any

Make = Callable[[str], Any]


@functools.cache
def _on_the_wire(service: str) -> Any:
    import boto3  # takes a second, which "kops version" does not need

    return boto3.client(service, region_name=os.environ["AWS_REGION"])


_makers: list[Make] = [_on_the_wire]


def client(service: str) -> Any:
    """Return a client of the account that the environment names, as boto3 has it."""
    return _makers[-1](service)


@contextlib.contextmanager
def made_by(make: Make) -> Iterator[None]:
    """Make clients in another way while the block runs."""
    _makers.append(make)
    try:
        yield
    finally:
        _makers.pop()
