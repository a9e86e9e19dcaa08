# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deregister nodes from their target groups before they go.

They are registered again if they stay.
"""

from __future__ import annotations

import math
from typing import Literal

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    Deregister,
    Register,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    FailedError,
    NotFoundError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import (
    TargetHealth,
    balancer_name,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.deregistration import (
    look_after,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    Member,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.control_plane import outage
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.capacity import (
    give_up,
    limits,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.failures import (
    fail,
    tried,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.late_reads import (
    earlier_are_late,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.remarks import left

TargetChange = Literal["drain", "join"]
"""What is awaited of a target: that it gets no traffic any more, or that it is healthy."""


def leave_target_groups(ctx: RotationContext, member: Member, drained: bool = False) -> bool:
    """Deregister the instance; return True once it gets no traffic any more.

    Only the target groups attached to the group count. Returns True as well when lb_timeout has
    passed. Before it is `drained`, it stays where its pods have to move for another to be healthy.
    """
    if outage.is_only_node(ctx):
        return True
    mine = [
        target
        for target in ctx.group.targets
        if target.id == member.id
        and target.state != "unused"
        and (drained or not _waits_for_pods(ctx, member, target.group))
    ]
    if not mine:
        note_targets(ctx, "drain", _timer(member))
        return True
    if ctx.over(_timer(member), ctx.policy.lb_timeout):
        return _leave_anyway(ctx, member)
    if all(target.state == "draining" for target in mine):
        await_targets(ctx, "drain", _timer(member))
    else:
        ctx.poll_soon = True
    _deregister(ctx, member, mine)
    return False


def _timer(member: Member) -> str:
    """Return since when this instance is to get no traffic any more."""
    return f"lb {member.id}"


def await_targets(ctx: RotationContext, what: TargetChange, timer: str) -> None:
    """Read the group again when targets may have changed.

    `timer`: since when that is awaited.
    """
    waited = ctx.memory.reads.read_began - (ctx.now - ctx.since(timer))
    pause = look_after(max(0.0, waited), ctx.memory.reads.target_times.get(what))
    ctx.poll_in = min(ctx.poll_in, pause)


def note_targets(ctx: RotationContext, what: TargetChange, timer: str) -> None:
    """Remember how long a change takes that need not be waited for any more."""
    began, known = ctx.memory.timers.get(timer), ctx.memory.reads.target_times
    if began is not None and ctx.now - began < known.get(what, math.inf):
        ctx.note(target_times={**known, what: ctx.now - began})


def _waits_for_pods(ctx: RotationContext, member: Member, target_group: str) -> bool:
    """Return whether pods have to move before the instance leaves this target group.

    It is the last healthy target of a group that follows pods, and a node that stays is registered
    there, so that the pods can move to it as their budgets allow. Once a drain has begun it is
    ended before anything else.
    """
    if target_group not in ctx.journal.follows:
        return False
    if member.name in ctx.memory.drain.nodes:
        return True
    staying = {other.id for other in ctx.situation.members if other.available}
    registered = {
        target.id
        for target in ctx.group.targets
        if target.group == target_group and target.state not in ("draining", "unused")
    }
    return bool(staying & registered) and not _others_healthy(ctx, target_group)


def _others_healthy(ctx: RotationContext, target_group: str) -> bool:
    """Return whether a target that stays is healthy in this target group."""
    leaving = {other.id for other in ctx.situation.leaving}
    return any(
        target.group == target_group and target.state == "healthy" and target.id not in leaving
        for target in ctx.group.targets
    )


def _leave_anyway(ctx: RotationContext, member: Member) -> bool:
    """Stop waiting, unless the instance is the last healthy target."""
    note_targets(ctx, "drain", _timer(member))  # it takes at least so long
    if last := _last_healthy(ctx, member):
        give_up(ctx, member)
        text = f"Node {member.name} is the last healthy target of {last}"
        fail(ctx, FailedError(text, "See why no other target is healthy"))
        return False
    ctx.tell(
        "balancer",
        member.name,
        "still draining in its target group after lb_timeout; continuing",
        once=f"lb {member.id}",
    )
    return True


def _deregister(ctx: RotationContext, member: Member, mine: list[TargetHealth]) -> None:
    last = _last_healthy(ctx, member)
    for target in mine:
        if target.state == "draining":
            continue
        if target.group == last:
            ctx.tell(
                "blocked",
                member.name,
                "it is the last healthy target of its target group",
                once=f"last {member.id}",
            )
            continue
        key = (target.group, target.id, target.port)
        if key in ctx.journal.deregistered_targets:
            ctx.do(Deregister(target.group, ((target.id, target.port),)))
        else:
            ctx.record(deregistered_targets=(*ctx.journal.deregistered_targets, key))


def _last_healthy(ctx: RotationContext, member: Member) -> str:
    """Return the target group in which this instance is the last healthy one to stay.

    "" if there is none, or if all nodes may be unavailable at once.
    """
    if limits(ctx).unavailable >= ctx.situation.base:
        return ""
    mine = (
        target.group
        for target in ctx.group.targets
        if target.state == "healthy" and target.id == member.id
    )
    return next((group for group in mine if not _others_healthy(ctx, group)), "")


def rejoined(ctx: RotationContext) -> bool:
    """Register targets again whose nodes stay; return True once all are.

    A read that still shows a target which we have just deregistered, or may have, is late.
    """
    staying = {member.id for member in ctx.situation.members if not member.leaving}
    present = {member.id for member in ctx.situation.members}
    serving = {
        (target.group, target.id)
        for target in ctx.group.targets
        if target.state not in ("draining", "unused") and not _just_deregistered(ctx, target)
    }
    missing = [
        key
        for key in ctx.journal.deregistered_targets
        if key[1] in staying and key[:2] not in serving
    ]
    over = {
        key
        for key in ctx.journal.deregistered_targets
        if key[1] not in present or (key[1] in staying and key not in missing)
    }
    if over and not earlier_are_late(ctx):
        ctx.record(
            deregistered_targets=tuple(
                key for key in ctx.journal.deregistered_targets if key not in over
            )
        )
    waits = [key for key in missing if not _given_up(ctx, key)]
    ctx.poll_soon |= bool(waits)
    if not waits or ctx.memory.mode == "rotate":
        ctx.forget("registered")
        return not waits
    return ctx.over("registered", ctx.policy.lb_timeout) and _leave_out(ctx, waits)


def _leave_out(ctx: RotationContext, targets: list[tuple[str, str, int]]) -> Literal[True]:
    """Report targets that no read shows although we have registered them."""
    for group, instance, port in targets:
        left(
            ctx,
            f"Instance {instance}:{port} is not seen in {balancer_name(group)} again"
            f" {ctx.policy.lb_timeout:.0f} s after it was registered",
        )
    return True


def _given_up(ctx: RotationContext, key: tuple[str, str, int]) -> bool:
    """Register a target again; return True once that is given up.

    Where there is no such target group any more, nothing of it stays recorded.
    """
    command = Register(key[0], (key[1:],))
    if not tried(ctx, command):
        return False
    retry = ctx.refused(command)
    if ctx.memory.mode != "rotate" and retry and isinstance(retry.error, NotFoundError):
        rest = tuple(one for one in ctx.journal.deregistered_targets if one != key)
        ctx.record(deregistered_targets=rest)
    return True


def _just_deregistered(ctx: RotationContext, target: TargetHealth) -> bool:
    """Return whether our last act on this target deregistered it, or may have."""
    outbox, which = ctx.memory.outbox, ((target.id, target.port),)
    left = Deregister(target.group, which)
    last = max(one.get(left, -math.inf) for one in (outbox.acts, outbox.unanswered))
    return last > outbox.acts.get(Register(target.group, which), -math.inf)
