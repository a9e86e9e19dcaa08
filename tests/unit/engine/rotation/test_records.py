# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far the replacement of a node is, and how long each phase took."""

from __future__ import annotations

import dataclasses

from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.records import (
    NodeRecord,
    replaced,
)

CORDONED = NodeRecord("w", "i-w", "a", "why", began=10.0, since=10.0)


def test_a_node_that_was_just_chosen_is_not_replaced_yet() -> None:
    record = NodeRecord("w", "i-w", "a", "why")
    assert (record.phase, record.replaced, record.ended) == ("cordoned", False, None)
    assert (record.evictions, record.blocked_by) == (0, ())


def test_a_phase_lasts_until_the_next_one() -> None:
    moved = CORDONED.moved("terminated", 25.0)
    assert (moved.phase, moved.since) == ("terminated", 25.0)
    assert moved.phase_seconds(30.0) == {"cordoned": 15.0, "terminated": 5.0}


def test_a_phase_that_comes_again_is_counted_on() -> None:
    again = CORDONED.moved("terminated", 25.0).moved("cordoned", 30.0)
    assert again.phase_seconds(32.0) == {"cordoned": 17.0, "terminated": 5.0}


def test_to_stay_in_a_phase_changes_nothing() -> None:
    assert CORDONED.moved("cordoned", 25.0) is CORDONED


def test_what_has_ended_takes_no_more_time() -> None:
    ended = dataclasses.replace(CORDONED.moved("terminated", 25.0), ended=30.0)
    assert ended.phase_seconds(99.0) == {"cordoned": 15.0}


def test_those_that_were_replaced_are_counted() -> None:
    gone = dataclasses.replace(CORDONED, replaced=True)
    assert replaced({"i-w": CORDONED, "i-x": gone, "i-y": gone}) == 2
