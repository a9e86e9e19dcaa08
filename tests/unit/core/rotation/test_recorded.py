# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Marks that somebody has taken off a node are known by the record."""

from __future__ import annotations

import itertools

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import (
    EXCLUDE,
    REPLACING,
    WAS_CORDONED,
    WAS_EXCLUDED,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.recorded import (
    all_as_marked,
    as_marked,
    gone_away,
    replaced,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)

BOOLS = (False, True)


def labels(excluded: bool) -> dict[str, str]:
    return {EXCLUDE: "true"} if excluded else {}


@pytest.mark.parametrize(("cordoned", "excluded"), list(itertools.product(BOOLS, BOOLS)))
def test_a_node_is_recorded_as_it_is_found(cordoned: bool, excluded: bool) -> None:
    node = a_node("w", unschedulable=cordoned, labels=labels(excluded))
    assert replaced(node) == ("i-w", cordoned, excluded)


@pytest.mark.parametrize(("cordoned", "excluded"), list(itertools.product(BOOLS, BOOLS)))
def test_a_node_with_our_marks_is_recorded_as_they_say(cordoned: bool, excluded: bool) -> None:
    notes = {REPLACING: "r1"}
    notes |= {WAS_CORDONED: "true"} if cordoned else {}
    notes |= {WAS_EXCLUDED: "true"} if excluded else {}
    node = a_node("w", unschedulable=True, labels=labels(True), annotations=notes)
    assert replaced(node) == ("i-w", cordoned, excluded)


def marks_of(was: tuple[bool, bool], now: tuple[bool, bool]) -> set[str]:
    """Return the marks that are known of a node from which all were taken off."""
    node = a_node("w", unschedulable=now[0], labels=labels(now[1]), annotations={"theirs": "1"})
    notes = as_marked(node, ("i-w", *was)).annotations
    assert notes["theirs"] == "1"
    return set(notes) - {"theirs"}


@pytest.mark.parametrize(
    ("was", "now", "marks"),
    [
        ((False, False), (True, True), {REPLACING}),
        ((False, False), (True, False), {REPLACING}),
        ((False, False), (False, True), {REPLACING}),
        ((False, False), (False, False), set()),
        ((True, False), (True, True), {REPLACING, WAS_CORDONED}),
        ((True, False), (True, False), set()),
        ((True, False), (False, True), {REPLACING, WAS_CORDONED}),
        ((False, True), (True, True), {REPLACING, WAS_EXCLUDED}),
        ((False, True), (False, True), set()),
        ((True, True), (True, True), set()),
    ],
)
def test_marks_are_known_while_the_node_is_not_as_it_was_found(
    was: tuple[bool, bool], now: tuple[bool, bool], marks: set[str]
) -> None:
    assert marks_of(was, now) == marks


def test_the_record_counts_more_than_marks_that_were_written_once_more() -> None:
    """They took our own cordon for somebody else's."""
    notes = {REPLACING: "r1", WAS_CORDONED: "true", WAS_EXCLUDED: "true"}
    node = a_node("w", unschedulable=True, labels=labels(True), annotations=notes)
    assert as_marked(node, ("i-w", False, False)).annotations == {REPLACING: "r1"}


def test_a_mark_that_is_there_stays_on_a_node_as_it_was_found() -> None:
    node = a_node("w", annotations={REPLACING: "r1"})
    assert as_marked(node, ("i-w", False, False)).annotations == {REPLACING: "r1"}


def test_what_is_not_recorded_stays_the_same_object() -> None:
    node = a_node("w", unschedulable=True)
    assert as_marked(node, None) is node


def test_each_node_is_looked_up_by_its_instance() -> None:
    nodes = {f"i-{name}": a_node(name, unschedulable=True) for name in ("w", "x")}
    found = all_as_marked(nodes, [("i-x", False, False), ("i-gone", False, False)])
    assert found["i-w"] is nodes["i-w"]
    assert REPLACING in found["i-x"].annotations


@pytest.mark.parametrize(
    ("marked", "shielded", "replacing", "away"),
    [
        pytest.param({"i-x": "blue"}, (), (), {"i-x"}, id="marked"),
        pytest.param({"i-x": "green"}, (), (), set(), id="marked for another group"),
        pytest.param({}, ("i-x",), (), {"i-x"}, id="hidden from the autoscaler"),
        pytest.param({}, (), (("i-x", False, False),), {"i-x"}, id="being replaced"),
        pytest.param({"i-w": "blue"}, ("i-w",), (("i-w", False, False),), set(), id="here"),
    ],
)
def test_who_left_the_group_with_our_marks(
    marked: dict[str, str],
    shielded: tuple[str, ...],
    replacing: tuple[tuple[str, bool, bool], ...],
    away: set[str],
) -> None:
    assert gone_away(a_group(an_instance("w")), marked, shielded, replacing) == away
