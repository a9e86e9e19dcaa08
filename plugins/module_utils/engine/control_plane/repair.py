# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""End a new control plane node that does not become whole, if asked for.

It is ended once. It may have the volumes of etcd, so that nobody else ends it: not as broken, not
as surplus, not as dead. What comes in its place is launched from the previous image.
"""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import Terminate
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.policy import (
    settle_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.streaks import (
    has_settled,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.kinds import kind_of
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Member
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.control_plane.reading import (
    flaw,
    others,
    places,
    read_just_now,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.remarks import left

OPTION = "control_plane_repair"


def end_once(ctx: RotationContext) -> None:
    """End the new node that is not whole in time, once everything else is well.

    If that does not come, it stays and the result says why.
    """
    member = _broken(ctx)
    if member is None or _has_ended(ctx):
        return
    ctx.poll_soon = True
    if why := _why_not(ctx, member):
        if ctx.over(OPTION, ctx.policy.terminate_timeout):
            left(ctx, f"Node {member.name} was not ended ({OPTION}): {why}")
        return
    command = Terminate(member.id, False)
    ctx.do(command)
    if command in ctx.commands:
        rest = tuple(one for one in ctx.memory.report.left if member.name not in one)
        ctx.note(repaired=member.id, left=rest)
        text = f"{member.id} is ended once ({OPTION}), the next comes from the previous image"
        ctx.tell("dead", member.name, text, once=f"repair {member.id}")


def is_done(ctx: RotationContext) -> bool:
    """Return whether nothing is left to repair, or it will not be in time."""
    if _broken(ctx) is not None and not _has_ended(ctx):
        return _is_late(ctx, OPTION, ctx.policy.terminate_timeout)
    if not ctx.memory.plane.repaired:
        return True
    ctx.poll_soon = True
    settle = settle_of(ctx.policy)
    own = [place for place in places(ctx) if place.group == ctx.group.name]
    flaws = {place.name: flaw(ctx, place) for place in own}
    settled = (has_settled(ctx.memory.plane.streaks.get(place.instance), settle) for place in own)
    if own and not any(flaws.values()) and all(settled):
        ctx.tell("ready", own[0].name, f"{own[0].instance} is whole", once="repaired")
        return True
    if not ctx.over("repaired", ctx.boot_timeout):
        return False
    for name, why in flaws.items():
        left(ctx, f"Node {name}, which came after the repair, is not whole: {why or 'not settled'}")
    return True


def _broken(ctx: RotationContext) -> Member | None:
    """Return the new node whose time is over and that may be ended, or None."""
    if not (ctx.policy.control_plane_repair and kind_of(ctx.group.tags).needs_quorum):
        return None
    marks = ctx.memory.nodes.marks
    found = (
        member
        for member in ctx.situation.current
        if not member.leaving
        and member.id not in marks.joined | marks.skipped
        and _is_late(ctx, f"boot {member.id}", ctx.boot_timeout)
    )
    return next(found, None)


def _has_ended(ctx: RotationContext) -> bool:
    """Return whether the one node that may be ended was."""
    return ctx.memory.plane.repaired in ctx.memory.nodes.marks.gone


def _is_late(ctx: RotationContext, condition: str, limit: float) -> bool:
    began = ctx.memory.timers.get(condition, ctx.now)
    return ctx.now - began >= limit - 1e-6


def _why_not(ctx: RotationContext, member: Member) -> str:
    """Return why the node may not be ended yet, a clause; "" if it may."""
    found = ctx.group.resolved
    if ctx.journal.pointer_owed or found is None or found.sources == ctx.target.sources:
        return "the previous image has not gone back"
    rest = others(ctx, member.id)
    if not rest:
        return "it is the only node of the control plane"
    if not read_just_now(ctx):
        return "the control plane has to be read once more"
    settle = settle_of(ctx.policy)
    for place in rest:
        if why := flaw(ctx, place):
            return f"node {place.name} is not whole: {why}"
        if not has_settled(ctx.memory.plane.streaks.get(place.instance), settle):
            return f"node {place.name} has not been whole for {settle:.0f} s"
    return ""
