# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is learnt of Leases from the outcomes of commands."""

from __future__ import annotations

import math
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    Command,
    ReadGroup,
    ReadLease,
    WriteLease,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ConflictError,
    NotFoundError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import (
    Journal,
    dump,
    load,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.handover.memory import (
    LOCK_BACKOFF,
    LeaseClaim,
    LockMemory,
    SeenLease,
    learn,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import Done, View

NOW = 1000.0
LEASE = Lease("a", "5", "x", "t1", journal="theirs")
KNOWN = LockMemory(NOW, {"a": SeenLease(LEASE, NOW, NOW, NOW, "theirs")})


def learned(memory: LockMemory, command: Command, answer: Any, error: Any = None) -> LockMemory:
    return learn(memory, View(done=(Done(command, answer, error, NOW + 1, NOW + 2),)), "me")


def test_a_first_read_tells_what_was_there_before_us() -> None:
    (found,) = learned(LockMemory(NOW), ReadLease("a"), LEASE).entries.values()
    assert found == SeenLease(LEASE, NOW + 2, NOW + 2, NOW + 2, "theirs")
    (absent,) = learned(LockMemory(NOW), ReadLease("a"), None).entries.values()
    assert absent.lease is None
    assert absent.found == ""


@pytest.mark.parametrize("error", [ConflictError("moved"), NotFoundError("gone")])
def test_a_write_that_came_too_late_has_the_lease_read_again(error: Exception) -> None:
    after = learned(KNOWN, WriteLease(LEASE), None, error)
    assert after.entries["a"].read == -math.inf
    assert after.troubles == {}


def test_trouble_counts_from_its_first_time_and_ends_with_an_answer() -> None:
    once = learned(KNOWN, ReadLease("a"), None, UnreachableError("one"))
    twice = learned(once, ReadLease("a"), None, UnreachableError("two"))
    trouble = twice.troubles["a"]
    assert (trouble.since, trouble.again) == (NOW + 1, NOW + 2 + LOCK_BACKOFF)
    assert str(trouble.error) == "two"
    assert learned(twice, ReadLease("a"), LEASE).troubles == {}


def test_other_commands_say_nothing_of_leases() -> None:
    assert learned(KNOWN, ReadGroup("blue"), None) == KNOWN


def test_a_lease_that_cannot_be_created_lacks_its_namespace_which_no_read_tells() -> None:
    new = Lease("a", "", "me", "t1")
    after = learned(KNOWN, WriteLease(new), None, NotFoundError("no namespace"))
    assert after.entries == KNOWN.entries
    assert str(after.troubles["a"].error) == "no namespace"


def test_what_is_left_of_a_record_is_what_was_found_unless_a_debt_is_made_or_settled() -> None:
    origin = ("kops", "old", "nodes")
    owed = dump(Journal(store_owed=True, origin=origin, run="r", canary="failed"))
    assert LeaseClaim("l", "g").left_of(owed) == owed
    settled = load(LeaseClaim("l", "g", settles=True).left_of(owed))
    assert (settled.store_owed, settled.origin, settled.run) == (False, ("", "", ""), "r")
    clean = dump(Journal(run="r"))
    assert LeaseClaim("l", "g", settles=True).left_of(clean) == clean
    made = load(LeaseClaim("l", "g", owes=True, origin=origin).left_of(owed))
    assert (made.store_owed, made.origin, made.canary) == (True, origin, "")
