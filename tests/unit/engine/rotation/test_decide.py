# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deciding is pure, and its memory of one situation never serves another."""

from __future__ import annotations

import copy
import dataclasses

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    ReadCluster,
    ReadGroup,
    ReadLease,
    WriteLease,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import CredentialsError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import Journal
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.policy import (
    RotationPolicy,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import Done, Stop, View
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.decide import (
    decide,
    start,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import (
    Memory,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.observe import NEEDED
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.parts import (
    Retry,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    HELD,
    LEASE,
    NOW,
    POLICY,
    RUNNING,
    a_cache,
    a_context,
    a_memory,
    a_policy,
    selected,
)

GROUP = a_group(an_instance("w"), an_instance("x"), an_instance("n", fresh=True))
NODES = (a_node("w"), a_node("x"), a_node("n"))
VIEW = View(a_cache(NODES, NEEDED))

MEMORIES: dict[str, Memory] = {
    "start": start(NOW),
    "survey": a_memory(GROUP, Journal(), mode="survey", held=False, written=Journal(), lease=None),
    "rotate": a_memory(GROUP),
    "fenced": a_memory(
        GROUP, dataclasses.replace(RUNNING, fenced=True, suspended=("AZRebalance",)), 1
    ),
    "leaving": a_memory(GROUP, **selected("w")),
    "settle": a_memory(GROUP, ours=1, mode="settle", **selected("w")),
    "release": a_memory(GROUP, dataclasses.replace(RUNNING, fenced=True), mode="release"),
    "released": a_memory(GROUP, Journal(), mode="release", released=True),
}


@pytest.mark.parametrize("stop", [None, Stop("signal SIGTERM")])
@pytest.mark.parametrize("name", MEMORIES)
def test_the_same_arguments_give_the_same_step_and_are_not_changed(
    name: str, stop: Stop | None
) -> None:
    memory, policy = MEMORIES[name], a_policy(2, 1)
    read = Done(ReadGroup("blue"), dataclasses.replace(GROUP, desired=4), None, NOW, NOW)
    view = dataclasses.replace(VIEW, done=(read,), stop=stop)
    before = repr((memory, view, policy))
    first, second = (
        decide(memory, view, NOW + 1, policy),
        decide(copy.deepcopy(memory), view, NOW + 1, policy),
    )
    assert repr((memory, view, policy)) == before
    fields = [
        (f"{f.name}", repr(getattr(first, f.name)), repr(getattr(second, f.name)))
        for f in dataclasses.fields(first)
    ]
    assert [name for name, one, other in fields if one != other] == []


def test_a_run_that_is_stopped_before_it_holds_the_lock_only_reports_its_closing_words() -> None:
    stop = Stop("signal SIGINT")
    step = decide(MEMORIES["survey"], dataclasses.replace(VIEW, stop=stop), NOW, POLICY)
    assert step.commands == ()
    assert step.result is not None
    assert step.result.status == "stopped"
    assert {event.phase for event in step.events} == {"closing"}
    assert step.events[0].text.endswith("was stopped by signal SIGINT")


def test_a_run_that_is_stopped_before_it_has_read_the_group_has_nothing_to_report() -> None:
    step = decide(start(NOW), View(stop=Stop("signal SIGINT")), NOW, POLICY)
    assert step.result is not None
    assert step.result.status == "stopped"
    assert step.events == ()


def test_a_run_begins_by_reading_and_nothing_else() -> None:
    step = decide(start(NOW), View(), NOW, POLICY)
    assert step.commands == (ReadGroup("blue"),)
    assert step.result is None
    memory = start(NOW).with_fields(group=GROUP, read=GROUP, read_began=NOW)
    assert decide(memory, VIEW, NOW, POLICY).commands == (ReadLease(LEASE), ReadCluster())


def test_credentials_that_are_no_longer_good_end_it_as_it_is() -> None:
    memory = a_memory(
        GROUP,
        retries={ReadGroup("blue"): Retry(1, NOW, CredentialsError("expired"))},
        timers={"credentials": NOW - 60},
        **selected("w"),
    )
    step = decide(memory, VIEW, NOW, POLICY)
    assert step.result.status == "suspended"
    assert step.commands == ()
    assert step.memory.journal == memory.journal


def test_a_read_that_fails_for_other_reasons_in_between_does_not_make_it_a_failed_run() -> None:
    """The last answer tells what keeps a run from reading; its state is the same."""
    memory = a_memory(
        GROUP,
        retries={ReadGroup("blue"): Retry(1, NOW, CredentialsError("expired"))},
        timers={"not let in": NOW - 70},
        changed=True,
    )
    step = decide(memory, VIEW, NOW, POLICY)
    assert step.result.status == "suspended"


def test_one_answer_is_not_the_verdict_on_credentials() -> None:
    memory = a_memory(
        GROUP, retries={ReadGroup("blue"): Retry(1, NOW, CredentialsError("expired"))}
    )
    step = decide(memory, VIEW, NOW, POLICY)
    assert step.result is None
    assert step.memory.timers["credentials"] == NOW


def test_a_record_that_cannot_be_read_ends_it_before_anything() -> None:
    read = Done(ReadLease(LEASE), dataclasses.replace(HELD, journal="{"), None, NOW, NOW)
    step = decide(start(NOW), View(done=(read,)), NOW, POLICY)
    assert step.result.status == "refused"
    assert "cannot be read" in str(step.result.error)
    assert not step.result.changed


@pytest.mark.parametrize("taking, status", [(True, None), (False, "stopped")])
def test_a_stop_before_anything_was_begun_waits_only_for_the_lock_that_is_being_taken(
    taking: bool, status: str | None
) -> None:
    flight = frozenset([WriteLease(HELD)] if taking else [])
    step = decide(
        MEMORIES["survey"],
        dataclasses.replace(VIEW, in_flight=flight, stop=Stop("signal SIGTERM")),
        NOW,
        POLICY,
    )
    assert (step.result.status if step.result else None) == status
    assert step.commands == ()


@pytest.mark.parametrize(
    ("policy", "gives"),
    [(POLICY, True), (dataclasses.replace(POLICY, plan_only=True), False)],
    ids=["a run", "a plan"],
)
def test_a_stop_before_anything_was_begun_gives_up_the_lease_that_was_left_to_the_run(
    policy: RotationPolicy, gives: bool
) -> None:
    handed = Journal(handover="r1")
    memory = MEMORIES["survey"].with_fields(
        journal=handed, written=handed, lease=dataclasses.replace(HELD, holder="update")
    )
    step = decide(memory, dataclasses.replace(VIEW, stop=Stop("signal SIGTERM")), NOW, policy)
    writes = [one.lease.holder for one in step.commands if isinstance(one, WriteLease)]
    assert writes == ([""] if gives else [])
    assert (step.result is None) is gives


def test_a_situation_is_never_that_of_a_group_that_is_gone() -> None:
    """A new object may get the address of an old one: identity is not enough."""
    ctx = a_context(a_group(an_instance("a")))
    assert [member.id for member in ctx.situation.members] == ["i-a"]
    for number in range(50):
        ctx.note(group=None, read=None)
        ctx.note(group=a_group(an_instance(str(number)), desired=1))
        assert [member.id for member in ctx.situation.members] == [f"i-{number}"]


def test_the_situation_is_worked_out_once_for_the_same_things() -> None:
    ctx = a_context(GROUP, NODES)
    first = ctx.situation
    ctx.note(poll_soon=True)
    assert ctx.situation is first
    ctx.note(marks=dataclasses.replace(ctx.memory.nodes.marks, gone=frozenset(("i-w",))))
    assert ctx.situation is not first
