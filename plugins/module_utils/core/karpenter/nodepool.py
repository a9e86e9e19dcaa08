# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Describe what Karpenter carries: NodePools, their budgets, and NodeClaims.

Sources: Karpenter documentation, "Disruption" (drift, budgets, node-level controls). EKS Auto Mode
has the same objects.
"""

from __future__ import annotations

import dataclasses
import datetime
import math

from ansible_collections.nodeops.rotator.plugins.module_utils.core.karpenter.schedule import (
    is_open,
    seconds_of,
)

DRIFTED = "Drifted"
"""The reason of a budget, and the condition of a NodeClaim, that are about drift."""


@dataclasses.dataclass(frozen=True)
class PoolBudget:
    """How many nodes of a NodePool Karpenter may disrupt at a time.

    `nodes`: a number or a percentage. `reasons`: for which, () for all. `schedule` and `duration`:
    when it counts, "" for always.
    """

    nodes: str = "10%"
    reasons: tuple[str, ...] = ()
    schedule: str = ""
    duration: str = ""

    @property
    def text(self) -> str:
        """Return it for people."""
        when = f' from "{self.schedule}" (UTC) on for {self.duration}' if self.schedule else ""
        return f"{self.nodes}{when}"

    @property
    def about_drift(self) -> bool:
        """Return whether it limits the replacement of nodes that have drifted."""
        return not self.reasons or DRIFTED in self.reasons

    def allows(self, nodes: int, now: datetime.datetime) -> float:
        """Return how many of so many nodes may be disrupted now, infinity for no limit.

        A percentage is rounded up. What cannot be read allows nothing, as Karpenter has it.
        """
        try:
            if self.schedule and not is_open(self.schedule, seconds_of(self.duration), now):
                return math.inf
            if self.nodes.endswith("%"):
                return math.ceil(nodes * int(self.nodes[:-1]) / 100)
            return int(self.nodes)
        except ValueError:
            return 0


@dataclasses.dataclass(frozen=True)
class NodePool:
    """A NodePool. `budgets`: () stands for Karpenter's own default."""

    name: str
    uid: str = ""
    budgets: tuple[PoolBudget, ...] = ()

    def tightest(self, nodes: int, now: datetime.datetime) -> tuple[float, PoolBudget | None]:
        """Return how many nodes may be replaced for drift now.

        Also the budget that says so, None for no limit.
        """
        budgets = [one for one in self.budgets or (PoolBudget(),) if one.about_drift]
        allowed = [(one.allows(nodes, now), place) for place, one in enumerate(budgets)]
        least, place = min(allowed, default=(math.inf, 0))
        return least, budgets[place] if least != math.inf else None


@dataclasses.dataclass(frozen=True)
class NodeClaim:
    """A node that Karpenter has launched, or is launching.

    `node`: the name of its Node, "" before it has joined. `ready`: initialized, so that it counts.
    `deleting`: it is being drained and ended. `held`: it carries karpenter.sh/do-not-disrupt.
    `forced`: it has a terminationGracePeriod: no pod keeps Karpenter from beginning with it.
    """

    name: str
    uid: str = ""
    pool: str = ""
    node: str = ""
    image_id: str = ""
    drifted: bool = False
    ready: bool = False
    deleting: bool = False
    held: bool = False
    forced: bool = False

    @property
    def called(self) -> str:
        """Return the name of its node, its own before it has one."""
        return self.node or self.name
