# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names and figures as people read them."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import (
    counted,
    duration,
    listed,
    part_of,
    tag_text,
)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b"], "a, b"),
        (["a", "b", "c"], "a, b, c"),
        (["a", "b", "c", "d"], "a, b, c and 1 more"),
        (list("abcdefgh"), "a, b, c and 5 more"),
        (["c", "a", "b"], "c, a, b"),
    ],
)
def test_a_list_shows_three_names_in_their_order_and_counts_the_rest(
    names: list[str], said: str
) -> None:
    assert listed(names) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (0.4, "0 s"),
        (31.4, "31 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (60, "1 min"),
        (245, "4 min 5 s"),
        (3599.4, "59 min 59 s"),
        (3599.6, "1 h"),
        (3720, "1 h 2 min"),
        (3779, "1 h 2 min"),
        (90000, "25 h"),
    ],
)
def test_a_duration_has_the_two_largest_units_that_matter(seconds: float, said: str) -> None:
    assert duration(seconds) == said


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 nodes"), (1, "1 node"), (2, "2 nodes"), (100, "100 nodes")]
)
def test_a_noun_agrees_with_its_number(number: int, said: str) -> None:
    assert counted(number, "node") == said


@pytest.mark.parametrize(
    ("value", "text"),
    [(True, "true"), (False, "false"), (None, ""), (3, "3"), (1.5, "1.5"), ("True", "True")],
)
def test_a_tag_is_written_as_aws_stores_it(value: object, text: str) -> None:
    assert tag_text(value) == text


@pytest.mark.parametrize(
    ("number", "whole", "said"),
    [(1, 1, "1 of 1 node is"), (1, 4, "1 of 4 nodes is"), (4, 4, "4 of 4 nodes are")],
)
def test_a_part_has_the_verb_of_its_number(number: int, whole: int, said: str) -> None:
    assert part_of(number, whole, "node") == said
