# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a new control plane node that is not whole may be ended."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import Terminate
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.look import (
    Components,
    Health,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Target
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.control_plane.repair import (
    end_once,
    is_done,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.tests.unit.core.control_plane.builders import (
    a_plane_node,
    components,
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

BACK = Target("lt-1", "3", "ami-old")
LATE = {"boot i-a": NOW - 1800, "node of i-a": NOW - 1800}


def settling(
    tags: dict[str, str] | None = None, back: Target | None = BACK, **more: Any
) -> RotationContext:
    """A look at a run that settles, whose new node i-a has not joined in time."""
    group = dataclasses.replace(our_group(fresh=True, tags=tags), resolved=back)
    nodes: list[Node] = [a_plane_node(name) for name in "bc"]
    usual: dict[str, Any] = {
        "nodes": nodes,
        "mode": "settle",
        "timers": LATE,
        "policy": a_policy(control_plane_repair=True),
    }
    return a_look(group, **{**usual, **more})


def ill(name: str) -> Components:
    """What Kubernetes shows while the API server of one node is not ready."""
    found = components()
    return dataclasses.replace(
        found, health={**found.health, name: Health(False, "[-]etcd failed")}
    )


def told(ctx: RotationContext) -> str:
    """Why it was not ended, in the remarks of the result."""
    return " ".join(ctx.memory.report.left)


def test_it_is_ended_once_the_image_is_back_and_the_others_are_whole() -> None:
    ctx = settling()
    end_once(ctx)
    assert ctx.commands == [Terminate("i-a", False)]
    assert ctx.memory.plane.repaired == "i-a"
    assert not is_done(ctx)


@pytest.mark.parametrize(
    "changes",
    [
        {"policy": a_policy()},
        {"timers": {"boot i-a": NOW - 1700}},
        {"timers": {}},
        {"tags": WORKERS},
    ],
)
def test_nothing_is_to_be_repaired(changes: dict[str, Any]) -> None:
    ctx = settling(**changes)
    end_once(ctx)
    assert ctx.commands == []
    assert is_done(ctx)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"back": None}, "the previous image has not gone back"),
        ({"back": Target("lt-1", "2", "ami-new")}, "the previous image has not gone back"),
        (
            {"journal": dataclasses.replace(RUNNING, pointer_owed=True)},
            "the previous image has not gone back",
        ),
        ({"streaks": {}}, "node b has not been whole for"),
        (
            {"found": ill("b")},
            "node b is not whole",
        ),
    ],
)
def test_it_stays_while_anything_else_is_not_well(changes: dict[str, Any], why: str) -> None:
    ctx = settling(**changes)
    end_once(ctx)
    assert Terminate("i-a", False) not in ctx.commands
    assert not is_done(ctx)
    late = settling(**{**changes, "timers": {**LATE, "control_plane_repair": NOW - 600}})
    end_once(late)
    assert f"was not ended (control_plane_repair): {why}" in told(late)
    assert is_done(late)


def test_an_old_read_is_not_enough() -> None:
    ctx = settling(at=NOW - 10)
    end_once(ctx)
    assert Terminate("i-a", False) not in ctx.commands
    assert ctx.commands != []


def test_a_second_one_is_not_ended() -> None:
    ctx = settling(repaired="i-0")
    ctx.mark(gone=frozenset({"i-0"}))
    end_once(ctx)
    assert ctx.commands == []


def test_what_comes_after_it_has_to_be_whole_in_time() -> None:
    nodes = [a_plane_node(name) for name in "abc"]
    ctx = settling(nodes=nodes, timers={}, repaired="i-0")
    ctx.mark(gone=frozenset({"i-0"}))
    assert is_done(ctx)
    waiting = settling(nodes=nodes, timers={}, repaired="i-0", found=ill("a"))
    waiting.mark(gone=frozenset({"i-0"}))
    assert not is_done(waiting)
    late = settling(nodes=nodes, timers={"repaired": NOW - 1800}, repaired="i-0", found=ill("a"))
    late.mark(gone=frozenset({"i-0"}))
    assert is_done(late)
    assert "Node a, which came after the repair, is not whole" in told(late)
