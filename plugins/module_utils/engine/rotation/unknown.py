# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge instances that we cannot see into.

They have no Node, or do not run the target although they were launched late. What is absent is not
fine. The Node of an instance may have been deleted by hand while its pods run on, its providerID
may be missing, or we look at another cluster. Such an instance is unknown, not empty: it is no easy
victim, never a canary, and a run that leaves one is never complete.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    FailedError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Member
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.selection import (
    Selection,
    first,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import listed
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.guard import (
    MISSING_NODE,
    missing_one,
    missing_timer,
)

STRAY = "stray"
"""Timer: since when a new instance is outdated. Reads then show whether the template has moved."""
WITHOUT_NODE = "has no Node in this cluster"
"""Why an instance is ended that has the target, where that is asked for."""
CLOCKS = 60.0
"""Seconds by which our clock and EC2's may differ, and for which an Auto Scaling group may still
launch what it launched before its template was changed."""


def note_seen(ctx: RotationContext) -> None:
    """Remember whose Node this run has seen, and since when it misses others.

    The guard lets no instance end whose Node has not been missing for long (see guard).
    """
    seen = ctx.situation.with_node
    _leave_current(ctx)
    if ctx.shelved(frozenset.difference, seen, ctx.memory.nodes.seen_nodes):
        ctx.note(seen_nodes=ctx.memory.nodes.seen_nodes | seen)
    timers = ctx.memory.timers
    back = {name for name in timers if missing_one(name) in seen}
    missing = [missing_timer(one.id) for one in ctx.situation.nodeless]
    if back or not timers.keys() >= {*missing}:
        rest = {name: at for name, at in timers.items() if name not in back}
        ctx.note(timers={**dict.fromkeys(missing, ctx.now), **rest})


def was_seen(ctx: RotationContext, member: Member) -> bool:
    """Return whether this instance has had a Node in this cluster, as far as we know."""
    record = ctx.memory.nodes.records.get(member.id)
    named = record is not None and record.name != member.id
    return named or member.id in ctx.memory.nodes.seen_nodes


def is_unknown(ctx: RotationContext, member: Member) -> bool:
    """Return whether nobody has seen the Node of an instance that should have one.

    One that was launched late, from the target, is on its way, or has failed to join.
    """
    unseen = member.node is None and not was_seen(ctx, member)
    return unseen and (bool(member.outdated) or _was_there_long(ctx, member))


def _was_there_long(ctx: RotationContext, member: Member) -> bool:
    """Return whether the instance should have had a Node when this run began.

    If an interrupted run is resumed, that one may have launched it, and it has failed to join.
    """
    first = ctx.memory.reads.first_read_at
    if first is None or ctx.memory.resumed or member.id in ctx.memory.nodes.pooled:
        return False
    return 0 < member.instance.launched_at < first - ctx.boot_timeout  # 0: EC2 shows it later


def _leave_current(ctx: RotationContext) -> None:
    """Leave unknown instances that have the target; they are not waited for either."""
    current = (one for one in ctx.situation.nodeless if not one.outdated)
    found = frozenset(one.id for one in current if is_unknown(ctx, one))
    if not found <= ctx.memory.nodes.marks.skipped:
        ctx.mark(skipped=ctx.memory.nodes.marks.skipped | found)


def to_end(ctx: RotationContext) -> list[Member]:
    """Return the instances without a Node that may be ended if that is asked for.

    Not those that may still join, nor those that are given up or left for another reason.
    """
    left = {*ctx.passed_over, *(one.id for one in strays(ctx))}
    given_up, begun = ctx.memory.nodes.marks.skipped, ctx.memory.nodes.records
    return [
        one
        for one in ctx.situation.nodeless
        if one.id not in left and not may_still_join(ctx, one)
        if (one.id not in given_up if one.outdated else one.id not in begun)
        if one.outdated or is_unknown(ctx, one)
    ]


def may_still_join(ctx: RotationContext, member: Member) -> bool:
    """Return whether the instance is so young that its Node may still come."""
    age = ctx.group.read_at - member.instance.launched_at
    return member.instance.launched_at > 0 and age < ctx.boot_timeout


def long_missing(ctx: RotationContext, member: Member) -> bool:
    """Return whether the Node of this instance has been missing for long enough."""
    return member.node is None and ctx.over(missing_timer(member.id), MISSING_NODE)


def left_alone(ctx: RotationContext) -> frozenset[str]:
    """Return the outdated instances that are no victims.

    Those are unknown ones, strays, and what this run leaves on purpose.
    """
    unknown = frozenset(one.id for one in ctx.situation.nodeless if is_unknown(ctx, one))
    return ctx.shelved(_together, unknown, strays(ctx), ctx.passed_over)


def _together(
    unknown: frozenset[str], stray: tuple[Member, ...], passed_over: Mapping[str, str]
) -> frozenset[str]:
    return unknown.union((member.id for member in stray), passed_over)


def to_replace(ctx: RotationContext) -> tuple[Member, ...]:
    """Return the outdated members that this run still means to replace.

    A limit leaves only as many of them as it lets begin.
    """
    left = (ctx.memory.nodes.marks.skipped, left_alone(ctx))
    return ctx.shelved(_to_replace, ctx.situation.outdated, *left, ctx.begun, ctx.selection)


def _to_replace(
    outdated: tuple[Member, ...],
    skipped: frozenset[str],
    left: frozenset[str],
    begun: frozenset[str],
    selection: Selection,
) -> tuple[Member, ...]:
    out, under_way, waiting = skipped | left, list[Member](), list[Member]()
    for one in outdated:
        name = one.instance.id
        if name not in out:
            (under_way if one.leaving or name in begun else waiting).append(one)
    return tuple(under_way) + first(waiting, selection, len(begun))


def strays(ctx: RotationContext) -> tuple[Member, ...]:
    """Return outdated instances that were launched after the target was resolved.

    They show that new instances do not come from the target. One from the warm pool says nothing:
    it was launched into the pool before, though it counts as launched when it is started.
    """
    made_of = (ctx.situation.outdated, ctx.target.resolved_at, ctx.memory.nodes.pooled)
    return ctx.shelved(_strays, *made_of)


def _strays(
    outdated: tuple[Member, ...], resolved_at: float, pooled: frozenset[str]
) -> tuple[Member, ...]:
    since = resolved_at + CLOCKS if resolved_at else math.inf
    return tuple(
        member
        for member in outdated
        if member.instance.launched_at > since
        if member.id not in pooled and not _aged(member)
    )


def _aged(member: Member) -> bool:
    return member.outdated.startswith(("older than", "marked"))


def stray_error(ctx: RotationContext) -> RotatorError | None:
    """Return the error when new instances do not come from the target, or None."""
    found = strays(ctx)
    if not found:
        return None
    first = found[0]
    return FailedError(
        f"New instances of Auto Scaling group {ctx.group.name} do not come from the target:"
        f" {first.id} was launched meanwhile, and is outdated ({first.outdated})",
        "See whether an override names an image or a template of its own, or who changed the group",
    )


def unknown_error(ctx: RotationContext) -> RotatorError | None:
    """Return the error of a run that leaves instances without a Node, or None."""
    found = [
        member.id
        for member in ctx.situation.nodeless
        if is_unknown(ctx, member) and member.id not in ctx.passed_over
    ]
    if not found:
        return None
    return FailedError(
        f"Instance {listed(found)} of {ctx.group.name} has no Node in this cluster and was left,"
        " because nobody can see what runs on it",
        "Find out whether it failed to join or its Node was deleted, and end it by hand, or set"
        " unknown_instances: end",
    )
