# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Leases of nodes that are not Ready are read; to be refused is no obstacle."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ForbiddenError,
    RotatorError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.heartbeats import (
    Heartbeat,
    ReadHeartbeat,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import failures
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.heartbeats import (
    is_silent,
    learn_heartbeat,
    learn_refusal,
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
    a_context,
)

GROUP = a_group(an_instance("w"))
SILENT: dict[str, Any] = {"ready": None, "ready_since": GROUP.read_at - 300}
READ = ReadHeartbeat("w")


def a_look(node: dict[str, Any], known: Heartbeat | None = None, **more: Any) -> RotationContext:
    """A look at one node, of whose lease this is known."""
    heartbeats = {} if known is None else {"w": known}
    return a_context(GROUP, [a_node("w", **node)], heartbeats=heartbeats, **more)


@pytest.mark.parametrize(
    ("node", "known", "read", "silent"),
    [
        pytest.param({}, None, False, False, id="not of a Ready node"),
        pytest.param(SILENT, None, True, False, id="and nothing is known before"),
        pytest.param({"ready": False}, None, True, False, id="also of one that says no"),
        pytest.param(SILENT, Heartbeat("", 0, NOW - 9), False, True, id="every 10 s"),
        pytest.param(SILENT, Heartbeat("", 0, NOW - 10), True, True, id="again after 10 s"),
    ],
)
def test_a_lease_is_read(
    node: dict[str, Any], known: Heartbeat | None, read: bool, silent: bool
) -> None:
    ctx = a_look(node, known)
    assert is_silent(ctx, a_node("w", **node)) is silent
    assert ctx.commands == ([READ] if read else [])
    assert read or not node or ctx.wake == NOW + 1


@pytest.mark.parametrize(("later", "silent"), [(0, False), (30, False), (60, True)])
def test_a_lease_that_was_read_after_the_group_tells_the_time(later: float, silent: bool) -> None:
    node = {"ready": None, "ready_since": GROUP.read_at - 240}
    ctx = a_look(node, Heartbeat("", 0, NOW + later), now=NOW + later)
    assert is_silent(ctx, a_node("w", **node)) is silent


@pytest.mark.parametrize(
    ("error", "told"), [(ForbiddenError("no"), True), (UnreachableError("late"), False)]
)
def test_that_leases_may_not_be_read_is_told_and_ends_nothing(
    error: RotatorError, told: bool
) -> None:
    retries = {READ: Retry(99, NOW, error)}
    ctx = a_look(SILENT, Heartbeat("", 0, NOW - 10), retries=retries)
    is_silent(ctx, a_node("w", **SILENT))
    is_silent(ctx, a_node("w", **SILENT))
    assert [event.phase for event in ctx.events] == (["warning"] if told else [])
    assert failures.hopeless(ctx) == {}
    assert failures.access_error(ctx) is None


def test_what_a_read_shows_is_remembered() -> None:
    memory = a_look(SILENT).memory
    memory = learn_heartbeat(memory, "w", Lease("w", renewed="then"), 5.0)
    memory = learn_heartbeat(memory, "w", Lease("w", renewed="then"), 15.0)
    assert memory.nodes.heartbeats == {"w": Heartbeat("then", 5.0, 15.0)}
    gone = learn_heartbeat(memory, "w", None, 25.0)
    assert gone.nodes.heartbeats == {"w": Heartbeat("", 25.0, 25.0)}


def test_a_refusal_shows_no_lease_and_silence_shows_nothing() -> None:
    memory = a_look(SILENT, Heartbeat("then", 5.0, 15.0)).memory
    assert learn_refusal(memory, "w", UnreachableError("late"), 25.0) is memory
    refused = learn_refusal(memory, "w", ForbiddenError("no"), 25.0)
    assert refused.nodes.heartbeats == {"w": Heartbeat("", 25.0, 25.0)}
