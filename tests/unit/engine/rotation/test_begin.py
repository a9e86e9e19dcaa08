# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""May another replacement begin? One sentence why not, and an end to that."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    ChangeNode,
    SetDesired,
    Suspend,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    FailedError,
    ForbiddenError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Group
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Owner
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import MARKED_IN
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import NodeChange
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.accounting import Doubt
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.heartbeats import (
    Heartbeat,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    SOFT_TAINT,
    Marks,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import begin
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.gate import PENDING
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.observe import MOVED
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.parts import (
    Retry,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.drain.builders import a_pod
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    NOW,
    RUNNING,
    a_context,
    a_policy,
    selected,
)

OLD = (an_instance("w"), an_instance("x"))
GROUP = a_group(*OLD, max_size=9, suspended=frozenset(("AZRebalance",)))
NODES = (a_node("w"), a_node("x"))
SUSPENDED = dataclasses.replace(RUNNING, suspended=("AZRebalance",))
CORDON = ChangeNode("w", "1", NodeChange(True))
CART = Owner("ReplicaSet", "cart", "uid-cart")


def a_look(group: Group = GROUP, nodes: Any = NODES, **more: Any) -> RotationContext:
    """A look at two outdated nodes, behind the fence."""
    return a_context(group, nodes, **{"journal": SUSPENDED, "policy": a_policy(1), **more})


def failing(error: Exception, command: Any = CORDON, ago: float = 0.0) -> dict[str, Any]:
    """The fields of a memory in which this command was last to be tried again then."""
    return {"retries": {command: Retry(1, NOW - ago, error)}}  # type: ignore[arg-type]


WAITING = {
    "robbed": frozenset((CART.key,)),
    "shown": {PENDING: (a_pod("cart-1", "", phase="Pending", owner=CART),)},
}


@pytest.mark.parametrize(
    ("group", "more", "words"),
    [
        pytest.param({}, {}, "", id="nothing"),
        pytest.param({"resolved": None}, {}, "does not exist", id="a template that is gone"),
        pytest.param(
            {"suspended": frozenset(("AZRebalance", "Launch"))}, {}, "Launch suspended", id="Launch"
        ),
        pytest.param({"refreshing": True}, {}, "instance refresh is running", id="a refresh"),
        pytest.param({}, failing(ForbiddenError("not allowed")), "not allowed", id="not let in"),
        pytest.param(
            {}, failing(ForbiddenError("not allowed"), ago=36), "", id="not let in long ago"
        ),
        pytest.param({}, failing(UnreachableError("no answer")), "", id="an error that passes"),
        pytest.param(
            {},
            failing(ForbiddenError("not allowed"), SetDesired("blue", 3)),
            "",
            id="the raise is tried again as it is recorded",
        ),
        pytest.param({}, {"timers": {MOVED: NOW}}, "launches from is being changed", id="moving"),
        pytest.param(
            {},
            {"doubt": Doubt(7, NOW)},
            "set desired of Auto Scaling group blue to 7",
            id="in doubt",
        ),
        pytest.param({}, WAITING, "pod shop/cart-1 is being scheduled", id="the workload gate"),
        pytest.param(
            {"suspended": frozenset()}, {}, "the scale-in fence of blue is not up", id="no fence"
        ),
    ],
)
def test_what_stands_in_the_way(group: dict[str, Any], more: dict[str, Any], words: str) -> None:
    said = begin.obstacle(a_look(dataclasses.replace(GROUP, **group), **more))
    assert words in said
    assert bool(said) is bool(words)


def test_many_silent_nodes_stand_in_the_way() -> None:
    silent = [a_node(name, None, ready_since=1.0) for name in "wx"]
    assert begin.obstacle(a_look(nodes=silent)) == (
        "2 of 2 nodes of the cluster do not answer, so it is not known which of them are dead"
    )


def test_without_anything_to_protect_no_fence_is_needed() -> None:
    group = a_group(an_instance("n", fresh=True))
    assert begin.obstacle(a_look(group, [a_node("n")])) == ""


class TestBeginning:
    def test_the_surge_is_recorded_where_nothing_is_in_the_way(self) -> None:
        ctx = a_look()
        begin.begin(ctx)
        assert ctx.journal.account.raise_from == 2

    def test_the_next_node_is_chosen(self) -> None:
        ctx = a_look(policy=a_policy(0, 1))
        begin.begin(ctx)
        assert ctx.memory.nodes.marks.selected == {"i-w"}

    @pytest.mark.parametrize(
        "more",
        [
            pytest.param({"doubt": Doubt(7, NOW)}, id="something is in the way"),
            pytest.param({"mode": "settle"}, id="the run settles"),
        ],
    )
    def test_nothing_begins_otherwise(self, more: dict[str, Any]) -> None:
        for sizes in ((1, 0), (0, 1)):
            ctx = a_look(policy=a_policy(*sizes), **more)
            begin.begin(ctx)
            assert ctx.journal.account.raise_from is None
            assert ctx.memory.nodes.marks.selected == frozenset()

    def test_a_dead_node_does_not_wait_for_the_gate(self) -> None:
        silent = a_node("x", ready=None, ready_since=GROUP.read_at - 300)
        others = [a_node(name) for name in "abc"]
        known = {"x": Heartbeat("", NOW, NOW)}
        ctx = a_look(nodes=[NODES[0], silent, *others], heartbeats=known, **WAITING)
        begin.begin(ctx)
        assert ctx.memory.nodes.marks.selected == {"i-x"}
        assert ctx.journal.account.raise_from is None, "and nothing else begins"

    def test_an_obstacle_that_lasted_ends_the_run_before_anything_begins(self) -> None:
        ctx = a_look(policy=a_policy(0, 1), timers={"stalled": NOW - 900})
        begin.begin(ctx)
        assert ctx.memory.mode == "settle"
        assert ctx.memory.nodes.marks.selected == frozenset()


class TestProtecting:
    def test_the_fence_goes_up_and_outdated_nodes_are_tainted(self) -> None:
        ctx = a_look(dataclasses.replace(GROUP, suspended=frozenset()))
        begin.protect(ctx)
        assert Suspend("blue", ("AZRebalance",)) in ctx.commands
        written = [one.change for one in ctx.commands if isinstance(one, ChangeNode)]
        assert [one.taints for one in written] == [(SOFT_TAINT,), (SOFT_TAINT,)]
        assert {one.annotations for one in written} == {((MARKED_IN, "blue"),)}

    def test_with_nothing_outdated_and_no_surge_the_group_is_left_as_it_is(self) -> None:
        ctx = a_look(a_group(an_instance("n", fresh=True)), [a_node("n")])
        begin.protect(ctx)
        assert ctx.commands == []

    def test_a_surge_is_protected_when_nothing_is_outdated_any_more(self) -> None:
        ctx = a_look(a_group(an_instance("n", fresh=True)), [a_node("n")], ours=1)
        begin.protect(ctx)
        assert Suspend("blue", ("AZRebalance",)) in ctx.commands


STRAYED = a_group(*OLD, an_instance("late", launched_at=1070.0))


@pytest.mark.parametrize(
    ("group", "timers", "mode"),
    [
        pytest.param(GROUP, {}, "rotate", id="the same target"),
        pytest.param(
            dataclasses.replace(GROUP, resolved=None), {MOVED: NOW - 30}, "settle", id="deleted"
        ),
        pytest.param(dataclasses.replace(GROUP, resolved=None), {}, "rotate", id="one read only"),
        pytest.param(STRAYED, {}, "rotate", id="a stray: reads may tell of a move"),
        pytest.param(STRAYED, {"stray": NOW - 20}, "settle", id="a stray without a move"),
    ],
)
def test_a_run_whose_target_moved_settles(
    group: Group, timers: dict[str, float], mode: str
) -> None:
    ctx = a_look(group, timers=timers)
    begin.settle_if_moved(ctx)
    assert ctx.memory.mode == mode


class TestStalling:
    NEW = an_instance("n", fresh=True)

    @pytest.mark.parametrize(
        ("group", "more", "stalls"),
        [
            pytest.param(GROUP, {}, True, id="nodes wait and nothing happens"),
            pytest.param(a_group(NEW), {"nodes": [a_node("n")]}, False, id="nothing is outdated"),
            pytest.param(GROUP, selected("w"), False, id="one is leaving"),
            pytest.param(a_group(*OLD, NEW), {}, False, id="a new node boots"),
            pytest.param(
                a_group(*OLD, NEW),
                {"marks": Marks(joined=frozenset(("i-n",))), "nodes": (*NODES, a_node("n"))},
                True,
                id="the new node is ready",
            ),
            pytest.param(
                a_group(*OLD, NEW),
                {"marks": Marks(skipped=frozenset(("i-n",)))},
                True,
                id="the new node was given up",
            ),
            pytest.param(dataclasses.replace(GROUP, desired=3), {}, False, id="a launch is due"),
            pytest.param(GROUP, {"timers": {"soak": NOW - 5}}, False, id="a canary is watched"),
            pytest.param(
                GROUP,
                {
                    "timers": {"soak": NOW - 5},
                    "journal": dataclasses.replace(SUSPENDED, canary="passed"),
                },
                True,
                id="the canary has passed",
            ),
            pytest.param(
                GROUP, {"marks": Marks(skipped=frozenset(("i-w", "i-x")))}, False, id="all given up"
            ),
            pytest.param(
                a_group(an_instance("w"), tags={"kubernetes.io/cluster/shop": "owned"}),
                {"nodes": (), "policy": a_policy(1, unknown_instances="end", cluster="shop")},
                True,
                id="an unknown instance is to be ended",
            ),
            pytest.param(a_group(an_instance("w")), {"nodes": ()}, False, id="it is to be left"),
        ],
    )
    def test_counts_only_while_nothing_is_under_way(
        self, group: Group, more: dict[str, Any], stalls: bool
    ) -> None:
        timers = {"stalled": NOW - 899, **more.pop("timers", {})}
        ctx = a_look(group, timers=timers, **more)
        begin.end_if_stalled(ctx, "why")
        assert ("stalled" in ctx.memory.timers) is stalls
        assert ctx.memory.mode == "rotate"

    @pytest.mark.parametrize(("waited", "mode"), [(899.0, "rotate"), (900.0, "settle")])
    def test_ends_the_run_after_gate_timeout(self, waited: float, mode: str) -> None:
        ctx = a_look(timers={"stalled": NOW - waited})
        begin.end_if_stalled(ctx, "the gate is closed")
        assert ctx.memory.mode == mode
        if mode == "settle":
            assert isinstance(ctx.memory.report.problem, FailedError)
            assert str(ctx.memory.report.problem) == (
                "Nothing could be replaced for 900 s: the gate is closed"
            )

    @pytest.mark.parametrize(
        ("nodes", "said"),
        [
            pytest.param(
                (a_node("w", False), a_node("x")),
                "1 nodes are available at a base of 2; not so w: see why, or allow more"
                " max_unavailable or max_surge",
                id="one is not available",
            ),
            pytest.param(NODES, "2 nodes are available at a base of 2", id="all are"),
        ],
    )
    def test_without_an_obstacle_those_that_are_not_available_are_named(
        self, nodes: Any, said: str
    ) -> None:
        ctx = a_look(nodes=nodes, timers={"stalled": NOW - 900})
        begin.end_if_stalled(ctx, "")
        assert str(ctx.memory.report.problem) == f"Nothing could be replaced for 900 s: {said}"
