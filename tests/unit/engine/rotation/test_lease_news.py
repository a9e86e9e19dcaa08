# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What reads and writes of the Lease leave in the memory."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    Command,
    ReadLease,
    WriteLease,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import dump
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import Done
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.lease_news import (
    learn_lease,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import Memory
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    HELD,
    LEASE,
    NOW,
    RUNNING,
    a_memory,
)

READ, WRITE = ReadLease(LEASE), WriteLease(HELD)
THEIRS = dataclasses.replace(HELD, holder="you", journal=dump(RUNNING))


def after(memory: Memory, command: Command, lease: Lease | None) -> Memory:
    """The memory after the Lease was read or written so."""
    return learn_lease(memory, Done(command, lease, None, NOW + 1, NOW + 2))


@pytest.mark.parametrize(
    ("lease", "seen"),
    [(HELD, 7.0), (dataclasses.replace(HELD, renewed="later"), NOW + 2), (THEIRS, NOW + 2)],
    ids=["as it was", "renewed", "with another holder"],
)
def test_it_is_seen_anew_when_it_was_renewed_or_taken(lease: Lease, seen: float) -> None:
    memory = after(a_memory(None, seen=7.0), READ, lease)
    assert (memory.lock.lease, memory.lock.seen, memory.lock.lease_read) == (lease, seen, NOW + 2)


def test_one_that_is_gone_is_a_loss_for_its_holder_alone() -> None:
    for held in (True, False):
        memory = after(a_memory(None, held=held), READ, None)
        assert (memory.lock.lease_losses, memory.lock.lease_unproven) == (int(held), held)


def test_a_write_says_whether_it_is_ours_since_its_request() -> None:
    memory = after(a_memory(None, held=False, confirmed=0.0), WRITE, HELD)
    assert (memory.lock.held, memory.lock.taken, memory.lock.confirmed) == (True, NOW + 2, NOW + 1)
    given = after(memory, WRITE, dataclasses.replace(HELD, holder=""))
    assert (given.lock.held, given.lock.released) == (False, True)


def test_the_record_of_an_earlier_run_is_where_ours_goes_on_until_it_holds_the_lease() -> None:
    memory = after(a_memory(None, held=False), READ, THEIRS)
    assert memory.resumed
    assert memory.journal.run == memory.written.run == RUNNING.run if memory.written else False
    ours = a_memory(None, held=True)
    assert after(ours, READ, THEIRS).journal is ours.journal
