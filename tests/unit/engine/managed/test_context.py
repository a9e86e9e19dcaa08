# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one look knows, and what it may issue."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import UnknownError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.commands import (
    ReadNodegroup,
    TagNodegroup,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.handover.memory import (
    LeaseTrouble,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.context import (
    ManagedContext,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.managed.builders import (
    NEW_GROUP,
    NOW,
    OLD_GROUP,
    POLICY,
    a_context,
    a_memory,
    a_nodegroup,
    a_view,
    an_instance,
)

TAG = TagNodegroup("arn", "k", "v")


def test_an_act_needs_the_lease_and_a_read_does_not() -> None:
    ctx = a_context()
    ctx.may_act = False
    ctx.do(TAG)
    ctx.read()
    assert [type(one) for one in ctx.commands] == [ReadNodegroup]
    ctx.may_act = True
    ctx.do(TAG)
    assert TAG in ctx.commands


def test_what_failed_just_now_waits() -> None:
    trouble = LeaseTrouble(NOW, NOW + 5, UnknownError("x"))
    ctx = a_context(a_memory(troubles={TAG: trouble}))
    ctx.do(TAG)
    assert (ctx.commands, ctx.wake) == ([], NOW + 5)


def test_outdated_members_are_those_that_do_not_run_the_target() -> None:
    assert [one.name for one in a_context().outdated] == ["n-1", "n-2"]
    assert a_context(a_memory(NEW_GROUP)).outdated == ()


@pytest.mark.parametrize(("release", "expected"), [("r-old", True), ("r-new", False), ("", True)])
def test_eks_is_behind_while_it_would_launch_something_else(release: str, expected: bool) -> None:
    nodegroup = a_nodegroup(an_instance(1, "ami-new"), release_version=release)
    assert a_context(a_memory(nodegroup)).behind is expected


def test_before_the_first_read_nothing_is_known() -> None:
    ctx = ManagedContext(a_memory(None), a_view(), NOW, POLICY)
    with pytest.raises(RuntimeError, match="has not been read"):
        assert ctx.nodegroup == OLD_GROUP


def test_an_event_is_told_once_with_how_many_nodes_are_done() -> None:
    ctx = a_context()
    ctx.tell("start", "web", "a", once="k")
    ctx.tell("start", "web", "b", once="k")
    assert [(one.text, one.progress) for one in ctx.events] == [("a", "0/2")]


def test_a_finding_is_told_and_kept_once() -> None:
    ctx = a_context()
    ctx.warn("w")
    ctx.warn("w")
    assert (ctx.memory.warnings, len(ctx.events)) == (("w",), 1)
    ctx.leave("l")
    ctx.leave("l")
    assert ctx.memory.left == ("l",)


def test_how_a_run_ends_first_counts() -> None:
    ctx = a_context()
    ctx.end("complete")
    ctx.end("failed", UnknownError("x"))
    assert ctx.memory.ending == ("complete", None)


def test_a_condition_lasts_from_when_it_is_first_seen() -> None:
    ctx = a_context()
    assert not ctx.over("c", 10)
    assert ctx.wake == NOW + 10
    later = a_context(ctx.memory, now=NOW + 10)
    assert later.over("c", 10)
    later.forget("c")
    assert not later.over("c", 10)
