# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record names the nodes that we cordon, until they are as they were."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import (
    EXCLUDE,
    MARKED_IN,
    REPLACING,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.cordons import (
    forget_restored,
    note_replaced,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    RUNNING,
    a_context,
    selected,
)

PLAIN = (False, False)


def a_look(*nodes: Node, recorded: tuple[str, ...] = (), **more: Any) -> RotationContext:
    """A look at a group of w and x, with these nodes of the record."""
    journal = dataclasses.replace(
        RUNNING, replacing=tuple((f"i-{name}", *PLAIN) for name in recorded)
    )
    return a_context(a_group(an_instance("w"), an_instance("x")), nodes, journal, **more)


def recorded(ctx: RotationContext) -> list[str]:
    return [one[0] for one in ctx.journal.replacing]


def test_a_node_is_recorded_as_it_was_found_and_once() -> None:
    node = a_node("w", unschedulable=True)
    ctx = a_look(node)
    note_replaced(ctx, node)
    assert ctx.journal.replacing == (("i-w", True, False),)
    note_replaced(ctx, a_node("w", labels={EXCLUDE: "true"}))
    assert ctx.journal.replacing == (("i-w", True, False),)


def test_who_has_ended_makes_room_for_the_next() -> None:
    ctx = a_look(a_node("w"), a_node("x"), recorded=("gone", "x"))
    note_replaced(ctx, a_node("w"))
    assert recorded(ctx) == ["i-x", "i-w"]


CORDONED = a_node("w", unschedulable=True)


@pytest.mark.parametrize(
    ("node", "more", "stays"),
    [
        pytest.param(CORDONED, {}, True, id="its cordon is ours, though nothing on it says so"),
        pytest.param(a_node("w", annotations={REPLACING: "r1"}), {}, True, id="our mark is left"),
        pytest.param(a_node("w"), {}, False, id="it is as it was"),
        pytest.param(a_node("w"), selected("w"), True, id="it is about to be cordoned"),
        pytest.param(None, {}, True, id="its Node is gone, and the run goes on"),
        pytest.param(None, {"mode": "settle"}, False, id="its Node is gone, and the run ends"),
    ],
)
def test_a_node_is_recorded_until_it_is_restored(
    node: Node | None, more: dict[str, Any], stays: bool
) -> None:
    ctx = a_look(*([node] if node else []), recorded=("w",), **more)
    forget_restored(ctx)
    assert recorded(ctx) == (["i-w"] if stays else [])


def test_a_chosen_node_that_is_put_into_standby_is_not_recorded_for_ever() -> None:
    aside = an_instance("w", lifecycle="Standby")
    journal = dataclasses.replace(RUNNING, replacing=(("i-w", *PLAIN),))
    ctx = a_context(a_group(aside, an_instance("x")), [a_node("w")], journal, **selected("w"))
    forget_restored(ctx)
    assert recorded(ctx) == []


def test_a_node_that_left_the_group_stays_recorded_until_it_is_restored() -> None:
    ctx = a_look(a_node("former", unschedulable=True), recorded=("former",), mode="release")
    assert REPLACING in ctx.left_group["i-former"].annotations
    forget_restored(ctx)
    assert recorded(ctx) == ["i-former"]


def test_the_nodes_of_the_group_show_the_marks_that_were_recorded() -> None:
    ctx = a_look(CORDONED, a_node("x", unschedulable=True), recorded=("w",))
    assert REPLACING in ctx.mine["i-w"].annotations
    assert REPLACING not in ctx.mine["i-x"].annotations
    assert ctx.mine is ctx.mine
    assert [member.marked for member in ctx.situation.members] == [True, False]


def test_without_a_record_the_nodes_are_as_they_are() -> None:
    node = a_node("w", annotations={MARKED_IN: "blue"}, unschedulable=True)
    assert a_look(node).mine["i-w"] is node
