# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Launches that do not live are counted, but not what a late read hides."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import TargetRead
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import Feed
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Marks
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.targets import (
    ReadTargets,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import (
    lost_launches,
    new_nodes,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import (
    REPEAT,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.records import (
    TakenBack,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    NOW,
    a_context,
    a_policy,
)

OLD = an_instance("w")


def names(text: str) -> frozenset[str]:
    """The ids of the instances of these one-letter names."""
    return frozenset(f"i-{name}" for name in text)


def look(
    before: str, now: str, count: int = 0, gone: str = "", waited: float = 0, **more: Any
) -> RotationContext:
    """A look at these new instances that boot, after one at those before.

    `gone`: whose end a read has shown; `waited`: how long the others have been missing.
    """
    members = [an_instance(name, fresh=True) for name in now]
    usual = {
        "marks": Marks(gone=names(gone)),
        "timers": {f"missing i-{name}": NOW - waited for name in before if waited},
    }
    ctx = a_context(
        a_group(OLD, *members, **more.pop("group", {})),
        [a_node("w")],
        policy=a_policy(1, canary=0),
        booting=names(before),
        lost_launches=count,
        **{**usual, **more},
    )
    lost_launches.count_lost(ctx)
    return ctx


@pytest.mark.parametrize(
    ("before", "now", "more", "count"),
    [
        pytest.param("n", "n", {}, 0, id="it boots on"),
        pytest.param("n", "m", {"gone": "n"}, 1, id="another has taken its place"),
        pytest.param("mn", "", {"gone": "mn"}, 2, id="two at once"),
        pytest.param("n", "", {"waited": REPEAT}, 1, id="nobody has seen it for long"),
        pytest.param("n", "", {"ended_by_us": names("n")}, 0, id="we ended it"),
        pytest.param("n", "", {"marks": Marks(joined=names("n"))}, 0, id="it had been ready"),
    ],
)
def test_they_are_counted(before: str, now: str, more: dict[str, Any], count: int) -> None:
    ctx = look(before, now, **more)
    assert ctx.memory.nodes.lost_launches == count
    assert ctx.memory.nodes.booting == names(now)
    assert ctx.journal.failures == ()


class TestAnInstanceThatOneReadDoesNotShow:
    """Describe calls go backwards: it may come back with the next one."""

    def test_is_not_lost(self) -> None:
        ctx = look("lmn", "", waited=REPEAT - 1)
        assert ctx.memory.nodes.lost_launches == 0
        assert ctx.memory.nodes.booting == names("lmn")
        assert ctx.journal.failures == ()

    def test_is_asked_for_soon(self) -> None:
        ctx = look("n", "")
        assert ctx.poll_soon
        assert ctx.wake == NOW + REPEAT
        assert not look("n", "n").poll_soon

    def test_has_its_time_again_once_it_is_seen(self) -> None:
        ctx = look("n", "n", waited=REPEAT)
        assert "missing i-n" not in ctx.memory.timers
        assert ctx.memory.nodes.lost_launches == 0


@pytest.mark.parametrize(
    ("group", "why"),
    [
        ({}, "its scaling activities or their console output may say why"),
        ({"activity": "Client.Bad"}, "Client.Bad"),
    ],
)
def test_three_in_a_row_are_a_failure(group: dict[str, Any], why: str) -> None:
    assert look("n", "", 1, gone="n", group=group).journal.failures == ()
    ctx = look("n", "", 2, gone="n", group=group)
    assert ctx.journal.failures == (
        f"3 new instances in a row ended before they were ready: {why}",
    )
    assert ctx.memory.nodes.lost_launches == 0
    assert ctx.events[0].subject == "i-n"


@pytest.mark.parametrize(
    ("times", "why"),
    [
        (0, "its scaling activities or their console output may say why"),
        (1, "desired fell with them, so somebody ends them"),
    ],
)
def test_who_takes_them_is_told_from_what_dies(times: int, why: str) -> None:
    ctx = look("n", "", 2, gone="n", taken_back=TakenBack(times))
    assert why in ctx.journal.failures[0]


def test_they_begin_anew_after_one_that_lived() -> None:
    ctx = a_context(
        a_group(OLD, an_instance("n", fresh=True)),
        [a_node("w"), a_node("n")],
        shown={Feed("pods", "n"): ()},
        timers={"ready i-n": NOW - 10},
        lost_launches=2,
    )
    new_nodes.judge(ctx)
    assert ctx.memory.nodes.lost_launches == 0


class TestATargetGroupThatDoesNotExist:
    """Auto Scaling ends what it cannot register."""

    GONE = "arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/web/1"

    def look(self, reads: Any, **more: Any) -> RotationContext:
        group = {"target_groups": (self.GONE,)}
        return look("n", "m", gone="n", group=group, target_reads=reads, **more)

    def test_is_looked_for_when_a_launch_is_lost(self) -> None:
        ctx = self.look({self.GONE: TargetRead(NOW - 1, NOW)})
        assert ctx.commands == [ReadTargets(self.GONE)]
        assert ctx.memory.mode == "rotate"

    @pytest.mark.parametrize("exists", [True, False])
    def test_ends_the_run_and_is_named(self, exists: bool) -> None:
        ctx = self.look({self.GONE: TargetRead(NOW, NOW, exists=exists)}, count=0)
        assert ctx.memory.mode == ("rotate" if exists else "settle")
        assert ctx.journal.canary == ""
        assert exists or str(ctx.memory.report.problem).startswith(
            "Auto Scaling group blue names target group web, which does not exist"
        )

    def test_is_not_looked_for_while_none_is_lost_but_counts_once_it_is_known(self) -> None:
        group = {"target_groups": (self.GONE,)}
        ctx = look("n", "n", group=group, target_reads={self.GONE: TargetRead(0, 0)})
        assert (ctx.commands, ctx.memory.mode) == ([], "rotate")
        known = {self.GONE: TargetRead(0, 0, exists=False)}
        assert look("n", "n", group=group, target_reads=known).memory.mode == "settle"
        assert look("n", "n", target_reads=known).memory.mode == "rotate", "it was detached"
