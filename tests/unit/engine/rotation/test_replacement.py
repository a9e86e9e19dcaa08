# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A node's way out, look by look: cordon, balancers, end, and back again."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    ChangeNode,
    Terminate,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    BUDGETS,
    DAEMONSETS,
    Feed,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import (
    EXCLUDE,
    MARKED_IN,
    REPLACING,
    WAS_CORDONED,
    WAS_EXCLUDED,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import NodeChange
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.accounting import (
    Account,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import replacement
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.unknown import (
    MISSING_NODE,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    NOW,
    RUNNING,
    a_context,
    a_policy,
    selected,
    written,
)

GONE = "w"
"""An instance whose node never joined or is gone: there is nothing to cordon and nothing to
drain."""


def a_member(ctx: RotationContext, name: str) -> Any:
    """The member of instance i-<name>."""
    return next(member for member in ctx.situation.members if member.id == f"i-{name}")


@pytest.mark.parametrize(
    "fields, labels, marks",
    [
        ({}, {EXCLUDE: "true"}, {REPLACING: "r1", MARKED_IN: "blue"}),
        (
            {"unschedulable": True},
            {EXCLUDE: "true"},
            {REPLACING: "r1", MARKED_IN: "blue", WAS_CORDONED: "true"},
        ),
        (
            {"labels": {EXCLUDE: ""}},
            {EXCLUDE: "true"},
            {REPLACING: "r1", MARKED_IN: "blue", WAS_EXCLUDED: "true"},
        ),
        # half of it, after an operator took the cordon away: what was before us is known already
        (
            {"labels": {EXCLUDE: "true"}, "annotations": {REPLACING: "r0"}},
            {EXCLUDE: "true"},
            {REPLACING: "r1", MARKED_IN: "blue"},
        ),
    ],
)
def test_a_leaving_node_is_marked_with_how_it_was(
    fields: dict[str, Any], labels: dict[str, str], marks: dict[str, str]
) -> None:
    group, may_go = a_group(an_instance("w")), a_policy(0, 1)
    ctx = a_context(group, [a_node("w", **fields)], policy=may_go, **selected("w"))
    replacement.advance(ctx)
    assert ctx.commands == []  # it is recorded first
    ctx = written(ctx)
    replacement.advance(ctx)
    (command,) = ctx.commands
    assert command == ChangeNode(
        "w", "1", NodeChange(True, tuple(labels.items()), tuple(sorted(marks.items())))
    )


def ends(
    instances: str = "wxyz", surge: int = 0, mode: str = "rotate", **fields: Any
) -> RotationContext:
    """The look at which instance i-w, which has no node any more, is to be ended."""
    made = [
        an_instance(name, fresh=name in "nm", zone=fields.get("zones", {}).get(name, "a"))
        for name in instances
    ]
    zones = tuple(sorted({i.zone for i in made}))
    group = a_group(*made, desired=fields.get("desired", len(made)), zones=zones)
    nodes = [a_node(name) for name in instances if name != GONE]
    journal = dataclasses.replace(RUNNING, decrements=fields.get("retiring", ()))
    ctx = a_context(
        group,
        nodes,
        journal,
        ours=surge,
        mode=mode,
        seen_nodes=frozenset(("i-w",)),
        timers={"node of i-w": NOW - MISSING_NODE},
        **selected("w", reason=fields.get("reason", "old")),
    )
    replacement.advance(ctx)
    return ctx


def test_while_others_wait_the_group_launches_another_in_its_place() -> None:
    assert ends("wxyn", surge=1).commands == [Terminate("i-w", False)]
    assert ends("wn", surge=0).commands == [Terminate("i-w", False)]


def test_the_last_ones_take_the_surge_with_them_and_that_is_recorded_first() -> None:
    ctx = ends("wnm", surge=1)
    assert ctx.commands == []
    assert ctx.journal.decrements == ("i-w",)
    following = written(ctx)
    replacement.advance(following)
    assert following.commands == [Terminate("i-w", True)]


@pytest.mark.parametrize(
    ("desired", "recorded", "commands", "kept"),
    [
        pytest.param(3, 3, [Terminate("i-w", True)], True, id="the surge is there"),
        pytest.param(2, 3, [], True, id="a read shows less: nobody knows yet whose write it is"),
        pytest.param(2, 2, [], False, id="the surge is gone: the record is withdrawn"),
    ],
)
def test_a_decrement_never_lowers_desired_below_the_base(
    desired: int, recorded: int, commands: list[Terminate], kept: bool
) -> None:
    group = a_group(*(an_instance(n, fresh=n in "nm") for n in "wnm"), desired=desired)
    journal = RUNNING.accounted(Account(2, recorded, None, ("i-w",)))
    marks = selected("w")
    ctx = a_context(
        group,
        [a_node("n"), a_node("m")],
        journal,
        seen_nodes=frozenset(("i-w",)),
        timers={"node of i-w": NOW - MISSING_NODE},
        **marks,
    )
    replacement.advance(ctx)
    assert ctx.commands == commands
    assert (ctx.journal.decrements == ("i-w",)) is kept
    assert ctx.poll_soon is (kept and not commands)


@pytest.mark.parametrize(
    ("waited", "closed", "ends", "given_up"),
    [
        pytest.param(0, "", True, False, id="the gate is open"),
        pytest.param(899, "web lacks a pod", False, False, id="it is closed"),
        pytest.param(900, "web lacks a pod", False, True, id="it never opens"),
    ],
)
def test_an_instance_whose_node_went_ends_only_while_the_workload_gate_is_open(
    monkeypatch: pytest.MonkeyPatch, waited: float, closed: str, ends: bool, given_up: bool
) -> None:
    monkeypatch.setattr(replacement.gate, "closed", lambda ctx: closed)
    ctx = a_context(
        a_group(an_instance("w"), an_instance("x")),
        [a_node("x")],
        timers={"node of i-w": NOW - 2000, "gate of i-w": NOW - waited},
        **selected("w"),
    )
    replacement.advance(ctx)
    assert ctx.commands == ([Terminate("i-w", False)] if ends else [])
    assert ("i-w" in ctx.memory.nodes.marks.skipped) is given_up
    assert ("whose Node is gone, was left: web" in str(ctx.memory.report.problem)) is given_up


@pytest.mark.parametrize(
    "fields, decrement",
    [
        (
            {"instances": "wnm", "surge": 1, "desired": 2},
            False,
        ),  # more is launched than wanted: nobody comes in its place
        (
            {"instances": "wxnm", "surge": 1, "mode": "settle"},
            True,
        ),  # nothing new is started: its place goes
        ({"instances": "wxnm", "surge": 1, "reason": "surplus"}, True),
        ({"instances": "wxnm", "surge": 1, "reason": "broken"}, True),
        (
            {"instances": "wnm", "surge": 1, "retiring": ("i-n",)},
            False,
        ),  # the surge is promised to another
        (
            {"instances": "wnm", "surge": 1, "zones": {"w": "a", "n": "b", "m": "b"}},
            False,
        ),  # the zones would not bear it
        ({"instances": "wnm", "surge": 1, "zones": {"w": "b", "n": "b", "m": "a"}}, True),
    ],
)
def test_with_or_without_decrement(fields: dict[str, Any], decrement: bool) -> None:
    ctx = ends(**fields)
    assert ("i-w" in ctx.journal.decrements) is decrement
    assert ctx.commands == ([] if decrement else [Terminate("i-w", False)])


def test_an_instance_that_is_being_ended_is_not_ended_again() -> None:
    ctx = a_context(a_group(an_instance("w")), in_flight=[Terminate("i-w", False)], **selected("w"))
    replacement.advance(ctx)
    assert ctx.commands == []


def test_an_instance_that_runs_under_the_node_of_another_is_left_to_people() -> None:
    taken_over = a_node("ip-1", provider_id="aws:///a/i-former")
    ctx = a_context(a_group(an_instance("w", private_dns="ip-1")), [taken_over], **selected("w"))
    replacement.advance(ctx)
    assert ctx.commands == []
    assert "still names i-former" in ctx.memory.nodes.records["i-w"].phase + str(
        ctx.memory.report.problem
    )
    assert ctx.memory.nodes.marks.skipped == {"i-w"}


@pytest.mark.parametrize(("mode", "kept"), [("rotate", {BUDGETS}), ("settle", set())])
def test_what_every_drain_reads_is_followed_on_between_two_drains(
    mode: str, kept: set[Feed]
) -> None:
    group = a_group(an_instance("w"))
    ctx = a_context(group, [a_node("w")], mode=mode, empty=(BUDGETS,))
    replacement.advance(ctx)
    assert ctx.feeds & {BUDGETS, DAEMONSETS} == kept
