# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Report which budgets hold which pods back, since when and until when."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.coverage import (
    Budgets,
    pods_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.eviction import (
    covering,
    health,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import DrainPolicy
from ansible_collections.nodeops.rotator.plugins.module_utils.core.events import Event
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Budget, Pod
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import Feed
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import listed
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import (
    NEVER,
    DrainMemory,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.progress import NextStep

Told = tuple[str, Event]
"""An event and the key under which it counts as told."""
HELD_FOR = 5.0
"""Seconds for which a budget has to let nobody go before its pods are looked into."""
BLOCKED_FOR = 10.0
"""Seconds for which a budget has to let nobody go before that is worth a line: a queue that moves
is no news."""


def blocked(
    name: str,
    step: NextStep,
    memory: DrainMemory,
    budgets: Budgets,
    now: float,
    policy: DrainPolicy,
) -> Iterator[Told]:
    """Yield an event for each budget that has long let none of a node's pods go."""
    known = budgets.by_id
    for budget in step.status.blocked_by:
        since = stuck_since(budget, step, memory)
        if budget in known and now >= since + BLOCKED_FOR:
            held = _held(step, known[budget])
            names = listed([pod.id for pod in held])
            text = f"{names} by PDB {budget} ({health(known[budget])})"
            own_rule = any(policy.override(pod) for pod in held)
            until = _given_up(math.inf if own_rule else since, step, policy)
            yield f"blocked {budget}", Event("blocked", name, text, since=since, until=until)


def _held(step: NextStep, budget: Budget) -> list[Pod]:
    """Return the pods of a node that a budget holds back."""
    return [
        pod.pod
        for pod in step.memory.pods.values()
        if pod.held_since is not None and pod.gone_at is None and covering(pod.pod, [budget])
    ]


def _given_up(since: float, step: NextStep, policy: DrainPolicy) -> float | None:
    """Return when a node that is blocked `since` is given up, None for never."""
    limits = ((since, policy.pdb_timeout), (step.memory.began, policy.timeout))
    ends = [began + limit for began, limit in limits if limit]
    return min((end for end in ends if end < math.inf), default=None)


def looked_into(
    memory: DrainMemory, steps: Mapping[str, NextStep], budgets: Budgets, now: float
) -> tuple[frozenset[Feed], float]:
    """Return the feeds of the pods of budgets that have long admitted nobody.

    Those stay that did so before: a queue stops again and again, and each new watch would begin
    with a list. Also returns when the next budget will have admitted nobody for long enough.
    """
    known = budgets.by_id
    feeds, later = set[Feed](), math.inf
    if all(step.status.final for step in steps.values()):
        return frozenset(), later
    for step in steps.values():
        for name in step.status.blocked_by if not step.status.final else ():
            since = stuck_since(name, step, memory) + HELD_FOR
            if name in known and now >= since:
                feeds.add(pods_of(known[name]))
            later = since if now < since < later else later
    return memory.followed | feeds, later


def stuck_since(budget: str, step: NextStep, memory: DrainMemory) -> float:
    """Return since when a budget has admitted none of this node's pods."""
    held = [pod.held_since for pod in step.memory.pods.values() if pod.held_since is not None]
    progress = memory.budgets[budget].admitted_at if budget in memory.budgets else NEVER
    return max(min(held, default=NEVER), progress)
