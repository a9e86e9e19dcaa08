# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong in the world, and what becomes of rotation and group."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import DrainPolicy
from ansible_collections.nodeops.rotator.tests.simulation.builders import (
    BLUE,
    CLEAN,
    all_current,
    due,
    images,
    sizes,
    traces,
)
from ansible_collections.nodeops.rotator.tests.simulation.gate import Fault
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run, prepare, rotate
from ansible_collections.nodeops.rotator.tests.simulation.world import (
    NEVER_JOINS,
    NEVER_READY,
    World,
)


def failed(run: Run, status: str, *words: str) -> None:
    """The run ended with this status and an error that says all of these."""
    assert run.result is not None, (run.result, run.story()[-5:])
    assert run.result.status == status, (run.result, run.story()[-5:])
    assert all(word in str(run.result.error) for word in words), run.result.error


def old_only(world: World, size: int = 4) -> bool:
    """Whether the group is as it was before: all old, nothing left behind."""
    return (
        images(world) == [world.facts["old_image"]] * size
        and sizes(world) == (size, size, size)
        and traces(world) == CLEAN
    )


@pytest.mark.parametrize("how", [NEVER_JOINS, NEVER_READY])
def test_a_bad_image_stops_at_the_canary_and_takes_no_old_node(how: str) -> None:
    world = due()
    world.bad_images[world.facts["new_image"]] = how
    run = rotate(world, BLUE, boot_timeout=300)
    failed(run, "failed", "not ready 300 s after its launch")
    assert run.result is not None
    assert run.result.values["replaced"] == 0
    assert run.result.values["canary"] == "failed"
    assert old_only(world)
    assert world.judge.breaches == []


def test_a_fresh_node_that_fails_while_it_is_watched_stops_the_rotation() -> None:
    world = due()
    run = prepare(world, BLUE, soak=300)
    world.kernel.after(
        240, lambda: [world.cluster.node_silent(name) for name in fresh_names(world)]
    )
    run()
    failed(run, "failed", "no longer Ready")
    assert run.result is not None
    assert run.result.values["replaced"] <= 1
    assert world.judge.breaches == []


def fresh_names(world: World) -> list[str]:
    """The nodes of the group that run the new image."""
    instances = world.account.instances.values()
    return [
        i.private_dns
        for i in instances
        if i.image_id == world.facts["new_image"] and i.state == "running"
    ]


def test_no_capacity_is_told_with_amazons_reason_and_nothing_is_taken() -> None:
    world = due()
    for zone in world.account.zones:
        world.account.capacity["m6i.large", zone] = 0
    run = rotate(world, BLUE, boot_timeout=300)
    failed(run, "failed", "launched nothing for 300 s", "capacity")
    assert images(world) == [world.facts["old_image"]] * 4
    assert world.judge.breaches == []
    assert run.result is not None
    assert run.result.values["not_restored"]


def test_the_next_run_clears_up_when_capacity_is_back() -> None:
    world = due()
    for zone in world.account.zones:
        world.account.capacity["m6i.large", zone] = 0
    rotate(world, BLUE, boot_timeout=300)
    world.account.capacity.clear()
    run = rotate(world, BLUE, run_id="r2")
    assert run.result is not None, run.story()[-5:]
    assert run.result.error is None, run.story()[-5:]
    assert all_current(world)
    assert sizes(world) == (4, 4, 4)
    assert traces(world) == CLEAN
    assert world.judge.breaches == []


def test_a_budget_that_never_allows_anything_fails_the_drain_and_the_node_goes_back() -> None:
    world = due(max_unavailable=0)
    run = rotate(world, BLUE, drain=DrainPolicy(timeout=600, pdb_timeout=120))
    failed(run, "failed", "could not be drained", "shop/cart")
    assert run.result is not None
    assert run.result.values["blocked_by"] == ["shop/cart"]
    assert old_only(world)
    assert world.judge.breaches == []


def test_within_the_failure_budget_the_others_go_on() -> None:
    world = due(size=4, replicas=3)  # so that one new node is empty
    pod = next(iter(world.cluster.objects("pods", "shop")))
    stuck = pod["spec"]["nodeName"]
    never = {"metadata": {"annotations": {"world.nodeops/stop-seconds": "never"}}}
    world.cluster.change("pods", pod, never)
    run = rotate(
        world, BLUE, failure_budget=1, canary=0, drain=DrainPolicy(timeout=120, pdb_timeout=60)
    )
    failed(run, "failed", "Not every node", stuck)
    assert run.result is not None
    assert run.result.values["replaced"] == 3
    assert images(world).count(world.facts["old_image"]) == 1
    assert sizes(world) == (4, 4, 4)
    assert world.judge.breaches == []
    left = {key for key, value in traces(world).items() if value}
    assert left <= {"suspended", "journals"}
    told = run.result.values["not_restored"]
    assert bool(left) is bool(told)
    assert all("AZRebalance" in text for text in told), "the empty one may be of a small zone"


@pytest.mark.parametrize("code", ["Throttling", "ConnectionClosed", "InternalFailure"])
def test_errors_that_pass_are_waited_out(code: str) -> None:
    world = due()
    world.gate.faults += [
        Fault("autoscaling:*", code, times=1, skip=skip) for skip in range(0, 60, 4)
    ]
    world.gate.faults += [
        Fault("kubernetes:*", "0", times=1, skip=skip) for skip in range(5, 150, 10)
    ]
    run = rotate(world, BLUE)
    assert run.result is not None, run.story()[-5:]
    assert run.result.error is None, run.story()[-5:]
    assert all_current(world)
    assert sizes(world) == (4, 4, 4)
    assert traces(world) == CLEAN
    assert world.judge.breaches == []


@pytest.mark.parametrize(
    "operation",
    [
        "SetDesiredCapacity",
        "TerminateInstanceInAutoScalingGroup",
        "UpdateAutoScalingGroup",
        "SetInstanceProtection",
    ],
)
def test_an_answer_that_is_lost_is_no_act_done_twice(operation: str) -> None:
    world = due()
    world.gate.faults.append(
        Fault(f"autoscaling:{operation}", "ConnectionClosed", times=3, applied=True)
    )
    run = rotate(world, BLUE)
    assert run.result is not None, run.story()[-5:]
    assert run.result.error is None, run.story()[-5:]
    assert all_current(world)
    assert sizes(world) == (4, 4, 4)
    assert traces(world) == CLEAN
    assert world.judge.breaches == []


@pytest.mark.parametrize(
    "operation",
    ["SuspendProcesses", "SetInstanceProtection", "SetDesiredCapacity", "CreateOrUpdateTags"],
)
def test_what_we_may_not_do_is_named_and_nothing_is_left_half_done(operation: str) -> None:
    world = due()
    world.account.denied.append(("*", f"autoscaling:{operation}"))
    run = rotate(world, BLUE)
    failed(run, "failed", operation)
    world.account.denied.clear()
    assert images(world) == [world.facts["old_image"]] * 4
    assert sizes(world)[:2] == (4, 4)
    assert world.judge.breaches == []


def test_expired_credentials_suspend_the_run_and_the_next_goes_on() -> None:
    world = due()
    world.gate.faults.append(Fault("autoscaling:*", "ExpiredToken", times=-1, skip=25))
    run = rotate(world, BLUE)
    failed(run, "suspended", "ExpiredToken")
    world.gate.faults.clear()
    again = rotate(world, BLUE, run_id="r2")
    assert again.result is not None, again.story()[-5:]
    assert again.result.error is None, again.story()[-5:]
    assert all_current(world)
    assert sizes(world) == (4, 4, 4)
    assert traces(world) == CLEAN
    assert world.judge.breaches == []
