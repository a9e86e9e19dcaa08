# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The loop and its request budget, on an inbox that is a script."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    Command,
    ReadGroup,
    ReadLease,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.events import Event
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    Feed,
    Listed,
    Message,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import (
    Allowance,
    Done,
    Step,
    Stop,
    View,
    run,
    wake_for,
)

NODES, PODS = Feed("nodes"), Feed("pods", "a")


@dataclasses.dataclass
class Script:
    """An inbox in which every command answers "ok" at the wait after next.

    `slow` answers later; `say` speaks at the n-th wait.
    """

    say: dict[int, list[Message | Done | Stop]] = dataclasses.field(default_factory=dict)
    slow: int = 0
    time: float = 0.0
    submitted: list[Command] = dataclasses.field(default_factory=list)
    limits: list[float] = dataclasses.field(default_factory=list)
    followed: list[frozenset[Feed]] = dataclasses.field(default_factory=list)
    waits: list[float] = dataclasses.field(default_factory=list)
    due: list[tuple[int, Command]] = dataclasses.field(default_factory=list)

    def now(self) -> float:
        return self.time

    def submit(self, command: Command, not_after: float = math.inf) -> None:
        self.submitted.append(command)
        self.limits.append(not_after)
        self.due.append((len(self.waits) + self.slow, command))

    def follow(self, feeds: frozenset[Feed]) -> None:
        self.followed.append(feeds)

    def wait(self, until: float) -> list[Message | Done | Stop]:
        number = len(self.waits)
        self.waits.append(until)
        heard = list(self.say.get(number, ()))
        heard += [
            Done(command, "ok", None, 0.0, self.time) for at, command in self.due if at == number
        ]
        self.time = self.time + 0.1 if heard else max(self.time, min(until, self.time + 60))
        return heard


def looks(
    inbox: Script,
    *steps: Callable[[View, float], Step[int, Any]],
    allowance: Allowance | None = None,
) -> tuple[Any, list[View], list[Event]]:
    """Run with one step a look, the last one again and again.

    Returns the result, what each look saw, and what was told.
    """
    seen: list[View] = []
    told: list[Event] = []

    def decide(memory: int, view: View, now: float, policy: str) -> Step[int, Any]:
        assert policy == "policy"
        assert memory == len(seen)
        seen.append(view)
        step = steps[min(memory, len(steps) - 1)](view, now)
        return dataclasses.replace(step, memory=memory + 1)

    return (
        run(decide, 0, "policy", inbox, lambda event, now: told.append(event), allowance),
        seen,
        told,
    )


def step(*commands: Command, **more: Any) -> Callable[[View, float], Step[int, Any]]:
    """A step that does not depend on what is seen."""
    return lambda view, now: Step(0, commands, **more)


READ, LEASE = ReadGroup("blue"), ReadLease("lease")


def test_a_command_in_flight_is_not_issued_twice_and_may_be_again_when_it_is_back() -> None:
    inbox = Script(say={0: [Listed(NODES, ())], 1: [Listed(NODES, ())]}, slow=2)
    result, seen, _told = looks(
        inbox, step(READ, READ), step(READ), step(READ), step(READ), step(result="end")
    )
    assert result == "end"
    assert inbox.submitted == [READ, READ]
    assert [READ in view.in_flight for view in seen[:4]] == [False, True, True, False]
    assert [done.command for done in seen[3].done] == [READ]
    assert seen[2].done == ()


def test_the_same_read_for_other_instances_is_the_same_command() -> None:
    inbox = Script(slow=1, say={0: [Listed(NODES, ())]})
    looks(
        inbox,
        step(ReadGroup("blue", ("i-1",))),
        step(ReadGroup("blue", ("i-2",))),
        step(result="end"),
    )
    assert inbox.submitted == [READ]


def test_the_budget_holds_back_and_what_is_held_back_is_decided_again() -> None:
    inbox, commands = Script(), [ReadLease(str(number)) for number in range(4)]

    def ask(view: View, now: float) -> Step[int, Any]:
        left = tuple(command for command in commands if command not in inbox.submitted)
        return Step(0, left, result=None if left else "end")

    looks(inbox, ask, allowance=Allowance(rate=1.0, burst=2.0, tokens=2.0))
    assert inbox.submitted == commands
    assert inbox.waits[0] == pytest.approx(1.0)
    assert inbox.time >= 2.0


def test_the_budget_of_the_api_server_is_not_spent_on_aws() -> None:
    inbox = Script()
    looks(
        inbox,
        step(READ, ReadGroup("green")),
        step(result="end"),
        allowance=Allowance(tokens=0.0, rate=0.001),
    )
    assert len(inbox.submitted) == 2


def test_a_command_is_handed_over_with_the_moment_until_which_it_may_be_sent() -> None:
    inbox = Script()
    looks(inbox, step(READ, LEASE, not_after={LEASE: 17.0}), step(result="end"))
    assert inbox.limits == [math.inf, 17.0]


def test_a_result_waits_for_what_is_in_flight() -> None:
    inbox = Script(slow=2, say={0: [Listed(NODES, ())], 1: [Listed(NODES, ())]})
    result, seen, _told = looks(inbox, step(READ), step(result="early"), step(result="late"))
    assert result == "late"
    assert len(seen) == 4
    assert seen[-1].done[0].answer == "ok"


def test_with_a_result_nothing_more_is_issued() -> None:
    """Where each look issues something the end would never come."""
    inbox = Script(slow=1, say={0: [Listed(NODES, ())]})
    result, seen, _told = looks(inbox, step(READ), step(LEASE, result="end"))
    assert result == "end"
    assert len(seen) == 3
    assert inbox.submitted == [READ]


def test_feeds_are_followed_as_each_step_says_and_forgotten_when_they_are_left_out() -> None:
    node = Node("a", "uid", "1")
    inbox = Script(say={0: [Listed(NODES, (node,)), Listed(PODS, ())], 1: [Listed(NODES, ())]})
    both, one = frozenset((NODES, PODS)), frozenset((NODES,))
    _result, seen, _told = looks(
        inbox, step(feeds=both), step(feeds=one), step(feeds=one, result="end")
    )
    assert inbox.followed == [both, one, one]
    assert seen[1].cache.synced(NODES, PODS)
    assert seen[1].cache.items(NODES) == {"uid": node}
    assert seen[2].cache.synced(NODES)
    assert not seen[2].cache.synced(PODS)


def test_events_are_told_in_their_order_before_anything_is_waited_for() -> None:
    events = [Event("one", "a"), Event("two", "b")]
    _result, _seen, told = looks(
        Script(), step(events=tuple(events)), step(events=(Event("three", "c"),), result="end")
    )
    assert told == [*events, Event("three", "c")]


def test_the_loop_waits_until_the_moment_that_was_asked_for() -> None:
    inbox = Script()
    looks(inbox, step(wake=17.0), step(wake=40.0), step(result="end"))
    assert inbox.waits == [17.0, 40.0]


@pytest.mark.parametrize(
    ("moment", "expected"),
    [(130.0, 130.0), (100.001, 100.01), (100.0, 100.01), (99.999, 101.0), (40.0, 101.0)],
)
def test_a_moment_that_has_passed_is_not_looked_at_again_at_once(
    moment: float, expected: float
) -> None:
    assert wake_for(moment, 100.0) == pytest.approx(expected)


def test_a_stop_is_seen_at_every_later_look() -> None:
    inbox = Script(say={0: [Stop("signal SIGTERM")], 1: [Listed(NODES, ())]})
    _result, seen, _told = looks(inbox, step(), step(), step(result="end"))
    assert [view.stop for view in seen] == [None, Stop("signal SIGTERM"), Stop("signal SIGTERM")]


@pytest.mark.parametrize(
    "rate, burst, moments, granted",
    [(1.0, 2.0, [0, 0, 0, 1, 1, 5, 5, 5], 5), (50.0, 1.0, [0, 0.01, 0.02, 0.02, 0.04], 3)],
)
def test_the_allowance_is_a_bucket(
    rate: float, burst: float, moments: list[float], granted: int
) -> None:
    allowance = Allowance(rate, burst, burst)
    assert sum(allowance.take(moment) for moment in moments) == granted


@pytest.mark.parametrize("rate", [0.3, 1.0, 7.0, 50.0])
def test_at_the_moment_that_the_allowance_names_it_grants(rate: float) -> None:
    allowance = Allowance(rate, 3.0, 3.0, at=1e6)
    now = 1e6
    for _request in range(200):
        if not allowance.take(now):
            assert allowance.next_at > now
            now = allowance.next_at
            assert allowance.take(now)
    assert now - 1e6 == pytest.approx(197 / rate, rel=0.02)


def test_a_clock_that_stands_or_goes_back_gives_nothing() -> None:
    allowance = Allowance(1.0, 1.0, 1.0, at=10.0)
    assert [allowance.take(moment) for moment in (10.0, 9.0, 9.5)] == [True, False, False]
