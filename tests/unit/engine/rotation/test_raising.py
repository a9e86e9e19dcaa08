# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every raise is recorded first, fits the room, and is withdrawn if it fails."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    Command,
    ReadGroup,
    SetDesired,
    SetMaxSize,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Group
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.accounting import (
    Account,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Marks
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import (
    raising,
)
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
    RUNNING,
    a_context,
    a_policy,
    written,
)

OLD = tuple(an_instance(name) for name in "wxyz")


NODES = tuple(a_node(name) for name in "wxyz")


def raised(group: Group, surge: int, **more: Any) -> list[Command]:
    """Return what is issued, look after look.

    Each command succeeds and is shown by the next read.
    """
    issued: list[Command] = []
    ctx = a_context(group, NODES, policy=a_policy(surge), **more)
    for _look in range(8):
        raising.raise_desired(ctx)
        assert ctx.recorded or not ctx.commands, "an act before its record"
        issued += ctx.commands
        for command in ctx.commands:
            name, value = (
                ("desired", command.desired)
                if isinstance(command, SetDesired)
                else ("max_size", command.size)
            )  # type: ignore[attr-defined]
            group = dataclasses.replace(group, **{name: value})
        ctx = written(ctx)
        ctx.note(group=group, read=group)
    return issued


def test_desired_is_raised_after_the_maximum_and_both_after_their_record() -> None:
    assert raised(a_group(*OLD), 2) == [SetMaxSize("blue", 6), SetDesired("blue", 6)]
    assert raised(a_group(*OLD, max_size=9), 2) == [SetDesired("blue", 6)]
    first = a_context(a_group(*OLD), NODES, policy=a_policy(2))
    raising.raise_desired(first)
    assert first.commands == []
    assert first.journal.account == Account(4, 6, 4)
    assert first.journal.max_size == (4, 6)


@pytest.mark.parametrize(
    ("max_size", "recorded", "expected"),
    [
        pytest.param(4, None, (4, 6), id="the first raise"),
        pytest.param(5, (4, 5), (4, 5, 6), id="our own raise goes on"),
        pytest.param(5, (3, 4), (5, 6), id="somebody has set it since: theirs is put back"),
        pytest.param(4, (4, 5), (4, 5, 6), id="our raise is not seen yet"),
    ],
)
def test_the_maximum_that_is_put_back_is_the_last_that_was_not_ours(
    max_size: int, recorded: tuple[int, ...] | None, expected: tuple[int, ...]
) -> None:
    journal = dataclasses.replace(RUNNING, max_size=recorded)
    ctx = a_context(a_group(*OLD, max_size=max_size), NODES, journal, a_policy(2))
    raising.raise_desired(ctx)
    assert ctx.journal.max_size == expected


@pytest.mark.parametrize(
    "desired, surge, ours, skipped, expected",
    [
        (4, 1, 0, (), 5),
        (4, 9, 0, (), 8),  # no more than there are to replace
        (4, 9, 0, "wx", 6),  # and not for those that were given up
        (5, 1, 1, (), None),  # it is out already
        (
            6,
            2,
            1,
            (),
            7,
        ),  # base 5: somebody else has raised desired, and his instance is on its way
        (4, 0, 0, (), None),
    ],
)
def test_never_beyond_the_room(
    desired: int, surge: int, ours: int, skipped: str, expected: int | None
) -> None:
    marks = Marks(skipped=frozenset(f"i-{name}" for name in skipped))
    group = a_group(*OLD, desired=desired, max_size=99)
    issued = raised(group, surge, ours=ours, marks=marks) if surge else []
    assert issued == ([SetDesired("blue", expected)] if expected else [])


def test_nothing_is_raised_on_a_read_that_does_not_show_our_last_act() -> None:
    ctx = a_context(a_group(*OLD), NODES, acted=NOW + 1)
    raising.raise_desired(ctx)
    assert ctx.commands == []
    assert ctx.journal.account == Account(4, 4)


def test_nothing_is_raised_while_an_end_with_decrement_is_in_flight() -> None:
    journal = dataclasses.replace(RUNNING, decrements=("i-w",))
    ctx = a_context(a_group(*OLD), NODES, journal, a_policy(2))
    raising.raise_desired(ctx)
    assert ctx.commands == []
    assert ctx.journal.raise_from == -1


@pytest.mark.parametrize(
    "desired, commands",
    [
        (4, [SetDesired("blue", 6)]),
        (6, []),  # it has happened, in this run or one that died
        (7, []),  # somebody moved it: reads decide what becomes of it
        (5, []),
        (3, []),
    ],
)
def test_a_recorded_raise_is_carried_out_from_where_it_began_only(
    desired: int, commands: list[Command]
) -> None:
    journal = RUNNING.accounted(Account(4, 6, 4))
    ctx = a_context(a_group(*OLD, desired=desired, max_size=9), NODES, journal, a_policy(2))
    raising.raise_desired(ctx)
    assert (ctx.commands, ctx.journal.account) == (commands, Account(4, 6, 4))


@pytest.mark.parametrize("desired, waited, left", [(4, 20, None), (4, 19, 4), (5, 20, 4)])
def test_a_raise_is_withdrawn_when_reads_show_that_it_has_not_happened(
    desired: int, waited: float, left: int | None
) -> None:
    ctx = a_context(
        a_group(*OLD, desired=desired),
        NODES,
        RUNNING.accounted(Account(4, 6, 4)),
        timers={"raise withdrawn": NOW - waited},
    )
    raising.drop_raise(ctx)
    assert ctx.journal.account.raise_from == left


def test_desired_is_set_only_on_a_recent_read() -> None:
    ctx = a_context(
        a_group(*OLD, max_size=9),
        NODES,
        RUNNING.accounted(Account(4, 5, 4)),
        read_began=NOW - 6,
    )
    raising.raise_desired(ctx)
    assert ctx.commands == [ReadGroup("blue")]


class TestARaiseThatIsWrittenBack:
    """Whoever undoes it again and again is not fought, and the run ends."""

    POLICY = dataclasses.replace(a_policy(2), boot_timeout=100)
    RAISED = RUNNING.accounted(Account(4, 6, 4))

    def look(self, waited: float, **more: Any) -> RotationContext:
        """A look at a raise that was begun so long ago."""
        ctx = a_context(
            a_group(*OLD, max_size=9),
            NODES,
            more.pop("journal", self.RAISED),
            self.POLICY,
            timers={raising.RAISE: NOW - waited},
            **more,
        )
        raising.raise_desired(ctx)
        return ctx

    @pytest.mark.parametrize(("waited", "mode"), [(99, "rotate"), (100, "settle"), (900, "settle")])
    def test_settles_the_run_after_boot_timeout(self, waited: float, mode: str) -> None:
        ctx = self.look(waited)
        assert ctx.memory.mode == mode
        assert ctx.commands == ([SetDesired("blue", 6)] if mode == "rotate" else [])

    def test_is_told_with_what_was_wanted_and_what_is(self) -> None:
        assert str(self.look(100).memory.report.problem) == (
            "Desired of Auto Scaling group blue was to be set to 6 and is still 4 after 100 s."
            " See who writes it back; its scaling activities may say"
        )

    def test_counts_from_its_first_attempt(self) -> None:
        ctx = a_context(a_group(*OLD, max_size=9), NODES, self.RAISED, self.POLICY)
        raising.raise_desired(ctx)
        assert ctx.memory.timers[raising.RAISE] == NOW
        assert ctx.wake == NOW + 100

    def test_begins_anew_with_the_next_raise(self) -> None:
        ctx = self.look(900, journal=RUNNING)
        assert raising.RAISE not in ctx.memory.timers
        assert ctx.memory.mode == "rotate"
