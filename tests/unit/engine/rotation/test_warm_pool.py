# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The warm pool is rotated before any node, and no node goes back to it."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import (
    Group,
    WarmPool,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import Feed
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.warm_pool import (
    EndPooled,
    SetReuse,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import (
    unknown,
    warm_pool,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.drain.builders import a_pod
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    NOW,
    RUNNING,
    a_context,
)

OLD = an_instance("p", lifecycle="Warmed:Stopped", state="stopped")
FRESH = an_instance("q", True, lifecycle="Warmed:Stopped", state="stopped")
END = EndPooled("blue", "i-p")
REUSED = dataclasses.replace(RUNNING, reused=True)


def pooled(*pool: Any, reuses: bool = False, also: Any = ()) -> Group:
    """A group of an outdated node with this warm pool."""
    return a_group(an_instance("w"), *also, warm_pool=WarmPool(pool, reuses), desired=1)


def a_look(group: Any = None, nodes: Any = (), **more: Any) -> RotationContext:
    """A look at a group with an outdated instance in its pool."""
    return a_context(group or pooled(OLD, FRESH), [a_node("w"), *nodes], **more)


def test_what_is_outdated_there_is_ended_and_until_then_nothing_begins() -> None:
    ctx = a_look()
    warm_pool.end_outdated(ctx)
    assert ctx.commands == [END]
    assert warm_pool.obstacle(ctx) == (
        "the warm pool of Auto Scaling group blue still has 1 outdated instance: i-p (version 1,"
        " target is 2)"
    )


@pytest.mark.parametrize("group", [pooled(FRESH), pooled(), a_group(an_instance("w"))])
def test_a_current_pool_or_none_is_in_nobodys_way(group: Group) -> None:
    ctx = a_look(group)
    warm_pool.end_outdated(ctx)
    assert ctx.commands == []
    assert warm_pool.obstacle(ctx) == ""
    assert warm_pool.error(ctx) is None
    assert warm_pool.is_current(ctx)


def test_nothing_is_ended_by_an_old_read_since_the_group_may_have_taken_it() -> None:
    ctx = a_look(read_began=NOW - 60)
    warm_pool.end_outdated(ctx)
    assert END not in ctx.commands


def test_what_was_just_ended_is_noted_and_not_ended_again() -> None:
    ctx = a_look()
    warm_pool.end_outdated(ctx)
    again = a_look(acts={END: NOW})
    warm_pool.note_seen(again)
    warm_pool.note_seen(again)
    assert warm_pool.outdated(again) == ()
    assert again.memory.report.pool_ended == ("i-p",)
    assert [event.subject for event in again.events] == ["i-p"]
    assert warm_pool.awaited(again) == ("i-p",)


def test_an_instance_from_the_pool_does_not_show_that_others_launch_something_else() -> None:
    """EC2 says when it was started, which is after the target was resolved."""
    taken = an_instance("p", launched_at=1500.0)
    ctx = a_context(a_group(an_instance("w"), taken), [a_node("w")])
    assert [member.id for member in unknown.strays(ctx)] == ["i-p"]
    ctx.note(pooled=frozenset(("i-p",)))
    assert unknown.strays(ctx) == ()


def test_what_was_in_the_pool_is_remembered() -> None:
    ctx = a_look()
    warm_pool.note_seen(ctx)
    assert ctx.memory.nodes.pooled == {"i-p", "i-q"}


class TestPods:
    NODE = a_node("p")
    FEED = Feed("pods", node="p")
    RUNS = dataclasses.replace(OLD, lifecycle="Warmed:Running", state="running")

    def a_look(self, *pods: Any, node: Any = NODE, listed: bool = True) -> RotationContext:
        """A look at a pool whose instance has joined the cluster."""
        shown = {self.FEED: pods} if listed else {}
        return a_look(pooled(self.RUNS), [node], shown=shown)

    def test_an_instance_whose_node_carries_pods_is_not_ended(self) -> None:
        ctx = self.a_look(a_pod("cart", "p"))
        warm_pool.end_outdated(ctx)
        assert ctx.commands == []
        assert "and its node p carries pods" in warm_pool.obstacle(ctx)

    def test_nor_one_whose_pods_are_not_known_yet(self) -> None:
        ctx = self.a_look(listed=False)
        warm_pool.end_outdated(ctx)
        assert ctx.commands == []
        assert self.FEED in ctx.feeds

    def test_one_without_pods_is(self) -> None:
        ctx = self.a_look()
        warm_pool.end_outdated(ctx)
        assert ctx.commands == [END]

    def test_and_one_whose_node_is_not_ready_is(self) -> None:
        ctx = self.a_look(node=a_node("p", ready=False), listed=False)
        warm_pool.end_outdated(ctx)
        assert ctx.commands == [END]


class TestEnd:
    def test_a_read_after_the_last_act_has_to_show_it(self) -> None:
        group = pooled(FRESH)
        assert not warm_pool.is_current(a_look(group, acted=NOW - 1))
        assert warm_pool.is_current(a_look(group, acted=NOW - 60))

    def test_an_outdated_one_is_waited_for_and_in_the_end_it_is_an_error(self) -> None:
        ctx = a_look(acted=NOW - 60)
        assert not warm_pool.is_current(ctx)
        error = warm_pool.error(ctx)
        assert error is not None
        assert "i-p (version 1, target is 2)" in error.message

    def test_what_carries_pods_is_not_waited_for(self) -> None:
        ctx = TestPods().a_look(a_pod("cart", "p"))
        assert warm_pool.is_current(ctx)
        assert warm_pool.error(ctx) is not None

    def test_once_a_run_settles_the_pool_follows_what_the_group_launches(self) -> None:
        """The template has gone back after a failed canary."""
        group = pooled(OLD, FRESH)
        assert group.resolved is not None
        back = dataclasses.replace(group.resolved, version="1", image_id="ami-old")
        ctx = a_look(dataclasses.replace(group, resolved=back), mode="settle")
        assert [one.id for one, _why in warm_pool.outdated(ctx)] == ["i-q"]


class TestReuse:
    def test_it_is_turned_off_once_that_is_recorded(self) -> None:
        ctx = a_look(pooled(FRESH, reuses=True), journal=REUSED)
        warm_pool.shut(ctx)
        assert ctx.commands == [SetReuse("blue", False)]
        bare = a_look(pooled(FRESH, reuses=True))
        warm_pool.shut(bare)
        assert bare.commands == []

    def test_it_is_turned_on_again_once_nothing_of_the_group_is_ending(self) -> None:
        ctx = a_look(pooled(FRESH), journal=REUSED, mode="release")
        assert not warm_pool.reopened(ctx)
        assert ctx.commands == [SetReuse("blue", True)]
        leaving = an_instance("x", lifecycle="Terminating:Wait")
        held = a_look(pooled(FRESH, also=(leaving,)), journal=REUSED, mode="release")
        assert not warm_pool.reopened(held)
        assert held.commands == []

    def test_what_is_on_or_was_never_ours_is_done(self) -> None:
        ctx = a_look(pooled(FRESH, reuses=True), journal=REUSED, mode="release")
        assert warm_pool.reopened(ctx)
        assert not ctx.journal.reused
        assert warm_pool.reopened(a_look(pooled(FRESH), mode="release"))
        gone = a_look(a_group(an_instance("w")), journal=REUSED, mode="release")
        assert warm_pool.reopened(gone)
