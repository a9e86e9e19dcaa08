# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small records of the account that belong to no one service's physics."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass
class Credential:
    """An identity of the account. `expires`: seconds of the world's clock, None for a long-lived
    key. `secret`: the key that it signs with, "" where nobody checks; `session`: the token that
    temporary credentials come with. `allowed`: globs of the "service:Operation" that its policy
    allows."""

    arn: str
    expires: float | None = None
    secret: str = ""
    session: str = ""
    allowed: tuple[str, ...] = ("*",)


@dataclasses.dataclass
class Parameter:
    """An SSM parameter. `modified` is seconds of the world's clock; negative is before its
    beginning."""

    name: str
    value: str
    version: int = 1
    modified: float = 0.0
    type: str = "String"
