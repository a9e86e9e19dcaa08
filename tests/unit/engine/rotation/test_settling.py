# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run that settles waits for: nodes on their way, within their time."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import Feed
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Marks
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import settling
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    NOW,
    a_context,
    selected,
)

NEW = an_instance("n", fresh=True)


def a_look(*instances: Any, ready: bool = True, **more: Any) -> RotationContext:
    """A settling run with an outdated node and a new one."""
    found = instances or (an_instance("w"), NEW)
    nodes = [a_node("w"), a_node("n", ready=ready)]
    shown = {Feed("pods", node="n"): ()}
    group = a_group(*found, desired=2, **more.pop("group", {}))
    return a_context(group, nodes, mode="settle", shown=shown, **more)


def test_a_new_node_that_becomes_ready_counts() -> None:
    ctx = a_look(timers={"boot i-n": NOW - 60, "ready i-n": NOW - 10})
    settling.judge_settling(ctx)
    assert ctx.memory.nodes.marks.joined == {"i-n"}
    assert settling.has_settled(ctx)


@pytest.mark.parametrize(("waited", "over"), [(1799, False), (1800, True)])
def test_instances_that_end_one_after_the_other_are_not_waited_for_without_end(
    waited: float, over: bool
) -> None:
    """None of them is ever late, and now the group lacks one, now it does not."""
    ctx = a_look(an_instance("w"), NEW, ready=False, timers={"unsettled 0": NOW - waited})
    settling.judge_settling(ctx)
    assert settling.has_settled(ctx) is over
    assert (
        any(
            "1 of 2 instances ready, and not one more for 1800 s" in one
            for one in ctx.memory.report.left
        )
        is over
    )


def test_a_new_node_that_becomes_ready_gives_the_others_their_time_again() -> None:
    new = (NEW, an_instance("m", fresh=True))
    marks = Marks(joined=frozenset(("i-n",)))
    ctx = a_look(an_instance("w"), *new, timers={"unsettled 0": NOW - 1800}, marks=marks)
    settling.judge_settling(ctx)
    assert not settling.has_settled(ctx)
    assert ctx.memory.timers["unsettled 1"] == NOW
    assert "unsettled 0" not in ctx.memory.timers


def test_what_has_settled_is_not_counted_later() -> None:
    ctx = a_look(timers={"unsettled 1": NOW - 1800}, marks=Marks(joined=frozenset(("i-n",))))
    settling.judge_settling(ctx)
    assert settling.has_settled(ctx)
    assert (ctx.memory.timers, ctx.memory.report.left) == ({}, ())


@pytest.mark.parametrize(("waited", "over"), [(899, False), (900, True)])
def test_one_that_does_not_in_time_is_told_and_not_ended(waited: float, over: bool) -> None:
    ctx = a_look(ready=False, timers={"boot i-n": NOW - waited})
    settling.judge_settling(ctx)
    assert settling.has_settled(ctx) is over
    assert bool(ctx.memory.report.left) is over
    assert ctx.memory.nodes.marks.selected == frozenset()
    if over:
        (sentence,) = ctx.memory.report.left
        assert "Replacement node n is not ready: it waits for its node to be Ready" in sentence


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"marks": Marks(joined=frozenset(("i-n",)))}, id="ready before"),
        pytest.param({"marks": Marks(skipped=frozenset(("i-n",)))}, id="given up"),
        pytest.param(selected("n", reason="surplus"), id="leaving"),
    ],
)
def test_others_are_not_waited_for(more: dict[str, Any]) -> None:
    ctx = a_look(ready=False, **more)
    settling.judge_settling(ctx)
    assert settling.has_settled(ctx)
    assert ctx.memory.report.left == ()


@pytest.mark.parametrize(("waited", "over"), [(None, False), (899, False), (900, True)])
def test_a_launch_that_is_missing_below_the_base_is_waited_for(
    waited: float | None, over: bool
) -> None:
    timers = {} if waited is None else {settling.BASE_MISSING: NOW - waited}
    ctx = a_look(an_instance("w"), group={"activity": "no capacity"}, timers=timers)
    settling.judge_settling(ctx)
    assert settling.has_settled(ctx) is over
    assert ctx.poll_soon
    said = ("Auto Scaling group blue has 1 of 2 instances: no capacity",) if over else ()
    assert ctx.memory.report.left == said


def test_a_launch_above_the_base_is_not_waited_for() -> None:
    ctx = a_look(an_instance("w"), ours=1, timers={settling.BASE_MISSING: NOW - 5})
    settling.judge_settling(ctx)
    assert settling.has_settled(ctx)
    assert settling.BASE_MISSING not in ctx.memory.timers
