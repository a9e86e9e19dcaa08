# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Apply the outcomes of commands on a control plane to the memory."""

from __future__ import annotations

import math
from typing import Union

from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.commands import (
    READS,
    ListLeases,
    ReadBackups,
    ReadComponents,
    ReadMachines,
    ReadRecords,
    ReadShared,
    WriteShared,
    WriteWayBack,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.shared import (
    CONTROL_PLANES,
    noticed,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ConflictError,
    NotFoundError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import Done
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import (
    Memory,
)

COMMANDS = (*READS, WriteShared)
"""The commands whose outcomes are applied here."""
Ours = Union[
    ReadMachines,
    ReadBackups,
    ReadRecords,
    ReadComponents,
    ReadShared,
    ListLeases,
    WriteShared,
    WriteWayBack,
]


def learned(memory: Memory, done: Done) -> Memory:
    """Return the memory after one of COMMANDS has succeeded."""
    command, plane = done.command, memory.plane
    if isinstance(command, ReadMachines) and done.began >= plane.machines_at:
        return memory.with_fields(machines=done.answer, machines_at=done.began)
    if isinstance(command, ReadBackups):
        return memory.with_fields(backups=done.answer)
    if isinstance(command, ReadRecords):
        return memory.with_fields(dns=done.answer, dns_at=done.began)
    if isinstance(command, WriteWayBack):
        return memory.with_fields(way_back=done.answer)
    if isinstance(command, ReadComponents) and done.began >= plane.components_at:
        seen = plane.renewals
        renewals = {
            node: seen[node] if seen.get(node, ("", 0.0))[0] == text else (text, done.ended)
            for node, text in done.answer.renewed.items()
        }
        return memory.with_fields(
            components=done.answer, components_at=done.began, renewals=renewals
        )
    if isinstance(command, ListLeases):
        held = {**plane.holders, **noticed(plane.holders, done.answer, done.ended)}
        if command.labels == CONTROL_PLANES:
            return memory.with_fields(rivals=done.answer, rivals_at=done.began, holders=held)
        return memory.with_fields(others=done.answer, others_at=done.began, holders=held)
    if isinstance(command, (ReadShared, WriteShared)):
        return _shared(memory, done)
    return memory


def _shared(memory: Memory, done: Done) -> Memory:
    lease = done.answer
    seen = noticed(memory.plane.shared_seen, () if lease is None else (lease,), done.ended)
    memory = memory.with_fields(shared=lease, shared_read=done.began, shared_seen=seen)
    if not isinstance(done.command, WriteShared):
        return memory
    held = bool(lease.holder)
    first = min(memory.plane.first_confirmed, done.ended)
    return memory.with_fields(shared_held=held, shared_confirmed=done.began, first_confirmed=first)


def failed(memory: Memory, command: Ours, error: RotatorError) -> Memory:
    """Return the memory after one of COMMANDS has failed.

    After a write that met another one it is not known any more who holds the Lease.
    """
    if isinstance(command, WriteShared) and isinstance(error, (ConflictError, NotFoundError)):
        return memory.with_fields(shared_read=-math.inf)
    return memory
