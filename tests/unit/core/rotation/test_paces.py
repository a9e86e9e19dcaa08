# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is remembered of boots and drains."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import (
    Journal,
    dump,
    load,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.paces import (
    REMEMBERED,
    learned,
)


def test_what_a_run_has_learnt_comes_after_what_earlier_ones_have() -> None:
    found = learned(Journal(boots=(70,), drains=(30,)), [80.4, 90.6], [41.0])
    assert (found.boots, found.drains) == ((70, 80, 91), (30, 41))


def test_only_the_last_ones_are_kept() -> None:
    found = learned(Journal(boots=tuple(range(REMEMBERED))), [99.0], [])
    assert found.boots == (*range(1, REMEMBERED), 99)
    assert found.drains == ()


def test_a_run_that_replaced_nothing_forgets_nothing() -> None:
    before = Journal(boots=(70,), drains=(30,))
    assert learned(before, [], []) == before


def test_a_record_that_is_emptied_keeps_them_and_is_clean() -> None:
    one = Journal(run="r1", fenced=True, boots=(70,), drains=(30,)).emptied
    assert (one.clean, one.run, one.boots, one.drains) == (True, "", (70,), (30,))
    assert load(dump(one)) == one
