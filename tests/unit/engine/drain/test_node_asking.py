# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom a node's drain asks for now, and how its timeout changes that."""

from __future__ import annotations

import math
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    OverdueError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    Owner,
    Pod,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import (
    PodMemory,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.drain.builders import (
    ATTACHMENTS,
    CLAIMS,
    NOW,
    a_cache,
    a_pod,
    going,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.drain.node_steps import (
    asked,
    step,
)

JOB = Owner("Job", "sum", "uid-sum")


class TestWhoIsAskedFor:
    @pytest.mark.parametrize(
        ("pod", "options", "mode"),
        [
            pytest.param(PodMemory(a_pod()), {}, "evict", id="evicted"),
            pytest.param(PodMemory(a_pod()), {"disable_eviction": True}, "delete", id="deleted"),
            pytest.param(PodMemory(going()), {}, "", id="it goes already"),
            pytest.param(
                PodMemory(going()), {"grace_period": 5}, "evict", id="it goes, but too slowly"
            ),
            pytest.param(
                PodMemory(a_pod(owner=JOB)), {"wait_for_jobs": True}, "", id="a Job is awaited"
            ),
            pytest.param(
                PodMemory(a_pod(), accepted_at=NOW - 29.9), {}, "", id="accepted, not seen going"
            ),
            pytest.param(
                PodMemory(a_pod(), accepted_at=NOW - 30), {}, "evict", id="accepted 30 s ago"
            ),
            pytest.param(
                PodMemory(going(), accepted_at=NOW - 1),
                {"grace_period": 5},
                "evict",
                id="accepted, and going too slowly",
            ),
        ],
    )
    def test_a_pod_is_asked_for_by_its_state(
        self, pod: PodMemory, options: dict[str, Any], mode: str
    ) -> None:
        found = step(pod, began=NOW - 60, **options)
        assert asked(found) == ([("cart-1", mode)] if mode else [])
        assert found.status.phase == "draining"

    @pytest.mark.parametrize(
        ("claims", "known", "wait", "mode"),
        [
            pytest.param(("data",), False, True, "", id="not known"),
            pytest.param(("data",), True, True, "evict", id="known"),
            pytest.param(("data",), False, False, "evict", id="not known, and nobody waits"),
            pytest.param((), False, True, "evict", id="a pod without volumes"),
        ],
    )
    def test_a_pod_with_volumes_waits_until_its_claims_are_known(
        self, claims: tuple[str, ...], known: bool, wait: bool, mode: str
    ) -> None:
        pod = a_pod(claims=claims)
        cache = a_cache([pod], claims=() if known else None, attachments=())
        found = step(PodMemory(pod), cache=cache, wait_for_volumes=wait)
        assert asked(found) == ([("cart-1", mode)] if mode else [])
        wanted = {CLAIMS.kind, ATTACHMENTS.kind} if wait and claims else set()
        assert found.kinds == wanted

    def test_unready_ones_come_first_and_then_by_name(self) -> None:
        pods = [a_pod("b"), a_pod("a"), a_pod("d", ready=False), a_pod("c", ready=False)]
        found = step(*(PodMemory(pod) for pod in pods))
        assert [name for name, _mode in asked(found)] == ["c", "d", "a", "b"]

    @pytest.mark.parametrize(
        ("pods", "names"),
        [
            pytest.param((("a", 0), ("b", 5)), ["a"], id="the lowest priority"),
            pytest.param((("a", 0), ("b", 0), ("c", -1)), ["c"], id="below zero too"),
            pytest.param((("a", 3), ("b", 3)), ["a", "b"], id="all of one priority"),
        ],
    )
    def test_by_priority_the_lowest_go_first(
        self, pods: tuple[tuple[str, int], ...], names: list[str]
    ) -> None:
        memory = [PodMemory(a_pod(name, priority=value)) for name, value in pods]
        assert [name for name, _mode in asked(step(*memory, by_priority=True))] == names

    def test_without_it_all_are_asked_whatever_their_priority(self) -> None:
        memory = [PodMemory(a_pod(name, priority=n)) for n, name in enumerate("ab")]
        assert asked(step(*memory)) == [("a", "evict"), ("b", "evict")]

    def test_by_priority_nobody_is_asked_where_all_are_awaited(self) -> None:
        found = step(PodMemory(a_pod(owner=JOB)), by_priority=True, wait_for_jobs=True)
        assert (found.status.phase, found.candidates) == ("draining", ())

    def test_by_priority_one_that_is_still_going_holds_the_next_up(self) -> None:
        low, high = going("low", priority=1), a_pod("high", priority=2)
        found = step(PodMemory(low), PodMemory(high), by_priority=True)
        assert found.candidates == ()

    def test_by_priority_one_that_is_only_awaited_holds_nobody_up(self) -> None:
        job = a_pod("job", owner=JOB, priority=1)
        found = step(
            PodMemory(job), PodMemory(a_pod(priority=2)), by_priority=True, wait_for_jobs=True
        )
        assert asked(found) == [("cart-1", "evict")]


class TestTheDeadline:
    @pytest.mark.parametrize(
        ("on_timeout", "phase", "asks"),
        [
            pytest.param("fail", "failed", [], id="it fails"),
            pytest.param("skip", "skipped", [], id="it is skipped"),
            pytest.param("delete", "draining", [("cart-1", "delete")], id="pods are deleted"),
            pytest.param("force_delete", "draining", [("cart-1", "force")], id="by force"),
        ],
    )
    @pytest.mark.parametrize("late", [0.0, 1e-9, 500.0])
    def test_at_the_timeout(
        self, on_timeout: str, phase: str, asks: list[tuple[str, str]], late: float
    ) -> None:
        pod = PodMemory(a_pod())
        found = step(pod, began=NOW - 900 - late, on_timeout=on_timeout)
        assert (found.status.phase, asked(found)) == (phase, asks)
        before = step(pod, began=NOW - 899.9, on_timeout=on_timeout)
        assert (before.status.phase, asked(before)) == ("draining", [("cart-1", "evict")])

    @pytest.mark.parametrize(("number", "said"), [(1, "1 pod is"), (2, "2 pods are")])
    def test_the_error_counts_the_pods(self, number: int, said: str) -> None:
        pods = [PodMemory(a_pod(f"cart-{index}")) for index in range(number)]
        found = step(*pods, began=NOW - 90, timeout=90)
        assert isinstance(found.status.error, OverdueError)
        assert str(found.status.error) == f"Node n1 is not drained: {said} still there after 90 s"
        assert len(found.status.reasons) == number

    @pytest.mark.parametrize(
        ("on_timeout", "until"),
        [
            pytest.param("delete", NOW + 90 + 30, id="the longest grace, and half a minute"),
            pytest.param("force_delete", NOW + 30, id="half a minute"),
        ],
    )
    def test_a_last_call_has_an_end(self, on_timeout: str, until: float) -> None:
        pods = [PodMemory(a_pod("a", grace_period=90)), PodMemory(a_pod("b", grace_period=5))]
        found = step(*pods, began=NOW - 900, on_timeout=on_timeout)
        assert found.memory.last_call == until
        assert found.wake == until
        again = step(
            *pods, began=NOW - 900, now=until - 1, on_timeout=on_timeout, node={"last_call": until}
        )
        assert (again.memory.last_call, again.status.phase) == (until, "draining")
        over = step(
            *pods, began=NOW - 900, now=until, on_timeout=on_timeout, node={"last_call": until}
        )
        assert over.status.phase == "failed"
        assert str(over.status.error) == "Node n1 is not drained even by deletion"

    @pytest.mark.parametrize(
        ("on_timeout", "pod", "mode"),
        [
            pytest.param("delete", a_pod(), "delete", id="deleted"),
            pytest.param("delete", going(), "", id="going already"),
            pytest.param("force_delete", going(), "force", id="going, with a grace"),
            pytest.param("force_delete", going(deletion_grace=0), "", id="going without a grace"),
            pytest.param("force_delete", a_pod(), "force", id="forced"),
            pytest.param("delete", a_pod(owner=JOB), "delete", id="a Job that was awaited"),
        ],
    )
    def test_whom_a_last_call_asks_for(self, on_timeout: str, pod: Pod, mode: str) -> None:
        found = step(
            PodMemory(pod), on_timeout=on_timeout, wait_for_jobs=True, node={"last_call": NOW + 9}
        )
        assert asked(found) == ([("cart-1", mode)] if mode else [])

    def test_a_last_call_knows_no_priority(self) -> None:
        pods = [PodMemory(a_pod(name, priority=n)) for n, name in enumerate("ab")]
        found = step(*pods, on_timeout="delete", by_priority=True, node={"last_call": NOW + 9})
        assert asked(found) == [("a", "delete"), ("b", "delete")]

    def test_without_a_timeout_it_never_comes(self) -> None:
        found = step(PodMemory(a_pod()), timeout=0, began=NOW - 1e6)
        assert (found.status.phase, found.wake) == ("draining", math.inf)
