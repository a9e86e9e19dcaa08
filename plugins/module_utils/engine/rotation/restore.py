# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""End a rotation: undo what the record lists.

A value is restored only if it is still the one that we set; otherwise it is reported.
"""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    Protect,
    ProtectNew,
    Resume,
    SetMaxSize,
    SetTag,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import SIGNPOST
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    BALANCED,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.policy import REBALANCE
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.victims import (
    spread,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import (
    balancers,
    ended_nodes,
    replacement,
    warm_pool,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.capacity import (
    PROTECT_AT_ONCE,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.failures import (
    tried,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.late_reads import (
    are_late,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import (
    STALE_READ_TIMEOUT,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.remarks import left
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.shield import unshield

LAG = 5.0
"""Seconds after an act until no read goes back to what was before it."""


def name_unknown(ctx: RotationContext) -> None:
    """Say which fields of the record this release does not understand."""
    for name in ctx.journal.not_understood:
        left(
            ctx,
            f"The record of Auto Scaling group {ctx.group.name} has a field {name} that this"
            " release does not understand: see the release that wrote it",
        )


def restored(ctx: RotationContext) -> bool:
    """Restore everything the record lists; return True once done or reported.

    One call may issue several commands. The reads have to show it too, since a run that follows
    must not take what we set for what was there before.
    """
    if not ctx.fresh_awaited():
        return False
    if are_late(ctx):
        ctx.poll_soon = True
        return False
    steps = (
        _nodes(ctx),
        balancers.rejoined(ctx),
        _processes(ctx),
        _max_size(ctx),
        _protection(ctx),
        warm_pool.reopened(ctx),
        _signpost(ctx),
    )
    done = all(steps) and (_is_seen(ctx) or ctx.over("unseen", STALE_READ_TIMEOUT))
    ctx.poll_soon |= not done
    return ended_nodes.clear_ended_nodes(ctx) and done


def _is_seen(ctx: RotationContext) -> bool:
    """Return whether every read from now on shows what we have restored."""
    reads = ctx.memory.reads
    return reads.read == ctx.group and reads.read_began >= ctx.memory.outbox.acted + LAG


def _nodes(ctx: RotationContext) -> bool:
    back, clean = replacement.restore_nodes(ctx), replacement.untainted(ctx)
    back = unshield(ctx) and back
    if clean and ctx.journal.tainted:
        ctx.record(tainted=False)
    return back and clean


def _processes(ctx: RotationContext) -> bool:
    ours = tuple(sorted(set(ctx.journal.suspended) & ctx.group.suspended))
    if not ours:
        if ctx.journal.suspended:
            ctx.record(suspended=())
        return True
    now = spread(ctx.situation.zones, ctx.group.zones)
    if REBALANCE not in ours or now <= max(BALANCED, ctx.journal.spread):
        return tried(ctx, Resume(ctx.group.name, ours))
    left(
        ctx,
        f"AZRebalance of Auto Scaling group {ctx.group.name} stays suspended: its zones differ by"
        f" {now} instances, and resuming it would let AWS terminate undrained nodes. Balance the"
        " zones, then resume it",
    )
    others = tuple(name for name in ours if name != REBALANCE)
    return not others or tried(ctx, Resume(ctx.group.name, others))


def _max_size(ctx: RotationContext) -> bool:
    if ctx.journal.max_size is None:
        return True
    found, *ours = ctx.journal.max_size
    if ctx.group.max_size not in ours:
        if ctx.group.max_size != found:
            left(
                ctx,
                f"MaxSize of Auto Scaling group {ctx.group.name} is {ctx.group.max_size}:"
                " somebody changed it meanwhile",
            )
        ctx.record(max_size=None)
        return True
    if not ctx.read_recently() or _is_in_doubt(ctx):
        return False
    if max(ctx.desired, ctx.group.desired, ctx.situation.launched) > found:
        left(
            ctx,
            f"MaxSize of Auto Scaling group {ctx.group.name} stays {ctx.group.max_size} (was"
            f" {found}): it has"
            f" {ctx.situation.launched} instances, and a smaller maximum would cost undrained"
            " nodes",
        )
        return True
    return tried(ctx, SetMaxSize(ctx.group.name, found))


def _is_in_doubt(ctx: RotationContext) -> bool:
    """Return whether somebody may have raised desired, for a limited time."""
    if ctx.memory.reads.doubt is None:
        ctx.forget("size in doubt")
        return False
    return not ctx.over("size in doubt", ctx.policy.terminate_timeout)


def _protection(ctx: RotationContext) -> bool:
    if not ctx.journal.fenced:
        return True
    group = ctx.group
    if why := _needs_fence(ctx):
        return _fence_stays(ctx, why)
    if group.protects_new != ctx.journal.protects_new:
        return tried(ctx, ProtectNew(group.name, ctx.journal.protects_new))
    if why := _enters_service(ctx):
        return _fence_stays(ctx, why)
    aside = (one for one in group.instances if one.in_standby and not one.ending)
    here = (*(member.instance for member in ctx.situation.members), *aside)
    ours = tuple(one.id for one in here if one.protected and _was_unprotected(ctx, one.id))
    parts = [
        ours[start : start + PROTECT_AT_ONCE] for start in range(0, len(ours), PROTECT_AT_ONCE)
    ]
    given_up = [tried(ctx, Protect(group.name, part, False)) for part in parts]
    if not ours:
        ctx.record(fenced=False, protected=(), unprotected=())
    return all(given_up)


def _needs_fence(ctx: RotationContext) -> str:
    """Return why the fence may not come down, "" if it may."""
    if ctx.situation.launched == ctx.desired:
        return ""
    return (
        f"it has {ctx.situation.launched} instances and wants {ctx.desired}, so unprotected ones"
        " would be taken undrained"
    )


def _enters_service(ctx: RotationContext) -> str:
    """Return an instance that gets its protection only in service, "" for none."""
    members = ctx.situation.members
    waiting = (member.id for member in members if member.instance.lifecycle != "InService")
    found = min(waiting, default="")
    return f"instance {found} is not in service yet" if found else ""


def _fence_stays(ctx: RotationContext, why: str) -> bool:
    """Wait until the fence may come down; return True if that takes too long.

    It is then reported.
    """
    if not ctx.over("unfence", ctx.policy.terminate_timeout):
        return False
    left(ctx, f"Scale-in protection of Auto Scaling group {ctx.group.name} stays: {why}")
    return True


def _was_unprotected(ctx: RotationContext, instance: str) -> bool:
    """Return whether the instance would have no protection without us."""
    journal = ctx.journal
    return (
        instance in journal.unprotected
        if journal.protects_new
        else instance not in journal.protected
    )


def _signpost(ctx: RotationContext) -> bool:
    if SIGNPOST not in ctx.group.tags:
        return True
    return tried(ctx, SetTag(ctx.group.name, SIGNPOST, None))
