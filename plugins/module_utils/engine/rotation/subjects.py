# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell which instance an event of a rotation is about."""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.nodeops.rotator.plugins.module_utils.core.events import NOBODY, About
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Member
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.records import (
    NodeRecord,
)


def about(subject: str, records: Iterable[NodeRecord], members: Iterable[Member]) -> About:
    """Return the instance that a name of a node or an instance id means.

    `records`: the nodes that are or were replaced; they are known after their instances have gone.
    A new instance may have the address of one that has gone, and so its name. So a name means an
    instance that is still there first, and then the one that went last.
    """
    meant = [record for record in records if subject in (record.name, record.instance_id)]
    for record in meant:
        if record.ended is None:
            return About(record.instance_id, record.zone, True)
    for member in members:
        if subject in (member.name, member.id) and not any(
            record.instance_id == member.id for record in meant
        ):
            return About(member.id, member.instance.zone, bool(member.outdated))
    for record in sorted(meant, key=lambda one: one.ended or 0.0, reverse=True):
        return About(record.instance_id, record.zone, True)
    return NOBODY
