# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables for people: columns as wide as their longest cell."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.table import aligned


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        pytest.param([], [], id="no rows"),
        pytest.param([[]], [""], id="an empty row"),
        pytest.param([["a"]], ["a"], id="one cell"),
        pytest.param([["a", "b"], ["long", "c"]], ["a     b", "long  c"], id="aligned"),
        pytest.param([["a", "b"], ["c"]], ["a  b", "c"], id="a row that ends early"),
        pytest.param([["a", ""], ["b", "c"]], ["a", "b  c"], id="no blanks at the end"),
        pytest.param([["a", "", "c"], ["b", "x", "d"]], ["a     c", "b  x  d"], id="a gap"),
        pytest.param([["", "b"], ["a", "c"]], ["   b", "a  c"], id="an empty first cell"),
    ],
)
def test_cells_stand_below_each_other(rows: list[list[str]], lines: list[str]) -> None:
    assert aligned(rows) == lines


def test_every_column_begins_at_one_place() -> None:
    rows = [[f"{'x' * width}", "|"] for width in range(1, 20)]
    assert {line.index("|") for line in aligned(rows)} == {21}
