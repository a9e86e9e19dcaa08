# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An act whose answer was lost is remembered until reads tell."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    Command,
    Deregister,
    ReadGroup,
    Suspend,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ForbiddenError,
    RefusedError,
    RotatorError,
    ThrottledError,
    UnknownError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import Done, View
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import (
    REPEAT,
    Memory,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.outcomes import learn
from ansible_collections.nodeops.rotator.tests.unit.core.builders import a_group, an_instance
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import NOW, a_memory

GROUP = a_group(an_instance("w"), an_instance("x"))
LOST = UnreachableError("lost")
COMMANDS = (Deregister("arn:web", (("i-w", 30080),)), Suspend("blue", ("AZRebalance",)))


def after(memory: Memory, command: Command, at: float, error: RotatorError | None = None) -> Memory:
    """The memory when this outcome has come in at that moment."""
    answer = GROUP if isinstance(command, ReadGroup) else None
    return learn(memory, View(done=(Done(command, answer, error, at, at),)), at)


@pytest.mark.parametrize(
    ("error", "kept"),
    [
        (LOST, True),
        (UnknownError("what?"), True),
        (ThrottledError("slowly"), False),
        (ForbiddenError("no"), False),
        (RefusedError("no"), False),
    ],
)
@pytest.mark.parametrize("command", COMMANDS)
def test_an_act_is_unanswered_where_it_may_be_done(
    command: Command, error: RotatorError, kept: bool
) -> None:
    memory = after(a_memory(GROUP), command, NOW, error)
    assert memory.outbox.unanswered == ({command: NOW} if kept else {})
    assert command not in memory.outbox.acts


def test_a_read_whose_answer_was_lost_is_no_act() -> None:
    assert after(a_memory(GROUP), ReadGroup("blue"), NOW, LOST).outbox.unanswered == {}


def test_an_act_is_answered_once_it_is_done_again() -> None:
    command = COMMANDS[0]
    memory = after(after(a_memory(GROUP), command, NOW, LOST), command, NOW + 3)
    assert memory.outbox.unanswered == {}
    assert memory.outbox.acts == {command: NOW + 3}


@pytest.mark.parametrize(("seconds", "kept"), [(REPEAT - 1, True), (REPEAT, False)])
def test_only_a_read_that_is_not_late_tells_whether_it_was_done(seconds: float, kept: bool) -> None:
    command = COMMANDS[0]
    memory = after(a_memory(GROUP), command, NOW, LOST)
    read = after(memory, ReadGroup("blue"), NOW + seconds)
    assert (command in read.outbox.unanswered) is kept
