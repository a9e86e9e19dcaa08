# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is decided around an outage that people have allowed."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import PointBack
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.commands import (
    WriteWayBack,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.look import (
    Hardware,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import FailedError
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.control_plane.guarding import (
    why_held,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.control_plane.outage import (
    BACK_TRIES,
    OUTAGE,
    is_only_node,
    judge_outage,
    told,
    written,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.records import (
    NodeRecord,
)
from ansible_collections.nodeops.rotator.tests.unit.core.control_plane.builders import (
    a_plane_node,
    machines,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.control_plane.builders import (
    WORKERS,
    a_look,
    our_group,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    NOW,
    RUNNING,
    a_policy,
)

PREVIOUS = dataclasses.replace(RUNNING, previous=("lt-1", "1"))
BACK = PointBack("a", (("lt-1", "1"),))
ENDED = NodeRecord("a", "i-0", "a", "old", phase="terminated")


def single() -> Hardware:
    """What AWS shows of a control plane of group a alone."""
    found = machines()
    own = tuple(one for one in found.groups if one.name == "a")
    return dataclasses.replace(found, groups=own)


def alone(allowed: bool = True, **more: Any) -> RotationContext:
    """A look at the only control plane node."""
    policy = a_policy(allow_api_outage=allowed, **more.pop("options", {}))
    return a_look(**{"shown": single(), "policy": policy, **more})


def out(**more: Any) -> RotationContext:
    """A look while the only node is out and the API has been silent for long."""
    usual: dict[str, Any] = {
        "group": our_group(fresh=True),
        "nodes": [],
        "journal": PREVIOUS,
        "records": {"i-0": ENDED},
        "timers": {"blind": NOW - 1800, OUTAGE: NOW - 1800},
    }
    return alone(**{**usual, **more})


def test_only_a_single_node_of_etcd_with_leave_may_be_missing() -> None:
    assert is_only_node(alone())
    assert not is_only_node(alone(allowed=False))
    assert not is_only_node(alone(shown=machines()))
    assert not is_only_node(alone(group=our_group(tags=WORKERS)))


def test_the_guard_lets_it_go_with_leave_only() -> None:
    assert why_held(alone(), "i-a") == ""
    assert why_held(alone(allowed=False), "i-a") == "it is the only node of the control plane"


def test_the_way_back_is_written_before_anything() -> None:
    ctx = alone()
    assert not written(ctx)
    (command,) = ctx.commands
    assert isinstance(command, WriteWayBack)
    assert command.name == "way-back-a-r1.txt"
    assert "Instance that ends: i-a" in command.text
    done = alone(way_back="/tmp/x")
    assert written(done)
    assert done.commands == []


@pytest.mark.parametrize(
    "ctx",
    [
        alone(allowed=False),
        alone(shown=machines()),
        alone(options={"plan_only": True}),
        alone(group=our_group(fresh=True)),
    ],
)
def test_nothing_is_written_where_nothing_goes(ctx: RotationContext) -> None:
    assert written(ctx)
    assert ctx.commands == []


def test_its_path_and_all_of_it_are_told_once() -> None:
    ctx = alone(way_back="/tmp/x")
    told(ctx)
    told(ctx)
    first, *rest = ctx.events
    assert "the way back is in /tmp/x" in first.text
    before = alone()
    written(before)
    (command,) = before.commands
    assert isinstance(command, WriteWayBack)
    assert [event.text for event in rest] == command.text.splitlines()
    assert {event.phase for event in rest} == {"way_back"}
    quiet = alone()
    told(quiet)
    assert quiet.events == []


@pytest.mark.parametrize(
    "changes",
    [
        {"options": {"api_outage_timeout": 1801}},
        {"timers": {}},
        {"timers": {OUTAGE: NOW - 9999}},
        {"records": {}},
        {"allowed": False},
        {"shown": machines()},
    ],
)
def test_an_outage_that_is_none_or_not_over_ends_nothing(changes: dict[str, Any]) -> None:
    ctx = out(**changes)
    judge_outage(ctx)
    assert BACK not in ctx.commands


def test_an_answer_ends_the_outage() -> None:
    ctx = out(timers={OUTAGE: NOW - 9999})
    judge_outage(ctx)
    assert OUTAGE not in ctx.memory.timers


def test_the_template_goes_back_without_the_lease_and_then_the_run_fails() -> None:
    ctx = out()
    ctx.may_act = False
    judge_outage(ctx)
    assert ctx.commands == [BACK]
    assert ctx.not_after[BACK] > NOW
    done = out(acts={BACK: NOW})
    with pytest.raises(FailedError, match="was rolled back to version 1, and the new instance"):
        judge_outage(done)


def test_what_cannot_go_back_or_is_to_stay_is_said() -> None:
    with pytest.raises(FailedError, match="was left as it is"):
        judge_outage(out(options={"on_outage": "leave"}))
    with pytest.raises(FailedError, match="was left as it is"):
        judge_outage(out(journal=RUNNING))
    timers = {"blind": 0.0, OUTAGE: 0.0, "outage pointer": NOW - BACK_TRIES}
    with pytest.raises(FailedError, match="could not be rolled back"):
        judge_outage(out(timers=timers, options={"api_outage_timeout": 900}))


def test_a_new_node_that_counts_is_no_outage() -> None:
    ctx = out(nodes=[a_plane_node("a")])
    ctx.mark(joined=frozenset({"i-a"}))
    judge_outage(ctx)
    assert ctx.commands == []
