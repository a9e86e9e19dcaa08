# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is remembered of an update between looks."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import ReadCluster
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    BusyError,
    ForbiddenError,
    UnknownError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.commands import (
    NodegroupName,
    ReadNodegroup,
    ReadRooms,
    TagNodegroup,
    UpdateVersion,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.quotas import Room
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import Done, View
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.memory import (
    EKS_BACKOFF,
    ManagedMemory,
    learn_outcomes,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.managed.builders import (
    NEW_GROUP,
    OLD_GROUP,
    RUNNING,
    TARGET,
    a_memory,
)

WEB = NodegroupName("blue", "web")
READ, UPDATE = ReadNodegroup(WEB), UpdateVersion(WEB, TARGET, False, "t")


def learnt(memory: ManagedMemory, command: Any, answer: Any, error: Any = None) -> ManagedMemory:
    """Return the memory after a command that was issued at 1010 and answered at 1011."""
    return learn_outcomes(memory, View(done=(Done(command, answer, error, 1010, 1011),)), "me")


def test_a_read_is_kept_unless_a_later_one_was_answered_before() -> None:
    assert learnt(a_memory(), READ, NEW_GROUP).nodegroup == NEW_GROUP
    late = a_memory(read_began=1010.5)
    assert learnt(late, READ, NEW_GROUP).nodegroup == OLD_GROUP


def test_the_first_read_says_what_was_there() -> None:
    memory = learnt(a_memory(None, found=None, desired_before=0), READ, OLD_GROUP)
    assert (memory.found, memory.desired_before) == (frozenset(("i-1", "i-2")), 2)
    assert learnt(memory, READ, NEW_GROUP).found == memory.found


def test_an_update_that_began_is_watched_and_older_reads_do_not_count() -> None:
    memory = learnt(a_memory(), UPDATE, RUNNING)
    assert (memory.seen, memory.begun, memory.version_begun) == (("u-1",), ("u-1",), True)
    assert (memory.acted_at, memory.changed) == (1011, True)


def test_a_tag_is_no_update() -> None:
    memory = learnt(a_memory(), TagNodegroup("arn", "k", "v"), None)
    assert (memory.seen, memory.version_begun, memory.changed) == ((), False, True)


def test_a_request_that_fails_is_made_again_later_and_asked_for_anew_by_a_read() -> None:
    memory = learnt(a_memory(), UPDATE, None, BusyError("busy"))
    trouble = memory.troubles[UPDATE]
    assert (trouble.since, trouble.again) == (1010, 1011 + EKS_BACKOFF)
    assert (memory.acted_at, memory.changed) == (1011, False)
    again = learn_outcomes(
        memory, View(done=(Done(UPDATE, None, BusyError("busy"), 1020, 1021),)), "me"
    )
    assert again.troubles[UPDATE].since == 1010
    assert UPDATE not in learnt(memory, UPDATE, RUNNING).troubles


def test_a_read_that_fails_keeps_what_is_known() -> None:
    memory = learnt(a_memory(), READ, None, BusyError("busy"))
    assert memory.nodegroup == OLD_GROUP
    assert memory.acted_at < 0


def test_the_cluster_is_known_by_its_uid() -> None:
    assert learnt(a_memory(cluster_uid=""), ReadCluster(), "uid-9").cluster_uid == "uid-9"


def test_the_quotas_are_known_once_they_are_read_whatever_they_say() -> None:
    fresh = a_memory(rooms_read=False)
    for rooms in ((), None, (Room("L-1", ("m5.large",), 2, 8, 9),)):
        known = learnt(fresh, ReadRooms(("i-1",)), rooms)
        assert (known.rooms, known.rooms_read) == (rooms, True)
    assert not learnt(fresh, ReadRooms(("i-1",)), None, BusyError("busy")).rooms_read


def test_commands_of_others_teach_nothing() -> None:
    memory = a_memory()
    assert dataclasses.replace(learnt(memory, object(), 1), lock=memory.lock) == memory


@pytest.mark.parametrize(
    ("error", "changed"),
    [
        (UnreachableError("no answer"), True),
        (UnknownError("ServerException"), True),
        (BusyError("busy"), False),
        (ForbiddenError("no"), False),
    ],
)
def test_an_act_that_may_have_been_done_is_no_refusal(error: Any, changed: bool) -> None:
    assert learnt(a_memory(), UPDATE, None, error).changed is changed
    assert not learnt(a_memory(), READ, None, error).changed
