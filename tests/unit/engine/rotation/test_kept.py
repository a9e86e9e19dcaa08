# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep the instance of a failed canary, or say why it is ended all the same."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    EnterStandby,
    TagInstance,
    Terminate,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import ForbiddenError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import KEPT
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Member
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import kept
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.failures import (
    REFUSED_TIMES,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.parts import (
    Retry,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    NOW,
    POLICY,
    RUNNING,
    a_context,
    selected,
)

FAILED = dataclasses.replace(RUNNING, canary="failed")
TAG = TagInstance("i-n", KEPT, POLICY.run)
STANDBY = EnterStandby("blue", "i-n")
REFUSED = Retry(REFUSED_TIMES, NOW, ForbiddenError("not allowed"))


def a_look(
    instance: dict[str, Any] | None = None,
    group: dict[str, Any] | None = None,
    keep: bool = True,
    reason: str = "broken",
    **more: Any,
) -> RotationContext:
    """A look at a group of one old node and one new one that has failed."""
    found = a_group(
        an_instance("w"), an_instance("n", fresh=True, **(instance or {})), **(group or {})
    )
    fields = {"journal": FAILED, "mode": "settle", "ours": 1, **selected("n", reason=reason)}
    policy = dataclasses.replace(POLICY, keep_failed=keep)
    return a_context(found, [a_node("w"), a_node("n")], policy=policy, **{**fields, **more})


def failed_one(ctx: RotationContext) -> Member:
    """The new node."""
    return next(member for member in ctx.situation.members if member.id == "i-n")


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        pytest.param({}, True, id="a failed canary"),
        pytest.param({"keep": False}, False, id="not asked for"),
        pytest.param({"reason": "surplus"}, False, id="no failure"),
        pytest.param({"journal": RUNNING}, False, id="no verdict"),
        pytest.param(
            {"journal": dataclasses.replace(RUNNING, canary="passed")}, False, id="no canary"
        ),
    ],
)
def test_the_instance_of_a_failed_canary_is_kept_on_request(
    fields: dict[str, Any], wanted: bool
) -> None:
    ctx = a_look(**fields)
    assert kept.wanted(ctx, failed_one(ctx)) is wanted
    assert kept.decide_keeping(ctx, failed_one(ctx)) is wanted


@pytest.mark.parametrize(("owed", "waits"), [(True, True), (False, False)])
def test_the_template_is_rolled_back_before_it_is_touched(owed: bool, waits: bool) -> None:
    ctx = a_look(journal=dataclasses.replace(FAILED, pointer_owed=owed, previous=("lt-1", "1")))
    assert kept.waits(ctx, failed_one(ctx)) is waits


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        pytest.param({"ours": 0}, "smaller", id="no surge"),
        pytest.param({"group": {"min_size": 2}}, "smaller", id="MinSize"),
        pytest.param({"instance": {"lifecycle": "Pending:Wait"}}, "Pending:Wait", id="a hook"),
        pytest.param({"retries": {TAG: REFUSED}}, "not allowed", id="no tag allowed"),
        pytest.param({"retries": {STANDBY: REFUSED}}, "not allowed", id="no standby allowed"),
        pytest.param({"timers": {"tag of i-n": NOW - 60}}, KEPT, id="no tag to be seen"),
    ],
)
def test_one_that_cannot_be_kept_is_named_with_the_reason(fields: dict[str, Any], why: str) -> None:
    ctx = a_look(**fields)
    assert not kept.decide_keeping(ctx, failed_one(ctx))
    (event,) = ctx.events
    assert (event.phase, event.subject) == ("warning", "n")
    assert "it is not kept" in event.text
    assert why in event.text
    assert kept.prepared(ctx, failed_one(ctx))
    assert TAG not in ctx.commands


def test_it_is_tagged_until_a_read_shows_that() -> None:
    ctx = a_look()
    assert not kept.prepared(ctx, failed_one(ctx))
    assert ctx.commands == [TAG]
    assert ctx.poll_soon
    tagged = a_look(instance={"kept": True}, timers={"tag of i-n": NOW - 60})
    assert kept.prepared(tagged, failed_one(tagged))
    assert tagged.commands == []


@pytest.mark.parametrize(
    ("recorded", "retries", "command"),
    [
        ((), {}, Terminate("i-n", True)),
        (("i-n",), {}, STANDBY),
        (("i-n",), {STANDBY: dataclasses.replace(REFUSED, times=1)}, STANDBY),
        (("i-n",), {STANDBY: REFUSED}, Terminate("i-n", True)),
    ],
)
def test_it_leaves_the_group_as_the_record_says(
    recorded: tuple[str, ...], retries: dict[Any, Retry], command: Any
) -> None:
    ctx = a_look(journal=dataclasses.replace(FAILED, kept=recorded), retries=retries)
    assert kept.departure(ctx, failed_one(ctx)) == command


@pytest.mark.parametrize(
    ("lifecycle", "recorded", "named"),
    [
        ("Standby", ("i-n",), True),
        ("EnteringStandby", ("i-n",), True),
        ("InService", ("i-n",), False),
        ("Standby", (), False),
    ],
)
def test_what_is_in_standby_by_us_is_named(
    lifecycle: str, recorded: tuple[str, ...], named: bool
) -> None:
    journal = dataclasses.replace(FAILED, kept=recorded)
    ctx = a_look(instance={"lifecycle": lifecycle}, journal=journal)
    expected = [kept.sentence("i-n", "n")] if named else []
    assert kept.in_standby(ctx) == expected


def test_the_advice_sends_nobody_to_an_instance_that_ends() -> None:
    assert "console_output" in kept.advice(a_look(keep=False))
    assert "keep_failed: true" in kept.advice(a_look(keep=False))
    assert "if not_restored says" in kept.advice(a_look())


def test_an_instance_without_a_node_is_named_once() -> None:
    assert kept.sentence("i-1", "i-1").startswith("Instance i-1, whose canary failed")
    assert "(node ip-1)" in kept.sentence("i-1", "ip-1")
