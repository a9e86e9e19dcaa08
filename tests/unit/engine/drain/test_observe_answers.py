# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every answer of the server to an eviction or deletion teaches a drain."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import ChangeNode
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.eviction import (
    Answer,
    Verdict,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    AccessError,
    ConflictError,
    CredentialsError,
    FailedError,
    ForbiddenError,
    RefusedError,
    RotatorError,
    ThrottledError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    Budget,
    Pod,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.selectors import parse
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import NodeChange
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import (
    NEVER,
    DrainMemory,
    NodeStatus,
    PodMemory,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.observe import (
    budgets_of,
    learn,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import Done, View
from ansible_collections.nodeops.rotator.tests.unit.engine.drain.builders import (
    NODE,
    NOW,
    a_budget,
    a_cache,
    a_memory,
    a_node_memory,
    a_pod,
    a_policy,
    a_view,
    answered,
    delete,
    evict,
    failed,
    going,
)

EMPTY = DrainMemory()


def look(
    memory: DrainMemory = EMPTY, view: View | None = None, now: float = NOW, **options: Any
) -> DrainMemory:
    """The memory of a drain of NODE after one look."""
    view = view or a_view(a_cache([a_pod()]))
    return learn(memory, [NODE], view, budgets_of(view.cache), now, a_policy(**options))


def heard(
    *done: Done, pod: Pod | None = None, budgets: tuple[Budget, ...] = (), **fields: Any
) -> PodMemory:
    """The pod after these outcomes."""
    pod = pod or a_pod()
    memory = a_memory(a_node_memory(pods={pod.uid: PodMemory(pod, **fields)}), budgets)
    found = look(memory, a_view(a_cache([pod], budgets), done))
    return found.nodes[NODE].pods[pod.uid]


class TestAcceptedRequests:
    def test_an_eviction_wipes_out_what_was_in_its_way(self) -> None:
        found = heard(
            answered(evict(), Verdict.ACCEPTED, began=NOW - 3),
            held_since=1.0,
            answer=Answer(Verdict.BUDGET),
            trouble="no connection",
            failures=3,
        )
        assert found == PodMemory(a_pod(), accepted_at=NOW, asked_at=NOW - 3)

    def test_a_deletion_is_told_from_an_eviction(self) -> None:
        assert heard(answered(evict(), Verdict.ACCEPTED)).deleted is False
        assert heard(answered(delete(), Verdict.ACCEPTED)).deleted is True

    @pytest.mark.parametrize(
        ("pod", "command", "budgets", "name"),
        [
            pytest.param(a_pod(), evict(), (a_budget(),), "shop/cart", id="an eviction"),
            pytest.param(going(), evict(), (a_budget(),), "shop/cart", id="whose end came first"),
            pytest.param(a_pod(), delete(), (a_budget(),), "", id="a deletion uses none"),
            pytest.param(a_pod(ready=False), evict(), (a_budget(),), "", id="of an unready pod"),
            pytest.param(a_pod(), evict(), (), "", id="without a budget"),
            pytest.param(a_pod(), evict(), (a_budget(allowed=0),), "shop/cart", id="all the same"),
        ],
    )
    def test_the_budget_that_it_used_is_remembered(
        self, pod: Pod, command: Any, budgets: tuple[Budget, ...], name: str
    ) -> None:
        done = answered(command, Verdict.ACCEPTED)
        assert heard(done, pod=pod, budgets=budgets).budget == name

    def test_its_budget_has_made_progress(self) -> None:
        budgets = [a_budget("cart"), a_budget("idle", selector=parse("app=idle"))]
        memory = a_memory(a_node_memory(a_pod()), budgets)
        view = a_view(a_cache([a_pod()], budgets), [answered(evict(), Verdict.ACCEPTED)])
        found = look(memory, view).budgets
        assert found["shop/cart"].admitted_at == NOW
        assert found["shop/idle"].admitted_at == NEVER

    def test_a_dry_run_moves_nothing(self) -> None:
        assert heard(answered(evict(dry_run=True), Verdict.ACCEPTED)) == PodMemory(a_pod())

    def test_of_a_pod_that_is_not_ours_is_passed_over(self) -> None:
        assert heard(answered(evict("other"), Verdict.ACCEPTED)) == PodMemory(a_pod())


class TestRefusals:
    @pytest.mark.parametrize("verdict", [Verdict.GONE, Verdict.REPLACED])
    def test_a_pod_that_the_server_does_not_have_is_lost(self, verdict: Verdict) -> None:
        found = heard(answered(evict(), verdict), held_since=4.0)
        assert found == PodMemory(a_pod(), lost=True)

    def test_one_that_changed_meanwhile_is_asked_again_in_a_second(self) -> None:
        found = heard(answered(evict(), Verdict.CHANGED), answer=Answer(Verdict.BUDGET))
        assert found == PodMemory(a_pod(), next_try=NOW + 1)

    @pytest.mark.parametrize(
        ("verdict", "retry_after", "retry", "wait"),
        [
            pytest.param(Verdict.BUDGET, None, 30, 30, id="a budget"),
            pytest.param(Verdict.BUDGET, 3, 30, 30, id="a budget: the policy's pace counts"),
            pytest.param(Verdict.ADMISSION, 3, 30, 30, id="a webhook"),
            pytest.param(Verdict.SEVERAL, None, 12, 12, id="several budgets"),
            pytest.param(Verdict.NAMESPACE, None, 12, 12, id="a namespace that ends"),
            pytest.param(Verdict.LAGGING, None, 30, 10, id="a late status"),
            pytest.param(Verdict.LAGGING, 4, 30, 4, id="a late status, and the server says when"),
            pytest.param(Verdict.LAGGING, 60, 30, 30, id="but no later than the policy says"),
            pytest.param(Verdict.LAGGING, None, 5, 5, id="a late status and a hasty policy"),
            pytest.param(Verdict.CROWDED, None, 30, 10, id="too many evictions pending"),
        ],
    )
    def test_the_next_try_comes_as_the_verdict_asks(
        self, verdict: Verdict, retry_after: float | None, retry: float, wait: float
    ) -> None:
        done = answered(evict(), verdict, began=NOW - 2, text="no", retry_after=retry_after)
        view = a_view(a_cache([a_pod()]), [done])
        found = look(a_memory(a_node_memory(a_pod())), view, retry=retry).nodes[NODE].pods
        assert found["uid-cart-1"] == PodMemory(
            a_pod(),
            refused_at=NOW - 2,
            next_try=NOW + wait,
            held_since=NOW,
            answer=Answer(verdict, "no", retry_after=retry_after),
        )

    def test_it_is_held_since_the_first_refusal(self) -> None:
        found = heard(answered(evict(), Verdict.BUDGET), held_since=4.0, trouble="once")
        assert (found.held_since, found.trouble) == (4.0, "")

    @pytest.mark.parametrize(
        ("retry_after", "paused", "until"),
        [
            pytest.param(7.0, NEVER, NOW + 7, id="for as long as it says"),
            pytest.param(None, NEVER, NOW + 1, id="for a second"),
            pytest.param(7.0, NOW + 99, NOW + 99, id="never shorter than before"),
        ],
    )
    def test_a_busy_server_is_left_alone_by_all(
        self, retry_after: float | None, paused: float, until: float
    ) -> None:
        done = answered(evict(), Verdict.THROTTLED, retry_after=retry_after)
        memory = a_memory(a_node_memory(a_pod()), paused_until=paused)
        found = look(memory, a_view(a_cache([a_pod()]), [done]))
        assert found.paused_until == until
        assert found.nodes[NODE].pods["uid-cart-1"] == PodMemory(a_pod()), "it is nobody's refusal"


class TestErrors:
    @pytest.mark.parametrize(
        ("error", "failures", "wait"),
        [
            pytest.param(UnreachableError("x"), 0, 1, id="the first"),
            pytest.param(UnreachableError("x"), 1, 2, id="the second"),
            pytest.param(ConflictError("x"), 3, 8, id="the fourth"),
            pytest.param(ThrottledError("x"), 5, 30, id="at most 30 s"),
            pytest.param(RefusedError("x"), 0, 20, id="lasting: at the pace of the refused"),
            pytest.param(FailedError("x"), 7, 20, id="a defect: the same"),
        ],
    )
    def test_they_are_tried_again_ever_later(
        self, error: RotatorError, failures: int, wait: float
    ) -> None:
        pod = PodMemory(a_pod(), failures=failures, answer=Answer(Verdict.BUDGET))
        memory = a_memory(a_node_memory(pods={"uid-cart-1": pod}))
        found = look(memory, a_view(a_cache([a_pod()]), [failed(evict(), error)]), retry=20)
        assert found.nodes[NODE].pods["uid-cart-1"] == PodMemory(
            a_pod(), failures=failures + 1, next_try=NOW + wait, trouble="x"
        )

    @pytest.mark.parametrize("error", [ForbiddenError("no"), CredentialsError("who")])
    @pytest.mark.parametrize(
        ("since", "ends"),
        [
            pytest.param(None, False, id="the first one"),
            pytest.param(NOW - 59, False, id="for less than a minute"),
            pytest.param(NOW - 60, True, id="for a minute"),
        ],
    )
    def test_answers_that_we_may_not_end_the_drain_after_a_minute(
        self, since: float | None, ends: bool, error: AccessError
    ) -> None:
        node = a_node_memory(a_pod(), began=NOW - 90, not_let_in_since=since)
        found = look(a_memory(node), a_view(a_cache([a_pod()]), [failed(evict(), error)]))
        failure = NodeStatus("failed", reasons=(str(error),), seconds=90.0, error=error)
        assert found.nodes[NODE].ended == (failure if ends else None)
        assert found.nodes[NODE].not_let_in_since == (NOW if since is None else since)

    def test_several_at_once_are_one_moment(self) -> None:
        pods = [a_pod(), a_pod("b"), a_pod("c")]
        done = [failed(evict(name), ForbiddenError("no")) for name in ("cart-1", "b", "c")]
        found = look(a_memory(a_node_memory(*pods)), a_view(a_cache(pods), done))
        assert found.nodes[NODE].ended is None

    def test_one_that_was_let_go_already_does_not_count(self) -> None:
        memory = a_memory(a_node_memory(pods={"uid-cart-1": PodMemory(a_pod(), accepted_at=1.0)}))
        done = [failed(evict(), ForbiddenError("no"))]
        memory = look(memory, a_view(a_cache([a_pod()]), done))
        assert memory.nodes[NODE].not_let_in_since is None

    def test_a_drain_that_has_ended_stays_as_it_ended(self) -> None:
        ended = NodeStatus("drained")
        node = a_node_memory(a_pod(), ended=ended, not_let_in_since=NOW - 99)
        done = [failed(evict(), ForbiddenError("no"))]
        found = look(a_memory(node), a_view(a_cache([a_pod()]), done)).nodes[NODE]
        assert found.ended == ended

    @pytest.mark.parametrize(
        ("done", "since"),
        [
            pytest.param(failed(evict(), UnreachableError("x")), NOW - 99, id="no answer"),
            pytest.param(answered(evict(), Verdict.BUDGET), None, id="an answer"),
            pytest.param(answered(evict(), Verdict.ACCEPTED), None, id="a good answer"),
        ],
    )
    def test_only_an_answer_shows_that_we_may_again(self, done: Any, since: float | None) -> None:
        node = a_node_memory(a_pod(), not_let_in_since=NOW - 99)
        found = look(a_memory(node), a_view(a_cache([a_pod()]), [done])).nodes[NODE]
        assert (found.ended, found.not_let_in_since) == (None, since)

    def test_outcomes_of_writes_to_nodes_are_no_outcomes_of_pods(self) -> None:
        cordon = ChangeNode(NODE, "1", NodeChange(True))
        done = Done(cordon, None, None, NOW - 1, NOW)
        memory = a_memory(a_node_memory(a_pod()))
        assert look(memory, a_view(a_cache([a_pod()]), [done])).nodes[NODE].pods == {
            "uid-cart-1": PodMemory(a_pod())
        }

    def test_deletions_are_learnt_from_like_evictions(self) -> None:
        assert heard(failed(delete(), UnreachableError("x"))).trouble == "x"


def test_outcomes_of_one_look_are_taken_in_order() -> None:
    found = heard(
        answered(evict(), Verdict.BUDGET),
        failed(evict(), UnreachableError("x")),
        answered(evict(), Verdict.ACCEPTED),
    )
    assert found == PodMemory(
        a_pod(), accepted_at=NOW, asked_at=NOW - 1, refused_at=NOW - 1, next_try=NOW + 1
    )
