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
