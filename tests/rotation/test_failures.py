# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong in the world, and what becomes of the rotation and of the group."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import DrainPolicy
from ansible_collections.nodeops.rotator.tests.simulation.aws.behavior import (
    Behavior as AwsBehavior,
)
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
from ansible_collections.nodeops.rotator.tests.simulation.scenarios.eks import point_to
from ansible_collections.nodeops.rotator.tests.simulation.world import (
    NEVER_JOINS,
    NEVER_READY,
    World,
)


def failed(run: Run, status: str, *words: str) -> None:
    """The run ended with this status and an error that says all of these."""
    assert run.result is not None and run.result.status == status, (run.result, run.story()[-5:])
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
    failed(run, "settled", "not ready 300 s after its launch")
    assert (
        run.result is not None
        and run.result.values["replaced"] == 0
        and run.result.values["canary"] == "failed"
    )
    assert old_only(world) and world.judge.breaches == []


def test_a_fresh_node_that_fails_while_it_is_watched_stops_the_rotation() -> None:
    world = due()
    run = prepare(world, BLUE, soak=300)
    world.kernel.after(
        240, lambda: [world.cluster.node_silent(name) for name in fresh_names(world)]
    )
    run()
    failed(run, "settled", "no longer Ready")
    assert (
        run.result is not None and run.result.values["replaced"] <= 1 and world.judge.breaches == []
    )


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
    failed(run, "settled", "launched nothing for 300 s", "capacity")
    assert images(world) == [world.facts["old_image"]] * 4 and world.judge.breaches == []
    assert run.result is not None and run.result.values["left"]


def test_the_next_run_clears_up_when_capacity_is_back() -> None:
    world = due()
    for zone in world.account.zones:
        world.account.capacity["m6i.large", zone] = 0
    rotate(world, BLUE, boot_timeout=300)
    world.account.capacity.clear()
    run = rotate(world, BLUE, run_id="r2")
    assert run.result is not None and run.result.error is None, run.story()[-5:]
    assert (
        all_current(world)
        and sizes(world) == (4, 4, 4)
        and traces(world) == CLEAN
        and world.judge.breaches == []
    )


def test_a_budget_that_never_allows_anything_fails_the_drain_and_the_node_goes_back() -> None:
    world = due(max_unavailable=0)
    run = rotate(world, BLUE, drain=DrainPolicy(timeout=600, pdb_timeout=120))
    failed(run, "settled", "could not be drained", "shop/cart")
    assert run.result is not None and run.result.values["blocked_by"] == ["shop/cart"]
    assert old_only(world) and world.judge.breaches == []


def test_within_the_failure_budget_the_others_go_on() -> None:
    world = due(size=4, replicas=4)
    stuck = next(node for node in world.judge.nodes(BLUE))["metadata"]["name"]
    pod = next(
        pod for pod in world.cluster.pods_on(stuck) if pod["metadata"]["namespace"] == "shop"
    )
    world.cluster.change("pods", pod, {"metadata": {"finalizers": ["example.com/stuck"]}})
    run = rotate(
        world, BLUE, failure_budget=1, canary=0, drain=DrainPolicy(timeout=120, pdb_timeout=60)
    )
    failed(run, "settled", "Not every node", stuck)
    assert run.result is not None and run.result.values["replaced"] == 3
    assert images(world).count(world.facts["old_image"]) == 1
    assert sizes(world) == (4, 4, 4) and traces(world) == CLEAN and world.judge.breaches == []


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
    assert run.result is not None and run.result.error is None, run.story()[-5:]
    assert (
        all_current(world)
        and sizes(world) == (4, 4, 4)
        and traces(world) == CLEAN
        and world.judge.breaches == []
    )


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
    assert run.result is not None and run.result.error is None, run.story()[-5:]
    assert (
        all_current(world)
        and sizes(world) == (4, 4, 4)
        and traces(world) == CLEAN
        and world.judge.breaches == []
    )


@pytest.mark.parametrize(
    "operation",
    ["SuspendProcesses", "SetInstanceProtection", "SetDesiredCapacity", "CreateOrUpdateTags"],
)
def test_what_we_may_not_do_is_named_and_nothing_is_left_half_done(operation: str) -> None:
    world = due()
    world.account.denied.append(("*", f"autoscaling:{operation}"))
    run = rotate(world, BLUE)
    failed(run, "settled", operation)
    world.account.denied.clear()
    assert (
        images(world) == [world.facts["old_image"]] * 4
        and sizes(world)[:2] == (4, 4)
        and world.judge.breaches == []
    )


def test_expired_credentials_suspend_the_run_and_the_next_goes_on() -> None:
    world = due()
    world.gate.faults.append(Fault("autoscaling:*", "ExpiredToken", times=-1, skip=25))
    run = rotate(world, BLUE)
    failed(run, "suspended", "ExpiredToken")
    world.gate.faults.clear()
    again = rotate(world, BLUE, run_id="r2")
    assert again.result is not None and again.result.error is None, again.story()[-5:]
    assert (
        all_current(world)
        and sizes(world) == (4, 4, 4)
        and traces(world) == CLEAN
        and world.judge.breaches == []
    )


@pytest.mark.parametrize("at", range(80, 500, 60))
@pytest.mark.parametrize("kind", ["old", "fresh"])
def test_an_instance_that_dies_by_itself_is_replaced_like_any_other(kind: str, at: int) -> None:
    world = due(replicas=4)
    run = prepare(world, BLUE)
    world.kernel.after(at, lambda: spot_loss(world, kind))
    run()
    assert run.result is not None and run.result.error is None, run.story()[-8:]
    assert all_current(world) and sizes(world) == (4, 4, 4) and traces(world) == CLEAN
    assert world.judge.breaches == []


def spot_loss(world: World, kind: str) -> None:
    """One running instance of the group is reclaimed, if there is one of the kind."""
    wanted = world.facts["old_image" if kind == "old" else "new_image"]
    found = [
        i
        for i in world.account.instances.values()
        if i.group == BLUE and i.state == "running" and i.image_id == wanted
    ]
    if found and world.judge.launched(BLUE) > 1:
        world.account.fleet.terminate(found[-1], ("Server.SpotInstanceTermination", "reclaimed"))


@pytest.mark.parametrize("at, desired", [(30, 6), (100, 6), (200, 6), (300, 5)])
def test_an_autoscaler_that_grows_the_group_is_respected(at: int, desired: int) -> None:
    world = due()
    world.account.groups[BLUE].maximum = 8
    params = {"AutoScalingGroupName": BLUE, "DesiredCapacity": desired}
    world.kernel.after(
        at,
        lambda: [
            world.account.call("autoscaling", "SetDesiredCapacity", params, "operator"),
            grown(world, 2),
        ],
    )
    run = rotate(world, BLUE)
    assert run.result is not None and run.result.error is None, run.story()[-5:]
    assert all_current(world) and sizes(world)[0] == sizes(world)[1] and sizes(world)[2] == 8
    assert sizes(world)[1] in (desired, desired - 1) and traces(world) == CLEAN


def grown(world: World, more: int) -> None:
    """From now on the judge allows more: the users have asked for it."""
    world.judge.rules[BLUE].surge += more


@pytest.mark.parametrize("at", [100, 200, 300])
def test_an_autoscaler_that_lowers_desired_takes_no_undrained_node(at: int) -> None:
    world = due(replicas=4)
    params = {"AutoScalingGroupName": BLUE, "DesiredCapacity": 4}
    world.kernel.after(
        at,
        lambda: [
            world.account.call("autoscaling", "SetDesiredCapacity", params, "operator"),
            shrunk(world),
        ],
    )
    run = rotate(world, BLUE)
    assert run.result is not None and run.result.error is None, run.story()[-5:]
    assert (
        all_current(world)
        and sizes(world) == (3, 3, 4)
        and traces(world) == CLEAN
        and world.judge.breaches == []
    )


def shrunk(world: World) -> None:
    """From now on one node less is asked for; the surge that is out stays."""
    world.judge.rules[BLUE].base -= 1
    world.judge.rules[BLUE].surge += 1


def test_a_template_moved_in_mid_run_settles_and_says_so() -> None:
    world = due()
    run = prepare(world, BLUE, soak=300)
    world.kernel.after(200, lambda: point_to(world, BLUE, world.facts["old_image"]))
    run()
    failed(run, "settled", "moved from", "Run again")
    assert sizes(world) == (4, 4, 4) and traces(world) == CLEAN and world.judge.breaches == []


def test_a_maximum_somebody_changed_meanwhile_is_left_and_told() -> None:
    world = due()
    run = prepare(world, BLUE)
    world.kernel.after(150, lambda: setattr(world.account.groups[BLUE], "maximum", 9))
    run()
    assert run.result is not None and run.result.error is None
    assert sizes(world) == (4, 4, 9) and "somebody changed it" in run.result.values["left"][0]


def test_an_impolite_account_changes_nothing_but_the_time() -> None:
    behavior = AwsBehavior(
        contention_odds=0.2, scaling_in_progress_odds=0.2, throttle_odds=0.05, page_size=2
    )
    world = due(aws=behavior)
    run = rotate(world, BLUE)
    assert run.result is not None and run.result.error is None, run.story()[-5:]
    assert (
        all_current(world)
        and sizes(world) == (4, 4, 4)
        and traces(world) == CLEAN
        and world.judge.breaches == []
    )


@pytest.mark.parametrize("verb", ["watch daemonsets", "watch poddisruptionbudgets"])
def test_what_cannot_be_read_is_told_before_anything_is_touched(verb: str) -> None:
    world = due()
    world.cluster.denied.extend([("*", verb), ("*", verb.replace("watch", "list"))])
    run = rotate(world, BLUE)
    failed(run, "failed", verb.split()[1])
    assert old_only(world) and not any(
        "Lease" in type(c).__name__ and "Write" in type(c).__name__ for _at, c in run.inbox.commands
    )


def test_a_template_taken_back_by_a_new_version_with_the_old_content_makes_nobody_outdated() -> (
    None
):
    world = due()
    point_to(world, BLUE, world.facts["old_image"])
    run = rotate(world, BLUE)
    assert (
        run.result is not None
        and run.result.status == "nothing"
        and run.result.values["target"]["version"] == "3"
    )
    assert old_only(world)
