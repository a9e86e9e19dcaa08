# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Raise desired for the surge: recorded first, then carried out, or withdrawn."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    SetDesired,
    SetMaxSize,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import OverdueError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Group
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.accounting import (
    SETTLED,
    propose_raise,
    withdraw_raise,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.sizes import (
    room,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import (
    capacity,
    launching,
    taken_back,
    unknown,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.failures import settle
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import Memory

RAISE = "raise"
"""Timer of a recorded raise that no read shows."""

RAISED_ON = 1.0
"""Seconds: how old a read may be when desired is raised. SetDesiredCapacity takes no condition, so
what somebody else has written since that read, or what it lags behind, is written over."""

RAISE_ABSENT = 60.0
"""Seconds for which reads have to show desired as before a recorded raise until that counts as
never sent."""


def raise_desired(ctx: RotationContext) -> None:
    """Launch the surge: record it, raise MaxSize if need be, then desired."""
    if ctx.journal.account.raise_from is not None:
        _carry_out(ctx, ctx.journal.account.raise_from, ctx.journal.expected)
        return
    if not ctx.memory.reads.raise_answered:  # else the last one was taken back before it was seen
        ctx.forget(RAISE)
    situation, cap = ctx.situation, capacity.limits(ctx).surge
    wanted = len(unknown.to_replace(ctx))
    more = min(
        min(cap, wanted) - situation.surge,
        room(max(situation.launched, situation.desired), situation.base, capacity.limits(ctx)),
    )
    more = min(more, 1) if launching.wanted(ctx) else more
    held = bool(ctx.journal.decrements) or taken_back.waits(ctx)
    if more <= 0 or held or not ctx.fresh_awaited():
        return
    goal = situation.desired + more
    if ctx.group.max_size < goal:
        ours = ctx.journal.max_size or ()
        # A MaxSize that is not ours was set by somebody else: that one is to be restored.
        known = ours if ctx.group.max_size in ours else (ctx.group.max_size,)
        ctx.record(max_size=tuple(dict.fromkeys((*known, goal))))
    ctx.account(propose_raise(ctx.journal.account, goal))
    ctx.note(raise_sent=False, raise_answered=False, raise_absent=None)


def _carry_out(ctx: RotationContext, start: int, goal: int) -> None:
    """Carry out the recorded raise, unless somebody has changed desired meanwhile.

    Then reads decide what becomes of it (see core.rotation.accounting), and so they do once a call
    was answered well: where none shows it, somebody has taken it back. Whoever writes it back again
    and again is not fought.
    """
    answered = ctx.raise_issued or ctx.memory.reads.raise_answered
    if ctx.over(RAISE, ctx.boot_timeout):
        text = (
            f"Desired of Auto Scaling group {ctx.group.name} was to be set to {goal} and is still"
            f" {ctx.group.desired} after {ctx.boot_timeout:.0f} s"
        )
        settle(ctx, OverdueError(text, "See who writes it back; its scaling activities may say"))
    elif ctx.group.desired != start or answered:
        ctx.poll_soon = True
    elif not ctx.read_recently(RAISED_ON):
        pass  # lest desired be lowered for somebody who has just raised it
    elif ctx.group.max_size < goal:
        ctx.do(SetMaxSize(ctx.group.name, goal))
    elif _raise(ctx, goal):
        ctx.tell(
            "surge",
            ctx.group.name,
            f"desired {start} → {goal}",
            once=f"surge {ctx.journal.base} {start} {goal} {len(ctx.memory.nodes.records)}",
        )


def _raise(ctx: RotationContext, goal: int) -> bool:
    """Issue what raises desired; return whether that was possible."""
    if launching.wanted(ctx):
        return launching.launch(ctx, goal, ctx.memory.timers[RAISE])
    ctx.do(SetDesired(ctx.group.name, goal))
    return True


def drop_raise(ctx: RotationContext) -> None:
    """Withdraw a recorded raise that is no longer wanted, once reads show none.

    Also when they show other values again and again.
    """
    account = ctx.journal.account
    ctx.poll_soon = True
    absent = ctx.group.desired == account.raise_from and not ctx.memory.reads.raise_answered
    unchanged = absent and ctx.over("raise withdrawn", SETTLED)
    if unchanged or ctx.over("raise in doubt", ctx.policy.terminate_timeout):
        ctx.account(withdraw_raise(account))


def learn_raise_absent(memory: Memory, group: Group, began: float) -> Memory:
    """Return the memory after a read; a raise that none shows for long was not sent.

    So one that the run before us has recorded, and died, does not stand for whatever somebody else
    sets later.
    """
    if group.desired != memory.journal.raise_from:
        return memory.with_fields(raise_absent=None)
    late, since = memory.reads.desired_at + SETTLED, memory.reads.raise_absent
    if began <= late:
        return memory
    since = began if since is None or since <= late else since
    answered = memory.reads.raise_answered
    sent = memory.reads.raise_sent and (answered or began - since < RAISE_ABSENT)
    return memory.with_fields(raise_absent=since, raise_sent=sent)
