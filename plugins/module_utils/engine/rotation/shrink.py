# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""End a rotation: remove the surge, and give up ends that no read shows."""

from __future__ import annotations

import dataclasses

from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.shortfall import (
    why_short,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    Terminate,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import OverdueError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import REPLACING
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.capacity import (
    take,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.failures import (
    hopeless,
    settle,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import (
    REPEAT,
    SURPLUS,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.remarks import left
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.surplus import spare

UNLAUNCHED = 60.0
"""Seconds for which a run that settles waits for a launch that it has asked for."""


def shrunk(ctx: RotationContext) -> bool:
    """Remove the surge, and what exceeds a lowered desired; return True once done.

    What is left of it goes by draining nodes that nobody needs (see engine.rotation.surplus).
    """
    situation = ctx.situation
    if situation.leaving:
        return False
    if situation.surge == 0 and situation.launched <= situation.desired:
        ctx.forget("excess")
        return True
    if ctx.memory.reads.doubt is not None:
        return _never_proven(ctx)
    ctx.forget("in doubt")
    if situation.surge == 0 and not (ctx.over("excess", REPEAT) and ctx.fresh_awaited()):
        return False
    excess = surplus(ctx)
    if any(isinstance(command, Terminate) for command in hopeless(ctx)):
        left(ctx, excess)
        return True
    if situation.launched <= situation.base or situation.launched < situation.desired:
        return _never_launched(ctx)
    return _take_surplus(ctx, excess)


def keep_needed(ctx: RotationContext) -> None:
    """Let nodes stay that were surplus and are not, if nothing was done to them.

    Somebody else may have taken another one meanwhile.
    """
    situation, records = ctx.situation, ctx.memory.nodes.records
    if situation.surge or situation.launched > situation.desired:
        return
    for member in situation.leaving:
        record, node = records.get(member.id), member.node
        touched = node is None or REPLACING in node.annotations
        ends = member.id in ctx.journal.decrements
        if record is not None and record.reason == SURPLUS and not (touched or ends):
            ctx.mark(selected=ctx.memory.nodes.marks.selected - {member.id})
            ctx.note(records={name: one for name, one in records.items() if name != member.id})


def surplus(ctx: RotationContext) -> str:
    """Return how many nodes the group has above its base."""
    situation = ctx.situation
    return (
        f"Auto Scaling group {ctx.group.name} has {situation.launched} nodes,"
        f" {situation.launched - situation.base} above its base of {situation.base}"
    )


def _never_proven(ctx: RotationContext) -> bool:
    """Wait for reads to prove a foreign desired; return True if they never do."""
    if not ctx.over("in doubt", ctx.policy.terminate_timeout):
        return False
    left(
        ctx,
        f"Desired of Auto Scaling group {ctx.group.name} is changed by others again and again, so"
        f" that nobody can tell whether its {ctx.situation.launched} nodes are too many",
    )
    return True


def _never_launched(ctx: RotationContext) -> bool:
    """Wait for what was asked for; return True, with a report, if it never came."""
    rotating = ctx.memory.mode == "rotate"
    limit = ctx.boot_timeout if rotating else UNLAUNCHED
    if not ctx.over("unlaunched", limit):
        return False
    stays = f"Desired of Auto Scaling group {ctx.group.name} stays {ctx.desired},"
    if not any(said.startswith(stays) for said in ctx.memory.report.left):  # whatever the reason
        left(
            ctx,
            f"{stays} {ctx.situation.surge} above its base: what was asked for was not launched"
            f" ({why_short(ctx.group)}), and lowering it could cost an undrained node",
        )
    return True


def _take_surplus(ctx: RotationContext, excess: str) -> bool:
    """Select the next node to go; return True, with a report, if none can be spared."""
    found = spare(ctx)
    if found.member is not None:
        take(ctx, found.member, SURPLUS)
    elif found.left:
        left(ctx, f"{excess}{found.left}".rstrip("."))
        return True
    return False


def give_up_unseen_ends(ctx: RotationContext) -> None:
    """Give up ends with decrement that reads do not show after terminate_timeout.

    What a call did is believed when a read shows it.
    """
    for name in ctx.journal.decrements:
        timer = f"end of {name}"
        if name not in ctx.memory.nodes.marks.gone:
            ctx.forget(timer)
        elif ctx.over(timer, ctx.policy.terminate_timeout):
            rest = tuple(other for other in ctx.journal.decrements if other != name)
            ctx.account(dataclasses.replace(ctx.journal.account, decrements=rest))
            sentence = (
                f"Instance {name} was told to terminate, and after"
                f" {ctx.policy.terminate_timeout:.0f} s it still belongs to Auto Scaling group"
                f" {ctx.group.name}"
            )
            left(ctx, sentence)
            settle(ctx, OverdueError(sentence, "End it by hand"))
