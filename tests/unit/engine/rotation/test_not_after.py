# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Until when a command may be sent, and what it means that it was not."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    ChangeNode,
    Command,
    Evict,
    ReadGroup,
    ReadLease,
    SetDesired,
    Terminate,
    WriteLease,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    LateError,
    RotatorError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import NodeChange
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import Done, View
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.outcomes import learn
from ansible_collections.nodeops.rotator.tests.unit.core.builders import a_group
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    HELD,
    NOW,
    a_context,
    a_memory,
)

CREATE = WriteLease(Lease("lease", holder="me"))


@pytest.mark.parametrize(
    "command, limited",
    [
        (SetDesired("blue", 5), True),
        (Terminate("i-a", False), True),
        (ChangeNode("a", "1", NodeChange(unschedulable=True)), True),
        (Evict("shop", "cart", "uid"), True),
        (CREATE, True),
        (WriteLease(HELD), False),
        (ReadGroup("blue"), False),
        (ReadLease("lease"), False),
    ],
)
def test_what_may_hurt_another_holder_is_sent_while_the_lease_is_surely_ours(
    command: Command, limited: bool
) -> None:
    ctx = a_context(a_group(), confirmed=NOW - 5)
    ctx.commands.append(command)
    assert ctx.not_after == ({command: NOW + 15} if limited else {})


def test_the_first_lease_is_created_without_a_limit() -> None:
    ctx = a_context(a_group(), held=False)
    ctx.commands.append(CREATE)
    assert ctx.not_after == {}


@pytest.mark.parametrize(
    "error, asked", [(LateError("late"), False), (UnreachableError("no answer"), True)]
)
def test_what_was_not_sent_has_not_been_asked_for(error: RotatorError, asked: bool) -> None:
    memory = a_memory(a_group()).with_fields(desired_at=0.0)
    done = Done(Terminate("i-a", True), None, error, NOW, NOW + 1)
    after = learn(memory, View(done=(done,)), NOW + 1)
    assert ("i-a" in after.reads.ended_by_us) is asked
    assert (after.reads.desired_at > 0) is asked
    assert done.command in after.outbox.retries
