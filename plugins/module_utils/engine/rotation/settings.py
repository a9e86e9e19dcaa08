# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of the group that a rotation keeps, and who takes them back."""

from __future__ import annotations

import math

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    Command,
    Protect,
    ProtectNew,
    SetTag,
    Suspend,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    UNDONE_MOST,
    UNDONE_PAUSE,
    UNDONE_TIMES,
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import Memory

GROUP = ""
"""Stands for the group among the names of Nodes that were written."""
PROTECTION = "scale-in protection of instances"
"""What is taken back where instances have to be protected once more."""


def settings_of(command: Command) -> tuple[str, ...]:
    """Return what of the group a command sets, for people; () for any other command."""
    if isinstance(command, Suspend):
        return tuple(f"suspension of {name}" for name in command.processes)
    if isinstance(command, SetTag) and command.value is not None:
        return (f"tag {command.key}",)
    if isinstance(command, ProtectNew) and command.protected:
        return ("scale-in protection of new instances",)
    return ()


def learn_setting(memory: Memory, command: Command, now: float) -> Memory:
    """Return the memory after a command has set something of the group.

    To protect an instance for the first time takes nothing back from anybody.
    """
    names = settings_of(command)
    if isinstance(command, Protect) and command.protected:
        again = any(_times(memory, one) for one in command.instances)
        names = (*command.instances, PROTECTION) if again else command.instances
    if not names:
        return memory
    known = memory.outbox.node_writes
    counted = {(GROUP, name): (_times(memory, name) + 1, now) for name in names}
    return memory.with_fields(node_writes={**known, **counted})


def waits(ctx: RotationContext, name: str) -> bool:
    """Return whether a setting waits, since somebody takes it back each time.

    After the third time it is made less and less often, and that is told.
    """
    times, last = ctx.memory.outbox.node_writes.get((GROUP, name), (0, -math.inf))
    if times < UNDONE_TIMES:
        return False
    text = f"somebody takes back our {name} again and again; CloudTrail says who"
    ctx.tell("undone", ctx.group.name, text, once=f"undone {name}")
    until = last + min(UNDONE_PAUSE * 2.0 ** (times - UNDONE_TIMES), UNDONE_MOST)
    if ctx.now < until:
        ctx.look_at(until)
    return ctx.now < until


def keep_set(ctx: RotationContext, command: Command) -> None:
    """Set something of the group, unless it is not fought for any more."""
    waiting = [name for name in settings_of(command) if waits(ctx, name)]
    if not waiting:
        ctx.do(command)


def to_protect(ctx: RotationContext, instances: list[str]) -> list[str]:
    """Return which of these instances to protect now: not those fought over."""
    known = [name for name in instances if _times(ctx.memory, name)]
    held = known if known and waits(ctx, PROTECTION) else []
    return [name for name in instances if name not in held]


def fought_over(ctx: RotationContext) -> str:
    """Return what of the fence somebody takes back again and again, "" for nothing.

    Tags and the instances themselves are no part of it.
    """
    writes = ctx.memory.outbox.node_writes.items()
    found = [
        name for (node, name), (times, at) in writes if node == GROUP and times >= UNDONE_TIMES
    ]
    return min((name for name in found if name.startswith(("scale-in", "suspension"))), default="")


def _times(memory: Memory, name: str) -> int:
    return memory.outbox.node_writes.get((GROUP, name), (0, 0.0))[0]
