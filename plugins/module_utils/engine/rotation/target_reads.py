# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read targets when the answer is awaited and may have changed.

Reads of the group do not ask for them once a rotation has begun.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import Deregister
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RotatorError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import (
    TargetHealth,
    TargetRead,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.deregistration import (
    EARLY,
    SOONEST,
    look_after,
    look_at_drain,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Member
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.readiness import (
    lacking_targets,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.targets import (
    ReadTargets,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RECENT,
    RotationContext,
)

NEVER_READ = TargetRead(-math.inf, -math.inf)
JOIN = "join"
"""Key of the shortest time in which a new node was found healthy everywhere."""


def repeat_refused(ctx: RotationContext) -> list[RotatorError]:
    """Return why target groups cannot be read; each is read again until it is."""
    refused = {
        command: retry.error
        for command, retry in ctx.memory.outbox.retries.items()
        if isinstance(command, ReadTargets)
    }
    for command in refused:
        ctx.do(command)
    return list(refused.values())


def read_of(ctx: RotationContext, target_group: str) -> TargetRead:
    """Return when the targets of a target group were read last."""
    return ctx.memory.reads.target_reads.get(target_group, NEVER_READ)


def deleted(ctx: RotationContext) -> tuple[str, ...]:
    """Return the group's target groups that do not exist any more, as far as known."""
    return tuple(name for name in ctx.group.target_groups if not read_of(ctx, name).exists)


def known_since(ctx: RotationContext, target_groups: Iterable[str], moment: float) -> bool:
    """Return whether reads that began no earlier show these; else read them."""
    old = [name for name in target_groups if read_of(ctx, name).began < moment]
    for name in old:
        ctx.do(ReadTargets(name))
    return not old


def known_recently(ctx: RotationContext, target_groups: Iterable[str]) -> bool:
    """Return whether the last reads are young enough to act on; else read them.

    Others may have changed what is older. Where reads take longer, the newest has to do.
    """
    reads = {name: read_of(ctx, name) for name in target_groups}
    seen = (one for one in reads.values() if one is not NEVER_READ)
    took = max((one.ended - one.began for one in seen), default=0.0)
    return known_since(ctx, reads, ctx.now - max(RECENT, took + 1))


def read_every(ctx: RotationContext, target_group: str, pause: float = SOONEST) -> None:
    """Read the targets once the last read is older than this."""
    due = read_of(ctx, target_group).began + pause
    if ctx.now >= due:
        ctx.do(ReadTargets(target_group))
    else:
        ctx.look_at(due)


def await_drained(ctx: RotationContext, target: TargetHealth) -> None:
    """Read the target group again when a target may have drained."""
    began, known = _drains_since(ctx, target), read_of(ctx, target.group)
    waited = max(0.0, known.began - began)
    shortest = ctx.memory.reads.target_times.get(target.group)
    pause = look_at_drain(waited, shortest, known.delay)
    due = max(known.began, began) + pause
    ctx.drained_at[target.id] = max(due, ctx.drained_at.get(target.id, due))
    if ctx.now >= due:
        ctx.do(ReadTargets(target.group))
    else:
        ctx.look_at(due)


def quiet_until(ctx: RotationContext) -> float:
    """Return until when nothing but the drain of targets is awaited, else -inf."""
    situation, joined = ctx.situation, ctx.memory.nodes.marks.joined
    leaving = {member.id for member in situation.leaving}
    coming = any(
        not (one.outdated or one.leaving or one.id in joined) for one in situation.unjoined
    )
    if coming or situation.launched != situation.desired or leaving != ctx.drained_at.keys():
        return -math.inf
    return min(ctx.drained_at.values(), default=-math.inf)


def note_drained(ctx: RotationContext, member: Member) -> None:
    """Remember how long the targets of a node took that drain no more."""
    drains = {
        target.group
        for target in ctx.group.targets
        if target.id == member.id and target.state == "draining"
    }
    for target_group in ctx.group.target_groups:
        timer = _draining(member.id, target_group)
        if timer in ctx.memory.timers and target_group not in drains:
            note_time(ctx, target_group, ctx.since(timer))
            ctx.forget(timer)


def note_time(ctx: RotationContext, key: str, took: float) -> None:
    """Remember in how many seconds a change came about, if none was faster."""
    known = ctx.memory.reads.target_times
    if took < known.get(key, math.inf):
        ctx.note(target_times={**known, key: took})


def unhealthy(ctx: RotationContext, member: Member, timer: str) -> tuple[str, ...]:
    """Return the target groups that have yet to find a new node healthy.

    Only a read tells that which began when nothing else was awaited any more: since `timer`.
    """
    follows, began = (*ctx.journal.follows, *deleted(ctx)), ctx.now - ctx.since(timer)
    asked = [name for name in ctx.group.target_groups if name not in follows]
    lacking = lacking_targets(
        ctx.group, member, ctx.situation.outdated_ids, ctx.journal.served, follows
    )
    unread = (name for name in asked if read_of(ctx, name).began < began)
    awaited = tuple(dict.fromkeys((*lacking, *unread)))
    for name in awaited:
        _await_healthy(ctx, name, began)
    if not awaited and asked:
        note_time(ctx, JOIN, ctx.now - began)
    return awaited


def _await_healthy(ctx: RotationContext, target_group: str, began: float) -> None:
    """Read a target group when a node may be healthy that was ready at `began`."""
    known, shortest = read_of(ctx, target_group).began, ctx.memory.reads.target_times.get(JOIN)
    due = began + EARLY * (shortest or 0.0)
    if known >= began:
        due = known + look_after(known - began, shortest)
    if ctx.now >= due:
        ctx.do(ReadTargets(target_group))
    else:
        ctx.look_at(due)


def _drains_since(ctx: RotationContext, target: TargetHealth) -> float:
    """Return since when a target drains, or is seen to drain."""
    timer = _draining(target.id, target.group)
    if timer not in ctx.memory.timers:
        act = Deregister(target.group, ((target.id, target.port),))
        began = ctx.memory.outbox.acts.get(act, ctx.now)
        ctx.note(timers={**ctx.memory.timers, timer: began})
    return ctx.memory.timers[timer]


def _draining(instance: str, target_group: str) -> str:
    """Return since when a target of this instance drains."""
    return f"drains {instance} {target_group}"
