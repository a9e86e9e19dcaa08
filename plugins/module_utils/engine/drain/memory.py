# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remember a drain from look to look, and describe each node."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any, Literal, TypeVar

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.coverage import Budgets
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.eviction import Answer
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RotatorError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Pod
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import Feed

NEVER = -math.inf
PodState = Literal[
    "evicted",
    "deleted",
    "gone",
    "left",
    "refused",
    "terminating",
    "blocked",
    "waiting",
    "pending",
]
DrainPhase = Literal["waiting", "draining", "volumes", "drained", "skipped", "failed"]
FINAL: tuple[DrainPhase, ...] = ("drained", "skipped", "failed")


@dataclasses.dataclass(frozen=True)
class PodMemory:
    """One pod of a node. Moments are of the loop's clock."""

    pod: Pod
    """As it was last seen."""
    accepted_at: float | None = None
    """The look at which its eviction or deletion was known to be accepted."""
    asked_at: float = NEVER
    """When the request that was accepted went out."""
    deleted: bool = False
    """Accepted as a deletion, past the budgets."""
    budget: str = ""
    """The budget (id) that its eviction was taken from."""
    held_since: float | None = None
    """Since when it is blocked: held back by the rule, or refused."""
    refused_at: float = NEVER
    """When the last request that was refused went out."""
    next_try: float = NEVER
    """Not asked again before, unless its budget changes."""
    failures: int = 0
    answer: Answer | None = None
    """The last refusal."""
    trouble: str = ""
    """The last error, where there was no answer."""
    lost: bool = False
    """The server says that it is gone or another; the watch will say so too."""
    terminating_since: float | None = None
    gone_at: float | None = None


@dataclasses.dataclass(frozen=True)
class PodStatus:
    """What happened to a pod, for the result.

    `state`: "evicted", "deleted" (both: gone, by our request), "gone" (by itself), "left" (stays by
    the rules), "refused" (an option would be needed), "terminating", "blocked", "waiting" (until it
    ends by itself), "pending" (not requested yet). `asked` and `gone` are seconds since the node's
    drain began.
    """

    namespace: str
    name: str
    uid: str
    state: PodState
    why: str = ""
    asked: float | None = None
    gone: float | None = None


@dataclasses.dataclass(frozen=True)
class NodeStatus:
    """How far a node's drain is."""

    phase: DrainPhase
    evicted: int = 0
    total: int = 0
    reasons: tuple[str, ...] = ()
    blocked_by: tuple[str, ...] = ()
    pods: tuple[PodStatus, ...] = ()
    seconds: float = 0.0
    error: RotatorError | None = None

    @property
    def final(self) -> bool:
        """Return whether nothing more will be done for this node."""
        return self.phase in FINAL


@dataclasses.dataclass(frozen=True)
class NodeMemory:
    """One node's drain."""

    began: float
    pods: Mapping[str, PodMemory] = dataclasses.field(default_factory=dict)
    items: Mapping[str, Any] | None = None
    """The pods as last learnt from the cache; the very same mapping need not be learnt again."""
    volumes: frozenset[str] = frozenset()
    """PersistentVolumes of the pods that go."""
    had_pods: bool = False
    """Whether pods that have to go were seen: only then `volumes` is all that must be waited
    for."""
    volumes_since: float | None = None
    refused_since: float | None = None
    """Since when access to what the drain has to read is refused."""
    not_let_in_since: float | None = None
    """Since when its evictions are answered 401 or 403."""
    returns: Mapping[str, int] = dataclasses.field(default_factory=dict)
    """How often a pod of a controller (its key) came back after we evicted one from here."""
    last_call: float | None = None
    """After a timeout that deletes: when even that was in vain."""
    told: frozenset[str] = frozenset()
    ended: NodeStatus | None = None


@dataclasses.dataclass(frozen=True)
class BudgetMemory:
    """When a budget's record last changed, and when it last let a pod of ours go."""

    version: str
    changed_at: float
    admitted_at: float = NEVER


@dataclasses.dataclass(frozen=True)
class DrainMemory:
    """All nodes being drained, and what they share."""

    nodes: Mapping[str, NodeMemory] = dataclasses.field(default_factory=dict)
    budgets: Mapping[str, BudgetMemory] = dataclasses.field(default_factory=dict)
    indexed: Budgets = dataclasses.field(default_factory=Budgets)
    """The budgets as they were at the last look."""
    paused_until: float = NEVER
    """The server asked everybody to wait until then."""
    kinds: frozenset[str] = frozenset()
    """Kinds of feeds that turned out to be needed."""
    followed: frozenset[Feed] = frozenset()
    """Feeds of the pods of budgets that held a pod for long: they stay while a node is drained."""

    def later(self, seconds: float) -> DrainMemory:
        """Return the memory with every moment so many seconds later.

        That is for time in which nobody looked, which counts for no limit.
        """
        nodes = {
            uid: dataclasses.replace(
                _later(node, NODE_MOMENTS, seconds),
                pods={key: _later(pod, POD_MOMENTS, seconds) for key, pod in node.pods.items()},
            )
            for uid, node in self.nodes.items()
        }
        budgets = {
            key: _later(budget, BUDGET_MOMENTS, seconds) for key, budget in self.budgets.items()
        }
        return dataclasses.replace(self, nodes=nodes, budgets=budgets)


NODE_MOMENTS = ("began", "volumes_since", "refused_since", "not_let_in_since", "last_call")
POD_MOMENTS = (
    "accepted_at",
    "asked_at",
    "held_since",
    "refused_at",
    "terminating_since",
    "gone_at",
)
BUDGET_MOMENTS = ("changed_at", "admitted_at")
Moments = TypeVar("Moments", NodeMemory, PodMemory, BudgetMemory)


def _later(record: Moments, names: tuple[str, ...], seconds: float) -> Moments:
    known = {name: getattr(record, name) for name in names}
    moved = {name: at + seconds for name, at in known.items() if at is not None}
    return dataclasses.replace(record, **moved)
