# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every status has words; a failure tells whether anything was changed."""

from __future__ import annotations

from typing import get_args

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.status import (
    WORDS,
    Status,
    failed_status,
    words_of,
)


def test_every_status_has_words_of_its_own() -> None:
    assert set(WORDS) == set(get_args(Status))
    assert len(set(WORDS.values())) == len(WORDS)


@pytest.mark.parametrize("status", get_args(Status))
def test_only_failures_shout(status: Status) -> None:
    shouts = any(word.strip(",").isupper() for word in WORDS[status].split())
    assert shouts is (status in ("refused", "failed", "stopped", "suspended"))


@pytest.mark.parametrize(("changed", "status"), [(True, "failed"), (False, "refused")])
def test_a_failure_before_any_change_is_a_refusal(changed: bool, status: str) -> None:
    assert failed_status(changed) == status


@pytest.mark.parametrize("status", get_args(Status))
def test_what_left_something_is_not_told_as_restored(status: Status) -> None:
    words = words_of(status, left=True)
    assert "restored" not in words or "not all restored" in words
    assert words_of(status, left=False) == WORDS[status]


@pytest.mark.parametrize("left", [True, False])
def test_a_status_that_is_not_known_stands_for_itself(left: bool) -> None:
    assert words_of("unheard", left) == "unheard"
