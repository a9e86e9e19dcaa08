# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A failed canary ends or is kept, as recorded; its console is read before."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    EnterStandby,
    ReadConsole,
    Terminate,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.ending import (
    terminate,
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


def ending(kept: bool = True, **more: Any) -> RotationContext:
    """A look at one old node, and a new one that has failed and is drained."""
    new = an_instance("n", fresh=True, kept=kept)
    fields = {"journal": FAILED, "mode": "settle", "ours": 1, **selected("n", reason="broken")}
    policy = dataclasses.replace(POLICY, keep_failed=True)
    ctx = a_context(
        a_group(an_instance("w"), new),
        [a_node("w"), a_node("n")],
        policy=policy,
        **{**fields, **more},
    )
    terminate(ctx, next(member for member in ctx.situation.members if member.id == "i-n"))
    return ctx


def test_it_is_not_ended_before_its_console_was_read() -> None:
    fields = selected("n", reason="broken")
    unread = dataclasses.replace(fields["records"]["i-n"], console_output=None)
    ctx = ending(records={"i-n": unread})
    assert ctx.commands == [ReadConsole("i-n")]
    assert ctx.journal.decrements == ()


def test_that_it_is_kept_is_recorded_with_its_decrement() -> None:
    ctx = ending()
    assert (ctx.journal.decrements, ctx.journal.kept, ctx.commands) == (("i-n",), ("i-n",), [])


def test_without_its_tag_nothing_is_recorded() -> None:
    assert ending(kept=False).journal.decrements == ()


@pytest.mark.parametrize(
    ("kept", "command"),
    [(("i-n",), EnterStandby("blue", "i-n")), ((), Terminate("i-n", True))],
)
def test_what_is_recorded_is_done(kept: tuple[str, ...], command: Any) -> None:
    ctx = ending(journal=dataclasses.replace(FAILED, decrements=("i-n",), kept=kept))
    assert ctx.commands == [command]


def test_what_may_end_already_without_decrement_is_not_asked_to_end_with_one() -> None:
    """It would change nothing of desired, and be answered well all the same."""
    ctx = ending(ended_by_us=frozenset(("i-n",)))
    assert ctx.commands == [Terminate("i-n", False)]
    assert ctx.journal.decrements == ()


@pytest.mark.parametrize("command", [EnterStandby("blue", "i-n"), Terminate("i-n", True)])
def test_what_is_in_flight_is_not_done_again(command: Any) -> None:
    journal = dataclasses.replace(FAILED, decrements=("i-n",), kept=("i-n",))
    assert ending(journal=journal, in_flight=[command]).commands == []


@pytest.mark.parametrize(
    ("zone", "turned_back", "replaced"),
    [
        pytest.param("b", True, True, id="its zone would have no node"),
        pytest.param("b", False, False, id="the template still launches the failed image"),
        pytest.param("a", True, False, id="its zone has another"),
    ],
)
def test_a_broken_node_is_replaced_where_its_zone_needs_one_and_good_ones_are_launched(
    zone: str, turned_back: bool, replaced: bool
) -> None:
    fields = {"journal": FAILED, "ours": 1, "turned_back": turned_back}
    new = an_instance("n", fresh=True, zone=zone)
    ctx = a_context(
        a_group(an_instance("w"), new, zones=("a", "b")),
        [a_node("w"), a_node("n")],
        **{**fields, **selected("n", reason="broken")},
    )
    terminate(ctx, next(member for member in ctx.situation.members if member.id == "i-n"))
    assert (ctx.commands == [Terminate("i-n", False)]) is replaced
    assert ctx.journal.decrements == (() if replaced else ("i-n",))


def end_of_first(
    old: str,
    new: str,
    surge: int,
    drained: str = "",
    waited: float = 0,
    draining: str = "",
    missing: int = 0,
) -> str:
    """What becomes of outdated node 0, which is drained.

    It is given back, replaced, or waits. `old` and `new`: the zones of the outdated and of the new
    nodes. `drained` and `draining`: other outdated ones. `waited`: for so many seconds.
    `missing`: instances that are still to be launched.
    """
    instances = [an_instance(str(number), zone=zone) for number, zone in enumerate(old)]
    instances += [an_instance(f"n{number}", True, zone=zone) for number, zone in enumerate(new)]
    group = a_group(*instances, desired=len(instances) + missing, max_size=999)
    fields = selected("0", *drained, *draining)
    for name in drained:
        record = fields["records"][f"i-{name}"]
        fields["records"][f"i-{name}"] = dataclasses.replace(record, phase="drained")
    nodes = [a_node(one.id.removeprefix("i-")) for one in instances]
    since = dict.fromkeys(("zones without i-0", "due last i-0"), NOW - waited)
    timers = since if waited else {}
    zones = dataclasses.replace(group, zones=("x", "y", "z"))
    ctx = a_context(zones, nodes, ours=surge, timers=timers, **fields)
    terminate(ctx, next(one for one in ctx.situation.members if one.id == "i-0"))
    if ctx.journal.decrements:
        assert ctx.commands == []
        return "given back"
    assert ctx.commands in ([], [Terminate("i-0", False)])
    return "replaced" if ctx.commands else "waits"


@pytest.mark.parametrize(
    ("old", "new", "surge", "what"),
    [
        pytest.param("x", "xyyzz", 1, "given back", id="the last one, and its zone bears it"),
        pytest.param("x", "yyyzz", 1, "replaced", id="the last one of its zone"),
        pytest.param("x", "xyyyzzz", 1, "replaced", id="its zone would lag behind"),
        pytest.param("xy", "xxyyzz", 1, "replaced", id="the surge is needed for the other one"),
        pytest.param("xyy", "xxyyzzz", 3, "waits", id="borne only after the others"),
        pytest.param("xx", "yyyzzz", 2, "replaced", id="not borne with the others either"),
    ],
)
def test_an_outdated_node_is_given_back_where_the_zones_bear_it(
    old: str, new: str, surge: int, what: str
) -> None:
    assert end_of_first(old, new, surge) == what


@pytest.mark.parametrize(
    ("drained", "waited", "what"),
    [
        pytest.param("", 599, "waits", id="others are being drained"),
        pytest.param("1", 0, "waits", id="one of them is"),
        pytest.param("12", 0, "given back", id="all are drained"),
        pytest.param("", 600, "given back", id="that lasts for too long"),
    ],
)
def test_it_waits_for_others_until_they_are_drained(drained: str, waited: float, what: str) -> None:
    assert end_of_first("xyy", "xxyyzzz", 3, drained, waited) == what


@pytest.mark.parametrize(
    ("old", "new", "surge", "draining", "waited", "what"),
    [
        pytest.param("xxz", "xxyyz", 2, "2", 0, "waits", id="the zones need it at the end"),
        pytest.param("xxz", "xxyyz", 2, "12", 0, "waits", id="two others are being drained"),
        pytest.param("xxz", "xxyyz", 2, "", 0, "replaced", id="no other is being drained"),
        pytest.param("xxz", "xxyyz", 2, "1", 0, "replaced", id="one of the same zone is"),
        pytest.param("xxz", "xxyyz", 2, "2", 600, "replaced", id="that lasts for too long"),
        pytest.param("yxz", "xxyyz", 2, "1", 0, "replaced", id="one that is needed as well is"),
        pytest.param("yxz", "xxyyz", 2, "2", 0, "waits", id="any zone that the end needs"),
        pytest.param("zxx", "xxyyz", 2, "1", 0, "replaced", id="the others can be given back"),
        pytest.param("xxx", "yyyzz", 2, "1", 0, "replaced", id="new ones are drained anyway"),
    ],
)
def test_a_node_that_the_zones_need_at_the_end_waits_for_others_to_be_replaced(
    old: str, new: str, surge: int, draining: str, waited: float, what: str
) -> None:
    assert end_of_first(old, new, surge, "", waited, draining) == what


def test_it_waits_for_none_that_is_drained_as_well() -> None:
    assert end_of_first("xxz", "xxyyz", 2, drained="12") == "replaced"


def test_several_wait_for_the_one_that_should_be_replaced_first() -> None:
    """Of eleven, ten give the surge back: only one of zone y may be replaced."""
    old, new = "xxxxyyyyzzz", "x" * 33 + "y" * 32 + "z" * 34
    assert end_of_first(old, new, 10, drained="1", draining="4") == "waits"
    assert end_of_first("y" + old[:4] + old[5:], new, 10, draining="2") == "replaced"


def test_it_is_reckoned_with_a_launch_in_any_of_the_emptiest_zones() -> None:
    """In y or z here; then none of z could be spared."""
    new = "x" * 33 + "y" * 32 + "z" * 33
    assert end_of_first("zxxxxyyyyzz", new, 10, draining="5", missing=1) == "waits"
