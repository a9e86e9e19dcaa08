# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The closing words of a stopped run are recorded and shown by the next run."""

from __future__ import annotations

import dataclasses

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.closing import HEADING
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import Journal
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import Stop
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.closing import (
    close,
    show_earlier,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import a_context

GROUP = a_group(an_instance("w"))
WORDS = ("Run r1 was stopped by signal SIGINT", "To resume: run the same command again")


def stopping() -> RotationContext:
    """A look of a run that was told to end."""
    ctx = a_context(GROUP, [a_node("w")])
    ctx.view = dataclasses.replace(ctx.view, stop=Stop("signal SIGINT"))
    return ctx


def test_the_words_are_recorded_and_reported_once() -> None:
    ctx = stopping()
    close(ctx)
    told = tuple(event.text for event in ctx.events)
    assert ctx.journal.closing == told
    assert told[0].endswith("was stopped by signal SIGINT")
    assert {event.phase for event in ctx.events} == {"closing"}
    close(ctx)
    assert len(ctx.events) == len(told)


def test_a_run_that_had_nothing_left_to_do_records_none() -> None:
    ctx = a_context(a_group(an_instance("n", fresh=True)), [a_node("n")], Journal(run="r1"))
    close(ctx)
    assert ctx.journal.closing == ()
    assert ctx.events


def test_a_run_that_had_not_begun_leaves_the_record_as_it_was() -> None:
    ctx = a_context(GROUP, [a_node("w")], Journal(closing=WORDS), mode="survey")
    close(ctx)
    assert ctx.journal.closing == WORDS
    assert ctx.events


def test_the_lease_that_holds_them_is_not_called_held() -> None:
    ctx = stopping()
    close(ctx)
    assert ctx.memory.lock.held
    assert not any("Lease" in text for text in ctx.journal.closing)


def test_a_group_that_was_never_read_leaves_no_words() -> None:
    ctx = a_context(None)
    close(ctx)
    assert ctx.events == []


def test_the_words_of_the_last_run_are_shown_once_under_a_heading() -> None:
    ctx = a_context(GROUP, [a_node("w")], Journal(closing=WORDS))
    show_earlier(ctx)
    show_earlier(ctx)
    assert [(event.phase, event.text) for event in ctx.events] == [
        ("earlier", text) for text in (HEADING, *WORDS)
    ]


def test_a_last_run_that_came_to_its_end_has_left_nothing_to_show() -> None:
    ctx = a_context(GROUP, [a_node("w")], Journal())
    show_earlier(ctx)
    assert ctx.events == []
