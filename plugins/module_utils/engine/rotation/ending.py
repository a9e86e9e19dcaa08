# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""End a drained instance, with or without decrement."""

from __future__ import annotations

from collections import Counter

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    Command,
    EnterStandby,
    Terminate,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import FailedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    BALANCED,
    Member,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.victims import (
    empties_zone,
    spread,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.zones import (
    filled,
    hope,
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
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.tolerating import (
    AT_LAST,
    evicted_last,
)


def terminate(ctx: RotationContext, member: Member) -> None:
    """End a drained instance.

    With decrement, recorded first, when the surge has done its work (no more outdated nodes are
    left than the surge has brought replacement nodes, or we are settling) and the zones bear it, be
    it only together with the other ones. Otherwise the group launches another in its place, in the
    zone that lacks one.
    """
    situation, decrements = ctx.situation, ctx.journal.decrements
    in_flight = {
        command.instance
        for command in ctx.view.in_flight
        if isinstance(command, (Terminate, EnterStandby))
    }
    if member.id in in_flight or not console_read(ctx, member) or _is_held(ctx, member):
        return
    if _asked_before(ctx, member):
        return
    ours = situation.surge - len(decrements)
    surplus = _is_surplus(ctx, member)
    last = [member, *(other for other in unknown.to_replace(ctx) if other.id != member.id)]
    last = [other for other in last if other.id not in {*in_flight, *decrements}]
    done = ctx.memory.mode != "rotate" or len(last) <= ours
    shrink = surplus or (done and zones_bear(ctx, member))
    if done and not shrink and _all_bear(ctx, last):
        if _waits_for_others(ctx, member, last):
            return
        shrink = True
    if not (surplus or done) and _is_due_last(ctx, member, last, ours):
        return
    if not kept.prepared(ctx, member):
        return
    if ours > 0 and shrink and situation.launched <= situation.desired:
        also = {"kept": (*ctx.journal.kept, member.id)} if kept.decide_keeping(ctx, member) else {}
        ctx.record(decrements=(*decrements, member.id), **also)
    elif surplus and situation.launched <= situation.desired and decrements:
        _wait_to_end(ctx, member)  # the group would only launch another
    else:
        _end(ctx, member, Terminate(member.id, False))


def _asked_before(ctx: RotationContext, member: Member) -> bool:
    """End an instance once more as it was asked to end; return whether it was.

    It may end already. To ask for a decrement then would change nothing of desired.
    """
    if member.id in ctx.journal.decrements:
        _decrement(ctx, member)
        return True
    if member.id in ctx.memory.reads.ended_by_us:
        _end(ctx, member, Terminate(member.id, False))
        return True
    return False


def _end(ctx: RotationContext, member: Member, command: Command) -> None:
    """End an instance, immediately after the last eviction of pods on it."""
    if evicted_last(ctx, member, AT_LAST):
        ctx.do(command)


def _is_held(ctx: RotationContext, member: Member) -> bool:
    """Return whether the control plane cannot spare this node now.

    It is given up if that lasts.
    """
    if not reading.concerns(ctx):
        return False
    unread = "" if reading.read_just_now(ctx) else "it has to be read once more"
    why = guarding.why_held(ctx, member.id) or unread
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
        _end(ctx, member, kept.departure(ctx, member))
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
    decrements = {*ctx.journal.decrements}
    if _strands_volumes(ctx, member, {*decrements, member.id}):
        return False
    now = spread(_zones_without(ctx, decrements), ctx.group.zones)
    after = spread(_zones_without(ctx, {*decrements, member.id}), ctx.group.zones)
    return after <= max(BALANCED, ctx.journal.spread, now - 1)


def _strands_volumes(ctx: RotationContext, member: Member, ends: set[str]) -> bool:
    """Return whether pods with volumes of a zone might have no node left."""
    return ctx.kind.carries_pods and empties_zone(ctx.situation, member, ends)


def _zones_without(ctx: RotationContext, ends: set[str]) -> Counter[str]:
    """Return the size of each zone without these; `ends` has all recorded decrements.

    What is still to be launched counts while the run replaces nodes.
    """
    rest, missing = _staying(ctx, ends)
    return filled(rest, ctx.group.zones, missing)


def _staying(ctx: RotationContext, ends: set[str]) -> tuple[Counter[str], int]:
    """Return the size of each zone without these, and how many are missing yet."""
    situation = ctx.situation
    rest = Counter(one.instance.zone for one in situation.members if one.id not in ends)
    missing = situation.desired - len(ends) - rest.total()
    return rest, missing if ctx.memory.mode == "rotate" else 0


def _all_bear(ctx: RotationContext, last: list[Member]) -> bool:
    """Return whether the zones are balanced once all of these are given back."""
    if ctx.memory.mode != "rotate" or len(last) < 2:
        return False
    ends = {*ctx.journal.decrements, *(member.id for member in last)}
    if any(_strands_volumes(ctx, member, ends) for member in last):
        return False
    zones = _zones_without(ctx, ends)
    return spread(zones, ctx.group.zones) <= max(BALANCED, ctx.journal.spread)


def _due_last(member: Member) -> str:
    """Return since when this one waits for others."""
    return f"due last {member.id}"


def _is_due_last(ctx: RotationContext, member: Member, last: list[Member], ours: int) -> bool:
    """Return whether another one should be replaced first, for the sake of the zones.

    Replaced, this one would perhaps leave outdated nodes that cannot give back the surge, so that
    new ones were drained for it. Waits only while one is being drained after whose end that is less
    likely.
    """
    rest, missing = _staying(ctx, {*ctx.journal.decrements})
    left, most = Counter(one.instance.zone for one in last), max(BALANCED, ctx.journal.spread)
    now = hope(rest, ctx.group.zones, missing, left, ours, most)

    def after(one: Member) -> float:
        gone = Counter((one.instance.zone,))
        return hope(rest - gone, ctx.group.zones, missing + 1, left - gone, ours, most)

    mine = after(member)
    if mine >= now:
        return False
    records = ctx.memory.nodes.records
    drains = [one for one in last[1:] if one.leaving and one.id in records]
    drains = [one for one in drains if records[one.id].phase != "drained"]
    better = any(after(one) > mine for one in drains)
    return better and not ctx.over(_due_last(member), ctx.policy.terminate_timeout)


def _waits_for_others(ctx: RotationContext, member: Member, last: list[Member]) -> bool:
    """Return whether others should end first, of which the zones may bear it.

    That takes no time of the rotation: nothing else is left to be begun.
    """
    timer = "zones without {}"
    over = ctx.over(timer.format(member.id), ctx.policy.terminate_timeout)
    records, timers = ctx.memory.nodes.records, ctx.memory.timers
    ready = {one.id for one in last if timer.format(one.id) in timers}
    ready |= {one.id for one in last if one.id in records and records[one.id].phase == "drained"}
    return not over and len(ready) < len(last)
