# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Watch how Karpenter replaces nodes that have drifted, one look at a time.

Nothing is written. Karpenter decides when a node goes; here is only said what it does and what
holds it, and when all is done.
"""

from __future__ import annotations

import collections
import dataclasses
import datetime
import math
from collections.abc import Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    FailedError,
    InputError,
    NotFoundError,
    OverdueError,
    RefusedError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.events import Event, EventPhase
from ansible_collections.nodeops.rotator.plugins.module_utils.core.karpenter.drift import (
    DriftLook,
    PoolDrift,
    drift_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.karpenter.nodepool import (
    NodeClaim,
    NodePool,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.karpenter.policy import (
    DriftPolicy,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    BUDGETS,
    NODECLAIMS,
    NODEPOOLS,
    NODES,
    Feed,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.status import Status
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import counted, duration
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import Step, View

PODS_OF_ALL = Feed("pods")
DRIFT_FEEDS = frozenset((NODEPOOLS, NODECLAIMS, NODES, PODS_OF_ALL, BUDGETS))
FEED_PATIENCE = 60.0
"""Seconds for which a feed may fail before that is final."""
HELD_AFTER = 60.0
"""Seconds for which something has to hold Karpenter before that is told: pods that have just moved
keep a budget shut for a moment."""
LOOK_EVERY = 60.0
"""Seconds between two looks: a window of a budget opens without anything else happening."""


@dataclasses.dataclass(frozen=True)
class DriftMemory:
    """Remember what was seen of Karpenter.

    `seen`: NodeClaims by UID, with the phase that was told of each. `had_drifted`, `replaced`:
    UIDs of those that have drifted since the wait began, and of those of them that are gone.
    `quiet_since`: since when nothing has drifted and nothing is on its way. `broken_since`: since
    when a feed fails. `held`: sentences on what holds Karpenter, since when; `told`: of them.
    """

    began: float
    seen: Mapping[str, tuple[NodeClaim, EventPhase]] | None = None
    had_drifted: frozenset[str] = frozenset()
    replaced: frozenset[str] = frozenset()
    quiet_since: float | None = None
    broken_since: float | None = None
    held: Mapping[str, float] = dataclasses.field(default_factory=dict)
    told: frozenset[str] = frozenset()

    @property
    def drifted(self) -> int:
        """Return how many nodes have drifted and are left."""
        return sum(claim.drifted for claim, _phase_told in (self.seen or {}).values())


@dataclasses.dataclass(frozen=True)
class DriftResult:
    """How a wait ended: status, error and what the module returns."""

    status: Status
    error: RotatorError | None
    values: dict[str, Any]


def watch_drift(
    memory: DriftMemory, view: View, now: float, policy: DriftPolicy
) -> Step[DriftMemory, DriftResult]:
    """Decide what to tell at this look, and the result once all is done."""
    cache, wake = view.cache, min(now + LOOK_EVERY, memory.began + policy.timeout)
    try:
        if view.stop is not None:
            raise FailedError(f"Stopped by {view.stop.reason}", "Karpenter goes on by itself")
        memory = _feeds_work(memory, view, now)
        if not cache.synced(*DRIFT_FEEDS):
            _in_time(memory, now, policy, ("not everything could be read yet",))
            return Step(memory, wake=wake, feeds=DRIFT_FEEDS)
        look, pools = _look(view, now, policy)
        drifts = tuple(drift_of(look, pool) for pool in pools)
        memory, events = _follow(memory, look, drifts)
        memory, blocked = _blocked(memory, drifts, now)
        events += blocked
        memory = dataclasses.replace(memory, quiet_since=_quiet_since(memory, drifts, now))
        status = _status(memory, drifts, now, policy)
        if status is None:
            _in_time(memory, now, policy, [one for drift in drifts for one in _holding(drift)])
    except RotatorError as error:
        return _failed(memory, view, now, policy, error)
    if status == "complete":
        text = f"{counted(len(memory.replaced), 'drifted node')} replaced"
        events += (Event("done", "Karpenter", text),)
    result = _result(status, None, memory, drifts, now) if status else None
    if memory.quiet_since is not None:
        wake = min(wake, memory.quiet_since + policy.settle)
    return Step(memory, (), events, wake, DRIFT_FEEDS, result)


def _feeds_work(memory: DriftMemory, view: View, now: float) -> DriftMemory:
    """Raise what keeps a feed from being read for long, or for good."""
    errors = list(view.cache.broken.values())
    if not errors:
        return dataclasses.replace(memory, broken_since=None)
    since = memory.broken_since if memory.broken_since is not None else now
    if isinstance(view.cache.broken.get(NODEPOOLS), NotFoundError):
        raise RefusedError(
            "The cluster has no NodePools: its API server does not know karpenter.sh/v1",
            "Wait for Karpenter only where it is installed",
        )
    if now - since >= FEED_PATIENCE:
        raise errors[0]
    return dataclasses.replace(memory, broken_since=since)


def _look(view: View, now: float, policy: DriftPolicy) -> tuple[DriftLook, tuple[NodePool, ...]]:
    cache = view.cache
    every = tuple(sorted(cache.items(NODEPOOLS).values(), key=lambda one: str(one.name)))
    unknown = sorted(set(policy.nodepools) - {one.name for one in every})
    if unknown:
        raise InputError(
            f"There is no NodePool {', '.join(unknown)}", "See kubectl get nodepools for the names"
        )
    pools = tuple(one for one in every if not policy.nodepools or one.name in policy.nodepools)
    pods = collections.defaultdict(list)
    for pod in cache.items(PODS_OF_ALL).values():
        pods[pod.node].append(pod)
    utc = datetime.datetime.fromtimestamp(policy.epoch + now, datetime.UTC)
    claims = tuple(cache.items(NODECLAIMS).values())
    by_node = {node: tuple(found) for node, found in pods.items()}
    nodes = tuple(cache.items(NODES).values())
    budgets = tuple(cache.items(BUDGETS).values())
    return DriftLook(utc, claims, nodes, by_node, budgets), pools


def _follow(
    memory: DriftMemory, look: DriftLook, drifts: tuple[PoolDrift, ...]
) -> tuple[DriftMemory, tuple[Event, ...]]:
    """Return the memory after this look, and what has changed since the last."""
    events: list[Event] = []
    chosen = {drift.pool for drift in drifts}
    here = {one.uid: (one, _phase(one)) for one in look.claims if one.pool in chosen}
    first, before = memory.seen is None, memory.seen or {}
    had = memory.had_drifted | {uid for uid, (one, _said) in here.items() if one.drifted}
    gone = {uid: one for uid, (one, _said) in before.items() if uid not in here}
    replaced = memory.replaced | (gone.keys() & had)
    progress = f"{len(replaced)}/{len(had)}" if had else ""
    for uid, (claim, phase) in here.items():
        told = before[uid][1] if uid in before else None
        if phase != told and not (first and phase == "ready"):
            events.append(Event(phase, claim.called, _text(claim, phase), progress))
    for claim in gone.values():
        events.append(Event("terminated", claim.called, "", progress))
    memory = dataclasses.replace(memory, seen=here, had_drifted=had, replaced=replaced)
    return memory, tuple(events)


def _blocked(
    memory: DriftMemory, drifts: tuple[PoolDrift, ...], now: float
) -> tuple[DriftMemory, tuple[Event, ...]]:
    """Return what has held Karpenter for a while, each sentence once."""
    sentences = [text for drift in drifts for text in drift.held_by]
    held = {one: memory.held.get(one, now) for one in sentences}
    due = frozenset(one for one, since in held.items() if now - since >= HELD_AFTER)
    events = tuple(
        Event("blocked", "Karpenter", one) for one in sentences if one in due - memory.told
    )
    return dataclasses.replace(memory, held=held, told=due), events


def _phase(claim: NodeClaim) -> EventPhase:
    if claim.deleting:
        return "draining"
    if claim.drifted:
        return "waiting"
    return "ready" if claim.ready else "launched"


def _text(claim: NodeClaim, phase: EventPhase) -> str:
    texts = {
        "waiting": f"has drifted, image {claim.image_id or '(unknown)'}",
        "launched": f"by Karpenter, image {claim.image_id or '(unknown)'}",
        "draining": "by Karpenter",
    }
    return texts.get(phase, "")


def _quiet_since(memory: DriftMemory, drifts: tuple[PoolDrift, ...], now: float) -> float | None:
    if not all(drift.at_rest for drift in drifts):
        return None
    return memory.quiet_since if memory.quiet_since is not None else now


def _status(
    memory: DriftMemory, drifts: tuple[PoolDrift, ...], now: float, policy: DriftPolicy
) -> Status | None:
    """Return the status once the wait is over.

    Karpenter does not see at once that an image has changed, so that a moment of rest proves
    nothing.
    """
    if policy.plan_only:
        return "planned" if memory.had_drifted else "unchanged"
    if memory.quiet_since is None or now - memory.quiet_since < policy.settle:
        return None
    return "complete" if memory.had_drifted else "unchanged"


def _holding(drift: PoolDrift) -> list[str]:
    """Return what holds Karpenter, and what is on its way."""
    new = [f"{one.called} was launched and is not initialized" for one in drift.coming]
    return [*drift.held_by, *new]


def _in_time(
    memory: DriftMemory, now: float, policy: DriftPolicy, held: list[str] | tuple[str, ...]
) -> None:
    """Raise OverdueError once the deadline has passed."""
    if now - memory.began < policy.timeout - 1e-6:
        return
    left = memory.drifted
    why = ". ".join(held) or "nothing is known to hold it"
    raise OverdueError(
        f"After {duration(policy.timeout)} {counted(left, 'drifted node')}"
        f" {'is' if left == 1 else 'are'} left, and Karpenter is not done: {why}",
        "Karpenter goes on by itself. Run again to wait for the rest",
    )


def _failed(
    memory: DriftMemory, view: View, now: float, policy: DriftPolicy, error: RotatorError
) -> Step[DriftMemory, DriftResult]:
    drifts: tuple[PoolDrift, ...] = ()
    if view.cache.synced(*DRIFT_FEEDS) and not isinstance(error, InputError):
        look, pools = _look(view, now, policy)
        drifts = tuple(drift_of(look, pool) for pool in pools)
    refused = isinstance(error, (RefusedError, InputError))
    status: Status = "refused" if refused else "stopped" if view.stop is not None else "failed"
    result = _result(status, error, memory, drifts, now)
    return Step(memory, (), (), math.inf, DRIFT_FEEDS, result)


def _result(
    status: Status,
    error: RotatorError | None,
    memory: DriftMemory,
    drifts: tuple[PoolDrift, ...],
    now: float,
) -> DriftResult:
    pools = [
        {
            "name": drift.pool,
            "nodes": drift.nodes,
            "drifted": sorted(one.called for one in drift.drifted),
            "held_by": list(drift.held_by),
        }
        for drift in drifts
    ]
    values = {
        "status": status,
        "nodepools": pools,
        "replaced": len(memory.replaced),
        "drifted": memory.drifted,
        "seconds": round(now - memory.began, 1),
    }
    return DriftResult(status, error, values)
