# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fence and choice: who leaves next, within window and budget."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Group
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.accounting import (
    Account,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Marks
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.sizes import Window
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import (
    capacity,
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
    a_policy,
)

OLD = tuple(an_instance(name) for name in "wxyz")


FENCED = dataclasses.replace(RUNNING, fenced=True, suspended=("AZRebalance",))
NODES = tuple(a_node(name) for name in "wxyz")


@pytest.mark.parametrize(
    ("zones", "desired", "commanded"),
    [
        pytest.param("aabb", 5, 1, id="each zone keeps a node"),
        pytest.param("aaab", 5, 1, id="one zone keeps another node"),
        pytest.param("abcd", 5, 0, id="the new node is on its way, and may come to that zone"),
        pytest.param("abcd", 4, 1, id="nothing is on its way"),
    ],
)
def test_no_zone_loses_its_last_node_while_a_new_one_is_on_its_way(
    zones: str, desired: int, commanded: int
) -> None:
    instances = [an_instance(n, zone=z) for n, z in zip("wxyz", zones, strict=True)]
    group = a_group(*instances, desired=desired)
    ctx = a_context(group, NODES, policy=a_policy(1, 1), ours=desired - 4)
    capacity.choose(ctx)
    assert len(ctx.memory.nodes.marks.selected) == commanded


@pytest.mark.parametrize(
    "canary, verdict, surge, unavailable, expected",
    [
        (0, "", 3, 2, (3, 2)),
        (1, "", 3, 2, (1, 0)),
        (2, "", 1, 2, (1, 1)),
        (1, "", 0, 2, (0, 1)),
        (1, "passed", 3, 2, (3, 2)),
        (9, "", 3, 2, (3, 2)),
    ],
)
def test_the_window_is_narrow_until_the_canaries_are_judged(
    canary: int, verdict: str, surge: int, unavailable: int, expected: tuple[int, int]
) -> None:
    journal = dataclasses.replace(RUNNING, canary=verdict)
    ctx = a_context(a_group(*OLD), NODES, journal, a_policy(surge, unavailable, canary=canary))
    assert capacity.limits(ctx) == Window(*expected)


def chosen(
    group: Group,
    nodes: tuple[Node, ...],
    surge: int,
    unavailable: int,
    journal: Any = RUNNING,
    **more: Any,
) -> list[str]:
    """Who is taken now."""
    ctx = a_context(
        group, nodes, journal, a_policy(surge, unavailable, **more.pop("policy", {})), **more
    )
    capacity.choose(ctx)
    assert ctx.commands == []
    assert set(ctx.memory.nodes.records) >= ctx.memory.nodes.marks.selected
    return sorted(id_.removeprefix("i-") for id_ in ctx.memory.nodes.marks.selected)


def test_as_many_are_taken_as_the_budget_and_the_window_allow() -> None:
    group, fresh = a_group(*OLD), (an_instance("n", fresh=True), an_instance("m", fresh=True))
    more, nodes = a_group(*OLD, *fresh), (*NODES, a_node("n"), a_node("m"))
    surged, joined = (
        RUNNING.accounted(Account(4, 6)),
        {"marks": Marks(joined=frozenset(("i-n", "i-m")))},
    )
    assert chosen(group, NODES, 1, 0) == []
    assert chosen(group, NODES, 0, 2) == ["w", "x"]
    assert chosen(more, nodes, 2, 0, surged) == []
    assert chosen(more, nodes, 2, 0, surged, **joined) == ["w", "x"]
    assert chosen(more, nodes, 2, 1, surged, **joined) == ["w", "x", "y"]
    assert chosen(more, nodes, 1, 0, surged, **joined) == ["w"]
    assert chosen(group, NODES, 0, 4) == ["w", "x", "y", "z"]


def test_what_carries_nothing_is_taken_whatever_the_budget() -> None:
    assert chosen(a_group(*OLD), (a_node("w", False), *NODES[1:]), 1, 0) == ["w"]


@pytest.mark.parametrize(
    ("memory", "goes"),
    [
        ({}, False),
        ({"seen_nodes": frozenset(("i-w",))}, False),
        ({"seen_nodes": frozenset(("i-w",)), "timers": {"node of i-w": NOW - 89}}, False),
        ({"seen_nodes": frozenset(("i-w",)), "timers": {"node of i-w": NOW - 90}}, True),
        ({"timers": {"node of i-w": NOW - 900}}, False),
    ],
    ids=["never seen", "just gone", "gone for 89 s", "gone for 90 s", "never seen for long"],
)
def test_an_instance_without_a_node_goes_only_if_its_node_was_seen_and_is_long_gone(
    memory: dict[str, Any], goes: bool
) -> None:
    group, nodes = a_group(*OLD), NODES[1:]
    assert chosen(group, nodes, 1, 0, **memory) == (["w"] if goes else [])
    canary = {"policy": {"canary": 1}}
    assert chosen(group, nodes, 1, 0, **memory, **canary) == [], "and never as the canary"


@pytest.mark.parametrize(
    ("nodes", "missed", "goes"),
    [
        pytest.param("", 90, "i-w", id="nothing else is left"),
        pytest.param("", 89, "", id="not yet missed for long"),
        pytest.param("x", 90, "", id="another can be drained, and goes first"),
    ],
)
@pytest.mark.parametrize("proven", [False, True])
def test_an_instance_that_never_had_a_node_goes_last_where_that_is_asked_for(
    nodes: str, missed: float, goes: str, proven: bool
) -> None:
    """Also while nothing has proved the cluster, so that none may be cordoned."""
    group = a_group(
        an_instance("w"), an_instance("x"), tags={"kubernetes.io/cluster/shop": "owned"}
    )
    policy = a_policy(0, 2, canary=0, unknown_instances="end", cluster="shop")
    timers = {f"node of i-{name}": NOW - missed for name in "wx"}
    ctx = a_context(
        group,
        [a_node(name) for name in nodes],
        policy=policy,
        timers=timers,
        cluster_proven=proven,
        marks=Marks(skipped=frozenset(() if nodes else ("i-x",))),
    )
    capacity.choose(ctx)
    taken = ctx.memory.nodes.marks.selected - {"i-x"}
    assert taken == ({goes} if goes else set())


def test_only_canaries_are_taken_before_they_are_judged_and_those_that_went_count() -> None:
    one = {"policy": {"canary": 1}}
    assert chosen(a_group(*OLD), NODES, 0, 2, **one) == ["w"]
    went = dataclasses.replace(RUNNING, canaries=1)
    coming = dataclasses.replace(went, expected=5)
    assert chosen(a_group(*OLD), NODES, 0, 2, coming, **one) == []
    come = a_group(an_instance("n", fresh=True), *OLD[1:])
    assert chosen(come, (a_node("n"), *NODES[1:]), 0, 2, went, **one) == []
    assert chosen(a_group(*OLD), NODES, 0, 2, went, **one) == ["w"], "nothing comes in its place"
    assert chosen(
        a_group(*OLD), NODES, 0, 2, dataclasses.replace(RUNNING, canaries=1, canary="passed"), **one
    ) == ["w", "x"]


def test_nobody_is_taken_while_it_is_unknown_whether_desired_is_less_already() -> None:
    retiring = RUNNING.accounted(Account(3, 4, None, ("i-w",)))
    assert chosen(a_group(*OLD), NODES, 0, 2, retiring) == []
    assert chosen(a_group(*OLD), NODES, 0, 2, dataclasses.replace(retiring, decrements=("i-gone",)))
