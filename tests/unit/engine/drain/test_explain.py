# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A drain tells people each thing once, at the right moment, in one line."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.eviction import (
    Answer,
    Verdict,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import FailedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.events import Event
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Budget
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.explain import (
    tell,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import (
    NEVER,
    BudgetMemory,
    DrainMemory,
    NodeStatus,
    PodMemory,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.progress import NextStep
from ansible_collections.nodeops.rotator.tests.unit.engine.drain.builders import (
    NODE,
    NOW,
    a_budget,
    a_node_memory,
    a_pod,
    a_policy,
    indexed,
)

DRAINING = NodeStatus("draining", 0, 2)


def told(status: NodeStatus, *pods: PodMemory, **options: Any) -> list[tuple[str, str, str]]:
    """The lines of one look, as (phase, text, progress)."""
    events, _memory = look(status, *pods, **options)
    assert {event.subject for event in events} <= {NODE}
    return [(event.phase, event.text, event.progress) for event in events]


def look(
    status: NodeStatus,
    *pods: PodMemory,
    budgets: tuple[Budget, ...] = (),
    admitted: float = NEVER,
    before: frozenset[str] = frozenset(),
    now: float = NOW,
    **options: Any,
) -> tuple[tuple[Event, ...], DrainMemory]:
    """What `tell` answers for one node."""
    node = a_node_memory(pods={pod.pod.uid: pod for pod in pods}, told=before)
    known = {budget.id: BudgetMemory("1", 0.0, admitted) for budget in budgets}
    memory = DrainMemory({NODE: node}, known)
    courses = {NODE: NextStep(node, status)}
    return tell(memory, courses, indexed(budgets), now, a_policy(**options))


class TestTheBeginning:
    @pytest.mark.parametrize(("total", "text"), [(1, "1 pod has to go"), (2, "2 pods have to go")])
    def test_says_how_many_pods_have_to_go(self, total: int, text: str) -> None:
        assert told(NodeStatus("draining", 0, total)) == [("draining", text, f"0/{total}")]

    @pytest.mark.parametrize(
        "status",
        [
            pytest.param(NodeStatus("draining"), id="of no pods"),
            pytest.param(NodeStatus("waiting", 0, 2), id="while nothing is known"),
        ],
    )
    def test_is_not_told(self, status: NodeStatus) -> None:
        assert told(status) == []

    @pytest.mark.parametrize("phase", ["failed", "skipped"])
    def test_is_not_told_of_a_drain_that_never_began(self, phase: str) -> None:
        assert [phase_ for phase_, _text, _of in told(NodeStatus(phase, 0, 2))] == [phase]

    def test_why_nothing_is_known_is_said(self) -> None:
        waiting = NodeStatus("waiting", reasons=("no answer", "still none"))
        assert told(waiting) == [("waiting", "no answer", ""), ("waiting", "still none", "")]


class TestPods:
    @pytest.mark.parametrize(
        ("fields", "phase"),
        [
            pytest.param({"accepted_at": NOW, "gone_at": NOW}, "evicted", id="evicted"),
            pytest.param(
                {"accepted_at": NOW, "gone_at": NOW, "deleted": True}, "deleted", id="deleted"
            ),
            pytest.param({"gone_at": NOW}, "", id="gone by itself"),
            pytest.param({"accepted_at": NOW}, "", id="not gone yet"),
        ],
    )
    def test_are_told_of_once_they_are_gone_by_our_asking(
        self, fields: dict[str, Any], phase: str
    ) -> None:
        found = told(NodeStatus("draining", 1, 2), PodMemory(a_pod(), **fields))
        assert found[1:] == ([(phase, "shop/cart-1", "1/2")] if phase else [])

    @pytest.mark.parametrize(
        ("fields", "text"),
        [
            pytest.param({"trouble": "no connection"}, "no connection", id="an error"),
            pytest.param(
                {"answer": Answer(Verdict.ADMISSION, "hook says no")},
                "hook says no",
                id="a webhook",
            ),
            pytest.param({"answer": Answer(Verdict.NAMESPACE, "end")}, "end", id="a namespace"),
            pytest.param({"answer": Answer(Verdict.BUDGET, "no")}, "", id="a budget has its line"),
            pytest.param({"answer": Answer(Verdict.LAGGING, "no")}, "", id="a late budget"),
            pytest.param({"answer": Answer(Verdict.CROWDED, "no")}, "", id="a crowded budget"),
            pytest.param({"trouble": "x", "gone_at": NOW}, "", id="an error of one that is gone"),
            pytest.param({"trouble": "x", "lost": True}, "", id="an error of one that is lost"),
        ],
    )
    def test_in_trouble_are_named_with_it(self, fields: dict[str, Any], text: str) -> None:
        found = told(DRAINING, PodMemory(a_pod(), **fields))[1:]
        assert found == ([("blocked", f"shop/cart-1: {text}", "")] if text else [])

    def test_the_same_trouble_of_many_is_one_line(self) -> None:
        pods = [PodMemory(a_pod(name), trouble="no connection") for name in "abc"]
        assert len(told(DRAINING, *pods)) == 2

    def test_in_trouble_are_not_told_of_at_the_end(self) -> None:
        pod = PodMemory(a_pod(), trouble="no connection")
        assert [phase for phase, _text, _of in told(NodeStatus("failed"), pod)] == ["failed"]


class TestGraces:
    @pytest.mark.parametrize(
        ("own", "options", "grace"),
        [
            pytest.param(90, {}, 90, id="longer than the drain"),
            pytest.param(60, {}, 0, id="as long as the drain"),
            pytest.param(90, {"timeout": 0}, 0, id="a drain without a limit"),
            pytest.param(90, {"max_grace_period": 30}, 0, id="capped"),
            pytest.param(90, {"grace_period": 5}, 0, id="shortened"),
            pytest.param(5, {"timeout": 60, "max_grace_period": 90}, 0, id="short, cap beyond"),
        ],
    )
    def test_longer_than_a_drain_may_last_are_warned_of(
        self, own: int, options: dict[str, Any], grace: int
    ) -> None:
        pod = PodMemory(a_pod(grace_period=own))
        found = told(DRAINING, pod, **{"timeout": 60, **options})[1:]
        text = "shop/cart-1 may take 90 s to end, longer than the 60 s of a drain"
        assert found == ([("warning", text, "")] if grace else [])

    def test_are_not_warned_of_when_it_is_over(self) -> None:
        pod = PodMemory(a_pod(grace_period=90))
        assert len(told(NodeStatus("drained"), pod, timeout=60)) == 1
        gone = PodMemory(a_pod(grace_period=90), gone_at=NOW)
        assert told(DRAINING, gone, timeout=60)[1:] == []


class TestTheEnd:
    @pytest.mark.parametrize(
        ("status", "text"),
        [
            pytest.param(NodeStatus("drained", 14, 14, seconds=31.4), "14 pods, 31 s", id="well"),
            pytest.param(NodeStatus("drained", 1, 1, seconds=0.4), "1 pod, 0 s", id="one pod"),
            pytest.param(NodeStatus("drained", 1, 1, seconds=95), "1 pod, 1 min 35 s", id="long"),
            pytest.param(NodeStatus("failed", reasons=("a", "b")), "a; b", id="why not"),
            pytest.param(
                NodeStatus("failed", reasons=("a", "b"), error=FailedError("late", "do it")),
                "late. do it; a; b",
                id="the error first",
            ),
            pytest.param(
                NodeStatus("failed", reasons=("late", "a"), error=FailedError("late")),
                "late; a",
                id="but not twice",
            ),
            pytest.param(
                NodeStatus("failed", reasons=tuple("abcd")), "a; b; c; d", id="four reasons"
            ),
            pytest.param(
                NodeStatus("failed", reasons=tuple("abcdef")), "a; b; c; d; and 2 more", id="six"
            ),
            pytest.param(
                NodeStatus("skipped", reasons=tuple("aabbccddee")),
                "a; b; c; d; and 1 more",
                id="each reason once",
            ),
        ],
    )
    def test_is_one_line(self, status: NodeStatus, text: str) -> None:
        phase, progress = status.phase, f"{status.evicted}/{status.total}"
        assert told(status, before=frozenset(("begun",))) == [(phase, text, progress)]

    @pytest.mark.parametrize(
        ("reasons", "text"),
        [(("a",), "1 volume is still attached"), (("a", "b"), "2 volumes are still attached")],
    )
    def test_volumes_that_hold_it_up_are_counted(self, reasons: tuple[str, ...], text: str) -> None:
        assert told(NodeStatus("volumes", reasons=reasons)) == [("volumes", text, "")]
        assert told(NodeStatus("volumes")) == []


class TestOnce:
    @pytest.mark.parametrize(
        ("status", "pods", "options"),
        [
            pytest.param(DRAINING, (), {}, id="the beginning"),
            pytest.param(NodeStatus("waiting", reasons=("no answer",)), (), {}, id="no answer"),
            pytest.param(DRAINING, (PodMemory(a_pod(), trouble="x"),), {}, id="trouble"),
            pytest.param(
                DRAINING, (PodMemory(a_pod(), accepted_at=NOW, gone_at=NOW),), {}, id="a pod"
            ),
            pytest.param(
                DRAINING, (PodMemory(a_pod(grace_period=90)),), {"timeout": 60}, id="a long grace"
            ),
            pytest.param(NodeStatus("drained", 1, 1), (), {}, id="the end"),
            pytest.param(NodeStatus("volumes", reasons=("a",)), (), {}, id="volumes"),
            pytest.param(
                NodeStatus("draining", 0, 2, blocked_by=("shop/cart",)),
                (PodMemory(a_pod(), held_since=NOW - 60),),
                {"budgets": (a_budget(allowed=0),)},
                id="a budget",
            ),
        ],
    )
    def test_everything_is_told(
        self, status: NodeStatus, pods: tuple[PodMemory, ...], options: dict[str, Any]
    ) -> None:
        first, memory = look(status, *pods, **options)
        again, _memory = look(status, *pods, before=memory.nodes[NODE].told, **options)
        assert len(first) > 0
        assert again == ()

    def test_a_pod_that_goes_later_is_news(self) -> None:
        gone = [PodMemory(a_pod(name), accepted_at=NOW, gone_at=NOW) for name in "ab"]
        _first, memory = look(DRAINING, gone[0])
        again, _memory = look(DRAINING, *gone, before=memory.nodes[NODE].told)
        assert [event.text for event in again] == ["shop/b"]

    def test_nodes_are_told_of_apart(self) -> None:
        node = a_node_memory()
        memory = DrainMemory({"n1": node, "n2": node})
        courses = {name: NextStep(node, DRAINING) for name in ("n1", "n2")}
        events, memory = tell(memory, courses, indexed(), NOW)
        assert [event.subject for event in events] == ["n1", "n2"]
        assert {name: known.told for name, known in memory.nodes.items()} == {
            "n1": {"begun"},
            "n2": {"begun"},
        }
