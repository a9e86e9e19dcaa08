# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run leaves on purpose is named, and what it cannot find is refused."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RefusedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import SKIP
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import Journal
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Marks
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import (
    capacity,
    unknown,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.selecting import (
    left_outdated,
    refuse_unknown,
    tell_left,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    a_context,
    a_policy,
    selected,
)

INSTANCES = [an_instance(name) for name in "wxy"]
SKIPPED = [a_node("w", annotations={SKIP: "anna"}), a_node("x"), a_node("y")]


def a_look(nodes: Any = None, **more: Any) -> RotationContext:
    """A look at three outdated nodes, one of which carries the annotation."""
    return a_context(a_group(*INSTANCES), nodes or SKIPPED, **{"policy": a_policy(0, 3), **more})


@pytest.mark.parametrize(
    ("journal", "policy", "refused"),
    [
        (Journal(), {}, True),
        (Journal(run="r0", tainted=True), {}, False),
        (Journal(), {"restore_only": True}, False),
    ],
)
def test_names_that_are_unknown_are_refused_unless_a_run_is_resumed(
    journal: Journal, policy: dict[str, Any], refused: bool
) -> None:
    ctx = a_look(journal=journal, policy=a_policy(nodes=("w", "v"), **policy))
    if not refused:
        refuse_unknown(ctx)
        return
    with pytest.raises(RefusedError, match="Auto Scaling group blue has no node v"):
        refuse_unknown(ctx)


def test_each_node_that_is_left_is_named_once() -> None:
    ctx = a_look()
    assert left_outdated(ctx) == [
        {"name": "w", "instance_id": "i-w", "why": f"annotation {SKIP}: anna"}
    ]
    tell_left(ctx)
    tell_left(ctx)
    assert [(event.phase, event.text) for event in ctx.events] == [
        ("skipped", f"1 outdated node left: w (annotation {SKIP}: anna)")
    ]


def test_a_node_that_has_ended_since_is_not_named() -> None:
    assert left_outdated(a_look(marks=Marks(gone=frozenset(("i-w",))))) == []


def test_what_was_left_at_the_end_stays_named_when_its_mark_is_removed() -> None:
    plain = [a_node(name) for name in "wxy"]
    left = left_outdated(a_look(plain, left_out={"i-w": "annotation"}))
    assert left == [{"name": "w", "instance_id": "i-w", "why": "annotation"}]


def test_what_is_left_is_no_victim_and_gets_no_taint_and_counts_in_no_total() -> None:
    ctx = a_look()
    assert [member.name for member in unknown.to_replace(ctx)] == ["x", "y"]
    capacity.taint(ctx)
    capacity.choose(ctx)
    assert ctx.memory.nodes.marks.selected == {"i-x", "i-y"}
    assert {command.name for command in ctx.commands if hasattr(command, "name")} == {"x", "y"}
    ctx.tell("start", "blue")
    assert ctx.events[-1].progress == "0/2"


@pytest.mark.parametrize(("chosen", "more"), [("", ["x"]), ("x", ["x"]), ("xy", ["x", "y"])])
def test_a_limit_counts_what_has_begun(chosen: str, more: list[str]) -> None:
    ctx = a_look(policy=a_policy(0, 3, limit=1), **selected(*chosen))
    assert [member.name for member in unknown.to_replace(ctx)] == more


def test_nodes_of_a_failed_image_go_whatever_was_asked_for() -> None:
    policy = dataclasses.replace(a_policy(0, 3), nodes=("y",), limit=1)
    assert set(a_look(policy=policy).passed_over) == {"i-w", "i-x"}
    assert set(a_look(policy=policy, turned_back=True).passed_over) == {"i-w"}


@pytest.mark.parametrize(
    ("canary", "percent", "number"), [(2, False, 2), (0, True, 0), (10, True, 1), (50, True, 2)]
)
def test_the_canary_may_be_a_percentage_of_the_base(
    canary: int, percent: bool, number: int
) -> None:
    policy = a_policy()
    size = dataclasses.replace(policy.canary, value=canary, percent=percent)
    assert a_look(policy=dataclasses.replace(policy, canary=size)).canaries == number
