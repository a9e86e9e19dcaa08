# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a failure leads to: within the budget the run goes on, past it the run settles. Private to nodeops.rotator."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import Command, ReadGroup, WriteLease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    AccessError,
    CredentialsError,
    RotatorError,
    TemporaryError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.turn import Turn

REFUSED_TIMES, FAILED_TIMES = 3, 15
"""How often in a row a command may be refused, or meet a temporary error, before that is a failure."""


def fail(turn: Turn, error: RotatorError, fresh: str = "") -> None:
    """Count a failure: settle when the budget is spent or the canaries have not been judged yet. `fresh`: the fresh node
    that is to blame; without one the image is innocent."""
    turn.record(failures=(*turn.journal.failures, error.message))
    turn.tell("failed", fresh or turn.group.name, error.message)
    judged = turn.journal.canary == "passed" or not turn.policy.canary
    if fresh and not judged and turn.memory.mode == "rotate":
        turn.record(canary="failed")
    if not judged or len(turn.journal.failures) > turn.policy.failure_budget:
        settle(turn, error)


def settle(turn: Turn, error: RotatorError) -> None:
    """Start nothing new, finish what is in flight, put back what was touched; the first reason is the one told."""
    if turn.memory.mode == "rotate":
        turn.note(mode="settle", problem=error)
        turn.tell("settle", turn.group.name, "starting nothing new, finishing what is in flight, putting back what was touched")


def hopeless(turn: Turn) -> tuple[Command, RotatorError] | None:
    """A command that keeps failing, with its error, or None. Being shut out counts at once."""
    for command, retry in turn.memory.retries.items():
        if isinstance(command, (ReadGroup, WriteLease)):  # survey and lock have their own rules
            continue
        most = FAILED_TIMES if isinstance(retry.error, TemporaryError) else REFUSED_TIMES
        if retry.times >= (1 if isinstance(retry.error, AccessError) else most):
            return command, retry.error
    return None


def shut_out(turn: Turn) -> CredentialsError | None:
    """The error that says that our credentials are no longer good, or None."""
    errors = [retry.error for retry in turn.memory.retries.values()]
    errors += list(turn.view.cache.broken.values())
    return next((error for error in errors if isinstance(error, CredentialsError)), None)
