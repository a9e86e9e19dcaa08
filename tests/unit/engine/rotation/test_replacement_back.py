# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was marked and is not replaced is put back, also where it left the group."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    ChangeNode,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import ForbiddenError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import (
    EXCLUDE,
    MARKED_IN,
    REPLACING,
    WAS_CORDONED,
    WAS_EXCLUDED,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import NodeChange
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Marks
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
