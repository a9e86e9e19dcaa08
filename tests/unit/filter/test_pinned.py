# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""pinned: the release that an image has to be of."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.filter.pinned import FilterModule, pinned

AL2023 = {"family": "al2023", "release_version": "1.33.1-20260501"}
CUSTOM = {"family": "custom", "architecture": "x86_64", "name": "golden-7", "release_version": ""}


@pytest.mark.parametrize(
    ("found", "pins", "release"),
    [
        (AL2023, {}, ""),
        (AL2023, {"al2023": "20260501"}, ""),
        (AL2023, {"al2023": "20260401"}, "20260401"),
        (AL2023, {"bottlerocket": "1.40.0"}, ""),
        (CUSTOM, {"custom/x86_64": "golden-6"}, "golden-6"),
        (CUSTOM, {"custom/x86_64": "golden-7"}, ""),
        (CUSTOM, {"custom/arm64": "golden-6"}, ""),
        ({"skipped": True}, {"al2023": "20260401"}, ""),
    ],
)
def test_an_image_of_another_release_names_the_pinned_one(
    found: dict[str, Any], pins: dict[str, str], release: str
) -> None:
    assert pinned(found, pins) == release


def test_the_filter_has_its_name() -> None:
    assert FilterModule().filters() == {"pinned": pinned}
