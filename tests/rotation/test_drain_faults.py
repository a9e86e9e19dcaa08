# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a drain can go wrong on virtual time: what it does and what it says."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ForbiddenError,
    OverdueError,
)
from ansible_collections.nodeops.rotator.tests.rotation.drain_builders import (
    READY,
    START,
    STOP,
    Stage,
)
from ansible_collections.nodeops.rotator.tests.simulation.gate import Fault
from ansible_collections.nodeops.rotator.tests.simulation.kube.admission import Webhook
from ansible_collections.nodeops.rotator.tests.simulation.kube.behavior import Behavior

EVICTION = "kubernetes:create pods/eviction"


def two_nodes(pods: int = 3, behavior: Behavior = Behavior(), **pod: object) -> Stage:
    """Node n1 with pods of Deployment cart, and an empty n2 for them."""
    stage = Stage(behavior)
    stage.node("n1")
    stage.deployment("cart", pods, **pod)
    stage.node("n2")
    return stage


def test_a_hopeless_budget_fails_and_says_so() -> None:
    stage = two_nodes(2)
    stage.budget("cart", minAvailable=2)
    status = stage.drain("n1", pdb_timeout=100, timeout=900)["n1"]
    assert status.phase == "failed"
    assert isinstance(status.error, OverdueError)
    assert stage.kernel.now == pytest.approx(100, abs=1)
    assert status.blocked_by == ("default/cart",)
    assert len(status.reasons) == 2
    assert (
        "blocked by PDB default/cart: 2 healthy, 2 needed; wait for its other replicas"
        in status.reasons[0]
    )
    assert stage.calls("create pods/eviction") == 2 * 3, "one try every 30 s for each pod"
    assert [event.phase for _at, event in stage.events].count("blocked") == 1


def test_a_budget_that_moves_on_is_not_blocked() -> None:
    """pdb_timeout is for a budget that lets nobody go, not for a long queue."""
    stage = two_nodes(6, annotations={START: "0", READY: "40", STOP: "0"})
    stage.budget("cart", maxUnavailable=1)
    assert stage.drain("n1", pdb_timeout=60, timeout=0)["n1"].phase == "drained"
    assert stage.kernel.now > 200


def test_a_status_that_never_comes_does_not_deadlock() -> None:
    """The budget's status says 0 for ever.

    The server reads the same, and gives way only when it is put right.
    """
    stage = two_nodes(2, behavior=Behavior(pdb_lag=1e6))
    stage.cluster.create(
        "poddisruptionbudgets",
        {
            "metadata": {"name": "cart", "namespace": "default"},
            "spec": {
                "selector": {"matchLabels": {"app": "cart"}},
                "maxUnavailable": 1,
                "unhealthyPodEvictionPolicy": "AlwaysAllow",
            },
        },
    )
    for pod in list(stage.cluster.pods_on("n1")):
        conditions = [
            {**c, "status": "False"} if c["type"] == "Ready" else c
            for c in pod["status"]["conditions"]
        ]
        stage.cluster.change("pods", pod, {"status": {"conditions": conditions}})
    assert stage.drain("n1")["n1"].phase == "drained"


def test_an_unready_pod_behind_a_budget_is_tried_every_retry() -> None:
    stage = two_nodes(1, annotations={READY: "never"})
    stage.budget("cart", minAvailable=1)
    status = stage.drain("n1", retry=10, pdb_timeout=35)["n1"]
    assert status.phase == "failed"
    times = [round(at) for at, _command in stage.evictions()]
    assert times == [10, 20, 30]
    assert "repair the pod, set unhealthyPodEvictionPolicy" in status.reasons[0]


def test_too_many_requests_pauses_everybody() -> None:
    stage = two_nodes(5)
    stage.gate.faults.append(
        Fault(EVICTION, "429", "Too many requests, please try again later.", times=5, retry_after=7)
    )
    assert stage.drain("n1")["n1"].phase == "drained"
    times = sorted(at for at, _command in stage.evictions())
    assert len(times) == 10
    assert times[5] >= 7


@pytest.mark.parametrize("code", ["0", "500", "503"])
def test_trouble_with_the_server_passes(code: str) -> None:
    stage = two_nodes(3)
    stage.gate.faults.append(Fault(EVICTION, code, times=4))
    assert stage.drain("n1")["n1"].phase == "drained"
    assert stage.calls("create pods/eviction") == 7
    assert stage.kernel.now < 10


@pytest.mark.parametrize("code", ["0", "503"])
def test_an_answer_that_is_lost_is_no_second_eviction(code: str) -> None:
    stage = two_nodes(1, grace=20, annotations={STOP: "grace"})
    stage.gate.faults.append(Fault(EVICTION, code, applied=True))
    assert stage.drain("n1")["n1"].phase == "drained"
    assert stage.calls("create pods/eviction") == 1, "the watch shows that it is going"


@pytest.mark.parametrize("match", ["kubernetes:* pods", "kubernetes:* poddisruptionbudgets"])
@pytest.mark.parametrize("code", ["0", "500", "429"])
def test_feeds_that_break_come_back(match: str, code: str) -> None:
    stage = two_nodes(4)
    stage.budget("cart", maxUnavailable=1)
    stage.gate.faults.append(Fault(match, code, times=3))
    assert stage.drain("n1")["n1"].phase == "drained"


def test_watches_that_end_all_the_time_lose_nothing() -> None:
    stage = two_nodes(6, behavior=Behavior(watch_close_interval=2.0))
    stage.budget("cart", maxUnavailable=1)
    assert stage.drain("n1")["n1"].phase == "drained"
    assert stage.calls("create pods/eviction") == 6


def test_a_watch_that_is_too_old_is_listed_anew() -> None:
    stage = two_nodes(20, behavior=Behavior(watch_history=3, watch_close_interval=1.0))
    stage.budget("cart", maxUnavailable=5)
    assert stage.drain("n1")["n1"].phase == "drained"


def test_a_server_without_streaming_lists() -> None:
    stage = two_nodes(3)
    text = (
        "sendInitialEvents: Forbidden: sendInitialEvents is forbidden for watch unless the"
        " WatchList feature gate is enabled"
    )
    old = Fault(
        "kubernetes:watch *",
        "422",
        text,
        times=-1,
        where=lambda call: "sendInitialEvents" in call.params["query"],
    )
    stage.gate.faults.append(old)
    assert stage.drain("n1")["n1"].phase == "drained"
    assert stage.calls("list pods") == 1
    assert stage.calls("list poddisruptionbudgets") == 1


@pytest.mark.parametrize(
    ("denied", "word"),
    [
        ("create pods/eviction", "Cannot evict pod default/cart-"),
        ("watch pods", "Cannot watch pods"),
        ("watch poddisruptionbudgets", "Cannot watch poddisruptionbudgets"),
    ],
)
def test_no_permission_fails_soon(denied: str, word: str) -> None:
    stage = two_nodes(3)
    stage.cluster.denied.append(("*", denied))
    status = stage.drain("n1")["n1"]
    assert status.phase == "failed"
    assert isinstance(status.error, ForbiddenError)
    assert word in status.reasons[0]
    assert "RBAC" in status.reasons[0]
    assert stage.kernel.now == pytest.approx(60, abs=1), "one refusal may be a wrong answer"


@pytest.mark.parametrize("code", ["401", "403"])
def test_some_refused_evictions_are_not_the_verdict(code: str) -> None:
    """All pods are asked at once, so one moment without access is several answers."""
    stage = two_nodes(5)
    stage.gate.faults.append(Fault(EVICTION, code, times=5))
    assert stage.drain("n1")["n1"].phase == "drained"
    assert stage.kernel.now < 60


@pytest.mark.parametrize("code", ["401", "403"])
@pytest.mark.parametrize(
    "kind", ["pods", "poddisruptionbudgets", "persistentvolumeclaims", "volumeattachments"]
)
def test_one_refusal_of_a_feed_is_not_the_verdict(kind: str, code: str) -> None:
    stage = two_nodes(1, claims=["data"])
    stage.gate.faults.append(Fault(f"kubernetes:* {kind}", code))
    assert stage.drain("n1")["n1"].phase == "drained"


def test_a_webhook_that_refuses_is_named_and_asked_again() -> None:
    stage = two_nodes(2)
    hook = Webhook("guard.longhorn.io", "create pods/eviction", "replica is rebuilding", 403)
    stage.cluster.webhooks.append(hook)
    stage.kernel.after(95, stage.cluster.webhooks.clear)
    assert stage.drain("n1", retry=30)["n1"].phase == "drained"
    assert stage.kernel.now < 130
    blocked = [event.text for _at, event in stage.events if event.phase == "blocked"]
    assert any("guard.longhorn.io" in text for text in blocked)


@pytest.mark.parametrize("broken", [False, True])
def test_a_webhook_that_never_agrees(broken: bool) -> None:
    stage = two_nodes(1)
    stage.cluster.webhooks.append(
        Webhook("guard.longhorn.io", "create pods/eviction", "not now", 403, broken=broken)
    )
    status = stage.drain("n1", pdb_timeout=70)["n1"]
    assert status.phase == "failed"
    assert "blocked by admission" in status.reasons[0]
    assert "see what guard.longhorn.io waits for" in status.reasons[0]


def test_two_budgets_are_told_and_not_hammered() -> None:
    stage = two_nodes(1)
    stage.budget("cart", maxUnavailable=1)
    stage.budget("all", app="cart", maxUnavailable=1)
    status = stage.drain("n1", pdb_timeout=65)["n1"]
    assert status.phase == "failed"
    assert "covered by PDBs default/all and default/cart" in status.reasons[0]
    assert stage.calls("create pods/eviction") == 2
