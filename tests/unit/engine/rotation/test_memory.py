# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run begins with, and whether reads show what it did to desired."""

from __future__ import annotations

import math

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.accounting import (
    Account,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import Journal
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Marks
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.decide import start
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import (
    PART_OF,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import NOW, RUNNING


def test_a_run_begins_without_lock_record_or_read() -> None:
    memory = start(NOW)
    assert (memory.began, memory.mode, memory.lock.held) == (NOW, "survey", False)
    assert (memory.lock.lease, memory.reads.group, memory.written) == (None, None, None)
    assert memory.journal == Journal()
    assert memory.report.changed is False


@pytest.mark.parametrize("field", ["lease_read", "confirmed", "read_began", "acted", "desired_at"])
def test_nothing_has_happened_before_it_began(field: str) -> None:
    part = getattr(start(NOW), PART_OF[field])
    assert getattr(part, field) == -math.inf


@pytest.mark.parametrize(
    ("account", "gone", "unseen"),
    [
        pytest.param(Account(2, 2), (), False, id="nothing was done"),
        pytest.param(Account(2, 3, 2), (), True, id="a raise"),
        pytest.param(Account(2, 3, None, ("i-w",)), (), False, id="a decrement not asked for"),
        pytest.param(Account(2, 3, None, ("i-w",)), ("i-w",), True, id="a decrement asked for"),
        pytest.param(Account(2, 3, None, ("i-w",)), ("i-x",), False, id="an end of another"),
    ],
)
def test_what_we_did_to_desired_is_unseen_until_a_read_shows_it(
    account: Account, gone: tuple[str, ...], unseen: bool
) -> None:
    memory = start(NOW).with_fields(
        journal=RUNNING.accounted(account), marks=Marks(gone=frozenset(gone))
    )
    assert memory.unseen is unseen
