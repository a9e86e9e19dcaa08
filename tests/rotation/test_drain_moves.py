# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drains on virtual time: what moves, in which order, at what price.

They run on the simulated cluster.
"""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import DeletePod
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import (
    BudgetOverride,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.selectors import parse
from ansible_collections.nodeops.rotator.tests.rotation.drain_builders import (
    READY,
    START,
    STOP,
    Stage,
)
from ansible_collections.nodeops.rotator.tests.simulation.kube.behavior import Behavior

QUICK = {START: "0", READY: "0.2", STOP: "0"}


def test_everything_moves_and_the_daemon_stays() -> None:
    stage = Stage()
    stage.node("n1")
    stage.deployment("cart", 5)
    stage.daemonset("agent")
    stage.node("n2")
    status = stage.drain("n1")["n1"]
    assert (status.phase, status.evicted, status.total) == ("drained", 5, 5)
    assert [name[:5] for name in stage.names_on("n1")] == ["agent"]
    states = {pod.state for pod in status.pods if pod.namespace == "default"}
    assert states == {"evicted"}
    assert {pod.state for pod in status.pods if pod.namespace == "kube-system"} == {"left"}
    assert all(
        pod.asked is not None and pod.gone is not None and pod.asked < pod.gone
        for pod in status.pods
        if pod.state == "evicted"
    )


def test_an_empty_node_is_drained_at_once() -> None:
    stage = Stage()
    stage.node("n1")
    assert stage.drain("n1", wait_for_volumes=False)["n1"].phase == "drained"
    assert stage.kernel.now == 0
    assert stage.calls("create pods/eviction") == 0


def test_a_node_that_does_not_exist_is_drained() -> None:
    stage = Stage()
    result = stage.order("ghost")
    assert [(t.before, t.good) for t in result.nodes] == [(None, True)]
    assert stage.commands() == []


@pytest.mark.parametrize("allowed", [1, 5])
def test_a_budget_costs_no_refusal_and_no_pause(allowed: int) -> None:
    """Each wave goes as soon as the budget's status frees it.

    No request is refused, and no polling interval passes.
    """
    stage = Stage(Behavior(pdb_lag=0.0, controller_delay=0.0, scheduler_delay=0.0))
    stage.node("n1")
    stage.deployment("cart", 30, annotations=QUICK, grace=0)
    stage.budget("cart", maxUnavailable=allowed)
    stage.node("n2")
    began = stage.asked
    status = stage.drain("n1")["n1"]
    assert status.phase == "drained"
    assert stage.calls("create pods/eviction") == 30
    assert stage.asked - began <= 30 + 3
    waves = 30 / allowed
    # A wave is a request there and back (50 ms), and 0.2 s until the new pods are ready.
    assert stage.kernel.now <= waves * 0.25 + 0.1


def test_a_budget_is_never_asked_for_more_than_it_allows() -> None:
    stage = Stage()
    stage.node("n1")
    stage.deployment("cart", 12)
    stage.budget("cart", maxUnavailable=2)
    stage.node("n2")
    lowest = [12]
    stage.kernel.every(0.01, lambda: lowest.append(stage.cluster.ready_pods("default", "app=cart")))
    assert stage.drain("n1")["n1"].phase == "drained"
    assert stage.calls("create pods/eviction") == 12
    assert min(lowest) == 10


def test_nodes_that_share_a_budget_take_turns() -> None:
    stage = Stage()
    stage.node("n1")
    stage.deployment("cart", 6)
    stage.cordon("n1")
    stage.node("n2")
    stage.cluster.change(
        "deployments", stage.found("deployments", "cart", "default"), {"spec": {"replicas": 12}}
    )
    stage.cluster.settle()
    assert (len(stage.names_on("n1")), len(stage.names_on("n2"))) == (6, 6)
    stage.budget("cart", maxUnavailable=1)
    stage.node("n3")
    home = {
        pod["metadata"]["name"]: pod["spec"]["nodeName"] for pod in stage.cluster.objects("pods")
    }
    status = stage.drain("n1", "n2")
    assert {entry.phase for entry in status.values()} == {"drained"}
    turns = [home[command.name] for _at, command in stage.evictions()]
    assert turns == ["n1", "n2"] * 6
    assert stage.calls("create pods/eviction") == 12


def test_volumes_of_evicted_pods_are_waited_for() -> None:
    stage = Stage(Behavior(volume_detach=5.0))
    stage.node("n1")
    stage.cluster.create(
        "persistentvolumeclaims",
        {
            "metadata": {"name": "data", "namespace": "default"},
            "spec": {"resources": {"requests": {"storage": "1Gi"}}},
        },
    )
    stage.deployment("db", 1, claims=["data"])
    stage.node("n2")
    assert [a["spec"]["nodeName"] for a in stage.cluster.objects("volumeattachments")] == ["n1"]
    status = stage.drain("n1")["n1"]
    assert status.phase == "drained"
    assert "n1" not in [a["spec"]["nodeName"] for a in stage.cluster.objects("volumeattachments")]
    assert any(event.phase == "volumes" for _at, event in stage.events)


def test_volumes_need_not_be_waited_for() -> None:
    stage = Stage(Behavior(volume_detach=500.0))
    stage.node("n1")
    stage.cluster.create(
        "persistentvolumeclaims", {"metadata": {"name": "data", "namespace": "default"}, "spec": {}}
    )
    stage.deployment("db", 1, claims=["data"])
    stage.node("n2")
    assert stage.drain("n1", wait_for_volumes=False)["n1"].phase == "drained"
    assert stage.kernel.now < 10


def test_a_volume_that_stays_is_a_failure_with_a_name() -> None:
    stage = Stage(Behavior(volume_detach=500.0))
    stage.node("n1")
    stage.cluster.create(
        "persistentvolumeclaims", {"metadata": {"name": "data", "namespace": "default"}, "spec": {}}
    )
    stage.deployment("db", 1, claims=["data"])
    stage.node("n2")
    status = stage.drain("n1", volume_timeout=60)["n1"]
    volume = next(iter(stage.cluster.objects("persistentvolumes")))["metadata"]["name"]
    assert status.phase == "failed"
    assert status.reasons == (f"volume {volume} is still attached to n1; see its CSI driver",)


def test_grace() -> None:
    stage = Stage()
    stage.node("n1")
    stage.deployment("long", 1, grace=300)
    stage.deployment("short", 1, grace=5)
    stage.node("n2")
    stage.drain("n1", max_grace_period=60)
    asked = {command.name.split("-")[0]: command.grace for _at, command in stage.evictions()}
    assert asked == {"long": 60, "short": None}


def test_a_grace_of_zero_is_zero() -> None:
    stage = Stage()
    stage.node("n1")
    stage.deployment("cart", 1, annotations={STOP: "grace"}, grace=300)
    stage.node("n2")
    assert stage.drain("n1", grace_period=0)["n1"].phase == "drained"
    assert stage.kernel.now < 1


def test_low_priority_first() -> None:
    stage = Stage()
    stage.node("n1")
    stage.deployment("shop", 2, priority=1000)
    stage.deployment("batch", 2, priority=-5)
    stage.deployment("web", 2)
    stage.node("n2")
    assert stage.drain("n1", by_priority=True)["n1"].phase == "drained"
    asked = [(at, command.name.split("-")[0]) for at, command in stage.evictions()]
    assert [name for _at, name in asked] == ["batch", "batch", "web", "web", "shop", "shop"]
    assert asked[1][0] + 1 <= asked[2][0], "the next priority waits until the one before is gone"


def test_deletion_asks_no_budget() -> None:
    stage = Stage()
    stage.node("n1")
    stage.deployment("cart", 3)
    stage.budget("cart", maxUnavailable=0)
    stage.node("n2")
    assert stage.drain("n1", disable_eviction=True)["n1"].phase == "drained"
    assert {type(command) for command in stage.commands()} == {DeletePod}
    assert stage.calls("watch poddisruptionbudgets", "list poddisruptionbudgets") == 0


@pytest.mark.parametrize(
    ("action", "phase", "deleted"),
    [("delete", "drained", True), ("skip_node", "skipped", False), ("wait", "failed", False)],
)
def test_pdb_overrides(action: str, phase: str, deleted: bool) -> None:
    stage = Stage()
    stage.node("n1")
    stage.deployment("cart", 1)
    stage.budget("cart", maxUnavailable=0)
    stage.node("n2")
    overrides = (
        BudgetOverride(parse("app=other"), "skip_node"),
        BudgetOverride(parse("app=cart"), action),
    )
    status = stage.drain("n1", pdb_overrides=overrides, timeout=300, pdb_timeout=60)["n1"]
    assert status.phase == phase
    assert any(isinstance(command, DeletePod) for command in stage.commands()) is deleted
    if action == "wait":
        assert stage.kernel.now == pytest.approx(300), "pdb_timeout does not count for it"


def test_do_not_disrupt_is_waited_for() -> None:
    stage = Stage()
    stage.node("n1")
    stage.deployment("calm", 1, annotations={"karpenter.sh/do-not-disrupt": "true"})
    stage.deployment("cart", 1)
    stage.node("n2")
    status = stage.drain("n1", honor_do_not_disrupt="wait", timeout=100)["n1"]
    assert status.phase == "failed"
    assert [command.name.split("-")[0] for _at, command in stage.evictions()] == ["cart"]
    assert len(status.reasons) == 1
    assert "marked karpenter.sh/do-not-disrupt=true" in status.reasons[0]


def test_do_not_disrupt_skips_the_node_untouched() -> None:
    stage = Stage()
    stage.node("n1")
    stage.deployment(
        "calm", 1, annotations={"cluster-autoscaler.kubernetes.io/safe-to-evict": "false"}
    )
    stage.deployment("cart", 1)
    stage.node("n2")
    assert stage.drain("n1", honor_do_not_disrupt="skip_node")["n1"].phase == "skipped"
    assert stage.commands() == []


def test_jobs_are_waited_for() -> None:
    stage = Stage()
    stage.node("n1")
    template = {
        "metadata": {"annotations": {"world.nodeops/run-seconds": "40"}},
        "spec": {"containers": [{"name": "sum", "image": "x"}]},
    }
    stage.cluster.create(
        "jobs",
        {"metadata": {"name": "sum", "namespace": "default"}, "spec": {"template": template}},
    )
    stage.kernel.advance(10)
    assert stage.drain("n1", wait_for_jobs=True)["n1"].phase == "drained"
    assert 40 <= stage.kernel.now < 60
    assert all(at >= 40 for at, _command in stage.evictions()), (
        "only what is left of it when it is over"
    )


def test_the_request_budget_holds_back_and_loses_nothing() -> None:
    stage = Stage(Behavior.polite())
    stage.node("n1")
    stage.deployment("cart", 220, annotations={STOP: "0"})
    stage.node("n2")
    assert stage.drain("n1")["n1"].phase == "drained"
    times = sorted(at for at, _command in stage.evictions())
    assert len(times) == 220
    assert sum(at < 0.01 for at in times) <= 101
    assert times[-1] == pytest.approx(120 / 50, abs=0.2)
