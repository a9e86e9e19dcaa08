# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read whether the quotas of the account have room for another node of a group."""

from __future__ import annotations

from collections.abc import Collection

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.quotas import (
    read_limit,
    read_machines,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.quotas import (
    rooms,
    with_limits,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    CredentialsError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.quotas import Room


def read_rooms(aws: Aws, ids: Collection[str]) -> tuple[Room, ...] | None:
    """Return the room under each quota that these instances count against.

    None if what the account runs cannot be read. Nothing is read for a group without instances.
    """
    if not ids:
        return ()
    try:
        found = rooms(read_machines(aws), ids)
    except CredentialsError:
        raise
    except RotatorError:
        return None
    return with_limits(found, {room.code: _limit(aws, room.code) for room in found if room.code})


def _limit(aws: Aws, code: str) -> int | None:
    """Return how many vCPUs a quota allows, None if it cannot be read.

    Service Quotas has an endpoint of its own, which a private network may not reach.
    """
    try:
        return read_limit(aws, code)
    except CredentialsError:
        raise
    except RotatorError:
        return None
