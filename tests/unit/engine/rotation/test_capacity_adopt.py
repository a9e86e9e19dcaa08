# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Going on after a crash, giving nodes up, and the ends that the record owes."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Group
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.accounting import (
    Account,
    Foreign,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    REPLACING,
    Marks,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import capacity
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.records import (
    NodeRecord,
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
    selected,
)

MARKED = {"annotations": {REPLACING: "earlier"}}
GROUP = a_group(an_instance("w"), an_instance("x"), an_instance("n", fresh=True))


def a_look(group: Group = GROUP, marked: str = "", **more: Any) -> RotationContext:
    """A look at outdated w and x and a new n; our annotation is on these."""
    nodes = [a_node(name, **(MARKED if name in marked else {})) for name in "wxn"]
    return a_context(group, nodes, **more)


def owing(*names: str, desired: int = 3) -> Any:
    """A record that owes these ends with decrement."""
    ids = tuple(f"i-{name}" for name in names)
    return dataclasses.replace(RUNNING, base=2, expected=desired, decrements=ids)


class TestAfterACrash:
    @pytest.mark.parametrize(
        ("marked", "journal", "taken", "skipped"),
        [
            pytest.param("", RUNNING, {}, set(), id="nothing is marked"),
            pytest.param(
                "w", RUNNING, {"i-w": "version 1, target is 2"}, set(), id="an outdated one"
            ),
            pytest.param("n", RUNNING, {}, {"i-n"}, id="a new one is put back"),
            pytest.param("n", owing("n"), {"i-n": "surplus"}, set(), id="a new one that is owed"),
            pytest.param(
                "", owing("w"), {"i-w": "version 1, target is 2"}, set(), id="owed, without a mark"
            ),
            pytest.param("", owing("n"), {"i-n": "surplus"}, set(), id="a new one, without a mark"),
            pytest.param("", owing("gone"), {}, set(), id="owed, and gone"),
        ],
    )
    def test_what_was_begun_goes_on(
        self, marked: str, journal: Any, taken: dict[str, str], skipped: set[str]
    ) -> None:
        ctx = a_look(marked=marked, journal=journal)
        capacity.adopt(ctx)
        assert ctx.memory.nodes.marks.selected == set(taken)
        assert {id_: record.reason for id_, record in ctx.memory.nodes.records.items()} == taken
        assert ctx.memory.nodes.marks.skipped == skipped

    def test_an_owed_end_of_an_instance_without_a_node_goes_on(self) -> None:
        ctx = a_context(GROUP, [a_node("x"), a_node("n")], owing("w"))
        capacity.adopt(ctx)
        assert ctx.memory.nodes.marks.selected == {"i-w"}

    def test_an_owed_end_that_was_given_up_is_not_taken_up_again(self) -> None:
        ctx = a_look(journal=owing("w"), marks=Marks(skipped=frozenset(("i-w",))))
        capacity.adopt(ctx)
        assert ctx.memory.nodes.marks.selected == frozenset()

    def test_what_goes_on_already_is_left_as_it_is(self) -> None:
        more = selected("w", reason="broken")
        ctx = a_look(marked="w", **more)
        capacity.adopt(ctx)
        assert ctx.memory.nodes.records == more["records"]

    @pytest.mark.parametrize(
        ("marked", "records", "skipped"),
        [
            pytest.param("", {}, set(), id="its mark is off"),
            pytest.param("n", {}, {"i-n"}, id="its mark is still on"),
            pytest.param(
                "", {"i-n": NodeRecord("n", "i-n", "a", "broken")}, {"i-n"}, id="we gave it up"
            ),
        ],
    )
    def test_a_new_node_that_is_put_back_counts_again(
        self, marked: str, records: Any, skipped: set[str]
    ) -> None:
        marks = Marks(skipped=frozenset(("i-n",)))
        ctx = a_look(marked=marked, marks=marks, records=records)
        capacity.adopt(ctx)
        assert ctx.memory.nodes.marks.skipped == skipped


class TestTaking:
    def test_it_is_recorded_with_what_the_result_tells(self) -> None:
        ctx = a_look()
        member = ctx.situation.members[0]
        capacity.take(ctx, member, "why")
        assert ctx.memory.nodes.records == {
            "i-w": NodeRecord("w", "i-w", "a", "why", began=NOW, since=NOW, image_id="ami-old")
        }
        assert ctx.memory.nodes.marks.selected == {"i-w"}

    def test_what_is_known_of_it_stays(self) -> None:
        known = NodeRecord("w", "i-w", "a", "first", evictions=3)
        ctx = a_look(records={"i-w": known})
        capacity.take(ctx, ctx.situation.members[0], "second")
        assert ctx.memory.nodes.records == {"i-w": known}


class TestGivingUp:
    def test_the_node_stays_for_the_rest_of_the_run(self) -> None:
        ctx = a_look(**selected("w"))
        capacity.give_up(ctx, ctx.situation.members[0])
        marks = ctx.memory.nodes.marks
        assert (marks.selected, marks.skipped) == (frozenset(), frozenset(("i-w",)))
        assert ctx.memory.nodes.records["i-w"].ended == NOW

    @pytest.mark.parametrize(
        ("asked", "owed"),
        [
            pytest.param((), ("i-x",), id="its end was never asked for"),
            pytest.param(("i-w",), ("i-w", "i-x"), id="its end was asked for: reads decide"),
        ],
    )
    def test_its_decrement_is_withdrawn_unless_it_was_asked_for(
        self, asked: tuple[str, ...], owed: tuple[str, ...]
    ) -> None:
        ctx = a_look(journal=owing("w", "x"), ended_by_us=frozenset(asked), **selected("w"))
        capacity.give_up(ctx, ctx.situation.members[0])
        assert ctx.journal.account == Account(2, 3, None, owed)


def test_writes_of_desired_by_others_are_told_once() -> None:
    ctx = a_look(foreign=(Foreign(3, 7, 6),))
    capacity.tell_foreign(ctx)
    assert [event.text for event in ctx.events] == [
        "somebody set desired from 3 to 7; the group's own size counts as 6"
    ]
    assert ctx.memory.reads.foreign == ()
