# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hold the next replacement until pods that this run evicted run again.

It looks only at workloads that lost a pod by this run, and holds only the beginning of a
replacement: never a drain under way, an end, a launch or restoring. A pod that only a launch in
flight can take does not count until that node has joined or boot_timeout has passed.
"""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.holders import not_running
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Instance
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node, Pod
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import Feed
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.workloads import (
    Hope,
    Shortage,
    could_take,
    is_bound_to_zone,
    shortage,
    workload_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.access import (
    is_shut_out,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.losses import (
    losing,
    unread,
    workloads,
)

PENDING = Feed("pods", phase="Pending")
UNSHOWN = 2.0
"""Seconds after an eviction in which the status of its workload may not show it yet."""
CLOSED, TOLD = "gate closed", "gate"
"""Since when the gate is shut, and that people were told."""
TOLD_AFTER, RECORDED_AFTER = 30.0, 30.0
"""Seconds for which the gate has to be closed before people are told, and before the record names
the workloads: most pods run again within that time."""


def closed(ctx: RotationContext) -> str:
    """Return why the gate is closed, with the scheduler's words, "" while it is open."""
    if ctx.policy.workload_gate == "off":
        return ""
    if why := unread(ctx):
        return why
    if not ctx.memory.gate.losses and not ctx.memory.gate.robbed:
        return ""
    ctx.feeds.add(PENDING)
    error = ctx.view.cache.broken.get(PENDING)
    if is_shut_out(ctx, "pending pods", error):
        return ""  # who may not list pods cannot wait for them; a drain could not begin either
    if error is not None:
        return f"the pending pods cannot be read: {error}"
    if not ctx.view.cache.synced(PENDING):
        return "the pending pods are being listed"
    found, waiting = _short(ctx)
    _note(ctx, found, waiting)
    moved = _just_moved(ctx)
    if not found and not waiting:
        return moved
    text = str(found[0]) if found else f"{not_running(waiting[0])}, which this run evicted"
    more = len(found) + len(waiting) - 1
    text += f" (and {more} more)" if more else ""
    return _told(ctx, text)


def untold(ctx: RotationContext) -> bool:
    """Return whether a gate that only warns is shut, and has not told it yet.

    It has been looked at in this look.
    """
    shut = ctx.policy.workload_gate == "warn" and CLOSED in ctx.memory.timers
    return shut and TOLD not in ctx.memory.report.told


def _told(ctx: RotationContext, text: str) -> str:
    """Return the reason, or tell it where the gate only warns."""
    lasts = ctx.over(CLOSED, TOLD_AFTER)
    if ctx.policy.workload_gate == "warn":
        if lasts:
            ctx.tell("warning", ctx.group.name, text, once=TOLD)
        return ""
    if lasts:
        ctx.tell("waiting", ctx.group.name, text, once=TOLD)
    return text


def _short(ctx: RotationContext) -> tuple[list[Shortage], list[Pod]]:
    """Return the workloads that lack pods, and Pending pods of other kinds."""
    memory, known = ctx.memory, workloads(ctx)
    pending: dict[str, list[Pod]] = {}
    others: list[Pod] = []
    for pod in ctx.view.cache.items(PENDING).values():
        workload = workload_of(pod, known)
        if workload is not None and workload.key in memory.gate.losses:
            pending.setdefault(workload.key, []).append(pod)
        elif workload is None and pod.owner is not None and pod.owner.key in memory.gate.robbed:
            others += [pod] if pod.deleted_at is None else []
    excused = _excused(ctx, [*others, *(pod for pods in pending.values() for pod in pods)])
    found = (
        shortage(loss, known.get(key), pending.get(key, ()), excused)
        for key, loss in sorted(memory.gate.losses.items())
    )
    short = [one for one in found if one is not None]
    others = sorted((pod for pod in others if pod.uid not in excused), key=lambda pod: pod.id)
    return short, others


def _note(ctx: RotationContext, found: list[Shortage], waiting: list[Pod]) -> None:
    """Note which workloads have recovered, and the progress of the others.

    Those that are short for long are recorded, so that a run that follows a killed one holds on to
    them.
    """
    memory, short = ctx.memory, {one.workload.key for one in found}
    recent = {key for key, loss in memory.gate.losses.items() if ctx.now - loss.last < UNSHOWN}
    current = short | recent | losing(ctx)
    if not memory.gate.losses.keys() <= current:
        ctx.note(losses={key: loss for key, loss in memory.gate.losses.items() if key in current})
    lacking = sum(one.needed - one.ready for one in found) + len(waiting)
    if not lacking:
        ctx.forget(CLOSED)
        ctx.note(least_lacking=None)
    elif memory.gate.least_lacking is None or lacking < memory.gate.least_lacking:
        ctx.note(least_lacking=lacking)
        for timer in ("stalled", "gate at the end"):
            ctx.forget(timer)
    lasting = bool(lacking) and ctx.over(CLOSED, RECORDED_AFTER)
    named = {(key, memory.gate.losses[key].before) for key in short}
    record = named if lasting else named & set(ctx.journal.short)
    if tuple(sorted(record)) != ctx.journal.short:
        ctx.record(short=tuple(sorted(record)))


def _just_moved(ctx: RotationContext) -> str:
    """Return why the status of a workload may not be believed yet, "" if it may."""
    last = max((loss.last for loss in ctx.memory.gate.losses.values()), default=-UNSHOWN)
    if ctx.now - last >= UNSHOWN:
        return ""
    ctx.look_at(last + UNSHOWN)
    return "pods have been evicted just now"


def _excused(ctx: RotationContext, pods: Iterable[Pod]) -> frozenset[str]:
    """Return the uids of the pods that only a launch in flight can take."""
    situation, skipped = ctx.situation, ctx.memory.nodes.marks.skipped
    coming = {
        member.id: member.instance
        for member in situation.current
        if not member.joined and not member.leaving and member.id not in skipped
    }
    missing = max(0, ctx.desired - situation.launched)
    like, hopes, found = _like(ctx), {}, set()
    for pod in pods:
        if not pod.unscheduled:
            continue
        hope = _hope(ctx, pod, coming, missing, like)
        hopes[pod.uid] = hope
        if hope.stands(frozenset(coming), missing, ctx.now, ctx.boot_timeout):
            found.add(pod.uid)
            ctx.look_at(hope.since + ctx.boot_timeout)
    if hopes != ctx.memory.gate.hopes:
        ctx.note(hopes=hopes)
    return frozenset(found)


def _hope(
    ctx: RotationContext, pod: Pod, coming: dict[str, Instance], missing: int, like: Node | None
) -> Hope:
    """Return what launches a pod that fits nowhere may wait for."""
    zone = ""
    if is_bound_to_zone(pod):
        zones = ctx.memory.gate.claim_zones
        zone = next((z for c in pod.claims if (z := zones.get(f"{pod.namespace}/{c}", ""))), "")
    able = [id_ for id_, instance in coming.items() if could_take(pod, like, instance, zone)]
    known = ctx.memory.gate.hopes.get(pod.uid)
    if known is None:
        more = missing if could_take(pod, like, None, zone) else 0
        known = Hope(ctx.now, len(able) + more)
    return known.joined_by(able)


def _like(ctx: RotationContext) -> Node | None:
    """Return a node whose labels a new one will have, None if there is none.

    It is a new one, before there is one an old one.
    """
    situation = ctx.situation
    joined = (member.node for member in situation.current if member.joined)
    old = (member.node for member in situation.outdated if member.node is not None)
    return next(joined, None) or next(old, None)
