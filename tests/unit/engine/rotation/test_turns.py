# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns of the rotations of a cluster, one look at a time."""

from __future__ import annotations

import math
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.commands import (
    ListLeases,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.shared import (
    NODE_GROUPS,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import ForbiddenError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import WAITS
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import turns
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.access import timer_of
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.parts import Retry
from ansible_collections.nodeops.rotator.tests.unit.engine.control_plane.builders import our_group
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    NOW,
    a_context,
    a_policy,
)

WAITING = ((WAITS, "true"),)
HERS = Lease("a-lease", "1", "her", "t1", 30)
HIS = Lease("z-lease", "1", "him", "t1", 30)
ALIVE = {"a-lease": ("t1", NOW), "z-lease": ("t1", NOW)}


def waiting(lease: Lease) -> Lease:
    """The Lease of a holder that waits."""
    return Lease(lease.name, "1", lease.holder, "t1", 30, notes=WAITING)


def a_look(*others: Lease, turn: bool = False, parallel: int | None = 1, **more: Any) -> Any:
    """A look of a run that holds its Lease and has just listed the others."""
    group = our_group(tags={})
    policy = a_policy(cluster_parallel=parallel, restore_only=more.pop("restore_only", False))
    own = Lease("own", "3", "me", "t1", 30, notes=() if turn else WAITING)
    usual = {
        "lease": own,
        "turn": turn,
        "turn_at": NOW - 1,
        "others": others,
        "others_at": NOW,
        "holders": ALIVE,
    }
    return a_context(group, policy=policy, **{**usual, **more})


def ours(ctx: RotationContext) -> str:
    """The name of our own Lease."""
    return str(ctx.lease)


def test_without_a_limit_nobody_is_looked_for() -> None:
    ctx = a_look(HERS, parallel=None, others_at=-math.inf)
    assert turns.busy(ctx) is None
    assert ctx.commands == []


def test_to_restore_needs_no_turn() -> None:
    assert turns.busy(a_look(HERS, restore_only=True)) is None


def test_where_there_is_room_the_run_first_says_so_in_its_lease() -> None:
    ctx = a_look()
    assert turns.busy(ctx) == ""
    assert (ctx.memory.lock.turn, ctx.memory.lock.turn_at) == (True, math.inf)


def test_then_it_lists_once_more_before_it_goes_on() -> None:
    ctx = a_look(turn=True, turn_at=math.inf, others_at=NOW - 1)
    assert turns.busy(ctx) == ""
    assert ListLeases(NODE_GROUPS) in ctx.commands
    assert ctx.memory.lock.turn_at == NOW
    assert turns.busy(a_look(turn=True, turn_at=NOW - 1)) is None


@pytest.mark.parametrize("turn", [True, False])
def test_what_the_lease_does_not_say_yet_does_not_count(turn: bool) -> None:
    lease = Lease("own", "3", "me", "t1", 30, notes=WAITING if turn else ())
    ctx = a_look(turn=turn, lease=lease)
    assert turns.busy(ctx) == ""
    assert ctx.memory.lock.turn is turn
    assert ctx.commands == []


@pytest.mark.parametrize("turn", [True, False])
def test_a_run_at_work_is_in_the_way(turn: bool) -> None:
    ctx = a_look(HERS, turn=turn)
    assert turns.busy(ctx) == "her is rotating another node group (Lease a-lease)"
    assert ctx.memory.lock.turn is False, "whoever went on at the same time waits again"


@pytest.mark.parametrize(
    ("parallel", "others", "room"),
    [
        (1, (), True),
        (1, (HERS,), False),
        (2, (HERS,), True),
        (2, (HERS, HIS), False),
        (3, (HERS, HIS), True),
        (2, (HERS, waiting(HIS)), True),
    ],
)
def test_there_is_room_below_the_limit(
    parallel: int, others: tuple[Lease, ...], room: bool
) -> None:
    assert (turns.busy(a_look(*others, turn=True, parallel=parallel)) is None) is room


def test_of_those_that_wait_the_first_by_name_goes_first() -> None:
    first, last = waiting(Lease("", holder="x")), waiting(HIS)
    before = Lease("0", "1", "her", "t1", 30, notes=WAITING)
    assert first.holder
    ctx = a_look(before, holders={"0": ("t1", NOW)})
    assert turns.busy(ctx) == "her is rotating another node group (Lease 0)"
    assert turns.busy(a_look(last)) == ""
    assert turns.busy(a_look(before, turn=True, holders={"0": ("t1", NOW)})) is None


def test_the_dead_and_our_own_are_not_in_the_way() -> None:
    assert turns.busy(a_look(HERS, turn=True, holders={"a-lease": ("t1", NOW - 30)})) is None
    assert turns.busy(a_look(Lease("a-lease"), turn=True)) is None
    ctx = a_look(turn=True)
    mine = Lease(ours(ctx), "3", "me", "t1", 30)
    assert turns.busy(a_look(mine, turn=True, holders={ours(ctx): ("t1", NOW)})) is None


def test_others_are_listed_again_while_they_are_in_the_way() -> None:
    ctx = a_look(HERS, others_at=NOW - 3)
    assert turns.busy(ctx) == ""
    assert ListLeases(NODE_GROUPS) in ctx.commands


def test_a_run_that_may_not_list_leases_says_so() -> None:
    command = ListLeases(NODE_GROUPS)
    fields = {"others_at": NOW - 9, "retries": {command: Retry(1, NOW + 9, ForbiddenError("No."))}}
    assert turns.busy(a_look(**fields)) == "", "one answer"
    with pytest.raises(ForbiddenError):
        turns.busy(a_look(**fields, timers={timer_of(str(command)): NOW - 60}))


def test_a_lease_says_whether_its_holder_waits() -> None:
    assert turns.is_waiting(a_look())
    assert not turns.is_waiting(a_look(turn=True))
    assert not turns.is_waiting(a_look(parallel=None))
    assert not turns.is_waiting(a_look(restore_only=True))
    assert turns.is_told(a_look())
    assert turns.is_told(a_look(turn=True))
    assert not turns.is_told(a_look(turn=True, lease=waiting(HIS)))
    assert turns.is_told(a_look(turn=True, lease=Lease("own", notes=WAITING))), "it is given up"
