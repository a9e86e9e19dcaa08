# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What command outcomes teach: late reads, lost answers, failures in a row."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    ChangeNode,
    Command,
    Evict,
    ProtectNew,
    ReadGroup,
    SetDesired,
    SetMaxSize,
    Suspend,
    Terminate,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ConflictError,
    ForbiddenError,
    NotFoundError,
    RefusedError,
    RotatorError,
    ThrottledError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Group
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import NodeChange
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.accounting import (
    Account,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Marks
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import Done, View
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import failures
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import (
    REPEAT,
    Memory,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.outcomes import (
    AFTER_ACT,
    learn,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.parts import (
    Retry,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    NOW,
    RUNNING,
    a_context,
    a_memory,
)

GROUP = a_group(an_instance("w"), an_instance("x"))
CHANGE = ChangeNode("w", "1", NodeChange(True))


def after(
    memory: Memory,
    command: Command,
    at: float = NOW,
    error: RotatorError | None = None,
    answer: Any = None,
) -> Memory:
    """The memory when this outcome has come in at that moment."""
    return learn(memory, View(done=(Done(command, answer, error, at, at),)), at)


def read(memory: Memory, at: float, group: Group = GROUP, **fields: Any) -> Memory:
    """The memory after a read that was begun at that moment."""
    return after(memory, ReadGroup("blue"), at, answer=dataclasses.replace(group, **fields))


def desired(memory: Memory) -> tuple[int, bool]:
    """Desired as it counts, and whether a read that shows it is still awaited."""
    ctx = a_context(memory.reads.group)
    ctx.memory = memory
    return ctx.desired, memory.unseen


RAISED = RUNNING.accounted(Account(2, 4, 2))
"""Two nodes, and a raise by two that is recorded."""


def test_a_raise_counts_once_it_is_answered_and_until_a_read_shows_it() -> None:
    memory = a_memory(GROUP, RAISED)
    assert desired(memory) == (2, True), "recorded only"
    memory = after(memory, SetDesired("blue", 4))
    assert desired(memory) == (4, True)
    memory = read(memory, NOW + 5, desired=2)
    assert desired(memory) == (4, True)
    memory = read(memory, NOW + 8, desired=4)
    assert desired(memory) == (4, False)
    assert desired(read(memory, NOW + 12, desired=2)) == (4, False), "a later call may go back"


@pytest.mark.parametrize(
    ("shown", "base"), [(9, 7), (3, 3), (1, 2)], ids=["raised", "lowered", "below the base"]
)
def test_two_reads_prove_what_somebody_else_wrote(shown: int, base: int) -> None:
    memory = a_memory(dataclasses.replace(GROUP, max_size=9), RUNNING.accounted(Account(2, 4)))
    group = dataclasses.replace(GROUP, max_size=9)
    memory = read(memory, NOW + 1, group, desired=shown)
    assert memory.reads.doubt is not None
    assert memory.journal.base == 2
    memory = read(memory, NOW + 11, group, desired=shown)
    assert memory.journal.base == base
    assert bool(memory.reads.foreign) is (shown > 2), "below the base it has to stand for a while"


def test_a_read_that_began_before_our_act_shows_nothing_of_it() -> None:
    memory = after(a_memory(GROUP, RAISED), SetDesired("blue", 4), NOW + 1)
    assert desired(read(memory, NOW + 0.5, desired=9)) == (4, True)
    newer = read(memory, NOW + 5, desired=4)
    assert read(newer, NOW + 4, desired=9) is newer, "nor does an older read replace a newer one"


ENDED = (an_instance("w", lifecycle="Terminating"), an_instance("x"))


@pytest.mark.parametrize("error", [None, UnreachableError("lost")])
def test_an_end_with_decrement_counts_when_a_read_shows_it(error: RotatorError | None) -> None:
    journal = RUNNING.accounted(Account(2, 3, None, ("i-w",)))
    memory = after(a_memory(GROUP, journal), Terminate("i-w", True), error=error)
    assert memory.journal == journal
    assert desired(memory)[0] == 3
    memory = read(memory, NOW + 3, desired=2, instances=ENDED)
    assert memory.journal.account == Account(2, 2)
    assert memory.nodes.marks.gone == {"i-w"}
    assert desired(memory) == (2, False)


def test_a_decrement_that_did_not_take_place_is_not_counted() -> None:
    """The instance was lost to spot between the record and our call."""
    journal = RUNNING.accounted(Account(2, 3, None, ("i-w",)))
    memory = read(a_memory(GROUP, journal), NOW + 1, desired=3, instances=ENDED)
    assert memory.journal.decrements == ("i-w",)
    memory = read(memory, NOW + 11, desired=3, instances=ENDED)
    assert memory.journal.account == Account(2, 3)


def test_without_decrement_desired_stays() -> None:
    memory = after(a_memory(GROUP), Terminate("i-w", False))
    assert desired(memory) == (2, False)
    assert memory.nodes.marks.gone == {"i-w"}
    assert memory.report.changed


@pytest.mark.parametrize(
    "fields",
    [{"lifecycle": "Terminating:Wait"}, {"state": "shutting-down"}, {"state": "terminated"}],
)
def test_an_instance_that_was_seen_ending_is_gone_for_good(fields: dict[str, str]) -> None:
    memory = read(
        a_memory(GROUP), NOW + 1, instances=(an_instance("w", **fields), an_instance("x"))
    )
    assert memory.nodes.marks.gone == {"i-w"}
    assert read(memory, NOW + 2).nodes.marks.gone == {"i-w"}


@pytest.mark.parametrize(
    "fields",
    [{"lifecycle": "Standby"}, {"lifecycle": "Detaching"}, {"state": "stopped"}, {"state": ""}],
)
def test_one_that_may_come_back_is_not(fields: dict[str, str]) -> None:
    memory = read(a_memory(GROUP), NOW + 1, instances=(an_instance("w", **fields),))
    assert memory.nodes.marks == Marks()


@pytest.mark.parametrize(
    ("acts", "due"),
    [
        pytest.param([SetDesired("blue", 3)], AFTER_ACT, id="an act"),
        pytest.param([Terminate("i-w", True)], AFTER_ACT, id="an end with decrement"),
        pytest.param([Terminate("i-w", False)], math.inf, id="an end that is made good"),
        pytest.param(
            [SetDesired("blue", 3), Terminate("i-w", False)], AFTER_ACT, id="the earlier one counts"
        ),
    ],
)
def test_a_read_is_due_after_what_we_did(acts: list[Command], due: float) -> None:
    memory = a_memory(GROUP)
    for act in acts:
        memory = after(memory, act, NOW + 1)
    assert memory.reads.read_due == NOW + 1 + due


def test_our_acts_are_laid_over_reads_for_a_while() -> None:
    memory = after(a_memory(GROUP), Suspend("blue", ("AZRebalance",)))
    assert memory.reads.group is not None
    assert memory.reads.group.suspended == {"AZRebalance"}
    assert memory.outbox.acted == NOW
    for late, shown in ((REPEAT - 1, {"AZRebalance"}), (REPEAT + 1, set())):
        found = read(memory, NOW + late)
        assert found.reads.group is not None
        assert found.reads.group.suspended == shown
        assert found.reads.read == GROUP


def after_failures(
    error: RotatorError, times: int, command: Command = SetMaxSize("blue", 9)
) -> Memory:
    """The memory after so many failures in a row, each as soon as it is tried again."""
    memory = a_memory(GROUP)
    for number in range(times):
        memory = after(memory, command, NOW + 40 * number, error)
    return memory


@pytest.mark.parametrize(
    "error, pauses",
    [
        (UnreachableError("x"), [2, 4, 8, 16, 30, 30]),
        (RefusedError("x"), [5, 5, 8, 16, 30, 30]),
        (ThrottledError("x", retry_after=20), [20, 20, 20, 20, 30, 30]),
        (ThrottledError("x"), [2, 4, 8]),
    ],
)
def test_how_long_a_failed_command_waits(error: RotatorError, pauses: list[float]) -> None:
    for number, pause in enumerate(pauses, 1):
        (retry,) = after_failures(error, number).outbox.retries.values()
        assert (retry.times, retry.at) == (number, NOW + 40 * (number - 1) + pause)
    assert after_failures(error, 2000).outbox.retries, "however often"


@pytest.mark.parametrize(
    "error, most",
    [
        (RefusedError("x"), 3),
        (UnreachableError("x"), 15),
        (ThrottledError("x"), 15),
    ],
)
def test_when_a_command_is_given_up(error: RotatorError, most: int) -> None:
    found = []
    for times in (most - 1, most):
        ctx = a_context(GROUP)
        ctx.memory = after_failures(error, times, ProtectNew("blue", True))
        found.append(bool(failures.hopeless(ctx)))
    assert found == [False, True]


@pytest.mark.parametrize(("lasts", "given_up"), [(0, False), (59, False), (60, True)])
def test_what_is_not_let_in_is_given_up_after_a_minute(lasts: float, given_up: bool) -> None:
    ctx = a_context(GROUP, timers={"not let in SetMaxSize": NOW - lasts})
    ctx.note(retries=after_failures(ForbiddenError("x"), 1).outbox.retries)
    assert bool(failures.hopeless(ctx)) is given_up


def test_success_forgets_the_failures() -> None:
    command = SetMaxSize("blue", 9)
    assert not after(after_failures(RefusedError("x"), 5), command).outbox.retries


@pytest.mark.parametrize("error", [ConflictError("moved"), NotFoundError("gone")])
def test_a_write_to_a_node_that_changed_meanwhile_is_repeated_ever_later(
    error: RotatorError,
) -> None:
    ctx = a_context(GROUP)
    for times, given_up in ((14, False), (15, True)):
        ctx.memory = after_failures(error, times, CHANGE)
        failed = NOW + 40 * (times - 1)
        assert ctx.memory.outbox.retries[CHANGE] == Retry(times, failed + 30, error, failed)
        assert bool(failures.hopeless(ctx)) is given_up


def test_answers_to_evictions_are_the_drains_own() -> None:
    memory = a_memory(GROUP)
    assert after(memory, Evict("shop", "cart", "u"), error=RefusedError("x")) is memory


@pytest.mark.parametrize(
    "command, barred",
    [
        (CHANGE, True),
        (ChangeNode("x", "1", NodeChange(True)), False),
        (Terminate("i-w", True), True),
        (Terminate("i-x", True), False),
        (Suspend("blue", ("AZRebalance",)), False),
    ],
)
def test_whose_way_a_failing_command_bars(command: Command, barred: bool) -> None:
    ctx = a_context(GROUP, [a_node("w"), a_node("x")])
    ctx.note(
        retries=after_failures(ForbiddenError("no"), 1, command).outbox.retries,
        timers={f"not let in {type(command).__name__}": NOW - 60},
    )
    (member,) = (member for member in ctx.situation.members if member.id == "i-w")
    assert failures.barred(ctx, member) is barred
