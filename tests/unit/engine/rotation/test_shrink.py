# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The surge goes by draining a spare node; if it cannot, the run ends."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import Terminate
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    OverdueError,
    RefusedError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import Feed
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import REPLACING
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.accounting import (
    Account,
    Doubt,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Marks
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import shrink
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
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
    RUNNING,
    a_context,
    a_policy,
    selected,
)


def fresh(name: str, **more: Any) -> Any:
    """An instance that runs the target."""
    return an_instance(name, fresh=True, **more)


NEW = (fresh("l"), fresh("m"), fresh("n"))
ALL_JOINED = Marks(joined=frozenset(("i-l", "i-m", "i-n")))


def a_look(
    *instances: Any,
    ours: int = 1,
    desired: int | None = None,
    mode: str = "settle",
    journal: Any = RUNNING,
    **more: Any,
) -> RotationContext:
    """A look at these instances, all with a Ready node.

    `ours` of desired are above the base.
    """
    found = instances or NEW
    group = a_group(*found, desired=len(found) if desired is None else desired)
    nodes = more.pop("nodes", [a_node(one.id.removeprefix("i-")) for one in found])
    empty = {Feed("pods", node=node.name): () for node in nodes}
    fields: dict[str, Any] = {"marks": ALL_JOINED, "shown": empty, **more}
    return a_context(group, nodes, journal, ours=ours, mode=mode, **fields)


def taken(ctx: RotationContext) -> dict[str, str]:
    """Who was chosen to go, and why."""
    return {id_: ctx.memory.nodes.records[id_].reason for id_ in ctx.memory.nodes.marks.selected}


class TestNothingToGiveBack:
    def test_where_desired_is_the_base_and_no_more_is_launched(self) -> None:
        ctx = a_look(ours=0, timers={"excess": NOW - 9})
        assert shrink.shrunk(ctx) is True
        assert "excess" not in ctx.memory.timers

    def test_not_while_a_node_is_leaving(self) -> None:
        more = selected("n")
        more["marks"] = dataclasses.replace(more["marks"], joined=ALL_JOINED.joined)
        assert shrink.shrunk(a_look(ours=0, **more)) is False

    @pytest.mark.parametrize(
        ("waited", "read_began", "taken_"),
        [
            pytest.param(19, NOW, {}, id="seen for less than 20 s"),
            pytest.param(20, NOW, {"i-n": "surplus"}, id="seen for 20 s"),
            pytest.param(20, NOW - 10, {}, id="on a read older than our last act"),
        ],
    )
    def test_more_than_a_lowered_desired_goes_once_reads_have_shown_it_for_long(
        self, waited: float, read_began: float, taken_: dict[str, str]
    ) -> None:
        ctx = a_look(
            ours=0,
            desired=2,
            timers={"excess": NOW - waited},
            read_began=read_began,
            acted=NOW - 5,
        )
        assert shrink.shrunk(ctx) is False
        assert taken(ctx) == taken_


class TestWhoGoes:
    @pytest.mark.parametrize(
        ("instances", "marks", "goes"),
        [
            pytest.param(
                (
                    fresh("l", launched_at=1.0),
                    fresh("m", launched_at=9.0),
                    fresh("n", launched_at=5.0),
                ),
                ALL_JOINED,
                "i-m",
                id="the youngest",
            ),
            pytest.param(NEW, Marks(joined=frozenset(("i-m", "i-n"))), "i-l", id="never ready"),
            pytest.param(
                (fresh("l"), fresh("m"), fresh("n", zone="b")), ALL_JOINED, "i-m", id="a full zone"
            ),
            pytest.param(
                (an_instance("z", launched_at=9999.0), fresh("m"), fresh("n")),
                ALL_JOINED,
                "i-n",
                id="never an outdated one",
            ),
            pytest.param(
                (an_instance("y"), an_instance("z")),
                Marks(),
                "i-z",
                id="unless there is no other",
            ),
            pytest.param(
                NEW,
                dataclasses.replace(ALL_JOINED, skipped=frozenset(("i-n",))),
                "i-m",
                id="not one that was given up",
            ),
        ],
    )
    def test_is_one_that_nobody_needs(self, instances: Any, marks: Marks, goes: str) -> None:
        ctx = a_look(*instances, marks=marks)
        assert shrink.shrunk(ctx) is False
        assert taken(ctx) == {goes: "surplus"}

    def test_nobody_while_a_rotation_still_waits_for_a_new_node(self) -> None:
        some = Marks(joined=frozenset(("i-l", "i-m")))
        ctx = a_look(mode="rotate", marks=some)
        assert (shrink.shrunk(ctx), taken(ctx)) == (False, {})
        settled = a_look(marks=some)
        shrink.shrunk(settled)
        assert taken(settled) == {"i-n": "surplus"}

    def test_all_were_given_up(self) -> None:
        marks = dataclasses.replace(ALL_JOINED, skipped=ALL_JOINED.joined)
        ctx = a_look(marks=marks)
        assert shrink.shrunk(ctx) is True
        assert ctx.memory.report.left == (
            "Auto Scaling group blue has 3 nodes, 1 above its base of 2",
        )

    @pytest.mark.parametrize(("waited", "over"), [(0, False), (599, False), (600, True)])
    def test_none_can_be_spared(self, waited: float, over: bool) -> None:
        nodes = [a_node("l", False), a_node("m"), a_node("n")]
        marks = Marks(joined=frozenset(("i-l", "i-m", "i-n")))
        ctx = a_look(*NEW, nodes=nodes, marks=marks, timers={"surplus": NOW - waited})
        ctx.policy = a_policy(1)
        # The one that is not available would go at once, were it not given up.
        ctx.mark(skipped=frozenset(("i-l",)))
        assert shrink.shrunk(ctx) is over
        assert taken(ctx) == {}
        assert bool(ctx.memory.report.left) is over

    def test_one_that_is_not_available_costs_nothing(self) -> None:
        nodes = [a_node("l", False), a_node("m", False), a_node("n")]
        ctx = a_look(*NEW, nodes=nodes, marks=Marks(joined=frozenset(("i-n",))))
        shrink.shrunk(ctx)
        assert taken(ctx) == {"i-m": "surplus"}


class TestWhatWasNeverLaunched:
    @pytest.mark.parametrize(
        ("mode", "waited", "over"),
        [
            pytest.param("settle", 59, False, id="settling, before two slow ticks"),
            pytest.param("settle", 60, True, id="settling, after two slow ticks"),
            pytest.param("rotate", 60, False, id="rotating, before a boot's time"),
            pytest.param("rotate", 900, True, id="rotating, after a boot's time"),
        ],
    )
    def test_is_waited_for_and_then_reported(self, mode: str, waited: float, over: bool) -> None:
        ctx = a_look(desired=4, mode=mode, timers={"unlaunched": NOW - waited})
        assert shrink.shrunk(ctx) is over
        told = (
            "Desired of Auto Scaling group blue stays 4, 1 above its base: what was asked for was"
            " not launched (no scaling activity says why), and lowering it could cost an undrained"
            " node"
        )
        assert ctx.memory.report.left == ((told,) if over else ())
        assert taken(ctx) == {}


class TestWhatCannotBeDone:
    def test_an_end_that_keeps_failing_is_reported(self) -> None:
        refused = Retry(15, NOW, RefusedError("no"))
        ctx = a_look(retries={Terminate("i-n", True): refused})
        assert shrink.shrunk(ctx) is True
        assert ctx.memory.report.left == (
            "Auto Scaling group blue has 3 nodes, 1 above its base of 2",
        )

    @pytest.mark.parametrize(("waited", "over"), [(0, False), (599, False), (600, True)])
    def test_a_desired_that_stays_in_doubt_ends_the_wait(self, waited: float, over: bool) -> None:
        ctx = a_look(doubt=Doubt(7, NOW), timers={"in doubt": NOW - waited})
        assert shrink.shrunk(ctx) is over
        assert taken(ctx) == {}
        assert bool(ctx.memory.report.left) is over

    def test_a_doubt_that_was_resolved_has_its_time_again(self) -> None:
        ctx = a_look(timers={"in doubt": NOW - 599})
        shrink.shrunk(ctx)
        assert "in doubt" not in ctx.memory.timers


class TestEndsThatNoReadShows:
    OWED = RUNNING.accounted(Account(2, 3, None, ("i-m", "i-n")))
    GONE = dataclasses.replace(ALL_JOINED, gone=frozenset(("i-m",)))

    @pytest.mark.parametrize(
        ("waited", "mode", "after"),
        [
            pytest.param(599, "rotate", "rotate", id="still awaited"),
            pytest.param(600, "rotate", "settle", id="a rotation settles"),
            pytest.param(600, "settle", "settle", id="a settling run goes on"),
            pytest.param(600, "release", "release", id="a releasing run goes on"),
        ],
    )
    def test_are_given_up_after_terminate_timeout(
        self, waited: float, mode: str, after: str
    ) -> None:
        timers = {"end of i-m": NOW - waited}
        ctx = a_look(journal=self.OWED, marks=self.GONE, mode=mode, timers=timers)
        shrink.give_up_unseen_ends(ctx)
        given_up = waited == 600
        assert ctx.journal.decrements == (("i-n",) if given_up else ("i-m", "i-n"))
        assert ctx.memory.mode == after
        sentence = (
            "Instance i-m was told to terminate, and after 600 s it still belongs to Auto Scaling"
            " group blue"
        )
        assert ctx.memory.report.left == ((sentence,) if given_up else ())
        if (mode, after) == ("rotate", "settle"):
            assert isinstance(ctx.memory.report.problem, OverdueError)

    def test_count_from_when_they_were_asked_for(self) -> None:
        timers = {"end of i-m": NOW - 900, "end of i-n": NOW - 900}
        ctx = a_look(journal=self.OWED, marks=ALL_JOINED, timers=timers)
        shrink.give_up_unseen_ends(ctx)
        assert ctx.journal.decrements == ("i-m", "i-n")
        assert ctx.memory.timers == {}


class TestANodeThatIsNeededAgain:
    """Somebody else has taken another one, so that it is not one too many."""

    @pytest.mark.parametrize(
        ("more", "reason", "node", "stays"),
        [
            pytest.param({}, "surplus", {}, True, id="nothing was done to it"),
            pytest.param({"ours": 1}, "surplus", {}, False, id="it is one too many"),
            pytest.param({"desired": 2}, "surplus", {}, False, id="more is launched than desired"),
            pytest.param({}, "broken", {}, False, id="it failed"),
            pytest.param({}, "surplus", {REPLACING: "r1"}, False, id="it is cordoned"),
            pytest.param(
                {"journal": dataclasses.replace(RUNNING, decrements=("i-n",))},
                "surplus",
                {},
                False,
                id="its end is recorded",
            ),
        ],
    )
    def test_stays(
        self, more: dict[str, Any], reason: str, node: dict[str, str], stays: bool
    ) -> None:
        nodes = [a_node("l"), a_node("m"), a_node("n", annotations=node)]
        ctx = a_look(**{"ours": 0, "nodes": nodes, **more, **selected("n", reason=reason)})
        shrink.keep_needed(ctx)
        assert taken(ctx) == ({} if stays else {"i-n": reason})
        assert ("i-n" in ctx.memory.nodes.records) is not stays
