# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Lease, look by look: taking it, keeping it, giving it up."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    ChangeNode,
    Command,
    ReadGroup,
    ReadLease,
    WriteLease,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ConflictError,
    ForbiddenError,
    LockedError,
    NotFoundError,
    RotatorError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import NodeChange
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import (
    Journal,
    dump,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import Done, View
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import lock
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.access import timer_of
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import (
    Memory,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.outcomes import learn
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.parts import (
    Retry,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import a_group
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    HELD,
    LEASE,
    NOW,
    POLICY,
    RUNNING,
    a_context,
)

THEIRS = Lease(LEASE, "3", "other", "t9", 15, 4, dump(RUNNING))
FREE = dataclasses.replace(THEIRS, holder="")


def taking(lease: Lease | None, now: float = NOW, **more: Any) -> RotationContext:
    """A look before the lock is ours; the lease was read just now."""
    return a_context(
        a_group(), lease=lease, held=False, mode="survey", lease_read=now, seen=NOW, now=now, **more
    )


def writes(ctx: RotationContext) -> list[Lease]:
    """The Leases that this look would write."""
    return [command.lease for command in ctx.commands if isinstance(command, WriteLease)]


@pytest.mark.parametrize(
    "lease, version, moves",
    [(None, "", 1), (FREE, "3", 5), (dataclasses.replace(THEIRS, holder="me"), "3", 4)],
)
def test_a_lease_that_is_free_or_ours_is_taken_with_the_record_that_was_found(
    lease: Lease | None, version: str, moves: int
) -> None:
    ctx = taking(lease)
    assert lock.acquire(ctx) is False
    (found,) = writes(ctx)
    assert (found.holder, found.resource_version, found.transitions, found.duration) == (
        "me",
        version,
        moves,
        30,
    )
    assert found.journal == dump(RUNNING)


def test_a_lease_that_we_hold_is_not_written_to_be_taken() -> None:
    ctx = a_context(a_group())
    assert lock.acquire(ctx) is True
    assert ctx.commands == []


def test_a_holder_is_watched_then_succeeded_when_it_has_not_renewed_for_its_duration() -> None:
    ctx = taking(THEIRS)
    assert not lock.acquire(ctx)
    assert ctx.commands == []
    assert "held by other" in ctx.events[0].text
    later = taking(THEIRS, NOW + 3, timers=ctx.memory.timers)
    later.note(lease_read=NOW)
    assert not lock.acquire(later)
    assert later.commands == [ReadLease(LEASE)]
    dead = taking(THEIRS, NOW + 15, timers=ctx.memory.timers)
    assert not lock.acquire(dead)
    assert [found.holder for found in writes(dead)] == ["me"]
    assert writes(dead)[0].transitions == 5


def test_a_holder_that_renews_is_named() -> None:
    ctx = taking(THEIRS)
    lock.acquire(ctx)
    alive = taking(THEIRS, NOW + 6, timers=ctx.memory.timers)
    alive.note(seen=NOW + 5)
    with pytest.raises(LockedError, match="is being rotated by other"):
        lock.acquire(alive)


def test_what_we_may_not_write_is_told_and_what_does_not_answer_is_tried_again() -> None:
    write = WriteLease(dataclasses.replace(FREE, holder="me"))
    denied = {write: Retry(1, NOW + 5, ForbiddenError("no"))}
    assert lock.acquire(taking(FREE, retries=denied)) is False, "one answer"
    with pytest.raises(ForbiddenError):
        lock.acquire(taking(FREE, retries=denied, timers={timer_of(LEASE): NOW - 60}))
    unanswered = {write: Retry(9, NOW, UnreachableError("gone"))}
    assert lock.acquire(taking(FREE, retries=unanswered)) is False
    with pytest.raises(UnreachableError):
        lock.acquire(taking(FREE, retries=unanswered, timers={"no lock": NOW - lock.LOST}))


@pytest.mark.parametrize(
    "age, writes_now, may_act",
    [
        (0, False, True),
        (14.9, False, True),
        (15, True, True),
        (19.9, True, True),
        (20, True, False),
        (60, True, False),
    ],
)
def test_it_is_renewed_after_half_of_it_and_after_two_thirds_nothing_may_be_done(
    age: float, writes_now: bool, may_act: bool
) -> None:
    ctx = a_context(a_group(), confirmed=NOW - age)
    assert lock.keep(ctx) is may_act
    assert bool(writes(ctx)) is writes_now
    assert ctx.wake <= NOW + max(15 - age, 1) + 0.01


def test_a_lease_that_cannot_be_created_because_its_namespace_is_missing_ends_the_run() -> None:
    missing = NotFoundError('namespaces "gone" not found')
    new, old = (WriteLease(dataclasses.replace(FREE, resource_version=one)) for one in ("", "3"))
    with pytest.raises(NotFoundError):
        lock.acquire(taking(None, retries={new: Retry(1, NOW + 5, missing)}))
    assert lock.acquire(taking(FREE, retries={old: Retry(1, NOW + 5, missing)})) is False


def test_a_changed_record_is_written_at_once_and_never_twice_at_a_time() -> None:
    ctx = a_context(a_group())
    ctx.record(spread=1)
    assert lock.keep(ctx)
    assert writes(ctx)[0].journal == dump(ctx.journal)
    busy = a_context(a_group(), in_flight=[WriteLease(HELD)], confirmed=NOW - 15)
    assert lock.keep(busy)
    assert busy.commands == []


def test_a_lease_that_somebody_took_ends_it_and_one_that_cannot_be_renewed_too() -> None:
    with pytest.raises(LockedError, match="taken over by thief"):
        lock.keep(a_context(a_group(), lease=dataclasses.replace(HELD, holder="thief")))
    with pytest.raises(LockedError, match="nobody"):
        lock.keep(a_context(a_group(), lease=dataclasses.replace(HELD, holder="")))
    late = {"renewal": NOW - 300}
    with pytest.raises(UnreachableError, match="could not be renewed for 300 s"):
        lock.keep(a_context(a_group(), confirmed=NOW - 330, timers=late))


@pytest.mark.parametrize(
    "journal, left",
    [(Journal(run="r1", group="blue", base=4, expected=4), Journal()), (RUNNING, RUNNING)],
)
def test_giving_it_up_leaves_the_record_when_there_is_something_to_put_back(
    journal: Journal, left: Journal
) -> None:
    ctx = a_context(a_group(), journal=journal)
    assert lock.release(ctx) is False
    (found,) = writes(ctx)
    assert found.holder == ""
    assert found.journal == dump(left)
    assert found.transitions == HELD.transitions
    assert lock.release(a_context(a_group(), journal=journal, released=True)) is True


def learned(
    memory: Memory,
    command: WriteLease | ReadLease,
    answer: Lease | None = None,
    error: RotatorError | None = None,
) -> Memory:
    """The memory after this outcome."""
    return learn(memory, View(done=(Done(command, answer, error, NOW, NOW + 1),)), NOW + 1)


def test_a_lease_that_cannot_be_created_is_not_tried_again_at_once() -> None:
    """Without its namespace it would be written and read hundreds of times.

    That is, in turns, each second.
    """
    memory, missing = taking(None).memory, NotFoundError('namespaces "gone" not found')
    new, old = (WriteLease(dataclasses.replace(FREE, resource_version=one)) for one in ("", "3"))
    refused = learned(memory, new, error=missing)
    assert refused.lock.lease_read == NOW
    assert refused.outbox.retries[new].error is missing
    assert learned(memory, old, error=missing).lock.lease_read < NOW, "it is read anew"


def test_until_it_is_ours_the_record_is_read_anew_and_then_it_is_our_own() -> None:
    memory = taking(None, journal=Journal(), written=None).memory
    first = learned(memory, ReadLease(LEASE), dataclasses.replace(FREE, journal=dump(Journal())))
    assert first.journal == Journal()
    assert not first.resumed
    second = learned(first, ReadLease(LEASE), FREE)
    assert second.journal == second.written == RUNNING
    assert second.resumed
    held = learned(
        second, WriteLease(FREE), dataclasses.replace(FREE, holder="me", journal=dump(RUNNING))
    )
    assert held.lock.held
    assert held.lock.confirmed == NOW
    after = learned(
        dataclasses.replace(held, journal=Journal(run="r1")),
        ReadLease(LEASE),
        dataclasses.replace(FREE, holder="me"),
    )
    assert after.journal == Journal(run="r1")


def test_a_conflict_has_the_lease_read_again() -> None:
    memory = learned(taking(FREE).memory, WriteLease(FREE), error=ConflictError("moved"))
    ctx = a_context(a_group(), lease_read=memory.lock.lease_read)
    assert lock.known(ctx) is False
    assert ctx.commands == [ReadLease(LEASE)]


CORDON = ChangeNode("n1", "1", NodeChange(True))
GIVEN_UP = WriteLease(dataclasses.replace(HELD, holder=""))


@pytest.mark.parametrize(
    ("in_flight", "released"), [((), True), ((ReadGroup("blue"),), True), ((CORDON,), False)]
)
def test_the_lease_is_released_when_nothing_of_ours_is_in_flight(
    in_flight: tuple[Command, ...], released: bool
) -> None:
    ctx = a_context(a_group(), in_flight=in_flight)
    assert lock.release(ctx) is False
    assert [lease.holder for lease in writes(ctx)] == [""] * released


@pytest.mark.parametrize(("in_flight", "may"), [((), True), ((GIVEN_UP,), False)])
def test_nothing_is_done_while_the_lease_is_being_released(
    in_flight: tuple[Command, ...], may: bool
) -> None:
    assert lock.keep(a_context(a_group(), in_flight=in_flight)) is may


class TestForce:
    POLICY = dataclasses.replace(POLICY, force_takeover=True)

    def test_a_lease_that_is_renewed_is_taken_at_once_with_its_record(self) -> None:
        ctx = taking(THEIRS, policy=self.POLICY)
        assert lock.acquire(ctx) is False
        (found,) = writes(ctx)
        assert (found.holder, found.transitions, found.resource_version) == ("me", 5, "3")
        assert found.journal == THEIRS.journal
        assert ctx.memory.lock.forced_wait == THEIRS.duration

    @pytest.mark.parametrize(
        ("forced", "since", "begins"), [(0.0, 0, True), (15.0, 14.9, False), (15.0, 15.0, True)]
    )
    def test_nothing_begins_before_the_former_holder_is_silent(
        self, forced: float, since: float, begins: bool
    ) -> None:
        timers = {"forced": NOW - since}
        ctx = a_context(a_group(), forced_wait=forced, timers=timers, policy=self.POLICY)
        assert lock.acquire(ctx) is begins

    def test_the_lease_is_renewed_meanwhile(self) -> None:
        ctx = a_context(a_group(), forced_wait=25.0, confirmed=NOW - 16, policy=self.POLICY)
        assert lock.acquire(ctx) is False
        assert [lease.holder for lease in writes(ctx)] == ["me"]

    def test_a_lease_that_nobody_holds_is_not_waited_for(self) -> None:
        ctx = taking(FREE, policy=self.POLICY)
        lock.acquire(ctx)
        assert ctx.memory.lock.forced_wait == 0
