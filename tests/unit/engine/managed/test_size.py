# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The size before an update is noted in words that can be read again."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import SIZE_BEFORE
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.size import (
    SizeBefore,
    read_size,
)


@pytest.mark.parametrize("desired", [0, 4, 1000])
def test_what_is_noted_is_read_again(desired: int) -> None:
    size = SizeBefore(desired, "release 1.33.5-20260523 and template version 7")
    assert read_size(((SIZE_BEFORE, size.text), ("other", "5"))) == size
    assert size.text.startswith(f"{desired} before the update to release")


@pytest.mark.parametrize(
    "text",
    ["", "4", "four before the update to 7", "-1 before the update", "so 4 before the update to 7"],
)
def test_words_that_are_not_ours_say_nothing(text: str) -> None:
    assert read_size(((SIZE_BEFORE, text),)) is None


def test_without_a_note_nothing_is_known() -> None:
    assert read_size(()) is None
