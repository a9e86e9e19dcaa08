# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a rotation will have replaced its last node."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.estimate import (
    seconds_left,
)


@pytest.mark.parametrize(
    ("counts", "total", "now", "left"),
    [
        pytest.param([], 4, 100, None, id="nothing is known before the first"),
        pytest.param([(1, 200)], 4, 200, 600, id="the first alone gives the pace"),
        pytest.param([(1, 200), (2, 300)], 4, 300, 200, id="then the others without the first"),
        pytest.param([(1, 200), (3, 300)], 9, 300, 300, id="two at a time"),
        pytest.param([(1, 200), (2, 300)], 4, 350, 150, id="time has passed since"),
        pytest.param([(1, 200), (2, 300)], 4, 900, 0, id="overdue is now, not earlier"),
        pytest.param([(4, 300)], 4, 300, None, id="nothing is left"),
    ],
)
def test_the_pace_of_the_nodes_so_far_tells_the_end(
    counts: list[tuple[int, float]], total: int, now: float, left: float | None
) -> None:
    assert seconds_left(counts, total, now) == left
