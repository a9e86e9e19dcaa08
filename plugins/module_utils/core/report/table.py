# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print tables for people, such as the closing table and that of check_amis."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.lines import GAP


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return one line for each row, in columns as wide as their longest cell.

    Rows may differ in length; missing cells at the end of a row are empty.
    """
    count = max((len(row) for row in rows), default=0)
    filled = [(*row, *[""] * (count - len(row))) for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(*filled, strict=True)]
    return [
        GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in filled
    ]
