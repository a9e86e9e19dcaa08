# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replacement nodes that are still to come."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Marks
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import coming
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import a_context


def a_look(new: str, joined: str = "", skipped: str = "", desired: int = 0) -> RotationContext:
    """A look at an old node w in zone a, and a new one in zone b for each letter."""
    fresh = [an_instance(name, fresh=True, zone="b") for name in new]
    group = a_group(an_instance("w"), *fresh, desired=desired or 1 + len(fresh))
    marks = Marks(
        joined=frozenset(f"i-{name}" for name in joined),
        skipped=frozenset(f"i-{name}" for name in skipped),
    )
    return a_context(group, [a_node(name) for name in ("w", *new)], marks=marks)


@pytest.mark.parametrize(
    ("group", "unready", "come"),
    [
        pytest.param({"new": ""}, 0, 0, id="none"),
        pytest.param({"new": "", "desired": 3}, 2, 2, id="two are to be launched"),
        pytest.param({"new": "n"}, 1, 1, id="one boots"),
        pytest.param({"new": "no", "joined": "n", "desired": 4}, 2, 3, id="one of each"),
        pytest.param({"new": "no", "joined": "n", "skipped": "o"}, 0, 2, id="one is given up"),
    ],
)
def test_are_those_to_be_launched_and_those_that_boot(
    group: dict[str, Any], unready: int, come: int
) -> None:
    ctx = a_look(**group)
    assert coming.unready(ctx) == unready
    assert coming.coming(ctx) == come


@pytest.mark.parametrize(
    ("group", "empties"),
    [
        pytest.param({"new": "n", "joined": "n"}, False, id="nothing is to come"),
        pytest.param({"new": "n"}, True, id="one that boots may come to it"),
        pytest.param({"new": "n", "joined": "n", "desired": 3}, True, id="and one to be launched"),
    ],
)
def test_a_zone_keeps_its_last_node_until_they_are_there(
    group: dict[str, Any], empties: bool
) -> None:
    ctx = a_look(**group)
    assert coming.empties_zone(ctx, ctx.situation.members[0]) is empties
