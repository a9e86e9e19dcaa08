# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was marked and is not replaced is put back, also where it left the group."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    ChangeNode,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import ForbiddenError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Taint
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import (
    EXCLUDE,
    MARKED_IN,
    REPLACING,
    SHIELDED,
    WAS_CORDONED,
    WAS_EXCLUDED,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import NodeChange
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    SOFT_TAINT,
    Marks,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import replacement
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
    selected,
)

GONE = "w"
"""An instance whose node never joined or is gone: there is nothing to cordon and nothing to
drain."""


MARKED = {"unschedulable": True, "labels": {EXCLUDE: "true"}, "annotations": {REPLACING: "r1"}}


@pytest.mark.parametrize(
    "notes, back",
    [
        (
            {},
            NodeChange(
                False,
                ((EXCLUDE, None),),
                (
                    (REPLACING, None),
                    (MARKED_IN, None),
                    (WAS_EXCLUDED, None),
                    (WAS_CORDONED, None),
                ),
            ),
        ),
        (
            {WAS_CORDONED: "true"},
            NodeChange(
                None,
                ((EXCLUDE, None),),
                (
                    (REPLACING, None),
                    (MARKED_IN, None),
                    (WAS_EXCLUDED, None),
                    (WAS_CORDONED, None),
                ),
            ),
        ),
        (
            {WAS_EXCLUDED: "true"},
            NodeChange(
                False,
                (),
                (
                    (REPLACING, None),
                    (MARKED_IN, None),
                    (WAS_EXCLUDED, None),
                    (WAS_CORDONED, None),
                ),
            ),
        ),
    ],
)
def test_a_node_that_stays_is_put_back_as_it_was(notes: dict[str, str], back: NodeChange) -> None:
    node = a_node("w", **{**MARKED, "annotations": {REPLACING: "r1", **notes}})
    ctx = a_context(a_group(an_instance("w")), [node], marks=Marks(skipped=frozenset(("i-w",))))
    assert replacement.restore_nodes(ctx) is False
    (command,) = ctx.commands
    assert isinstance(command, ChangeNode)
    assert sorted(command.change.annotations) == sorted(back.annotations)
    assert (command.change.unschedulable, command.change.labels) == (
        back.unschedulable,
        back.labels,
    )
    assert replacement.restore_nodes(a_context(a_group(an_instance("w")), [a_node("w")])) is True
    going = a_context(a_group(an_instance("w")), [node], **selected("w"))
    assert replacement.restore_nodes(going) is True
    assert going.commands == []


def test_what_may_not_be_put_back_holds_up_nothing() -> None:
    node = a_node("w", **MARKED)
    command = ChangeNode("w", "1", replacement._as_before(node))
    retries = {command: Retry(1, NOW + 9, ForbiddenError("no"))}
    ctx = a_context(
        a_group(an_instance("w")),
        [node],
        marks=Marks(skipped=frozenset(("i-w",))),
        retries=retries,
        timers={"not let in ChangeNode": NOW - 60},
    )
    assert replacement.restore_nodes(ctx) is True


class TestTheSoftTaint:
    @pytest.mark.parametrize(
        ("notes", "named"),
        [
            pytest.param({MARKED_IN: "blue"}, ((MARKED_IN, None),), id="with its group's name"),
            pytest.param({MARKED_IN: "blue", REPLACING: "r1"}, (), id="which a cordon needs"),
            pytest.param({MARKED_IN: "blue", SHIELDED: "r1"}, (), id="which a shield needs"),
            pytest.param({}, (), id="that an earlier release has put there"),
        ],
    )
    def test_goes(self, notes: dict[str, str], named: tuple[Any, ...]) -> None:
        other = Taint("gpu", "NoSchedule")
        node = a_node("w", annotations=notes, taints=(other, SOFT_TAINT))
        ctx = a_context(a_group(an_instance("w")), [node])
        assert replacement.untainted(ctx) is False
        change = NodeChange(annotations=named, taints=(other,))
        assert ctx.commands == [ChangeNode("w", "1", change)]

    def test_keeps_its_group_s_name_until_it_goes(self) -> None:
        notes = {REPLACING: "r1", MARKED_IN: "blue"}
        node = a_node("w", annotations=notes, taints=(SOFT_TAINT,))
        assert MARKED_IN not in dict(replacement._as_before(node).annotations)

    @pytest.mark.parametrize(("times", "left"), [(5, False), (6, True)])
    def test_that_somebody_puts_back_again_and_again_is_named(self, times: int, left: bool) -> None:
        node = a_node("w", taints=(SOFT_TAINT,))
        written = {("w", "untaint"): (times, NOW), ("w", "taints"): (99, NOW)}
        ctx = a_context(a_group(an_instance("w")), [node], node_writes=written)
        assert replacement.untainted(ctx) is left
        assert bool(ctx.memory.report.left) is left
