# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drain one node: what it waits for, what it requests, how it ends."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.filters import Fate
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import (
    BudgetOverride,
    DrainPolicy,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    AccessError,
    OverdueError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    ATTACHMENTS,
    CLAIMS,
    Cache,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import counted
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.budgets import Candidate
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import (
    ACCESS_GRACE,
    DrainMemory,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.observe import Budgets
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.pods import (
    ACCEPTED_FOR,
    Entry,
    NodeLook,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.progress import (
    LIVE_REASONS,
    NextStep,
    NodeDrain,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.volumes import (
    remember_volumes,
    wait_for_volumes,
)

LAST_CALL = 30.0
"""Seconds that a kubelet gets, beyond the pods' grace, to end what a timeout deleted."""


def course(
    drain: DrainMemory,
    look: NodeLook,
    cache: Cache,
    budgets: Budgets,
    now: float,
    policy: DrainPolicy,
) -> NextStep:
    """Return the next step of the node's drain."""
    way = NodeDrain(drain, look, cache, budgets, now, policy)
    if way.memory.ended is not None:
        return NextStep(way.memory, way.memory.ended)
    if look.gone:
        return way.end("drained", ("the node does not exist any more",))
    if look.missing:
        return _not_known_yet(way)
    if refused := look.of(Fate.REFUSE):
        return way.end("failed", way.why(refused))
    if unwanted := look.of(Fate.SKIP_NODE):
        return way.end("skipped", way.why(unwanted))
    kinds = remember_volumes(way)
    broken = next(
        (
            cache.broken[feed]
            for feed in (CLAIMS, ATTACHMENTS)
            if feed.kind in kinds and feed in cache.broken
        ),
        None,
    )
    final = _refused_until(way, broken)
    if way.now >= final:
        return way.end(
            "failed", (str(broken), "Allow it, or set wait_for_volumes to false"), broken
        )
    going_on = _pods(way) if way.left else wait_for_volumes(way)
    return dataclasses.replace(
        going_on, kinds=going_on.kinds | kinds, wake=min(going_on.wake, final)
    )


def _refused_until(way: NodeDrain, error: RotatorError | None) -> float:
    """Return when a refusal of access becomes final, infinity if there is none.

    It also remembers since when the refusal lasts.
    """
    refused = isinstance(error, AccessError)
    since = way.now if way.memory.refused_since is None else way.memory.refused_since
    way.memory = dataclasses.replace(way.memory, refused_since=since if refused else None)
    return since + ACCESS_GRACE if refused else math.inf


def _not_known_yet(way: NodeDrain) -> NextStep:
    error = way.look.broken
    final = _refused_until(way, error)
    if way.now >= final:
        return way.end("failed", (str(error),), error)
    reasons = (str(error),) if error is not None else ()
    if way.now >= way.deadline:
        kinds = ", ".join(sorted({feed.kind for feed in way.look.missing}))
        late = OverdueError(
            f"Node {way.look.name} is not drained: its {kinds} could not be read in"
            f" {way.policy.timeout:g} s"
        )
        return way.end("failed", reasons, late)
    return NextStep(way.memory, way.status("waiting", reasons), wake=min(way.deadline, final))


def _pods(way: NodeDrain) -> NextStep:
    """Return the next step while pods are left."""
    policy, memory, now = way.policy, way.memory, way.now
    if memory.last_call is None and now >= way.deadline:
        if policy.on_timeout in ("fail", "skip"):
            return way.overdue(f"{_are(way.left)} still there after {policy.timeout:g} s", way.left)
        patience = (
            0
            if policy.on_timeout == "force_delete"
            else max(e.memory.pod.grace_period for e in way.left)
        )
        way.memory = memory = dataclasses.replace(memory, last_call=now + patience + LAST_CALL)
    if memory.last_call is not None and now >= memory.last_call:
        return way.end(
            "failed",
            way.why(way.left),
            OverdueError(f"Node {way.look.name} is not drained even by deletion"),
        )
    limits = {entry.memory.pod.uid: _blocked_until(way, entry) for entry in way.left}
    late = [entry for entry in way.left if limits[entry.memory.pod.uid] <= now]
    if late and policy.on_timeout in ("fail", "skip") and memory.last_call is None:
        return way.overdue(f"{_are(late)} blocked for {policy.pdb_timeout:g} s", way.left)
    for entry in way.left if policy.pdb_overrides else ():
        override = _override(way, entry)
        if override is not None and override.action == "skip_node":
            return way.end("skipped", way.why([entry]))
    candidates = _candidates(way, {entry.memory.pod.uid for entry in late})
    stuck = [
        e for e in way.left if e.memory.held_since is not None or (e.decision.why and not e.going)
    ]
    return NextStep(
        way.memory,
        way.status("draining", way.why(stuck[:LIVE_REASONS])),
        candidates,
        _wake(way, limits),
    )


def _are(pods: Sequence[Entry]) -> str:
    return f"{counted(len(pods), 'pod')} {'is' if len(pods) == 1 else 'are'}"


def _override(way: NodeDrain, entry: Entry) -> BudgetOverride | None:
    """Return the first override that fits a pod blocked by a budget."""
    pod = entry.memory.pod
    if not way.policy.pdb_overrides or entry.going or not way.blocking.get(pod.uid):
        return None
    fitting = (
        o
        for o in way.policy.pdb_overrides
        if o.namespace in ("", pod.namespace) and o.selector.matches(pod.labels)
    )
    return next(fitting, None)


def _blocked_until(way: NodeDrain, entry: Entry) -> float:
    """Return when the time of a blocked pod is over.

    That is pdb_timeout after it was held back, or after its budget last admitted an eviction.
    """
    pod = entry.memory
    if (
        not way.policy.pdb_timeout
        or pod.held_since is None
        or entry.going
        or entry.decision.fate is not Fate.REMOVE
    ):
        return math.inf
    override = _override(way, entry)
    if override is not None and override.action == "wait":
        return math.inf
    names = way.blocking[pod.pod.uid]
    progress = [way.drain.budgets[name].admitted_at for name in names if name in way.drain.budgets]
    return max([pod.held_since, *progress]) + way.policy.pdb_timeout


def _candidates(way: NodeDrain, late: set[str]) -> tuple[Candidate, ...]:
    found = [
        Candidate(entry.memory, mode) for entry in way.left if (mode := _mode(way, entry, late))
    ]
    if way.policy.by_priority and found and way.memory.last_call is None:
        moving = [
            e.memory.pod.priority for e in way.left if e.going or e.decision.fate is Fate.REMOVE
        ]
        found = [candidate for candidate in found if candidate.pod.pod.priority == min(moving)]
    return tuple(sorted(found, key=lambda c: (c.pod.pod.ready, c.pod.pod.id)))


def _mode(way: NodeDrain, entry: Entry, late: set[str]) -> str:
    """Return how the pod is to be removed now, "" if not now."""
    pod, policy = entry.memory, way.policy
    if pod.accepted_at is not None and not entry.going and way.now < pod.accepted_at + ACCEPTED_FOR:
        return ""
    ends = "force" if policy.on_timeout == "force_delete" else "delete"
    if way.memory.last_call is not None:
        forced = ends == "force" and pod.pod.deletion_grace != 0
        return ends if forced or not entry.going else ""
    if entry.decision.fate is not Fate.REMOVE:
        return ""
    if pod.pod.claims and policy.wait_for_volumes and not way.cache.synced(CLAIMS):
        return ""
    if pod.pod.uid in late:
        return ends
    override = _override(way, entry)
    return (
        "delete"
        if policy.disable_eviction or (override is not None and override.action == "delete")
        else "evict"
    )


def _wake(way: NodeDrain, limits: Mapping[str, float]) -> float:
    """Return the next moment at which time alone changes something."""
    moments = [way.deadline if way.memory.last_call is None else way.memory.last_call]
    moments += limits.values()
    for entry in way.left:
        if entry.memory.accepted_at is not None and not entry.going:
            moments.append(entry.memory.accepted_at + ACCEPTED_FOR)
        if way.policy.skip_wait_for_delete_timeout and entry.memory.terminating_since is not None:
            moments.append(way.now + _until_skipped(way, entry))
    return min(moment for moment in moments if moment > way.now)


def _until_skipped(way: NodeDrain, entry: Entry) -> float:
    since = way.now - (entry.memory.terminating_since or way.now)
    if way.policy.epoch is not None and entry.memory.pod.deleted_at is not None:
        since = way.policy.epoch + way.now - entry.memory.pod.deleted_at
    return max(0.0, way.policy.skip_wait_for_delete_timeout - since) + 0.1
