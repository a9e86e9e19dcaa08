# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked of EKS, one update at a time."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    FailedError,
    OverdueError,
    RefusedError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.commands import (
    ChangeConfig,
    TagNodegroup,
    UpdateVersion,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.config import (
    CONFIG_TAG,
    UpdateConfig,
    config_tag,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.nodegroup import Trouble
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import PAUSED
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.handover.memory import (
    LockMemory,
    SeenLease,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.work import (
    JOINS_WITHIN,
    STALE,
    change_config,
    token_of,
    watch,
    work,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.managed.builders import (
    ENDED,
    LEASE,
    NEW_GROUP,
    NOW,
    OLD_GROUP,
    RUNNING,
    a_context,
    a_memory,
    a_node,
    a_view,
)

TWO = UpdateConfig(2)


def test_outdated_nodes_are_an_update() -> None:
    ctx = a_context()
    work(ctx)
    (command,) = ctx.commands
    assert isinstance(command, UpdateVersion)
    assert (command.force, command.target) == (False, ctx.policy.target)


def test_nothing_is_asked_for_while_an_update_runs() -> None:
    ctx = a_context(a_memory(dataclasses.replace(OLD_GROUP, updates={"u-1": RUNNING})))
    work(ctx)
    assert (ctx.commands, ctx.memory.seen) == ([], ("u-1",))
    assert "at work on it already (VersionUpdate u-1)" in ctx.events[0].text


def test_the_old_update_config_is_written_down_first() -> None:
    ctx = a_context(max_unavailable=2)
    work(ctx)
    text = config_tag(UpdateConfig(), TWO)
    assert ctx.commands == [TagNodegroup("arn", CONFIG_TAG, text)]
    tagged = dataclasses.replace(OLD_GROUP, tags={CONFIG_TAG: text})
    then = a_context(a_memory(tagged), max_unavailable=2)
    work(then)
    assert [type(one) for one in then.commands] == [ChangeConfig]
    done = a_context(a_memory(dataclasses.replace(tagged, config=TWO)), max_unavailable=2)
    work(done)
    assert [type(one) for one in done.commands] == [UpdateVersion]


def test_the_value_of_an_earlier_run_stays_written_down() -> None:
    tagged = dataclasses.replace(
        OLD_GROUP, config=TWO, tags={CONFIG_TAG: config_tag(UpdateConfig(), TWO)}
    )
    ctx = a_context(a_memory(tagged), max_unavailable=3)
    change_config(ctx, UpdateConfig(3))
    assert ctx.commands == [
        TagNodegroup("arn", CONFIG_TAG, config_tag(UpdateConfig(), UpdateConfig(3)))
    ]


def test_a_successful_update_that_left_outdated_nodes_is_a_failure() -> None:
    group = dataclasses.replace(OLD_GROUP, updates={"u-1": ENDED})
    memory = a_memory(group, seen=("u-1",), version_begun=True)
    ctx = a_context(memory)
    work(ctx)
    assert ctx.memory.ending is None
    with pytest.raises(FailedError, match="2 nodes of it do not run release r-new"):
        work(a_context(ctx.memory, now=NOW + STALE))


def test_a_failed_update_is_raised() -> None:
    failed = dataclasses.replace(ENDED, status="Failed")
    memory = a_memory(dataclasses.replace(OLD_GROUP, updates={"u-1": failed}), seen=("u-1",))
    with pytest.raises(FailedError, match="u-1 of node group web is Failed"):
        work(a_context(memory))


def test_without_outdated_nodes_the_run_is_complete() -> None:
    ctx = a_context(a_memory(NEW_GROUP))
    work(ctx)
    assert ctx.memory.ending == ("complete", None)


def test_new_nodes_are_watched_for_the_soak() -> None:
    memory = a_memory(NEW_GROUP, found=frozenset())
    ctx = a_context(memory, soak=100)
    work(ctx)
    assert ctx.memory.ending is None
    assert [one.text for one in ctx.events] == ["watching 2 new nodes for 1 min 40 s"]
    later = a_context(ctx.memory, now=NOW + 100, soak=100)
    work(later)
    assert later.memory.ending == ("complete", None)


@pytest.mark.parametrize("of_others", [{"joined": True}, {"soak_owed": True}])
def test_all_nodes_of_an_update_that_others_began_are_watched(of_others: Any) -> None:
    ctx = a_context(a_memory(NEW_GROUP, **of_others), soak=100)
    work(ctx)
    assert ctx.memory.ending is None
    later = a_context(ctx.memory, now=NOW + 100, soak=100)
    work(later)
    assert later.memory.ending == ("complete", None)


def test_after_an_update_of_somebody_else_ours_is_judged_anew() -> None:
    theirs = dataclasses.replace(OLD_GROUP, updates={"u-1": RUNNING})
    ctx = a_context(a_memory(theirs))
    work(ctx)
    assert (ctx.memory.checked, ctx.memory.rooms_read) == (False, False)
    ended = dataclasses.replace(OLD_GROUP, updates={"u-1": ENDED})
    then = a_context(dataclasses.replace(ctx.memory, nodegroup=ended), max_unavailable=2)
    work(then)
    assert (then.commands, then.memory.working, then.wake) == ([], False, NOW + 0.01)
    ours = a_context(a_memory(theirs, begun=("u-1",), seen=("u-1",)))
    work(ours)
    assert ours.memory.checked, "ours has been judged"


def test_a_pause_counts_between_the_update_config_and_the_version() -> None:
    paused = Lease(LEASE, "2", "me", notes=((PAUSED, "anna: incident"),))
    known = LockMemory(NOW, {LEASE: SeenLease(paused, NOW, NOW, NOW, "", NOW)})
    for options in ({}, {"max_unavailable": 2}):
        ctx = a_context(a_memory(lock=known), **options)
        with pytest.raises(RefusedError, match="anna: incident"):
            work(ctx)
        assert ctx.commands == []


def test_a_new_node_that_is_not_ready_is_waited_for_without_a_soak_too() -> None:
    memory = a_memory(NEW_GROUP, found=frozenset())
    view = a_view(a_node(1), dataclasses.replace(a_node(2), ready=False))
    ctx = a_context(memory, view)
    work(ctx)
    assert (ctx.memory.ending, ctx.wake) == (None, NOW + STALE)
    healed = a_context(ctx.memory, now=NOW + 30)
    work(healed)
    assert healed.memory.ending == ("complete", None)
    with pytest.raises(FailedError, match="1 new node of web did not stay Ready"):
        work(a_context(ctx.memory, view, now=NOW + STALE))


def test_an_instance_has_longer_to_join() -> None:
    ctx = a_context(a_memory(NEW_GROUP, found=frozenset()), a_view(a_node(1)))
    work(ctx)
    assert (ctx.memory.ending, ctx.wake) == (None, NOW + JOINS_WITHIN)
    with pytest.raises(FailedError, match="did not stay Ready"):
        work(a_context(ctx.memory, a_view(a_node(1)), now=NOW + JOINS_WITHIN))
    view = a_view(a_node(1), dataclasses.replace(a_node(2), ready=False))
    joined = a_context(ctx.memory, view, now=NOW + JOINS_WITHIN - 1)
    work(joined)
    assert (joined.memory.ending, joined.wake) == (None, NOW + JOINS_WITHIN - 1 + STALE)


def test_what_is_launched_after_the_update_is_not_watched() -> None:
    ctx = a_context(a_memory(NEW_GROUP, found=frozenset(), watched=frozenset({"i-1"})))
    work(ctx)
    assert ctx.memory.ending == ("complete", None)
    view = a_view(a_node(1), dataclasses.replace(a_node(2), ready=False))
    scaled = a_context(a_memory(NEW_GROUP, found=frozenset(), watched=frozenset({"i-1"})), view)
    work(scaled)
    assert scaled.memory.ending == ("complete", None)


def test_a_status_in_which_eks_updates_nothing_ends_the_work() -> None:
    for group in (OLD_GROUP, NEW_GROUP, dataclasses.replace(OLD_GROUP, updates={"u-1": RUNNING})):
        ctx = a_context(a_memory(dataclasses.replace(group, status="DELETING")))
        with pytest.raises(RefusedError, match="is DELETING"):
            work(ctx)
        assert ctx.commands == []


def test_health_issues_that_are_new_keep_a_run_from_being_complete() -> None:
    issue = Trouble("AsgInstanceLaunchFailures")
    sick = dataclasses.replace(NEW_GROUP, issues=(issue,))
    ctx = a_context(a_memory(sick))
    work(ctx)
    assert ctx.memory.ending is None
    assert ctx.events[0].text.startswith("EKS reports: AsgInstanceLaunchFailures")
    with pytest.raises(FailedError, match="EKS reports since then: AsgInstanceLaunchFailures"):
        work(a_context(ctx.memory, now=NOW + STALE))
    known = a_context(a_memory(sick, issues_before=(issue,)))
    work(known)
    assert known.memory.ending == ("complete", None)


def test_only_restoring_begins_no_update() -> None:
    ctx = a_context(restore_only=True)
    work(ctx)
    assert (ctx.commands, ctx.memory.ending) == ([], ("restored", None))


def test_an_update_that_does_not_go_on_is_given_up() -> None:
    ctx = a_context(a_memory(seen=("u-1",)), now=NOW + 3600)
    with pytest.raises(OverdueError, match="Nothing has changed in node group web for 1 h"):
        watch(ctx, RUNNING)


def test_a_repetition_has_the_same_token_and_another_request_another_one() -> None:
    assert token_of(a_context(), "a") == token_of(a_context(), "a")
    assert token_of(a_context(), "a") != token_of(a_context(), "b")
    assert token_of(a_context(), "a") != token_of(a_context(a_memory(begun=("u",))), "a")
