# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an account runs, and how much of it a quota lets it run."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True)
class Machine:
    """An instance of the account that runs, as quotas count it.

    `type`: name of its instance type. `vcpus`: None if they are not known. `dedicated`: it runs on
    a Dedicated Host.
    """

    id: str
    type: str
    vcpus: int | None
    spot: bool = False
    dedicated: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Room:
    """What runs under one quota, in vCPUs.

    `code`: of the quota, "" if it is not known. `types`: instance types of the group that count
    against it. `needs`: of another instance of the group. `used` and `limit`: None if not known.
    """

    code: str
    types: tuple[str, ...]
    needs: int
    used: int | None
    limit: int | None = None
