# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What follows from the same things is computed once."""

from __future__ import annotations

from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.derived import (
    Derived,
    Shelf,
)


class Look:
    """A look whose memory is a number, and what it computed."""

    def __init__(self) -> None:
        self.memory: float = 1
        self.view = "first"
        self.derived_of = (self.memory, self.view)
        self.derived: dict[str, Any] = {}
        self.computed: list[str] = []

    @Derived
    def double(self) -> float:
        """Return twice the memory."""
        self.computed.append("double")
        return self.memory * 2

    @Derived
    def noted(self) -> float:
        """Return one more, and note something in the memory."""
        self.computed.append("noted")
        found = self.double + 1
        self.memory = float(self.memory)
        return found


def test_it_is_computed_once_and_anew_for_another_memory() -> None:
    look = Look()
    assert (look.double, look.double) == (2, 2)
    assert look.computed == ["double"]
    look.memory = 5
    assert (look.double, look.computed) == (10, ["double", "double"])


def test_it_is_computed_anew_for_another_view() -> None:
    look = Look()
    assert look.double == 2
    look.view = "second"
    assert (look.double, look.computed) == (2, ["double", "double"])


def test_what_it_notes_of_itself_does_not_make_the_rest_be_computed_anew() -> None:
    look = Look()
    assert (look.double, look.noted, look.double, look.noted) == (2, 3, 2, 3)
    assert look.computed == ["double", "noted"]


def test_two_looks_share_nothing() -> None:
    first, second = Look(), Look()
    second.memory = 4
    assert (first.double, second.double) == (2, 8)


COUNTED: list[object] = []


def counted(*made_of: object) -> tuple[object, ...]:
    """Return what it is given, and count that."""
    COUNTED.append(made_of)
    return made_of


class TestTheShelf:
    def computed(self, *looks: tuple[object, ...]) -> int:
        """How often it is computed when these looks ask for it one after the other."""
        shelf = Shelf()
        COUNTED.clear()
        for made_of in looks:
            assert shelf.get(counted, made_of) == made_of
        return len(COUNTED)

    def test_keeps_what_was_made_of_the_same_objects(self) -> None:
        group = {"a": 1}
        assert self.computed((group, ()), (group, ())) == 1

    def test_computes_anew_for_an_equal_object(self) -> None:
        assert self.computed(({"a": 1},), ({"a": 1},)) == 2

    def test_computes_anew_for_an_object_that_was_there_before(self) -> None:
        one, other = {"a": 1}, {"a": 2}
        assert self.computed((one,), (other,), (one,)) == 3

    def test_takes_equal_numbers_and_texts_for_the_same(self) -> None:
        assert self.computed((12345.5, "a" * 50), (12345.0 + 0.5, "a" * 49 + "a")) == 1
        assert self.computed((1, "a"), (2, "a")) == 2

    def test_tells_functions_apart(self) -> None:
        shelf = Shelf()
        assert shelf.get(len, ("abc",)) == 3
        assert shelf.get(str.upper, ("abc",)) == "ABC"

    def test_hands_out_the_same_object_as_long_as_it_is_equal(self) -> None:
        shelf = Shelf()
        first = shelf.get(frozenset, ([1, 2],))
        assert shelf.get(frozenset, ([2, 1],)) is first
        assert shelf.get(frozenset, ([2, 3],)) == {2, 3}

    def test_computes_of_each_only_what_was_not_there_the_last_time(self) -> None:
        shelf, one, other, third = Shelf(), ["a"], ["b"], ["c"]
        COUNTED.clear()
        assert shelf.each(counted, (one, other), (1,)) == [(one, 1), (other, 1)]
        assert shelf.each(counted, (other, third), (1,)) == [(other, 1), (third, 1)]
        assert [(one, 1), (other, 1), (third, 1)] == COUNTED
        shelf.each(counted, (one,), (1,))
        assert COUNTED[3:] == [(one, 1)]

    def test_computes_of_an_equal_one_anew(self) -> None:
        shelf = Shelf()
        COUNTED.clear()
        shelf.each(counted, (["a"],), ())
        shelf.each(counted, (["a"],), ())
        assert len(COUNTED) == 2

    def test_computes_each_anew_by_other_rules(self) -> None:
        shelf, one = Shelf(), ["a"]
        assert shelf.each(counted, (one,), (1,)) == [(one, 1)]
        assert shelf.each(counted, (one,), (2,)) == [(one, 2)]
