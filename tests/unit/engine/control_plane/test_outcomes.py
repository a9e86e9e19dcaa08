# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the memory learns from commands on a control plane."""

from __future__ import annotations

import math
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.commands import (
    ListLeases,
    ReadBackups,
    ReadComponents,
    ReadMachines,
    ReadShared,
    WriteShared,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.shared import (
    CONTROL_PLANES,
    NODE_GROUPS,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ConflictError,
    NotFoundError,
    RotatorError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.control_plane.outcomes import (
    failed,
    learned,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import Done, View
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import Memory
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.outcomes import learn
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.parts import (
    ControlPlaneMemory,
)
from ansible_collections.nodeops.rotator.tests.unit.core.control_plane.builders import (
    components,
    machines,
)

HELD = Lease("shared", holder="me", renewed="t1", duration=30)


def done(command: Any, answer: Any, began: float = 10.0, ended: float = 11.0) -> Done:
    return Done(command, answer, None, began, ended)


def after(*outcomes: Done) -> ControlPlaneMemory:
    memory = Memory(began=0.0)
    for one in outcomes:
        memory = learned(memory, one)
    return memory.plane


def test_a_read_is_kept_with_the_moment_it_began() -> None:
    plane = after(done(ReadMachines("c"), machines()), done(ReadComponents(()), components()))
    assert (plane.machines, plane.machines_at) == (machines(), 10.0)
    assert (plane.components, plane.components_at) == (components(), 10.0)
    assert after(done(ReadBackups(()), {"s": 1.0})).backups == {"s": 1.0}


def test_an_older_read_that_comes_late_changes_nothing() -> None:
    new, old = machines(), machines("ab")
    assert after(done(ReadMachines("c"), new), done(ReadMachines("c"), old, 9.0)).machines == new
    late = done(ReadComponents(()), components("a"), 9.0)
    assert after(done(ReadComponents(()), components()), late).components == components()


def test_a_renewal_is_seen_when_its_text_changes() -> None:
    first = done(ReadComponents(()), components(renewed={"a": "t1", "b": "t1"}))
    second = done(ReadComponents(()), components(renewed={"a": "t2", "b": "t1"}), 20.0, 21.0)
    assert after(first, second).renewals == {"a": ("t2", 21.0), "b": ("t1", 11.0)}


def test_the_shared_lease_is_ours_once_we_have_written_it() -> None:
    plane = after(done(ReadShared("shared"), None))
    assert (plane.shared, plane.shared_read, plane.shared_held) == (None, 10.0, False)
    plane = after(done(WriteShared(HELD), HELD))
    assert (plane.shared_held, plane.shared_confirmed, plane.first_confirmed) == (True, 10.0, 11.0)
    again = after(done(WriteShared(HELD), HELD), done(WriteShared(HELD), HELD, 20.0, 21.0))
    assert (again.shared_confirmed, again.first_confirmed) == (20.0, 11.0)
    freed = after(done(WriteShared(HELD), HELD), done(WriteShared(HELD), Lease("shared")))
    assert freed.shared_held is False


def test_a_lease_that_is_read_does_not_become_ours() -> None:
    assert after(done(ReadShared("shared"), HELD)).shared_held is False


def test_lists_of_leases_are_told_apart_and_their_holders_kept_together() -> None:
    mine, his = Lease("a", holder="x", renewed="t"), Lease("b", holder="y", renewed="t")
    plane = after(done(ListLeases(NODE_GROUPS), (mine,)), done(ListLeases(CONTROL_PLANES), (his,)))
    assert (plane.others, plane.rivals) == ((mine,), (his,))
    assert set(plane.holders) == {"a", "b"}


@pytest.mark.parametrize(
    ("command", "error", "read"),
    [
        (WriteShared(HELD), ConflictError("x"), -math.inf),
        (WriteShared(HELD), NotFoundError("x"), -math.inf),
        (WriteShared(HELD), UnreachableError("x"), 5.0),
        (ReadShared("shared"), ConflictError("x"), 5.0),
    ],
)
def test_after_a_write_that_met_another_the_lease_has_to_be_read(
    command: Any, error: RotatorError, read: float
) -> None:
    memory = Memory(began=0.0).with_fields(shared_read=5.0)
    assert failed(memory, command, error).plane.shared_read == read


def test_reading_a_control_plane_is_no_change_and_no_act_on_aws() -> None:
    command = ReadMachines("c")
    good = learn(Memory(began=0.0), View(done=(done(command, machines()),)), 12.0)
    assert good.report.changed is False
    assert good.outbox.acted == -math.inf
    error = Done(command, None, UnreachableError("x"), 10.0, 11.0)
    bad = learn(Memory(began=0.0), View(done=(error,)), 12.0)
    assert bad.outbox.acted == -math.inf
    assert command in bad.outbox.retries
