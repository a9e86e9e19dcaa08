# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inbox of a real run: threads, signals, and the loss of the parent.

Its ports and feeds answer at once.
"""

from __future__ import annotations

import dataclasses
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    FailedError,
    RefusedError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    Broken,
    Feed,
    Listed,
    Message,
    Pause,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import Ports
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.inbox import (
    ThreadInbox,
    clock,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import Done, Stop

NODES = Feed("nodes")
PORTS = Ports(cloud=None, cluster=None)  # type: ignore[arg-type]
LONG = 20.0
"""Seconds after which a test that hears nothing has failed; none waits for it."""


@dataclasses.dataclass(frozen=True)
class Act:
    """A command that does as it is told."""

    name: str
    does: Callable[[Ports], Any] = dataclasses.field(compare=False)
    service: str = "aws"

    def apply(self, ports: Ports) -> Any:
        return self.does(ports)


def silent(feed: Feed) -> Iterator[Message | Pause | None]:
    """A feed that says nothing and has ended before it began."""
    yield Pause(LONG)


def heard(inbox: ThreadInbox, number: int = 1) -> list[Any]:
    """The next so many messages."""
    found: list[Any] = []
    while len(found) < number:
        more = inbox.wait(inbox.now() + LONG)
        assert more, "nothing was heard"
        found += more
    return found


def boom(ports: Ports) -> None:
    raise KeyError("nodes")


def refuse(ports: Ports) -> None:
    raise RefusedError("no")


def test_a_command_is_carried_out_on_the_ports_and_its_answer_told() -> None:
    with ThreadInbox(PORTS, silent) as inbox:
        act, before = Act("x", lambda ports: ports is PORTS), inbox.now()
        inbox.submit(act)
        (done,) = heard(inbox)
        assert isinstance(done, Done)
        assert done.command == act
        assert done.answer is True
        assert done.error is None
        assert before <= done.began <= done.ended <= inbox.now()


class Limited:
    """A port that notes until when it may send."""

    def __init__(self, at: float = 0.0) -> None:
        self.at = at

    def until(self, moment: float) -> Limited:
        return Limited(moment)


def test_a_command_is_carried_out_on_ports_that_know_until_when_it_may_be_sent() -> None:
    ports = Ports(Limited(), Limited())  # type: ignore[arg-type]
    with ThreadInbox(ports, silent) as inbox:
        inbox.submit(Act("x", lambda ports: (ports.cloud.at, ports.cluster.at)), 17.0)
        assert heard(inbox)[0].answer == (17.0, 17.0)


def test_the_clock_goes_on_while_the_machine_sleeps(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(time, "clock_gettime", lambda kind: asked.append(kind) or 5.0)
    assert clock() == 5.0
    assert asked == [getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)]


def test_a_refusal_is_told_as_it_is_and_a_defect_as_a_failure_that_names_the_command() -> None:
    with ThreadInbox(PORTS, silent) as inbox:
        inbox.submit(Act("refused", refuse))
        inbox.submit(Act("broken", boom))
        errors = {done.command.name: done.error for done in heard(inbox, 2)}
        assert isinstance(errors["refused"], RefusedError)
        assert isinstance(errors["broken"], FailedError)
        assert "Act broke: KeyError('nodes')" in str(errors["broken"])


def test_commands_run_beside_each_other() -> None:
    together = threading.Barrier(4)
    with ThreadInbox(PORTS, silent) as inbox:
        for number in range(4):
            inbox.submit(Act(str(number), lambda ports: together.wait(LONG)))
        assert len(heard(inbox, 4)) == 4
        assert not together.broken


def test_a_feed_is_pumped_while_it_is_followed_and_each_only_once() -> None:
    begun: list[Feed] = []

    def follow(feed: Feed) -> Iterator[Message | Pause | None]:
        begun.append(feed)
        yield None
        yield Listed(feed, ())
        yield Pause(LONG)

    with ThreadInbox(PORTS, follow) as inbox:
        inbox.follow(frozenset((NODES,)))
        assert heard(inbox) == [Listed(NODES, ())]
        inbox.follow(frozenset((NODES, Feed("pods"))))
        assert heard(inbox) == [Listed(Feed("pods"), ())]
        assert begun == [NODES, Feed("pods")]
        inbox.follow(frozenset())
        inbox.follow(frozenset((NODES,)))
        assert heard(inbox) == [Listed(NODES, ())]
        assert begun.count(NODES) == 2


def test_a_feed_that_is_left_says_no_more() -> None:
    gate, ended = threading.Event(), threading.Event()

    def follow(feed: Feed) -> Iterator[Message | Pause | None]:
        try:
            yield Listed(feed, ())
            gate.wait(LONG)
            yield Listed(feed, (1,))
        finally:
            ended.set()

    with ThreadInbox(PORTS, follow) as inbox:
        inbox.follow(frozenset((NODES,)))
        assert heard(inbox) == [Listed(NODES, ())]
        inbox.follow(frozenset())
        gate.set()
        assert ended.wait(LONG)
        assert inbox.wait(inbox.now()) == []


def test_a_defect_in_a_feed_does_not_silently_blind_the_run() -> None:
    def follow(feed: Feed) -> Iterator[Message | Pause | None]:
        yield None
        raise ZeroDivisionError("oh")

    with ThreadInbox(PORTS, follow) as inbox:
        inbox.follow(frozenset((NODES,)))
        (broken,) = heard(inbox)
        assert isinstance(broken, Broken)
        assert broken.feed == NODES
        assert "Watch of nodes broke: ZeroDivisionError" in str(broken.error)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_is_a_stop_that_names_it_and_the_old_handler_comes_back(
    number: signal.Signals,
) -> None:
    before = signal.getsignal(number)
    with ThreadInbox(PORTS, silent) as inbox:
        assert signal.getsignal(number) != before
        os.kill(os.getpid(), number)
        assert heard(inbox) == [Stop(f"signal {number.name}")]
    assert signal.getsignal(number) == before


def blocked() -> set[signal.Signals]:
    """The signals that the running thread leaves to others."""
    return {signal.Signals(number) for number in signal.pthread_sigmask(signal.SIG_BLOCK, ())}


def test_no_thread_but_the_main_one_takes_a_signal() -> None:
    ends, masks = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}, []

    def follow(feed: Feed) -> Iterator[Message | Pause | None]:
        masks.append(blocked())
        yield Listed(feed, ())
        yield Pause(LONG)

    with ThreadInbox(PORTS, follow) as inbox:
        inbox.follow(frozenset((NODES,)))
        inbox.submit(Act("x", lambda ports: masks.append(blocked())))
        heard(inbox, 2)
        assert len(masks) == 2
        assert all(mask >= ends for mask in masks)
        assert not blocked() & ends


def test_the_loss_of_the_parent_is_a_stop_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with ThreadInbox(PORTS, silent) as inbox:
        monkeypatch.setattr(os, "getppid", lambda: 1)
        assert heard(inbox) == [Stop("the loss of the process that started it")]
        assert inbox.wait(inbox.now()) == []


def test_whoever_gave_the_run_up_without_a_signal_is_asked() -> None:
    with ThreadInbox(PORTS, silent, abandoned=lambda: True) as inbox:
        assert heard(inbox) == [Stop("the loss of the process that started it")]


def test_waiting_ends_at_its_moment_at_the_latest_and_gives_all_there_is() -> None:
    with ThreadInbox(PORTS, silent) as inbox:
        assert inbox.wait(inbox.now() - 1) == []
        assert inbox.wait(inbox.now() + 0.001) == []
        done = threading.Barrier(3)
        for number in range(2):
            inbox.submit(Act(str(number), lambda ports: done.wait(LONG)))
        done.wait(LONG)
        assert len(heard(inbox, 2)) == 2
