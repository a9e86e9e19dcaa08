# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What no act of ours may do, whatever its reason: a truth table on facts."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    ChangeNode,
    Command,
    EnterStandby,
    Protect,
    ProtectNew,
    SetDesired,
    SetMaxSize,
    Terminate,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Taint
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import REPLACING
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import NodeChange
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.accounting import (
    Account,
    Doubt,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Marks
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.guard import (
    forbids,
    missing_timer,
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
)

OURS = {"annotations": {REPLACING: "r1"}, "unschedulable": True}
CORDON = NodeChange(True)


def cordon(name: str) -> ChangeNode:
    return ChangeNode(name, "1", CORDON)


def forbidden(
    command: Command,
    nodes: dict[str, dict[str, Any]],
    unavailable: int = 0,
    issued: tuple[Command, ...] = (),
    desired: int | None = None,
    marks: Marks = Marks(),
    **more: Any,
) -> bool:
    """Three outdated instances w, x, y and a new one, n.

    The base is 3 and the surge 1.
    """
    members = [an_instance(name, fresh=name == "n") for name in "wxyn"]
    group = a_group(*members, desired=4 if desired is None else desired, max_size=9)
    made = [
        a_node(name, fields.pop("ready", True), **fields)
        for name, fields in ((name, dict(fields)) for name, fields in nodes.items())
    ]
    ctx = a_context(group, made, policy=a_policy(1, unavailable), ours=1, marks=marks, **more)
    return bool(forbids(ctx, issued, command))


HELD = {"unschedulable": True}
WELL: dict[str, dict[str, Any]] = {name: {} for name in "wxyn"}


@pytest.mark.parametrize(
    ("doubt", "more", "no"),
    [
        pytest.param(None, {}, False, id="desired is what we expect"),
        pytest.param(3, {}, True, id="one less: a node that looks well may be ending"),
        pytest.param(3, {"unavailable": 1}, False, id="one may be missing"),
        pytest.param(2, {"unavailable": 1}, True, id="two may be ending"),
        pytest.param(3, {"lost": frozenset(("i-z",))}, False, id="its end is seen already"),
        pytest.param(5, {}, False, id="somebody wants more"),
    ],
)
@pytest.mark.parametrize("command", [cordon("w"), Terminate("i-w", False)])
def test_while_desired_is_lower_than_we_know_why_others_may_be_ending_nodes(
    command: Command, doubt: int | None, more: dict[str, Any], no: bool
) -> None:
    found = None if doubt is None else Doubt(doubt, NOW)
    assert forbidden(command, WELL, doubt=found, **more) is no


def test_an_end_of_ours_with_decrement_explains_one_less() -> None:
    journal = RUNNING.accounted(Account(3, 4, None, ("i-z",)))
    assert not forbidden(cordon("w"), WELL, doubt=Doubt(3, NOW), journal=journal)


@pytest.mark.parametrize(
    ("command", "nodes", "options", "no"),
    [
        pytest.param(cordon("w"), WELL, {}, False, id="four in service at a base of three"),
        pytest.param(cordon("w"), {**WELL, "n": {"ready": False}}, {}, True, id="new not ready"),
        pytest.param(cordon("w"), {**WELL, "n": {"unschedulable": True}}, {}, True, id="cordoned"),
        pytest.param(
            cordon("w"),
            {**WELL, "n": {"taints": (Taint("a", "NoSchedule"),)}},
            {},
            True,
            id="new tainted",
        ),
        pytest.param(cordon("n"), {**WELL, "n": HELD}, {}, False, id="enough take what it loses"),
        pytest.param(
            cordon("n"),
            {**WELL, "n": HELD, "x": {"ready": False}},
            {},
            True,
            id="its pods run on, though somebody has cordoned it",
        ),
        pytest.param(cordon("w"), {**WELL, "x": OURS}, {}, True, id="one is out already"),
        pytest.param(cordon("w"), {**WELL, "x": OURS}, {"unavailable": 1}, False, id="may be"),
        pytest.param(cordon("x"), {**WELL, "x": OURS}, {}, False, id="it is out itself"),
        pytest.param(
            cordon("w"), {**WELL, "w": {"ready": False}, "x": OURS}, {}, False, id="not ready"
        ),
        pytest.param(
            cordon("w"), WELL, {"issued": (cordon("x"),)}, True, id="one goes at this very look"
        ),
        pytest.param(
            cordon("w"), WELL, {"issued": (cordon("w"),)}, False, id="the same one counts once"
        ),
        pytest.param(Terminate("i-w", True), WELL, {}, False, id="an end within the budget"),
        pytest.param(
            Terminate("i-w", True), {**WELL, "x": OURS}, {}, True, id="an uncordoned one ends"
        ),
        pytest.param(
            Terminate("i-x", True),
            {**WELL, "x": OURS},
            {},
            False,
            id="the end of a drained one",
        ),
        pytest.param(
            EnterStandby("blue", "i-w"), {**WELL, "x": OURS}, {}, True, id="standby of one in use"
        ),
        pytest.param(
            EnterStandby("blue", "i-x"), {**WELL, "x": OURS}, {}, False, id="of a drained one"
        ),
        pytest.param(
            Terminate("i-w", False),
            {**WELL, "x": OURS},
            {"marks": Marks(selected=frozenset(("i-w",)))},
            True,
            id="that we chose it is no fact",
        ),
        pytest.param(SetDesired("blue", 4), WELL, {}, False, id="base and surge"),
        pytest.param(SetDesired("blue", 5), WELL, {}, True, id="more than base and surge"),
        pytest.param(SetDesired("blue", 3), WELL, {}, True, id="less than desired"),
        pytest.param(SetMaxSize("blue", 4), WELL, {}, False, id="what is launched"),
        pytest.param(SetMaxSize("blue", 3), WELL, {}, True, id="less than is launched"),
        pytest.param(Protect("blue", ("i-w",), False), WELL, {}, False, id="as many as desired"),
        pytest.param(Protect("blue", ("i-w",), False), WELL, {"desired": 3}, True, id="surplus"),
        pytest.param(Protect("blue", ("i-w",), True), WELL, {"desired": 3}, False, id="fence"),
        pytest.param(ProtectNew("blue", False), WELL, {"desired": 3}, True, id="new ones"),
        pytest.param(ChangeNode("w", "1", NodeChange(False)), {}, {}, False, id="uncordon"),
    ],
)
def test_what_the_guard_forbids(
    command: Command, nodes: dict[str, dict[str, Any]], options: dict[str, Any], no: bool
) -> None:
    assert forbidden(command, nodes, **options) is no


@pytest.mark.parametrize(
    ("missed", "no"),
    [
        pytest.param(None, True, id="at the first look without it"),
        pytest.param(89, True, id="for 89 s"),
        pytest.param(90, False, id="for so long that its pods run elsewhere"),
    ],
)
@pytest.mark.parametrize("fresh", [False, True])
def test_an_instance_without_a_node_ends_only_after_its_node_has_been_missed(
    missed: float | None, no: bool, fresh: bool
) -> None:
    """Whatever the reason, and whether this run has ever seen its Node or not."""
    timers = {} if missed is None else {missing_timer("i-w"): NOW - missed}
    group = a_group(an_instance("w", fresh=fresh), an_instance("x"))
    ctx = a_context(group, [a_node("x")], ours=0, timers=timers)
    assert bool(forbids(ctx, (), Terminate("i-w", False))) is no
    assert not forbids(ctx, (), Terminate("i-gone", False)), "what has left the group"
