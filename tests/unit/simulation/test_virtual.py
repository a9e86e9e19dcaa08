# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inbox of simulated runs jumps, tells in order, kills and stops on time."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import ThrottledError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    Changed,
    Feed,
    Listed,
    Message,
    Pause,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import Ports
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import Done, Stop
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.virtual import (
    LATENCY,
    Killed,
    VirtualInbox,
)

NODES, PODS = Feed("nodes"), Feed("pods")
PORTS = Ports(cloud=None, cluster=None)  # type: ignore[arg-type]


@dataclasses.dataclass(frozen=True)
class Act:
    """A command that notes when it is carried out."""

    seen: Any
    fails: bool = False
    service = "autoscaling"

    def __hash__(self) -> int:
        return id(self.seen)

    def apply(self, ports: Any) -> str:
        self.seen.append(ports)
        if self.fails:
            raise ThrottledError("Rate exceeded")
        return "done"


def an_inbox(kernel: Kernel, feeds: Any = None, **options: Any) -> VirtualInbox:
    return VirtualInbox(kernel, PORTS, feeds or (lambda feed: iter(())), **options)


def test_waiting_for_nothing_jumps_to_the_end() -> None:
    kernel = Kernel()
    assert an_inbox(kernel).wait(5000.0) == []
    assert kernel.now == 5000


@pytest.mark.parametrize("fails", [False, True])
def test_a_command_takes_its_latency(fails: bool) -> None:
    kernel, seen = Kernel(), list[Any]()
    inbox, act = an_inbox(kernel), Act(seen, fails)
    inbox.submit(act)
    assert seen == []
    (done,) = inbox.wait(100.0)
    assert isinstance(done, Done)
    assert done.command is act
    assert seen == [PORTS]
    assert (done.began, done.ended, kernel.now) == (0.0, LATENCY, LATENCY)
    assert (done.answer, type(done.error)) == (
        (None, ThrottledError) if fails else ("done", type(None))
    )


class Limited:
    """Ports that note until when they may send."""

    def until(self, moment: float) -> tuple[str, float]:
        return "until", moment


def test_what_was_issued_before_the_process_slept_is_sent_when_it_wakes() -> None:
    kernel, seen = Kernel(), list[Any]()
    inbox = an_inbox(kernel)
    inbox.ports = Limited()  # type: ignore[assignment]
    inbox.pause_at(0.0, 60.0)
    kernel.advance(0.0)
    inbox.submit(Act(seen), 20.0)
    (done,) = inbox.wait(100.0)
    assert isinstance(done, Done)
    assert done.ended == kernel.now == 60 + LATENCY / 2
    assert seen == [("until", 20.0)]


def test_a_run_is_killed_before_the_command_that_was_named() -> None:
    inbox, seen = an_inbox(Kernel(), kill_at_command=1), list[Any]()
    inbox.submit(Act(seen))
    with pytest.raises(Killed):
        inbox.submit(Act(seen))
    assert len(inbox.commands) == 1


@pytest.mark.parametrize("how", ["sent", "answered"])
def test_a_run_is_killed_when_its_request_has_taken_effect(how: str) -> None:
    kernel, seen = Kernel(), list[Any]()
    inbox = an_inbox(kernel)
    inbox.interrupt(1, how)
    inbox.submit(Act(seen))
    inbox.submit(Act(seen))
    with pytest.raises(Killed) as killed:
        while True:
            inbox.wait(100.0)
    assert len(seen) == 2
    assert killed.value.inbox is inbox
    assert kernel.now == (LATENCY / 2 if how == "sent" else LATENCY)


def test_a_run_is_told_to_stop_at_a_command() -> None:
    inbox, seen = an_inbox(Kernel()), list[Any]()
    inbox.interrupt(0, "signal")
    inbox.submit(Act(seen))
    assert inbox.wait(100.0) == [Stop("signal SIGTERM")]


def test_somebody_stops_the_run() -> None:
    kernel = Kernel()
    inbox = an_inbox(kernel)
    inbox.stop_at(40.0, "signal SIGINT")
    assert inbox.wait(100.0) == [Stop("signal SIGINT")]
    assert kernel.now == 40


def test_a_run_that_never_ends_is_not_waited_for() -> None:
    inbox = an_inbox(Kernel(), past=1000.0)
    with pytest.raises(TimeoutError):
        inbox.wait(1001.0)


def heartbeat(kernel: Kernel, feed: Feed) -> Iterator[Message | Pause | None]:
    """A list at once, then a change every ten seconds, each after a pause."""
    yield Listed(feed, ())
    while True:
        yield Pause(10.0)
        yield Changed(feed, kernel.now)


def test_feeds_are_read_as_soon_as_they_have_something() -> None:
    kernel = Kernel()
    inbox = an_inbox(kernel, lambda feed: heartbeat(kernel, feed))
    inbox.follow(frozenset({NODES}))
    assert inbox.wait(100.0) == [Listed(NODES, ())]
    assert kernel.now == 0
    assert inbox.wait(100.0) == [Changed(NODES, 10.0)]
    assert inbox.wait(15.0) == []
    assert kernel.now == 15


def test_a_feed_begins_when_it_is_followed_and_ends_when_it_is_not() -> None:
    kernel = Kernel()
    inbox = an_inbox(kernel, lambda feed: heartbeat(kernel, feed))
    inbox.follow(frozenset({NODES, PODS}))
    assert [type(message) for message in inbox.wait(100.0)] == [Listed, Listed]
    inbox.follow(frozenset({PODS}))
    assert inbox.wait(100.0) == [Changed(PODS, 10.0)]


def test_what_the_world_does_meanwhile_happens_in_its_order() -> None:
    kernel, seen = Kernel(), list[Any]()
    inbox = an_inbox(kernel)
    for at in (1.0, 2.0, 30.0):
        kernel.after(at, lambda: seen.append(kernel.now))
    inbox.wait(10.0)
    assert seen == [1.0, 2.0]
    assert kernel.now == 10
