# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Set up fence and surge, and choose the next node to replace."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    Protect,
    ProtectNew,
    SetTag,
    Suspend,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import MARKED_IN, SIGNPOST
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.kinds import (
    cluster_names,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import NodeChange, changes
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    SOFT_TAINT,
    Member,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.sizes import (
    Window,
    may_take,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.victims import (
    next_victim,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import unknown
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.blocked import (
    note_shut,
    unblocked_first,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.coming import (
    coming,
    empties_zone,
    unready,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.namespaces import (
    own_sign,
    pending,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.records import (
    NodeRecord,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.right_cluster import (
    unproven,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.settings import (
    keep_set,
    to_protect,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.stand_back import (
    stand_back,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.taken_back import (
    note_taken_back,
)

PROTECT_AT_ONCE = 50
"""SetInstanceProtection takes up to 50 instance ids (its API reference)."""
TAINTED_AT_ONCE = 20
"""Taints that one look asks for: more than may be sent before the next one."""


def fenced(ctx: RotationContext) -> bool:
    """Return whether scale-in and rebalancing can take no undrained node."""
    group, journal = ctx.group, ctx.journal
    suspended = set(journal.suspended) <= group.suspended
    return suspended and (group.protects_new or not journal.fenced)


def fence(ctx: RotationContext) -> None:
    """Suspend rebalancing and protect instances from scale-in, as far as missing."""
    group, journal = ctx.group, ctx.journal
    if missing := tuple(sorted(set(journal.suspended) - group.suspended)):
        keep_set(ctx, Suspend(group.name, missing))
    sign = own_sign(ctx)
    if group.tags.get(SIGNPOST) != sign and not pending(ctx):
        keep_set(ctx, SetTag(group.name, SIGNPOST, sign))
    if not journal.fenced:
        return
    if not group.protects_new:
        keep_set(ctx, ProtectNew(group.name, True))
    gone = ctx.memory.nodes.marks.gone
    unprotected = to_protect(ctx, [name for name in group.unprotected if name not in gone])
    for start in range(0, len(unprotected), PROTECT_AT_ONCE):
        ctx.do(Protect(group.name, tuple(unprotected[start : start + PROTECT_AT_ONCE]), True))


def taint(ctx: RotationContext) -> None:
    """Put the soft taint on every outdated node that is to be replaced.

    Evicted pods then prefer nodes that stay. The name of the group goes with it, so that it is
    found again on a node that has left the group.
    """
    named = changes({MARKED_IN: ctx.group.name})
    before = len(ctx.commands)
    for member in ctx.situation.untainted:
        if member.node is None or member.id in ctx.passed_over:
            continue
        taints = (*member.node.taints, SOFT_TAINT)
        ctx.change(member.node, NodeChange(annotations=named, taints=taints))
        if len(ctx.commands) - before >= TAINTED_AT_ONCE:
            return


def limits(ctx: RotationContext) -> Window:
    """Return the window, narrowed to the canaries until they have been judged."""
    whole = ctx.window
    if not ctx.canaries or ctx.journal.canary:
        return whole
    surge = min(whole.surge, ctx.canaries)
    return Window(surge, min(whole.unavailable, max(0, ctx.canaries - surge)))


def tell_foreign(ctx: RotationContext) -> None:
    """Report writes of desired by somebody else, and what follows from them."""
    for foreign in ctx.memory.reads.foreign:
        ctx.tell(
            "resized",
            ctx.group.name,
            f"somebody set desired from {foreign.before} to {foreign.after}"
            + (f" ({foreign.cause})" if foreign.cause else "")
            + f"; the group's own size counts as {foreign.base}",
        )
        note_taken_back(ctx, foreign)
    if ctx.memory.reads.foreign:
        ctx.note(foreign=())


def choose(ctx: RotationContext) -> None:
    """Select as many outdated nodes as the window and the budget allow now.

    None is selected while an instance is ended with decrement: until its end is seen nobody knows
    whether desired is one less already. The canaries narrow how many go at a time, not how many
    must be available. One in whose place nothing comes, since the group became smaller, is none.
    Instances whose Nodes are gone leave no drain to wait for: the next one goes when what comes in
    the place of the one before is ready.
    """
    note_shut(ctx)
    if any(name in ctx.situation.by_id for name in ctx.journal.decrements):
        return
    stand_back(ctx)
    window = limits(ctx)
    leaving, available = len(ctx.situation.leaving), ctx.situation.available
    if ctx.canaries and not ctx.journal.canary:
        leaving += min(ctx.journal.canaries, coming(ctx))
        most = ctx.canaries
    else:
        most = max(1, window.size)
    while leaving < most:
        spare = may_take(available, ctx.situation.base, ctx.window)
        if not (spare or ctx.situation.idle_away or next_unknown(ctx)):
            return
        member = _next_victim(ctx)
        if member is None or (member.available and not spare):
            return
        if member.node is None and leaving + unready(ctx) >= most:
            return
        if empties_zone(ctx, member):
            ctx.poll_soon = True
            return
        leaving, available = leaving + 1, available - member.available
        take(ctx, member, member.outdated or unknown.WITHOUT_NODE)


def _next_victim(ctx: RotationContext) -> Member | None:
    """Return the next node to replace, None if there is none.

    Instances that nobody can see into are no easy victims: one whose Node is missing goes when that
    has lasted; one that never had a Node so too, if asked, last and alone. Neither is a canary.
    Nothing is cordoned before the cluster is known to be the right one. Nodes that a budget blocks
    now come last.
    """
    situation = ctx.situation
    nodeless = [member for member in situation.nodeless if member.outdated]
    skipped = ctx.memory.nodes.marks.skipped | unknown.left_alone(ctx)
    missing = {member.id for member in nodeless if member.id not in skipped}
    judging = bool(ctx.canaries) and not ctx.journal.canary
    waiting = {member.id for member in nodeless if judging or not unknown.long_missing(ctx, member)}
    out = skipped | (missing & waiting)
    found = None
    if not unproven(ctx):
        rest = (ctx.group.zones, ctx.kind.carries_pods)
        found = unblocked_first(ctx, out, lambda left_out: next_victim(situation, left_out, *rest))
    if found is not None or situation.leaving or judging or missing & waiting:
        return found
    others = any(one.node is not None and one.id not in skipped for one in situation.outdated)
    member = None if others else next_unknown(ctx)
    return member if member is not None and unknown.long_missing(ctx, member) else None


def next_unknown(ctx: RotationContext) -> Member | None:
    """Return an instance that never had a Node, if it may be ended, else None.

    It has to be asked for, in the cluster that its group's tags name, and enough nodes have to be
    available.
    """
    situation, named = ctx.situation, cluster_names(ctx.group.tags)
    if ctx.policy.unknown_instances != "end" or ctx.policy.cluster not in named:
        return None
    nodeless = [one for one in situation.nodeless if one.outdated or unknown.is_unknown(ctx, one)]
    if situation.available < situation.base - limits(ctx).unavailable - len(nodeless):
        return None
    return min(unknown.to_end(ctx), key=lambda member: member.id, default=None)


def take(ctx: RotationContext, member: Member, reason: str) -> None:
    """Select a node; the next looks cordon, drain and end it."""
    known = NodeRecord(
        member.name,
        member.id,
        member.instance.zone,
        reason,
        began=ctx.now,
        since=ctx.now,
        image_id=member.instance.image_id,
    )
    ctx.note(
        records={
            **ctx.memory.nodes.records,
            member.id: ctx.memory.nodes.records.get(member.id, known),
        }
    )
    ctx.mark(selected=ctx.memory.nodes.marks.selected | {member.id})


def adopt(ctx: RotationContext) -> None:
    """Continue after a crash with the outdated nodes that our annotation marks.

    Replacement nodes that carry it are restored instead.
    """
    for member in _present(ctx, ctx.memory.nodes.marks.skipped):
        stays = member.outdated or member.marked or unknown.is_unknown(ctx, member)
        if not stays and member.id not in ctx.memory.nodes.records:
            ctx.mark(skipped=ctx.memory.nodes.marks.skipped - {member.id})
    for member in ctx.situation.leaving:
        if not member.outdated and member.id not in {
            *ctx.journal.decrements,
            *ctx.memory.nodes.marks.selected,
        }:
            ctx.mark(skipped=ctx.memory.nodes.marks.skipped | {member.id})
        ours = member.outdated or member.id in ctx.journal.decrements
        if ours and member.id not in ctx.memory.nodes.marks.selected:
            take(ctx, member, member.outdated or "surplus")
    _adopt_decrements(ctx)


def _adopt_decrements(ctx: RotationContext) -> None:
    """Continue with ends that an earlier run recorded, also of unmarked instances.

    As long as one is recorded, its part of the surge cannot be given back in any other way.
    """
    for member in _present(ctx, ctx.journal.decrements):
        if not member.leaving and member.id not in ctx.memory.nodes.marks.skipped:
            take(ctx, member, member.outdated or "surplus")


def _present(ctx: RotationContext, instances: Iterable[str]) -> list[Member]:
    """Return those of these instances that are members."""
    known = ctx.situation.by_id
    return [known[name] for name in sorted(instances) if name in known]


def give_up(ctx: RotationContext, member: Member) -> None:
    """Leave this node as it is for the rest of this run.

    An end with decrement that was recorded for it and never asked for is withdrawn.
    """
    if member.id in ctx.journal.decrements and member.id not in ctx.memory.reads.ended_by_us:
        rest = tuple(name for name in ctx.journal.decrements if name != member.id)
        ctx.record(decrements=rest)
    ctx.mark(
        selected=ctx.memory.nodes.marks.selected - {member.id},
        skipped=ctx.memory.nodes.marks.skipped | {member.id},
    )
    ctx.note(
        records={
            **ctx.memory.nodes.records,
            member.id: dataclasses.replace(ctx.memory.nodes.records[member.id], ended=ctx.now),
        }
    )
