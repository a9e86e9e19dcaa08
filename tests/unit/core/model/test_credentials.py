# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long credentials are good, seen from a moment."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.credentials import Life


@pytest.mark.parametrize(
    ("ends_at", "left"), [(None, None), (1060.0, 60.0), (1000.0, 0.0), (400.0, 0.0)]
)
@pytest.mark.parametrize("known", [True, False])
def test_what_is_left_is_never_less_than_nothing(
    ends_at: float | None, left: float | None, known: bool
) -> None:
    assert Life("the environment", known, ends_at).left(1000.0) == left
