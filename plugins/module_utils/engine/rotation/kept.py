# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep the instance of a failed canary in standby, for people to look into.

It leaves as an instance does that is ended with decrement, with EnterStandby in the place of the
termination. A tag tells later runs to leave it alone.
"""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    Command,
    EnterStandby,
    TagInstance,
    Terminate,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import KEPT
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Member
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import pointer
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.failures import (
    REFUSED_TIMES,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import (
    BROKEN,
)

TAGGED = 60.0
"""Seconds until reads have to show the tag that tells later runs to leave the instance alone."""


def advice(ctx: RotationContext) -> str:
    """Return what to do about a replacement node that failed.

    It never sends people to an instance that is about to end.
    """
    console = "See the end of its console output in the result (console_output)"
    if ctx.policy.keep_failed:
        return f"{console}, and the instance itself if not_restored says that it was kept"
    return f"{console}; keep_failed: true keeps such an instance for you to look into"


def wanted(ctx: RotationContext, member: Member) -> bool:
    """Return whether this is the instance of a failed canary that is to be kept."""
    record = ctx.memory.nodes.records.get(member.id)
    broken = record is not None and record.reason == BROKEN
    return ctx.policy.keep_failed and broken and ctx.journal.canary == "failed"


def waits(ctx: RotationContext, member: Member) -> bool:
    """Return whether the template has to be rolled back before it is touched."""
    owed = ctx.journal.pointer_owed and not pointer.given_up(ctx)
    return owed and wanted(ctx, member)


def refusal(ctx: RotationContext, member: Member) -> str:
    """Return why the instance cannot be kept, "" if it can."""
    group = ctx.group
    if ctx.situation.surge <= len(ctx.journal.decrements) or ctx.desired - 1 < group.min_size:
        return f"Auto Scaling group {group.name} would become smaller than it has to be"
    if member.instance.lifecycle != "InService":
        return f"it is {member.instance.lifecycle}, not InService"
    if not member.instance.kept and ctx.over(f"tag of {member.id}", TAGGED):
        return f"its tag {KEPT} is not to be seen"
    for command in (_tag(ctx, member), EnterStandby(group.name, member.id)):
        retry = ctx.refused(command)
        if retry is not None and retry.times >= REFUSED_TIMES:
            return retry.error.message
    return ""


def prepared(ctx: RotationContext, member: Member) -> bool:
    """Tag the instance if it is to be kept; return True once reads show that."""
    if not decide_keeping(ctx, member) or member.instance.kept:
        return True
    ctx.do(_tag(ctx, member))
    ctx.poll_soon = True
    return False


def decide_keeping(ctx: RotationContext, member: Member) -> bool:
    """Return whether the instance is to be kept and can be; report it if it cannot."""
    if not wanted(ctx, member):
        return False
    why = refusal(ctx, member)
    if why:
        ctx.tell("warning", member.name, f"it is not kept: {why}", once=f"unkept {member.id}")
    return not why


def departure(ctx: RotationContext, member: Member) -> Command:
    """Return the command that takes an instance out with decrement, as recorded."""
    if member.id not in ctx.journal.kept:
        return Terminate(member.id, True)
    command = EnterStandby(ctx.group.name, member.id)
    retry = ctx.refused(command)
    if retry is None or retry.times < REFUSED_TIMES:
        return command
    ctx.tell("warning", member.name, f"it is not kept: {retry.error}", once=f"unkept {member.id}")
    return Terminate(member.id, True)


def entered_standby(ctx: RotationContext, instance: str) -> bool:
    """Return whether the instance has just left the group for standby."""
    return EnterStandby(ctx.group.name, instance) in ctx.memory.outbox.acts


def in_standby(ctx: RotationContext) -> list[str]:
    """Return a sentence for each instance that this rotation keeps."""
    here = [one for one in ctx.group.instances if one.in_standby]
    nodes = {one.id: ctx.by_instance[one.id].name for one in here if one.id in ctx.by_instance}
    return [
        sentence(one.id, nodes.get(one.id, one.id)) for one in here if one.id in ctx.journal.kept
    ]


def sentence(instance: str, name: str) -> str:
    """Return what is said of an instance that was kept."""
    of_node = f" (node {name})" if name != instance else ""
    return (
        f"Instance {instance}{of_node}, whose canary failed, is kept in standby and cordoned: look"
        " into it, then end it"
    )


def _tag(ctx: RotationContext, member: Member) -> TagInstance:
    return TagInstance(member.id, KEPT, ctx.policy.run)
