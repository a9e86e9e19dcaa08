# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Share what the steps of one node's drain need at one look."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.coverage import (
    Budgets,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.filters import Fate
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import (
    DrainPolicy,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    OverdueError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import Cache
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.budgets import Candidate
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import (
    DrainMemory,
    DrainPhase,
    NodeMemory,
    NodeStatus,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.pods import (
    COMES_BACK,
    Entry,
    NodeLook,
    blockers,
    pod_statuses,
    reason,
)

LIVE_REASONS = 5
"""So many reasons are worded at each look while a drain goes on; at its end all are."""


@dataclasses.dataclass(frozen=True)
class NextStep:
    """One node at one look.

    Its memory, its status, the pods to remove, when to look again, and the feeds that it needs.
    """

    memory: NodeMemory
    status: NodeStatus
    candidates: tuple[Candidate, ...] = ()
    wake: float = math.inf
    kinds: frozenset[str] = frozenset()


class NodeDrain:
    """One node's drain at one look, for its steps."""

    def __init__(
        self,
        drain: DrainMemory,
        look: NodeLook,
        cache: Cache,
        budgets: Budgets,
        now: float,
        policy: DrainPolicy,
    ) -> None:
        self.drain, self.look, self.cache, self.budgets, self.now, self.policy = (
            drain,
            look,
            cache,
            budgets,
            now,
            policy,
        )
        self.memory = drain.nodes[look.name]
        self.left = look.of(Fate.REMOVE, Fate.AWAIT)
        self.deadline = self.memory.began + policy.timeout if policy.timeout else math.inf
        # The budgets in the way of each pod that is held back, by uid.
        self.blocking = {
            entry.memory.pod.uid: blockers(entry, budgets)
            for entry in self.left
            if entry.memory.held_since is not None
        }

    def status(
        self, phase: DrainPhase, reasons: Iterable[str] = (), error: RotatorError | None = None
    ) -> NodeStatus:
        gone = sum(1 for pod in self.memory.pods.values() if pod.gone_at is not None or pod.lost)
        blocked = sorted({name for names in self.blocking.values() for name in names})
        status = NodeStatus(
            phase,
            gone,
            gone + len(self.left),
            tuple(reasons),
            tuple(blocked),
            seconds=self.now - self.memory.began,
            error=error,
        )
        if not status.final:
            return status
        return dataclasses.replace(
            status, pods=pod_statuses(self.memory, self.look, self.budgets, self.now)
        )

    def end(
        self, phase: DrainPhase, reasons: Iterable[str] = (), error: RotatorError | None = None
    ) -> NextStep:
        if phase == "drained":
            left = self.look.of(Fate.LEAVE)
            returning = [entry for entry in left if COMES_BACK in entry.decision.why]
            reasons = (*reasons, *self.why(returning))
        status = self.status(phase, reasons, error)
        return NextStep(dataclasses.replace(self.memory, ended=status), status)

    def why(self, entries: Iterable[Entry]) -> tuple[str, ...]:
        return tuple(sorted(reason(entry, self.look, self.budgets, self.now) for entry in entries))

    def overdue(self, what: str, entries: Iterable[Entry]) -> NextStep:
        """Return the step after a time limit has passed, unless on_timeout goes on."""
        error = OverdueError(f"Node {self.look.name} is not drained: {what}")
        return self.end(
            "skipped" if self.policy.on_timeout == "skip" else "failed", self.why(entries), error
        )
