# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rotation succeeds in worlds that are slow, rude or oddly furnished."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import DrainPolicy
from ansible_collections.nodeops.rotator.tests.simulation.aws import build as aws
from ansible_collections.nodeops.rotator.tests.simulation.aws.behavior import (
    Behavior as AwsBehavior,
)
from ansible_collections.nodeops.rotator.tests.simulation.builders import (
    BLUE,
    CLEAN,
    all_current,
    bare,
    due,
    images,
    sizes,
    traces,
)
from ansible_collections.nodeops.rotator.tests.simulation.gate import Fault
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.kube.behavior import (
    Behavior as KubeBehavior,
)
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run, prepare, rotate
from ansible_collections.nodeops.rotator.tests.simulation.scenarios import eks
from ansible_collections.nodeops.rotator.tests.simulation.world import NodeKind, World

WAYS = [
    {"max_surge": "1"},
    {"max_surge": "0", "max_unavailable": "1"},
    {"max_surge": "0", "max_unavailable": "100%", "confirm_sizes": True},
]


def well(world: World, run: Run, size: int = 4) -> None:
    """The rotation is complete and left nothing behind."""
    assert run.result is not None, (run.result, run.story()[-5:])
    assert run.result.error is None, (run.result, run.story()[-5:])
    assert all_current(world), sizes(world)
    assert sizes(world) == (size, size, size), sizes(world)
    assert traces(world) == CLEAN
    assert world.judge.breaches == []


@pytest.mark.parametrize("seed", range(1, 5))
@pytest.mark.parametrize("lag", [10.0, 20.0])
@pytest.mark.parametrize("way", WAYS[:2])
def test_describe_calls_that_are_far_behind(way: dict[str, str], lag: float, seed: int) -> None:
    world = due(
        seed, aws=AwsBehavior(describe_lag=lag, contention_odds=0.2, scaling_in_progress_odds=0.2)
    )
    well(world, rotate(world, BLUE, **way))


@pytest.mark.parametrize("seed", range(1, 5))
def test_a_new_instance_gets_the_name_of_one_whose_node_lingers(seed: int) -> None:
    """The cloud controller is slow to remove Nodes.

    So a kubelet could take over the Node of a former instance.
    """
    world = due(seed, kube=KubeBehavior(node_monitor_grace=600.0))
    well(world, rotate(world, BLUE, boot_timeout=300))


@pytest.mark.parametrize("seed", [1, 2])
def test_a_former_run_left_a_node_whose_name_is_used_again(seed: int) -> None:
    world = due(seed, size=5, kube=KubeBehavior(node_monitor_grace=300.0))
    run = prepare(world, BLUE, max_surge="2")
    run.inbox.stop_at(200 + 10 * seed)
    run()
    well(world, rotate(world, BLUE, run_id="r2", max_surge="2", boot_timeout=600), 5)


@pytest.mark.parametrize("size", [1, 3])
@pytest.mark.parametrize("way", WAYS)
def test_a_group_tainted_on_purpose(way: dict[str, str], size: int) -> None:
    kind = NodeKind(
        labels={"role": "blue"},
        taints=({"key": "dedicated", "value": "ml", "effect": "NoSchedule"},),
    )
    world = bare(size, kind)
    run = rotate(world, BLUE, **way)
    assert run.result is not None, run.story()[-3:]
    assert run.result.error is None, run.story()[-3:]
    assert {**traces(world), "taints": []} == CLEAN
    assert traces(world)["taints"] == ["dedicated"] * size
    assert sizes(world) == (size, size, size)
    assert world.judge.breaches == []


@pytest.mark.parametrize("way", WAYS[:2])
def test_a_startup_taint_is_waited_for(way: dict[str, str]) -> None:
    world = due()
    world.kinds[BLUE] = NodeKind(
        labels={"role": "blue"},
        taints=({"key": "agent/wait", "effect": "NoSchedule", "seconds": 60},),
    )
    well(world, rotate(world, BLUE, **way))
    assert world.kernel.now > 4 * 100, "each fresh node is waited for in ctx"


@pytest.mark.parametrize("way", WAYS)
def test_a_daemonset_that_is_broken_everywhere_is_named_and_holds_nothing_up(
    way: dict[str, str],
) -> None:
    world = bare(3, broken=True)
    run = rotate(world, BLUE, boot_timeout=300, **way)
    well(world, run, 3)
    assert any(
        event.phase == "warning" and "kube-system/broken" in event.text for _at, event in run.events
    )


@pytest.mark.parametrize("way", WAYS)
def test_a_daemonset_that_fails_only_on_fresh_nodes_fails_them(way: dict[str, str]) -> None:
    world = bare(3)
    agent = world.cluster.object("daemonsets", "agent", "kube-system")
    never = {"template": {"metadata": {"annotations": {"world.nodeops/ready-seconds": "never"}}}}
    assert agent is not None
    world.cluster.change(
        "daemonsets", agent, {"spec": {"updateStrategy": {"type": "OnDelete"}, **never}}
    )
    run = rotate(world, BLUE, boot_timeout=300, canary=0, **way)
    assert run.result is not None, run.story()[-3:]
    assert "DaemonSet pod kube-system/agent" in str(run.result.error), run.story()[-3:]
    assert world.judge.breaches == []


@pytest.mark.parametrize("way", WAYS[:2])
def test_a_node_that_an_operator_cordoned_still_counts(way: dict[str, str]) -> None:
    world = due()
    world.cluster.change("nodes", world.judge.nodes(BLUE)[1], {"spec": {"unschedulable": True}})
    well(world, rotate(world, BLUE, **way))


def test_a_node_that_was_cordoned_before_stays_so_when_it_is_put_back() -> None:
    world = due(max_unavailable=0, size=2)
    for node in world.judge.nodes(BLUE):
        world.cluster.change("nodes", node, {"spec": {"unschedulable": True}})
    run = rotate(world, BLUE, drain=DrainPolicy(timeout=300, pdb_timeout=60))
    assert run.result is not None
    assert "could not be drained" in str(run.result.error)
    assert len(traces(world)["cordoned"]) == 2
    assert traces(world)["marks"] == []
    assert world.judge.breaches == []


@pytest.mark.parametrize(
    "hook, seconds", [("EC2_INSTANCE_TERMINATING", 400), ("EC2_INSTANCE_LAUNCHING", 120)]
)
def test_lifecycle_hooks_hold_instances_back(hook: str, seconds: int) -> None:
    world = due()
    params: dict[str, Any] = {
        "AutoScalingGroupName": BLUE,
        "LifecycleHookName": "hook",
        "DefaultResult": "CONTINUE",
    }
    params |= {"LifecycleTransition": f"autoscaling:{hook}", "HeartbeatTimeout": seconds}
    world.account.call("autoscaling", "PutLifecycleHook", params, "operator")
    well(world, rotate(world, BLUE))


def test_an_instance_that_never_leaves_its_hook_is_told_and_not_waited_for_without_end() -> None:
    world = due()
    params: dict[str, Any] = {
        "AutoScalingGroupName": BLUE,
        "LifecycleHookName": "hook",
        "HeartbeatTimeout": 7200,
    }
    params["LifecycleTransition"] = "autoscaling:EC2_INSTANCE_TERMINATING"
    world.account.call("autoscaling", "PutLifecycleHook", params, "operator")
    run = rotate(world, BLUE)
    assert run.result is not None
    assert run.result.error is None
    assert all_current(world)
    held = [
        name
        for name, member in world.account.groups[BLUE].members.items()
        if member.lifecycle_state == "Terminating:Wait"
    ]
    told = [
        f"Instance {name} was told to terminate and its node"
        f" {world.account.instances[name].private_dns} is still there"
        for name in held
    ]
    assert sorted(run.result.values["not_restored"]) == sorted(told)
    assert len(held) == 4
    (record,) = traces(world)["journals"]
    assert {node[0] for node in json.loads(record)["replacing"]} == set(held)
    assert {**traces(world), "journals": []} == CLEAN
    world.kernel.advance(world.kernel.now + 7200)
    again = rotate(world, BLUE, run_id="r2")
    assert again.result is not None
    assert (again.result.status, traces(world)) == ("complete", CLEAN)
    assert world.judge.breaches == []


@pytest.mark.parametrize("seed", [1, 2])
def test_an_api_server_that_restarts_and_closes_watches(seed: int) -> None:
    world = due(seed, kube=KubeBehavior(watch_close_interval=20.0, watch_history=3))
    world.kernel.every(33, world.cluster.restart_api)
    well(world, rotate(world, BLUE, max_surge="2"))


def test_conflicts_on_writes_of_taints_are_not_hammered() -> None:
    world = due()
    world.gate.faults.append(Fault("kubernetes:patch nodes", "409", times=40))
    run = rotate(world, BLUE)
    well(world, run)
    assert world.gate.calls["kubernetes:patch nodes"] < 40 + 20
    assert world.kernel.now > 60 + 10 * 2


@pytest.mark.parametrize("delay, timeout", [(300.0, 60), (30.0, 300)])
def test_targets_that_drain_for_longer_than_anybody_waits(delay: float, timeout: int) -> None:
    world = eks.furnish(World(Kernel(2), aws=AwsBehavior(deregistration_delay=delay)))
    eks.point_to(world, BLUE, world.facts["new_image"])
    well(world, rotate(world, BLUE, lb_timeout=timeout, max_surge="2"), 5)


@pytest.mark.parametrize("size", [4, 6])
@pytest.mark.parametrize("way", WAYS[:2])
def test_a_zone_without_capacity(way: dict[str, str], size: int) -> None:
    world = due(size=size)
    world.account.capacity["m6i.large", world.account.zones[1]] = 0
    run = rotate(world, BLUE, **way)
    assert run.result is not None
    assert run.result.error is None
    assert all_current(world)
    assert sizes(world) == (size, size, size)
    assert world.judge.breaches == []
    assert ["AZRebalance" in sentence for sentence in run.result.values["not_restored"]] == [True]
    assert traces(world)["suspended"] == ["AZRebalance"], "so that it can be true what is said"


def test_an_image_behind_a_parameter_moves_on_while_we_work() -> None:
    world = due()
    account, new = world.account, world.facts["new_image"]
    aws.publish(account, "/golden/image", new)
    params = {
        "LaunchTemplateId": (account.groups[BLUE].template or {})["LaunchTemplateId"],
        "SourceVersion": "$Latest",
    }
    data = {"ImageId": "resolve:ssm:/golden/image"}
    account.call(
        "ec2", "CreateLaunchTemplateVersion", {**params, "LaunchTemplateData": data}, "operator"
    )
    world.kernel.advance(world.kernel.now + 60)
    account.images["ami-next"] = dataclasses.replace(account.images[new], id="ami-next")
    world.kernel.after(150, lambda: aws.publish(account, "/golden/image", "ami-next"))
    run = rotate(world, BLUE)
    assert run.result is not None, run.story()[-3:]
    assert run.result.error is None, run.story()[-3:]
    assert run.result.values["replaced"] == 4
    assert set(images(world)) == {new, "ami-next"}
    assert traces(world) == CLEAN
    assert world.judge.breaches == []
