# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What there is to do, and what stands in the way."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    ReadLease,
    WriteLease,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RefusedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.commands import ReadRooms
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.config import (
    CONFIG_TAG,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.nodegroup import (
    Nodegroup,
    Trouble,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    Budget,
    Lease,
    Owner,
    Pod,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.quotas import Room
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.selectors import (
    from_object,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import SERVICES
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import (
    PAUSED,
    SIZE_BEFORE,
    SOAK_OWED,
    WAITS,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.handover.memory import (
    LockMemory,
    SeenLease,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import View
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.survey import (
    may_begin,
    names_of_outdated,
    refusal_of_nodegroup,
    survey,
    survey_again,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.managed.builders import (
    LEASE,
    NEW_GROUP,
    NOW,
    OLD_GROUP,
    RUNNING,
    a_context,
    a_free_memory,
    a_memory,
    a_node,
    a_view,
)

TAGGED = dataclasses.replace(NEW_GROUP, tags={CONFIG_TAG: "x"})
JOINED = dataclasses.replace(NEW_GROUP, updates={"u-1": RUNNING})


@pytest.mark.parametrize(
    ("nodegroup", "options", "expected"),
    [
        (NEW_GROUP, {}, "unchanged"),
        (OLD_GROUP, {"restore_only": True}, "unchanged"),
        (OLD_GROUP, {"plan_only": True}, "planned"),
        (TAGGED, {"plan_only": True}, "planned"),
        (JOINED, {"plan_only": True}, "planned"),
        (dataclasses.replace(NEW_GROUP, release_version="r"), {"plan_only": True}, "planned"),
    ],
)
def test_what_there_is_to_do(nodegroup: Nodegroup, options: Any, expected: str) -> None:
    ctx = a_context(a_free_memory(nodegroup), **options)
    assert survey(ctx) == expected


def test_services_are_read_before_the_findings() -> None:
    view = a_view()
    feeds = {feed: items for feed, items in view.cache.feeds.items() if feed != SERVICES}
    blind = View(dataclasses.replace(view.cache, feeds=feeds))
    ctx = a_context(a_memory(working=False), blind, plan_only=True)
    assert survey(ctx) is None
    assert SERVICES in ctx.feeds


@pytest.mark.parametrize(("preflight", "asked"), [("refuse", 1), ("warn", 1), ("off", 0)])
def test_quotas_are_read_once_before_the_findings(preflight: Any, asked: int) -> None:
    ctx = a_context(a_memory(working=False, rooms_read=False), plan_only=True, preflight=preflight)
    assert survey(ctx) == (None if asked else "planned")
    assert ctx.commands == [ReadRooms(("i-1", "i-2"))] * asked


def test_a_quota_without_room_for_what_eks_launches_is_refused() -> None:
    room = Room("L-1", ("m5.large",), 2, used=8, limit=9)
    with pytest.raises(RefusedError, match="2 more m5.large of g need 4"):
        survey(a_context(a_memory(working=False, rooms=(room,))))


def test_with_the_lease_the_work_begins() -> None:
    ctx = a_context(a_memory(working=False))
    assert survey(ctx) is None
    assert ctx.memory.working
    (event,) = ctx.events
    assert event.text == ("2 of 2 nodes are outdated; EKS moves them to release r-new, 1 at a time")


def test_what_would_fail_is_refused_or_told() -> None:
    few = dataclasses.replace(OLD_GROUP, addresses={"a": 0})
    with pytest.raises(RefusedError, match="would fail: EKS launches 2 instances more") as refused:
        survey(a_context(a_memory(few, working=False)))
    assert refused.value.hint == "Set preflight to warn to begin anyway", "force does not help here"
    with pytest.raises(RefusedError, match="2 instances more"):
        survey(a_context(a_memory(few, working=False), force=True))
    minimal = a_context(a_memory(few, working=False), update_strategy="minimal", plan_only=True)
    assert survey(minimal) == "planned", "it is judged as it is going to be updated"
    warned = a_context(a_memory(few, working=False), preflight="warn", plan_only=True)
    survey(warned)
    assert len(warned.memory.warnings) == 1
    silent = a_context(a_memory(few, working=False), preflight="off", plan_only=True)
    survey(silent)
    assert silent.memory.warnings == ()


def test_force_is_advised_only_where_budgets_alone_are_in_the_way() -> None:
    owner = Owner("ReplicaSet", "a")
    pod = Pod("shop", "a", "p-1", node="n-1", labels={"app": "a"}, owner=owner)
    chosen = from_object({"matchLabels": {"app": "a"}})
    twice = tuple(Budget("shop", name, name, "1", chosen) for name in ("one", "two"))
    view = a_view(pods=(pod,), budgets=twice)
    few = dataclasses.replace(OLD_GROUP, addresses={"a": 0})
    hints = []
    for group in (OLD_GROUP, few):
        with pytest.raises(RefusedError, match="shop/a") as refused:
            survey(a_context(a_memory(group, working=False), view))
        hints.append("force" in refused.value.hint)
    assert hints == [True, False]


def test_a_status_in_which_eks_does_not_update_is_refused_with_its_health() -> None:
    failed = dataclasses.replace(
        OLD_GROUP, status="CREATE_FAILED", issues=(Trouble("AmiIdNotFound"),)
    )
    error = refusal_of_nodegroup(a_context(a_memory(failed)))
    assert "is CREATE_FAILED: AmiIdNotFound" in str(error)
    assert refusal_of_nodegroup(a_context()) is None


def test_a_cluster_without_the_nodes_of_the_group_is_the_wrong_one() -> None:
    ctx = a_context(view=a_view(a_node(8), a_node(9)))
    assert "Only 0 of 2 instances" in str(refusal_of_nodegroup(ctx))
    assert refusal_of_nodegroup(a_context(view=a_view(a_node(8)), repair=True)) is None


def test_outdated_nodes_are_named() -> None:
    assert names_of_outdated(a_context()) == "n-1, n-2"


def test_a_lease_that_a_killed_run_has_left_is_taken_over_where_nothing_is_to_do() -> None:
    entries = {LEASE: SeenLease(Lease(LEASE, "2", "dead"), NOW, NOW, NOW)}
    memory = a_memory(NEW_GROUP, working=False, held=False, lock=LockMemory(NOW, entries))
    ctx = a_context(memory)
    assert survey(ctx) is None
    assert ctx.memory.ending is None
    assert survey(a_context(memory, plan_only=True)) == "unchanged"
    proven = a_context(memory, now=NOW + 31)
    survey(proven)
    assert any(isinstance(one, WriteLease) for one in proven.commands)


def test_a_size_that_a_stopped_run_has_noted_is_settled_once_nothing_is_to_do() -> None:
    note = (SIZE_BEFORE, "2 before the update to release r-new")
    entries = {LEASE: SeenLease(Lease(LEASE, "2", notes=(note,)), NOW, NOW, NOW)}
    free = LockMemory(NOW, entries)
    memory = a_memory(NEW_GROUP, working=False, held=False, lock=free)
    ctx = a_context(memory)
    assert survey(ctx) is None
    assert any(isinstance(one, WriteLease) for one in ctx.commands)
    assert survey(a_context(memory, plan_only=True)) == "unchanged"
    outdated = a_memory(OLD_GROUP, working=False, held=False, lock=free)
    assert survey(a_context(outdated, restore_only=True)) == "unchanged"


@pytest.mark.parametrize(
    ("options", "ending"),
    [({}, "unchanged"), ({"soak": 60}, None), ({"soak": 60, "restore_only": True}, "unchanged")],
)
def test_a_soak_that_an_earlier_run_owes_is_work(options: Any, ending: str | None) -> None:
    lease = Lease(LEASE, "2", notes=((SOAK_OWED, "release r-new"),))
    free = LockMemory(NOW, {LEASE: SeenLease(lease, NOW, NOW, NOW)})
    ctx = a_context(a_memory(NEW_GROUP, working=False, held=False, lock=free), **options)
    assert survey(ctx) is None
    assert [type(one) for one in ctx.commands] == [WriteLease]
    ours = dataclasses.replace(lease, holder="me")
    held = LockMemory(NOW, {LEASE: SeenLease(ours, NOW, NOW, NOW, "", NOW)})
    then = a_context(a_memory(NEW_GROUP, working=False, held=False, lock=held), **options)
    assert survey(then) is None
    assert then.memory.working
    assert (then.memory.ending or (None,))[0] == ending


def test_what_came_before_our_update_does_not_spare_it_the_judgement() -> None:
    few = dataclasses.replace(OLD_GROUP, addresses={"a": 0})
    ctx = a_context(a_memory(few, joined=True))
    survey_again(ctx)
    with pytest.raises(RefusedError, match="free address"):
        survey(a_context(ctx.memory))
    unread = a_context(dataclasses.replace(ctx.memory, nodegroup=OLD_GROUP, rooms_read=False))
    assert survey(unread) is None
    assert (unread.memory.working, unread.commands) == (False, [ReadRooms(("i-1", "i-2"))])


@pytest.mark.parametrize(("room", "working"), [(2, True), (1, False)])
def test_what_came_before_our_update_does_not_spare_it_the_turn(room: int, working: bool) -> None:
    ctx = a_context(a_memory(joined=True), cluster_parallel=room)
    survey_again(ctx)
    waiting = Lease(LEASE, "1", "me", notes=((WAITS, "true"),))
    hers = Lease("a-lease", "1", "her", "t1", 30)
    for lease in (waiting, Lease(LEASE, "1", "me")):
        memory = dataclasses.replace(
            ctx.memory,
            lock=LockMemory(NOW, {LEASE: SeenLease(lease, NOW, NOW, NOW, "", NOW)}),
            others=(hers,),
            others_at=NOW,
            others_seen={"a-lease": ("t1", NOW)},
        )
        ctx = a_context(memory, cluster_parallel=room)
        survey(ctx)
    assert (ctx.memory.working, ctx.memory.turn) == (working, working)


def test_only_an_update_of_ours_counts_as_judged() -> None:
    ours = a_context(a_memory(working=False, checked=False))
    survey(ours)
    assert (ours.memory.working, ours.memory.checked) == (True, True)
    joined = a_context(a_memory(JOINED, working=False, checked=False))
    survey(joined)
    assert (joined.memory.working, joined.memory.checked) == (True, False)


def test_whether_people_have_paused_it_is_known_once_the_lease_is_read() -> None:
    assert may_begin(a_context())
    unread = a_context(a_memory(lock=LockMemory(NOW)))
    assert not may_begin(unread)
    assert unread.commands == [ReadLease(LEASE)]


def test_a_pause_counts_while_the_run_waits_for_its_turn() -> None:
    paused = Lease(LEASE, "2", "me", notes=((PAUSED, "anna: incident"),))
    known = LockMemory(NOW, {LEASE: SeenLease(paused, NOW, NOW, NOW, "", NOW)})
    memory = a_memory(OLD_GROUP, working=False, checked=True, lock=known)
    with pytest.raises(RefusedError, match="anna: incident"):
        survey(a_context(memory))
