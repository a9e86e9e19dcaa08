# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the only loop: observe, decide, perform, tell, wait.

`decide` is pure. Everything it wants to know of the past is in its memory, everything it may know
of the present in the View. A command's outcome is part of a later look; a command in flight is not
issued twice; a command that the request budget holds back is simply decided again at the next look.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping
from typing import Any, Generic, Protocol, TypeVar

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import Command
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RotatorError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.events import Event
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    Cache,
    Feed,
    Message,
    reduce,
    without,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.requests import RequestLimits

BLINK = 0.01
"""Seconds between two looks at least, unless something is heard."""
PASSED = 1.0
"""Seconds until a look at a moment that has passed. This look has seen it and nothing came of it,
so looking again at once would only keep the processor busy."""
M = TypeVar("M")
P = TypeVar("P")
R = TypeVar("R")


@dataclasses.dataclass(frozen=True)
class Done:
    """How a command ended: its answer or its error.

    `issued` and `ended` are seconds of the inbox's clock.
    """

    command: Command
    answer: Any
    error: RotatorError | None
    began: float
    ended: float


@dataclasses.dataclass(frozen=True)
class Stop:
    """A request to end. `reason` is for people: "signal SIGTERM"."""

    reason: str


@dataclasses.dataclass(frozen=True)
class View:
    """Everything observed at one look."""

    cache: Cache = Cache()
    done: tuple[Done, ...] = ()
    in_flight: frozenset[Command] = frozenset()
    stop: Stop | None = None


@dataclasses.dataclass(frozen=True)
class Step(Generic[M, R]):
    """What one look led to.

    `wake`: look again at this moment (seconds) even if nothing arrives. `result`: ends the loop
    unless it is None, after this step's commands have been issued and have come back.
    """

    memory: M
    commands: tuple[Command, ...] = ()
    events: tuple[Event, ...] = ()
    wake: float = math.inf
    feeds: frozenset[Feed] = frozenset()
    result: R | None = None
    not_after: Mapping[Command, float] = dataclasses.field(default_factory=dict)
    """Until when a command may be sent (the loop's clock); one that is not named: always."""


class Inbox(Protocol):
    """Where everything from outside arrives, and the only thing that waits.

    `submit` starts a command and later delivers its Done; one that would be sent after `not_after`
    is not sent, which its Done says with a LateError. `follow` starts and stops feeds so that
    exactly these run; `wait` returns what has arrived, at once if there is anything, at the latest
    at `until`.
    """

    def now(self) -> float: ...
    def submit(self, command: Command, not_after: float = math.inf) -> None: ...
    def follow(self, feeds: frozenset[Feed]) -> None: ...
    def wait(self, until: float) -> list[Message | Done | Stop]: ...


@dataclasses.dataclass
class Allowance:
    """A token bucket for requests: `rate` a second, at most `burst` at once.

    kubectl and client-go limit requests in the same way.
    """

    rate: float = RequestLimits.request_rate
    burst: float = RequestLimits.request_burst
    tokens: float = RequestLimits.request_burst
    at: float = 0.0

    @classmethod
    def of(cls, limits: RequestLimits, now: float) -> Allowance:
        """Return a full bucket of these limits."""
        return cls(limits.request_rate, limits.request_burst, limits.request_burst, now)

    def take(self, now: float) -> bool:
        """Take one request from the budget; return False if there is none left."""
        self.tokens = min(self.burst, self.tokens + max(0.0, now - self.at) * self.rate)
        self.at = now
        if (
            self.tokens < 1 - 1e-6
        ):  # rounding must not make `next_at` a moment at which it is still refused
            return False
        self.tokens -= 1
        return True

    @property
    def next_at(self) -> float:
        """Return when the next request may go."""
        return self.at + max(0.0, 1 - self.tokens) / self.rate


def wake_for(moment: float, now: float) -> float:
    """Return when to look again for a moment's sake, in seconds.

    That is the moment, at once for `now`, and after PASSED for what is past.
    """
    if moment < now:
        return now + PASSED
    return max(moment, now + BLINK)


def run(
    decide: Callable[[M, View, float, P], Step[M, R]],
    memory: M,
    policy: P,
    inbox: Inbox,
    tell: Callable[[Event, float], None],
    allowance: Allowance | None = None,
) -> R:
    """Loop until `decide` gives a result; return it."""
    allowance = allowance or Allowance(at=inbox.now())
    cache, stop, in_flight = Cache(), None, frozenset[Command]()
    heard: list[Message | Done | Stop] = []
    while True:
        done = tuple(entry for entry in heard if isinstance(entry, Done))
        stop = next((entry for entry in heard if isinstance(entry, Stop)), stop)
        cache = reduce(cache, (entry for entry in heard if not isinstance(entry, (Done, Stop))))
        in_flight -= {entry.command for entry in done}
        now = inbox.now()
        step = decide(memory, View(cache, done, in_flight, stop), now, policy)
        memory = step.memory
        for event in step.events:
            tell(event, now)
        inbox.follow(step.feeds)
        cache = without(cache, step.feeds)
        if step.result is not None and not in_flight:
            return step.result
        wake = math.inf
        if step.result is None:  # else what is asked for at every look would never let it end
            issued, wake = _issue(step, in_flight, inbox, allowance, now)
            in_flight |= issued
        heard = inbox.wait(min(step.wake, wake))


def _issue(
    step: Step[Any, Any],
    in_flight: frozenset[Command],
    inbox: Inbox,
    allowance: Allowance,
    now: float,
) -> tuple[frozenset[Command], float]:
    """Submit commands that are new and within the request budget.

    Returns the submitted commands, and when there is room for the rest.
    """
    issued: set[Command] = set()
    for command in step.commands:
        if command in in_flight or command in issued:
            continue
        if command.service == "kubernetes" and not allowance.take(now):
            return frozenset(issued), allowance.next_at
        inbox.submit(command, step.not_after.get(command, math.inf))
        issued.add(command)
    return frozenset(issued), math.inf
