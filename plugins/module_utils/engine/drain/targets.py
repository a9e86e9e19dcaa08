# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a drain is asked for, and what becomes of each of its nodes."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import DrainPolicy
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import Feed
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import (
    DrainMemory,
    NodeStatus,
)


@dataclasses.dataclass(frozen=True)
class Order:
    """What is asked for. `state`: "drained", "cordoned" or "uncordoned"; `names` or a label
    `selector` say which nodes; `leave_cordoned`: what could not be drained stays cordoned."""

    state: str
    names: tuple[str, ...] = ()
    selector: str = ""
    policy: DrainPolicy = DrainPolicy()
    max_parallel: int = 1
    leave_cordoned: bool = False

    @property
    def feeds(self) -> frozenset[Feed]:
        """Where its nodes are seen."""
        if self.selector:
            return frozenset((Feed("nodes", labels=self.selector),))
        return frozenset(Feed("nodes", name) for name in self.names)


@dataclasses.dataclass(frozen=True)
class Target:
    """One node of the order. `before`: whether it was cordoned when we first saw it, None if it did
    not exist; `ours`: a drain that did not come to its end had cordoned it; `cordoned`: whether it
    is now; `status`: None until its drain begins; `error`: a write to it failed for good;
    `next_try`: no write before; `attempts`: writes that failed."""

    name: str
    before: bool | None
    cordoned: bool
    ours: bool = False
    status: NodeStatus | None = None
    error: RotatorError | None = None
    next_try: float = -math.inf
    attempts: int = 0

    @property
    def over(self) -> bool:
        """Whether nothing more is to be drained here."""
        return (
            self.before is None
            or self.error is not None
            or (self.status is not None and self.status.final)
        )

    @property
    def good(self) -> bool:
        """Whether it ended as asked."""
        return self.error is None and (
            self.status is None or self.status.phase in ("drained", "skipped")
        )


@dataclasses.dataclass(frozen=True)
class RunMemory:
    """The whole run. `targets` is None until the nodes have been read."""

    began: float | None = None
    targets: Mapping[str, Target] | None = None
    drain: DrainMemory = dataclasses.field(default_factory=DrainMemory)
    stop_at: float | None = None


@dataclasses.dataclass(frozen=True)
class RunResult:
    """How it ended: the nodes in the order asked for; `error` where nothing could be begun;
    `stopped` the reason when somebody ended it."""

    targets: tuple[Target, ...] = ()
    error: RotatorError | None = None
    stopped: str = ""
