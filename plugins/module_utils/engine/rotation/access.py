# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell a passing 401 or 403 from being shut out, from the first contact on."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import Command
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    AccessError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.access import ACCESS_GRACE
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)


def timer_of(what: str) -> str:
    """Return the name of the timer of what we are not let in to."""
    return f"not let in {what}"


def tell_denied(ctx: RotationContext, error: AccessError) -> None:
    """Report, once, that we are not let in and go on asking."""
    text = f"not let in yet: {error.message}"
    ctx.tell("waiting", ctx.policy.group, text, once=text)


def is_shut_out(ctx: RotationContext, what: str, error: RotatorError | None) -> bool:
    """Return whether we have not been let in for long enough.

    `what`: what is asked for; each has a timer of its own. `error`: the last answer, if it was one.
    """
    timer = timer_of(what)
    if not isinstance(error, AccessError):
        ctx.forget(timer)
        return False
    tell_denied(ctx, error)
    return ctx.over(timer, ACCESS_GRACE)


def raise_if_shut_out(ctx: RotationContext, command: Command) -> None:
    """Raise the error of a command that has been denied for long enough."""
    retry = ctx.refused(command)
    if is_shut_out(ctx, str(command), retry.error if retry else None) and retry is not None:
        raise retry.error


def raise_if_given_up(ctx: RotationContext, command: Command, timer: str, limit: float) -> None:
    """Raise the error of a command that has failed since `timer` for long enough.

    That is `limit` seconds, or longer where it is denied.
    """
    retry = ctx.refused(command)
    if retry is None:
        return
    denied = isinstance(retry.error, AccessError)
    if ctx.over(timer, max(limit, ACCESS_GRACE) if denied else limit):
        raise retry.error
