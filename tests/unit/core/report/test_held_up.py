# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""For how long something is held up, from the events of a rotation."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.held_up import (
    NOTHING,
    Hold,
    Holds,
    after,
    too_long,
)

NODE, OTHER, GROUP = "ip-10-0-1-7", "ip-10-0-1-8", "shop-blue"


def event(phase: str, seconds: float, subject: str = NODE, **more: Any) -> dict[str, Any]:
    """An event that many seconds after the first one, which was at 1000."""
    about = {} if subject == GROUP else {"instance_id": f"i-{subject}"}
    return {
        "phase": phase,
        "subject": subject,
        "at": 1000.0 + seconds,
        "seconds": seconds,
        **about,
        **more,
    }


def heard(*events: dict[str, Any]) -> Holds:
    holds = NOTHING
    for one in events:
        holds = after(holds, one)
    return holds


BLOCKED = event("blocked", 40, text="web by PDB shop/web", since=30.0, until=630.0)


def test_a_blocked_node_is_held_up_since_the_event_says() -> None:
    assert heard(BLOCKED) == {NODE: Hold(NODE, "web by PDB shop/web", 1030.0, 1630.0)}


def test_without_a_beginning_it_is_held_up_since_the_event() -> None:
    (hold,) = heard(event("blocked", 40, text="denied")).values()
    assert (hold.since, hold.until) == (1040.0, None)


@pytest.mark.parametrize(
    ("seconds", "limit", "due"), [(1629, 600, 0), (1630, 600, 0), (1631, 600, 1), (1031, 0, 1)]
)
def test_it_is_too_long_beyond_the_limit(seconds: float, limit: float, due: int) -> None:
    assert len(too_long(heard(BLOCKED), limit, seconds)) == due


def test_what_is_held_up_longest_comes_first() -> None:
    holds = heard(event("blocked", 50, OTHER), BLOCKED)
    assert [hold.subject for hold in too_long(holds, 10, 2000)] == [NODE, OTHER]


def test_a_further_reason_renews_the_text_and_not_the_time() -> None:
    (hold,) = heard(BLOCKED, event("blocked", 100, text="denied by a webhook")).values()
    assert (hold.text, hold.since) == ("denied by a webhook", 1030.0)


@pytest.mark.parametrize("phase", ["evicted", "deleted"])
def test_a_queue_that_moves_is_not_held_up(phase: str) -> None:
    (hold,) = heard(BLOCKED, event(phase, 300)).values()
    assert (hold.text, hold.since) == ("web by PDB shop/web", 1300.0)


@pytest.mark.parametrize("phase", ["evicted", "deleted"])
def test_an_eviction_begins_no_hold(phase: str) -> None:
    assert heard(event(phase, 300)) == {}


@pytest.mark.parametrize("phase", ["volumes", "drained", "terminated", "failed", "kept", "dead"])
def test_any_other_news_of_the_node_end_it(phase: str) -> None:
    assert heard(BLOCKED, event(phase, 300)) == {}


@pytest.mark.parametrize("phase", ["warning", "lock"])
def test_what_says_nothing_about_it_leaves_it(phase: str) -> None:
    assert heard(BLOCKED, event(phase, 300)) == heard(BLOCKED)


def test_news_of_another_node_leave_it() -> None:
    assert heard(BLOCKED, event("drained", 300, OTHER)) == heard(BLOCKED)


def test_a_wait_of_the_node_group_is_a_hold_of_all_that_is_to_come() -> None:
    (hold,) = heard(event("waiting", 60, GROUP, text="paused: anna")).values()
    assert hold == Hold(GROUP, "paused: anna", 1060.0, None, of_group=True)


def test_it_ends_when_a_node_is_cordoned() -> None:
    waiting = event("waiting", 60, GROUP, text="paused: anna")
    assert heard(waiting, event("launched", 70)) != {}
    assert heard(waiting, event("cordoned", 70)) == {}


def test_a_node_that_is_cordoned_does_not_end_the_hold_of_another() -> None:
    assert heard(BLOCKED, event("cordoned", 70, OTHER)) == heard(BLOCKED)


def test_it_ends_with_any_other_news_of_the_node_group() -> None:
    waiting = event("waiting", 60, GROUP, text="paused: anna")
    assert heard(waiting, event("start", 70, GROUP, text="no longer paused")) == {}


def test_an_event_without_a_subject_or_a_time_is_borne() -> None:
    (hold,) = heard({"phase": "waiting"}).values()
    assert hold == Hold("", "", 0.0, None, of_group=True)


def test_what_was_heard_before_is_not_changed() -> None:
    before = heard(BLOCKED)
    after(before, event("drained", 300))
    assert set(before) == {NODE}
