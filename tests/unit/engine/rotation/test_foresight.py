# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a rotation would go about its nodes."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import Journal
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Marks
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.sizes import Size
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.foresight import (
    foreseen,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    POLICY,
    RUNNING,
    a_context,
)

OLD = [an_instance(name, launched_at=float(at)) for at, name in enumerate("abc")]


def seen(journal: Journal = RUNNING, down: str = "", **policy: Any) -> dict[str, Any]:
    """What is foreseen for three outdated nodes, of which `down` is not Ready."""
    nodes = [a_node(name, ready=name != down) for name in "abc"]
    chosen = dataclasses.replace(POLICY, **policy)
    return foreseen(a_context(a_group(*OLD), nodes, journal, chosen))


def test_the_oldest_goes_first_unless_another_does_not_work() -> None:
    assert seen()["order"] == ["i-a", "i-b", "i-c"]
    assert seen(down="c")["order"] == ["i-c", "i-a", "i-b"]


def test_what_is_under_way_comes_first() -> None:
    marks = Marks(selected=frozenset({"i-b"}))
    nodes = [a_node(name) for name in "abc"]
    found = foreseen(a_context(a_group(*OLD), nodes, RUNNING, POLICY, marks=marks))
    assert found["order"] == ["i-b", "i-a", "i-c"]


@pytest.mark.parametrize(
    ("policy", "order"),
    [
        ({"limit": 1}, ["i-a"]),
        ({"nodes": ("c",)}, ["i-c"]),
        ({"instances": ("i-b", "i-a")}, ["i-a", "i-b"]),
    ],
)
def test_nodes_that_are_left_on_purpose_are_not_in_the_order(
    policy: dict[str, Any], order: list[str]
) -> None:
    assert seen(**policy)["order"] == order


def test_nothing_is_ordered_where_nothing_is_outdated() -> None:
    ctx = a_context(a_group(), [], RUNNING, POLICY)
    assert foreseen(ctx)["order"] == []


@pytest.mark.parametrize(
    ("surge", "unavailable", "window"),
    [
        (Size(1), Size(0), (1, 0)),
        (Size(0), Size(0, percent=True), (0, 1)),
        (Size(50, percent=True), Size(1), (2, 1)),
    ],
)
def test_the_window_is_in_nodes(surge: Size, unavailable: Size, window: tuple[int, int]) -> None:
    journal = dataclasses.replace(RUNNING, base=3, expected=3)
    if (surge.value, unavailable.value) == (0, 0):
        unavailable = Size(20, percent=True)
    found = seen(journal, max_surge=surge, max_unavailable=unavailable)
    assert (found["surge"], found["unavailable"]) == window


def test_a_canary_that_has_passed_is_not_repeated() -> None:
    assert seen(canary=Size(2), soak=30.0)["canaries"] == 2
    assert seen(canary=Size(2), soak=30.0)["soak"] == 30.0
    passed = dataclasses.replace(RUNNING, canary="passed")
    assert seen(passed, canary=Size(2))["canaries"] == 0


def test_the_maintenance_window_is_told() -> None:
    assert seen()["maintenance"] == ""
    assert seen(maintenance="sat 22:00 to 04:00 UTC")["maintenance"] == "sat 22:00 to 04:00 UTC"
