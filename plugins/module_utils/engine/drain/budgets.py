# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Choose which pods to evict now, by what their budgets allow."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Literal

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    Command,
    DeletePod,
    Evict,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.coverage import (
    Budgets,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.eviction import (
    Ruling,
    Verdict,
    covering,
    rule,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import DrainPolicy
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Budget, Pod
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import (
    DrainMemory,
    PodMemory,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import View

UNSEEN_FOR = 1.0
"""Seconds after which an admitted eviction counts as shown by its budget's status, whatever was
seen of it. The server writes the status before it answers, so this bridges no more than the way of
a watch event."""
BUDGET_REFUSALS = frozenset((Verdict.BUDGET, Verdict.LAGGING, Verdict.CROWDED))


Removal = Literal["evict", "delete", "force"]
"""How a pod is removed: "delete" does not ask its budgets, "force" has a grace of 0 as well."""


@dataclasses.dataclass(frozen=True)
class Candidate:
    """A pod to remove.

    `mode`: "evict", "delete" (without asking its budgets) or "force" (grace 0 as well).
    """

    pod: PodMemory
    mode: Removal = "evict"


@dataclasses.dataclass
class Allotment:
    """Requests to send now, since when other pods are held back, when to look again."""

    commands: tuple[Command, ...] = ()
    held: dict[str, float] = dataclasses.field(default_factory=dict)
    wake: float = math.inf


class EvictionRound:
    """One look's allotment while it is being made."""

    def __init__(
        self, memory: DrainMemory, view: View, budgets: Budgets, now: float, policy: DrainPolicy
    ) -> None:
        self.memory, self.budgets, self.now, self.policy = memory, budgets, now, policy
        asked = {c.uid for c in view.in_flight if isinstance(c, Evict) and not c.dry_run}
        everybody = (
            (pod for node in memory.nodes.values() for pod in node.pods.values()) if asked else ()
        )
        flying = [pod for pod in everybody if pod.pod.uid in asked]
        self.spent, self.unsure_until = _spent(memory, budgets, flying, now)
        self.probed = {
            b.id for pod in flying if pod.held_since is not None for b in self.covering(pod.pod)
        }
        self.result = Allotment()

    def covering(self, pod: Pod) -> tuple[Budget, ...]:
        return covering(pod, self.budgets.near(pod))

    def later(self, at: float) -> None:
        self.result.wake = min(self.result.wake, at)

    def ask(self, candidate: Candidate) -> None:
        pod = candidate.pod.pod
        grace = 0 if candidate.mode == "force" else self.policy.grace(pod.grace_period)
        kind = Evict if candidate.mode == "evict" else DeletePod
        self.result.commands += (kind(pod.namespace, pod.name, pod.uid, grace),)

    def consider(self, candidate: Candidate) -> None:
        pod = candidate.pod
        if candidate.mode != "evict":
            # A refused eviction does not make a deletion wait; an error that a deletion met does.
            due = pod.next_try if pod.answer is None else -math.inf
            if self.now >= due:
                self.ask(candidate)
            else:
                self.later(due)
            return
        if self.now < pod.next_try and not self._budget_moved(pod):
            self.later(pod.next_try)
            return
        ruling = rule(pod.pod, self.budgets.near(pod.pod), self.spent)
        if not ruling.admitted:
            self._hold(candidate, ruling)
            return
        if ruling.counts:
            budget = ruling.budgets[0].id
            self.spent[budget] = self.spent.get(budget, 0) + 1
        self.ask(candidate)

    def _budget_moved(self, pod: PodMemory) -> bool:
        """Return whether a budget that refused the pod has changed since."""
        if pod.answer is None or pod.answer.verdict not in BUDGET_REFUSALS:
            return False
        known = (self.memory.budgets.get(budget.id) for budget in self.covering(pod.pod))
        return any(entry is not None and entry.changed_at > pod.refused_at for entry in known)

    def _hold(self, candidate: Candidate, ruling: Ruling) -> None:
        pod, ids = candidate.pod, {budget.id for budget in ruling.budgets}
        since = self.now if pod.held_since is None else pod.held_since
        self.result.held[pod.pod.uid] = since
        progress = (
            self.memory.budgets[name].admitted_at for name in ids if name in self.memory.budgets
        )
        due = max(since, pod.refused_at, *progress) + self.policy.retry
        self.later(self.unsure_until)
        if self.now < due:
            self.later(due)
        elif not ids & self.probed:
            self.probed |= ids
            self.ask(candidate)


def allot(
    memory: DrainMemory,
    candidates: Sequence[Candidate],
    view: View,
    budgets: Budgets,
    now: float,
    policy: DrainPolicy,
) -> Allotment:
    """Return what to request now, in the order of the candidates."""
    if not candidates:
        return Allotment()
    if now < memory.paused_until:
        return Allotment(wake=memory.paused_until)
    current = EvictionRound(memory, view, budgets, now, policy)
    for candidate in candidates:
        current.consider(candidate)
    return current.result


def _spent(
    memory: DrainMemory, budgets: Budgets, flying: Sequence[PodMemory], now: float
) -> tuple[dict[str, int], float]:
    """Return the evictions by budget that its status does not show yet.

    These were admitted or are being requested. The second value is the moment until which the first
    of them counts without being seen.
    """
    spent: dict[str, int] = {}
    until = math.inf
    by_id = budgets.by_id
    for pod in flying:
        # Its end may be seen before the answer and before the budget's status: it still counts.
        alive = dataclasses.replace(pod.pod, deleted_at=None)
        ruling = rule(alive, budgets.near(alive), {})
        if ruling.counts and pod.pod.name not in ruling.budgets[0].disrupted_pods:
            spent[ruling.budgets[0].id] = spent.get(ruling.budgets[0].id, 0) + 1
    for pod in (
        pod for node in memory.nodes.values() for pod in node.pods.values() if pod.budget in by_id
    ):
        if pod.accepted_at is not None and not _shown(pod, by_id[pod.budget], memory, now):
            spent[pod.budget] = spent.get(pod.budget, 0) + 1
            until = min(until, pod.accepted_at + UNSEEN_FOR)
    return spent, until


def _shown(pod: PodMemory, budget: Budget, memory: DrainMemory, now: float) -> bool:
    """Return whether the budget's status counts with this admitted eviction."""
    if (
        pod.accepted_at is None
        or now >= pod.accepted_at + UNSEEN_FOR
        or pod.pod.name in budget.disrupted_pods
    ):
        return True
    going = pod.gone_at is not None or pod.pod.deleted_at is not None
    return going and memory.budgets[budget.id].changed_at > pod.accepted_at
