# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records that several services share: credentials, parameters, stored objects."""

from __future__ import annotations

import dataclasses

from ansible_collections.nodeops.rotator.tests.simulation.aws.policies import ANYTHING, Statement


@dataclasses.dataclass
class Credential:
    """An identity of the account.

    `expires`: seconds of the World's clock, None for a long-lived key. `secret`: its signing key,
    "" if signatures are not checked. `session`: the token of temporary credentials. `allowed`:
    the statements of its policies. `ours`: our own code calls with it, so its rights are noted.
    """

    arn: str
    expires: float | None = None
    secret: str = ""
    session: str = ""
    allowed: tuple[Statement, ...] = ANYTHING
    ours: bool = False


@dataclasses.dataclass
class Parameter:
    """An SSM parameter.

    `modified` is seconds of the World's clock; negative means before its start.
    """

    name: str
    value: str
    version: int = 1
    modified: float = 0.0
    type: str = "String"


@dataclasses.dataclass
class StoredObject:
    """An object in S3. `modified`: as of Parameter."""

    data: bytes
    modified: float = 0.0


@dataclasses.dataclass
class HostedZone:
    """A hosted zone of Route 53: the addresses of A records by name.

    One without addresses is an alias.
    """

    name: str
    records: dict[str, list[str]] = dataclasses.field(default_factory=dict)
    private: bool = False
