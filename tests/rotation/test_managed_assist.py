# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our own drain goes on where EKS gives up after fifteen minutes."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import (
    BudgetOverride,
    DrainPolicy,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.selectors import parse
from ansible_collections.nodeops.rotator.tests.rotation.managed_builders import holder, planned
from ansible_collections.nodeops.rotator.tests.simulation.nodegroup import BuiltNodegroup
from ansible_collections.nodeops.rotator.tests.simulation.runs import ManagedRun

PATIENT = DrainPolicy(timeout=7200, pdb_timeout=3600)
REMOVING = DrainPolicy(pdb_overrides=(BudgetOverride(parse("app=cart"), "delete"),))


def let_go_later(built: BuiltNodegroup, seconds: float) -> None:
    """Let the budget let go of one pod at a time, so many seconds from now."""
    (budget,) = built.world.cluster.objects("poddisruptionbudgets")
    patch = {"spec": {"maxUnavailable": 1}}
    built.world.kernel.after(
        seconds, lambda: built.world.cluster.change("poddisruptionbudgets", budget, patch)
    )


def helped(run: ManagedRun) -> list[str]:
    """Return the nodes from which this run has evicted or deleted pods."""
    return [event.subject for _at, event in run.events if event.phase in ("evicted", "deleted")]


def test_what_eks_gives_up_is_drained_and_eks_asked_for_the_same_again() -> None:
    built = BuiltNodegroup(max_unavailable=0)
    let_go_later(built, 2400)
    old = {one.private_dns for one in built.world.account.instances.values()}
    run = planned(built, preflight="warn", assist=True, drain=PATIENT)
    result = run()
    assert (result.status, result.error, built.images()) == ("complete", None, {built.new})
    updates = list(built.web.updates.values())
    assert len(updates) == 2
    failed, asked = updates[0], updates[1]
    assert (failed.status, asked.status) == ("Failed", "Successful")
    assert failed.params == asked.params
    assert set(helped(run)) == old, "only what EKS had cordoned"
    assert any("this run drains what it could not" in text for text in run.texts("start"))
    assert built.world.judge.breaches == []
    assert holder(built) == ""
    assert any("an update did not end well" in text for text in result.warnings)


def test_eks_is_left_alone_where_its_time_is_enough() -> None:
    built = BuiltNodegroup()
    run = planned(built, assist=True, drain=PATIENT)
    assert run().status == "complete"
    assert helped(run) == []


def test_a_node_that_eks_would_give_up_is_helped_before() -> None:
    built = BuiltNodegroup(max_unavailable=0)
    run = planned(built, preflight="warn", assist=True, drain=REMOVING)
    result = run()
    assert (result.status, built.images()) == ("complete", {built.new})
    assert any("EKS is late with it" in text for text in run.texts("draining"))
    assert len(built.web.updates) == 1, "it has not failed"
    reasons = {one.why for one in built.world.judge.breaches}
    assert reasons == {"a ready pod is deleted whose budget has nothing left"}, "as asked"


def test_without_being_asked_nothing_is_evicted() -> None:
    built = BuiltNodegroup(max_unavailable=0)
    let_go_later(built, 2400)
    run = planned(built, preflight="warn", drain=PATIENT)
    assert run().status == "failed"
    assert helped(run) == []


def test_what_our_drain_cannot_empty_either_is_the_failure_with_both_reasons() -> None:
    built = BuiltNodegroup(max_unavailable=0)
    result = planned(built, preflight="warn", assist=True)()
    assert result.status == "failed"
    assert "PodEvictionFailure" in str(result.error)
    assert "could not be drained by this run either" in str(result.error)
    assert "shop/cart" in str(result.error)
    assert len(built.web.updates) == 1


def test_it_does_not_take_over_what_failed_for_another_reason() -> None:
    built = BuiltNodegroup()
    built.world.bad_images[built.new] = "never joins"
    result = planned(built, assist=True, drain=PATIENT)()
    assert (result.status, len(built.web.updates)) == ("failed", 1)
    assert "NodeCreationFailure" in str(result.error)


@pytest.mark.parametrize("seconds", [1500, 2000])
def test_a_run_that_is_stopped_while_it_helps_is_resumed(seconds: float) -> None:
    built = BuiltNodegroup(max_unavailable=0)
    let_go_later(built, 2400)
    given: dict[str, Any] = {"preflight": "warn", "assist": True, "drain": PATIENT}
    first = planned(built, **given)
    first.inbox.stop_at(seconds)
    assert first().status == "stopped"
    assert helped(first) == []
    result = planned(built, "r2", **given)()
    assert (result.status, built.images()) == ("complete", {built.new})
    assert (built.world.judge.breaches, holder(built)) == ([], "")
