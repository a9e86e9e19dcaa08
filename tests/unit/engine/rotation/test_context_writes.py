# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes of Nodes: whoever undoes them again and again is named, and not fought."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    ChangeNode,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Taint
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import NodeChange, changes
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
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
)

GROUP = a_group(an_instance("w"), an_instance("x"), max_size=9)


NODES_HERE = (a_node("w"), a_node("x"))


def a_look(**more: Any) -> RotationContext:
    """A look at two outdated nodes."""
    return a_context(more.pop("group", GROUP), NODES_HERE, **more)


class TestWritesOfNodes:
    CORDON = NodeChange(True)

    def write(
        self, times: int, ago: float, change: NodeChange = CORDON, by: str = ""
    ) -> RotationContext:
        """A look that writes node w.

        It was written so often, the last time so long ago.
        """
        node = a_node("w", cordoned_by=by)
        written = {("w", change.kind): (times, NOW - ago)}
        ctx = a_look(node_writes=written, policy=a_policy(0, 1))
        ctx.change(node, change)
        return ctx

    def test_carry_the_version_that_was_read(self) -> None:
        assert self.write(0, 0).commands == [ChangeNode("w", "1", self.CORDON)]

    @pytest.mark.parametrize(
        ("times", "pause"),
        [(2, 0), (3, 10), (4, 20), (5, 40), (7, 160), (8, 300), (20, 300)],
    )
    def test_that_are_undone_are_repeated_ever_later(self, times: int, pause: float) -> None:
        if pause:
            early = self.write(times, pause - 1)
            assert (early.commands, early.wake) == ([], NOW + 1)
        assert len(self.write(times, pause).commands) == 1

    @pytest.mark.parametrize(
        ("change", "by", "text"),
        [
            pytest.param(
                NodeChange(True),
                "kubectl",
                "cordon of this node again and again, last kubectl;",
                id="a cordon, and the server says who",
            ),
            pytest.param(NodeChange(True), "", "cordon of this node again and again;", id="nobody"),
            pytest.param(
                NodeChange(taints=(Taint("a", "NoSchedule"),)),
                "kubectl",
                "taint of this node again and again;",
                id="whoever cordoned is not it",
            ),
        ],
    )
    def test_that_are_undone_three_times_name_who_does(
        self, change: NodeChange, by: str, text: str
    ) -> None:
        assert self.write(2, 0, change, by).events == []
        ctx = self.write(3, 0, change, by)
        assert text in ctx.events[0].text
        ctx.change(a_node("w", cordoned_by=by), change)
        assert len(ctx.events) == 1, "once"

    @pytest.mark.parametrize(("times", "left"), [(5, False), (6, True)])
    def test_that_are_undone_six_times_are_left(self, times: int, left: bool) -> None:
        ctx = a_look(node_writes={("w", "cordon"): (times, NOW)})
        assert ctx.undone(a_node("w"), "cordon") is left
        assert ctx.undone(a_node("w"), "taints") is False
        assert ctx.undone(a_node("x"), "cordon") is False

    @pytest.mark.parametrize(
        ("change", "kind"),
        [
            (NodeChange(True), "cordon"),
            (NodeChange(False), "uncordon"),
            (NodeChange(taints=()), "untaint"),
            (NodeChange(annotations=changes({"a": "b"})), "annotations"),
            (NodeChange(annotations=changes({"a": None})), "unmark"),
        ],
    )
    def test_count_by_their_kind(self, change: NodeChange, kind: str) -> None:
        assert change.kind == kind
