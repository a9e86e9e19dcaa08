# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the stages of a look share: issuing, telling, counting time."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    Command,
    DeletePod,
    Evict,
    ReadGroup,
    ReadLease,
    SetDesired,
    SetMaxSize,
    Terminate,
    WriteLease,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import UnreachableError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.accounting import (
    Account,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.known import NODES
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.parts import Retry
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.records import (
    NodeRecord,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    HELD,
    NOW,
    RUNNING,
    a_context,
    a_policy,
    selected,
)

GROUP = a_group(an_instance("w"), an_instance("x"), max_size=9)


NODES_HERE = (a_node("w"), a_node("x"))


RAISE = SetMaxSize("blue", 9)


EVICT = Evict("shop", "cart", "u")


def a_look(**more: Any) -> RotationContext:
    """A look at two outdated nodes."""
    return a_context(more.pop("group", GROUP), NODES_HERE, **more)


class TestIssuing:
    @pytest.mark.parametrize(
        ("command", "may_act", "recorded", "issued"),
        [
            pytest.param(ReadGroup("blue"), False, False, True, id="reads always"),
            pytest.param(ReadLease("lease"), False, False, True, id="of the Lease as well"),
            pytest.param(WriteLease(HELD), False, False, True, id="the record itself"),
            pytest.param(EVICT, True, False, True, id="an eviction with the lock"),
            pytest.param(DeletePod("shop", "c", "u"), True, False, True, id="a deletion as well"),
            pytest.param(EVICT, False, True, False, id="no eviction without the lock"),
            pytest.param(RAISE, True, True, True, id="a change that is recorded"),
            pytest.param(RAISE, True, False, False, id="none before its record"),
            pytest.param(RAISE, False, True, False, id="none without the lock"),
        ],
    )
    def test_needs_the_lock_and_the_record(
        self, command: Command, may_act: bool, recorded: bool, issued: bool
    ) -> None:
        more = {} if recorded else {"written": None}
        ctx = a_look(**more)
        ctx.may_act = may_act
        ctx.do(command)
        assert bool(ctx.commands) is issued

    @pytest.mark.parametrize(
        ("memory", "issued", "wake"),
        [
            pytest.param({}, True, math.inf, id="never tried"),
            pytest.param({"retries": NOW}, True, math.inf, id="it may be tried again"),
            pytest.param({"retries": NOW + 7}, False, NOW + 7, id="it failed lately"),
            pytest.param({"acts": NOW - 20}, True, math.inf, id="done long ago"),
            pytest.param({"acts": NOW - 19}, False, NOW + 1, id="done lately: reads may be late"),
            pytest.param(
                {"acts": NOW - 19, "retries": NOW + 7}, False, NOW + 7, id="the later of both"
            ),
        ],
    )
    def test_waits_after_a_failure_and_after_a_success(
        self, memory: dict[str, float], issued: bool, wake: float
    ) -> None:
        fields: dict[str, Any] = {}
        if "retries" in memory:
            fields["retries"] = {RAISE: Retry(1, memory["retries"], UnreachableError("x"))}
        if "acts" in memory:
            fields["acts"] = {RAISE: memory["acts"]}
        ctx = a_look(**fields)
        ctx.do(RAISE)
        assert bool(ctx.commands) is issued
        assert ctx.wake == wake

    def test_that_the_guard_forbids_is_decided_again_in_five_seconds(self) -> None:
        ctx = a_look(policy=a_policy(1))
        ctx.do(SetDesired("blue", 9))
        assert (ctx.commands, ctx.wake) == ([], NOW + 5)

    def test_of_two_that_are_well_alone_is_judged_together(self) -> None:
        ctx = a_look(policy=a_policy(0, 1))
        for name in ("w", "x"):
            ctx.do(Terminate(f"i-{name}", False))
        assert ctx.commands == [Terminate("i-w", False)]


class TestUntilWhenItMayBeSent:
    @pytest.mark.parametrize(
        ("command", "held", "limited"),
        [
            pytest.param(RAISE, True, True, id="a change"),
            pytest.param(EVICT, True, True, id="an eviction"),
            pytest.param(ReadGroup("blue"), True, False, id="a read"),
            pytest.param(ReadLease("lease"), True, False, id="a read of the Lease"),
            pytest.param(WriteLease(HELD), True, False, id="a write of a Lease that was read"),
            pytest.param(
                WriteLease(dataclasses.replace(HELD, resource_version="")),
                True,
                True,
                id="a Lease that is created again",
            ),
            pytest.param(
                WriteLease(dataclasses.replace(HELD, resource_version="")),
                False,
                False,
                id="a Lease that is created",
            ),
        ],
    )
    def test_is_two_thirds_of_the_lease(self, command: Command, held: bool, limited: bool) -> None:
        ctx = a_look(held=held, confirmed=NOW - 5)
        ctx.commands.append(command)
        assert ctx.not_after == ({command: NOW - 5 + 20} if limited else {})


class TestTelling:
    def test_once_means_once_in_the_run(self) -> None:
        ctx = a_look()
        for _time in range(2):
            ctx.tell("phase", "w", "text", once="key")
            ctx.tell("phase", "w", "always")
        assert [event.text for event in ctx.events] == ["text", "always", "always"]
        assert ctx.memory.report.told == {"key"}

    @pytest.mark.parametrize(
        ("records", "progress"),
        [
            pytest.param({}, "0/2", id="nothing begun"),
            pytest.param({"w": ("old", False)}, "0/2", id="one begun"),
            pytest.param({"w": ("old", True)}, "1/2", id="one of them replaced, still shown"),
            pytest.param({"gone": ("old", True)}, "1/3", id="one replaced and gone"),
            pytest.param({"n": ("broken", False)}, "0/2", id="a new one that is removed again"),
        ],
    )
    def test_counts_outdated_nodes_replaced_and_in_all(
        self, records: dict[str, tuple[str, bool]], progress: str
    ) -> None:
        made = {
            f"i-{name}": NodeRecord(name, f"i-{name}", "a", reason, replaced=replaced)
            for name, (reason, replaced) in records.items()
        }
        ctx = a_look(records=made)
        ctx.tell("phase", "w")
        assert ctx.events[0].progress == progress


class TestTime:
    def test_of_a_condition_counts_from_its_first_sight(self) -> None:
        ctx = a_look(timers={"b": NOW - 7})
        assert (ctx.since("a"), ctx.since("b")) == (0.0, 7.0)
        assert ctx.memory.timers == {"a": NOW, "b": NOW - 7}
        ctx.forget("b")
        ctx.forget("never seen")
        assert ctx.memory.timers == {"a": NOW}

    @pytest.mark.parametrize(
        ("lasted", "over", "wake"),
        [
            pytest.param(9.0, False, NOW + 1, id="not yet"),
            pytest.param(10.0, True, math.inf, id="now"),
            pytest.param(10.0 - 1e-7, True, math.inf, id="but for rounding"),
            pytest.param(99.0, True, math.inf, id="long ago"),
        ],
    )
    def test_that_is_up_or_when_it_will_be(self, lasted: float, over: bool, wake: float) -> None:
        ctx = a_look(timers={"a": NOW - lasted})
        assert ctx.over("a", 10) is over
        assert ctx.wake == wake

    @pytest.mark.parametrize(
        ("moments", "wake"),
        [((NOW + 5, NOW + 3, NOW + 9), NOW + 3), ((NOW,), NOW + 0.01), ((NOW - 99,), NOW + 1)],
    )
    def test_of_the_next_look_is_the_earliest_and_soon_for_one_that_has_passed(
        self, moments: tuple[float, ...], wake: float
    ) -> None:
        ctx = a_look()
        for moment in moments:
            ctx.look_at(moment)
        assert ctx.wake == wake


class TestChangingWhatIsKnown:
    def test_a_change_of_the_record_is_written_at_once(self) -> None:
        for change in (
            lambda ctx: ctx.record(tainted=False),
            lambda ctx: ctx.account(Account(2, 3)),
        ):
            ctx = a_look()
            change(ctx)
            assert ctx.recorded is False
            assert ctx.wake == NOW + 0.01

    @pytest.mark.parametrize(("verdict", "kept"), [("passed", "passed"), ("", "failed")])
    def test_the_last_verdict_on_a_canary_outlives_the_record(
        self, verdict: str, kept: str
    ) -> None:
        ctx = a_look(canary="failed")
        ctx.record(canary=verdict)
        assert ctx.memory.report.canary == kept

    def test_marks_are_changed_one_by_one(self) -> None:
        ctx = a_look(**selected("w"))
        ctx.mark(skipped=frozenset(("i-x",)))
        marks = ctx.memory.nodes.marks
        assert (marks.selected, marks.skipped) == ({"i-w"}, {"i-x"})

    def test_what_the_result_says_of_a_node_changes_only_where_it_differs(self) -> None:
        ctx = a_look(**selected("w"))
        before = ctx.memory
        ctx.about("i-w", phase="cordoned")
        assert ctx.memory is before
        ctx.about("i-w", phase="drained", evictions=3)
        assert ctx.memory.nodes.records["i-w"].evictions == 3

    @pytest.mark.parametrize(
        ("began", "ended", "recent"),
        [
            pytest.param(NOW - 5, NOW - 5, True, id="five seconds old"),
            pytest.param(NOW - 6, NOW - 5, False, id="older"),
            pytest.param(NOW - 20, NOW, True, id="the newest, of an account that answers slowly"),
            pytest.param(NOW - 20, NOW - 10, False, id="not even the newest of such an account"),
        ],
    )
    def test_of_the_group_is_done_anew_where_the_last_one_is_old(
        self, began: float, ended: float, recent: bool
    ) -> None:
        ctx = a_look(read_began=began, read_ended=ended)
        assert ctx.read_recently() is recent
        assert ctx.commands == ([] if recent else [ReadGroup("blue")])

    @pytest.mark.parametrize(("age", "recent"), [(1.0, True), (1.1, False)])
    def test_of_the_group_may_have_to_be_younger(self, age: float, recent: bool) -> None:
        ctx = a_look(read_began=NOW - age, read_ended=NOW - age)
        assert ctx.read_recently(1.0) is recent

    @pytest.mark.parametrize(("age", "recent"), [(60.0, True), (61.0, False)])
    def test_of_the_group_has_to_know_of_instance_refreshes_too(
        self, age: float, recent: bool
    ) -> None:
        group = dataclasses.replace(a_group(an_instance("w")), refreshing_age=age)
        ctx = a_context(group, [a_node("w")], read_began=NOW, read_ended=NOW)
        ctx.read = ReadGroup("blue", refresh_age=600)
        assert ctx.read_recently() is recent
        asked = [command.refresh_age for command in ctx.commands if isinstance(command, ReadGroup)]
        assert asked == ([] if recent else [60])

    @pytest.mark.parametrize(("began", "fresh"), [(NOW - 1, False), (NOW, True)])
    def test_of_the_group_is_polled_for_where_it_has_to_show_what_we_did(
        self, began: float, fresh: bool
    ) -> None:
        ctx = a_look(read_began=began, acted=NOW)
        assert (ctx.fresh_awaited(), ctx.poll_soon) == (fresh, not fresh)

    def test_nodes_are_always_followed(self) -> None:
        assert a_look().feeds == {NODES}
        assert a_look(journal=RUNNING).poll_soon is False
