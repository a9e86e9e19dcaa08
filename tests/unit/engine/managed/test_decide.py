# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each look of an update: what is read, and how errors and signals end it."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import ReadCluster
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ForbiddenError,
    NotFoundError,
    RotatorError,
    ThrottledError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.commands import (
    NodegroupName,
    ReadNodegroup,
    UpdateVersion,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.handover.memory import (
    LeaseTrouble,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import Stop, View
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.decide import (
    begin,
    decide,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.managed.builders import (
    NEW_GROUP,
    NOW,
    POLICY,
    a_free_memory,
    a_memory,
    a_view,
)

READ = ReadNodegroup(NodegroupName("blue", "web"))


def test_a_run_begins_with_reads() -> None:
    step = decide(begin(NOW), View(), NOW, POLICY)
    assert step.commands == (ReadCluster(), READ)
    assert {feed.kind for feed in step.feeds} == {"nodes", "pods", "poddisruptionbudgets"}
    assert step.result is None


def test_nothing_is_decided_on_a_read_that_is_older_than_our_act() -> None:
    step = decide(a_memory(acted_at=NOW + 1), a_view(), NOW + 2, POLICY)
    assert step.commands == (READ,)


def test_a_group_whose_nodes_are_current_is_unchanged_at_once() -> None:
    step = decide(a_free_memory(NEW_GROUP), a_view(), NOW, POLICY)
    assert step.result is not None
    assert (step.result.status, step.result.changed) == ("unchanged", False)


def test_an_act_is_sent_only_while_the_lease_is_surely_ours() -> None:
    step = decide(a_memory(), a_view(), NOW, POLICY)
    (command,) = (one for one in step.commands if isinstance(one, UpdateVersion))
    assert step.not_after[command] == NOW + 20


@pytest.mark.parametrize(
    ("error", "lasted", "ends"),
    [
        (NotFoundError("x"), 30.0, False),
        (NotFoundError("x"), 60.0, True),
        (ForbiddenError("x"), 30.0, False),
        (ForbiddenError("x"), 60.0, True),
        (ThrottledError("x"), 600.0, False),
        (ThrottledError("x"), 900.0, True),
    ],
)
def test_requests_that_fail_end_the_run_in_time(
    error: RotatorError, lasted: float, ends: bool
) -> None:
    trouble = {READ: LeaseTrouble(NOW - lasted, NOW + 5, error)}
    step = decide(a_memory(troubles=trouble, released="done"), a_view(), NOW, POLICY)
    assert (step.result is not None) is ends


def test_a_feed_that_may_not_be_read_ends_the_run_in_time() -> None:
    view = a_view()
    broken: Any = {next(iter(view.cache.feeds)): ForbiddenError("no nodes")}
    view = View(dataclasses.replace(view.cache, broken=broken))
    memory = a_memory(timers={"feeds": NOW - 60}, released="done")
    step = decide(memory, view, NOW, POLICY)
    assert step.result is not None
    assert "no nodes" in str(step.result.error)


def test_a_signal_ends_the_run_and_eks_goes_on() -> None:
    step = decide(a_memory(), a_view(stop=Stop("signal SIGTERM")), NOW, POLICY)
    assert step.result is None
    assert not any(isinstance(one, UpdateVersion) for one in step.commands)
    late = a_view(stop=Stop("signal SIGTERM"))
    step = decide(step.memory, late, NOW + POLICY.stop_timeout, POLICY)
    assert step.result is not None
    assert step.result.status == "stopped"
    assert "EKS goes on" in str(step.result.error)
