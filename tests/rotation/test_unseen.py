# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is absent, unread or unknown is never taken for fine."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import DrainPolicy
from ansible_collections.nodeops.rotator.tests.simulation.builders import (
    BLUE,
    all_current,
    due,
    images,
    in_the_soak,
    sizes,
    soaked_anew,
)
from ansible_collections.nodeops.rotator.tests.simulation.kernel import EPOCH
from ansible_collections.nodeops.rotator.tests.simulation.kube import build as kube
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run, prepare
from ansible_collections.nodeops.rotator.tests.simulation.world import NEVER_JOINS, World

HOURS = 3600.0


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


def another_cluster() -> World:
    """A cluster of other nodes, in another network."""
    other = due(seed=2)
    for node in list(other.cluster.objects("nodes")):
        other.cluster.delete("nodes", node, 0)
    for index in range(4):
        other.cluster.node_joins(
            f"ip-172-16-0-{index + 4}.eu-west-1.compute.internal",
            f"aws:///eu-west-1a/i-{index:017x}",
            "eu-west-1a",
            "m6i.large",
            "amd64",
            {},
            f"172.16.0.{index + 4}",
            ready_after=0.0,
        )
    other.cluster.settle()
    return other


def test_a_kubeconfig_of_another_cluster_is_refused_before_anything_is_touched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from ansible_collections.nodeops.rotator.tests.simulation import runs

    world, other = due(), another_cluster()
    right = runs.kube_call
    monkeypatch.setattr(runs, "kube_call", lambda cluster, actor="": right(other.cluster, actor))
    before = images(world)
    run = ended(world)
    assert run.result is not None
    assert run.result.status == "refused"
    assert "0 of 4 instances" in str(run.result.error)
    assert images(world) == before
    assert sizes(world) == (4, 4, 4)
    assert not world.gate.calls["kubernetes:create pods/eviction"]


def test_the_tags_of_another_cluster_are_refused() -> None:
    world = due()
    run = prepare(world, BLUE)
    run.policy = __import__("dataclasses").replace(run.policy, cluster="other")
    result = run()
    assert result.status == "refused"
    assert "belongs to cluster demo" in str(result.error)


@pytest.mark.parametrize("unknown", ["leave", "end"])
def test_an_instance_whose_node_was_never_seen_is_no_victim_and_the_run_not_complete(
    unknown: str,
) -> None:
    world = due(max_unavailable=1)
    node = nodes(world)[0]
    instance = node["spec"]["providerID"].rsplit("/", 1)[-1]
    world.cluster.delete("nodes", node, 0)
    world.kernel.advance(world.kernel.now + 1)
    world.judge.rules[BLUE].unavailable = 1
    ends: list[str] = []

    def watch(call: Any) -> None:
        if call.operation == "TerminateInstanceInAutoScalingGroup":
            ends.append(call.params["InstanceId"])

    world.gate.judges.append(watch)
    run = ended(world, max_unavailable="1", unknown_instances=unknown)
    alive = world.account.instances[instance].state == "running"
    assert run.result is not None
    assert alive is (unknown == "leave")
    if not alive:
        assert ends[-1] == instance, "it goes last"
    assert (run.result.status == "complete") is (unknown == "end")
    if alive:
        assert f"Instance {instance}" in str(run.result.error)
        assert "has no Node in this cluster" in str(run.result.error)
        assert run.result.values["replaced"] == 3


def test_a_node_deleted_in_mid_drain_ends_its_instance_only_when_its_pods_are_gone() -> None:
    world = due(max_unavailable=0)
    ends: list[tuple[str, list[str]]] = []

    def drop() -> None:
        node = next(
            node
            for node in world.judge.nodes(BLUE)
            if node["metadata"].get("annotations", {}).get("nodeops.rotator/replacing")
        )
        world.cluster.delete("nodes", node, 0)

    def watch(call: Any) -> None:
        if call.operation == "TerminateInstanceInAutoScalingGroup":
            name = world.account.instances[call.params["InstanceId"]].private_dns
            pods = [pod["metadata"] for pod in world.cluster.pods_on(name)]
            living = [pod["name"] for pod in pods if pod["namespace"] == "shop"]
            ends.append((name, living))

    world.gate.judges.append(watch)
    world.kernel.after(300, drop)
    ended(world, drain=drain(timeout=900, pdb_timeout=600))
    assert ends
    assert not any(living for _name, living in ends)


def test_a_canary_that_never_came_has_not_passed() -> None:
    """The first victim carries nothing: it is NotReady, and gone at once."""
    world = due(size=6, replicas=6)
    dead = nodes(world)[0]["metadata"]["name"]
    world.cluster.node_silent(dead)
    world.kernel.advance(world.kernel.now + 460)
    world.judge.rules[BLUE].unavailable = 1
    world.bad_images[world.facts["new_image"]] = NEVER_JOINS
    run = ended(world, boot_timeout=300, failure_budget=2)
    assert run.result is not None
    assert run.result.values["canary"] == "failed"
    assert images(world).count(world.facts["old_image"]) >= 5


def test_a_canary_lost_in_its_soak_proves_nothing() -> None:
    world = due()
    run = prepare(world, BLUE, soak=120)
    run.inbox.past = 4 * HOURS

    def reclaim() -> None:
        for instance in list(world.account.instances.values()):
            if instance.image_id == world.facts["new_image"] and instance.state == "running":
                world.account.fleet.terminate(instance, ("Server.SpotInstanceTermination", "x"))

    in_the_soak(run, reclaim)
    result = run()
    assert result.status == "complete"
    assert all_current(world)
    assert soaked_anew(run), "with another node"


def test_a_replacement_node_that_takes_no_pods_is_none() -> None:
    world = due()
    joined = world.cluster.node_joins

    def cordoned(name: str, *args: Any, **more: Any) -> None:
        joined(name, *args, **more)
        node = world.cluster.object("nodes", name)
        world.cluster.change("nodes", node, {"spec": {"unschedulable": True}})

    world.cluster.node_joins = cordoned  # type: ignore[method-assign]
    run = ended(world)
    assert run.result is not None
    assert run.result.values["replaced"] == 0
    assert "its cordon to be lifted" in str(run.result.error)


def test_ages_are_judged_once() -> None:
    world = due()
    run = ended(world, max_node_age=200)
    assert run.result is not None
    assert run.result.values["replaced"] == 4


@pytest.mark.parametrize("gate", ["wait", "warn", "off"])
def test_pods_that_cannot_run_on_new_nodes_hold_the_next_replacement(gate: str) -> None:
    """The new template forgets a label that a workload selects; no budget guards it."""
    world = due()
    for node in nodes(world):
        world.cluster.change("nodes", node, {"metadata": {"labels": {"role": "web"}}})
    kube.deployment(world.cluster, "shop", "web", 8, pod={"nodeSelector": {"role": "web"}})
    world.cluster.settle()
    world.kernel.advance(world.kernel.now + 60)
    run = ended(world, workload_gate=gate)
    pods = [one for one in world.cluster.objects("pods") if one["metadata"]["name"][:4] == "web-"]
    pending = sum(one["status"]["phase"] == "Pending" for one in pods)
    told = [line for line in run.story() if "of 8 pods ready" in line]
    assert run.result is not None
    if gate == "wait":
        assert "didn't match Pod's node affinity/selector" in str(run.result.error)
        assert run.result.status == "failed"
    else:
        assert run.result.status == "complete"
        assert pending == 8
        assert bool(told) is (gate == "warn")


def test_a_pod_that_runs_again_soon_holds_nothing_up() -> None:
    world = due()
    kube.deployment(world.cluster, "shop", "web", 8)
    world.kernel.advance(world.kernel.now + 60)
    run = ended(world)
    assert run.result is not None
    assert run.result.status == "complete"


def test_young_nodes_that_have_joined_prove_the_cluster() -> None:
    """A run died in the midst; the only old node left has lost its Node."""
    world = due()
    node = nodes(world)[0]
    world.cluster.delete("nodes", node, 0)
    world.judge.rules[BLUE].unavailable = 1
    first = prepare(world, BLUE, max_unavailable="1")
    first.inbox.stop_at(world.kernel.now + 420)
    assert first().values["replaced"] == 3
    run = ended(world, run_id="r2", max_unavailable="1", unknown_instances="end")
    assert run.result is not None, run.story()[-5:]
    assert run.result.status == "complete", run.story()[-5:]
