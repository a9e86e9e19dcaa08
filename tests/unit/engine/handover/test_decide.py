# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Leases around a change of a template, look by look."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    Command,
    ReadLease,
    WriteLease,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ConflictError,
    CredentialsError,
    ForbiddenError,
    LockedError,
    RefusedError,
    RotatorError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import (
    Journal,
    dump,
    load,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.handover.decide import (
    LockOutcome,
    decide,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.handover.memory import (
    LeaseClaim,
    LeaseTrouble,
    LockMemory,
    LockOrder,
    SeenLease,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import (
    Done,
    Step,
    Stop,
    View,
)

NOW = 1000.0
CLAIMS = tuple(
    LeaseClaim(name, group, (("l", "1"),), (("n", "1"),), ("lt", "7"), ("lt", "8", "ami"))
    for name, group in (("a", "blue"), ("b", "green"))
)
ORDER = LockOrder("take", CLAIMS, "r1", "me", 120.0)
DIRTY = dump(Journal(run="other", fenced=True))
MINE = dump(Journal(handover="r1", previous=("lt", "7"), target=("lt", "8", "ami")))


def a_lease(name: str, holder: str = "", journal: str = "", **more: Any) -> Lease:
    """A Lease as read; the text of renewTime is t1."""
    return Lease(name, "5", holder, "t1", 30, 2, journal, "uid", **more)


def known(*leases: Lease | None, read: float = NOW, **more: Any) -> dict[str, SeenLease]:
    """Entries of the two Leases."""
    found = zip(("a", "b"), leases, strict=True)
    kept = {"read": read, "met": NOW, "seen": NOW, **more}
    return {
        name: SeenLease(lease, found=lease.journal if lease else "", **kept)
        for name, lease in found
    }


def look(
    entries: dict[str, SeenLease] | None = None,
    now: float = NOW,
    order: LockOrder = ORDER,
    stop: Stop | None = None,
    **more: Any,
) -> Step[LockMemory, LockOutcome]:
    """One look."""
    memory = LockMemory(**{"began": NOW, "entries": entries or {}, **more})
    return decide(memory, View(stop=stop), now, order)


def writes(step: Step[LockMemory, LockOutcome]) -> dict[str, Lease]:
    return {one.lease.name: one.lease for one in step.commands if isinstance(one, WriteLease)}


def outcome(step: Step[LockMemory, LockOutcome]) -> Any:
    assert step.result is not None
    return step.result


@pytest.mark.parametrize(
    ("stage", "wait", "limit"), [("take", 0, 300), ("take", 60, 360), ("hand_over", 0, 300)]
)
def test_no_stage_goes_on_for_ever(stage: Any, wait: float, limit: float) -> None:
    order = dataclasses.replace(ORDER, stage=stage, wait=wait)
    ours = [a_lease(name, "me", MINE) if stage == "hand_over" else None for name in "ab"]
    before = look(known(*ours, read=-math.inf), now=NOW + limit - 1, order=order)
    assert before.memory.error is None
    assert before.wake <= NOW + limit
    after = look(known(*ours, read=-math.inf), now=NOW + limit, order=order).memory.error
    assert isinstance(after, UnreachableError)
    assert f"could not be written in {limit} s" in str(after)


def test_every_lease_is_read_first() -> None:
    step = look()
    assert step.commands == (ReadLease("a"), ReadLease("b"))
    assert step.result is None


@pytest.mark.parametrize("lease", [None, a_lease("a"), a_lease("a", "x", MINE)])
def test_what_is_free_absent_or_left_by_the_same_run_is_taken_with_what_will_be_done(
    lease: Lease | None,
) -> None:
    step = look(known(lease, None))
    found = writes(step)["a"]
    assert sorted(writes(step)) == ["a", "b"]
    assert (found.holder, found.duration, found.labels, found.notes) == (
        "me",
        120,
        (("l", "1"),),
        (("n", "1"),),
    )
    journal = load(found.journal)
    assert (journal.handover, journal.previous, journal.target) == (
        "r1",
        ("lt", "7"),
        ("lt", "8", "ami"),
    )
    assert journal.clean
    assert not journal.run
    assert found.resource_version == (lease.resource_version if lease else "")


def test_a_verdict_on_another_target_is_not_kept() -> None:
    passed = Journal(target=("lt", "8", "ami"), canary="passed", canaries=1)
    other = dataclasses.replace(passed, target=("lt", "6", "ami"))
    step = look(known(a_lease("a", journal=dump(passed)), a_lease("b", journal=dump(other))))
    assert [load(lease.journal).canary for lease in writes(step).values()] == ["passed", ""]


def test_all_are_ours_when_each_was_written() -> None:
    mine = [a_lease(name, "me", MINE) for name in "ab"]
    step = look(known(*mine, written=NOW + 1), now=NOW + 2)
    assert outcome(step).error is None
    assert outcome(step).not_after == NOW + 1 + 80


def test_a_lease_written_before_is_written_again_to_be_handed_over() -> None:
    order = dataclasses.replace(ORDER, stage="hand_over")
    mine = [a_lease(name, "me", MINE) for name in "ab"]
    step = look(known(*mine, written=NOW - 50), order=order)
    assert sorted(writes(step)) == ["a", "b"]
    assert step.result is None


@pytest.mark.parametrize("holder", ["", "x"])
def test_an_unfinished_record_of_another_run_stops_it_at_once(holder: str) -> None:
    step = look(known(a_lease("a", holder, DIRTY), None))
    assert isinstance(outcome(step).error, RefusedError)
    assert not step.commands
    assert "a rotation of node group blue that has not ended" in str(outcome(step).error)


def test_an_unfinished_record_of_the_same_run_does_not() -> None:
    own = Journal(run="r1", fenced=True)
    step = look(known(a_lease("a", journal=dump(own)), None))
    journal = load(writes(step)["a"].journal)
    assert (journal.run, journal.fenced, journal.handover) == ("r1", True, "r1")


def test_a_record_that_cannot_be_read_stops_it() -> None:
    step = look(known(a_lease("a", journal="{"), None))
    assert "cannot be read" in str(outcome(step).error)


def test_a_holder_is_watched_before_any_lease_is_taken() -> None:
    entries = known(a_lease("a", "x"), None)
    step = look(entries, NOW + 1)
    assert step.commands == ()
    assert step.wake == NOW + 2
    assert step.result is None
    assert look(entries, NOW + 2).commands == (ReadLease("a"),)


def test_a_holder_that_renews_is_named_and_one_that_does_not_is_succeeded() -> None:
    renewed = known(a_lease("a", "x"), None, met=NOW - 9, read=NOW)
    assert isinstance(outcome(look(renewed)).error, LockedError)
    assert "blue is held by x" in str(outcome(look(renewed)).error)
    dead = known(a_lease("a", "x"), None)
    assert writes(look(dead, NOW + 29.9)) == {}
    assert sorted(writes(look(dead, NOW + 30))) == ["a", "b"]


@pytest.mark.parametrize("journal", ["", DIRTY])
def test_a_holder_that_renews_is_waited_for_as_long_as_wanted(journal: str) -> None:
    order = dataclasses.replace(ORDER, wait=60.0)
    alive = known(a_lease("a", "x", journal), None, met=NOW - 9, seen=NOW + 58, read=NOW + 58)
    assert look(alive, NOW + 59, order).result is None
    assert isinstance(outcome(look(alive, NOW + 60, order)).error, LockedError)


def test_what_is_ours_is_given_up_while_another_is_not_free() -> None:
    entries = known(a_lease("a", "me", MINE), a_lease("b", "x"), written=NOW)
    entries["a"] = dataclasses.replace(entries["a"], found="as found")
    step = look(entries, NOW + 1)
    assert (writes(step)["a"].holder, writes(step)["a"].journal) == ("", "as found")


def test_an_error_gives_up_what_is_ours_before_it_is_told() -> None:
    entries = known(a_lease("a", "me", MINE), a_lease("b", "x", DIRTY), written=NOW)
    step = look(entries)
    assert writes(step)["a"].holder == ""
    assert step.result is None
    entries["a"] = dataclasses.replace(entries["a"], lease=a_lease("a"))
    assert isinstance(outcome(look(entries, error=step.memory.error)).error, RefusedError)


def test_a_lease_that_was_taken_from_us_is_not_handed_over() -> None:
    order = dataclasses.replace(ORDER, stage="hand_over")
    entries = known(a_lease("a", "me", MINE), a_lease("b", "thief"), written=NOW - 9)
    step = look(entries, order=order)
    assert "taken over by thief" in str(step.memory.error)
    assert writes(step)["a"].holder == ""


def test_a_signal_gives_everything_up() -> None:
    mine = [a_lease(name, "me", MINE) for name in "ab"]
    step = look(known(*mine, written=NOW), stop=Stop("signal SIGTERM"))
    assert [lease.holder for lease in writes(step).values()] == ["", ""]
    assert "Stopped by signal SIGTERM" in str(step.memory.error)


def test_what_cannot_be_given_up_ends_by_itself() -> None:
    order = dataclasses.replace(ORDER, stage="give_up")
    mine = [a_lease(name, "me", MINE) for name in "ab"]
    trouble = {"a": LeaseTrouble(NOW, NOW + 99, ForbiddenError("no"))}
    assert look(known(*mine), NOW + 29, order, troubles=trouble).result is None
    assert outcome(look(known(*mine), NOW + 30, order, troubles=trouble)).error is None


@pytest.mark.parametrize(
    "error, since, ends",
    [
        (RefusedError("no"), NOW, True),
        (ForbiddenError("not allowed"), NOW - 59, False),
        (ForbiddenError("not allowed"), NOW - 60, True),
        (CredentialsError("who"), NOW - 59, False),
        (UnreachableError("no answer"), NOW, False),
        (UnreachableError("no answer"), NOW - 31, True),
    ],
)
def test_a_refusal_ends_it_and_what_may_pass_only_when_it_lasts(
    error: RotatorError, since: float, ends: bool
) -> None:
    step = look(troubles={"a": LeaseTrouble(since, NOW + 2, error)})
    assert (step.result is not None and step.result.error is error) is ends
    assert ends or (step.commands == (ReadLease("b"),) and step.wake == NOW + 2)


def learned(entry: SeenLease, command: Command, answer: Any, error: Any = None) -> SeenLease:
    """The first entry after an outcome."""
    done = Done(command, answer, error, NOW + 1, NOW + 2)
    entries = {"a": entry, "b": known(None, None)["b"]}
    memory = decide(LockMemory(NOW, entries), View(done=(done,)), NOW + 2, ORDER).memory
    return memory.entries["a"]


def test_a_read_tells_a_renewal_and_another_holder_from_the_same() -> None:
    entry = known(a_lease("a", "x"), None)["a"]
    same = learned(entry, ReadLease("a"), a_lease("a", "x"))
    assert (same.met, same.seen, same.read) == (NOW, NOW, NOW + 2)
    renewed = dataclasses.replace(a_lease("a", "x"), renewed="t2")
    assert learned(entry, ReadLease("a"), renewed).seen == NOW + 2
    other = learned(entry, ReadLease("a"), a_lease("a", "y", "theirs"))
    assert (other.met, other.seen, other.found) == (NOW + 2, NOW + 2, "theirs")


def test_a_write_counts_from_when_it_was_issued_and_keeps_what_was_found() -> None:
    entry = known(a_lease("a", journal="found"), None)["a"]
    mine = a_lease("a", "me", MINE)
    after = learned(entry, WriteLease(mine), mine)
    assert (after.written, after.found) == (NOW + 1, "found")
    assert learned(after, ReadLease("a"), mine).found == "found"


def test_a_conflict_has_the_lease_read_again() -> None:
    entry = known(a_lease("a"), None)["a"]
    after = learned(entry, WriteLease(a_lease("a", "me")), None, ConflictError("moved"))
    assert after.read == -math.inf
    assert look({"a": after, "b": known(None, None)["b"]}).commands == (ReadLease("a"),)
