# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What follows from the memory is computed once for each memory."""

from __future__ import annotations

from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.derived import (
    Derived,
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
