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
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    Member,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.control_plane import outage
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.capacity import (
    give_up,
    limits,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RECENT,
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.failures import (
    fail,
    tried,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.late_reads import (
    shows_earlier,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.remarks import left
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.target_reads import (
    await_drained,
    known_recently,
    known_since,
    note_drained,
    read_every,
)

TargetKey = tuple[str, str, int]
"""Target group, ID and port of a target, as the record has it."""
LEFT = ("draining", "unused")
"""States of a target that gets no new traffic."""


def leave_target_groups(ctx: RotationContext, member: Member, drained: bool = False) -> bool:
    """Deregister the instance; return True once it gets no traffic any more.

    Only the target groups attached to the group count. Returns True as well when lb_timeout has
    passed. Before it is `drained`, it stays where its pods have to move for another to be healthy.
    """
    if outage.is_only_node(ctx) or not ctx.group.target_groups:
        return True
    began = ctx.now - ctx.since(f"targets {member.id}")
    if not known_since(ctx, ctx.group.target_groups, began - RECENT):
        return False
    note_drained(ctx, member)
    mine = [
        target
        for target in ctx.group.targets
        if target.id == member.id
        and target.state != "unused"
        and (drained or not _waits_for_pods(ctx, member, target.group))
    ]
    if not mine:
        return True
    if ctx.over(_timer(member), ctx.policy.lb_timeout):
        late = ctx.now - ctx.since(_timer(member)) + ctx.policy.lb_timeout - RECENT
        groups = dict.fromkeys(target.group for target in mine)
        return known_since(ctx, groups, late) and _leave_anyway(ctx, member)
    _deregister(ctx, member, mine)
    return False


def _timer(member: Member) -> str:
    """Return since when this instance is to get no traffic any more."""
    return f"lb {member.id}"


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
        if target.group == target_group and target.state not in LEFT
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
    """Deregister a node's targets, but no last healthy one.

    Those that drain are waited for. What the others are is judged on a read of the last seconds.
    """
    staying = [target for target in mine if target.state != "draining"]
    young = known_recently(ctx, dict.fromkeys(target.group for target in staying))
    last = _last_healthy(ctx, member)
    for target in mine:
        if target.state == "draining":
            await_drained(ctx, target)
        elif young and target.group == last:
            ctx.tell(
                "blocked",
                member.name,
                "it is the last healthy target of its target group",
                once=f"last {member.id}",
            )
            read_every(ctx, target.group)
        elif young:
            _take_out(ctx, target)


def _take_out(ctx: RotationContext, target: TargetHealth) -> None:
    """Record that a target is deregistered, then do it."""
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

    Only a read tells that began when the node was to stay, and that shows what was done before.
    """
    present = ctx.situation.by_id
    missing, over = list[TargetKey](), set[TargetKey]()
    for key in ctx.journal.deregistered_targets:
        member = present.get(key[1])
        if member is None:
            over.add(key)
        elif member.leaving:
            ctx.forget(_staying(key))
        elif not _known_to_stay(ctx, key):
            missing.append(key)
        elif any((one.group, one.id) == key[:2] and _serves(ctx, one) for one in ctx.group.targets):
            over.add(key)
        elif not _given_up(ctx, key):
            missing.append(key)
            read_every(ctx, key[0])
    if over:
        kept = (key for key in ctx.journal.deregistered_targets if key not in over)
        ctx.record(deregistered_targets=tuple(kept))
    if not missing or ctx.memory.mode == "rotate":
        ctx.forget("registered")
        return not missing
    return ctx.over("registered", ctx.policy.lb_timeout) and _leave_out(ctx, missing)


def _leave_out(ctx: RotationContext, targets: list[TargetKey]) -> Literal[True]:
    """Report targets that no read shows although we have registered them."""
    for group, instance, port in targets:
        left(
            ctx,
            f"Instance {instance}:{port} is not seen in {balancer_name(group)} again"
            f" {ctx.policy.lb_timeout:.0f} s after it was registered",
        )
    return True


def _known_to_stay(ctx: RotationContext, key: TargetKey) -> bool:
    """Return whether a read tells what the target of a node that stays is."""
    began = ctx.now - ctx.since(_staying(key))
    return known_since(ctx, (key[0],), max(began, shows_earlier(ctx)))


def _staying(key: TargetKey) -> str:
    """Return since when the node of this target is to stay."""
    return f"stays {key[1]} {key[0]}"


def _serves(ctx: RotationContext, target: TargetHealth) -> bool:
    """Return whether a target is registered, as far as a read can tell."""
    return target.state not in LEFT and not _just_deregistered(ctx, target)


def _given_up(ctx: RotationContext, key: TargetKey) -> bool:
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
