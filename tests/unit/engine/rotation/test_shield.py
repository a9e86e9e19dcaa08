# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""New nodes are kept from Cluster Autoscaler's scale-down, and released again."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import ChangeNode
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RefusedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import (
    MARKED_IN,
    REPLACING,
    SCALE_DOWN_DISABLED,
    SHIELDED,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import NodeChange, changes
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Marks
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.parts import (
    Retry,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.shield import (
    shield,
    unshield,
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
    written,
)

GROUP = a_group(an_instance("w"), an_instance("n", fresh=True))
ON = NodeChange(
    annotations=changes({SCALE_DOWN_DISABLED: "true", SHIELDED: "r1", MARKED_IN: "blue"})
)
OFF = NodeChange(annotations=changes({SCALE_DOWN_DISABLED: None, SHIELDED: None, MARKED_IN: None}))
OURS = {"annotations": {SCALE_DOWN_DISABLED: "true", SHIELDED: "r1", MARKED_IN: "blue"}}
THEIRS = {"annotations": {SCALE_DOWN_DISABLED: "true"}}
HIDDEN = ("i-n",)


def a_look(node: Any = None, **more: Any) -> RotationContext:
    """A look at an outdated node w and a new node n with these fields.

    None: n has no node.
    """
    nodes = [a_node("w")] if node is None else [a_node("w"), a_node("n", **node)]
    return a_context(GROUP, nodes, **more)


@pytest.mark.parametrize(
    ("node", "more", "is_due"),
    [
        pytest.param({}, {}, True, id="a new node"),
        pytest.param(None, {}, False, id="that has not joined"),
        pytest.param(OURS, {}, False, id="that has it from us"),
        pytest.param(THEIRS, {}, False, id="that has it from somebody else"),
        pytest.param({}, {"marks": Marks(selected=frozenset(("i-n",)))}, False, id="that leaves"),
    ],
)
def test_a_new_node_is_recorded_and_then_annotated_once(
    node: Any, more: dict[str, Any], is_due: bool
) -> None:
    ctx = a_look(node, **more)
    shield(ctx)
    assert ctx.journal.shielded == (HIDDEN if is_due else ())
    assert ctx.commands == []
    following = written(ctx)
    shield(following)
    assert following.commands == ([ChangeNode("n", "1", ON)] if is_due else [])


def test_one_that_is_recorded_is_not_recorded_again() -> None:
    ctx = a_look({}, journal=dataclasses.replace(RUNNING, shielded=("i-m", "i-n")))
    shield(ctx)
    assert ctx.journal.shielded == ("i-m", "i-n")
    assert ctx.commands == [ChangeNode("n", "1", ON)]


class TestTakingItOff:
    @pytest.mark.parametrize(
        ("node", "is_ours"),
        [
            pytest.param({}, False, id="nothing is there"),
            pytest.param(OURS, True, id="ours"),
            pytest.param(THEIRS, False, id="somebody else's stays"),
            pytest.param(None, False, id="no node"),
        ],
    )
    def test_only_ours_is_taken_off(self, node: Any, is_ours: bool) -> None:
        ctx = a_look(node)
        assert unshield(ctx) is not is_ours
        assert ctx.commands == ([ChangeNode("n", "1", OFF)] if is_ours else [])

    @pytest.mark.parametrize(
        ("more", "done"),
        [
            pytest.param(
                {"retries": {ChangeNode("n", "1", OFF): Retry(3, NOW, RefusedError("no"))}},
                True,
                id="it is refused each time",
            ),
            pytest.param(
                {"node_writes": {("n", "unmark"): (6, NOW)}}, True, id="it is undone each time"
            ),
            pytest.param({"node_writes": {("n", "unmark"): (5, NOW)}}, False, id="less often"),
        ],
    )
    def test_it_is_left_where_it_cannot_be(self, more: dict[str, Any], done: bool) -> None:
        assert unshield(a_look(OURS, **more)) is done

    @pytest.mark.parametrize("recorded", [True, False])
    def test_somebody_took_off_what_says_that_it_is_ours(self, recorded: bool) -> None:
        shielded = ("i-n",) if recorded else ("i-m",)
        ctx = a_look(THEIRS, journal=dataclasses.replace(RUNNING, shielded=shielded))
        assert unshield(ctx) is not recorded
        off = NodeChange(annotations=changes({SCALE_DOWN_DISABLED: None, SHIELDED: None}))
        assert ctx.commands == ([ChangeNode("n", "1", off)] if recorded else [])

    @pytest.mark.parametrize(
        ("node", "recorded"), [pytest.param({}, (), id="gone"), pytest.param(OURS, HIDDEN, id="on")]
    )
    def test_it_is_recorded_until_it_is_off(self, node: Any, recorded: tuple[str, ...]) -> None:
        ctx = a_look(node, journal=dataclasses.replace(RUNNING, shielded=HIDDEN))
        unshield(ctx)
        assert ctx.journal.shielded == recorded

    def test_the_group_stays_named_while_the_node_is_being_replaced(self) -> None:
        ctx = a_look({"annotations": {**OURS["annotations"], REPLACING: "r1"}})
        unshield(ctx)
        (command,) = ctx.commands
        assert isinstance(command, ChangeNode)
        assert MARKED_IN not in dict(command.change.annotations)

    def test_the_name_of_the_group_goes_when_no_other_mark_is_left(self) -> None:
        ctx = a_look({"annotations": {MARKED_IN: "blue"}})
        assert unshield(ctx) is False
        off = NodeChange(annotations=changes({MARKED_IN: None}))
        assert ctx.commands == [ChangeNode("n", "1", off)]
        assert unshield(a_look({"annotations": {MARKED_IN: "blue", REPLACING: "r1"}})) is True

    def test_one_that_is_left_does_not_hide_another(self) -> None:
        group = a_group(an_instance("m", fresh=True), an_instance("n", fresh=True))
        nodes = [a_node("m", **OURS), a_node("n", **OURS)]
        ctx = a_context(group, nodes, node_writes={("m", "unmark"): (6, NOW)})
        assert unshield(ctx) is False
        assert [one.name for one in ctx.commands if isinstance(one, ChangeNode)] == ["n"]
