# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An inbox over Leases in memory, on which every write takes a second."""

from __future__ import annotations

import dataclasses
import math

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    Command,
    ReadLease,
    WriteLease,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    Feed,
    Message,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import Done, Stop


@dataclasses.dataclass
class Leases:
    """engine.loop.Inbox.

    `found`: the Leases by name; `stop`: somebody wants us to end.
    """

    found: dict[str, Lease] = dataclasses.field(default_factory=dict)
    stop: bool = False
    time: float = 1000.0

    def __post_init__(self) -> None:
        self.heard: list[Message | Done | Stop] = []

    def now(self) -> float:
        """Seconds."""
        return self.time

    def submit(self, command: Command, not_after: float = math.inf) -> None:
        """Carry the command out at once."""
        answer: Lease | None = None
        if isinstance(command, ReadLease):
            answer = self.found.get(command.name)
        elif isinstance(command, WriteLease):
            version = str(int(command.lease.resource_version or 0) + 1)
            renewed = f"t{self.time}"
            answer = dataclasses.replace(command.lease, resource_version=version, renewed=renewed)
            self.found[answer.name] = answer
        self.heard.append(Done(command, answer, None, self.time, self.time + 1))

    def follow(self, feeds: frozenset[Feed]) -> None:
        """Follow nothing."""

    def wait(self, until: float) -> list[Message | Done | Stop]:
        """Jump to what has been answered, or to the moment that is waited for."""
        self.time = self.time + 1 if self.heard else max(self.time, until)
        heard, self.heard = self.heard, []
        if self.stop:
            heard.append(Stop("signal SIGTERM"))
        return heard
