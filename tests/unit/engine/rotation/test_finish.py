# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How each mode of a run comes to its end, and what keeps it from it."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    PointBack,
    Protect,
    SetTag,
    Terminate,
    WriteLease,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    FailedError,
    RefusedError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Group, Target
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import REPLACING
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.accounting import (
    Account,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Marks
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import finish
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.gate import PENDING
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import (
    REPEAT,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.parts import Retry
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.records import (
    NodeRecord,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.drain.builders import CART, a_pod
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    NOW,
    RUNNING,
    a_context,
    a_policy,
    selected,
    written,
)

NEW = (an_instance("m", fresh=True), an_instance("n", fresh=True))
WELL = Marks(joined=frozenset(("i-m", "i-n")))
OURS: dict[str, Any] = {"annotations": {REPLACING: "r1"}, "unschedulable": True}
DONE = dataclasses.replace(RUNNING, tainted=False)


def a_look(
    group: Group | None = None, names: str = "mn", journal: Any = DONE, **more: Any
) -> RotationContext:
    """A look at a group of two new nodes that are well."""
    nodes = more.pop("nodes", [a_node(name) for name in names])
    fields: dict[str, Any] = {"marks": WELL, "policy": a_policy(1, canary=0), **more}
    return a_context(group or a_group(*NEW), nodes, journal, **fields)


class TestRotating:
    def over(self, **more: Any) -> tuple[bool, Any]:
        """Return whether the run goes on to restoring, and with which problem."""
        ctx = a_look(**more)
        finish.finish_rotating(ctx)
        return ctx.memory.mode == "release", ctx.memory.report.problem

    def test_is_over_when_all_nodes_are_new_and_well(self) -> None:
        assert self.over() == (True, None)

    def test_is_over_while_the_node_of_an_ended_one_is_there(self) -> None:
        marks = dataclasses.replace(WELL, gone=frozenset(("i-w",)))
        assert self.over(marks=marks, names="mnw") == (True, None)

    @pytest.mark.parametrize(
        "more",
        [
            pytest.param({"group": a_group(*NEW, an_instance("w")), "names": "mnw"}, id="outdated"),
            pytest.param(
                {"marks": dataclasses.replace(WELL, selected=frozenset(("i-n",)))}, id="leaving"
            ),
            pytest.param({"marks": Marks(joined=frozenset(("i-m",)))}, id="one is not ready"),
            pytest.param({"group": a_group(*NEW, desired=3)}, id="one is missing"),
            pytest.param({"ours": 1}, id="the surge is out"),
            pytest.param({"acted": NOW + 1}, id="the read is older than our last act"),
            pytest.param(
                {
                    "policy": a_policy(1, canary=1),
                    "journal": dataclasses.replace(DONE, canaries=1),
                },
                id="the canary is judged",
            ),
            pytest.param({"mode": "settle"}, id="the run settles"),
            pytest.param(
                {"group": a_group(*NEW, an_instance("w", launched_at=1990.0))},
                id="an outdated one may still join",
            ),
            pytest.param({"timers": {"moved": NOW - 5}}, id="the template seems to have moved"),
        ],
    )
    def test_is_not_over_while_something_is_under_way(self, more: dict[str, Any]) -> None:
        assert self.over(**more)[0] is False

    def test_with_nodes_that_were_given_up_is_not_complete(self) -> None:
        marks = dataclasses.replace(WELL, skipped=frozenset(("i-w",)))
        journal = dataclasses.replace(DONE, failures=("why", "and why"))
        group = a_group(*NEW, an_instance("w"))
        over, problem = self.over(group=group, names="mnw", marks=marks, journal=journal)
        assert over is True
        assert str(problem) == "Not every node of blue could be replaced: why; and why"

    def test_with_an_unknown_instance_is_not_complete(self) -> None:
        over, problem = self.over(group=a_group(*NEW, an_instance("w")))
        assert over is True
        assert isinstance(problem, FailedError)
        assert "Instance i-w of blue has no Node in this cluster" in str(problem)

    def test_an_unknown_instance_that_is_to_be_ended_is_waited_for(self) -> None:
        policy = a_policy(1, canary=0, unknown_instances="end", cluster="shop")
        tags = {"kubernetes.io/cluster/shop": "owned"}
        group = a_group(*NEW, an_instance("w"), tags=tags)
        assert self.over(group=group, policy=policy)[0] is False

    @pytest.mark.parametrize(("waited", "over"), [(899, False), (900, True)])
    def test_pods_that_cannot_run_again_are_waited_for(self, waited: float, over: bool) -> None:
        pod = a_pod("cart-1", "", phase="Pending", owner=CART)
        ended, problem = self.over(
            robbed=frozenset((CART.key,)),
            shown={PENDING: (pod,)},
            timers={"gate at the end": NOW - waited},
            least_lacking=1,
        )
        assert ended is over
        assert (problem is not None) is over
        if over:
            assert "Every node of blue was replaced, but pod shop/cart-1 is being" in str(problem)


class TestSettling:
    OWED = dataclasses.replace(DONE, pointer_owed=True, previous=("lt-1", "1"))
    BACK = PointBack("blue", (("lt-1", "1"),))

    @pytest.mark.parametrize(
        ("more", "over"),
        [
            pytest.param({}, True, id="nothing is left to do"),
            pytest.param({"ours": 1}, False, id="the surge is out"),
            pytest.param(selected("n"), False, id="a node is leaving"),
            pytest.param({"journal": OWED}, False, id="the pointer is owed"),
            pytest.param(
                {"journal": OWED, "retries": {BACK: Retry(5, NOW, RefusedError("no"))}},
                True,
                id="the pointer cannot go back",
            ),
            pytest.param({"journal": DONE.accounted(Account(2, 3, 2))}, False, id="a raise"),
        ],
    )
    def test_is_over_when_nothing_is_in_flight(self, more: dict[str, Any], over: bool) -> None:
        ctx = a_look(mode="settle", **more)
        finish.finish_settling(ctx)
        assert (ctx.memory.mode == "release") is over

    @pytest.mark.parametrize(
        ("mode", "act"), [("settle", finish.finish_settling), ("release", finish.finish_release)]
    )
    def test_a_raise_that_never_happened_is_withdrawn(self, mode: str, act: Any) -> None:
        journal = DONE.accounted(Account(2, 3, 2))
        ctx = a_look(mode=mode, journal=journal, timers={"raise withdrawn": NOW - 20})
        act(ctx)
        assert ctx.journal.account == Account(2, 2)
        assert ctx.memory.mode == mode


class TestRestoring:
    def test_gives_up_the_lock_when_all_is_restored(self) -> None:
        ctx = a_look(mode="release")
        finish.finish_release(ctx)
        assert [one.lease.holder for one in ctx.commands if isinstance(one, WriteLease)] == [""]

    @pytest.mark.parametrize(
        "more",
        [
            pytest.param({"journal": dataclasses.replace(DONE, tainted=True)}, id="not recorded"),
            pytest.param({"acted": NOW + 1}, id="an old read"),
            pytest.param({"journal": TestSettling.OWED}, id="the pointer is owed"),
        ],
    )
    def test_keeps_the_lock_until_then(self, more: dict[str, Any]) -> None:
        ctx = a_look(mode="release", **more)
        finish.finish_release(ctx)
        assert not any(isinstance(command, WriteLease) for command in ctx.commands)

    @pytest.mark.parametrize(
        ("waited", "released", "problem"),
        [
            pytest.param(5, False, "None", id="one read may be older than our start"),
            pytest.param(REPEAT, True, "The launch template of .* moved", id="it is believed"),
        ],
    )
    def test_a_template_that_moves_in_the_end_is_not_a_complete_rotation(
        self, waited: float, released: bool, problem: str
    ) -> None:
        group = a_group(*NEW, resolved=Target("lt-1", "3"))
        ctx = a_look(mode="release", group=group, timers={"moved": NOW - waited})
        finish.finish_release(ctx)
        assert any(isinstance(command, WriteLease) for command in ctx.commands) is released
        assert re.match(problem, str(ctx.memory.report.problem))

    @pytest.mark.parametrize("restore_only", [True, False])
    def test_a_template_that_moves_is_nothing_to_who_has_failed_or_only_restores(
        self, restore_only: bool
    ) -> None:
        problem = None if restore_only else FailedError("why")
        policy = dataclasses.replace(a_policy(1), restore_only=restore_only)
        group = a_group(*NEW, resolved=Target("lt-1", "3"))
        ctx = a_look(mode="release", group=group, policy=policy, problem=problem)
        finish.finish_release(ctx)
        assert any(isinstance(command, WriteLease) for command in ctx.commands)
        assert ctx.memory.report.problem is problem

    @pytest.mark.parametrize(
        ("command", "told"),
        [
            pytest.param(SetTag("blue", "t", None), ("no",), id="what could not be restored"),
            pytest.param(Protect("blue", ("i-x",), False), ("no",), id="a protection of ours"),
            pytest.param(SetTag("blue", "t", "x"), (), id="what was never set"),
            pytest.param(Protect("blue", ("i-x",), True), (), id="nor protected"),
        ],
    )
    def test_tells_of_what_keeps_failing(self, command: Any, told: tuple[str, ...]) -> None:
        ctx = a_look(mode="release", retries={command: Retry(15, NOW, RefusedError("no"))})
        finish.finish_release(ctx)
        assert ctx.memory.report.left == told

    @pytest.mark.parametrize("restore_only", [True, False])
    @pytest.mark.parametrize(("ours", "said"), [(0, ()), (1, ()), (1, ("1 above its base: why",))])
    def test_a_surge_that_stays_is_told_once(
        self, restore_only: bool, ours: int, said: tuple[str, ...]
    ) -> None:
        policy = dataclasses.replace(a_policy(1), restore_only=restore_only)
        ctx = a_look(mode="release", ours=ours, policy=policy, left=said)
        finish.finish_release(ctx)
        assert len(ctx.memory.report.left) == ours


class TestStopping:
    @pytest.mark.parametrize(
        ("record", "more", "given_up"),
        [
            pytest.param({}, {}, True, id="it lost no pod"),
            pytest.param({"evictions": 1}, {}, False, id="it lost one"),
            pytest.param({"phase": "drained"}, {}, False, id="it is drained"),
            pytest.param({}, {"nodes": []}, False, id="it has no node"),
            pytest.param(
                {},
                {"journal": dataclasses.replace(DONE, deregistered_targets=(("tg", "i-w", 80),))},
                False,
                id="it is deregistered",
            ),
            pytest.param(None, {}, False, id="nobody knows what it lost"),
        ],
    )
    def test_gives_up_nodes_that_lost_nothing(
        self, record: dict[str, Any] | None, more: dict[str, Any], given_up: bool
    ) -> None:
        records = {}
        if record is not None:
            records = {"i-w": NodeRecord("w", "i-w", "a", "old", **record)}
        fields = {"nodes": [a_node("w", **OURS)], **more}
        marks = Marks(selected=frozenset(("i-w",)))
        ctx = a_look(a_group(an_instance("w")), records=records, marks=marks, **fields)
        finish.let_untouched_go(ctx)
        assert ("i-w" in ctx.memory.nodes.marks.skipped) is given_up

    def test_gives_up_the_lock_once_they_are_put_back(self) -> None:
        ctx = a_look(a_group(an_instance("w")), nodes=[a_node("w", **OURS)], marks=Marks())
        finish.finish_stopping(ctx)
        assert not any(isinstance(command, WriteLease) for command in ctx.commands)
        clean = a_look(a_group(an_instance("w")), nodes=[a_node("w")], marks=Marks())
        finish.finish_stopping(clean)
        assert clean.commands == [], "the words are to be recorded"
        assert clean.journal.closing, "the words are to be recorded"
        following = written(clean)
        finish.finish_stopping(following)
        assert isinstance(following.commands[0], WriteLease)
        assert Terminate("i-w", False) not in following.commands
