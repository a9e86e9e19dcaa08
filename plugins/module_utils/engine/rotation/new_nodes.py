# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judging what was launched: when a fresh node counts, when it has failed, and what the canary
says. Private."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    FailedError,
    OverdueError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import Feed
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Member
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.readiness import (
    lacking_targets,
    waiting_for,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.capacity import take
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import Turn
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.failures import (
    fail,
    settle,
)


def judge(turn: Turn) -> None:
    """Look at every fresh node that has not been judged ready, and for launches that do not
    come."""
    for member in turn.situation.fresh:
        if member.leaving or member.id in turn.memory.marks.spared:
            continue
        if member.id in turn.memory.marks.joined:
            _still_ready(turn, member)
        else:
            _becoming_ready(turn, member)
    if turn.desired > turn.situation.launched and turn.read_fresh:
        if turn.over("launch", turn.policy.boot_timeout):
            turn.forget("launch")
            why = turn.group.activity or "no scaling activity says why"
            fail(
                turn,
                OverdueError(
                    f"Auto Scaling group {turn.group.name} launched nothing for"
                    f" {turn.policy.boot_timeout:.0f} s: {why}"
                ),
            )
    else:
        turn.forget("launch")


def _becoming_ready(turn: Turn, member: Member) -> None:
    turn.tell(
        "launched",
        member.name,
        f"{member.id} in {member.instance.zone}",
        once=f"launched {member.id}",
    )
    lacks = _lacks(turn, member)
    if not lacks:
        if turn.over(f"ready {member.id}", turn.policy.min_ready):
            turn.mark(joined=turn.memory.marks.joined | {member.id})
            turn.tell(
                "ready",
                member.name,
                f"{member.id} after {turn.since(f'boot {member.id}'):.0f} s",
                once=f"ready {member.id}",
            )
        return
    turn.forget(f"ready {member.id}")
    if turn.over(f"boot {member.id}", turn.policy.boot_timeout):
        text = (
            f"Fresh node {member.name} is not ready {turn.policy.boot_timeout:.0f} s after"
            f" its launch: waiting for {lacks}"
        )
        _failed(turn, member, text)


def _lacks(turn: Turn, member: Member) -> str:
    turn.since(f"boot {member.id}")
    pods = Feed("pods", node=member.name)
    if member.node is not None:
        turn.feeds.add(pods)
        if not turn.view.cache.synced(pods):
            return "its pods to be listed"
    situation = turn.situation
    unhealthy = lacking_targets(turn.group, member, situation.outdated_ids)
    turn.hurry |= bool(unhealthy) and member.node is not None
    usual = situation.usual_taints | set(turn.journal.usual)
    return waiting_for(
        member, turn.view.cache.items(pods).values(), turn.journal.broken, usual, unhealthy
    )


def _still_ready(turn: Turn, member: Member) -> None:
    if member.joined:
        turn.forget(f"lost {member.id}")
    elif turn.policy.canary and not turn.journal.canary:
        _failed(
            turn,
            member,
            f"Fresh node {member.name} is no longer Ready while the canary is being judged",
        )
    elif turn.over(f"lost {member.id}", turn.policy.boot_timeout):
        _failed(
            turn,
            member,
            f"Fresh node {member.name} has not been Ready for {turn.policy.boot_timeout:.0f} s",
        )


def _failed(turn: Turn, member: Member, text: str) -> None:
    """A broken fresh node carries nothing: it leaves at once, and within the failure budget another
    takes its place."""
    fail(
        turn,
        FailedError(text, "See its console output and kubelet log before the next try"),
        member.name,
    )
    take(turn, member, "broken")


def canary(turn: Turn) -> bool:
    """Whether the rotation may go wide: the canaries were replaced and have been well for the soak
    time."""
    policy, journal = turn.policy, turn.journal
    if not policy.canary or journal.canary == "passed":
        return True
    if journal.canary == "failed":
        settle(
            turn,
            FailedError(
                f"The canary of node group {turn.group.name} failed:"
                f" {(journal.failures or ('see above',))[-1]}"
            ),
        )
        return False
    waiting = [
        member for member in turn.situation.outdated if member.id not in turn.memory.marks.spared
    ]
    if journal.canaries < policy.canary and waiting:
        return False
    turn.tell(
        "canary", turn.group.name, f"replaced; watching it for {policy.soak:.0f} s", once="soak"
    )
    if turn.over("soak", policy.soak):
        turn.record(canary="passed")
        turn.tell("canary", turn.group.name, "passed", once="canary passed")
    return False
