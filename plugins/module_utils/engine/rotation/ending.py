# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""End a drained instance, with or without decrement."""

from __future__ import annotations

from collections import Counter

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    EnterStandby,
    Terminate,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import FailedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    BALANCED,
    Member,
    empties_zone,
    spread,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.control_plane import (
    guarding,
    judging,
    reading,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import kept, unknown
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.capacity import (
    give_up,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.console import (
    console_read,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.failures import (
    fail,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import (
    BROKEN,
    RETRACTED,
)


def terminate(ctx: RotationContext, member: Member) -> None:
    """End a drained instance.

    With decrement, recorded first, when the surge has done its work (no more outdated nodes are
    left than the surge has brought replacement nodes, or we are settling) and the zones bear it.
    Otherwise the group launches another in its place, in the zone that lacks one.
    """
    situation, decrements = ctx.situation, ctx.journal.decrements
    in_flight = {
        command.instance
        for command in ctx.view.in_flight
        if isinstance(command, (Terminate, EnterStandby))
    }
    if member.id in in_flight or not console_read(ctx, member) or _is_held(ctx, member):
        return
    if member.id in decrements:
        _decrement(ctx, member)
        return
    ours = situation.surge - len(decrements)
    waiting = {member.id, *(other.id for other in unknown.to_replace(ctx))}
    left = len(waiting - in_flight - set(decrements))
    surplus = _is_surplus(ctx, member)
    shrink = surplus or ((ctx.memory.mode != "rotate" or left <= ours) and zones_bear(ctx, member))
    if not kept.prepared(ctx, member):
        return
    if ours > 0 and shrink and situation.launched <= situation.desired:
        also = {"kept": (*ctx.journal.kept, member.id)} if kept.decide_keeping(ctx, member) else {}
        ctx.record(decrements=(*decrements, member.id), **also)
    elif surplus and situation.launched <= situation.desired and decrements:
        _wait_to_end(ctx, member)  # the group would only launch another
    else:
        ctx.do(Terminate(member.id, False))


def _is_held(ctx: RotationContext, member: Member) -> bool:
    """Return whether the control plane cannot spare this node now.

    It is given up if that lasts.
    """
    why = guarding.why_held(ctx) if reading.concerns(ctx) else ""
    if not why:
        ctx.forget(f"held {member.id}")
    elif error := judging.too_long_held(ctx, member, why):
        give_up(ctx, member)
        fail(ctx, error)
    return bool(why)


def _is_surplus(ctx: RotationContext, member: Member) -> bool:
    """Return whether nothing is to come in the place of this instance.

    A broken one whose zone would be left short is replaced once new instances are launched from the
    previous version again: pods with volumes of that zone need a node there.
    """
    reason = ctx.memory.nodes.records[member.id].reason
    if reason == BROKEN and ctx.memory.turned_back:
        return zones_bear(ctx, member)
    return reason in RETRACTED


def _decrement(ctx: RotationContext, member: Member) -> None:
    """End an instance with decrement as recorded, unless desired has changed since.

    A decrement must not lower it below the base.
    """
    situation, read = ctx.situation, ctx.memory.reads.read
    if situation.surge < len(ctx.journal.decrements) and ctx.read_fresh:
        rest = tuple(name for name in ctx.journal.decrements if name != member.id)
        ctx.record(decrements=rest, kept=tuple(set(ctx.journal.kept) & set(rest)))
    elif ctx.memory.reads.doubt is None and read is not None and read.desired > situation.base:
        ctx.do(kept.departure(ctx, member))
    else:
        _wait_to_end(ctx, member)


def _wait_to_end(ctx: RotationContext, member: Member) -> None:
    """Wait until reads show that a drained instance may end; leave it in the end."""
    ctx.poll_soon = True
    if ctx.over(f"ending {member.id}", ctx.policy.terminate_timeout):
        give_up(ctx, member)
        text = (
            f"Node {member.name} is drained and could not be ended: desired of Auto Scaling group"
            f" {ctx.group.name} is changed by others again and again"
        )
        fail(ctx, FailedError(text))


def zones_bear(ctx: RotationContext, member: Member) -> bool:
    """Return whether the zones stay balanced without this instance.

    As balanced, that is, as they were found.
    """
    decrements = {*ctx.journal.decrements, member.id}
    zones = Counter(
        other.instance.zone for other in ctx.situation.members if other.id not in decrements
    )
    if empties_zone(ctx.situation, member, decrements):
        return False
    now = spread(ctx.situation.zones, ctx.group.zones)
    return spread(zones, ctx.group.zones) <= max(BALANCED, ctx.journal.spread, now - 1)
