# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Format rows as the lines of a table."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.nodeops.rotator.plugins.filter.table import FilterModule


def table(rows: Any) -> list[str]:
    return FilterModule().filters()["table"](rows)


def test_columns_are_as_wide_as_their_longest_cell() -> None:
    assert table([["NODE GROUP", "DAYS"], ["blue", 9], ["green-workers", 10]]) == [
        "NODE GROUP     DAYS",
        "blue           9",
        "green-workers  10",
    ]


def test_missing_cells_and_null_are_empty() -> None:
    assert table([["A", "B", "C"], ["1"], [None, None, "3"]]) == ["A  B  C", "1", "      3"]


def test_tuples_are_rows_too() -> None:
    assert table((("A", "B"), ("1", "2"))) == ["A  B", "1  2"]


def test_no_rows_are_no_lines() -> None:
    assert table([]) == []


@pytest.mark.parametrize("rows", ["text", {"a": 1}, ["text"], [{"a": 1}], None])
def test_anything_but_a_list_of_lists_is_refused(rows: Any) -> None:
    with pytest.raises(AnsibleFilterError, match="list of rows"):
        table(rows)
