# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a new node counts, and when it or its launch has failed."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    CsiNode,
    Owner,
    Taint,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import CSINODES, Feed
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.accounting import (
    Account,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Marks
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import new_nodes
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
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
)

OLD = an_instance("w")
NEW = an_instance("n", fresh=True, launched_at=1990.0)
GROUP = a_group(OLD, NEW)
JOINED = Marks(joined=frozenset(("i-n",)))
PODS: dict[Feed, tuple[Any, ...]] = {Feed("pods", "n"): ()}


def a_look(node: Any = None, group: Any = GROUP, **more: Any) -> RotationContext:
    """A look at an outdated node w and a new instance n.

    The node of n has these fields; None: it has no node. The read was 10 s after its launch.
    """
    nodes = [a_node("w")] if node is None else [a_node("w"), a_node("n", **node)]
    fields: dict[str, Any] = {"shown": PODS, "policy": a_policy(1, canary=1), **more}
    return a_context(group, nodes, **fields)


class TestBecomingReady:
    @pytest.mark.parametrize(
        ("waited", "joined"), [(None, False), (9.9, False), (10.0, True), (60.0, True)]
    )
    def test_a_ready_node_counts_after_min_ready(self, waited: float | None, joined: bool) -> None:
        timers = {} if waited is None else {"ready i-n": NOW - waited}
        ctx = a_look({}, timers=timers)
        new_nodes.judge(ctx)
        assert ctx.memory.nodes.marks.joined == ({"i-n"} if joined else set())
        assert [event.phase for event in ctx.events] == ["launched", *["ready"] * joined]

    @pytest.mark.parametrize(
        ("policy", "conditions", "ready", "joined"),
        [
            ({}, (), False, False),
            ({"daemonset_gate": "off"}, (), False, True),
            ({}, (), True, True),
            ({"readiness_gates": ("AgentReady",)}, (), True, False),
            ({"readiness_gates": ("AgentReady",)}, ("AgentReady",), True, True),
        ],
    )
    def test_gates_hold_it_up(
        self, policy: dict[str, Any], conditions: tuple[str, ...], ready: bool, joined: bool
    ) -> None:
        agent = a_pod("agent-1", "n", owner=Owner("DaemonSet", "agent"), ready=ready)
        ctx = a_look(
            {"conditions": frozenset(conditions)},
            shown={Feed("pods", "n"): (agent,)},
            timers={"ready i-n": NOW - 10},
            policy=a_policy(1, canary=1, **policy),
        )
        new_nodes.judge(ctx)
        assert ctx.memory.nodes.marks.joined == ({"i-n"} if joined else set())

    def test_that_counts_it_says_how_long_it_took(self) -> None:
        ctx = a_look({}, timers={"ready i-n": NOW - 10, "boot i-n": NOW - 75})
        new_nodes.judge(ctx)
        assert (ctx.events[1].subject, ctx.events[1].text) == ("n", "i-n after 1 min 15 s")

    @pytest.mark.parametrize(
        ("node", "more"),
        [
            pytest.param(None, {}, id="no node"),
            pytest.param({"ready": False}, {}, id="not Ready"),
            pytest.param({"unschedulable": True}, {}, id="cordoned by somebody"),
            pytest.param({"taints": (Taint("agent", "NoSchedule"),)}, {}, id="a startup taint"),
            pytest.param({}, {"shown": {}}, id="its pods are not listed"),
            pytest.param(
                {},
                {
                    "shown": {
                        Feed("pods", "n"): (
                            a_pod("a", "n", ready=False, owner=Owner("DaemonSet", "agent")),
                        )
                    }
                },
                id="a DaemonSet pod",
            ),
            pytest.param(
                {},
                {"journal": dataclasses.replace(RUNNING, offers=("resource nvidia.com/gpu",))},
                id="a resource that the others offer",
            ),
        ],
    )
    def test_that_lacks_something_it_does_not_count(self, node: Any, more: dict[str, Any]) -> None:
        ctx = a_look(node, timers={"ready i-n": NOW - 60}, **more)
        new_nodes.judge(ctx)
        assert ctx.memory.nodes.marks.joined == frozenset()
        assert "ready i-n" not in ctx.memory.timers, "its time begins anew"
        assert ctx.memory.mode == "rotate"

    @pytest.mark.parametrize(
        "journal",
        [
            pytest.param({"expected_taints": ("agent",)}, id="a taint that the group carries"),
            pytest.param({"broken": ("shop/agent",)}, id="a DaemonSet that was broken before"),
        ],
    )
    def test_that_lacks_what_the_others_lack_it_counts(self, journal: dict[str, Any]) -> None:
        pods = (a_pod("a", "n", ready=False, owner=Owner("DaemonSet", "agent")),)
        broken = "broken" in journal
        ctx = a_look(
            {} if broken else {"taints": (Taint("agent", "NoSchedule"),)},
            shown={Feed("pods", "n"): pods if broken else ()},
            journal=dataclasses.replace(RUNNING, **journal),
            timers={"ready i-n": NOW - 10},
        )
        new_nodes.judge(ctx)
        assert ctx.memory.nodes.marks.joined == {"i-n"}

    @pytest.mark.parametrize(
        ("drivers", "counts"), [((), False), ((CsiNode("n", "u", frozenset(("ebs",))),), True)]
    )
    def test_drivers_are_looked_at_only_where_one_is_expected(
        self, drivers: Any, counts: bool
    ) -> None:
        journal = dataclasses.replace(RUNNING, offers=("CSI driver ebs",))
        shown = {**PODS, CSINODES: drivers}
        ctx = a_look({}, journal=journal, shown=shown, timers={"ready i-n": NOW - 10})
        new_nodes.judge(ctx)
        assert CSINODES in ctx.feeds
        assert bool(ctx.memory.nodes.marks.joined) is counts
        without = a_look({})
        new_nodes.judge(without)
        assert CSINODES not in without.feeds

    @pytest.mark.parametrize(
        "marks", [Marks(selected=frozenset(("i-n",))), Marks(skipped=frozenset(("i-n",)))]
    )
    def test_one_that_leaves_or_was_given_up_is_not_judged(self, marks: Marks) -> None:
        ctx = a_look({}, marks=marks, timers={"ready i-n": NOW - 60})
        new_nodes.judge(ctx)
        assert (ctx.memory.nodes.marks, ctx.events) == (marks, [])


class TestTheBoot:
    @pytest.mark.parametrize(("waited", "fails"), [(899.9, False), (900.0, True)])
    def test_ends_in_failure_after_its_timeout(self, waited: float, fails: bool) -> None:
        ctx = a_look({"ready": False}, timers={"boot i-n": NOW - waited})
        new_nodes.judge(ctx)
        assert ("i-n" in ctx.memory.nodes.marks.selected) is fails
        if fails:
            assert ctx.journal.failures == (
                "Replacement node n is not ready 900 s after its launch: waiting for its node to"
                " be Ready",
            )
            assert ctx.journal.canary == "failed"
            assert ctx.memory.nodes.records["i-n"].reason == "broken"

    @pytest.mark.parametrize(
        ("launched_at", "node", "first_read_at", "began"),
        [
            pytest.param(1990.0, None, 1900.0, NOW - 10, id="from the launch"),
            pytest.param(100.0, None, 1900.0, NOW - 780, id="but two minutes are left at least"),
            pytest.param(0.0, None, 1900.0, NOW, id="from now where the launch is not known"),
            pytest.param(1990.0, {"ready": False}, 1995.0, NOW, id="it had joined before this run"),
        ],
    )
    def test_counts_from_the_launch(
        self, launched_at: float, node: Any, first_read_at: float, began: float
    ) -> None:
        group = a_group(OLD, dataclasses.replace(NEW, launched_at=launched_at))
        ctx = a_look(node, group, first_read_at=first_read_at)
        new_nodes.judge(ctx)
        assert ctx.memory.timers["boot i-n"] == began


class TestNodesThatWereReady:
    @pytest.mark.parametrize(
        ("node", "verdict", "waited", "outcome"),
        [
            pytest.param({}, "passed", None, "ready", id="it still is"),
            pytest.param({"ready": False}, "passed", None, "ready", id="not Ready for a moment"),
            pytest.param({"ready": False}, "passed", 899, "ready", id="for less than a boot"),
            pytest.param({"ready": False}, "passed", 900, "broken", id="for as long as a boot"),
            pytest.param({"ready": False}, "", None, "broken", id="while the canary is judged"),
            pytest.param(None, "", None, "broken", id="its node is gone meanwhile"),
            pytest.param({"unschedulable": True}, "passed", None, "waiting", id="cordoned"),
            pytest.param(
                {"taints": (Taint("agent", "NoExecute"),)}, "passed", None, "waiting", id="tainted"
            ),
        ],
    )
    def test_are_judged_again(
        self, node: Any, verdict: str, waited: float | None, outcome: str
    ) -> None:
        journal = dataclasses.replace(RUNNING, canary=verdict)
        timers = {} if waited is None else {"lost i-n": NOW - waited}
        ctx = a_look(node, journal=journal, marks=JOINED, timers=timers)
        new_nodes.judge(ctx)
        assert ("i-n" in ctx.memory.nodes.marks.selected) is (outcome == "broken")
        assert ("i-n" in ctx.memory.nodes.marks.joined) is (outcome != "waiting")

    def test_that_take_no_pods_any_more_have_their_time_again(self) -> None:
        ctx = a_look({"unschedulable": True}, marks=JOINED, timers={"boot i-n": NOW - 5000})
        new_nodes.judge(ctx)
        assert ctx.memory.timers["boot i-n"] == NOW
        assert [event.text for event in ctx.events] == [
            "it takes no pods any more: waiting for its cordon to be lifted"
        ]

    @pytest.mark.parametrize(
        ("others", "ends"),
        [
            pytest.param("wx", True, id="enough others take its pods"),
            pytest.param("w", False, id="too few do"),
        ],
    )
    def test_that_take_no_pods_for_long_are_not_ended_where_others_are_too_few(
        self, others: str, ends: bool
    ) -> None:
        group = a_group(*(an_instance(name) for name in others), NEW)
        ctx = a_context(
            group,
            [*(a_node(name) for name in others), a_node("n", unschedulable=True)],
            dataclasses.replace(RUNNING, canary="passed").accounted(Account(2, len(others) + 1)),
            a_policy(1, failure_budget=5),
            shown=PODS,
            relapses={"i-n": 1},
            timers={"boot i-n": NOW - 900},
        )
        new_nodes.judge(ctx)
        assert ("i-n" in ctx.memory.nodes.marks.selected) is ends
        assert ctx.memory.mode == ("rotate" if ends else "settle")
        assert "has taken no pods for 900 s: waiting for its cordon" in ctx.journal.failures[0]

    @pytest.mark.parametrize("node", [{"unschedulable": True}, None])
    def test_before_the_run_stay_once_it_has_turned_back(self, node: Any) -> None:
        """They are no replacement nodes, whatever they lack; the surge could spare them."""
        old = dataclasses.replace(NEW, launched_at=1000.0)
        nodes = [] if node is None else [a_node("n", **node)]
        ctx = a_context(
            a_group(OLD, an_instance("x"), old),
            [a_node("w"), a_node("x"), *nodes],
            policy=a_policy(1, failure_budget=5),
            ours=1,
            shown=PODS,
            turned_back=True,
            first_read_at=1500.0,
            timers={"boot i-n": NOW - 900},
        )
        new_nodes.judge(ctx)
        assert not ctx.memory.nodes.marks.selected
        assert ctx.memory.mode == "settle"
        assert "which has the previous version, takes no pods" in ctx.journal.failures[0]

    def test_that_are_ready_again_have_not_been_lost(self) -> None:
        ctx = a_look({}, marks=JOINED, timers={"lost i-n": NOW - 800})
        new_nodes.judge(ctx)
        assert "lost i-n" not in ctx.memory.timers
