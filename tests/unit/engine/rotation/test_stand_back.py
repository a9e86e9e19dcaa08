# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A selected node that nothing has touched waits for one that is out of service."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import ChangeNode
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import REPLACING
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import NodeChange
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Marks
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import capacity
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.guard import (
    missing_timer,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.stand_back import (
    stand_back,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    NOW,
    a_context,
    a_policy,
    selected,
)

NEW = an_instance("n", fresh=True)
GROUP = a_group(an_instance("w"), an_instance("x"), an_instance("y"), NEW, desired=4)
MISSED = {missing_timer("i-w"): NOW - 90}
"""The Node of w is gone since then."""


def a_look(*nodes: Any, **more: Any) -> RotationContext:
    """A look at a surge of one: x is selected, the Node of w gone unless given."""
    shown = nodes or (a_node("x"), a_node("y"), a_node("n"))
    usual = {"ours": 1, "policy": a_policy(1), "timers": MISSED, "seen_nodes": frozenset(("i-w",))}
    marks = Marks(joined=frozenset(("i-n",)), selected=frozenset(("i-x",)))
    return a_context(GROUP, shown, **{**usual, **selected("x"), "marks": marks, **more})


def chosen(ctx: RotationContext) -> set[str]:
    """Who is selected after that."""
    stand_back(ctx)
    return set(ctx.memory.nodes.marks.selected)


def test_it_waits_where_its_cordon_would_leave_too_few() -> None:
    ctx = a_look()
    assert chosen(ctx) == set()
    assert "i-x" not in ctx.memory.nodes.records


def test_the_one_that_is_out_of_service_is_selected_instead() -> None:
    ctx = a_look()
    capacity.choose(ctx)
    assert ctx.memory.nodes.marks.selected == {"i-w"}


@pytest.mark.parametrize(
    "more",
    [
        {"policy": a_policy(1, 1)},
        {"timers": {missing_timer("i-w"): NOW - 89}},
        {"in_flight": (ChangeNode("x", "1", NodeChange(unschedulable=True)),)},
    ],
    ids=["enough are left", "the Node may come back", "its cordon is on its way"],
)
def test_it_stays_selected_where_that_helps_nobody(more: dict[str, Any]) -> None:
    assert chosen(a_look(**more)) == {"i-x"}


def test_one_that_we_have_cordoned_goes_on() -> None:
    marked = a_node("x", unschedulable=True, annotations={REPLACING: "r1"})
    assert chosen(a_look(marked, a_node("y"), a_node("n"))) == {"i-x"}


def test_one_that_is_to_end_with_decrement_goes_on() -> None:
    ctx = a_look()
    ctx.record(decrements=("i-x",))
    assert chosen(ctx) == {"i-x"}


def test_nobody_is_waited_for_where_all_nodes_are_there() -> None:
    assert chosen(a_look(*(a_node(name) for name in "wxyn"), timers={})) == {"i-x"}
