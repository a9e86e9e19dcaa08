# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a rotation moves: fence and surge, and who leaves next. Every act is guarded by the budget.
Private."""

from __future__ import annotations

import dataclasses

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    NodeChange,
    Protect,
    ProtectNew,
    ReadGroup,
    SetDesired,
    SetMaxSize,
    SetTag,
    Suspend,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    PREFIX,
    SOFT_TAINT,
    Member,
    next_victim,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.sizes import (
    Window,
    may_take,
    room,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import Turn
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import (
    REPEAT,
    NodeRecord,
)

SIGNPOST = PREFIX + "run"
"""Tag on the Auto Scaling group while it is rotated, for people; the record is the Lease."""
RECENT = 5.0
"""Seconds: desired is raised only on a read no older, lest it be lowered for somebody who has just
raised it."""
PROTECT_AT_ONCE = 50
"""SetInstanceProtection takes up to 50 instance ids (its API reference)."""


def fence(turn: Turn) -> bool:
    """Whether nobody else's desired or rebalancing can take an undrained node; puts up what is
    missing of that."""
    group, journal = turn.group, turn.journal
    if missing := tuple(sorted(set(journal.suspended) - group.suspended)):
        turn.do(Suspend(group.name, missing))
    if group.tags.get(SIGNPOST) != journal.run:
        turn.do(SetTag(group.name, SIGNPOST, journal.run))
    if not journal.fenced:
        return not missing
    if not group.protects_new:
        turn.do(ProtectNew(group.name, True))
    bare = [
        instance.id
        for instance in group.launched
        if instance.lifecycle == "InService" and not instance.protected
    ]
    bare = [instance for instance in bare if instance not in turn.memory.marks.gone]
    for start in range(0, len(bare), PROTECT_AT_ONCE):
        turn.do(Protect(group.name, tuple(bare[start : start + PROTECT_AT_ONCE]), True))
    return not missing and group.protects_new


def taint(turn: Turn) -> None:
    """Mark every outdated node softly, so that evicted pods prefer nodes that stay."""
    for member in turn.situation.outdated:
        node = member.node
        if node is not None and SOFT_TAINT not in node.taints:
            turn.change(node, NodeChange(taints=(*node.taints, SOFT_TAINT)))


def limits(turn: Turn) -> Window:
    """The window, narrowed to the canaries while they have not been judged."""
    whole = turn.window
    if not turn.policy.canary or turn.journal.canary:
        return whole
    surge = min(whole.surge, turn.policy.canary)
    return Window(surge, min(whole.unavailable, max(0, turn.policy.canary - surge)))


def raise_desired(turn: Turn) -> None:
    """Have the surge launched: recorded, then MaxSize where it is in the way, then desired; never
    more than fits."""
    if turn.journal.intent is not None:
        _carry_out(turn, *turn.journal.intent)
        return
    situation, cap = turn.situation, limits(turn).surge
    wanted = sum(member.id not in turn.memory.marks.spared for member in situation.outdated)
    more = min(
        min(cap, wanted) - situation.surge,
        room(max(situation.launched, situation.desired), situation.base, limits(turn)),
    )
    if more <= 0 or not turn.read_fresh:
        return
    goal = situation.desired + more
    if turn.group.max_size < goal:
        known = turn.journal.max_size or (turn.group.max_size,)
        turn.record(max_size=tuple(dict.fromkeys((*known, goal))))
    turn.record(intent=(situation.desired, goal), surge=turn.journal.surge + more)


def _carry_out(turn: Turn, start: int, goal: int) -> None:
    """The recorded raise. After a crash it may have happened, or somebody else may have moved
    desired meanwhile."""
    if turn.desired >= goal:
        turn.record(intent=None)
    elif turn.desired != start:
        turn.record(intent=None, surge=max(0, turn.journal.surge - (goal - start)))
    elif turn.now - turn.memory.read_began > RECENT:
        turn.do(ReadGroup(turn.policy.group))
    elif turn.group.max_size < goal:
        turn.do(SetMaxSize(turn.group.name, goal))
    else:
        turn.do(SetDesired(turn.group.name, goal))
        turn.tell(
            "surge",
            turn.group.name,
            f"desired {start} → {goal}",
            once=f"surge {turn.journal.surge} {start} {goal}",
        )


def reckon(turn: Turn) -> None:
    """Give up the part of our surge that somebody else has taken back, once it is sure (see
    Turn.surge)."""
    journal, left = turn.journal, turn.situation.surge
    if journal.intent is not None or journal.retiring or journal.surge <= left:
        turn.forget("surge taken back")
    elif turn.over("surge taken back", REPEAT) and turn.read_fresh:
        turn.record(surge=left)


def choose(turn: Turn) -> None:
    """Take as many outdated nodes out as the window and the budget allow now. Not while an instance
    is ended with decrement: until its end is seen nobody knows whether desired is one less
    already."""
    if any(member.id in turn.journal.retiring for member in turn.situation.members):
        return
    window = limits(turn)
    leaving, available = len(turn.situation.leaving), turn.situation.available
    if turn.policy.canary and not turn.journal.canary:
        leaving += turn.journal.canaries
        most = turn.policy.canary
    else:
        most = max(1, window.size)
    while leaving < most:
        member = next_victim(turn.situation, turn.memory.marks.spared)
        if member is None or (
            member.available and not may_take(available, turn.situation.base, window)
        ):
            return
        leaving, available = leaving + 1, available - member.available
        take(turn, member, member.outdated)


def take(turn: Turn, member: Member, reason: str) -> None:
    """Choose a node to leave; the next looks cordon, drain and end it."""
    known = NodeRecord(
        member.name,
        member.id,
        member.instance.zone,
        reason,
        began=turn.now,
        image_id=member.instance.image_id,
    )
    turn.note(records={**turn.memory.records, member.id: turn.memory.records.get(member.id, known)})
    turn.mark(taken=turn.memory.marks.taken | {member.id})


def adopt(turn: Turn) -> None:
    """After a crash: outdated nodes that our annotation marks go on leaving; fresh ones are put
    back instead."""
    for member in turn.situation.fresh:
        if (
            member.id in turn.memory.marks.spared
            and not member.marked
            and member.id not in turn.memory.records
        ):
            turn.mark(spared=turn.memory.marks.spared - {member.id})
    for member in turn.situation.leaving:
        if not member.outdated and member.id not in {
            *turn.journal.retiring,
            *turn.memory.marks.taken,
        }:
            turn.mark(spared=turn.memory.marks.spared | {member.id})
        ours = member.outdated or member.id in turn.journal.retiring
        if ours and member.id not in turn.memory.marks.taken:
            take(turn, member, member.outdated or "surplus")


def give_up(turn: Turn, member: Member) -> None:
    """Leave this node where it is for the rest of this run."""
    turn.mark(
        taken=turn.memory.marks.taken - {member.id}, spared=turn.memory.marks.spared | {member.id}
    )
    turn.note(
        records={
            **turn.memory.records,
            member.id: dataclasses.replace(turn.memory.records[member.id], ended=turn.now),
        }
    )
