# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a canary has passed, and when it has failed."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    FailedError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Marks
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import canary
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
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

OLD = an_instance("w")
FRESH = tuple(an_instance(name, fresh=True) for name in "mn")


def a_canary(
    *ready: str, outdated: str = "w", timers: Any = None, wanted: int = 1, **more: Any
) -> RotationContext:
    """A look of a rotation with canaries.

    Of the new nodes m and n, these are ready.
    """
    members = [an_instance(name) for name in outdated]
    journal = dataclasses.replace(RUNNING, **more.pop("journal", {"canaries": 1}))
    ctx = a_context(
        a_group(*members, *more.pop("fresh", FRESH), **more.pop("group", {})),
        [a_node(name) for name in (*outdated, "m", "n")],
        journal,
        a_policy(1, canary=wanted, soak=more.pop("soak", 60)),
        marks=Marks(joined=frozenset(f"i-{name}" for name in ready)),
        timers=timers or {},
        **more,
    )
    canary.judge_canary(ctx)
    return ctx


class TestTheCanary:
    @pytest.mark.parametrize(
        ("wanted", "journal", "outdated", "fresh", "wide"),
        [
            pytest.param(0, {}, "w", FRESH, True, id="none is wanted"),
            pytest.param(1, {"canary": "passed"}, "w", FRESH, True, id="it has passed"),
            pytest.param(1, {"canary": "failed"}, "w", FRESH, False, id="it has failed"),
            pytest.param(1, {"canaries": 1}, "", (), False, id="it was replaced"),
            pytest.param(1, {}, "w", (), False, id="nodes are outdated"),
            pytest.param(1, {}, "", FRESH, False, id="there are new nodes to judge"),
            pytest.param(1, {}, "", (), True, id="there is nothing at all"),
        ],
    )
    def test_is_not_judged_any_more(
        self, wanted: int, journal: dict[str, Any], outdated: str, fresh: Any, wide: bool
    ) -> None:
        members = [an_instance(name) for name in outdated]
        ctx = a_context(
            a_group(*members, *fresh),
            [a_node(name) for name in (*outdated, "m", "n")],
            dataclasses.replace(RUNNING, **journal),
            a_policy(1, canary=wanted),
        )
        assert canary.is_wide(ctx) is wide

    @pytest.mark.parametrize(("failures", "why"), [((), "see above"), (("first", "last"), "last")])
    def test_that_failed_settles_the_run(self, failures: tuple[str, ...], why: str) -> None:
        ctx = a_canary("m", journal={"canary": "failed", "failures": failures})
        assert isinstance(ctx.memory.report.problem, FailedError)
        assert str(ctx.memory.report.problem) == f"The canary of node group blue failed: {why}"

    @pytest.mark.parametrize(
        ("ready", "wanted", "journal", "watched"),
        [
            pytest.param("m", 1, {"canaries": 1}, {"i-m"}, id="one was replaced"),
            pytest.param("m", 1, {"canaries": 0}, set(), id="none was replaced yet"),
            pytest.param("", 1, {"canaries": 1}, set(), id="no new node is ready"),
            pytest.param("mn", 2, {"canaries": 2}, {"i-m", "i-n"}, id="two were replaced"),
            pytest.param("m", 2, {"canaries": 2}, set(), id="only one of two is ready"),
            pytest.param("mn", 2, {"canaries": 1}, set(), id="one of two was replaced"),
        ],
    )
    def test_is_watched_by_name_once_it_was_replaced(
        self, ready: str, wanted: int, journal: dict[str, Any], watched: set[str]
    ) -> None:
        ctx = a_canary(*ready, wanted=wanted, journal=journal)
        assert ctx.memory.nodes.watched == watched
        assert ("soak" in ctx.memory.timers) is bool(watched)

    def test_is_judged_where_fewer_nodes_were_outdated_than_canaries_wanted(self) -> None:
        ctx = a_canary("m", outdated="", wanted=3, journal={"canaries": 1})
        assert ctx.memory.nodes.watched == {"i-m"}

    @pytest.mark.parametrize(
        ("soak", "said"), [(60, ["replaced; watching it for 60 s"]), (0, ["passed"])]
    )
    def test_says_for_how_long_it_is_watched(self, soak: float, said: list[str]) -> None:
        ctx = a_canary("m", soak=soak, watched=frozenset(("i-m",)))
        assert [event.text for event in ctx.events] == said

    @pytest.mark.parametrize(("waited", "verdict"), [(59, ""), (60, "passed")])
    def test_passes_after_the_soak(self, waited: float, verdict: str) -> None:
        ctx = a_canary("m", timers={"soak": NOW - waited}, watched=frozenset(("i-m",)))
        assert ctx.journal.canary == verdict

    @pytest.mark.parametrize(
        ("ready", "watched", "left"),
        [
            pytest.param("m", ("i-m",), True, id="the same node all through"),
            pytest.param("n", ("i-m",), False, id="another has taken its place"),
            pytest.param("", ("i-m",), False, id="it is not ready any more"),
            pytest.param("mn", ("i-n",), True, id="one more is ready"),
        ],
    )
    def test_has_its_time_again_when_another_node_has_to_prove_it(
        self, ready: str, watched: tuple[str, ...], left: bool
    ) -> None:
        ctx = a_canary(*ready, timers={"soak": NOW - 59}, watched=frozenset(watched))
        assert (ctx.memory.timers.get("soak") == NOW - 59) is left
        assert ctx.journal.canary == ""


class TestWhatWasThereBefore:
    """The nodes m and n have the target; n alone was launched by this run."""

    FRESH = (an_instance("m", fresh=True, launched_at=499.0), an_instance("n", fresh=True))

    @pytest.mark.parametrize(
        ("ready", "more", "watched"),
        [
            pytest.param("mn", {}, {"i-n"}, id="the one of this run is watched"),
            pytest.param("m", {}, set(), id="the one on its way is waited for"),
            pytest.param("m", {"fresh": FRESH[:1]}, {"i-m"}, id="none is on its way"),
            pytest.param(
                "m",
                {"fresh": FRESH[:1], "group": {"desired": 3}},
                set(),
                id="one is to be launched",
            ),
            pytest.param(
                "mn", {"pooled": frozenset(("i-m",)), "wanted": 2}, {"i-m", "i-n"}, id="of its pool"
            ),
        ],
    )
    def test_proves_nothing_of_what_is_launched_now(
        self, ready: str, more: dict[str, Any], watched: set[str]
    ) -> None:
        given = {"fresh": self.FRESH, "journal": {"canaries": more.get("wanted", 1)}, **more}
        ctx = a_canary(*ready, first_read_at=500.0, **given)
        assert ctx.memory.nodes.watched == watched

    def test_does_not_stand_in_for_one_that_is_lost(self) -> None:
        lost = {"watched": frozenset(("i-n",)), "timers": {"soak": NOW - 59}}
        ctx = a_canary("m", fresh=self.FRESH, first_read_at=500.0, **lost)
        assert "soak" not in ctx.memory.timers
        assert ctx.journal.canary == ""
