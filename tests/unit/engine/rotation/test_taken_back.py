# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whoever takes the surge back again and again is not fought, and the run ends."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.accounting import (
    Foreign,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Marks
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import taken_back
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.records import (
    TakenBack,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import a_group, an_instance
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    NOW,
    a_context,
    a_policy,
)

BACK = Foreign(5, 4, 4, "a user request changed desired from 5 to 4", surge=1)
POLICY = dataclasses.replace(a_policy(1), boot_timeout=100)
READY = frozenset(("i-m",))


def a_look(noted: TakenBack, joined: frozenset[str] = READY, **more: Any) -> RotationContext:
    """A look of a run in which so much was noted, and these nodes are ready."""
    marks = Marks(joined=joined)
    group = a_group(an_instance("w"), an_instance("m", fresh=True))
    return a_context(group, policy=POLICY, taken_back=noted, marks=marks, **more)


def noted(times: int, first: float = NOW - 50, last: float = NOW - 20) -> TakenBack:
    return TakenBack(times, first, last, READY)


@pytest.mark.parametrize(
    ("foreign", "times"),
    [
        pytest.param(BACK, 1, id="all of the surge"),
        pytest.param(Foreign(7, 5, 4, surge=3), 1, id="part of it"),
        pytest.param(Foreign(5, 3, 3, surge=1), 1, id="more than that"),
        pytest.param(Foreign(4, 3, 3), 0, id="of the group itself, where there is none"),
        pytest.param(Foreign(4, 6, 6, surge=1), 0, id="a raise"),
        pytest.param(Foreign(5, 3, 4, surge=1), 0, id="below a base that MinSize holds"),
    ],
)
def test_a_write_that_lowers_desired_takes_the_surge_back(foreign: Foreign, times: int) -> None:
    ctx = a_look(TakenBack())
    taken_back.note_taken_back(ctx, foreign)
    assert ctx.memory.reads.taken_back.times == times


def test_it_is_counted_since_the_last_new_node_was_ready() -> None:
    ctx = a_look(noted(2))
    taken_back.note_taken_back(ctx, BACK)
    assert ctx.memory.reads.taken_back == TakenBack(3, NOW - 50, NOW, READY)
    more = READY | {"i-n"}
    ctx = a_look(noted(2), more)
    taken_back.note_taken_back(ctx, BACK)
    assert ctx.memory.reads.taken_back == TakenBack(1, NOW, NOW, more)


def test_who_settles_counts_nothing() -> None:
    ctx = a_look(noted(9, NOW - 900), mode="settle")
    taken_back.note_taken_back(ctx, BACK)
    assert ctx.memory.reads.taken_back.times == 9


def test_the_third_time_is_told() -> None:
    told = []
    for times in range(5):
        ctx = a_look(noted(times, NOW - 50))
        taken_back.note_taken_back(ctx, BACK)
        told.append([event.phase for event in ctx.events])
    assert told == [[], [], ["undone"], [], []]


@pytest.mark.parametrize(
    ("times", "first", "mode"),
    [
        pytest.param(2, NOW - 99, "rotate", id="boot_timeout has not passed"),
        pytest.param(2, NOW - 100, "settle", id="it has"),
        pytest.param(1, NOW - 900, "rotate", id="twice is not again and again"),
        pytest.param(9, NOW - 20, "rotate", id="nor is often in a short time"),
    ],
)
def test_it_ends_the_run_once_it_has_gone_on_for_boot_timeout(
    times: int, first: float, mode: str
) -> None:
    ctx = a_look(noted(times, first))
    taken_back.note_taken_back(ctx, BACK)
    assert ctx.memory.mode == mode


def test_the_end_says_who_did_it_how_often() -> None:
    ctx = a_look(noted(4, NOW - 100))
    taken_back.note_taken_back(ctx, BACK)
    assert str(ctx.memory.report.problem) == (
        "Somebody has set desired of Auto Scaling group blue back 5 times since a new node was"
        " ready last, last a user request changed desired from 5 to 4. See who does that, and let"
        " it rest during a rotation"
    )


@pytest.mark.parametrize(
    ("times", "pause"), [(0, 0), (2, 0), (3, 30), (4, 60), (5, 120), (6, 240), (7, 300), (99, 300)]
)
def test_the_surge_is_launched_less_and_less_often(times: int, pause: float) -> None:
    early = a_look(noted(times, last=NOW - pause + 1))
    assert taken_back.waits(early) is (pause > 0)
    assert (early.wake == NOW + 1) is (pause > 0)
    assert taken_back.waits(a_look(noted(times, last=NOW - pause))) is False


def test_and_at_once_after_a_new_node_was_ready() -> None:
    assert taken_back.waits(a_look(noted(9, last=NOW), READY | {"i-n"})) is False
