# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each impoliteness of the World can be switched.

The scenario does so, also while it runs, and the switch changes what a client sees. The table in
docs/simulation.md names the same switches.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.aws.behavior import (
    Behavior as AwsBehavior,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import AwsError
from ansible_collections.nodeops.rotator.tests.simulation.gate import Fault
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.kube.behavior import (
    Behavior as KubeBehavior,
)
from ansible_collections.nodeops.rotator.tests.simulation.scenarios import small
from ansible_collections.nodeops.rotator.tests.simulation.world import World

POLITE_AWS = AwsBehavior.polite()
POLITE_KUBE = dataclasses.replace(KubeBehavior.polite(), node_monitor_grace=0.5, cloud_period=0.5)
GROUP = "demo-blue"


def a_world(aws: Mapping[str, Any] | None = None, kube: Mapping[str, Any] | None = None) -> World:
    """Four nodes in three zones and four pods, polite but for what is given.

    The group may grow.
    """
    behavior = (
        dataclasses.replace(POLITE_AWS, **aws or {}),
        dataclasses.replace(POLITE_KUBE, **kube or {}),
    )
    world = World(Kernel(), aws=behavior[0], kube=behavior[1])
    world.join = world.ready = (0.0, 0.0)
    small.furnish(world, size=4, replicas=4)
    world.account.groups[GROUP].maximum = 9
    return world


def ask(world: World, operation: str, **params: Any) -> dict[str, Any]:
    return world.account.call(
        "autoscaling", operation, {"AutoScalingGroupName": GROUP, **params}, "operator"
    )


def shown(world: World) -> dict[str, Any]:
    params = {"AutoScalingGroupNames": [GROUP]}
    group: dict[str, Any] = world.account.call(
        "autoscaling", "DescribeAutoScalingGroups", params, "operator"
    )["AutoScalingGroups"][0]
    return group


def states(world: World) -> dict[str, str]:
    return {one["InstanceId"]: one["LifecycleState"] for one in shown(world)["Instances"]}


def wait(world: World, seconds: float) -> None:
    world.kernel.advance(world.kernel.now + seconds)


def victim(world: World, zone: str = "b") -> str:
    return str(
        next(
            one["InstanceId"]
            for one in shown(world)["Instances"]
            if one["AvailabilityZone"].endswith(zone)
        )
    )


def end(world: World, name: str, decrement: bool = False) -> None:
    params = {"InstanceId": name, "ShouldDecrementDesiredCapacity": decrement}
    world.account.call("autoscaling", "TerminateInstanceInAutoScalingGroup", params, "operator")


def stale_answers(world: World) -> Any:
    ask(world, "UpdateAutoScalingGroup", MaxSize=8)
    wait(world, 2.5)
    return {shown(world)["MaxSize"] for _look in range(100)}


def launched_after_a_second(world: World) -> Any:
    ask(world, "SetDesiredCapacity", DesiredCapacity=5)
    wait(world, 1)
    return len(states(world))


def still_in_service(world: World) -> Any:
    name = victim(world)
    end(world, name)
    wait(world, 0.5)
    return states(world).get(name) == "InService"


def node_outlives_its_instance(world: World) -> Any:
    instance = world.account.instances[victim(world)]
    end(world, instance.id, decrement=True)
    wait(world, 3)
    return instance.alive, world.cluster.object("nodes", instance.private_dns) is not None


def budget_trails(world: World) -> Any:
    path = "/apis/apps/v1/namespaces/shop/deployments/cart"
    patch = {"spec": {"replicas": 6}}
    assert world.cluster.request("PATCH", path, {}, patch, "application/merge-patch+json")[0] == 200
    wait(world, 0.01)
    return world.cluster.request(
        "GET", "/apis/policy/v1/namespaces/shop/poddisruptionbudgets/cart"
    )[1]["status"]["desiredHealthy"]


def name_comes_back(world: World) -> Any:
    old = world.account.instances[victim(world)]
    end(world, old.id, decrement=True)
    wait(world, 10)
    ask(world, "SetDesiredCapacity", DesiredCapacity=4)
    wait(world, 10)
    fresh = [one for one in world.account.instances.values() if one.launched_at >= 0]
    return [(one.private_ip, one.private_dns) == (old.private_ip, old.private_dns) for one in fresh]


def refusal(world: World) -> Any:
    try:
        ask(world, "SetDesiredCapacity", DesiredCapacity=5)
    except AwsError as error:
        return error.code
    return ""


def zones_after_resuming(world: World) -> Any:
    ask(world, "SuspendProcesses", ScalingProcesses=["AZRebalance"])
    end(world, victim(world), decrement=True)
    wait(world, 5)
    ask(world, "ResumeProcesses", ScalingProcesses=["AZRebalance"])
    wait(world, 60)
    return sorted(Counter(one["AvailabilityZone"] for one in shown(world)["Instances"]).values())


def page_of_instances(world: World) -> Any:
    return len(world.account.call("ec2", "DescribeInstances", {}, "operator")["Reservations"])


def watch_lasts(world: World) -> Any:
    watch = world.cluster.watch("/api/v1/nodes", {"resourceVersion": "0", "timeoutSeconds": "300"})
    wait(world, 20)
    return not watch.closed


def streams_lists(world: World) -> Any:
    query = {"sendInitialEvents": "true", "resourceVersionMatch": "NotOlderThan"}
    return world.cluster.watch("/api/v1/nodes", query).status


SWITCHES: dict[str, tuple[dict[str, Any], dict[str, Any], Callable[[World], Any], Any, Any]] = {
    "aws.describe_lag": ({"describe_lag": 5.0}, {}, stale_answers, {8}, {8, 9}),
    "aws.scaling_delay": ({"scaling_delay": (5.0, 60.0)}, {}, launched_after_a_second, 5, 4),
    "aws.terminate_lag": ({"terminate_lag": (2.0, 4.0)}, {}, still_in_service, False, True),
    "kube.cloud_period": (
        {},
        {"cloud_period": 30.0},
        node_outlives_its_instance,
        (False, False),
        (False, True),
    ),
    "kube.node_monitor_grace": (
        {},
        {"node_monitor_grace": 40.0},
        node_outlives_its_instance,
        (False, False),
        (False, True),
    ),
    "kube.pdb_lag": ({}, {"pdb_lag": 2.0}, budget_trails, 5, 3),
    "aws.reuse_addresses": ({"reuse_addresses": True}, {}, name_comes_back, [False], [True]),
    "aws.contention_odds": ({"contention_odds": 1.0}, {}, refusal, "", "ResourceContention"),
    "aws.scaling_in_progress_odds": (
        {"scaling_in_progress_odds": 1.0},
        {},
        refusal,
        "",
        "ScalingActivityInProgress",
    ),
    "aws.throttle_odds": ({"throttle_odds": 1.0}, {}, refusal, "", "Throttling"),
    "aws.az_rebalance": ({"az_rebalance": True}, {}, zones_after_resuming, [1, 2], [1, 1, 1]),
    "aws.page_size": ({"page_size": 3}, {}, page_of_instances, 4, 3),
    "kube.watch_list": ({}, {"watch_list": False}, streams_lists, 200, 422),
    "kube.watch_close_interval": ({}, {"watch_close_interval": 5.0}, watch_lasts, True, False),
}
"""By name: the fields that switch it on, what to look at, what a polite and what an impolite world
shows."""


@pytest.mark.parametrize("name", list(SWITCHES))
def test_a_scenario_switches_it(name: str) -> None:
    aws, kube, look, polite, impolite = SWITCHES[name]
    assert look(a_world()) == polite
    assert look(a_world(aws, kube)) == impolite


@pytest.mark.parametrize("name", list(SWITCHES))
def test_a_plan_switches_it_while_the_world_runs(name: str) -> None:
    aws, kube, look, _polite, impolite = SWITCHES[name]
    world = a_world()
    world.behave(30, aws, kube)
    wait(world, 30.1)
    assert look(world) == impolite


def test_the_documentation_names_every_switch() -> None:
    text = (Path(__file__).parents[3] / "docs" / "simulation.md").read_text()
    assert [name for name in SWITCHES if f"`{name}`" not in text] == []


def test_a_field_that_is_none_is_refused_at_once() -> None:
    with pytest.raises(TypeError):
        a_world().behave(30, aws={"patience": 1})


def test_a_hook_keeps_the_old_while_its_replacement_is_launched() -> None:
    for hooked in (False, True):
        world = a_world()
        if hooked:
            transition = "autoscaling:EC2_INSTANCE_TERMINATING"
            ask(
                world,
                "PutLifecycleHook",
                LifecycleHookName="drain",
                LifecycleTransition=transition,
                HeartbeatTimeout=300,
            )
        name = victim(world)
        end(world, name)
        wait(world, 5)
        assert Counter(states(world).values())["InService"] == 4
        assert (states(world).get(name) == "Terminating:Wait") is hooked


def test_a_decrement_at_the_minimum_is_refused() -> None:
    world = a_world()
    world.account.groups[GROUP].minimum = 4
    with pytest.raises(AwsError) as caught:
        end(world, victim(world), decrement=True)
    assert caught.value.code == "ValidationError"
    world.account.groups[GROUP].minimum = 3
    end(world, victim(world), decrement=True)
    assert shown(world)["DesiredCapacity"] == 3


def test_a_maximum_below_the_size_lowers_desired_and_kills() -> None:
    world = a_world()
    ask(world, "UpdateAutoScalingGroup", MaxSize=2)
    wait(world, 10)
    assert shown(world)["DesiredCapacity"] == 2
    assert len(states(world)) == 2


def test_an_unprotected_surplus_falls_and_a_protected_one_stays() -> None:
    world = a_world()
    kept = sorted(states(world))[:3]
    ask(world, "SetInstanceProtection", InstanceIds=kept, ProtectedFromScaleIn=True)
    ask(world, "SetDesiredCapacity", DesiredCapacity=1)
    wait(world, 10)
    assert sorted(states(world)) == kept


@pytest.mark.parametrize("code", ["ResourceContention", "ScalingActivityInProgress", "Throttling"])
def test_a_fault_plan_says_when_and_how_often(code: str) -> None:
    world = a_world()
    world.gate.faults.append(Fault("autoscaling:SetDesired*", code, times=2, skip=1))
    assert [refusal(world) for _call in range(4)] == ["", code, code, ""]


def test_a_restarted_api_server_has_forgotten_old_versions() -> None:
    world = a_world()
    version = world.cluster.request("GET", "/api/v1/nodes")[1]["metadata"]["resourceVersion"]
    query = {"resourceVersion": version, "timeoutSeconds": "60"}
    before = world.cluster.watch("/api/v1/nodes", query)
    assert before.lines() == []
    assert not before.closed
    ask(world, "SetDesiredCapacity", DesiredCapacity=5)
    wait(world, 5)
    world.cluster.restart_api()
    assert before.closed
    again = world.cluster.watch("/api/v1/nodes", query)
    assert again.status == 410 or b"410" in b"".join(again.lines())
