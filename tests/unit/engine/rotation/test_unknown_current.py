# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An instance that has the target is unknown, too, if nobody has seen its Node."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Marks
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import unknown
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.records import (
    NodeRecord,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.test_unknown import (
    NEW,
    READ_AT,
    W,
    X,
    a_look,
)

LONG_THERE = dataclasses.replace(NEW, launched_at=READ_AT - 901)


@pytest.mark.parametrize(
    ("age", "more", "is_unknown"),
    [
        pytest.param(901, {}, True, id="it should have joined before this run began"),
        pytest.param(900, {}, False, id="it was on its way then"),
        pytest.param(READ_AT, {}, False, id="EC2 does not show yet when it was launched"),
        pytest.param(901, {"resumed": True}, False, id="the run before has launched it"),
        pytest.param(901, {"pooled": frozenset(("i-n",))}, False, id="from the warm pool"),
        pytest.param(901, {"seen_nodes": frozenset(("i-n",))}, False, id="its Node was seen"),
        pytest.param(901, {"first_read_at": None}, False, id="nothing was read yet"),
    ],
)
def test_one_with_the_target_is_unknown_if_it_is_no_launch_of_ours(
    age: float, more: dict[str, Any], is_unknown: bool
) -> None:
    new = dataclasses.replace(NEW, launched_at=READ_AT - age)
    ctx = a_look(W, new, nodes="w", **{"first_read_at": READ_AT, **more})
    unknown.note_seen(ctx)
    assert unknown.is_unknown(ctx, ctx.situation.by_id["i-n"]) is is_unknown
    assert ("i-n" in ctx.memory.nodes.marks.skipped) is is_unknown
    assert (unknown.unknown_error(ctx) is not None) is is_unknown


@pytest.mark.parametrize(
    ("instance", "more", "ends"),
    [
        pytest.param(W, {}, True, id="an outdated one"),
        pytest.param(W, {"marks": Marks(skipped=frozenset(("i-w",)))}, False, id="given up"),
        pytest.param(
            dataclasses.replace(W, launched_at=READ_AT - 9), {}, False, id="that may still join"
        ),
        pytest.param(LONG_THERE, {}, True, id="one with the target"),
        pytest.param(
            LONG_THERE,
            {"records": {"i-n": NodeRecord("i-n", "i-n", "a", "x")}},
            False,
            id="one with the target that was begun",
        ),
        pytest.param(NEW, {}, False, id="one on its way"),
    ],
)
def test_it_is_ended_if_that_is_asked_for(instance: Any, more: dict[str, Any], ends: bool) -> None:
    ctx = a_look(X, instance, nodes="x", **{"first_read_at": READ_AT, **more})
    unknown.note_seen(ctx)
    assert [one.id for one in unknown.to_end(ctx)] == ([instance.id] if ends else [])
