# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""People pause a rotation, and a maintenance window ends it: nothing begins."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RefusedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import PAUSED
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.maintenance import (
    USUAL_REPLACEMENT,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import begin, pause
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.records import (
    NodeRecord,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    HELD,
    NOW,
    a_context,
    a_policy,
)

DONE = NodeRecord("v", "i-v", "a", "old", replaced=True, began=NOW - 300, ended=NOW - 200)


def a_look(note: str | None = None, **more: Any) -> RotationContext:
    """A look at an outdated node, with this annotation on the Lease."""
    lease = HELD if note is None else dataclasses.replace(HELD, notes=((PAUSED, note),))
    usual = {"policy": a_policy(0, 1), "lease": lease}
    return a_context(a_group(an_instance("w")), [a_node("w")], **{**usual, **more})


@pytest.mark.parametrize(
    ("note", "why"),
    [
        (None, ""),
        ("false", ""),
        ("", "without a reason"),
        ("anna: incident", "anna: incident"),
    ],
)
def test_the_annotation_of_the_lease_pauses_what_begins(note: str | None, why: str) -> None:
    ctx = a_look(note)
    assert pause.is_paused(ctx) is bool(why)
    told = [event.text for event in ctx.events]
    assert told == ([f"paused by annotation {PAUSED} of Lease {ctx.lease}: {why}"] if why else [])
    begin.begin(ctx)
    assert ctx.memory.nodes.marks.selected == (frozenset() if why else {"i-w"})


def test_a_pause_is_no_stall_and_ends_the_run_when_it_lasts() -> None:
    ctx = a_look("anna", timers={"stalled": NOW - 5000, "paused": NOW - 14399})
    assert pause.is_paused(ctx)
    assert "stalled" not in ctx.memory.timers
    assert ctx.memory.mode == "rotate"
    over = a_look("anna", timers={"paused": NOW - 14400})
    assert pause.is_paused(over)
    assert over.memory.mode == "settle"
    assert f"was paused by annotation {PAUSED}" in str(over.memory.report.problem)
    assert "for 4 h" in str(over.memory.report.problem)


def test_the_end_of_a_pause_is_told_and_its_time_begins_anew() -> None:
    ctx = a_look(timers={"paused": NOW - 100})
    assert not pause.is_paused(ctx)
    assert [event.text for event in ctx.events] == ["no longer paused"]
    assert "paused" not in ctx.memory.timers


@pytest.mark.parametrize(
    ("left", "refused"), [(None, False), (1.0, False), (0.0, True), (-9, True)]
)
def test_a_closed_window_is_refused(left: float | None, refused: bool) -> None:
    until = None if left is None else NOW + left
    ctx = a_look(policy=a_policy(not_after=until, maintenance="sat 22:00 to 04:00 UTC"))
    if not refused:
        pause.refuse_closed(ctx)
        return
    with pytest.raises(RefusedError, match=r"blue is closed \(sat 22:00 to 04:00 UTC\)"):
        pause.refuse_closed(ctx)


@pytest.mark.parametrize(
    ("left", "done", "boots", "closed"),
    [
        (None, False, (), False),
        (USUAL_REPLACEMENT + 1, False, (), False),
        (USUAL_REPLACEMENT, False, (), True),
        (101.0, True, (), False),
        (100.0, True, (), True),
        (161.0, True, (60.0, 5.0), False),
        (160.0, True, (60.0, 5.0), True),
    ],
)
def test_nothing_begins_that_would_not_end_in_the_window(
    left: float | None, done: bool, boots: tuple[float, ...], closed: bool
) -> None:
    until = None if left is None else NOW + left
    records = {"i-v": DONE} if done else {}
    ctx = a_look(
        policy=a_policy(0, 1, not_after=until), records=records, boots=dict(enumerate(boots))
    )
    begin.begin(ctx)
    assert ctx.memory.window_closed is closed
    assert ctx.memory.nodes.marks.selected == (frozenset() if closed else {"i-w"})
    assert ctx.passed_over == ({"i-w": "the maintenance window ends"} if closed else {})


def test_it_is_looked_at_again_when_too_little_will_be_left() -> None:
    ctx = a_look(policy=a_policy(0, 1, not_after=NOW + USUAL_REPLACEMENT + 40))
    pause.close_in_time(ctx)
    assert ctx.wake == NOW + 40
