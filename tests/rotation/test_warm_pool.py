# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is outdated in a warm pool goes first, and comes back current."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.aws.build_pools import (
    add_warm_pool,
)
from ansible_collections.nodeops.rotator.tests.simulation.builders import (
    BLUE,
    all_current,
    due,
    sizes,
    traces,
)
from ansible_collections.nodeops.rotator.tests.simulation.gate import Call
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run, prepare, rotate
from ansible_collections.nodeops.rotator.tests.simulation.scenarios import small
from ansible_collections.nodeops.rotator.tests.simulation.scenarios.eks import point_to
from ansible_collections.nodeops.rotator.tests.simulation.virtual import Killed
from ansible_collections.nodeops.rotator.tests.simulation.world import NEVER_READY, World

STATES = pytest.mark.parametrize("state", ["Stopped", "Running", "Hibernated"])


def pooled(state: str = "Stopped", seed: int = 1, reuse: bool = False, **more: Any) -> World:
    """Two instances of the old template are in the warm pool of the group."""
    world = small.furnish(World(Kernel(seed)))
    more = more or {"MaxGroupPreparedCapacity": 6}
    add_warm_pool(world.account, world.account.groups[BLUE], state, reuse, **more)
    point_to(world, BLUE, world.facts["new_image"])
    return world


def images(world: World) -> list[str]:
    """The images of the instances that are in the pool and stay there."""
    pool = world.account.groups[BLUE].warm_pool
    assert pool is not None
    return [
        world.account.instances[name].image_id
        for name, member in pool.members.items()
        if not member.doomed and world.account.instances[name].state != "terminated"
    ]


def values(run: Run) -> dict[str, Any]:
    """What the run tells."""
    assert run.result is not None
    return run.result.values


def calls(world: World, name: str) -> int:
    """How often an operation was called."""
    return world.gate.calls[name]


@STATES
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_outdated_instances_of_the_pool_go_before_any_node(state: str, seed: int) -> None:
    world = pooled(state, seed)
    assert world.account.groups[BLUE].warm_pool is not None
    before = set(world.account.groups[BLUE].warm_pool.members)
    order: list[str] = []
    world.gate.judges.append(lambda call: order.append(call.name))
    run = rotate(world, BLUE)
    assert values(run)["status"] == "complete"
    assert set(values(run)["warm_pool"]["ended"]) == before
    assert values(run)["warm_pool"]["outdated"] == []
    assert order.index("ec2:TerminateInstances") < order.index("autoscaling:SetDesiredCapacity")
    assert all_current(world, BLUE)
    world.kernel.advance(world.kernel.now + 600)
    assert images(world) == [world.facts["new_image"]] * 2, "the group fills it from the target"
    assert sizes(world) == (4, 4, 4)
    assert world.judge.breaches == []


def test_an_instance_of_the_pool_is_never_ended_through_auto_scaling() -> None:
    world = pooled()
    assert world.account.groups[BLUE].warm_pool is not None
    before = set(world.account.groups[BLUE].warm_pool.members)
    named: set[str] = set()

    def listen(call: Call) -> None:
        if call.operation == "TerminateInstanceInAutoScalingGroup":
            named.add(call.params["InstanceId"])

    world.gate.judges.append(listen)
    rotate(world, BLUE)
    assert named
    assert not named & before


def test_a_pool_alone_can_be_outdated() -> None:
    world = due()
    rotate(world, BLUE)
    group = world.account.groups[BLUE]
    version, group.template = group.template, {**(group.template or {}), "Version": "1"}
    add_warm_pool(world.account, group, MaxGroupPreparedCapacity=5)
    group.template = version
    assert values(rotate(world, BLUE, run_id="r2", plan_only=True))["status"] == "planned"
    run = rotate(world, BLUE, run_id="r3")
    assert values(run)["status"] == "complete"
    assert values(run)["replaced"] == 0
    assert len(values(run)["warm_pool"]["ended"]) == 1
    assert values(rotate(world, BLUE, run_id="r4"))["status"] == "unchanged"
    assert world.judge.breaches == []


@pytest.mark.parametrize("seed", [1, 2])
def test_instance_reuse_is_off_while_the_run_lasts_and_on_again_after(seed: int) -> None:
    world = pooled(seed=seed, reuse=True)
    group = world.account.groups[BLUE]
    old = set(group.members)
    told: list[bool] = []

    def listen(call: Call) -> None:
        if call.operation == "TerminateInstanceInAutoScalingGroup":
            told.append(world.account.scaler.pools.takes_back(group))

    world.gate.judges.append(listen)
    run = rotate(world, BLUE)
    assert values(run)["status"] == "complete"
    assert told
    assert not any(told)
    assert group.warm_pool is not None
    assert not old & set(group.warm_pool.members)
    assert world.account.scaler.pools.takes_back(group)
    assert group.warm_pool.configuration["MaxGroupPreparedCapacity"] == 6
    assert any("takes instances back again" in line for line in values(run)["restored"])
    assert values(run)["not_restored"] == []
    assert traces(world) == traces(due())


@pytest.mark.parametrize("at", [3, 6, 9, 14, 25])
def test_a_run_that_is_killed_leaves_the_reuse_to_the_next(at: int) -> None:
    world = pooled(reuse=True)
    with pytest.raises(Killed):
        prepare(world, BLUE, kill_at_command=at)()
    run = rotate(world, BLUE, run_id="r2", lock_wait=300)
    assert values(run)["status"] == "complete"
    assert world.account.scaler.pools.takes_back(world.account.groups[BLUE])
    assert world.judge.breaches == []


def test_a_run_that_only_restores_lets_the_pool_take_instances_back() -> None:
    world = pooled(reuse=True)
    with pytest.raises(Killed):
        prepare(world, BLUE, kill_at_command=25)()
    run = rotate(world, BLUE, run_id="r2", lock_wait=300, restore_only=True)
    assert values(run)["status"] == "restored"
    assert world.account.scaler.pools.takes_back(world.account.groups[BLUE])


def test_without_the_permission_nothing_is_touched_and_the_run_says_why() -> None:
    world = pooled()
    world.account.denied.append(("*", "ec2:TerminateInstances"))
    run = rotate(world, BLUE)
    assert run.result is not None
    assert values(run)["status"] == "failed"
    assert "of the warm pool" in str(run.result.error)
    assert values(run)["replaced"] == 0
    assert len(values(run)["warm_pool"]["outdated"]) == 2
    assert sizes(world) == (4, 4, 4)
    assert world.judge.breaches == []


def test_a_pool_that_keeps_filling_with_outdated_instances_is_no_success() -> None:
    """Somebody fills it from an old version again and again."""
    world = pooled()
    group = world.account.groups[BLUE]

    def refill() -> None:
        kept, group.template = group.template, {**(group.template or {}), "Version": "1"}
        add_warm_pool(world.account, group, MaxGroupPreparedCapacity=5)
        group.template = kept
        world.kernel.after(20.0, refill)

    world.kernel.after(1.0, refill)
    run = rotate(world, BLUE, gate_timeout=300)
    assert run.result is not None
    assert values(run)["status"] == "failed"
    assert "outdated instance" in str(run.result.error)


def test_an_instance_whose_node_carries_pods_is_left_and_named() -> None:
    world = small.furnish(World(Kernel(1)))
    world.kinds[BLUE].joins_warm = True
    group = world.account.groups[BLUE]
    add_warm_pool(world.account, group, "Running", MaxGroupPreparedCapacity=5)
    (name,) = group.warm_pool.members if group.warm_pool else ()
    world.returns(world.account.instances[name])
    world.kernel.advance(world.kernel.now + 60)
    node = world.node_of(world.account.instances[name])
    assert node is not None
    others = [
        one["metadata"]["name"]
        for one in world.cluster.objects("nodes")
        if one["metadata"]["name"] != node["metadata"]["name"]
    ]
    pods = [one for one in world.cluster.objects("pods") if one["spec"].get("nodeName") in others]
    cart = next(one for one in pods if one["metadata"]["name"].startswith("cart"))
    world.cluster.change("pods", cart, {"spec": {"nodeName": node["metadata"]["name"]}})
    point_to(world, BLUE, world.facts["new_image"])
    run = rotate(world, BLUE, gate_timeout=120)
    assert run.result is not None
    assert values(run)["status"] == "failed"
    assert "carries pods" in str(run.result.error)
    assert world.account.instances[name].state == "running"
    assert world.judge.breaches == []


@pytest.mark.parametrize("seed", [1, 2])
def test_after_a_failed_canary_the_pool_gives_no_instance_of_the_failed_image(seed: int) -> None:
    world = pooled(seed=seed)
    world.bad_images[world.facts["new_image"]] = NEVER_READY
    run = rotate(world, BLUE, boot_timeout=300)
    assert values(run)["status"] == "failed"
    world.kernel.advance(world.kernel.now + 900)
    assert images(world) == [world.facts["old_image"]] * 2
    assert sizes(world)[:2] == (4, 4)
    assert world.judge.breaches == []


@STATES
def test_replacements_come_from_the_pool_and_boot_from_then(state: str) -> None:
    """The pool is current already, and its instances are old."""
    world = small.furnish(World(Kernel(1)))
    point_to(world, BLUE, world.facts["new_image"])
    group = world.account.groups[BLUE]
    warm = set(add_warm_pool(world.account, group, state, MaxGroupPreparedCapacity=6))
    run = rotate(world, BLUE, boot_timeout=300)
    assert values(run)["status"] == "complete"
    assert values(run)["warm_pool"]["ended"] == []
    assert warm <= set(group.members)
    assert warm <= {node["instance_id"] for node in values(run)["new_nodes"]}
    assert calls(world, "ec2:TerminateInstances") == 0
    assert world.judge.breaches == []


@pytest.mark.parametrize("seconds", [0, 3, 6, 12, 20, 30])
def test_old_instances_that_the_group_takes_from_the_pool_meanwhile_are_rotated(
    seconds: float,
) -> None:
    world = pooled(seed=int(seconds) + 1)
    group = world.account.groups[BLUE]
    group.maximum = 8
    world.account.scaler.set_desired(group, 6)
    world.judge.rules[BLUE].base = 6
    world.kernel.advance(world.kernel.now + seconds)
    run = rotate(world, BLUE)
    assert values(run)["status"] == "complete"
    assert all_current(world, BLUE)
    assert sizes(world) == (6, 6, 8)
    assert world.judge.breaches == []


@pytest.mark.parametrize("after", [3.0, 20.0, 60.0])
def test_what_an_override_launches_since_the_run_began_stays_in_the_pool(after: float) -> None:
    """A fresh one would run the same image."""
    world = pooled()
    group, run = world.account.groups[BLUE], prepare(world, BLUE, canary=0)
    before = set(group.warm_pool.members) if group.warm_pool is not None else set()

    def name_an_image() -> None:
        override = {"InstanceType": "m6i.large", "ImageId": world.facts["old_image"]}
        policy = {"LaunchTemplateSpecification": group.template, "Overrides": [override]}
        change: dict[str, Any] = {"MixedInstancesPolicy": {"LaunchTemplate": policy}}
        change["AutoScalingGroupName"] = BLUE
        world.account.call("autoscaling", "UpdateAutoScalingGroup", change, "operator")

    world.kernel.after(after, name_an_image)
    run()
    assert values(run)["status"] == "failed"
    assert f"version 2 of demo-blue ({world.facts['old_image']})" in run.events[-1][1].text
    fresh = set(values(run)["warm_pool"]["ended"]) - before
    assert {world.account.instances[one].image_id for one in fresh} <= {world.facts["new_image"]}
    world.kernel.advance(world.kernel.now + 300)
    assert images(world) == [world.facts["old_image"]] * 2
    assert world.judge.breaches == []
