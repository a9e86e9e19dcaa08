# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What reads of targets, and their deregistration, leave in the memory."""

from __future__ import annotations

import dataclasses
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    Command,
    Deregister,
    ReadGroup,
    Register,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import (
    TargetRead,
    Targets,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.targets import (
    ReadTargets,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import (
    Done,
    View,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import Memory
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.outcomes import (
    learn,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.target_news import (
    learn_deregistered,
    learn_targets,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    INGRESS,
    a_group,
    a_target,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    NOW,
    a_cache,
    a_memory,
)

W, X = a_target("w"), a_target("x")
GONE = a_target("y", group="detached")
GROUP = a_group(an_instance("w"), an_instance("x"), targets=(W, X))
OUT = Deregister(INGRESS, (("i-w", 30080),))


def after(memory: Memory, command: Command, answer: Any, began: float) -> Memory:
    """The memory after a command was answered within half a second."""
    done = Done(command, answer, None, began, began + 0.5)
    return learn(memory, View(a_cache(), (done,), frozenset()), began + 0.5)


def states(memory: Memory) -> list[tuple[str, str]]:
    """Instance and state of the known targets."""
    assert memory.reads.group is not None
    return [(target.id, target.state) for target in memory.reads.group.targets]


def test_a_read_of_the_group_without_targets_keeps_those_that_are_known() -> None:
    memory = a_memory(dataclasses.replace(GROUP, targets=(W, X, GONE)))
    before = memory.reads.target_reads
    shown = dataclasses.replace(GROUP, targets=(), desired=3)
    memory = after(memory, ReadGroup("blue", targets=False), shown, NOW + 60)
    assert memory.reads.group is not None
    assert memory.reads.group.desired == 3
    assert memory.reads.group.targets == (W, X), "not those of one that was detached"
    assert memory.reads.target_reads == before


def test_one_with_targets_is_a_read_of_each_target_group() -> None:
    memory = a_memory(GROUP, target_reads={INGRESS: TargetRead(0, 1, 300.0)})
    shown = dataclasses.replace(GROUP, targets=(W,), target_groups=(INGRESS, "new"))
    memory = after(memory, ReadGroup("blue"), shown, NOW + 60)
    assert states(memory) == [("i-w", "healthy")]
    at = (NOW + 60, NOW + 60.5)
    assert memory.reads.target_reads == {INGRESS: TargetRead(*at, 300.0), "new": TargetRead(*at)}


def test_a_read_of_one_target_group_replaces_its_targets_alone() -> None:
    other = a_target("w", group="other")
    memory = a_memory(dataclasses.replace(GROUP, targets=(W, X, other)))
    found = Targets((a_target("w", "draining"),), 300.0)
    memory = after(memory, ReadTargets(INGRESS), found, NOW + 9)
    assert memory.reads.group is not None
    assert set(memory.reads.group.targets) == {other, a_target("w", "draining")}
    assert memory.reads.target_reads[INGRESS] == TargetRead(NOW + 9, NOW + 9.5, 300.0)
    assert memory.reads.read_began == NOW, "the group was not read"
    assert not memory.report.changed


def test_an_answer_that_comes_after_that_of_a_later_read_tells_nothing() -> None:
    memory = a_memory(GROUP)
    late = after(memory, ReadTargets(INGRESS), Targets(), NOW - 5)
    assert late.reads.target_reads == memory.reads.target_reads
    assert states(late) == states(memory)


def test_what_we_have_deregistered_drains_until_a_read_says_otherwise() -> None:
    memory = after(a_memory(GROUP), OUT, None, NOW + 1)
    assert states(memory) == [("i-w", "draining"), ("i-x", "healthy")]
    late = after(memory, ReadTargets(INGRESS), Targets((W, X)), NOW + 3)
    assert states(late) == [("i-w", "draining"), ("i-x", "healthy")], "that read is late"
    later = after(memory, ReadTargets(INGRESS), Targets((W, X)), NOW + 60)
    assert states(later) == [("i-w", "healthy"), ("i-x", "healthy")], "somebody registered it"
    group = after(memory, ReadGroup("blue", targets=False), GROUP, NOW + 60)
    assert states(group) == [("i-w", "draining"), ("i-x", "healthy")]


def test_only_a_read_says_that_it_is_registered_again() -> None:
    memory = after(a_memory(GROUP), OUT, None, NOW + 1)
    memory = after(memory, Register(INGRESS, OUT.targets), None, NOW + 2)
    assert states(memory)[0] == ("i-w", "draining")
    memory = after(memory, ReadTargets(INGRESS), Targets((W, X)), NOW + 4)
    assert states(memory)[0] == ("i-w", "healthy")


def test_targets_that_come_or_go_ask_for_no_read_of_the_group() -> None:
    before = a_memory(GROUP)
    memory = after(after(before, OUT, None, NOW + 1), Register(INGRESS, OUT.targets), None, NOW + 9)
    assert memory.report.changed
    assert (memory.outbox.acted, memory.reads.read_due) == (
        before.outbox.acted,
        before.reads.read_due,
    )


def test_of_a_group_that_is_not_known_nothing_is_learnt() -> None:
    memory = a_memory(None)
    assert learn_deregistered(memory, OUT) is memory
    done = Done(ReadTargets(INGRESS), Targets((W,)), None, NOW, NOW + 1)
    assert learn_targets(memory, done) is memory
