# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Launch templates that overrides name count as the group's own does."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    FailedError,
    RefusedError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Target
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import Journal
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import (
    failures,
    observe,
    turn_back,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.first_record import (
    write_first_record,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import (
    REPEAT,
    STALE_READ_TIMEOUT,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.result import conclude
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    TARGET,
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

OWN = Target("lt-8", "5", "ami-big", "big", types=("c5.large",))
MIXED = dataclasses.replace(TARGET, types=("m5.large",), others=(OWN,))
ROTATING = dataclasses.replace(RUNNING, target_others=(("lt-8", "5", "ami-big"),))
SMALL = {"type": "m5.large"}
BIG = {"type": "c5.large", "source": ("lt-8", "5"), "image_id": "ami-big"}
OLD_BIG = {"type": "c5.large", "source": ("lt-8", "4"), "image_id": "ami-old"}


def a_look(*instances: Any, journal: Journal = ROTATING, **more: Any) -> RotationContext:
    """A look at a group with a template for each of two types.

    Its instances are these, or two old ones.
    """
    usual = (an_instance("w", **SMALL), an_instance("x", **OLD_BIG))
    found = instances or usual
    group = a_group(*found, resolved=more.pop("resolved", MIXED))
    nodes = [a_node(one.id.removeprefix("i-")) for one in found]
    return a_context(group, nodes, journal, **{"target": MIXED, **more})


def test_every_template_and_its_way_back_are_recorded_first() -> None:
    ctx = a_look(journal=Journal(), mode="survey", target=None)
    write_first_record(ctx)
    assert ctx.journal.target_sources == MIXED.sources
    assert (ctx.journal.previous, ctx.journal.previous_others) == (
        ("lt-1", "1"),
        (("lt-8", "4"),),
    )


def test_what_the_update_of_the_run_has_recorded_is_the_way_back() -> None:
    handed = dataclasses.replace(
        Journal(), handover="r1", previous=("lt-1", "0"), previous_others=(("lt-8", "3"),)
    )
    ctx = a_look(journal=handed, mode="survey", target=None)
    write_first_record(ctx)
    assert (ctx.journal.previous, ctx.journal.previous_others, ctx.journal.handover) == (
        ("lt-1", "0"),
        (("lt-8", "3"),),
        "",
    )


@pytest.mark.parametrize(("verdict", "moved"), [("passed", False), ("", True)])
def test_a_verdict_counts_for_the_same_templates_only(verdict: str, moved: bool) -> None:
    before = ("lt-8", "4", "ami-big") if moved else ("lt-8", "5", "ami-big")
    journal = dataclasses.replace(RUNNING, canary="passed", target_others=(before,))
    ctx = a_look(journal=journal, mode="survey", target=None)
    write_first_record(ctx)
    assert ctx.journal.canary == verdict


class TestAMove:
    @pytest.mark.parametrize(
        ("others", "words"),
        [
            ((OWN,), ""),
            (
                (dataclasses.replace(OWN, version="6"),),
                "moved from lt-8 version 5 to lt-8 version 6",
            ),
            ((), "moved from lt-8 version 5 to nothing"),
            ((OWN, Target("lt-9", "1")), "moved from nothing to lt-9 version 1"),
        ],
    )
    def test_of_one_of_them_is_a_move(self, others: tuple[Target, ...], words: str) -> None:
        found = dataclasses.replace(MIXED, others=others)
        ctx = a_look(resolved=found, timers={"moved": NOW - REPEAT})
        error = observe.target_error(ctx)
        assert (error is None) is not bool(words)
        assert words in str(error or "")

    def test_that_reads_do_not_show_yet_is_waited_for(self) -> None:
        handed = dataclasses.replace(
            Journal(), handover="r1", target=("lt-1", "2", ""), target_others=(("lt-8", "6", ""),)
        )
        look: dict[str, Any] = {"journal": handed, "held": False, "target": None}
        assert observe.stale(a_look(**look)) is True
        seen = dataclasses.replace(MIXED, others=(dataclasses.replace(OWN, version="6"),))
        assert observe.stale(a_look(**look, resolved=seen)) is False
        late: dict[str, Any] = {**look, "timers": {"stale": NOW - STALE_READ_TIMEOUT}}
        with pytest.raises(RefusedError, match="launches from version 5 of big, not 6"):
            observe.stale(a_look(**late))

    def test_is_waited_for_also_where_the_version_of_the_main_one_is_given(self) -> None:
        handed = dataclasses.replace(
            Journal(), handover="r1", target=("lt-1", "9", ""), target_others=(("lt-8", "6", ""),)
        )
        policy = a_policy(version="2")
        look: dict[str, Any] = {"journal": handed, "held": False, "target": None, "policy": policy}
        assert observe.stale(a_look(**look)) is True
        seen = dataclasses.replace(MIXED, others=(dataclasses.replace(OWN, version="6"),))
        assert observe.stale(a_look(**look, resolved=seen)) is False


class TestABrokenNewNode:
    NEW = (an_instance("n", fresh=True, **SMALL), an_instance("b", fresh=True, **BIG))

    @pytest.mark.parametrize(
        ("joined", "canary", "owed"),
        [
            pytest.param(("i-n",), 1, True, id="the first of its template"),
            pytest.param(("i-n", "i-c"), 1, False, id="another of its template is well"),
            pytest.param(("i-n",), 0, False, id="no canary is wanted"),
        ],
    )
    def test_condemns_its_template_unless_another_speaks_for_it(
        self, joined: tuple[str, ...], canary: int, owed: bool
    ) -> None:
        journal = dataclasses.replace(ROTATING, canary="passed", previous=("lt-1", "1"))
        policy = a_policy(canary=canary, failure_budget=9)
        second = an_instance("c", fresh=True, **BIG)
        ctx = a_look(*self.NEW, second, journal=journal, policy=policy, mode="rotate")
        ctx.mark(joined=frozenset(joined))
        failures.fail(ctx, FailedError("why"), "b")
        assert ctx.journal.pointer_owed is owed
        assert ctx.memory.mode == ("settle" if owed else "rotate")

    def test_of_a_group_with_one_template_is_within_the_budget(self) -> None:
        journal = dataclasses.replace(RUNNING, canary="passed", previous=("lt-1", "1"))
        policy = a_policy(canary=1, failure_budget=9)
        new = an_instance("n", fresh=True)
        ctx = a_look(new, journal=journal, policy=policy, resolved=TARGET, target=TARGET)
        failures.fail(ctx, FailedError("why"), "n")
        assert (ctx.journal.pointer_owed, ctx.memory.mode) == (False, "rotate")


def turning(main: str, own: str) -> RotationContext:
    """A run that has pointed both templates back, and what reads show of them."""
    others = (dataclasses.replace(OWN, version=own),)
    found = dataclasses.replace(MIXED, version=main, others=others)
    ctx = a_look(
        journal=dataclasses.replace(
            ROTATING, previous=("lt-1", "1"), previous_others=(("lt-8", "4"),)
        ),
        resolved=found,
        policy=a_policy(on_failure="rollback"),
        launches_from=("lt-1", "1"),
        mode="settle",
    )
    turn_back.turn_back(ctx)
    return ctx


@pytest.mark.parametrize(("main", "own"), [("2", "5"), ("1", "5"), ("2", "4")])
def test_nothing_is_turned_back_before_reads_show_it_of_every_template(main: str, own: str) -> None:
    ctx = turning(main, own)
    assert (ctx.memory.mode, ctx.journal.target_sources) == ("settle", MIXED.sources)
    assert ctx.poll_soon is True


def test_the_nodes_of_every_template_are_turned_back() -> None:
    ctx = turning("1", "4")
    assert ctx.journal.target_sources == {("lt-1", "1"), ("lt-8", "4")}
    assert {way.resolved_at for way in ctx.target.ways} == {ctx.group.read_at}


def test_the_result_names_the_template_of_each_override() -> None:
    target = conclude(a_look(), "complete").values["target"]
    assert target["version"] == "2"
    assert target["overrides"] == [
        {
            "template": "lt-8",
            "template_name": "big",
            "version": "5",
            "image_id": "ami-big",
            "types": ["c5.large"],
        }
    ]
