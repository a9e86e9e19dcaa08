# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who undoes our acts is named, not fought; and every run ends."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import DrainPolicy
from ansible_collections.nodeops.rotator.tests.simulation.builders import (
    BLUE,
    CLEAN,
    due,
    sizes,
    traces,
)
from ansible_collections.nodeops.rotator.tests.simulation.gate import Fault
from ansible_collections.nodeops.rotator.tests.simulation.kernel import EPOCH, Kernel
from ansible_collections.nodeops.rotator.tests.simulation.kube import build as kube
from ansible_collections.nodeops.rotator.tests.simulation.kube.admission import Webhook
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run, prepare
from ansible_collections.nodeops.rotator.tests.simulation.scenarios import eks
from ansible_collections.nodeops.rotator.tests.simulation.world import World

HOURS = 3600.0
TERMINATE = "TerminateInstanceInAutoScalingGroup"
LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases"


def ended(world: World, hours: float = 4, **options: Any) -> Run:
    """Rotate; a run that has not ended by then raises TimeoutError."""
    run = prepare(world, BLUE, **options)
    run.inbox.past = world.kernel.now + hours * HOURS
    run()
    assert run.result is not None
    return run


def drain(**options: Any) -> DrainPolicy:
    return DrainPolicy(epoch=EPOCH.timestamp(), **options)


def nodes(world: World) -> list[dict[str, Any]]:
    return sorted(world.judge.nodes(BLUE), key=lambda node: str(node["metadata"]["name"]))


def every(world: World, seconds: float, act: Any) -> None:
    """Let somebody do this again and again."""

    def again() -> None:
        act()
        world.kernel.after(seconds, again)

    world.kernel.after(seconds, again)


def fresh(world: World) -> list[Any]:
    image = world.facts["new_image"]
    return [one for one in world.account.instances.values() if one.image_id == image]


def test_an_autoscaler_that_takes_new_nodes_leaves_the_group_at_its_size() -> None:
    world = due(max_unavailable=0)

    def take() -> None:
        for instance in fresh(world):
            if instance.state == "running":
                params = {"InstanceId": instance.id, "ShouldDecrementDesiredCapacity": True}
                world.account.call("autoscaling", TERMINATE, params, "operator")

    def free() -> None:
        budget = world.cluster.object("poddisruptionbudgets", "cart", "shop")
        world.cluster.change("poddisruptionbudgets", budget, {"spec": {"maxUnavailable": 1}})

    world.kernel.after(600, take)
    world.kernel.after(700, free)
    ended(world, drain=drain(timeout=3000, pdb_timeout=2500))
    assert world.judge.breaches == []
    assert sizes(world)[1] == 4


def test_new_nodes_are_kept_from_the_autoscaler_until_the_end() -> None:
    world, key = due(), "cluster-autoscaler.kubernetes.io/scale-down-disabled"
    seen = set()

    def look() -> None:
        for node in world.judge.nodes(BLUE):
            if node["metadata"].get("annotations", {}).get(key) == "true":
                seen.add(node["metadata"]["name"])

    every(world, 5, look)
    ended(world)
    left = [n for n in nodes(world) if key in n["metadata"].get("annotations", {})]
    assert len(seen) == 4
    assert left == []
    assert traces(world) == CLEAN


def test_a_cordon_that_somebody_lifts_again_and_again_ends_the_run_and_is_told() -> None:
    world = due(max_unavailable=0)

    def uncordon() -> None:
        for node in world.judge.nodes(BLUE):
            if node["spec"].get("unschedulable"):
                world.cluster.change("nodes", node, {"spec": {"unschedulable": False}})

    every(world, 30, uncordon)
    run = ended(world, hours=1, drain=drain(timeout=900, pdb_timeout=600))
    assert run.result is not None
    assert run.result.status == "failed"
    assert len(run.inbox.commands) < 600
    assert sum(event.phase == "undone" for _at, event in run.events) <= 8


def test_a_controller_that_owns_the_taints_is_not_fought() -> None:
    world = due()

    def strip() -> None:
        for node in world.judge.nodes(BLUE):
            kept = [t for t in node["spec"].get("taints", ()) if "nodeops" not in t["key"]]
            if len(kept) != len(node["spec"].get("taints", ())):
                world.cluster.change("nodes", node, {"spec": {"taints": kept}})

    every(world, 0.5, strip)
    run = ended(world)
    patches = world.gate.calls["kubernetes:patch nodes"]
    assert run.result is not None
    assert run.result.status == "complete"
    assert patches < 150
    assert any("undoes our taints" in line for line in run.story())


@pytest.mark.parametrize("budget", [None, 1])
def test_a_pod_that_tolerates_everything_is_named_and_evicted_a_last_time(
    budget: int | None,
) -> None:
    world = due(size=3, replicas=3)
    pod = {"tolerations": [{"operator": "Exists"}], "nodeSelector": {"pinned": "here"}}
    victim = nodes(world)[0]
    world.cluster.change("nodes", victim, {"metadata": {"labels": {"pinned": "here"}}})
    kube.deployment(world.cluster, "sys", "typha", 1, pod=pod)
    if budget:
        kube.pdb(world.cluster, "sys", "typha", max_unavailable=budget)
    world.kernel.advance(world.kernel.now + 60)
    options = {"drain": drain(timeout=400, pdb_timeout=300), "workload_gate": "off"}
    run = ended(world, **options)  # nowhere else can this pod run
    assert run.result is not None, run.story()[-6:]
    assert run.result.status == "complete", run.story()[-6:]
    assert world.gate.calls["kubernetes:create pods/eviction"] < 30
    assert world.judge.breaches == [], world.judge.breaches[:3]


def test_what_comes_to_a_drained_node_whose_end_waits_is_evicted_before_it() -> None:
    world = due(size=3, replicas=3)
    kube.deployment(world.cluster, "sys", "typha", 4, pod={"tolerations": [{"operator": "Exists"}]})
    world.kernel.advance(world.kernel.now + 60)
    busy = Fault(f"autoscaling:{TERMINATE}", "ScalingActivityInProgress", times=9)
    world.gate.faults.append(busy)
    run = ended(world, drain=drain(timeout=400, pdb_timeout=300), workload_gate="off")
    assert run.result is not None, run.story()[-6:]
    assert run.result.status == "complete", run.story()[-6:]
    assert world.judge.breaches == [], world.judge.breaches[:3]


def test_instances_that_die_at_launch_do_not_keep_a_run_going() -> None:
    world = due()

    def reap() -> None:
        for instance in fresh(world):
            old = world.kernel.now - instance.launched_at > 40
            if old and instance.state in ("pending", "running"):
                world.account.fleet.terminate(instance, ("Client.InternalError", "x"))

    every(world, 5, reap)
    run = ended(world, hours=2)
    assert run.result is not None
    assert run.result.status == "failed"
    assert "ended before they were ready" in str(run.result.error)


def test_a_process_suspended_in_mid_run_is_named() -> None:
    world = due(size=6, replicas=6)
    params = {"AutoScalingGroupName": BLUE, "ScalingProcesses": ["Launch"]}
    world.kernel.after(
        150, lambda: world.account.call("autoscaling", "SuspendProcesses", params, "operator")
    )
    run = ended(world)
    assert run.result is not None
    assert "Launch suspended" in str(run.result.error)


@pytest.mark.parametrize("match", ["create pods/eviction", "update leases", "patch nodes"])
def test_one_401_among_good_answers_ends_nothing(match: str) -> None:
    world = due()
    fault = Fault(f"kubernetes:{match}", "401", "Unauthorized", times=1, skip=2)
    world.gate.faults.append(fault)
    run = ended(world)
    assert run.result is not None
    assert run.result.status == "complete"


@pytest.mark.parametrize(("broken", "code"), [(False, 403), (True, 500)])
@pytest.mark.parametrize("lasts", [30, 0])
def test_a_webhook_on_nodes_is_waited_for_and_named(broken: bool, code: int, lasts: int) -> None:
    world = due()
    hook = Webhook("nodes.policy.example.com", "patch nodes", "no", code, broken=broken)
    world.cluster.webhooks.append(hook)
    if lasts:
        world.kernel.after(lasts, world.cluster.webhooks.clear)
    run = ended(world)
    assert run.result is not None
    if lasts:
        assert run.result.status == "complete"
    else:
        assert hook.name in str(run.result.error)
        assert "RBAC" not in str(run.result.error)


@pytest.mark.parametrize("times", [1, 2])
def test_a_lease_that_is_deleted_is_created_once_more(times: int) -> None:
    world = due()

    def delete() -> None:
        for lease in world.cluster.objects("leases"):
            if lease["metadata"]["name"].startswith("nodeops"):
                path = f"{LEASES}/{lease['metadata']['name']}"
                assert world.cluster.request("DELETE", path, token="operator")[0] == 200

    for number in range(times):
        world.kernel.after(100 + 100 * number, delete)
    run = ended(world)
    assert run.result is not None
    assert run.result.status == ("complete" if times == 1 else "failed")
    if times == 2:
        assert "deleted twice" in str(run.result.error)


def test_a_finished_pod_holds_nothing_up_whatever_its_finalizers() -> None:
    world = due()
    kube.job(world.cluster, "batch", "import", 4, 4, seconds=5)
    world.kernel.advance(world.kernel.now + 60)
    for pod in list(world.cluster.objects("pods", "batch")):
        finalizers = {"metadata": {"finalizers": ["example.com/archive"]}}
        world.cluster.change("pods", pod, finalizers)
    run = ended(world)
    assert run.result is not None, run.story()[-5:]
    assert run.result.status == "complete", run.story()[-5:]
    assert traces(world) == CLEAN
    assert world.judge.breaches == []


@pytest.mark.parametrize("at", [60, 150, 230])
def test_new_nodes_that_no_target_group_gets_are_named(at: int) -> None:
    """AddToLoadBalancer is suspended in mid-run, so new nodes get no traffic."""
    world = eks.furnish(World(Kernel(1)))
    eks.point_to(world, BLUE, world.facts["new_image"])
    params = {"AutoScalingGroupName": BLUE, "ScalingProcesses": ["AddToLoadBalancer"]}
    call = world.account.call
    world.kernel.after(at, lambda: call("autoscaling", "SuspendProcesses", params, "operator"))
    run = ended(world, gate_timeout=300)
    assert run.result is not None
    assert run.result.status == "failed"
    named = ("AddToLoadBalancer suspended", "healthy", "was not registered in")
    assert any(words in str(run.result.error) for words in named), run.result.error
    assert {**traces(world), "suspended": []} == CLEAN
    assert world.judge.breaches == []


def test_a_label_that_somebody_takes_off_is_named_and_not_the_cordon() -> None:
    world = eks.furnish(World(Kernel(1)))
    eks.point_to(world, BLUE, world.facts["new_image"])
    label = "node.kubernetes.io/exclude-from-external-load-balancers"

    def strip() -> None:
        for node in world.judge.nodes(BLUE):
            if label in node["metadata"].get("labels", {}):
                world.cluster.change("nodes", node, {"metadata": {"labels": {label: None}}})

    every(world, 0.7, strip)
    run = ended(world)
    told = [event.text for _at, event in run.events if event.phase == "undone"]
    assert run.result is not None
    assert run.result.status == "complete"
    assert told
    assert all(f"our label {label}" in text and "cordon" not in text for text in told)
    assert world.gate.calls["kubernetes:patch nodes"] < 150
