# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Record what a drain is asked for, and what becomes of each of its nodes."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import (
    DrainMemory,
    NodeStatus,
)


@dataclasses.dataclass(frozen=True)
class OrderedNode:
    """One node of the order.

    `before`: whether it was cordoned when we first saw it, None if it did not exist. `ours`: an
    unfinished drain had cordoned it. `cordoned`: whether it is now. `status`: None until its drain
    begins. `error`: a write to it failed for good, or somebody undid it. `next_try`: no write
    before. `attempts`: writes that failed. `uid`: of the node that was meant. `version`: that our
    last write gave it. `lifted`: how often somebody has lifted its cordon.
    """

    name: str
    before: bool | None
    cordoned: bool
    ours: bool = False
    status: NodeStatus | None = None
    error: RotatorError | None = None
    next_try: float = -math.inf
    attempts: int = 0
    uid: str = ""
    version: str = ""
    lifted: int = 0

    @property
    def over(self) -> bool:
        """Return whether nothing more is to be drained here."""
        return (
            self.before is None
            or self.error is not None
            or (self.status is not None and self.status.final)
        )

    @property
    def good(self) -> bool:
        """Return whether it ended as asked."""
        return self.error is None and (
            self.status is None or self.status.phase in ("drained", "skipped")
        )


@dataclasses.dataclass(frozen=True)
class OrderMemory:
    """Memory of a run or a check. `nodes` is None until they have been read."""

    began: float | None = None
    nodes: Mapping[str, OrderedNode] | None = None
    drain: DrainMemory = dataclasses.field(default_factory=DrainMemory)


@dataclasses.dataclass(frozen=True)
class RunMemory(OrderMemory):
    """Memory of a whole run. `stop_at`: when a stopped run ends at the latest."""

    stop_at: float | None = None


@dataclasses.dataclass(frozen=True)
class RunResult:
    """How the run ended.

    `nodes`: in the order asked for. `error`: nothing could be begun. `stopped`: why it ended early.
    """

    nodes: tuple[OrderedNode, ...] = ()
    error: RotatorError | None = None
    stopped: str = ""
