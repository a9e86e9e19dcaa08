# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A write counts as undone only once the watch has shown it, or passed it."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import ChangeNode
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ConflictError,
    ForbiddenError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import NODES, Cache
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import NodeChange
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import (
    REPEAT,
    Memory,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.node_writes import (
    learn_shown,
    learn_write,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.parts import (
    Retry,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    NOW,
    RUNNING,
    a_context,
    a_memory,
    a_policy,
)

GROUP = a_group(an_instance("w"))
CORDON = NodeChange(True)
WRITE = ChangeNode("w", "7", CORDON)
KEY = ("w", "cordon")


def written(memory: Memory, version: str = "9") -> Memory:
    """The memory after one more cordon."""
    return learn_write(memory, WRITE, version, NOW)


def shown(memory: Memory, *versions: str) -> Memory:
    """The memory after the watch has shown these versions of the Node."""
    for version in versions:
        node = a_node("w", resource_version=version)
        memory = learn_shown(memory, Cache({NODES: {"w": node}}))
    return memory


@pytest.mark.parametrize(
    ("versions", "times"),
    [
        pytest.param((), 1, id="nothing is shown"),
        pytest.param(("7", "8"), 1, id="what was there before"),
        pytest.param(("9",), 2, id="our write"),
        pytest.param(("10",), 2, id="what came after"),
        pytest.param(("9", "10"), 2, id="both"),
        pytest.param(("x9",), 2, id="what cannot be compared"),
    ],
)
def test_a_repetition_counts_once_the_watch_has_shown_the_first(
    versions: tuple[str, ...], times: int
) -> None:
    memory = shown(written(a_memory(GROUP, RUNNING)), *versions)
    assert written(memory).outbox.node_writes[KEY] == (times, NOW)


@pytest.mark.parametrize(
    ("error", "kept"), [(ForbiddenError("no"), False), (ConflictError("late"), True)]
)
def test_a_write_shows_that_nodes_may_be_written(error: RotatorError, kept: bool) -> None:
    """The refused one was for a version of a Node that is not there any more."""
    before = a_memory(GROUP, RUNNING, retries={ChangeNode("x", "3", CORDON): Retry(4, NOW, error)})
    assert bool(written(before).outbox.retries) is kept


def test_other_writes_of_the_node_count_apart() -> None:
    memory = written(a_memory(GROUP, RUNNING))
    other = learn_write(memory, ChangeNode("w", "7", NodeChange(taints=())), "10", NOW)
    assert other.outbox.node_writes == {KEY: (1, NOW), ("w", "untaint"): (1, NOW)}


def test_a_node_that_has_gone_is_waited_for_no_more() -> None:
    memory = learn_shown(written(a_memory(GROUP, RUNNING)), Cache({NODES: {}}))
    assert memory.outbox.unshown == {}


@pytest.mark.parametrize(
    ("ago", "unshown", "repeated"),
    [
        pytest.param(REPEAT - 1, {KEY: "9"}, False, id="not while the watch may be late"),
        pytest.param(REPEAT, {KEY: "9"}, True, id="once it should have shown it"),
        pytest.param(1, {}, True, id="at once where somebody has undone it"),
        pytest.param(1, {("w", "taints"): "9"}, True, id="whatever else is not shown"),
    ],
)
def test_a_write_is_repeated(ago: float, unshown: dict[Any, str], repeated: bool) -> None:
    ctx = a_context(
        GROUP,
        [a_node("w")],
        node_writes={KEY: (1, NOW - ago)},
        unshown=unshown,
        policy=a_policy(0, 1),
    )
    ctx.change(a_node("w"), CORDON)
    assert bool(ctx.commands) is repeated
    assert repeated or ctx.wake == NOW + REPEAT - ago
