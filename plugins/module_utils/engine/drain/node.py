# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drain one node: what it waits for, what it requests, how it ends."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.coverage import (
    Budgets,
)
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
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.access import ACCESS_GRACE
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.budgets import (
    Candidate,
    Removal,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import (
    DrainMemory,
    NodeMemory,
)
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


def next_step(
    drain: DrainMemory,
    look: NodeLook,
    cache: Cache,
    budgets: Budgets,
    now: float,
    policy: DrainPolicy,
) -> NextStep:
    """Return the next step of the node's drain."""
    ctx = NodeDrain(drain, look, cache, budgets, now, policy)
    if ctx.memory.ended is not None:
        return NextStep(ctx.memory, ctx.memory.ended)
    if look.gone:
        return _without_node(ctx)
    if look.missing:
        return _not_known_yet(ctx)
    if refused := look.of(Fate.REFUSE):
        return ctx.end("failed", ctx.why(refused))
    if unwanted := look.of(Fate.SKIP_NODE):
        return ctx.end("skipped", ctx.why(unwanted))
    kinds = remember_volumes(ctx)
    broken = next(
        (
            cache.broken[feed]
            for feed in (CLAIMS, ATTACHMENTS)
            if feed.kind in kinds and feed in cache.broken
        ),
        None,
    )
    final = _refused_until(ctx, broken)
    if ctx.now >= final:
        return ctx.end(
            "failed", (str(broken), "Allow it, or set wait_for_volumes to false"), broken
        )
    going_on = _pods(ctx) if ctx.left else wait_for_volumes(ctx)
    return dataclasses.replace(
        going_on, kinds=going_on.kinds | kinds, wake=min(going_on.wake, final)
    )


def _without_node(ctx: NodeDrain) -> NextStep:
    """Return the next step once the Node object is gone: its pods have to end.

    Its kubelet may run on. What collects pods without a node removes them within minutes.
    """
    gone = ("the node does not exist any more",)
    left = ctx.look.of(*(fate for fate in Fate if fate is not Fate.LEAVE))
    if not left and not ctx.look.missing:
        return ctx.end("drained", gone)
    if ctx.now >= ctx.deadline:
        return ctx.overdue(f"{_are(left)} still there after {ctx.policy.timeout:g} s", left)
    return NextStep(ctx.memory, ctx.status("draining", gone), wake=ctx.deadline)


def reopened(memory: NodeMemory, look: NodeLook) -> NodeMemory:
    """Return the memory without an end that pods which came later undo.

    Those that tolerate the cordon can, while its end waits. It is then drained again.
    """
    drained = memory.ended is not None and memory.ended.phase == "drained"
    if not (drained and look.of(Fate.REMOVE, Fate.REFUSE)):
        return memory
    told = memory.told - {"ended"}
    return dataclasses.replace(memory, ended=None, volumes_since=None, told=told)


def _refused_until(ctx: NodeDrain, error: RotatorError | None) -> float:
    """Return when a refusal of access becomes final, infinity if there is none.

    It also remembers since when the refusal lasts.
    """
    refused = isinstance(error, AccessError)
    since = ctx.now if ctx.memory.refused_since is None else ctx.memory.refused_since
    ctx.memory = dataclasses.replace(ctx.memory, refused_since=since if refused else None)
    return since + ACCESS_GRACE if refused else math.inf


def _not_known_yet(ctx: NodeDrain) -> NextStep:
    error = ctx.look.broken
    final = _refused_until(ctx, error)
    if ctx.now >= final:
        return ctx.end("failed", (str(error),), error)
    reasons = (str(error),) if error is not None else ()
    if ctx.now >= ctx.deadline:
        kinds = ", ".join(sorted({feed.kind for feed in ctx.look.missing}))
        late = OverdueError(
            f"Node {ctx.look.name} is not drained: its {kinds} could not be read in"
            f" {ctx.policy.timeout:g} s"
        )
        return ctx.end("failed", reasons, late)
    return NextStep(ctx.memory, ctx.status("waiting", reasons), wake=min(ctx.deadline, final))


def _pods(ctx: NodeDrain) -> NextStep:
    """Return the next step while pods are left."""
    policy, memory, now = ctx.policy, ctx.memory, ctx.now
    if memory.last_call is None and now >= ctx.deadline:
        if policy.on_timeout in ("fail", "skip"):
            return ctx.overdue(f"{_are(ctx.left)} still there after {policy.timeout:g} s", ctx.left)
        patience = (
            0
            if policy.on_timeout == "force_delete"
            else max(e.memory.pod.grace_period for e in ctx.left)
        )
        ctx.memory = memory = dataclasses.replace(memory, last_call=now + patience + LAST_CALL)
    if memory.last_call is not None and now >= memory.last_call:
        return ctx.end(
            "failed",
            ctx.why(ctx.left),
            OverdueError(f"Node {ctx.look.name} is not drained even by deletion"),
        )
    limits = {entry.memory.pod.uid: _blocked_until(ctx, entry) for entry in ctx.left}
    late = [entry for entry in ctx.left if limits[entry.memory.pod.uid] <= now]
    if late and policy.on_timeout in ("fail", "skip") and memory.last_call is None:
        return ctx.overdue(f"{_are(late)} blocked for {policy.pdb_timeout:g} s", ctx.left)
    for entry in ctx.left if policy.pdb_overrides else ():
        override = _override(ctx, entry)
        if override is not None and override.action == "skip_node":
            return ctx.end("skipped", ctx.why([entry]))
    candidates = _candidates(ctx, {entry.memory.pod.uid for entry in late})
    stuck = [
        e for e in ctx.left if e.memory.held_since is not None or (e.decision.why and not e.going)
    ]
    return NextStep(
        ctx.memory,
        ctx.status("draining", ctx.why(stuck[:LIVE_REASONS])),
        candidates,
        _wake(ctx, limits),
    )


def _are(pods: Sequence[Entry]) -> str:
    return f"{counted(len(pods), 'pod')} {'is' if len(pods) == 1 else 'are'}"


def _override(ctx: NodeDrain, entry: Entry) -> BudgetOverride | None:
    """Return the first override that fits a pod blocked by a budget."""
    pod = entry.memory.pod
    if not ctx.policy.pdb_overrides or entry.going or not ctx.blocking.get(pod.uid):
        return None
    return ctx.policy.override(pod)


def _blocked_until(ctx: NodeDrain, entry: Entry) -> float:
    """Return when the time of a blocked pod is over.

    That is pdb_timeout after it was held back, or after its budget last admitted an eviction.
    """
    pod = entry.memory
    if (
        not ctx.policy.pdb_timeout
        or pod.held_since is None
        or entry.going
        or entry.decision.fate is not Fate.REMOVE
    ):
        return math.inf
    override = _override(ctx, entry)
    if override is not None and override.action == "wait":
        return math.inf
    names = ctx.blocking[pod.pod.uid]
    progress = [ctx.drain.budgets[name].admitted_at for name in names if name in ctx.drain.budgets]
    return max([pod.held_since, *progress]) + ctx.policy.pdb_timeout


def _candidates(ctx: NodeDrain, late: set[str]) -> tuple[Candidate, ...]:
    found = [
        Candidate(entry.memory, mode) for entry in ctx.left if (mode := _mode(ctx, entry, late))
    ]
    if ctx.policy.by_priority and found and ctx.memory.last_call is None:
        moving = [
            e.memory.pod.priority for e in ctx.left if e.going or e.decision.fate is Fate.REMOVE
        ]
        found = [candidate for candidate in found if candidate.pod.pod.priority == min(moving)]
    return tuple(sorted(found, key=lambda c: (c.pod.pod.ready, c.pod.pod.id)))


def _mode(ctx: NodeDrain, entry: Entry, late: set[str]) -> Removal | None:
    """Return how the pod is to be removed now, None if not now."""
    pod, policy = entry.memory, ctx.policy
    if pod.accepted_at is not None and not entry.going and ctx.now < pod.accepted_at + ACCEPTED_FOR:
        return None
    ends: Removal = "force" if policy.on_timeout == "force_delete" else "delete"
    if ctx.memory.last_call is not None:
        forced = ends == "force" and pod.pod.deletion_grace != 0
        return ends if forced or not entry.going else None
    if entry.decision.fate is not Fate.REMOVE:
        return None
    if pod.pod.claims and policy.wait_for_volumes and not ctx.cache.synced(CLAIMS):
        return None
    if pod.pod.uid in late:
        return ends
    override = _override(ctx, entry)
    return (
        "delete"
        if policy.disable_eviction or (override is not None and override.action == "delete")
        else "evict"
    )


def _wake(ctx: NodeDrain, limits: Mapping[str, float]) -> float:
    """Return the next moment at which time alone changes something."""
    moments = [ctx.deadline if ctx.memory.last_call is None else ctx.memory.last_call]
    moments += limits.values()
    for entry in ctx.left:
        if entry.memory.accepted_at is not None and not entry.going:
            moments.append(entry.memory.accepted_at + ACCEPTED_FOR)
        if ctx.policy.skip_wait_for_delete_timeout and entry.memory.terminating_since is not None:
            moments.append(ctx.now + _until_skipped(ctx, entry))
    return min(moment for moment in moments if moment > ctx.now)


def _until_skipped(ctx: NodeDrain, entry: Entry) -> float:
    since = ctx.now - (entry.memory.terminating_since or ctx.now)
    if ctx.policy.epoch is not None and entry.memory.pod.deleted_at is not None:
        since = ctx.policy.epoch + ctx.now - entry.memory.pod.deleted_at
    return max(0.0, ctx.policy.skip_wait_for_delete_timeout - since) + 0.1
