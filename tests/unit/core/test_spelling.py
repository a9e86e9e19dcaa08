# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names that are nearly right."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.spelling import distance, meant

KNOWN = ("rotate_soak", "rotate_canary", "rotate_max_surge")


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [("", "", 0), ("a", "", 1), ("surge", "surge", 0), ("surge", "srge", 1), ("soak", "saok", 2)],
)
def test_each_letter_that_differs_counts(one: str, other: str, slips: int) -> None:
    assert {distance(*pair) for pair in ((one, other), (other, one))} == {slips}


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("rotate_max_surg", "rotate_max_surge"),
        ("rotate_max_sruge", "rotate_max_surge"),
        ("rotate_saok", "rotate_soak"),
        ("rotate_kanarie", ""),
        ("rotate_canaries", ""),
        ("rotate_logs", ""),
    ],
)
def test_a_name_is_meant_if_at_most_two_letters_differ(name: str, found: str) -> None:
    assert meant(name, KNOWN) == found


def test_without_any_name_none_is_meant() -> None:
    assert meant("rotate_soak", ()) == ""
