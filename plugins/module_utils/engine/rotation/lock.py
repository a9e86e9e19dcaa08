# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Lease as lock and record: taking it, keeping it, giving it up. Private to nodeops.rotator.

Takeover follows client-go's rule (tools/leaderelection): a lease counts as expired when its
renewTime has not changed for its duration by the *observer's* clock; clocks of different machines
are never compared.
"""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    ReadLease,
    WriteLease,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    AccessError,
    LockedError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import (
    Journal,
    dump,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import Turn
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.observe import (
    FIRST_CONTACT,
)

WATCH_OTHER = 2.0
"""Seconds between looks at a lease that somebody else holds."""
LOST = 300.0
"""Seconds without renewing the lease after which a run gives up."""


def known(turn: Turn) -> bool:
    """Whether the lease has been read; asks for it if not. Raises the error that keeps us from it
    for too long."""
    if turn.memory.lease_read < turn.memory.began:
        read = ReadLease(turn.policy.lease)
        turn.do(read)
        retry = turn.refused(read)
        if retry and turn.over("no lease", FIRST_CONTACT):
            raise retry.error
        return False
    return True


def acquire(turn: Turn) -> bool:
    """Whether the lease is ours. Takes it if it is free; if somebody holds it, watches until it is
    proven dead. Raises LockedError when the holder renews it, and the refusal when we may not write
    it."""
    if turn.memory.held:
        return True
    lease = turn.memory.lease
    refused = [
        retry.error
        for command, retry in turn.memory.retries.items()
        if isinstance(command, WriteLease)
    ]
    for error in refused:
        if isinstance(error, AccessError) or turn.over("no lock", LOST):
            raise error
    if lease is None or lease.holder in ("", turn.policy.holder):
        _write(turn, turn.policy.holder)
    elif _expired(turn, lease):
        turn.tell(
            "lock",
            turn.policy.group,
            f"taken over from {lease.holder}, who no longer renews it",
            once="takeover",
        )
        _write(turn, turn.policy.holder)
    elif turn.now - turn.memory.lease_read >= WATCH_OTHER:
        turn.do(ReadLease(turn.policy.lease))
    else:
        turn.look_at(turn.memory.lease_read + WATCH_OTHER)
    return False


def _expired(turn: Turn, lease: Lease) -> bool:
    first = f"lease of {lease.holder}"
    if first not in turn.memory.timers:
        turn.note(timers={**turn.memory.timers, first: turn.memory.seen})
        turn.tell(
            "lock",
            turn.policy.group,
            f"held by {lease.holder}; waiting up to {lease.duration} s to see whether it lives",
        )
    if turn.memory.seen > turn.memory.timers[first]:
        raise LockedError(
            f"Node group {turn.policy.group} is being rotated by {lease.holder}, which renewed"
            f" Lease {lease.name} just now",
            "Wait for that run to end, or stop it",
        )
    return turn.over(first, max(lease.duration, 1))


def keep(turn: Turn) -> bool:
    """Whether we may act: the lease is ours and was renewed in time. Writes it when the record
    changed or it is due. Raises LockedError when somebody has taken it from us."""
    memory, duration = turn.memory, turn.policy.lease_duration
    if memory.lease is not None and memory.lease.holder != turn.policy.holder:
        raise LockedError(
            f"Lease {turn.policy.lease} was taken over by {memory.lease.holder or 'nobody'}",
            "See what that run does",
        )
    if memory.lease_read < memory.began:  # a write met a conflict: see who wrote
        turn.do(ReadLease(turn.policy.lease))
    elif not turn.recorded or turn.now - memory.confirmed >= duration / 3:
        _write(turn, turn.policy.holder)
    if turn.now - memory.confirmed > LOST:
        raise UnreachableError(
            f"Lease {turn.policy.lease} could not be renewed for {LOST:.0f} s, and nothing was"
            " done meanwhile",
            "Run again to go on",
        )
    turn.look_at(
        memory.confirmed + duration / 3
        if turn.now - memory.confirmed < duration / 3
        else turn.now + 1
    )
    return turn.now - memory.confirmed < duration * 2 / 3


def release(turn: Turn) -> bool:
    """Whether the lease has been given up, the journal left in it for the next run if it is not
    clean."""
    if turn.memory.released or not turn.memory.held:
        return True
    _write(turn, "")
    return False


def _write(turn: Turn, holder: str) -> None:
    if any(isinstance(command, WriteLease) for command in turn.view.in_flight):
        return
    old = turn.memory.lease or Lease(turn.policy.lease)
    journal = turn.journal
    if not holder and journal.clean:
        journal = Journal()
        turn.note(journal=journal)
    moves = int(bool(holder) and holder != old.holder)
    turn.do(
        WriteLease(
            Lease(
                name=turn.policy.lease,
                resource_version=old.resource_version,
                holder=holder,
                duration=int(turn.policy.lease_duration),
                transitions=old.transitions + moves,
                journal=dump(journal),
            )
        )
    )
