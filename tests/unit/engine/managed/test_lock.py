# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Lease of a managed node group is held while EKS is watched."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    ReadLease,
    WriteLease,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    LockedError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import (
    PAUSED,
    SIZE_BEFORE,
    SOAK_OWED,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.handover.memory import (
    LeaseTrouble,
    LockMemory,
    SeenLease,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed import lock
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.context import (
    ManagedContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.size import SizeBefore
from ansible_collections.nodeops.rotator.tests.unit.engine.managed.builders import (
    LEASE,
    NOW,
    OLD_GROUP,
    RUNNING,
    a_context,
    a_memory,
)

NOTED = SizeBefore(7, "release r-new")


def test_an_unknown_lease_is_read_before_it_is_taken() -> None:
    ctx = a_context(a_memory(lock=LockMemory(NOW), held=False))
    assert not lock.acquire(ctx)
    assert ctx.commands == [ReadLease(LEASE)]


def test_a_free_lease_is_written_with_our_name() -> None:
    entries = {LEASE: SeenLease(None, NOW, NOW, NOW)}
    ctx = a_context(a_memory(lock=LockMemory(NOW, entries), held=False))
    assert not lock.acquire(ctx)
    (write,) = ctx.commands
    assert isinstance(write, WriteLease)
    assert write.lease.holder == "me"
    assert dict(write.lease.labels)["nodeops.rotator/kind"] == "eks_managed"


def test_a_lease_that_is_ours_is_held() -> None:
    ctx = a_context(a_memory(held=False))
    assert lock.acquire(ctx)
    assert ctx.memory.held


def test_it_is_renewed_after_half_of_its_time_and_then_counts_for_two_thirds() -> None:
    ctx = a_context(now=NOW + 14)
    lock.keep(ctx)
    assert (ctx.commands, ctx.may_act) == ([], True)
    due = a_context(now=NOW + 15)
    lock.keep(due)
    assert [type(one) for one in due.commands] == [WriteLease]
    late = a_context(now=NOW + 20)
    lock.keep(late)
    assert not late.may_act


def test_a_renewal_that_fails_for_now_gives_nothing_up() -> None:
    memory = a_memory()
    trouble = {LEASE: LeaseTrouble(NOW - 40, NOW + 100, UnreachableError("away"))}
    memory = dataclasses.replace(memory, lock=dataclasses.replace(memory.lock, troubles=trouble))
    ctx = a_context(memory, now=NOW + 12)
    lock.keep(ctx)
    assert ctx.memory.held
    assert not any(isinstance(one, WriteLease) and not one.lease.holder for one in ctx.commands)


def test_a_lease_that_somebody_has_taken_is_lost() -> None:
    entries = {LEASE: SeenLease(Lease(LEASE, "2", "other"), NOW, NOW, NOW, "", NOW)}
    ctx = a_context(a_memory(lock=LockMemory(0.0, entries)), now=NOW + 16)
    with pytest.raises(LockedError, match="taken over by other"):
        lock.keep(ctx)
    assert not ctx.memory.held


def test_a_lease_that_cannot_be_renewed_for_long_ends_the_watch() -> None:
    late = {"renewal": NOW + 16}
    ctx = a_context(a_memory(timers=late), now=NOW + 16 + lock.LEASE_LOST)
    with pytest.raises(UnreachableError, match="EKS goes on"):
        lock.keep(ctx)


def test_it_is_given_up_at_the_end() -> None:
    ctx = a_context()
    assert not lock.release(ctx)
    (write,) = ctx.commands
    assert isinstance(write, WriteLease)
    assert write.lease.holder == ""
    assert lock.release(a_context(a_memory(lock=LockMemory(NOW), held=False)))


def test_who_holds_the_lease_is_read_first() -> None:
    unknown = a_context(a_memory(lock=LockMemory(NOW), held=False))
    assert lock.holder_now(unknown) is None
    assert unknown.commands == [ReadLease(LEASE)]
    assert lock.holder_now(a_context()) == "me"
    entries = {LEASE: SeenLease(Lease(LEASE, "2", "dead"), NOW, NOW, NOW)}
    assert lock.holder_now(a_context(a_memory(lock=LockMemory(NOW, entries)))) == "dead"
    free = {LEASE: SeenLease(None, NOW, NOW, NOW)}
    assert lock.holder_now(a_context(a_memory(lock=LockMemory(NOW, free)))) == ""


def test_who_has_paused_the_rotation_is_read_first() -> None:
    unknown = a_context(a_memory(lock=LockMemory(NOW), held=False))
    assert lock.paused_now(unknown) is None
    assert unknown.commands == [ReadLease(LEASE)]
    free = {LEASE: SeenLease(None, NOW, NOW, NOW)}
    assert lock.paused_now(a_context(a_memory(lock=LockMemory(NOW, free)))) == ""
    paused = {LEASE: SeenLease(Lease(LEASE, notes=((PAUSED, "anna"),)), NOW, NOW, NOW)}
    assert lock.paused_now(a_context(a_memory(lock=LockMemory(NOW, paused)))) == "anna"


def test_a_lease_that_cannot_be_read_for_long_is_an_error() -> None:
    trouble = {LEASE: LeaseTrouble(NOW - 40, NOW, UnreachableError("away"))}
    ctx = a_context(a_memory(lock=LockMemory(NOW, {}, trouble), held=False))
    with pytest.raises(UnreachableError, match="away"):
        lock.holder_now(ctx)


def a_lock(*notes: tuple[str, str], holder: str = "me", **fields: float) -> LockMemory:
    """Return what is remembered of a Lease with these annotations."""
    lease = Lease(LEASE, "1", holder, notes=notes)
    return LockMemory(NOW, {LEASE: SeenLease(lease, NOW, NOW, NOW, **fields)})


def noted(ctx: ManagedContext) -> str | None:
    """Return what the Lease that is written says of the size, None if nothing."""
    (write,) = ctx.commands
    assert isinstance(write, WriteLease)
    return dict(write.lease.notes).get(SIZE_BEFORE)


@pytest.mark.parametrize(
    ("seen", "soak", "status", "expected"),
    [
        (("u-1",), 60, "", "release r-new"),
        ((), 60, "", None),
        (("u-1",), 0, "", None),
        (("u-1",), 60, "stopped", "release r-new"),
        (("u-1",), 60, "failed", "release r-new"),
        (("u-1",), 60, "complete", None),
        (("u-1",), 60, "unchanged", None),
    ],
)
def test_the_lease_says_that_a_soak_is_owed_until_it_has_ended_well(
    seen: tuple[str, ...], soak: float, status: Any, expected: str | None
) -> None:
    ending = (status, None) if status else None
    memory = a_memory(seen=seen, lock=a_lock(written=NOW), ending=ending)
    ctx = a_context(memory, soak=soak, now=NOW + 15)
    if status:
        lock.release(ctx)
    else:
        lock.keep(ctx)
    (write,) = ctx.commands
    assert isinstance(write, WriteLease)
    assert dict(write.lease.notes).get(SOAK_OWED) == expected


def test_a_soak_that_an_earlier_run_owes_is_learnt_with_the_lease_and_kept() -> None:
    owed = a_lock((SOAK_OWED, "release r-new"), written=NOW)
    ctx = a_context(a_memory(lock=owed, held=False))
    assert lock.acquire(ctx)
    assert ctx.memory.soak_owed
    late = a_context(a_memory(lock=owed), now=NOW + 15, restore_only=True)
    lock.keep(late)
    (write,) = late.commands
    assert isinstance(write, WriteLease)
    assert dict(write.lease.notes)[SOAK_OWED] == "release r-new"
    fresh = a_context(a_memory(lock=a_lock(written=NOW), held=False))
    assert lock.acquire(fresh)
    assert not fresh.memory.soak_owed


def test_the_size_is_noted_before_eks_is_asked() -> None:
    ctx = a_context(a_memory(lock=a_lock(holder=""), held=False))
    lock.acquire(ctx)
    assert noted(ctx) == "2 before the update to release r-new"


def test_the_size_that_an_earlier_run_has_noted_stays_and_counts() -> None:
    held = a_lock((SIZE_BEFORE, NOTED.text), written=NOW)
    ctx = a_context(a_memory(lock=held, held=False))
    assert lock.acquire(ctx)
    assert (ctx.memory.size, ctx.memory.desired_before) == (NOTED, 7)
    assert lock.size_now(ctx) == NOTED
    late = a_context(a_memory(lock=held), now=NOW + 15)
    lock.keep(late)
    assert noted(late) == NOTED.text


def test_of_an_update_that_ran_already_nobody_knows_the_size_before() -> None:
    ctx = a_context(a_memory(lock=a_lock(holder=""), held=False, joined=True))
    lock.acquire(ctx)
    assert noted(ctx) is None


@pytest.mark.parametrize(
    ("status", "desired", "running", "kept"),
    [
        ("complete", 7, False, False),
        ("unchanged", 7, False, False),
        ("failed", 7, False, True),
        ("stopped", 2, True, True),
        ("failed", 2, False, False),
    ],
)
def test_the_note_goes_once_an_update_has_ended_well_or_has_left_the_size(
    status: str, desired: int, running: bool, kept: bool
) -> None:
    updates = {"u-1": RUNNING} if running else {}
    memory = a_memory(
        dataclasses.replace(OLD_GROUP, updates=updates),
        lock=a_lock((SIZE_BEFORE, NOTED.text), written=NOW),
        desired_before=desired,
        ending=(status, None),
    )
    ctx = a_context(memory)
    lock.release(ctx)
    assert noted(ctx) == (NOTED.text if kept else None)
