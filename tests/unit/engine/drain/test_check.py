# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A drain in check mode: what it asks, and what each answer means."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import Evict
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.eviction import (
    Answer,
    Verdict,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Pod
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import (
    PodStatus,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.run import (
    OrderedNode,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import (
    Done,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.drain.builders import (
    CART,
    NOW,
    a_pod,
    answered,
    delete,
    evict,
    failed,
    going,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.drain.checking import (
    DOWN,
    DRY,
    SHUT,
    look,
    there,
    verdict,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.drain.ordering import (
    an_order,
)


class TestAsking:
    @pytest.mark.parametrize(
        ("options", "command"),
        [
            pytest.param({}, DRY, id="evictions"),
            pytest.param({"disable_eviction": True}, delete("x", dry_run=True), id="deletions"),
            pytest.param({"grace_period": 5}, evict("x", grace=5, dry_run=True), id="with a grace"),
        ],
    )
    def test_every_request_is_a_dry_run(self, options: dict[str, Any], command: Any) -> None:
        order = an_order("a", **options)
        step = look(there(a_pod("x", "a"), order=order), order=order)
        assert (step.commands, step.result) == ((command,), None)

    @pytest.mark.parametrize(
        "pod",
        [
            pytest.param(a_pod("bare", "a", owner=None), id="refused"),
            pytest.param(
                a_pod("k", "a", annotations={"karpenter.sh/do-not-disrupt": "true"}), id="kept"
            ),
        ],
    )
    def test_nothing_is_asked_for_a_node_that_would_not_be_drained(self, pod: Pod) -> None:
        order = an_order("a", honor_do_not_disrupt="skip_node")
        step = look(there(a_pod("x", "a"), pod, order=order), order=order)
        assert step.commands == ()
        assert step.result is not None

    def test_a_pod_that_goes_already_is_not_asked_for(self) -> None:
        assert look(there(going("x", node="a"))).commands == ()

    @pytest.mark.parametrize("state", ["cordoned", "uncordoned"])
    def test_a_cordon_alone_asks_nothing(self, state: str) -> None:
        order = an_order("a", state=state)
        step = look(there(a_pod("x", "a"), order=order), order=order)
        assert step.commands == ()
        assert step.result is not None
        assert step.result.nodes == (OrderedNode("a", False, False, uid="uid-a"),)

    def test_who_has_answered_is_not_asked_again(self) -> None:
        cache = there(a_pod("x", "a"), a_pod("y", "a"))
        step = look(cache, look(cache).memory, answered(DRY, Verdict.ACCEPTED))
        assert [command.name for command in step.commands if isinstance(command, Evict)] == ["y"]


class TestAnswers:
    @pytest.mark.parametrize(
        ("answer", "state", "why"),
        [
            (Answer(Verdict.ACCEPTED), "evicted", ""),
            (Answer(Verdict.GONE), "gone", ""),
            (Answer(Verdict.REPLACED), "gone", ""),
            (Answer(Verdict.BUDGET, "needs 3", "cart"), "blocked", "PDB shop/cart: needs 3"),
            (Answer(Verdict.LAGGING, "wait", "cart"), "blocked", "PDB shop/cart: wait"),
            (Answer(Verdict.BUDGET, "needs 3"), "blocked", "needs 3"),
            (Answer(Verdict.ADMISSION, "hook: no", "hook"), "blocked", "hook: no"),
            (Answer(Verdict.SEVERAL, "two"), "blocked", "two"),
            (Answer(Verdict.NAMESPACE, "ends"), "blocked", "ends"),
            (Answer(Verdict.CROWDED, "many", "cart"), "blocked", "many"),
            (Answer(Verdict.CHANGED, "moved"), "blocked", "moved"),
        ],
        ids=lambda value: value.verdict.value if isinstance(value, Answer) else None,
    )
    def test_mean_this_for_the_pod(self, answer: Answer, state: str, why: str) -> None:
        status = verdict(Done(DRY, answer, None, NOW, NOW))
        assert status.pods == (PodStatus("shop", "x", "uid-x", state, why),)
        assert status.phase == "drained"
        assert status.reasons == ((f"shop/x: {why}",) if state == "blocked" else ())
        assert status.total == (0 if state == "gone" else 1)

    @pytest.mark.parametrize(
        ("answer", "budgets"),
        [
            (Answer(Verdict.BUDGET, "needs 3", "cart"), ("shop/cart",)),
            (Answer(Verdict.ADMISSION, "no", "hook"), ()),
        ],
    )
    def test_of_budgets_name_what_blocks_the_node(
        self, answer: Answer, budgets: tuple[str, ...]
    ) -> None:
        assert verdict(Done(DRY, answer, None, NOW, NOW)).blocked_by == budgets

    def test_to_deletions_are_told_as_such(self) -> None:
        done = answered(delete("x", dry_run=True), Verdict.ACCEPTED)
        assert verdict(done, disable_eviction=True).pods[0].state == "deleted"

    def test_that_we_may_not_are_final(self) -> None:
        status = verdict(failed(DRY, SHUT))
        assert [(pod.state, pod.why) for pod in status.pods] == [("blocked", "not allowed")]

    def test_errors_are_asked_about_three_times_more(self) -> None:
        cache = there(a_pod("x", "a"))
        step = look(cache)
        for attempt in range(3):
            step = look(
                cache, step.memory, failed(DRY, DOWN, ended=NOW + attempt), now=NOW + attempt
            )
            assert (step.commands, step.wake) == ((), NOW + attempt + 1)
            assert look(cache, step.memory, now=NOW + attempt + 1).commands == (DRY,)
        step = look(cache, step.memory, failed(DRY, DOWN))
        assert step.result is not None
        (status,) = (node.status for node in step.result.nodes)
        assert status is not None
        assert status.pods[0].why == "no answer"

    @pytest.mark.parametrize(("retry_after", "wait"), [(7.0, 7), (None, 1)])
    def test_of_a_busy_server_hold_everybody_up(
        self, retry_after: float | None, wait: float
    ) -> None:
        cache = there(a_pod("x", "a"), a_pod("y", "a"))
        done = answered(DRY, Verdict.THROTTLED, retry_after=retry_after)
        step = look(cache, look(cache).memory, done)
        assert (step.commands, step.wake) == ((), NOW + wait)
        assert len(look(cache, step.memory, now=NOW + wait).commands) == 2

    @pytest.mark.parametrize(
        ("pod", "options", "state", "phase"),
        [
            pytest.param(a_pod("x", "a", owner=None), {}, "refused", "failed", id="bare"),
            pytest.param(
                a_pod("x", "a", annotations={"karpenter.sh/do-not-disrupt": "true"}),
                {"honor_do_not_disrupt": "skip_node"},
                "refused",
                "skipped",
                id="kept",
            ),
            pytest.param(going("x", node="a"), {}, "terminating", "drained", id="going"),
            pytest.param(
                a_pod("x", "a", annotations={"karpenter.sh/do-not-disrupt": "true"}),
                {"honor_do_not_disrupt": "wait"},
                "waiting",
                "drained",
                id="awaited",
            ),
            pytest.param(
                a_pod("x", "a", annotations={"kubernetes.io/config.mirror": "x"}),
                {},
                "left",
                "drained",
                id="static",
            ),
        ],
    )
    def test_are_not_needed_where_the_rules_decide(
        self, pod: Pod, options: dict[str, Any], state: str, phase: str
    ) -> None:
        status = verdict(pods=(pod,), **options)
        assert [one.state for one in status.pods] == [state]
        assert status.phase == phase
        assert status.total == (1 if state in ("terminating", "waiting") else 0)
        assert bool(status.reasons) is (phase != "drained")

    def test_a_pod_beside_a_refused_one_was_not_asked(self) -> None:
        status = verdict(pods=(a_pod("b", "a", owner=None), a_pod("a", "a", owner=CART)))
        assert [(pod.name, pod.state) for pod in status.pods] == [
            ("a", "pending"),
            ("b", "refused"),
        ]
        assert status.pods[0].why == "not asked, because its node would not be drained"
