# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A recorded raise that was not sent proves nothing: others may write its value."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    ReadGroup,
    ReadLease,
    SetDesired,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    BusyError,
    ForbiddenError,
    LateError,
    RotatorError,
    ThrottledError,
    UnknownError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Group
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.accounting import (
    Account,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import (
    Journal,
    dump,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import Done, View
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import (
    desired,
    raising,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import (
    Memory,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.outcomes import (
    learn,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    LEASE,
    NOW,
    RUNNING,
    a_context,
    a_memory,
    a_policy,
)

GROUP = a_group(an_instance("w"), an_instance("x"), max_size=9)
RAISED = RUNNING.accounted(Account(2, 4, 2))
"""Two nodes, and a raise by two that is recorded."""
SET = SetDesired("blue", 4)


def answer(at: float, error: RotatorError | None = None) -> Done:
    """The end of our call at that moment."""
    return Done(SET, None, error, at, at)


def shown(at: float, size: int, group: Group = GROUP) -> Done:
    """A read at that moment."""
    return Done(ReadGroup("blue"), dataclasses.replace(group, desired=size), None, at, at)


def after(memory: Memory, *outcomes: Done, sending: bool = False) -> Memory:
    """The memory after a look with these outcomes; `sending`: our call is in flight."""
    in_flight = frozenset((SET,)) if sending else frozenset()
    return learn(memory, View(done=outcomes, in_flight=in_flight), outcomes[-1].ended)


def account(memory: Memory) -> Account:
    """What is recorded of desired."""
    return memory.journal.account


OURS, THEIRS = Account(2, 4), Account(4, 4)


def test_instances_that_others_ended_explain_a_lower_desired() -> None:
    group = a_group(*(an_instance(name) for name in "wxyz"), desired=4)
    memory = a_memory(group, RUNNING.accounted(OURS))
    fewer = dataclasses.replace(group, instances=group.instances[:3])
    memory = after(memory, shown(NOW + 1, 3, fewer), shown(NOW + 11, 3, fewer))
    assert account(memory) == Account(2, 3), "the surge was taken, the base stays"


@pytest.mark.parametrize("lifecycle", ["EnteringStandby", "Standby"])
def test_one_that_others_put_into_standby_with_decrement_leaves_the_surge(lifecycle: str) -> None:
    group = a_group(*(an_instance(name) for name in "wxyz"), desired=4)
    memory = a_memory(group, RUNNING.accounted(OURS))
    aside = dataclasses.replace(group.instances[3], lifecycle=lifecycle)
    fewer = dataclasses.replace(group, instances=(*group.instances[:3], aside))
    memory = after(memory, shown(NOW + 1, 3, fewer), shown(NOW + 11, 3, fewer))
    assert account(memory) == Account(1, 3)


def test_an_instance_that_is_seen_again_was_not_ended_by_others() -> None:
    group = a_group(*(an_instance(name) for name in "wxyz"), desired=4)
    memory = a_memory(group, RUNNING.accounted(OURS))
    late = dataclasses.replace(group, instances=group.instances[:3])
    memory = after(memory, shown(NOW + 1, 5, late))
    assert memory.reads.lost == {"i-z"}
    assert after(memory, shown(NOW + 2, 5, group)).reads.lost == frozenset()


def test_nobody_accounts_for_desired_who_does_not_hold_the_lease() -> None:
    memory = a_memory(GROUP, RUNNING.accounted(OURS), held=False)
    assert desired.account(memory, GROUP, NOW + 60, sending=False) is memory


def test_the_value_that_was_recorded_and_not_sent_is_somebody_elses() -> None:
    memory = after(a_memory(GROUP, RAISED), shown(NOW + 1, 4))
    assert account(memory) == Account(2, 2), "the raise is withdrawn"
    assert memory.reads.doubt is not None
    memory = after(memory, shown(NOW + 11, 4))
    assert account(memory) == THEIRS
    assert [(one.before, one.after) for one in memory.reads.foreign] == [(2, 4)]


def test_the_value_of_a_call_in_flight_is_ours() -> None:
    memory = after(a_memory(GROUP, RAISED), shown(NOW + 1, 4), sending=True)
    assert account(memory) == OURS


@pytest.mark.parametrize("first", [0, 1], ids=["the answer first", "the read first"])
def test_the_order_of_the_answers_does_not_matter(first: int) -> None:
    outcomes = (answer(NOW + 1), shown(NOW + 1, 4))
    memory = after(a_memory(GROUP, RAISED), outcomes[first], outcomes[1 - first])
    assert account(memory) == OURS


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (UnreachableError("the answer was lost"), OURS),
        (UnknownError("nobody knows"), OURS),
        (BusyError("contention"), Account(2, 2)),
        (ThrottledError("slow down"), Account(2, 2)),
        (ForbiddenError("no"), Account(2, 2)),
        (LateError("not sent"), Account(2, 2)),
    ],
)
def test_what_was_surely_not_done_is_not_ours(error: RotatorError, expected: Account) -> None:
    memory = after(a_memory(GROUP, RAISED), answer(NOW + 1, error))
    assert account(after(memory, shown(NOW + 3, 4))) == expected


@pytest.mark.parametrize("first", [0, 1], ids=["the answer first", "the read first"])
def test_what_was_refused_for_long_and_then_done_is_ours(first: int) -> None:
    memory = after(a_memory(GROUP, RAISED), shown(NOW + 1, 2))
    memory = after(memory, answer(NOW + 2, ThrottledError("slow down")), shown(NOW + 70, 2))
    outcomes = (answer(NOW + 90), shown(NOW + 90, 2))
    memory = after(memory, outcomes[first], outcomes[1 - first])
    assert account(after(memory, shown(NOW + 111, 4))) == OURS


def test_another_value_withdraws_only_what_was_not_sent() -> None:
    unsent = after(a_memory(GROUP, RAISED), shown(NOW + 1, 7))
    sent = after(a_memory(GROUP, RAISED, raise_sent=True), shown(NOW + 1, 7))
    assert (account(unsent), account(sent)) == (Account(2, 2), Account(2, 4, 2))


def test_every_raise_has_to_be_sent_anew() -> None:
    nodes = [a_node("w"), a_node("x")]
    ctx = a_context(GROUP, nodes, policy=a_policy(2), raise_sent=True, raise_absent=NOW)
    raising.raise_desired(ctx)
    assert ctx.journal.raise_from == 2
    assert (ctx.memory.reads.raise_sent, ctx.memory.reads.raise_absent) == (False, None)


class TestWhoeverRecordedItBeforeUs:
    """He may have sent it and died: only reads and time can tell."""

    def taken_over(self, journal: Journal = RAISED) -> Memory:
        """The memory of a run that has taken the Lease and read another's record."""
        lease = Lease(LEASE, "7", "other", "t1", 30, journal=dump(journal))
        memory = a_memory(GROUP, RUNNING, held=False)
        memory = learn(memory, View(done=(Done(ReadLease(LEASE), lease, None, NOW, NOW),)), NOW)
        return memory.with_fields(held=True)

    def test_has_perhaps_sent_it(self) -> None:
        memory = self.taken_over()
        assert memory.reads.raise_sent
        assert account(after(memory, shown(NOW + 1, 4))) == OURS

    def test_has_sent_nothing_where_nothing_is_recorded(self) -> None:
        assert not self.taken_over(RUNNING).reads.raise_sent

    @pytest.mark.parametrize(
        ("waited", "expected"),
        [(raising.RAISE_ABSENT - 1, OURS), (raising.RAISE_ABSENT, Account(2, 2))],
    )
    def test_has_not_sent_it_once_reads_have_not_shown_it_for_a_minute(
        self, waited: float, expected: Account
    ) -> None:
        memory = after(self.taken_over(), shown(NOW + 1, 2))
        memory = after(memory, shown(NOW + 1 + waited, 2))
        assert account(memory) == Account(2, 4, 2), "it is still wanted"
        assert account(after(memory, shown(NOW + 90, 4))) == expected

    def test_a_read_that_shows_something_else_begins_the_minute_anew(self) -> None:
        memory = after(self.taken_over(), shown(NOW + 1, 2))
        memory = after(memory, shown(NOW + 40, 3))
        memory = after(memory, shown(NOW + 62, 2))
        assert memory.reads.raise_sent

    def test_and_so_does_a_call_of_our_own(self) -> None:
        memory = after(self.taken_over(), shown(NOW + 1, 2))
        memory = after(memory, answer(NOW + 50))
        memory = after(memory, shown(NOW + 69, 2))
        memory = after(memory, shown(NOW + 90, 2))
        assert memory.reads.raise_sent, (
            "late reads, and twenty seconds of later ones, prove nothing"
        )
