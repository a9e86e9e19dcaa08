# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A group before and after a rotation: what is compared, what is no problem."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.preflight import snapshot
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.verify import problems
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Owner
from ansible_collections.nodeops.rotator.tests.unit.core.checks.builders import (
    fresh,
    instance,
    look,
    node,
    pod,
)

SETTINGS = list(
    itertools.product((4, 5), ((), ("AZRebalance",)), (False, True), ((), (1,), (1, 2)))
)
"""max_size, suspended, protects_new, and the instances that are protected."""


def with_settings(settings: tuple[Any, ...], **changes: Any) -> Any:
    """A group of two current nodes with these settings."""
    max_size, suspended, protects_new, protected = settings
    members = [fresh(number, protected=number in protected) for number in (1, 2)]
    return look(
        *members,
        max_size=max_size,
        suspended=frozenset(suspended),
        protects_new=protects_new,
        **changes,
    )


@pytest.mark.parametrize("settings", SETTINGS)
def test_a_group_that_is_as_it_was_has_no_problem(settings: tuple[Any, ...]) -> None:
    same = with_settings(settings)
    assert problems(same, snapshot(same)) == ()


@pytest.mark.parametrize("before", SETTINGS)
def test_only_what_a_rotation_could_have_left_is_a_problem(before: tuple[Any, ...]) -> None:
    """Others may have lowered MaxSize, resumed a process or removed protection."""
    for after in SETTINGS:
        found = " ".join(problems(with_settings(after), snapshot(with_settings(before))))
        assert ("MaxSize" in found) is (after[0] > before[0])
        assert ("suspended" in found) is bool(set(after[1]) - set(before[1]))
        assert ("protects new instances" in found) is (after[2] and not before[2])
        protection = bool(after[3]) and not before[3] and not before[2]
        assert ("from scale-in: i-1" in found) is protection


@pytest.mark.parametrize(
    ("before", "pods", "ready", "problem"),
    [
        (2, 2, 2, False),
        (2, 3, 2, False),
        (2, 2, 1, True),
        (2, 1, 1, False),
        (2, 0, 0, False),
        (2, 3, 1, True),
        (0, 2, 0, False),
        (1, 2, 1, False),
    ],
)
def test_a_workload_has_to_have_as_many_ready_pods_or_all_of_fewer(
    before: int, pods: int, ready: int, problem: bool
) -> None:
    every = tuple(pod(f"cart-{number}", ready=number < ready) for number in range(pods))
    seen = look(fresh(1), pods=every)
    known = {"workloads": {"Deployment shop/cart": {"pods": before, "ready": before}}}
    assert bool(problems(seen, known)) is problem


def test_workloads_that_are_new_since_are_not_compared() -> None:
    seen = look(fresh(1), pods=(pod("new-0", owner=Owner("StatefulSet", "new"), ready=False),))
    assert problems(seen, {"workloads": {}}) == ()
    assert problems(seen, {"workloads": None}) == ()


@pytest.mark.parametrize("size", [0, 1, 4])
def test_every_node_that_is_behind_is_counted(size: int) -> None:
    members = [instance(number) for number in range(size)] + [fresh(9)]
    found = problems(look(*members), None)
    assert len(found) == (1 if size else 0)
    if size:
        assert found[0].startswith(f"{size} of {size + 1} nodes do not run the target: node-0")


@pytest.mark.parametrize(
    ("ready", "joined"), list(itertools.product((True, False, None), (True, False)))
)
def test_a_node_is_in_order_only_if_it_is_there_and_surely_ready(
    ready: bool | None, joined: bool
) -> None:
    nodes = {"i-1": node(1, ready=ready)} if joined else {}
    found = problems(look(fresh(1), nodes=nodes), None)
    assert (found == ()) is (joined and ready is True)


@pytest.mark.parametrize("key", ["replacing", "was-unschedulable", "scale-down-disabled"])
@pytest.mark.parametrize("place", ["annotations", "labels"])
def test_every_mark_of_ours_on_a_node_is_named(key: str, place: str) -> None:
    marked = node(1, **{place: {f"nodeops.rotator/{key}": "r1", "team": "web"}})
    found = problems(look(fresh(1), nodes={"i-1": marked}), None)
    assert found == (f"Node node-1 still carries nodeops.rotator/{key}",)


def test_problems_come_in_the_order_in_which_they_matter() -> None:
    before = {"max_size": 4, "suspended": [], "protects_new": False, "protected": []}
    seen = look(
        instance(1),
        nodes={"i-1": node(1, ready=False)},
        desired=2,
        tags={"nodeops.rotator/run": "r1"},
        max_size=5,
    )
    assert [line.split()[0] for line in problems(seen, before)] == [
        "1",
        "1",
        "Auto",
        "Auto",
        "MaxSize",
    ]
