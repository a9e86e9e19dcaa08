# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the steps of one node's drain share: who is left, time limits, its end."""

from __future__ import annotations

import math
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.eviction import (
    Answer,
    Verdict,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    FailedError,
    OverdueError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Budget, Owner
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import (
    DrainMemory,
    NodeStatus,
    PodMemory,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.pods import look_at
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.progress import NodeDrain
from ansible_collections.nodeops.rotator.tests.unit.engine.drain.builders import (
    CART,
    NODE,
    NOW,
    a_budget,
    a_cache,
    a_node_memory,
    a_pod,
    a_policy,
    going,
    indexed,
)

KUBELET = Owner("Node", NODE, "uid-n1", "")
STATIC = a_pod("static", annotations={"kubernetes.io/config.mirror": "x"}, owner=KUBELET)
JOB = a_pod("job", owner=Owner("Job", "sum", "uid-sum"))


def drain(
    *pods: PodMemory,
    budgets: tuple[Budget, ...] = (),
    now: float = NOW,
    node: Any = None,
    **options: Any,
) -> NodeDrain:
    """A node with these pods, at one look."""
    policy = a_policy(**options)
    cache = a_cache([pod.pod for pod in pods], budgets)
    memory = a_node_memory(pods={pod.pod.uid: pod for pod in pods}, **(node or {}))
    look = look_at(NODE, memory, cache, now, policy)
    return NodeDrain(DrainMemory({NODE: memory}), look, cache, indexed(budgets), now, policy)


def test_those_that_are_left_have_to_go_or_are_awaited() -> None:
    found = drain(
        *(PodMemory(pod) for pod in (a_pod(), going("b"), STATIC, JOB)), wait_for_jobs=True
    )
    assert [entry.memory.pod.name for entry in found.left] == ["cart-1", "b", "job"]


@pytest.mark.parametrize(("timeout", "deadline"), [(900, NOW + 900), (60, NOW + 60), (0, math.inf)])
def test_the_deadline_counts_from_the_beginning(timeout: int, deadline: float) -> None:
    assert drain(now=NOW + 50, timeout=timeout).deadline == deadline


@pytest.mark.parametrize(
    ("pod", "budgets", "names"),
    [
        pytest.param(PodMemory(a_pod()), (a_budget(allowed=0),), None, id="not held back"),
        pytest.param(
            PodMemory(a_pod(), held_since=NOW), (a_budget(allowed=0),), ("shop/cart",), id="held"
        ),
        pytest.param(
            PodMemory(a_pod(), held_since=NOW, answer=Answer(Verdict.ADMISSION)),
            (a_budget(allowed=0),),
            (),
            id="held by a webhook",
        ),
        pytest.param(
            PodMemory(STATIC, held_since=NOW), (a_budget(allowed=0),), None, id="one that stays"
        ),
    ],
)
def test_the_budgets_in_the_way_are_those_of_pods_that_are_held_back(
    pod: PodMemory, budgets: tuple[Budget, ...], names: tuple[str, ...] | None
) -> None:
    found = drain(pod, budgets=budgets)
    assert found.blocking == ({} if names is None else {pod.pod.uid: names})


class TestStatus:
    PODS = (
        PodMemory(a_pod("a"), held_since=NOW),
        PodMemory(a_pod("b"), gone_at=NOW),
        PodMemory(a_pod("c"), lost=True),
        PodMemory(STATIC),
    )

    def test_counts_what_is_gone_and_what_is_left(self) -> None:
        found = drain(*self.PODS, now=NOW + 9).status("draining", ["why"])
        assert found == NodeStatus("draining", 2, 3, ("why",), seconds=9.0)

    def test_names_each_budget_once_in_order(self) -> None:
        pods = [PodMemory(a_pod(name), held_since=NOW) for name in "ab"]
        both = (a_budget("z"), a_budget("c"))
        assert drain(*pods, budgets=both).status("draining").blocked_by == ("shop/c", "shop/z")

    @pytest.mark.parametrize(
        ("phase", "told"),
        [("draining", 0), ("volumes", 0), ("drained", 4), ("failed", 4), ("skipped", 4)],
    )
    def test_tells_of_each_pod_at_the_end_only(self, phase: str, told: int) -> None:
        assert len(drain(*self.PODS).status(phase).pods) == told


class TestEnd:
    def test_is_remembered(self) -> None:
        error = FailedError("why")
        found = drain(PodMemory(a_pod())).end("failed", ["a", "b"], error)
        assert found.memory.ended == found.status
        assert (found.status.phase, found.status.reasons) == ("failed", ("a", "b"))
        assert found.status.error is error
        assert (found.candidates, found.wake) == ((), math.inf)

    @pytest.mark.parametrize("phase", ["drained", "failed"])
    def test_of_a_drained_node_names_who_puts_pods_back(self, phase: str) -> None:
        way = drain(PodMemory(a_pod()), PodMemory(STATIC), node={"returns": {CART.key: 4}})
        reasons = way.end(phase, ["first"]).status.reasons
        told = (
            "shop/cart-1: ReplicaSet cart-5d puts a pod that tolerates the cordon back on this"
            " node, 4 times so far; remove its toleration of the cordon, or pin it elsewhere"
        )
        assert reasons == (("first", told) if phase == "drained" else ("first",))

    @pytest.mark.parametrize(
        ("on_timeout", "phase"),
        [("fail", "failed"), ("skip", "skipped"), ("delete", "failed"), ("force_delete", "failed")],
    )
    def test_when_a_limit_has_passed(self, on_timeout: str, phase: str) -> None:
        way = drain(PodMemory(a_pod("b")), PodMemory(a_pod("a")), on_timeout=on_timeout)
        found = way.overdue("too late", way.left).status
        assert found.phase == phase
        assert isinstance(found.error, OverdueError)
        assert str(found.error) == "Node n1 is not drained: too late"
        assert [line.partition(":")[0] for line in found.reasons] == ["shop/a", "shop/b"]
