# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The course of one node's drain: what it waits for, which pods are to be asked for, how and when
it ends. Private."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping, Sequence

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.filters import Fate
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import (
    DrainPolicy,
    Override,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    AccessError,
    OverdueError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import Cache
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.lines import counted
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.budgets import Candidate
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import (
    DrainMemory,
    NodeMemory,
    NodeStatus,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.observe import Budgets
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.pods import (
    ACCEPTED_FOR,
    ATTACHMENTS,
    CLAIMS,
    Entry,
    Look,
    attached_to,
    blockers,
    pod_statuses,
    reason,
    volumes_of,
)

LAST_CALL = 30.0
"""Seconds that a kubelet gets, beyond the pods' grace, to end what a timeout deleted."""
LIVE_REASONS = 5
"""So many reasons are worded at each look while a drain goes on; at its end all are."""


@dataclasses.dataclass(frozen=True)
class Course:
    """One node at one look: its memory, its status, the pods to ask for, when to look again, feeds
    it needs."""

    memory: NodeMemory
    status: NodeStatus
    candidates: tuple[Candidate, ...] = ()
    wake: float = math.inf
    kinds: frozenset[str] = frozenset()


class _Way:
    """What the steps of one node's course share."""

    def __init__(
        self,
        drain: DrainMemory,
        look: Look,
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
        self, phase: str, reasons: Iterable[str] = (), error: RotatorError | None = None
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
        self, phase: str, reasons: Iterable[str] = (), error: RotatorError | None = None
    ) -> Course:
        status = self.status(phase, reasons, error)
        return Course(dataclasses.replace(self.memory, ended=status), status)

    def why(self, entries: Iterable[Entry]) -> tuple[str, ...]:
        return tuple(sorted(reason(entry, self.look, self.budgets, self.now) for entry in entries))

    def overdue(self, what: str, entries: Iterable[Entry]) -> Course:
        """A limit has passed and on_timeout does not go on."""
        error = OverdueError(f"Node {self.look.name} is not drained: {what}")
        return self.end(
            "skipped" if self.policy.on_timeout == "skip" else "failed", self.why(entries), error
        )


def course(
    drain: DrainMemory, look: Look, cache: Cache, budgets: Budgets, now: float, policy: DrainPolicy
) -> Course:
    """How the node's drain goes on."""
    way = _Way(drain, look, cache, budgets, now, policy)
    if way.memory.ended is not None:
        return Course(way.memory, way.memory.ended)
    if look.gone:
        return way.end("drained", ("the node does not exist any more",))
    if look.missing:
        return _not_known_yet(way)
    if refused := look.of(Fate.REFUSE):
        return way.end("failed", way.why(refused))
    if unwanted := look.of(Fate.SKIP_NODE):
        return way.end("skipped", way.why(unwanted))
    kinds = _remember_volumes(way)
    broken = next(
        (
            cache.broken[feed]
            for feed in (CLAIMS, ATTACHMENTS)
            if feed.kind in kinds and feed in cache.broken
        ),
        None,
    )
    if isinstance(broken, AccessError):
        return way.end(
            "failed", (str(broken), "Allow it, or set wait_for_volumes to false"), broken
        )
    going_on = _pods(way) if way.left else _volumes(way)
    return dataclasses.replace(going_on, kinds=going_on.kinds | kinds)


def _not_known_yet(way: _Way) -> Course:
    error = way.look.broken
    if isinstance(error, AccessError):
        return way.end("failed", (str(error),), error)
    reasons = (str(error),) if error is not None else ()
    if way.now >= way.deadline:
        kinds = ", ".join(sorted({feed.kind for feed in way.look.missing}))
        late = OverdueError(
            f"Node {way.look.name} is not drained: its {kinds} could not be read in"
            f" {way.policy.timeout:g} s"
        )
        return way.end("failed", reasons, late)
    return Course(way.memory, way.status("waiting", reasons), wake=way.deadline)


def _remember_volumes(way: _Way) -> frozenset[str]:
    """Note the volumes of the pods that go; answers the kinds of feeds that this takes."""
    if not way.policy.wait_for_volumes or not way.left:
        return frozenset()
    volumes = way.memory.volumes | volumes_of(way.left, way.cache)
    if volumes != way.memory.volumes or not way.memory.had_pods:
        way.memory = dataclasses.replace(way.memory, volumes=volumes, had_pods=True)
    if any(entry.memory.pod.claims for entry in way.left):
        return frozenset((CLAIMS.kind, ATTACHMENTS.kind))
    return frozenset()


def _pods(way: _Way) -> Course:
    """Pods are left."""
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
    return Course(
        way.memory,
        way.status("draining", way.why(stuck[:LIVE_REASONS])),
        candidates,
        _wake(way, limits),
    )


def _are(pods: Sequence[Entry]) -> str:
    return f"{counted(len(pods), 'pod')} {'is' if len(pods) == 1 else 'are'}"


def _override(way: _Way, entry: Entry) -> Override | None:
    """The first override that fits a pod that is blocked by a budget."""
    pod = entry.memory.pod
    if not way.policy.pdb_overrides or entry.going or not way.blocking.get(pod.uid):
        return None
    fitting = (
        o
        for o in way.policy.pdb_overrides
        if o.namespace in ("", pod.namespace) and o.selector.matches(pod.labels)
    )
    return next(fitting, None)


def _blocked_until(way: _Way, entry: Entry) -> float:
    """When a blocked pod's time is up: pdb_timeout after it was held back, or after its budget last
    let one go."""
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


def _candidates(way: _Way, late: set[str]) -> tuple[Candidate, ...]:
    found = [
        Candidate(entry.memory, mode) for entry in way.left if (mode := _mode(way, entry, late))
    ]
    if way.policy.by_priority and found and way.memory.last_call is None:
        moving = [
            e.memory.pod.priority for e in way.left if e.going or e.decision.fate is Fate.REMOVE
        ]
        found = [candidate for candidate in found if candidate.pod.pod.priority == min(moving)]
    return tuple(sorted(found, key=lambda c: (c.pod.pod.ready, c.pod.pod.id)))


def _mode(way: _Way, entry: Entry, late: set[str]) -> str:
    """How the pod is to be asked for; empty: not now."""
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


def _wake(way: _Way, limits: Mapping[str, float]) -> float:
    """The next moment at which time alone changes something."""
    moments = [way.deadline if way.memory.last_call is None else way.memory.last_call]
    moments += limits.values()
    for entry in way.left:
        if entry.memory.accepted_at is not None and not entry.going:
            moments.append(entry.memory.accepted_at + ACCEPTED_FOR)
        if way.policy.skip_wait_for_delete_timeout and entry.memory.terminating_since is not None:
            moments.append(way.now + _until_skipped(way, entry))
    return min(moment for moment in moments if moment > way.now)


def _until_skipped(way: _Way, entry: Entry) -> float:
    since = way.now - (entry.memory.terminating_since or way.now)
    if way.policy.epoch is not None and entry.memory.pod.deleted_at is not None:
        since = way.policy.epoch + way.now - entry.memory.pod.deleted_at
    return max(0.0, way.policy.skip_wait_for_delete_timeout - since) + 0.1


def _volumes(way: _Way) -> Course:
    """No pods are left: their volumes must be off the node, or another node would wait minutes for
    them."""
    memory, policy = way.memory, way.policy
    if not policy.wait_for_volumes or (memory.had_pods and not memory.volumes):
        return way.end("drained")
    kinds = frozenset(
        (ATTACHMENTS.kind, CLAIMS.kind)
        if any(e.memory.pod.claims for e in way.look.entries)
        else (ATTACHMENTS.kind,)
    )
    if memory.volumes_since is None:
        way.memory = memory = dataclasses.replace(memory, volumes_since=way.now)
    limit = (
        (memory.volumes_since or 0.0) + policy.volume_timeout if policy.volume_timeout else math.inf
    )
    unread = [
        kind for kind in sorted(kinds) if not any(feed.kind == kind for feed in way.cache.feeds)
    ]
    attached = attached_to(way.look.name, way.cache)
    # Where no pod was seen going (they went before this run began), it is all but the volumes of
    # those that stay.
    waiting = (
        attached & memory.volumes
        if memory.had_pods
        else attached - volumes_of(way.look.entries, way.cache)
    )
    if not unread and not waiting:
        return way.end("drained")
    reasons = [
        f"volume {name} is still attached to {way.look.name}; see its CSI driver"
        for name in sorted(waiting)
    ]
    if way.now < limit:
        return Course(memory, way.status("volumes", reasons), wake=limit, kinds=kinds)
    reasons += [f"the {kind} could not be read" for kind in unread]
    if not memory.had_pods or policy.on_timeout in ("delete", "force_delete"):
        return way.end("drained", reasons)
    error = OverdueError(
        f"Node {way.look.name} is not drained: volumes are still attached after"
        f" {policy.volume_timeout:g} s"
    )
    return way.end("skipped" if policy.on_timeout == "skip" else "failed", reasons, error)
