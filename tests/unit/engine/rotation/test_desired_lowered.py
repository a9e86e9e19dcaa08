# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody lowers desired: what was a raise of ours, and who may be ending."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    Command,
    ReadGroup,
    SetDesired,
    Terminate,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ConflictError,
    RotatorError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Group
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.accounting import (
    Account,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import Done, View
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import raising
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.guard import (
    LOOKS_WELL,
    forbids,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import Memory
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.outcomes import learn
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
    a_policy,
)

GROUP = a_group(*(an_instance(name) for name in "wxyz"), max_size=9)
RAISED = RUNNING.accounted(Account(4, 6, 4))
"""Four nodes, and a raise by two that is recorded."""
SET = SetDesired("blue", 6)


def heard(memory: Memory, *outcomes: tuple[Command, Any, RotatorError | None, float]) -> Memory:
    """The memory after looks with one outcome each: command, answer, error and when."""
    for command, answer, error, at in outcomes:
        memory = learn(memory, View(done=(Done(command, answer, error, at, at),)), at)
    return memory


def shown(at: float, size: int, group: Group = GROUP) -> tuple[Command, Any, None, float]:
    """A read at that moment."""
    return (ReadGroup("blue"), dataclasses.replace(group, desired=size), None, at)


class TestARaiseThatNoReadShows:
    @pytest.mark.parametrize(
        ("error", "expected"),
        [
            pytest.param(None, Account(4, 4), id="answered well: somebody took it back"),
            pytest.param(UnreachableError("lost"), Account(4, 6, 4), id="not done, as it seems"),
            pytest.param(ConflictError("busy"), Account(4, 6, 4), id="refused for now"),
        ],
    )
    def test_was_taken_back_by_somebody_if_its_call_was_answered_well(
        self, error: RotatorError | None, expected: Account
    ) -> None:
        memory = heard(a_memory(GROUP, RAISED), (SET, None, error, NOW))
        memory = heard(memory, shown(NOW + 25, 4), shown(NOW + 36, 4))
        assert memory.journal.account == expected

    def test_above_the_base_is_the_size_that_somebody_wants(self) -> None:
        """Our surge of one was there already when we raised by one more."""
        start = RUNNING.accounted(Account(4, 6, 5))
        memory = heard(a_memory(GROUP, start), (SET, None, None, NOW))
        memory = heard(memory, shown(NOW + 25, 5), shown(NOW + 36, 5))
        assert memory.journal.account == Account(5, 5)
        (told,) = memory.reads.foreign
        assert (told.before, told.after, told.base) == (6, 5, 5)

    def test_may_still_be_on_its_way_for_twenty_seconds(self) -> None:
        memory = heard(a_memory(GROUP, RAISED), (SET, None, None, NOW))
        memory = heard(memory, shown(NOW + 5, 4), shown(NOW + 19, 4))
        assert memory.journal.account == Account(4, 6, 4)
        assert memory.reads.doubt is None

    @pytest.mark.parametrize(("answered", "sent"), [(True, False), (False, True)])
    def test_is_not_sent_again_once_it_was_answered_well(self, answered: bool, sent: bool) -> None:
        ctx = a_context(GROUP, journal=RAISED, policy=a_policy(2), raise_answered=answered)
        raising.raise_desired(ctx)
        assert (SET in ctx.commands) is sent

    def test_of_another_raise_says_nothing(self) -> None:
        nodes = [a_node(name) for name in "wxyz"]
        ctx = a_context(GROUP, nodes, policy=a_policy(2), raise_answered=True)
        raising.raise_desired(ctx)
        assert ctx.journal.raise_from == 4
        assert ctx.memory.reads.raise_answered is False

    @pytest.mark.parametrize(("answered", "dropped"), [(False, True), (True, False)])
    def test_is_withdrawn_only_if_it_was_not_answered(self, answered: bool, dropped: bool) -> None:
        timers = {"raise withdrawn": NOW - 20, "raise in doubt": NOW - 20}
        ctx = a_context(GROUP, journal=RAISED, timers=timers, raise_answered=answered)
        raising.drop_raise(ctx)
        assert (ctx.journal.account.raise_from is None) is dropped


class TestWhoLowersIt:
    SURGE = RUNNING.accounted(Account(3, 4))

    @pytest.mark.parametrize(
        ("gone", "ending"),
        [pytest.param(0, 1, id="nobody is seen to end"), pytest.param(1, 0, id="one is")],
    )
    def test_may_be_ending_instances_that_still_look_well(self, gone: int, ending: int) -> None:
        fewer = dataclasses.replace(GROUP, instances=GROUP.instances[: 4 - gone])
        memory = heard(a_memory(GROUP, self.SURGE), shown(NOW + 1, 3, fewer))
        memory = heard(memory, shown(NOW + 12, 3, fewer))
        assert memory.reads.lowered == (ending, NOW + 12)

    @pytest.mark.parametrize(
        ("lowered", "lost", "no"),
        [
            pytest.param((0, NOW), frozenset(), False, id="nobody"),
            pytest.param((1, NOW), frozenset(), True, id="one, just now"),
            pytest.param((1, NOW - LOOKS_WELL + 0.1), frozenset(), True, id="one, a while ago"),
            pytest.param((1, NOW - LOOKS_WELL), frozenset(), False, id="one, long ago"),
            pytest.param((1, NOW), frozenset(("i-v",)), False, id="its end is seen by now"),
            pytest.param((-1, NOW), frozenset(), False, id="somebody raised it"),
        ],
    )
    def test_keeps_us_from_taking_another_until_reads_show_which(
        self, lowered: tuple[int, float], lost: frozenset[str], no: bool
    ) -> None:
        nodes = [a_node(name) for name in "wxyz"]
        journal = RUNNING.accounted(Account(3, 4))
        ctx = a_context(GROUP, nodes, journal=journal, lowered=lowered, lost=lost)
        assert bool(forbids(ctx, (), Terminate("i-w", False))) is no
