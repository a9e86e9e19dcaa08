# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide what a failure leads to: continue within the budget, else settle."""

from __future__ import annotations

import math

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    ChangeNode,
    Command,
    Deregister,
    EnterStandby,
    Protect,
    ReadConsole,
    ReadGroup,
    SetDesired,
    SetMaxSize,
    TagInstance,
    Terminate,
    WriteLease,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.commands import (
    READS,
    WriteShared,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    AccessError,
    CredentialsError,
    NotFoundError,
    RefusedError,
    RotatorError,
    TemporaryError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.heartbeats import (
    ReadHeartbeat,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.launching import (
    LaunchInstance,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Member
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.access import ACCESS_GRACE
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.access import (
    tell_denied,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.parts import (
    Retry,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.pointer import owe

REFUSED_TIMES, FAILED_TIMES = 3, 15
"""How often in a row a command may be refused, or meet a temporary error, before that is a
failure."""
RECENT_RETRY = 35.0
"""Seconds after which a failed command that is not tried again no longer counts."""
OWN_RULES = (
    EnterStandby,
    ReadConsole,
    ReadGroup,
    ReadHeartbeat,
    TagInstance,
    WriteLease,
    WriteShared,
    *READS,
)
"""Commands whose failures are judged where they are issued."""
_NO_OBSTACLE = (LaunchInstance, ReadConsole, ReadHeartbeat, SetDesired, SetMaxSize)
"""Commands that are tried again, or done without, where they are denied."""
_MAY_BE_GONE = (ChangeNode, Terminate)
"""Commands on what somebody else may have ended, before we see that."""


def fail(ctx: RotationContext, error: RotatorError, new_node: str = "") -> None:
    """Count a failure; settle if the failure budget is spent.

    Settle, too, while the canaries have not been judged, or if nothing speaks for the launch
    template of the node. `new_node`: the replacement node that is to blame; without one the image
    is innocent.
    """
    ctx.record(failures=(*ctx.journal.failures, error.message))
    ctx.tell("failed", new_node or ctx.group.name, error.message)
    judged = ctx.journal.canary == "passed" or not ctx.canaries or ctx.memory.turned_back
    judged = judged and not _is_unproven(ctx, new_node)
    if new_node and not judged and ctx.memory.mode == "rotate":
        ctx.record(canary="failed")
        owe(ctx)
    if not judged or len(ctx.journal.failures) > ctx.policy.failure_budget:
        settle(ctx, error)


def _is_unproven(ctx: RotationContext, new_node: str) -> bool:
    """Return whether a broken node is the first of its launch template.

    The canary has judged only the template that it was launched from.
    """
    members, target = ctx.situation.members, ctx.target
    broken = next((one for one in members if new_node in (one.name, one.id)), None)
    if broken is None or not (target.others and ctx.canaries) or ctx.memory.turned_back:
        return False
    way = target.of(broken.instance)
    proof = (one for one in ctx.situation.current if one.joined and one.id != broken.id)
    return all(target.of(one.instance) != way for one in proof)


def settle(ctx: RotationContext, error: RotatorError) -> None:
    """Start nothing new, finish what is in flight, restore what was changed.

    The first reason is the one reported.
    """
    if ctx.memory.mode == "rotate":
        ctx.note(mode="settle", problem=ctx.memory.report.problem or error)
        ctx.tell(
            "settle",
            ctx.group.name,
            "starting nothing new, finishing what is in flight, restoring what was changed",
        )


def settle_if_hopeless(ctx: RotationContext) -> None:
    """Settle when a command keeps failing."""
    for error in hopeless(ctx).values():
        settle(ctx, error)


def hopeless(ctx: RotationContext) -> dict[Command, RotatorError]:
    """Return the commands that keep failing, with their errors."""
    retries, shut = ctx.memory.outbox.retries.items(), _denied_kinds(ctx)
    return {command: retry.error for command, retry in retries if _gives_up(command, retry, shut)}


def access_error(ctx: RotationContext) -> RotatorError | None:
    """Return the error of a command that was denied lately, or None."""
    errors = (
        retry.error
        for command, retry in ctx.memory.outbox.retries.items()
        if retry.at + RECENT_RETRY > ctx.now and not isinstance(command, _NO_OBSTACLE)
    )
    return next((error for error in errors if isinstance(error, AccessError)), None)


def _denied_kinds(ctx: RotationContext) -> frozenset[type[Command]]:
    """Return the kinds of commands that have been denied for ACCESS_GRACE.

    Kinds, since the same write to a Node is another command as soon as the Node has changed.
    """
    refused = {
        type(command)
        for command, retry in ctx.memory.outbox.retries.items()
        if isinstance(retry.error, AccessError) and retry.at + RECENT_RETRY > ctx.now
    }
    let_in = {kind for kind in refused if _let_in_since(ctx, kind)}
    for kind in ({type(command) for command in ctx.memory.outbox.retries} - refused) | let_in:
        ctx.forget(f"not let in {kind.__name__}")
    return frozenset(
        kind
        for kind in refused
        if _lasted(ctx, f"not let in {kind.__name__}", _failed_last(ctx, AccessError, kind))
    )


def _failed_last(
    ctx: RotationContext, error: type[RotatorError], kind: type[object] = object
) -> float:
    """Return when a command of a kind has met such an error last, -inf if none has."""
    found = ctx.memory.outbox.retries.items()
    failed = (
        retry.failed
        for command, retry in found
        if isinstance(command, kind) and isinstance(retry.error, error)
    )
    return max(failed, default=-math.inf)


def _lasted(ctx: RotationContext, timer: str, last: float) -> bool:
    """Return whether answers were the same for ACCESS_GRACE, up to the `last` one.

    A time in which nobody asked says nothing.
    """
    return ctx.over(timer, ACCESS_GRACE) and last - ctx.memory.timers[timer] >= ACCESS_GRACE - 1e-6


def _let_in_since(ctx: RotationContext, kind: type[Command]) -> bool:
    """Return whether a command of this kind was done since one was denied first.

    What was denied may be asked for in another way later, and then nobody asks for it again.
    """
    since = ctx.memory.timers.get(f"not let in {kind.__name__}", ctx.now)
    acts = ctx.memory.outbox.acts.items()
    return any(isinstance(command, kind) and at > since for command, at in acts)


def _gives_up(command: Command, retry: Retry, shut: frozenset[type[Command]]) -> bool:
    """Return whether a command is not to be tried again.

    `shut`: kinds of commands that are known to be denied.
    """
    if isinstance(command, OWN_RULES):
        return False
    if isinstance(retry.error, AccessError):
        return type(command) in shut
    # The watch or a read brings what is now; until then the same command fails again.
    gone = isinstance(command, _MAY_BE_GONE) and isinstance(retry.error, NotFoundError)
    moved = _rests_on_reads(command) and isinstance(retry.error, RefusedError)
    passing = gone or moved or isinstance(retry.error, TemporaryError)
    return retry.times >= (FAILED_TIMES if passing else REFUSED_TIMES)


def _rests_on_reads(command: Command) -> bool:
    """Return whether this may be refused since it rests on a late read.

    Somebody may have changed MinSize or MaxSize, or taken an instance out of service; reads show
    that within their lag.
    """
    if isinstance(command, Terminate):
        return command.decrement
    return isinstance(command, (Protect, SetDesired, SetMaxSize))


def barred(ctx: RotationContext, member: Member) -> bool:
    """Return whether a command that keeps failing blocks this node."""
    return any(_concerns(command, member) for command in hopeless(ctx))


def _concerns(command: Command, member: Member) -> bool:
    if isinstance(command, ChangeNode):
        return command.name == member.name
    if isinstance(command, Deregister):
        return any(target[0] == member.id for target in command.targets)
    return isinstance(command, Terminate) and command.instance == member.id


def tried(ctx: RotationContext, command: Command) -> bool:
    """Issue a command; return True once it is given up because it keeps failing."""
    ctx.do(command)
    return command in hopeless(ctx)


def credentials_error(ctx: RotationContext) -> CredentialsError | None:
    """Return the error that says that our credentials are no longer good, or None.

    One answer is not enough: it has to last.
    """
    recent = (
        retry.error
        for retry in ctx.memory.outbox.retries.values()
        if retry.at + RECENT_RETRY > ctx.now
    )
    errors = [*recent, *ctx.view.cache.broken.values()]
    found = next((error for error in errors if isinstance(error, CredentialsError)), None)
    if found is None:
        ctx.forget("credentials")
    elif not _lasted(ctx, "credentials", _refused_last(ctx)):
        tell_denied(ctx, found)
        return None
    return found


def _refused_last(ctx: RotationContext) -> float:
    """Return when credentials were refused last: now, if what is watched cannot be."""
    broken = ctx.view.cache.broken.values()
    if any(isinstance(error, CredentialsError) for error in broken):
        return ctx.now
    return _failed_last(ctx, CredentialsError)
