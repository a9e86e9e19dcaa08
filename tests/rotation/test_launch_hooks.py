# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A node that a launch hook holds may be ended any time, however Ready it is."""

from __future__ import annotations

from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.builders import (
    BLUE,
    CLEAN,
    all_current,
    due,
    images,
    sizes,
    traces,
)
from ansible_collections.nodeops.rotator.tests.simulation.runs import rotate
from ansible_collections.nodeops.rotator.tests.simulation.world import World

HOOK = "wait-for-somebody"


def hooked(seconds: int) -> World:
    """A world whose launches wait for somebody, and are abandoned after so long."""
    world = due()
    asg(
        world,
        "PutLifecycleHook",
        LifecycleTransition="autoscaling:EC2_INSTANCE_LAUNCHING",
        HeartbeatTimeout=seconds,
        DefaultResult="ABANDON",
    )
    return world


def asg(world: World, operation: str, **params: Any) -> None:
    """Call Auto Scaling about the hook of demo-blue."""
    params = {"AutoScalingGroupName": BLUE, "LifecycleHookName": HOOK, **params}
    world.account.call("autoscaling", operation, params, "operator")


def test_nodes_whose_launch_is_abandoned_replace_nobody() -> None:
    """They are Ready before the hook runs out, and take pods with them when it does."""
    world = hooked(90)
    run = rotate(world, BLUE)
    assert run.result is not None
    assert run.result.status == "failed"
    assert "3 new instances in a row ended before they were ready" in str(run.result.error)
    kept = run.result.values["not_restored"]
    assert sum("stays 5, 1 above its base" in sentence for sentence in kept) == 1
    assert images(world) == [world.facts["old_image"]] * 4, "no old node has gone"
    assert world.judge.breaches == []


def test_a_hook_that_nobody_completes_in_time_is_named() -> None:
    """Its hour is longer than a boot may take."""
    world = hooked(3600)
    run = rotate(world, BLUE, boot_timeout=300)
    assert run.result is not None
    assert run.result.status == "failed"
    assert "waiting for the launch hooks of its group (Pending:Wait)" in str(run.result.error)
    assert images(world)[:4] == [world.facts["old_image"]] * 4, "no old node has gone"
    assert world.judge.breaches == []


def test_a_node_counts_from_when_its_hook_is_completed() -> None:
    world = hooked(3600)

    def complete() -> None:
        for member in list(world.account.groups[BLUE].members.values()):
            node = world.node_of(world.account.instances[member.instance_id])
            if member.lifecycle_state == "Pending:Wait" and node is not None:
                done = {"InstanceId": member.instance_id, "LifecycleActionResult": "CONTINUE"}
                asg(world, "CompleteLifecycleAction", **done)

    world.kernel.every(60, complete)
    run = rotate(world, BLUE)
    assert run.result is not None
    assert run.result.status == "complete", run.story()
    assert all_current(world)
    assert (sizes(world), traces(world)) == ((4, 4, 4), CLEAN)
    assert world.judge.breaches == []
