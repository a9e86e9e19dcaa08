# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shared Lease is taken, kept with who is out, and released."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.commands import (
    ReadShared,
    WriteShared,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.shared import (
    NAME,
    OUT,
    out_note,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ForbiddenError,
    LockedError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.control_plane import (
    shared_lease,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.access import timer_of
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.parts import Retry
from ansible_collections.nodeops.rotator.tests.unit.core.control_plane.builders import (
    a_plane_node,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.control_plane.builders import (
    WORKERS,
    a_look,
    our_group,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    NOW,
    a_policy,
    selected,
)

OURS = Lease(NAME, "7", "me", "t1", 30)
HIS = Lease(NAME, "7", "him", "t1", 30)
SEEN = {NAME: ("t1", NOW)}


def a_lease(lease: Lease | None = OURS, **more: Any) -> RotationContext:
    usual: dict[str, Any] = {"shared": lease, "shared_read": NOW, "shared_seen": SEEN}
    return a_look(**{**usual, **more})


def written(ctx: RotationContext) -> list[Lease]:
    return [command.lease for command in ctx.commands if isinstance(command, WriteShared)]


def test_it_is_read_again_unless_that_was_done_after_a_moment() -> None:
    assert shared_lease.read_since(a_lease(), NOW) is True
    ctx = a_lease()
    assert shared_lease.read_since(ctx, NOW + 1) is False
    assert ctx.commands == [ReadShared(NAME)]


def test_who_may_not_read_it_is_told_so() -> None:
    denied = Retry(1, NOW + 5, ForbiddenError("no"))
    command, since = ReadShared(NAME), {timer_of(str(ReadShared(NAME))): NOW - 60}
    assert shared_lease.read_since(a_lease(retries={command: denied}), NOW + 1) is False
    with pytest.raises(ForbiddenError):
        shared_lease.read_since(a_lease(retries={command: denied}, timers=since), NOW + 1)


@pytest.mark.parametrize(
    ("lease", "seen", "holder"),
    [
        (None, SEEN, ""),
        (OURS, SEEN, ""),
        (Lease(NAME), SEEN, ""),
        (HIS, SEEN, "him"),
        (HIS, {NAME: ("t1", NOW - 31)}, ""),
    ],
)
def test_who_holds_it_besides_us(lease: Lease | None, seen: Any, holder: str) -> None:
    assert shared_lease.held_by_other(a_lease(lease, shared_seen=seen)) == holder


CORDONED = [a_plane_node("a", unschedulable=True)]


def noting(group: str, holder: str = "") -> Lease:
    """The Lease that notes an instance of this group as out."""
    return Lease(NAME, "7", holder, "t1", 30, notes=((OUT, out_note(group, "i-z", "r0")),))


@pytest.mark.parametrize(
    ("lease", "more", "noted"),
    [
        pytest.param(noting("a"), {}, True, id="all of the group are in"),
        pytest.param(None, {}, False, id="no Lease"),
        pytest.param(Lease(NAME), {}, False, id="it notes nobody"),
        pytest.param(noting("b"), {}, False, id="of another group"),
        pytest.param(noting("a", "him"), {}, False, id="another run is at work"),
        pytest.param(noting("a"), selected("a"), False, id="one is out"),
        pytest.param(noting("a"), {"nodes": ()}, False, id="its node is not there"),
        pytest.param(noting("a"), {"nodes": CORDONED}, False, id="its node is cordoned"),
        pytest.param(noting("a"), {"mode": "rotate"}, False, id="a run that replaces waits longer"),
        pytest.param(noting("a"), {"shared_read": -1e9, "began": 0.0}, None, id="not read yet"),
        pytest.param(noting("a"), {"group": our_group(tags=WORKERS)}, False, id="workers"),
    ],
)
def test_a_note_of_a_node_that_is_back_is_noticed(
    lease: Lease | None, more: dict[str, Any], noted: bool | None
) -> None:
    usual = {"shared_held": False, "group": our_group(fresh=True), "mode": "survey"}
    ctx = a_lease(lease, **{**usual, **more})
    assert shared_lease.notes_what_is_back(ctx) is noted


@pytest.mark.parametrize(("lease", "holder"), [(None, "me"), (Lease(NAME, "3"), "me")])
def test_a_free_one_is_taken(lease: Lease | None, holder: str) -> None:
    ctx = a_lease(lease, shared_held=False)
    assert shared_lease.taken(ctx) is False
    (made,) = written(ctx)
    assert (made.name, made.holder, made.transitions) == (NAME, holder, 1)
    assert made.resource_version == (lease.resource_version if lease else "")
    assert ("nodeops.rotator/kind", "control_plane") in made.labels


def test_one_that_is_held_is_not_taken_and_one_of_a_dead_holder_is() -> None:
    alive = a_lease(HIS, shared_held=False)
    assert shared_lease.taken(alive) is False
    assert written(alive) == []
    dead = a_lease(HIS, shared_held=False, shared_seen={NAME: ("t1", NOW - 30)})
    shared_lease.taken(dead)
    assert [lease.holder for lease in written(dead)] == ["me"]


def test_one_that_is_held_is_taken_by_force_and_its_holder_is_waited_for() -> None:
    forced = a_policy(force_takeover=True)
    ctx = a_lease(HIS, shared_held=False, policy=forced)
    assert shared_lease.taken(ctx) is False
    assert [lease.holder for lease in written(ctx)] == ["me"]
    assert ctx.events == []
    assert ctx.memory.plane.shared_wait == HIS.duration
    since, whom = {"control plane forced": NOW - 29}, ctx.memory.plane.shared_from
    early = a_lease(OURS, shared_wait=30.0, shared_from=whom, timers=since, policy=forced)
    assert shared_lease.taken(early) is False
    assert "taken over from him by force_takeover" in early.events[0].text
    late = a_lease(OURS, shared_wait=30.0, timers={"control plane forced": NOW - 30})
    assert shared_lease.taken(late) is True


def test_it_is_taken_once() -> None:
    ctx = a_lease(shared_held=True)
    assert shared_lease.taken(ctx) is True
    assert written(ctx) == []


@pytest.mark.parametrize(
    ("age", "writes", "may_act"), [(0, 0, True), (14, 0, True), (15, 1, True), (20, 1, False)]
)
def test_it_is_renewed_in_time_and_nothing_is_done_when_it_is_late(
    age: float, writes: int, may_act: bool
) -> None:
    ctx = a_lease(shared_confirmed=NOW - age)
    assert shared_lease.kept(ctx) is may_act
    assert len(written(ctx)) == writes


def test_that_a_node_goes_is_written_before_it_does() -> None:
    ctx = a_lease(**selected("a"))
    assert shared_lease.kept(ctx) is False
    (lease,) = written(ctx)
    assert json.loads(dict(lease.notes)[OUT]) == {"group": "a", "instance": "i-a", "run": "r1"}
    noted = Lease(NAME, "7", "me", "t1", 30, notes=((OUT, out_note("a", "i-a", "r1")),))
    assert shared_lease.kept(a_lease(noted, **selected("a"))) is True


def test_the_note_stays_until_the_new_node_is_whole() -> None:
    note = out_note("a", "i-old", "r1")
    noted = Lease(NAME, "7", "me", "t1", 30, notes=((OUT, note), ("nodeops.rotator/x", "y")))
    joining = a_lease(noted, group=our_group(fresh=True))
    assert shared_lease.kept(joining) is True
    well = a_lease(noted)
    assert shared_lease.kept(well) is False
    assert written(well)[0].notes == (("nodeops.rotator/x", "y"),)


def test_the_note_of_another_group_is_left_alone() -> None:
    other = Lease(NAME, "7", "me", "t1", 30, notes=((OUT, out_note("b", "i-b", "r9")),))
    assert shared_lease.kept(a_lease(other)) is True


@pytest.mark.parametrize("lease", [None, HIS, Lease(NAME)])
def test_who_has_lost_it_goes_no_further(lease: Lease | None) -> None:
    with pytest.raises(LockedError):
        shared_lease.kept(a_lease(lease))


def test_after_a_write_that_met_another_it_is_read_before_anything_is_done() -> None:
    ctx = a_lease(shared_read=float("-inf"))
    assert shared_lease.kept(ctx) is False
    assert ctx.commands == [ReadShared(NAME)]


def test_a_group_of_workers_needs_none() -> None:
    assert (
        shared_lease.kept(a_lease(None, group=our_group(tags=WORKERS), shared_held=False)) is True
    )


@pytest.mark.parametrize(("mode", "may_act"), [("rotate", False), ("release", True)])
def test_without_it_only_what_restores_goes_on(mode: str, may_act: bool) -> None:
    assert shared_lease.kept(a_lease(None, shared_held=False, mode=mode)) is may_act


def test_it_is_released_before_the_lease_of_the_group() -> None:
    ctx = a_lease()
    assert shared_lease.released(ctx) is False
    assert [lease.holder for lease in written(ctx)] == [""]
    assert shared_lease.released(a_lease(shared_held=False)) is True


def test_no_second_write_is_issued_while_one_is_on_its_way() -> None:
    ctx = a_lease(shared_confirmed=NOW - 15, in_flight=[WriteShared(OURS)])
    shared_lease.kept(ctx)
    assert written(ctx) == []
