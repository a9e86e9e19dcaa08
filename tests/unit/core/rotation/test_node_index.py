# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A renewed index equals a new one, whatever has changed in between."""

from __future__ import annotations

import dataclasses
import random

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import MARKED_IN
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.node_index import (
    by_instance,
    foreign,
    index,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)

MINE = ("i-0", "i-1", "i-2")


def a_cluster(size: int) -> dict[str, Node]:
    """Nodes 0, 1, 2 ... of instances i-0, i-1, i-2 ... by key."""
    return {f"uid-{n}": a_node(str(n), created=float(n)) for n in range(size)}


def test_nodes_of_others_that_change_leave_mine_the_same_object() -> None:
    nodes = a_cluster(9)
    first = index(nodes, MINE)
    beating = {**nodes, "uid-7": dataclasses.replace(nodes["uid-7"], resource_version="2")}
    second = index(beating, MINE, first)
    assert second.mine is first.mine
    assert second.by_instance["i-7"] is beating["uid-7"]


def test_a_node_of_mine_that_changes_is_seen() -> None:
    nodes = a_cluster(9)
    first = index(nodes, MINE)
    changed = {**nodes, "uid-1": dataclasses.replace(nodes["uid-1"], ready=False)}
    second = index(changed, MINE, first)
    assert second.mine["i-1"] is changed["uid-1"]
    assert first.mine["i-1"] is nodes["uid-1"]


def test_the_wanted_instances_may_change() -> None:
    nodes = a_cluster(9)
    first = index(nodes, MINE)
    assert set(index(nodes, ("i-5", "i-99"), first).mine) == {"i-5"}


def test_of_two_nodes_of_one_instance_the_younger_counts_until_it_goes() -> None:
    nodes = a_cluster(3)
    first = index(nodes, MINE)
    reborn = {**nodes, "uid-x": a_node("x", provider_id="aws:///a/i-1", created=99.0)}
    second = index(reborn, MINE, first)
    assert second.mine["i-1"].name == "x"
    third = index(nodes, MINE, second)
    assert third.mine["i-1"].name == "1"


@pytest.mark.parametrize("alive", ["1", "x"])
def test_of_two_nodes_of_one_instance_the_ready_one_counts(alive: str) -> None:
    """A kubelet that had another name for a while has left its Node."""
    twin = a_node("x", provider_id="aws:///a/i-1", created=99.0, ready=alive == "x")
    plain = a_cluster(3)
    old = dataclasses.replace(plain["uid-1"], ready=alive == "1")
    nodes = {**plain, "uid-1": old, "uid-x": twin}
    both = index(nodes, MINE, index(plain, MINE))
    assert both.mine["i-1"].name == alive
    turned = {key: dataclasses.replace(node, ready=alive != key[4:]) for key, node in nodes.items()}
    assert index(turned, MINE, both).mine["i-1"].name == ("x" if alive == "1" else "1")
    assert both.doubled
    assert not index(plain, MINE, both).doubled


@pytest.mark.parametrize(
    ("older", "younger", "counts"),
    [
        pytest.param(True, True, "younger", id="both are ready"),
        pytest.param(True, None, "older", id="the younger one is silent"),
        pytest.param(True, False, "older", id="the younger one is sick"),
        pytest.param(None, True, "younger", id="the older one is silent"),
        pytest.param(False, True, "younger", id="the older one is sick"),
        pytest.param(None, None, "younger", id="both are silent"),
        pytest.param(False, None, "younger", id="neither is ready"),
    ],
)
def test_which_of_two_nodes_counts_does_not_depend_on_their_order(
    older: bool | None, younger: bool | None, counts: str
) -> None:
    name = "aws:///eu-west-1a/i-1"
    one = a_node("older", provider_id=name, created=1.0, ready=older)
    two = a_node("younger", provider_id=name, created=2.0, ready=younger)
    assert by_instance([one, two])["i-1"].name == counts
    assert by_instance([two, one])["i-1"].name == counts


def change(dice: random.Random, nodes: dict[str, Node]) -> dict[str, Node]:
    """The nodes after one of the things that happen to nodes."""
    nodes = dict(nodes)
    key = dice.choice(sorted(nodes))
    kind = dice.choice(
        ("beat", "beat", "beat", "gone", "born", "twin", "unnamed", "moved", "turned")
    )
    number = len(nodes) + dice.randint(0, 99)
    if kind == "gone" and len(nodes) > 2:
        del nodes[key]
    elif kind == "born":
        nodes[f"uid-{number}"] = a_node(str(number), created=float(number))
    elif kind == "twin":
        of = nodes[key].provider_id
        nodes[f"uid-{number}t"] = a_node(f"{number}t", provider_id=of, created=float(number))
    elif kind in ("unnamed", "moved"):
        provider = "" if kind == "unnamed" else f"aws:///a/i-{number}"
        nodes[key] = dataclasses.replace(nodes[key], provider_id=provider)
    elif kind == "turned":
        nodes[key] = dataclasses.replace(nodes[key], ready=dice.choice((True, False, None)))
    else:
        version = str(dice.randint(2, 999))
        nodes[key] = dataclasses.replace(nodes[key], resource_version=version)
    return nodes


@pytest.mark.parametrize("seed", range(60))
def test_renewing_equals_making_anew(seed: int) -> None:
    dice = random.Random(seed)
    nodes = a_cluster(6)
    known = index(nodes, MINE)
    for _step in range(30):
        for _change in range(dice.randint(0, 3)):
            nodes = change(dice, nodes)
        known = index(nodes, MINE, known)
        assert known.by_instance == by_instance(nodes.values())
        assert known.mine == {n: known.by_instance[n] for n in MINE if n in known.by_instance}


class TestMarks:
    """Which group a rotation has marked a node for, also of nodes that left it."""

    MARKED = a_node("1", created=1.0, annotations={MARKED_IN: "blue"})

    def test_are_found_whoever_is_wanted(self) -> None:
        nodes = {**a_cluster(9), "uid-1": self.MARKED}
        assert index(nodes, ("i-5",)).marked == {"i-1": "blue"}

    def test_come_and_go_with_a_change_of_the_node(self) -> None:
        plain = a_cluster(9)
        first = index(plain, MINE)
        second = index({**plain, "uid-1": self.MARKED}, MINE, first)
        third = index(plain, MINE, second)
        assert [dict(one.marked) for one in (first, second, third)] == [{}, {"i-1": "blue"}, {}]

    def test_go_with_the_node(self) -> None:
        first = index({**a_cluster(9), "uid-1": self.MARKED}, MINE)
        rest = {key: node for key, node in a_cluster(9).items() if key != "uid-1"}
        assert index(rest, MINE, first).marked == {}

    def test_stay_the_same_object_while_only_others_change(self) -> None:
        nodes = {**a_cluster(9), "uid-1": self.MARKED}
        first = index(nodes, MINE)
        beating = {**nodes, "uid-7": dataclasses.replace(nodes["uid-7"], resource_version="2")}
        assert index(beating, MINE, first).marked is first.marked


def test_instances_of_other_groups_are_foreign_until_they_are_known() -> None:
    nodes = index({name: a_node(name) for name in "abc"}, ()).ids
    group = a_group(an_instance("a"))
    assert foreign(nodes, frozenset(), group.by_id) == {"i-b", "i-c"}
    assert foreign(nodes, frozenset(("i-b", "i-z")), group.by_id) == {"i-c"}


def test_marks_stay_the_same_object_as_long_as_none_is_put_on_or_taken_off() -> None:
    marked = a_node("a", annotations={MARKED_IN: "blue"})
    known = index({"a": marked, "b": a_node("b")}, ())
    beats = {"a": dataclasses.replace(marked, resource_version="2"), "b": a_node("b")}
    same = index(beats, (), known)
    assert same.marked is known.marked
    assert index({**beats, "a": a_node("a")}, (), same).marked == {}
    more = index({**beats, "b": a_node("b", annotations={MARKED_IN: "blue"})}, (), same)
    assert more.marked == {"i-a": "blue", "i-b": "blue"}


def test_the_instances_of_nodes_stay_the_same_object_until_one_comes_or_goes() -> None:
    nodes = a_cluster(3)
    known = index(nodes, ())
    beats = {key: dataclasses.replace(node, resource_version="9") for key, node in nodes.items()}
    same = index(beats, (), known)
    assert same.ids is known.ids
    assert known.ids == {node.instance_id for node in nodes.values()}
    more = index({**beats, "new": a_node("new")}, (), same)
    assert more.ids == known.ids | {"i-new"}
    assert index(beats, (), more).ids == known.ids
