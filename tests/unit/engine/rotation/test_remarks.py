# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stays is reported once, with who puts our marks back."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import NodeChange, changes
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import remarks
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    NOW,
    a_context,
)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (NodeChange(False), "Node w keeps our cordon and marks: "),
        (NodeChange(taints=()), "Node w keeps our taint: "),
        (NodeChange(annotations=changes({"a": None})), "Node w keeps our annotations: "),
        (NodeChange(True), "Node w keeps our marks: "),
    ],
)
@pytest.mark.parametrize(("times", "left"), [(5, False), (6, True)])
def test_what_is_undone_six_times_stays_and_is_named(
    change: NodeChange, said: str, times: int, left: bool
) -> None:
    written = {("w", change.kind): (times, NOW)}
    ctx = a_context(a_group(an_instance("w")), [a_node("w")], node_writes=written)
    assert remarks.stays(ctx, a_node("w"), change) is left
    told = ctx.memory.report.left
    assert [text.startswith(said) for text in told] == ([True] if left else [])


def test_what_puts_a_mark_on_a_node_counts_apart() -> None:
    written = {("w", "taints"): (9, NOW)}
    ctx = a_context(a_group(an_instance("w")), [a_node("w")], node_writes=written)
    assert remarks.stays(ctx, a_node("w"), NodeChange(taints=())) is False


def test_what_is_left_is_told_once() -> None:
    ctx = a_context(a_group(an_instance("w")), [a_node("w")])
    remarks.left(ctx, "it stays")
    remarks.left(ctx, "it stays")
    assert ctx.memory.report.left == ("it stays",)
    assert [(event.phase, event.text) for event in ctx.events] == [("left", "it stays")]
