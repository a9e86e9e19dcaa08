# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When targets are read, and how young a read has to be."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import Deregister
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ForbiddenError,
    ThrottledError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import TargetRead
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.accounting import (
    Account,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.deregistration import (
    EARLY,
    SOONEST,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.targets import (
    ReadTargets,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import (
    observe,
    target_reads,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RECENT,
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.parts import (
    Retry,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    INGRESS,
    a_group,
    a_node,
    a_target,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    NOW,
    RUNNING,
    a_context,
    selected,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.test_replacement import (
    a_member,
)

READ = ReadTargets(INGRESS)
OTHER = "other"
WHOLE = {INGRESS: 304.0}
"""One has taken the whole delay of 300 seconds."""
DRAINS = f"drains i-w {INGRESS}"


def read_at(*ago: float, delay: float | None = None) -> dict[str, TargetRead]:
    """Reads of INGRESS and of another target group that began so long ago."""
    return {
        name: TargetRead(NOW - seconds, NOW - seconds + 0.5, delay)
        for name, seconds in zip((INGRESS, OTHER), ago, strict=False)
    }


def a_look(*targets: Any, **more: Any) -> RotationContext:
    """A look at w, which is outdated, and n, which is new."""
    group = a_group(
        an_instance("w"),
        an_instance("n", fresh=True),
        targets=targets,
        target_groups=more.pop("attached", (INGRESS,)),
    )
    return a_context(group, [a_node("w"), a_node("n")], **more)


class TestAYoungRead:
    @pytest.mark.parametrize(("ago", "young"), [(3.0, True), (4.0, False)])
    def test_began_no_earlier_than_asked(self, ago: float, young: bool) -> None:
        ctx = a_look(target_reads=read_at(ago))
        assert target_reads.known_since(ctx, [INGRESS], NOW - 3) is young
        assert ctx.commands == ([] if young else [READ])

    def test_is_one_of_each_target_group(self) -> None:
        ctx = a_look(target_reads=read_at(1.0, 9.0))
        assert not target_reads.known_since(ctx, [INGRESS, OTHER], NOW - 3)
        assert ctx.commands == [ReadTargets(OTHER)]

    def test_of_a_target_group_that_was_never_read_is_none(self) -> None:
        ctx = a_look(target_reads={})
        assert not target_reads.known_since(ctx, [INGRESS], -1e9)
        assert ctx.commands == [READ]

    @pytest.mark.parametrize(
        ("ago", "took", "young"),
        [(RECENT, 0.5, True), (RECENT + 1, 0.5, False), (RECENT + 1, 9.0, True)],
        ids=["young", "old", "as young as reads are here"],
    )
    def test_is_a_few_seconds_old(self, ago: float, took: float, young: bool) -> None:
        reads = {INGRESS: TargetRead(NOW - ago, NOW - ago + took)}
        ctx = a_look(target_reads=reads)
        assert target_reads.known_recently(ctx, [INGRESS]) is young


class TestADrainingTarget:
    def test_drains_since_it_was_deregistered_or_since_that_was_seen(self) -> None:
        act = Deregister(INGRESS, (("i-w", 30080),))
        ctx = a_look(a_target("w", "draining"), acts={act: NOW - 7})
        target_reads.await_drained(ctx, ctx.group.targets[0])
        assert ctx.memory.timers == {DRAINS: NOW - 7}
        resumed = a_look(a_target("w", "draining"))
        target_reads.await_drained(resumed, resumed.group.targets[0])
        assert resumed.memory.timers == {DRAINS: NOW}

    @pytest.mark.parametrize(
        ("drains", "read", "delay", "shortest", "due"),
        [
            pytest.param(10.0, 60.0, None, {}, NOW - 10 + SOONEST, id="not read since"),
            pytest.param(300.0, 100.0, None, {}, NOW - 50, id="of whom nobody knows"),
            pytest.param(40.0, 20.0, 300.0, {}, NOW, id="the first of a run"),
            pytest.param(40.0, 60.0, 300.0, WHOLE, NOW + 264, id="after others"),
            pytest.param(40.0, 10.0, 300.0, WHOLE, NOW + 264, id="read meanwhile"),
            pytest.param(60.0, 10.0, 300.0, {INGRESS: 40.0}, NOW - 10 + 6.25, id="after fast ones"),
            pytest.param(320.0, 10.0, 300.0, {INGRESS: 304.0}, NOW, id="over its delay"),
        ],
    )
    def test_is_read_again_when_it_may_be_done(
        self, drains: float, read: float, delay: Any, shortest: Any, due: float
    ) -> None:
        ctx = a_look(
            a_target("w", "draining"),
            timers={DRAINS: NOW - drains},
            target_reads=read_at(read, delay=delay),
            target_times=shortest,
        )
        target_reads.await_drained(ctx, ctx.group.targets[0])
        assert ctx.commands == ([READ] if due <= NOW else [])
        assert due <= NOW or ctx.wake == pytest.approx(due)

    @pytest.mark.parametrize(
        ("targets", "known", "found"),
        [
            pytest.param((), {}, {INGRESS: 40.0}, id="the first"),
            pytest.param((), {INGRESS: 60.0}, {INGRESS: 40.0}, id="a faster one"),
            pytest.param((), {INGRESS: 30.0}, {INGRESS: 30.0}, id="a slower one"),
            pytest.param((a_target("w", "draining"),), {}, {}, id="it still drains"),
        ],
    )
    def test_leaves_behind_how_long_it_took(self, targets: Any, known: Any, found: Any) -> None:
        ctx = a_look(*targets, timers={DRAINS: NOW - 40}, target_times=known)
        target_reads.note_drained(ctx, a_member(ctx, "w"))
        assert ctx.memory.reads.target_times == found
        assert (DRAINS in ctx.memory.timers) is bool(targets)


class TestQuiet:
    @pytest.mark.parametrize(
        ("desired", "drained", "until"),
        [
            pytest.param(2, {"i-w": NOW + 90}, NOW + 90, id="the one that leaves drains"),
            pytest.param(2, {}, -math.inf, id="it does something else"),
            pytest.param(3, {"i-w": NOW + 90}, -math.inf, id="a launch is awaited"),
        ],
    )
    def test_is_while_nothing_else_is_awaited(
        self, desired: int, drained: dict[str, float], until: float
    ) -> None:
        ctx = a_look(**selected("w"))
        ctx.note(marks=dataclasses.replace(ctx.memory.nodes.marks, joined=frozenset(("i-n",))))
        ctx.note(group=dataclasses.replace(ctx.group, desired=desired))
        ctx.note(journal=ctx.journal.accounted(Account(2, desired, None, ())))
        ctx.drained_at = drained
        assert target_reads.quiet_until(ctx) == until

    def test_is_not_while_a_node_becomes_ready_or_none_drains(self) -> None:
        ctx = a_look(**selected("w"))
        ctx.drained_at = {"i-w": NOW + 90}
        assert target_reads.quiet_until(ctx) == -math.inf
        assert target_reads.quiet_until(a_look()) == -math.inf


class TestANewNode:
    def awaits(self, *targets: Any, **more: Any) -> tuple[RotationContext, tuple[str, ...]]:
        """What n, which has lacked nothing else for ten seconds, still waits for."""
        ctx = a_look(*targets, **{"timers": {"ready i-n": NOW - 10}, **more})
        return ctx, target_reads.unhealthy(ctx, a_member(ctx, "n"), "ready i-n")

    def test_is_healthy_by_a_read_since_it_lacks_nothing_else(self) -> None:
        both = (a_target("w"), a_target("n"))
        for ago, found in ((10.0, ()), (11.0, (INGRESS,))):
            ctx, waits = self.awaits(*both, target_reads=read_at(ago))
            assert waits == found
            assert ctx.commands == ([READ] if found else [])

    def test_leaves_behind_how_long_it_took(self) -> None:
        ctx, waits = self.awaits(a_target("w"), a_target("n"), target_reads=read_at(5.0))
        assert (waits, ctx.memory.reads.target_times) == ((), {"join": 10.0})

    def test_is_looked_at_when_others_were_healthy(self) -> None:
        ctx, waits = self.awaits(
            a_target("w"), target_reads=read_at(60.0), target_times={"join": 40.0}
        )
        assert (waits, ctx.commands) == ((INGRESS,), [])
        assert ctx.wake == pytest.approx(NOW - 10 + EARLY * 40)

    def test_is_looked_at_less_and_less_often(self) -> None:
        ctx, _waits = self.awaits(
            a_target("w"), timers={"ready i-n": NOW - 100}, target_reads=read_at(20.0)
        )
        assert ctx.commands == [READ]
        ctx, _waits = self.awaits(
            a_target("w"), timers={"ready i-n": NOW - 100}, target_reads=read_at(10.0)
        )
        assert ctx.commands == []
        assert ctx.wake == NOW - 10 + 90 / 4

    def test_is_not_asked_where_health_follows_pods(self) -> None:
        journal = dataclasses.replace(RUNNING, follows=(INGRESS,))
        ctx, waits = self.awaits(a_target("w"), journal=journal, target_reads={})
        assert (waits, ctx.commands) == ((), [])

    def test_is_not_asked_where_the_target_group_does_not_exist_any_more(self) -> None:
        gone = TargetRead(NOW, NOW, exists=False)
        ctx, waits = self.awaits(a_target("w"), target_reads={INGRESS: gone})
        assert (waits, ctx.commands) == ((), [])

    def test_waits_for_each_target_group(self) -> None:
        ctx, waits = self.awaits(
            *(a_target(name, group=group) for name in "wn" for group in (INGRESS, OTHER)),
            attached=(INGRESS, OTHER),
            target_reads=read_at(5.0, 60.0),
        )
        assert (waits, ctx.commands) == ((OTHER,), [ReadTargets(OTHER)])


class TestAReadThatIsRefused:
    def test_is_repeated_until_it_is_answered_and_ends_the_run_like_that_of_the_group(self) -> None:
        throttled, denied = ThrottledError("slow down"), ForbiddenError("not allowed")
        ctx = a_look(retries={READ: Retry(1, NOW, throttled)})
        assert target_reads.repeat_refused(ctx) == [throttled]
        assert ctx.commands == [READ]
        assert target_reads.repeat_refused(a_look()) == []
        blind = {"blind": NOW - 301, "not let in": NOW - 71}
        for error in (throttled, denied):
            ctx = a_look(retries={READ: Retry(9, NOW + 9, error)}, timers=blind)
            with pytest.raises(type(error)):
                observe.look(ctx, ())


@pytest.mark.parametrize(
    ("named", "exists", "found"),
    [
        pytest.param(True, False, (INGRESS,), id="that the group names"),
        pytest.param(True, True, (), id="that is there"),
        pytest.param(False, False, (), id="that was detached from the group"),
    ],
)
def test_a_deleted_target_group(named: bool, exists: bool, found: tuple[str, ...]) -> None:
    group = a_group(an_instance("w"), target_groups=(INGRESS,) if named else ())
    reads = {INGRESS: TargetRead(NOW, NOW, exists=exists)}
    assert target_reads.deleted(a_context(group, [a_node("w")], target_reads=reads)) == found
