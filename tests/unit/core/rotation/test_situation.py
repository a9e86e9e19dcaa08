# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The group in figures, and who goes next: tables."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import (
    Instance,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node, Taint
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import REPLACING
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    SOFT_TAINT,
    Marks,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.victims import (
    next_victim,
    spread,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    a_situation,
    an_instance,
)


def test_a_situation_in_figures() -> None:
    group = a_group(
        an_instance("a"), an_instance("b", zone="b"), an_instance("c", fresh=True), desired=4
    )
    found = a_situation(
        group, a_node("a"), a_node("b", annotations={REPLACING: "r"}), a_node("c"), surge=1
    )
    assert (found.base, found.launched, found.available) == (3, 3, 1)
    assert found.zones == {
        "a": 2,
        "b": 1,
    }
    assert [member.id for member in found.outdated] == ["i-a", "i-b"]
    assert [member.id for member in found.current] == ["i-c"]
    assert [member.id for member in found.leaving] == ["i-b"]
    assert found.outdated_ids == {
        "i-a",
        "i-b",
    }


def test_expected_taints_are_those_that_ready_outdated_nodes_carry_on_purpose() -> None:
    def node(name: str, *taints: Taint, ready: bool = True) -> Node:
        return a_node(name, ready, taints=taints)

    group = a_group(an_instance("a"), an_instance("b"), an_instance("c", fresh=True))
    conditions = (
        Taint("node.kubernetes.io/unschedulable", "NoSchedule"),
        Taint("node.kubernetes.io/memory-pressure", "NoSchedule"),
    )
    found = a_situation(
        group,
        node(
            "a",
            Taint("dedicated", "NoSchedule", "ml"),
            Taint("prefer", "PreferNoSchedule"),
            SOFT_TAINT,
            *conditions,
        ),
        node("b", Taint("broken", "NoExecute"), ready=False),
        node("c", Taint("startup", "NoExecute")),
    )
    assert found.expected_taints == {"dedicated"}


def order(
    *instances: Instance,
    ready: tuple[str, ...] = (),
    selected: tuple[str, ...] = (),
    skipped: frozenset[str] = frozenset(),
) -> list[str]:
    """The victims, one after the other."""
    group, found = a_group(*instances), []
    marks = Marks(selected=frozenset(selected))
    while True:
        nodes = [
            a_node(i.id.removeprefix("i-"), i.id.removeprefix("i-") in ready) for i in instances
        ]
        victim = next_victim(a_situation(group, *nodes, marks=marks), skipped)
        if victim is None:
            return found
        found.append(victim.id.removeprefix("i-"))
        marks = Marks(selected=marks.selected | {victim.id})


@pytest.mark.parametrize(
    "fields, arguments, expected",
    [
        (
            {"a": {}, "b": {"zone": "b"}, "c": {"zone": "b"}},
            {"ready": ("a", "b", "c")},
            ["b", "c", "a"],
        ),  # the fullest zone
        (
            {"a": {"launched_at": 3.0}, "b": {"launched_at": 1.0}},
            {"ready": ("a", "b")},
            ["b", "a"],
        ),  # there the oldest
        ({"b": {}, "a": {}}, {"ready": ("a", "b")}, ["a", "b"]),  # and always the same one
        (
            {"a": {}, "b": {"launched_at": 500.0}},
            {"ready": ("a",)},
            ["b", "a"],
        ),  # first what carries nothing
        ({"a": {}, "b": {}}, {"ready": ("a", "b"), "selected": ("i-a",)}, ["b"]),
        ({"a": {}, "b": {}}, {"ready": ("a", "b"), "skipped": frozenset(("i-b",))}, ["a"]),
        ({"a": {"fresh": True}}, {"ready": ("a",)}, []),
    ],
)
def test_the_next_victim(
    fields: dict[str, dict[str, Any]], arguments: dict[str, Any], expected: list[str]
) -> None:
    assert (
        order(*(an_instance(name, **more) for name, more in fields.items()), **arguments)
        == expected
    )


@pytest.mark.parametrize(
    "zones, all_zones, difference",
    [
        ({"a": 2, "b": 2}, "ab", 0),
        ({"a": 3, "b": 1}, "ab", 2),
        ({"a": 2}, "abc", 2),
        ({}, "abc", 0),
        ({"a": 2}, "", 0),
        ({"x": 5, "a": 1}, "a", 0),
    ],
)
def test_spread(zones: dict[str, int], all_zones: str, difference: int) -> None:
    assert spread(zones, tuple(all_zones)) == difference
