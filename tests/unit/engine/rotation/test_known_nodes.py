# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which nodes a look counts as the group's, marked, hidden, begun or left."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import Feed
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import (
    MARKED_IN,
    REPLACING,
    SCALE_DOWN_DISABLED,
    SHIELDED,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.sizes import parse
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import (
    BROKEN,
    SURPLUS,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.records import (
    NodeRecord,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.drain.builders import a_pod
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    RUNNING,
    a_context,
    a_policy,
    selected,
)

GROUP = a_group(an_instance("w"), an_instance("x"))
MARKED = {MARKED_IN: "blue"}


def a_look(*nodes: Node, **more: Any) -> Any:
    """A look at two outdated nodes, w and x, and these ones."""
    group = more.pop("group", GROUP)
    return a_context(group, [a_node("w"), a_node("x"), *nodes], **more)


class TestNodesThatLeftTheGroup:
    @pytest.mark.parametrize(
        ("annotations", "journal", "left"),
        [
            pytest.param(MARKED, {}, True, id="our mark says that it was the group's"),
            pytest.param({MARKED_IN: "green"}, {}, False, id="the mark of another group"),
            pytest.param({}, {}, False, id="no mark, and no record"),
            pytest.param({}, {"replacing": (("i-gone", False, False),)}, True, id="the record"),
            pytest.param({}, {"shielded": ("i-gone",)}, True, id="the record of what is hidden"),
        ],
    )
    def test_are_known_by_a_mark_or_by_the_record(
        self, annotations: dict[str, str], journal: dict[str, Any], left: bool
    ) -> None:
        gone = a_node("gone", annotations=annotations)
        ctx = a_look(gone, journal=dataclasses.replace(RUNNING, **journal))
        assert (set(ctx.left_group) == {"i-gone"}) is left
        assert "i-gone" not in ctx.mine

    def test_are_none_that_are_still_members(self) -> None:
        ctx = a_look(journal=dataclasses.replace(RUNNING, replacing=(("i-w", False, False),)))
        assert ctx.left_group == {}

    def test_have_the_marks_that_the_record_knows_of(self) -> None:
        """Somebody has taken the marks off, and the cordon is still ours."""
        gone = a_node("gone", unschedulable=True)
        record = dataclasses.replace(RUNNING, replacing=(("i-gone", False, False),))
        ctx = a_look(gone, journal=record)
        assert REPLACING in ctx.left_group["i-gone"].annotations

    def test_without_a_node_are_none(self) -> None:
        ctx = a_look(journal=dataclasses.replace(RUNNING, shielded=("i-gone",)))
        assert ctx.left_group == {}


class TestNodesOfTheGroup:
    def test_are_joined_by_the_instance_and_never_by_the_name(self) -> None:
        impostor = a_node("i-w", provider_id="aws:///a/i-elsewhere")
        ctx = a_look(impostor)
        assert {id_: node.name for id_, node in ctx.mine.items()} == {"i-w": "w", "i-x": "x"}

    def test_are_the_same_objects_while_neither_they_nor_the_record_change(self) -> None:
        ctx = a_look()
        assert ctx.mine is ctx.mine
        marked = a_look(journal=dataclasses.replace(RUNNING, replacing=(("i-w", False, False),)))
        assert marked.mine is marked.mine

    def test_have_the_marks_of_the_record_once_there_is_one(self) -> None:
        record = dataclasses.replace(RUNNING, replacing=(("i-w", False, False),))
        cordoned = a_node("w", unschedulable=True)
        ctx = a_context(GROUP, [cordoned, a_node("x")], journal=record)
        assert REPLACING in ctx.mine["i-w"].annotations
        assert REPLACING not in ctx.mine["i-x"].annotations

    def test_of_two_that_name_one_instance_the_younger_counts(self) -> None:
        young = a_node("w2", provider_id="aws:///a/i-w", created=99.0)
        assert a_look(young).by_instance["i-w"].name == "w2"

    def test_that_name_no_instance_are_nobodys(self) -> None:
        ctx = a_look(a_node("blank", provider_id=""))
        assert set(ctx.by_instance) == {"i-w", "i-x"}


@pytest.mark.parametrize(
    ("annotations", "recorded", "shielded"),
    [
        pytest.param({SHIELDED: "r1", SCALE_DOWN_DISABLED: "true"}, (), True, id="our mark"),
        pytest.param({SCALE_DOWN_DISABLED: "true"}, ("i-w",), True, id="the record"),
        pytest.param({SCALE_DOWN_DISABLED: "true"}, (), False, id="somebody else has hidden it"),
        pytest.param({}, ("i-w",), False, id="somebody has shown it again"),
        pytest.param({}, (), False, id="nobody"),
    ],
)
def test_a_node_is_hidden_by_us_if_mark_or_record_says_so(
    annotations: dict[str, str], recorded: tuple[str, ...], shielded: bool
) -> None:
    ctx = a_look(journal=dataclasses.replace(RUNNING, shielded=recorded))
    assert ctx.is_shielded(a_node("w", annotations=annotations)) is shielded


def records(**reasons: str) -> dict[str, NodeRecord]:
    """Records of nodes that were chosen for these reasons."""
    return {
        f"i-{name}": NodeRecord(name, f"i-{name}", "a", reason, console_output="")
        for name, reason in reasons.items()
    }


class TestWhatIsLeft:
    @pytest.mark.parametrize(
        ("reasons", "begun"),
        [
            ({}, set()),
            ({"w": "version 1, target is 2"}, {"i-w"}),
            ({"w": SURPLUS, "x": BROKEN}, set()),
            ({"w": "marked by kops", "x": SURPLUS}, {"i-w"}),
        ],
    )
    def test_replacement_nodes_that_are_removed_again_are_no_replacement_begun(
        self, reasons: dict[str, str], begun: set[str]
    ) -> None:
        assert a_look(records=records(**reasons)).begun == begun

    @pytest.mark.parametrize(
        ("options", "more", "left"),
        [
            pytest.param({}, {}, set(), id="nothing"),
            pytest.param({"nodes": ("w",)}, {}, {"i-x"}, id="what was not asked for"),
            pytest.param({"instances": ("i-x",)}, {}, {"i-w"}, id="by instance too"),
            pytest.param({"limit": 1}, selected("w"), {"i-x"}, id="what is beyond the limit"),
            pytest.param({}, {"window_closed": True}, {"i-w", "i-x"}, id="after the window"),
            pytest.param({"nodes": ("w",)}, {"turned_back": True}, set(), id="not on the way back"),
        ],
    )
    def test_is_left_for_a_reason(
        self, options: dict[str, Any], more: dict[str, Any], left: set[str]
    ) -> None:
        assert set(a_look(policy=a_policy(**options), **more).passed_over) == left

    def test_the_node_that_we_run_on_is_left(self) -> None:
        feed = Feed("pods", address="10.0.0.9")
        policy = a_policy(addresses=("10.0.0.9",))
        ctx = a_look(policy=policy, shown={feed: [a_pod("us", "w")]})
        assert set(ctx.passed_over) == {"i-w"}
        assert "this run itself works on it" in ctx.passed_over["i-w"]


@pytest.mark.parametrize(
    ("canary", "size", "canaries"),
    [("1", 4, 1), ("0", 4, 0), ("50%", 4, 2), ("10%", 4, 1), ("50%", 0, 1)],
)
def test_a_share_of_canaries_is_of_the_base_and_rounds_up(
    canary: str, size: int, canaries: int
) -> None:
    group = a_group(*[an_instance(f"{number}") for number in range(size)])
    policy = dataclasses.replace(a_policy(), canary=parse("canary", canary))
    assert a_context(group, policy=policy).canaries == canaries


@pytest.mark.parametrize(
    ("held", "handover", "handed"),
    [(False, "r1", True), (False, "r2", False), (False, "", False), (True, "r1", False)],
)
def test_a_lease_is_left_to_us_until_we_hold_it(held: bool, handover: str, handed: bool) -> None:
    journal = dataclasses.replace(RUNNING, handover=handover)
    assert a_look(journal=journal, held=held).handed is handed


@pytest.mark.parametrize(("hold", "timeout"), [(0.0, 600.0), (600.0, 600.0), (1800.0, 1800.0)])
def test_hooks_that_hold_the_end_of_an_instance_have_their_time(
    hold: float, timeout: float
) -> None:
    ctx = a_look(group=dataclasses.replace(GROUP, hold=hold))
    assert ctx.policy.terminate_timeout == timeout
