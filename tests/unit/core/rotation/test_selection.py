# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which outdated nodes a run is not to replace, and why."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Pod
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import REPLACING, SKIP
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Member
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.selection import (
    Selection,
    absent,
    first,
    hosts_of,
    left_out,
    sentences,
    why_left,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    a_situation,
    an_instance,
    members,
)

ASKED = "not among the nodes that were asked for"
CORDONED = "cordoned, and cordoned_nodes is skip"


def some(names: str, without: str = "", **more: Any) -> tuple[Member, ...]:
    """Outdated members of these names; those in `without` have no Node."""
    nodes = [a_node(name, **more) for name in names if name not in without]
    found = members(a_group(*(an_instance(name) for name in names)), *nodes)
    return tuple(found[name] for name in names)


@pytest.mark.parametrize(
    ("selection", "node", "why"),
    [
        (Selection(), {}, ""),
        (Selection(nodes=("w",)), {}, ""),
        (Selection(nodes=("x",)), {}, ASKED),
        (Selection(instances=("i-w",)), {}, ""),
        (Selection(instances=("i-x",)), {}, ASKED),
        (Selection(nodes=("x",), instances=("i-w",)), {}, ""),
        (Selection(nodes=("i-w",)), {}, ASKED),
        (Selection(instances=("w",)), {}, ASKED),
        (
            Selection(),
            {"annotations": {SKIP: "anna: debugging"}},
            f"annotation {SKIP}: anna: debugging",
        ),
        (Selection(), {"annotations": {SKIP: "true"}}, f"annotation {SKIP}: true"),
        (Selection(), {"annotations": {SKIP: ""}}, f"annotation {SKIP}"),
        (Selection(), {"annotations": {SKIP: "false"}}, ""),
        (Selection(nodes=("w",)), {"annotations": {SKIP: "x"}}, f"annotation {SKIP}: x"),
        (Selection(), {"unschedulable": True}, ""),
        (Selection(cordoned_nodes="skip"), {"unschedulable": True}, CORDONED),
        (Selection(cordoned_nodes="skip"), {}, ""),
        (
            Selection(cordoned_nodes="skip"),
            {"unschedulable": True, "annotations": {REPLACING: "r1"}},
            "",
        ),
    ],
)
def test_why_a_node_is_left(selection: Selection, node: dict[str, Any], why: str) -> None:
    (member,) = some("w", **node)
    assert why_left(member, selection) == why


def test_an_instance_without_a_node_is_known_by_its_id_alone() -> None:
    (member,) = some("w", without="w")
    assert why_left(member, Selection(instances=("i-w",), cordoned_nodes="skip")) == ""
    assert why_left(member, Selection(nodes=("i-w",))) == ASKED


@pytest.mark.parametrize(
    ("limit", "begun", "left"),
    [
        (None, "", ""),
        (3, "", ""),
        (3, "w", ""),
        (1, "", ""),
        (1, "w", "xy"),
        (2, "wx", "y"),
        (1, "wxy", ""),
    ],
)
def test_a_limit_leaves_what_has_not_begun(limit: int | None, begun: str, left: str) -> None:
    ids = frozenset(f"i-{name}" for name in begun)
    found = left_out(some("wxy"), Selection(limit=limit), ids)
    assert found == {f"i-{name}": f"beyond the limit of {limit}" for name in left}


def test_what_is_leaving_is_never_left_out() -> None:
    leaving = some("w", annotations={REPLACING: "r0", SKIP: "too late"})
    assert leaving[0].leaving
    assert left_out(leaving, Selection(nodes=("x",), limit=1), frozenset(("i-z",))) == {}


def test_a_reason_of_its_own_comes_before_the_limit() -> None:
    found = left_out(some("wx"), Selection(nodes=("w",), limit=1), frozenset(("i-z",)))
    assert found == {"i-w": "beyond the limit of 1", "i-x": ASKED}


@pytest.mark.parametrize(
    ("selection", "missing"),
    [
        (Selection(), ()),
        (Selection(nodes=("w",), instances=("i-x",)), ()),
        (Selection(nodes=("w", "v")), ("v",)),
        (Selection(instances=("i-v",)), ("i-v",)),
        (Selection(nodes=("v",), instances=("u",)), ("v", "u")),
        (Selection(nodes=("i-x",)), ("i-x",)),
    ],
)
def test_what_is_asked_for_and_not_there(selection: Selection, missing: tuple[str, ...]) -> None:
    assert absent(some("wx", without="x"), selection) == missing


@pytest.mark.parametrize(
    ("limit", "begun", "names"),
    [(None, 5, "wxy"), (2, 0, "wx"), (2, 1, "w"), (2, 2, ""), (2, 3, "")],
)
def test_the_first_that_a_limit_lets_begin(limit: int | None, begun: int, names: str) -> None:
    found = first(some("wxy"), Selection(limit=limit), begun)
    assert [member.name for member in found] == list(names)


def test_there_is_a_sentence_for_each_reason() -> None:
    left = [{"name": name, "why": ASKED} for name in "dcba"] + [{"name": "x", "why": CORDONED}]
    assert sentences(left) == (
        f"1 outdated node left: x ({CORDONED})",
        f"4 outdated nodes left: a, b, c and 1 more ({ASKED})",
    )
    assert sentences([]) == ()


@pytest.mark.parametrize("selection", [Selection(), Selection(nodes=("w",)), Selection(limit=9)])
def test_a_node_that_the_run_works_on_is_left_whatever_is_asked_for(selection: Selection) -> None:
    members_, hosts = some("wx", without="x"), frozenset(("w", "i-x", "z"))
    found = left_out(members_[:1], selection, frozenset(), hosts=hosts)
    assert found == {"i-w": "this run itself works on it: rotate it from elsewhere"}
    assert why_left(members_[1], Selection(), hosts) == "", "it has no Node, so no pod of ours"
    assert left_out(members_[:1], selection, frozenset(("i-w",)), hosts=hosts) == {}


def test_the_hosts_of_pods_are_the_nodes_they_are_on() -> None:
    pods = {"u-1": Pod("ns", "a", uid="u-1", node="w"), "u-2": Pod("ns", "b", uid="u-2")}
    assert hosts_of(pods, {"u-3": Pod("ns", "c", uid="u-3", node="x")}) == {"w", "x"}
    assert hosts_of() == frozenset()


@pytest.mark.parametrize(
    ("node", "hosts", "left"),
    [
        pytest.param({"annotations": {SKIP: ""}}, frozenset(), True, id="annotated"),
        pytest.param({}, frozenset(("w",)), True, id="the run works on it"),
        pytest.param({"unschedulable": True}, frozenset(), False, id="cordoned"),
        pytest.param({}, frozenset(), False, id="any other"),
    ],
)
def test_of_all_nodes_only_those_are_left_that_have_a_reason(
    node: dict[str, Any], hosts: frozenset[str], left: bool
) -> None:
    outdated = a_situation(a_group(an_instance("w")), a_node("w", **node)).outdated
    assert bool(left_out(outdated, Selection(), frozenset(), "", hosts)) is left
