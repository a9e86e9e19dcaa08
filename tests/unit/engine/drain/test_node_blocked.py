# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pods that cannot go: how long a drain waits for them, and what overrides do."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.eviction import (
    Answer,
    Verdict,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import (
    BudgetOverride,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    Owner,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.selectors import parse
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import (
    PodMemory,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.drain.builders import (
    NOW,
    a_budget,
    a_pod,
    going,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.drain.node_steps import (
    asked,
    held,
    step,
)

JOB = Owner("Job", "sum", "uid-sum")


class TestBlockedPods:
    NONE = (a_budget(allowed=0),)

    @pytest.mark.parametrize(
        ("since", "admitted", "pdb_timeout", "over"),
        [
            pytest.param(NOW - 600, None, 600, True, id="blocked for pdb_timeout"),
            pytest.param(NOW - 599, None, 600, False, id="blocked for less"),
            pytest.param(NOW - 600, NOW - 10, 600, False, id="its budget let one go meanwhile"),
            pytest.param(NOW - 900, NOW - 600, 600, True, id="its budget stopped letting go"),
            pytest.param(NOW - 9e5, None, 0, False, id="no limit"),
        ],
    )
    def test_end_the_drain_after_pdb_timeout_without_progress(
        self, since: float, admitted: float | None, pdb_timeout: float, over: bool
    ) -> None:
        progress = {} if admitted is None else {"shop/cart": admitted}
        found = step(
            held(since), budgets=self.NONE, admitted=progress, timeout=0, pdb_timeout=pdb_timeout
        )
        assert (found.status.phase == "failed") is over
        if over:
            assert str(found.status.error) == ("Node n1 is not drained: 1 pod is blocked for 600 s")
        elif pdb_timeout:
            assert found.wake == max(since, admitted or 0) + pdb_timeout

    def test_wait_as_long_as_pods_of_other_nodes_are_let_go(self) -> None:
        """The budget allows one just now, which another node's pod is taking."""
        free, progress = (a_budget(allowed=1),), {"shop/cart": NOW - 10}
        found = step(held(NOW - 600), budgets=free, admitted=progress, timeout=0, pdb_timeout=600)
        assert found.status.phase == "draining"
        assert found.status.blocked_by == ("shop/cart",)
        assert found.wake == NOW + 590

    @pytest.mark.parametrize(
        ("on_timeout", "asks"),
        [("delete", [("cart-1", "delete")]), ("force_delete", [("cart-1", "force")])],
    )
    def test_are_deleted_past_their_budget_where_that_is_asked_for(
        self, on_timeout: str, asks: list[tuple[str, str]]
    ) -> None:
        other = PodMemory(a_pod("other", labels={}))
        found = step(held(NOW - 600), other, budgets=self.NONE, on_timeout=on_timeout)
        assert asked(found) == [*asks, ("other", "evict")]
        assert found.memory.last_call is None

    @pytest.mark.parametrize(
        "pod",
        [
            pytest.param(held(NOW - 700, going()), id="one that goes"),
            pytest.param(held(NOW - 700, a_pod(owner=JOB)), id="one that is awaited"),
            pytest.param(PodMemory(a_pod()), id="one that was never held"),
        ],
    )
    def test_only_those_that_should_go_and_do_not(self, pod: PodMemory) -> None:
        found = step(pod, budgets=self.NONE, wait_for_jobs=True)
        assert found.status.phase == "draining"

    def test_one_that_goes_too_slowly_is_hurried_and_not_counted_as_blocked(self) -> None:
        found = step(held(NOW - 700, going()), budgets=self.NONE, grace_period=5)
        assert (found.status.phase, asked(found)) == ("draining", [("cart-1", "evict")])

    def test_a_webhook_counts_like_a_budget(self) -> None:
        found = step(held(NOW - 600, answer=Answer(Verdict.ADMISSION, "no", by="hook")))
        assert found.status.phase == "failed"
        assert found.status.blocked_by == ()

    def test_the_budgets_in_the_way_are_named(self) -> None:
        found = step(held(), PodMemory(a_pod("free")), budgets=self.NONE)
        assert found.status.blocked_by == ("shop/cart",)
        assert found.status.reasons == (
            "shop/cart-1: blocked by PDB shop/cart: 3 healthy, 3 needed; wait for its other"
            " replicas, add one, or set pdb_overrides",
        )

    def test_only_some_are_worded_while_it_goes_on_and_all_at_the_end(self) -> None:
        pods = [held(NOW - 5, a_pod(f"cart-{number}")) for number in range(9)]
        assert len(step(*pods, budgets=self.NONE).status.reasons) == 5
        assert len(step(*pods, budgets=self.NONE, began=NOW - 900).status.reasons) == 9


class TestOverrides:
    NONE = (a_budget(allowed=0),)

    @pytest.mark.parametrize(
        ("override", "blocked", "phase", "mode"),
        [
            pytest.param(
                BudgetOverride(parse("app=cart"), "delete"), True, "draining", "delete", id="delete"
            ),
            pytest.param(
                BudgetOverride(parse("app=cart"), "delete"),
                False,
                "draining",
                "evict",
                id="not blocked",
            ),
            pytest.param(
                BudgetOverride(parse("app=cart"), "skip_node"),
                True,
                "skipped",
                "",
                id="skip the node",
            ),
            pytest.param(
                BudgetOverride(parse("app=cart"), "skip_node"),
                False,
                "draining",
                "evict",
                id="no need",
            ),
            pytest.param(
                BudgetOverride(parse("app=till"), "delete"),
                True,
                "draining",
                "evict",
                id="other labels",
            ),
            pytest.param(
                BudgetOverride(parse("app=cart"), "delete", "bank"),
                True,
                "draining",
                "evict",
                id="another namespace",
            ),
            pytest.param(
                BudgetOverride(parse("app=cart"), "delete", "shop"),
                True,
                "draining",
                "delete",
                id="its namespace",
            ),
        ],
    )
    def test_apply_to_matching_pods_that_a_budget_blocks(
        self, override: BudgetOverride, blocked: bool, phase: str, mode: str
    ) -> None:
        pod = held(NOW - 5) if blocked else PodMemory(a_pod())
        found = step(pod, budgets=self.NONE, pdb_overrides=(override,))
        assert (found.status.phase, asked(found)) == (phase, [("cart-1", mode)] if mode else [])

    def test_the_first_that_fits_counts(self) -> None:
        both = (BudgetOverride(parse("app=cart"), "delete"), BudgetOverride(parse(""), "skip_node"))
        assert asked(step(held(NOW - 5), budgets=self.NONE, pdb_overrides=both)) == [
            ("cart-1", "delete")
        ]

    def test_wait_lifts_pdb_timeout_but_not_the_drains_own(self) -> None:
        wait = (BudgetOverride(parse("app=cart"), "wait"),)
        found = step(held(NOW - 5000), budgets=self.NONE, pdb_overrides=wait)
        assert (found.status.phase, found.wake) == ("draining", NOW + 900)
        late = step(held(NOW - 5000), budgets=self.NONE, pdb_overrides=wait, began=NOW - 900)
        assert late.status.phase == "failed"

    def test_none_applies_to_a_pod_that_goes_or_that_no_budget_blocks(self) -> None:
        skip = (BudgetOverride(parse(""), "skip_node"),)
        assert (
            step(held(NOW - 5, going()), budgets=self.NONE, pdb_overrides=skip).status.phase
            == "draining"
        )
        late = held(NOW - 5, going(), answer=Answer(Verdict.BUDGET))
        assert step(late, budgets=self.NONE, pdb_overrides=skip).status.phase == "draining"
        refused = held(NOW - 5, answer=Answer(Verdict.ADMISSION, "no", by="hook"))
        assert step(refused, pdb_overrides=skip).status.phase == "draining"
