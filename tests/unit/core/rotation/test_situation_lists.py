# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Under which names a situation lists a member, in every state of a member."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node, Taint
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import REPLACING
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    SOFT_TAINT,
    Marks,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.situation import (
    LISTED,
    SAID,
    Situation,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    a_situation,
    an_instance,
)

MARK = {REPLACING: "r"}
JOINED = Marks(joined=frozenset(("i-w",)))
STARTUP = Taint("startup", "NoSchedule")


def of_one(fresh: bool, node: dict[str, Any] | None, **marks: bool) -> Situation:
    """A group of one member: new or outdated, with a node or none, marked so."""
    chosen = Marks(**{name: frozenset(("i-w",)) for name, is_so in marks.items() if is_so})
    nodes = [] if node is None else [a_node("w", **node)]
    return a_situation(a_group(an_instance("w", fresh)), *nodes, marks=chosen)


def lists(situation: Situation) -> set[str]:
    """The names under which the member is listed."""
    return {name for name in LISTED if getattr(situation, name)}


@pytest.mark.parametrize(
    ("node", "marks", "names"),
    [
        pytest.param({}, {}, {"outdated", "idle", "untainted"}, id="as it was found"),
        pytest.param({"taints": (SOFT_TAINT,)}, {}, {"outdated", "idle"}, id="tainted"),
        pytest.param(
            {"taints": (STARTUP,)}, {}, {"outdated", "idle", "untainted"}, id="another taint"
        ),
        pytest.param(
            None, {}, {"outdated", "idle", "idle_away", "nodeless", "unjoined"}, id="no Node"
        ),
        pytest.param(
            {"ready": False},
            {},
            {"outdated", "idle", "idle_away", "untainted", "unready", "unjoined"},
            id="not Ready",
        ),
        pytest.param(
            {"ready": None},
            {},
            {"outdated", "idle", "idle_away", "untainted", "unready", "unjoined"},
            id="silent",
        ),
        pytest.param(
            {}, {"selected": True}, {"outdated", "leaving", "untainted"}, id="chosen by this run"
        ),
        pytest.param(
            {"annotations": MARK},
            {},
            {"outdated", "leaving", "marked", "untainted"},
            id="marked by a run before",
        ),
        pytest.param(
            {"annotations": MARK},
            {"skipped": True},
            {"outdated", "marked", "idle", "idle_away", "untainted"},
            id="given up, and still marked",
        ),
        pytest.param(
            {"unschedulable": True}, {}, {"outdated", "idle", "untainted"}, id="cordoned by people"
        ),
    ],
)
def test_an_outdated_member(
    node: dict[str, Any] | None, marks: dict[str, bool], names: set[str]
) -> None:
    assert lists(of_one(False, node, **marks)) == names


@pytest.mark.parametrize(
    ("node", "marks", "names"),
    [
        pytest.param(None, {}, {"current", "nodeless", "unjoined"}, id="launched"),
        pytest.param({"ready": False}, {}, {"current", "unready", "unjoined"}, id="has a Node"),
        pytest.param({}, {}, {"current", "unjoined"}, id="Ready, and not judged so"),
        pytest.param({}, {"joined": True}, {"current"}, id="judged ready"),
        pytest.param(
            {"unschedulable": True}, {"joined": True}, {"current", "unjoined"}, id="cordoned"
        ),
        pytest.param({"taints": (STARTUP,)}, {"joined": True}, {"current"}, id="a taint came"),
        pytest.param(
            {"ready": None}, {"joined": True}, {"current", "unready", "unjoined"}, id="silent"
        ),
        pytest.param(
            {}, {"joined": True, "selected": True}, {"current", "leaving"}, id="one too many"
        ),
        pytest.param(
            {"annotations": MARK}, {"joined": True}, {"current", "leaving", "marked"}, id="marked"
        ),
    ],
)
def test_a_new_member(node: dict[str, Any] | None, marks: dict[str, bool], names: set[str]) -> None:
    assert lists(of_one(True, node, **marks)) == names


def ready(name: str, **more: Any) -> Node:
    """A Ready node with the soft taint, unless said otherwise."""
    return a_node(name, **{"taints": (SOFT_TAINT,), **more})


def test_what_is_said_of_all_members() -> None:
    group = a_group(
        an_instance("a"), an_instance("b", zone="b"), an_instance("c", fresh=True), desired=3
    )
    dedicated = Taint("dedicated", "NoSchedule")
    found = a_situation(group, ready("a", taints=(dedicated,)), ready("b", ready=False))
    assert {name: getattr(found, name) for name in SAID} == {
        "launched": 3,
        "places": {"i-a": 0, "i-b": 1, "i-c": 2},
        "zones": {"a": 2, "b": 1},
        "outdated_ids": {"i-a", "i-b"},
        "with_node": {"i-a", "i-b"},
        "ready_ids": {"i-a"},
        "available": 1,
        "available_zones": {"a": 1},
        "expected_taints": {"dedicated"},
    }


@pytest.mark.parametrize("name", [*LISTED, *SAID])
def test_what_can_be_taken_over_is_computed_once(name: str) -> None:
    found = of_one(False, {})
    assert name not in found.__dict__
    first = getattr(found, name)
    assert getattr(found, name) is first
    assert found.__dict__[name] is first


def test_a_member_that_leaves_a_list_is_not_taken_over_on_it() -> None:
    before, after = of_one(False, None), of_one(False, {})
    assert len(before.nodeless) == len(before.marked) + 1 == 1
    after.inherit(before, [(before.members[0], after.members[0])])
    assert ("nodeless" in after.__dict__, "marked" in after.__dict__) == (False, True)
    assert (after.nodeless, after.marked) == ((), ())


def test_of_two_members_of_a_name_the_first_counts() -> None:
    group = a_group(an_instance("w"), an_instance("x"))
    found = a_situation(group, a_node("w"), a_node("w", provider_id="aws:///a/i-x"))
    assert found.by_name["w"].id == "i-w"


def test_a_group_without_instances_lists_nobody() -> None:
    assert lists(a_situation(a_group())) == set()
