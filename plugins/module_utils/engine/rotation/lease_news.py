# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Learn from reads and writes of the Lease."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import WriteLease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import (
    salvage,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import Done
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import Memory


def learn_lease(memory: Memory, done: Done) -> Memory:
    """Take note of a Lease that was read or written, and of the record in it."""
    lease: Lease | None = done.answer
    same = (
        memory.lock.lease is not None
        and lease is not None
        and (lease.renewed, lease.holder) == (memory.lock.lease.renewed, memory.lock.lease.holder)
    )
    memory = memory.with_fields(
        lease=lease, lease_read=done.ended, seen=memory.lock.seen if same else done.ended
    )
    if lease is None:
        losses = memory.lock.lease_losses + memory.lock.held
        return memory.with_fields(lease_losses=losses, lease_unproven=memory.lock.held)
    written, unread = salvage(lease.journal)
    memory = memory.with_fields(unread=unread)
    if isinstance(done.command, WriteLease):
        held = bool(lease.holder)
        memory = memory if memory.lock.held else memory.with_fields(taken=done.ended)
        return memory.with_fields(
            held=held, released=not held, confirmed=done.began, written=written
        )
    if memory.lock.held:
        return memory.with_fields(lease_unproven=False)
    # what an earlier run has left is where we go on, and until we hold it others may still write
    if not memory.lock.held:
        return memory.with_fields(
            journal=written,
            written=written,
            resumed=not written.clean,
            raise_sent=written.raise_from >= 0,
        )
    return memory
