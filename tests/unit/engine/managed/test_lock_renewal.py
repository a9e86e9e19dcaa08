# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When the Lease of a managed node group is renewed, and how long it counts."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import WriteLease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ConflictError,
    CredentialsError,
    ForbiddenError,
    LockedError,
    RefusedError,
    RotatorError,
    ThrottledError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.handover.memory import (
    LeaseTrouble,
    LockMemory,
    SeenLease,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed import lock
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.memory import (
    ManagedMemory,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.managed.builders import (
    LEASE,
    NOW,
    POLICY,
    a_context,
    a_memory,
)


def troubled(error: RotatorError, since: float, again: float = NOW) -> ManagedMemory:
    """A run whose Lease was written at NOW - 60 and has failed since to be renewed."""
    entry = SeenLease(Lease(LEASE, "1", "me"), NOW - 60, NOW - 60, NOW - 60, "", NOW - 60)
    troubles = {LEASE: LeaseTrouble(since, again, error)}
    return a_memory(lock=LockMemory(NOW - 45, {LEASE: entry}, troubles))


@pytest.mark.parametrize(
    ("age", "writes", "may_act"),
    [(0, 0, True), (14.9, 0, True), (15, 1, True), (19.9, 1, True), (20, 1, False), (60, 1, False)],
)
def test_it_is_renewed_in_time_and_counts_only_while_it_is_surely_ours(
    age: float, writes: int, may_act: bool
) -> None:
    ctx = a_context(now=NOW + age)
    lock.keep(ctx)
    assert sum(isinstance(one, WriteLease) for one in ctx.commands) == writes
    assert ctx.may_act is may_act
    assert ctx.memory.sure_until == NOW + 20


def test_it_is_looked_at_again_when_it_is_due() -> None:
    ctx = a_context(now=NOW + 5)
    lock.keep(ctx)
    assert ctx.wake == NOW + POLICY.lease_duration / 2


@pytest.mark.parametrize(
    ("error", "lasted", "ends"),
    [
        pytest.param(UnreachableError("away"), 29, False, id="no answer"),
        pytest.param(UnreachableError("away"), 45, False, id="no answer, begun anew"),
        pytest.param(ThrottledError("later"), 45, False, id="too many requests"),
        pytest.param(ConflictError("changed"), 45, False, id="a conflict"),
        pytest.param(ForbiddenError("no"), 45, False, id="denied for less than a minute"),
        pytest.param(ForbiddenError("no"), 60, True, id="denied for a minute"),
        pytest.param(CredentialsError("who"), 59, False, id="not known for less than a minute"),
        pytest.param(CredentialsError("who"), 60, True, id="not known for a minute"),
        pytest.param(RefusedError("no such field"), 0, True, id="refused"),
    ],
)
def test_a_renewal_that_fails_ends_the_watch_only_where_it_cannot_pass(
    error: RotatorError, lasted: float, ends: bool
) -> None:
    ctx = a_context(troubled(error, NOW - lasted))
    if ends:
        with pytest.raises(type(error)):
            lock.keep(ctx)
    else:
        lock.keep(ctx)
    assert ctx.memory.held is not ends
    assert not ctx.may_act or ends


def test_a_renewal_that_may_pass_gives_no_lease_up() -> None:
    ctx = a_context(troubled(UnreachableError("away"), NOW - 45))
    lock.keep(ctx)
    assert all(one.lease.holder == "me" for one in ctx.commands if isinstance(one, WriteLease))
    assert ctx.memory.lock.error is None
    assert ctx.memory.lock.troubles == {}


@pytest.mark.parametrize(
    ("silent", "ends"), [(lock.LEASE_LOST - 0.1, False), (lock.LEASE_LOST, True)]
)
def test_a_watch_without_a_lease_ends_after_five_minutes(silent: float, ends: bool) -> None:
    ctx = a_context(a_memory(timers={"renewal": NOW + 16}), now=NOW + 16 + silent)
    if ends:
        with pytest.raises(UnreachableError, match="could not be renewed for 300 s"):
            lock.keep(ctx)
    else:
        lock.keep(ctx)


def test_one_that_was_not_renewed_since_the_machine_slept_is_renewed() -> None:
    ctx = a_context(now=NOW + 1000)
    lock.keep(ctx)
    assert sum(isinstance(one, WriteLease) for one in ctx.commands) == 1
    assert not ctx.may_act, "nothing is done before it is"
    renewed = a_context(a_memory(timers={"renewal": NOW - 200}))
    lock.keep(renewed)
    assert renewed.may_act
    assert "renewal" not in renewed.memory.timers


@pytest.mark.parametrize("thief", ["other", ""])
def test_a_lease_that_is_not_ours_any_more_ends_the_watch_on_the_spot(thief: str) -> None:
    entry = SeenLease(Lease(LEASE, "2", thief), NOW, NOW, NOW, "", NOW)
    ctx = a_context(a_memory(lock=LockMemory(NOW, {LEASE: entry})), now=NOW + 15)
    with pytest.raises(LockedError, match=f"taken over by {thief or 'nobody'}"):
        lock.keep(ctx)
    assert ctx.memory.held is False


class TestTheEnd:
    def test_asks_once_to_give_it_up_and_waits_for_the_answer(self) -> None:
        ctx = a_context()
        assert lock.release(ctx) is False
        assert ctx.memory.released == "asked"
        (write,) = ctx.commands
        assert isinstance(write, WriteLease)
        assert (write.lease.holder, write.lease.name) == ("", LEASE)

    def test_is_there_once_it_is_nobodys(self) -> None:
        entry = SeenLease(Lease(LEASE, "2", ""), NOW, NOW, NOW, "", NOW)
        asked = a_memory(released="asked", lock=LockMemory(NOW, {LEASE: entry}))
        ctx = a_context(asked)
        assert lock.release(ctx) is True
        assert (ctx.memory.released, ctx.memory.held) == ("done", False)

    def test_comes_also_where_it_cannot_be_given_up(self) -> None:
        memory = dataclasses.replace(troubled(ForbiddenError("no"), NOW - 30), released="asked")
        early = a_context(memory, now=NOW - 16)
        assert lock.release(early) is False
        late = a_context(memory, now=NOW - 45 + 30)
        assert lock.release(late) is True

    def test_asks_nothing_of_a_lease_that_was_never_ours(self) -> None:
        entry = SeenLease(Lease(LEASE, "2", "other"), NOW, NOW, NOW)
        ctx = a_context(a_memory(held=False, lock=LockMemory(NOW, {LEASE: entry})))
        assert lock.release(ctx) is True
        assert ctx.commands == []
