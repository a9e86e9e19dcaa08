# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The turn of an update among the rotations of a cluster, one look at a time."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.commands import (
    ListLeases,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.shared import (
    NODE_GROUPS,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import LockedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import WAITS
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed import turns
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.context import (
    ManagedContext,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.managed.builders import (
    LEASE,
    NOW,
    a_context,
    a_memory,
)

WORD = ((WAITS, "true"),)
HERS = Lease("a-lease", "1", "her", "t1", 30)
WAITING, WORKING = Lease(LEASE, "1", "me", notes=WORD), Lease(LEASE, "1", "me")


def a_look(*others: Lease, turn: bool = False, now: float = NOW, **more: Any) -> ManagedContext:
    """Return a look of a run that has just listed the others."""
    given = {
        "turn": turn,
        "turn_at": NOW - 1,
        "others": others,
        "others_at": now,
        "others_seen": {one.name: ("t1", now) for one in others},
        "working": False,
        **more.pop("memory", {}),
    }
    return a_context(a_memory(**given), now=now, **{"cluster_parallel": 1, **more})


def test_without_a_limit_nobody_is_looked_for() -> None:
    ctx = a_look(HERS, cluster_parallel=None)
    assert turns.has_turn(ctx, WORKING)
    assert ctx.commands == []
    assert not turns.is_waiting(ctx)


@pytest.mark.parametrize(("lease", "turn"), [(None, False), (WORKING, False), (WAITING, True)])
def test_our_lease_has_to_say_first_whether_we_wait(lease: Lease | None, turn: bool) -> None:
    ctx = a_look(turn=turn)
    assert not turns.has_turn(ctx, lease)
    assert ctx.commands == []


@pytest.mark.parametrize(
    "memory", [{"others_at": NOW - 1.5}, {"others_at": NOW - 2.5, "turn_at": NOW - 9}]
)
def test_an_old_list_does_not_count(memory: Any) -> None:
    ctx = a_look(memory=memory)
    assert not turns.has_turn(ctx, WAITING)
    assert ctx.commands == [ListLeases(NODE_GROUPS)]
    assert ctx.wake <= NOW + turns.WATCH


def test_where_there_is_room_that_word_is_taken_back_and_all_are_listed_once_more() -> None:
    ctx = a_look()
    assert not turns.has_turn(ctx, WAITING)
    assert ctx.memory.turn
    assert not turns.is_told(ctx, WAITING)
    again = a_look(turn=True)
    assert turns.has_turn(again, WORKING)


def test_who_sees_another_at_the_last_look_waits_again() -> None:
    ctx = a_look(HERS, turn=True)
    assert not turns.has_turn(ctx, WORKING)
    assert not ctx.memory.turn
    (event,) = ctx.events
    assert event.text == "waiting: her is rotating another node group (Lease a-lease)"


@pytest.mark.parametrize(
    ("since", "lock_wait", "refused"),
    [(NOW - 50, 0, True), (NOW - 40, 0, False), (NOW - 50, NOW + 1, False)],
)
def test_the_wait_ends_after_lock_wait_once_the_other_is_known_to_live(
    since: float, lock_wait: float, refused: bool
) -> None:
    ctx = a_look(HERS, memory={"timers": {"beside another": since}}, lock_wait=lock_wait)
    if refused:
        with pytest.raises(LockedError, match="her is rotating another node group"):
            turns.has_turn(ctx, WAITING)
    else:
        assert not turns.has_turn(ctx, WAITING)


def test_an_update_that_runs_already_waits_for_nobody() -> None:
    ctx = a_look(memory={"working": True})
    assert not turns.is_waiting(ctx)
    assert turns.is_told(ctx, WORKING)
