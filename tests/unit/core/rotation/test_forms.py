# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which values of JSON have the form of a type."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.forms import (
    is_a,
    types_of,
)


@dataclasses.dataclass
class Sample:
    """A record with a field of each form."""

    text: str
    number: int
    truth: bool
    names: tuple[str, ...]
    pair: tuple[str, int]
    pairs: tuple[tuple[str, bool], ...]
    perhaps: tuple[int, ...] | None
    verdict: Literal["", "passed"]


GOOD: dict[str, list[Any]] = {
    "text": ["", "x"],
    "number": [0, -1, 10**9],
    "truth": [True, False],
    "names": [[], ["a"], ["a", "b"]],
    "pair": [["a", 1]],
    "pairs": [[], [["a", True]], [["a", True], ["b", False]]],
    "perhaps": [None, [], [4, 5]],
    "verdict": ["", "passed"],
}
BAD: dict[str, list[Any]] = {
    "text": [None, 1, ["x"]],
    "number": ["1", True, 1.5, None],
    "truth": [0, "true", None],
    "names": [None, "a", [1], ["a", None], [["a"]], {"a": 1}],
    "pair": [[], ["a"], ["a", "1"], ["a", 1, 2], "a1"],
    "pairs": [["a", True], [["a"]], [["a", True], []], [["a", 1]]],
    "perhaps": [["4"], 4, [True], ""],
    "verdict": ["failed", None, 0, [""]],
}


@pytest.mark.parametrize(
    ("field", "value"), [(name, one) for name, values in GOOD.items() for one in values]
)
def test_what_fits(field: str, value: Any) -> None:
    assert is_a(types_of(Sample)[field], value)


@pytest.mark.parametrize(
    ("field", "value"), [(name, one) for name, values in BAD.items() for one in values]
)
def test_what_does_not(field: str, value: Any) -> None:
    assert not is_a(types_of(Sample)[field], value)


def test_every_field_has_its_type() -> None:
    assert types_of(Sample).keys() == GOOD.keys() == BAD.keys()
