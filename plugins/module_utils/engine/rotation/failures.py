# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a failure leads to: within the budget the run goes on, past it the run settles. Private to
nodeops.rotator."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    ChangeNode,
    Command,
    Deregister,
    ReadGroup,
    Terminate,
    WriteLease,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    AccessError,
    CredentialsError,
    RotatorError,
    TemporaryError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Member
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import Retry

REFUSED_TIMES, FAILED_TIMES = 3, 15
"""How often in a row a command may be refused, or meet a temporary error, before that is a
failure."""


def fail(ctx: RotationContext, error: RotatorError, fresh: str = "") -> None:
    """Count a failure: settle when the budget is spent or the canaries have not been judged yet.
    `fresh`: the fresh node that is to blame; without one the image is innocent."""
    ctx.record(failures=(*ctx.journal.failures, error.message))
    ctx.tell("failed", fresh or ctx.group.name, error.message)
    judged = ctx.journal.canary == "passed" or not ctx.policy.canary
    if fresh and not judged and ctx.memory.mode == "rotate":
        ctx.record(canary="failed")
    if not judged or len(ctx.journal.failures) > ctx.policy.failure_budget:
        settle(ctx, error)


def settle(ctx: RotationContext, error: RotatorError) -> None:
    """Start nothing new, finish what is in flight, put back what was touched; the first reason is
    the one told."""
    if ctx.memory.mode == "rotate":
        ctx.note(mode="settle", problem=error)
        ctx.tell(
            "settle",
            ctx.group.name,
            "starting nothing new, finishing what is in flight, putting back what was touched",
        )


def hopeless(ctx: RotationContext) -> dict[Command, RotatorError]:
    """The commands that keep failing, with their errors. Being shut out counts at once."""
    retries = ctx.memory.retries.items()
    return {command: retry.error for command, retry in retries if _gives_up(command, retry)}


def _gives_up(command: Command, retry: Retry) -> bool:
    if isinstance(command, (ReadGroup, WriteLease)):  # survey and lock have their own rules
        return False
    most = FAILED_TIMES if isinstance(retry.error, TemporaryError) else REFUSED_TIMES
    return retry.times >= (1 if isinstance(retry.error, AccessError) else most)


def barred(ctx: RotationContext, member: Member) -> bool:
    """Whether a command that keeps failing stands in this node's way."""
    return any(_concerns(command, member) for command in hopeless(ctx))


def _concerns(command: Command, member: Member) -> bool:
    if isinstance(command, ChangeNode):
        return command.name == member.name
    if isinstance(command, Deregister):
        return any(target[0] == member.id for target in command.targets)
    return isinstance(command, Terminate) and command.instance == member.id


def tried(ctx: RotationContext, command: Command) -> bool:
    """Issue a command; whether it is given up, because it keeps failing."""
    ctx.do(command)
    return command in hopeless(ctx)


def credentials_error(ctx: RotationContext) -> CredentialsError | None:
    """The error that says that our credentials are no longer good, or None."""
    errors = [retry.error for retry in ctx.memory.retries.values()]
    errors += list(ctx.view.cache.broken.values())
    return next((error for error in errors if isinstance(error, CredentialsError)), None)
