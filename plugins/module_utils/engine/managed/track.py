# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Follow each node through EKS's update, and report what changes."""

from __future__ import annotations

import dataclasses

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.eviction import rule
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.nodegroup import (
    ManagedMember,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.preflight import leaving
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.progress import (
    ManagedRecord,
    estimate,
    phase_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Pod
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import BUDGETS
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import counted, duration
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.context import (
    ManagedContext,
)

BLOCKED_AFTER = 60.0
"""Seconds for which a budget has to allow nothing before that is told: pods that have just moved
make it so for a moment."""


def follow_nodes(ctx: ManagedContext) -> None:
    """Bring the records of all nodes up to date, and report their steps."""
    members = ctx.members
    for member in members:
        pods = leaving(ctx.pods, member.node.name) if member.node is not None else ()
        _follow(ctx, member, pods)
    here = {member.id for member in members}
    for id_, record in ctx.memory.records.items():
        if id_ not in here and record.phase != "terminated":
            _gone(ctx, record)


def _follow(ctx: ManagedContext, member: ManagedMember, pods: tuple[Pod, ...]) -> None:
    known = ctx.memory.records.get(member.id)
    if known is None and not member.outdated and member.id in (ctx.memory.found or ()):
        return
    before = known.pods if known is not None else len(pods)
    phase = phase_of(member, pods, before)
    # A node whose pods left before EKS reached it is drained only once it is cordoned.
    began = known.began if known is not None else None
    if began is None and phase in ("cordoned", "draining", "drained"):
        began = ctx.now
    record = ManagedRecord(
        name=member.name,
        instance_id=member.id,
        zone=member.instance.zone,
        image_id=member.instance.image_id,
        reason=known.reason if known is not None else member.outdated,
        phase=phase,
        began=began,
        pods=max(before, len(pods)),
        left=len(pods),
        blocked_by=known.blocked_by if known is not None else (),
    )
    _note(ctx, record)
    if (known is None and phase != "outdated") or (known is not None and known.phase != phase):
        _tell(ctx, record)
    if member.outdated and phase in ("cordoned", "draining"):
        _tell_blocked(ctx, record, pods)


def _note(ctx: ManagedContext, record: ManagedRecord) -> None:
    if ctx.memory.records.get(record.instance_id) != record:
        ctx.note(records={**ctx.memory.records, record.instance_id: record}, moved_at=ctx.now)


def _tell(ctx: ManagedContext, record: ManagedRecord) -> None:
    texts = {
        "cordoned": f"by EKS; {counted(record.left, 'pod')} to leave",
        "draining": f"{record.left} of {counted(record.pods, 'pod')} still there",
        "drained": counted(record.pods, "pod"),
        "launched": f"in {record.zone}, image {record.image_id}",
    }
    if record.phase != "outdated":
        ctx.tell(record.phase, record.name, texts.get(record.phase, ""))


def _gone(ctx: ManagedContext, record: ManagedRecord) -> None:
    ended = dataclasses.replace(record, phase="terminated", ended=ctx.now, left=0)
    _note(ctx, ended)
    if not record.is_old:
        ctx.tell("terminated", record.name, "EKS makes the group as large as it was")
        return
    took = f"{duration(ctx.now - record.began)}, " if record.began is not None else ""
    rest = remaining(ctx)
    text = f"{took}{counted(record.pods, 'pod')}" + (f"; {rest}" if rest else "")
    ctx.tell("terminated", record.name, text)


def remaining(ctx: ManagedContext) -> str:
    """Return how long the rest takes, for people, "" when nothing is left."""
    old = [record for record in ctx.memory.records.values() if record.is_old]
    times = tuple(
        record.ended - record.began
        for record in old
        if record.ended is not None and record.began is not None
    )
    left = sum(record.phase != "terminated" for record in old)
    at_once = ctx.nodegroup.config.at_once(ctx.memory.desired_before)
    # All outdated nodes are cordoned at one time, so that each waits for those before it.
    done = len(times)
    each = tuple(one * at_once / done for one in [max(times)]) if times else ()
    return estimate(left, at_once, each)


def _tell_blocked(ctx: ManagedContext, record: ManagedRecord, pods: tuple[Pod, ...]) -> None:
    budgets = tuple(ctx.view.cache.items(BUDGETS).values())
    for pod in pods:
        ruling, key = rule(pod, budgets, {}), f"blocked {pod.uid}"
        if ruling.admitted:
            ctx.forget(key)
        elif ctx.over(key, BLOCKED_AFTER):
            names = tuple(sorted({*record.blocked_by, *(one.id for one in ruling.budgets)}))
            record = dataclasses.replace(record, blocked_by=names)
            _note(ctx, record)
            ctx.tell("blocked", record.name, f"pod {pod.id}: {ruling.reason}", once=key)
