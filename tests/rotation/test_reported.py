# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Situations that users of other tools have reported."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import DrainPolicy
from ansible_collections.nodeops.rotator.tests.simulation.builders import (
    BLUE,
    CLEAN,
    all_current,
    due,
    sizes,
    traces,
)
from ansible_collections.nodeops.rotator.tests.simulation.gate import Call
from ansible_collections.nodeops.rotator.tests.simulation.kernel import EPOCH
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run, prepare
from ansible_collections.nodeops.rotator.tests.simulation.truth import instance_id
from ansible_collections.nodeops.rotator.tests.simulation.world import NEVER_JOINS, World

HOURS = 3600.0


def ended(world: World, **options: Any) -> Run:
    """Rotate; a run that has not ended after four hours raises TimeoutError."""
    drain = DrainPolicy(timeout=600, epoch=EPOCH.timestamp())
    run = prepare(world, BLUE, **{"soak": 30, "drain": drain, **options})
    run.inbox.past = world.kernel.now + 4 * HOURS
    run()
    assert run.result is not None
    return run


def every(world: World, seconds: float, act: Callable[[], None]) -> None:
    """Let somebody do this again and again."""

    def again() -> None:
        act()
        world.kernel.after(seconds, again)

    world.kernel.after(seconds, again)


def asg(world: World, operation: str, **params: Any) -> None:
    """Let somebody else call Auto Scaling."""
    world.account.call("autoscaling", operation, params, "operator")


def test_an_autoscaler_that_ends_what_does_not_register_is_named() -> None:
    """kubernetes/autoscaler#6795: instances of a bad image are ended with decrement."""
    world = due()
    world.bad_images[world.facts["new_image"]] = NEVER_JOINS

    def unregistered() -> None:
        members = world.account.groups[BLUE].members
        for one in [world.account.instances[name] for name in members]:
            young = world.kernel.now - one.launched_at < 300
            new = one.image_id == world.facts["new_image"]
            if new and not young and not members[one.id].doomed:
                asg(
                    world,
                    "TerminateInstanceInAutoScalingGroup",
                    InstanceId=one.id,
                    ShouldDecrementDesiredCapacity=True,
                )

    every(world, 10, unregistered)
    run = ended(world)
    assert run.result is not None
    assert run.result.status == "failed"
    assert run.result.values["canary"] == "failed"
    assert "desired fell with them, so somebody ends them" in str(run.result.error)
    assert sizes(world) == (4, 4, 4)
    assert traces(world) == CLEAN
    assert world.judge.breaches == []


def test_a_node_that_registers_anew_in_mid_drain_is_cordoned_once_more() -> None:
    """Somebody deletes its Node and restarts its kubelet: our cordon is gone with it."""
    world = due()
    anew: list[str] = []

    def register() -> None:
        nodes = world.cluster.objects("nodes")
        node = next(node for node in nodes if node["spec"].get("unschedulable"))
        anew.append(instance_id(node))
        world.cluster.delete("nodes", node, 0)
        world.kernel.after(2, lambda: world.returns(world.account.instances[anew[0]]))

    def watch(call: Call) -> None:
        if call.name.endswith("pods/eviction") and not anew:
            world.kernel.after(0.2, register)

    world.gate.judges.append(watch)
    run = ended(world)
    assert run.result is not None
    assert anew
    assert run.result.status == "complete", run.story()
    assert all_current(world)
    assert traces(world) == CLEAN
    assert world.judge.breaches == []


def test_a_record_that_somebody_wipes_is_written_again() -> None:
    world = due()
    wiped: list[str] = []

    def wipe() -> None:
        for lease in list(world.cluster.objects("leases")):
            if lease["metadata"]["name"].startswith("nodeops-rotator"):
                notes = lease["metadata"]["annotations"]
                wiped.append(json.loads(notes["nodeops.rotator/journal"])["run"])
                none = {"metadata": {"annotations": {"nodeops.rotator/journal": None}}}
                world.cluster.change("leases", lease, none)

    world.kernel.after(200, wipe)
    run = ended(world)
    assert run.result is not None
    assert wiped == ["r1"]
    assert run.result.status == "complete", run.story()
    assert traces(world) == CLEAN
    assert world.judge.breaches == []


def test_a_group_that_a_schedule_takes_to_zero_loses_no_pod_past_its_budget() -> None:
    """Its last nodes cannot be drained, and stay."""
    world = due()
    rules = world.judge.rules[BLUE]

    def night() -> None:
        rules.base = rules.unavailable = 0
        none = {"MinSize": 0, "MaxSize": 0, "DesiredCapacity": 0}
        asg(world, "UpdateAutoScalingGroup", AutoScalingGroupName=BLUE, **none)

    world.kernel.after(200, night)
    run = ended(world)
    assert run.result is not None
    assert run.result.status == "failed"
    assert "blocked by PDB shop/cart" in str(run.result.error)
    left = " ".join(run.result.values["not_restored"])
    assert "1 above its base of 0" in left
    assert "Scale-in protection" in left, "without it the last node would be taken undrained"
    assert sizes(world) == (1, 0, 0)
    assert not [one for one in world.judge.breaches if "budget" in one.why]
