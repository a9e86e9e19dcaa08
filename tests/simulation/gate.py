# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Let every call from outside in: counted, faulted, judged, let through.

Both faces (AWS and Kubernetes) pass each call here before they do anything, so that one place knows
how often what was asked, which fault the scenario has planned for it, and which guard it would
break.
"""

from __future__ import annotations

import collections
import dataclasses
import fnmatch
from collections.abc import Callable, Mapping
from typing import Any

READS = ("Describe", "Get", "List", "Batch", "get ", "list ", "watch ")
"""How operations begin that change nothing."""
REVIEWS = "reviews"
"""How those end that are created and not kept."""


@dataclasses.dataclass(frozen=True)
class Call:
    """One request.

    `service` is an AWS service ("autoscaling") or "kubernetes"; `operation` an AWS operation
    ("SetDesiredCapacity") or verb and resource ("create pods/eviction"); `params` the AWS
    parameters or, for Kubernetes, {"namespace", "name", "query", "body"}; `actor` the caller's
    identity where the face knows it.
    """

    service: str
    operation: str
    params: Mapping[str, Any]
    actor: str = ""

    @property
    def name(self) -> str:
        """Service and operation in one word, as the counters and fault plans name it."""
        return f"{self.service}:{self.operation}"


@dataclasses.dataclass
class Fault:
    """A planned failure.

    Calls whose name matches `match` (a glob such as "autoscaling:Set*") fail `times` times (-1:
    always) after `skip` calls went through, with `code` ("Throttling"; for Kubernetes an HTTP
    status such as "503") and `message`. `applied` true: the call takes effect all the same and only
    its answer is lost. `where` narrows by parameters. `until`: seconds of the world's clock after
    which the fault is over.
    """

    match: str
    code: str
    message: str = "injected fault"
    times: int = 1
    skip: int = 0
    applied: bool = False
    where: Callable[[Call], bool] | None = None
    until: float | None = None
    retry_after: int | None = None

    def takes(self, call: Call, now: float) -> bool:
        """Return whether this call fails; count down what it uses up."""
        if self.times == 0 or not fnmatch.fnmatchcase(call.name, self.match):
            return False
        if (self.until is not None and now > self.until) or (self.where and not self.where(call)):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        self.times -= 1 if self.times > 0 else 0
        return True


@dataclasses.dataclass
class Death:
    """A caller dies, and none of its calls is answered any more.

    `who`: its names. It dies before its write number `at` (from 0), or before the first whose name
    matches `before` (a glob). `writes`: names of those that went through.
    """

    who: tuple[str, ...]
    at: int | None = None
    before: str = ""
    writes: list[str] = dataclasses.field(default_factory=list)
    dead: bool = False

    def takes(self, call: Call) -> bool:
        """Return whether this call comes from the dead."""
        if call.actor not in self.who:
            return False
        if not self.dead and is_write(call):
            named = bool(self.before) and fnmatch.fnmatchcase(call.name, self.before)
            self.dead = named or len(self.writes) == self.at
            self.writes += [] if self.dead else [call.name]
        return self.dead


def is_write(call: Call) -> bool:
    """Return whether a call changes something."""
    reads = call.operation.startswith(READS) or call.operation.endswith(REVIEWS)
    dry = call.params.get("DryRun") or (call.params.get("query") or {}).get("dryRun")
    return not (reads or dry or call.service == "sts")


class Gate:
    """Counts, faults and judges calls.

    `judges` are told each call before it takes effect; they record breaches and never change the
    answer: the World obeys a bad command as the real services would. `uncounted`: actors that are
    parts of the cloud.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.calls: collections.Counter[str] = collections.Counter()
        self.uncounted: set[str] = set()
        self.faults: list[Fault] = []
        self.deaths: list[Death] = []
        self.judges: list[Callable[[Call], None]] = []

    def admit(self, call: Call) -> Fault | None:
        """Count the call; return the fault that it meets, or None.

        A call that takes effect is judged.
        """
        self.calls[call.name] += call.actor not in self.uncounted
        if any(death.takes(call) for death in self.deaths):
            return Fault(call.name, "0" if call.service == "kubernetes" else "ConnectionClosed")
        fault = next((f for f in self.faults if f.takes(call, self._clock())), None)
        if fault is None or fault.applied:
            for judge in self.judges:
                judge(call)
        return fault
