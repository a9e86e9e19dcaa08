# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Instances that others put into standby with decrement make the base smaller."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.accounting import (
    NEVER,
    Account,
    Explained,
    Foreign,
    Reading,
    explain,
)


def told_twice(account: Account, desired: int, min_size: int = 0, **more: Any) -> Explained:
    """Show the account this value in two reads, the second of which proves it."""
    first = Reading(0, desired, frozenset(), min_size, **more)
    doubted = explain(account, None, first, NEVER, 100)
    assert doubted.account == account
    second = Reading(10, desired, frozenset(), min_size, **more)
    return explain(doubted.account, doubted.doubt, second, NEVER, 100)


@pytest.mark.parametrize(
    ("account", "desired", "aside", "ended", "base"),
    [
        pytest.param(Account(6, 8), 7, 1, 0, 5, id="one of base and surge"),
        pytest.param(Account(6, 6), 5, 1, 0, 5, id="one without a surge"),
        pytest.param(Account(6, 8), 5, 3, 0, 3, id="more than the surge"),
        pytest.param(Account(6, 8), 6, 1, 1, 5, id="and somebody ended one of our surge"),
        pytest.param(Account(6, 8), 7, 1, 1, 6, id="one without decrement, or the end without"),
        pytest.param(Account(6, 8), 9, 1, 0, 7, id="a raise beside it"),
        pytest.param(Account(6, 8), 6, 1, 0, 6, id="more than it explains"),
    ],
)
def test_what_is_put_into_standby_with_decrement_leaves_the_surge(
    account: Account, desired: int, aside: int, ended: int, base: int
) -> None:
    told = told_twice(account, desired, put_aside=aside, ended_elsewhere=ended)
    assert told.account == Account(base, desired)
    assert told.foreign == Foreign(account.expected, desired, base)


def test_a_number_that_was_written_is_no_decrement_though_one_is_in_standby() -> None:
    told = told_twice(Account(6, 8), 7, put_aside=1, moved=(8, 7))
    assert told.account == Account(7, 7), "as an absolute write is read"


def test_what_is_put_into_standby_takes_no_base_below_the_minimum() -> None:
    told = told_twice(Account(6, 8), 7, put_aside=1, min_size=6)
    assert told.account == Account(6, 7)
