# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What others do to a group in mid-rotation, and what becomes of the rotation."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.rotation.test_failures import (
    failed,
    old_only,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws.behavior import (
    Behavior as AwsBehavior,
)
from ansible_collections.nodeops.rotator.tests.simulation.builders import (
    BLUE,
    CLEAN,
    all_current,
    due,
    sizes,
    traces,
)
from ansible_collections.nodeops.rotator.tests.simulation.gate import Call, Fault
from ansible_collections.nodeops.rotator.tests.simulation.runs import prepare, rotate
from ansible_collections.nodeops.rotator.tests.simulation.scenarios.eks import point_to
from ansible_collections.nodeops.rotator.tests.simulation.world import (
    World,
)


@pytest.mark.parametrize("at", range(80, 500, 60))
@pytest.mark.parametrize("kind", ["old", "fresh"])
def test_an_instance_that_dies_by_itself_is_replaced_like_any_other(kind: str, at: int) -> None:
    world = due(replicas=4)
    run = prepare(world, BLUE)
    world.kernel.after(at, lambda: spot_loss(world, kind))
    run()
    assert run.result is not None, run.story()[-8:]
    assert run.result.error is None, run.story()[-8:]
    assert all_current(world)
    assert sizes(world) == (4, 4, 4)
    assert traces(world) == CLEAN
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
    assert run.result is not None, run.story()[-5:]
    assert run.result.error is None, run.story()[-5:]
    assert all_current(world)
    assert sizes(world)[0] == sizes(world)[1]
    assert sizes(world)[2] == 8
    assert sizes(world)[1] in (desired, desired - 1)
    assert traces(world) == CLEAN


def test_somebody_who_writes_the_value_of_our_own_raise_is_not_taken_for_us() -> None:
    """Somebody sets desired to 5 when we have recorded a raise from 4 to 5.

    Our call is refused.
    """
    world = due(replicas=4)
    world.gate.faults.append(
        Fault(
            "autoscaling:SetDesiredCapacity",
            "ResourceContention",
            times=2,
            where=lambda call: call.actor != "operator",
        )
    )
    world.account.groups[BLUE].maximum = 8
    params = {"AutoScalingGroupName": BLUE, "DesiredCapacity": 5}
    written: list[float] = []

    def write(old: Any, new: Any) -> None:
        notes = new["metadata"].get("annotations", {}) if new else {}
        if not written and '"raise_from":4' in notes.get("nodeops.rotator/journal", ""):
            written.append(world.kernel.now)
            world.account.call("autoscaling", "SetDesiredCapacity", params, "operator")
            grown(world, 1)

    world.cluster.store.listen("leases", write)
    run = rotate(world, BLUE)
    assert run.result is not None, run.story()[-5:]
    assert run.result.error is None, run.story()[-5:]
    assert written
    assert sizes(world) == (5, 5, 8)
    assert all_current(world)
    assert any("somebody set desired from 4 to 5" in event.text for _at, event in run.events)


def grown(world: World, more: int) -> None:
    """From now on the judge allows more: the users have asked for it."""
    world.judge.rules[BLUE].surge += more


@pytest.mark.parametrize("at", [100, 200, 300])
def test_an_old_size_written_back_takes_no_undrained_node_and_is_the_size(at: int) -> None:
    """Cluster Autoscaler writes absolute values from a cache.

    Here it writes 4 at a base of 4 and a surge of 1.
    """
    world = due(replicas=4)
    params = {"AutoScalingGroupName": BLUE, "DesiredCapacity": 4}
    world.kernel.after(
        at,
        lambda: world.account.call("autoscaling", "SetDesiredCapacity", params, "operator"),
    )
    run = rotate(world, BLUE)
    assert run.result is not None, run.story()[-5:]
    assert run.result.error is None, run.story()[-5:]
    assert all_current(world)
    assert sizes(world) == (4, 4, 4)
    assert traces(world) == CLEAN
    assert world.judge.breaches == []


def test_a_template_moved_in_mid_run_settles_and_says_so() -> None:
    world = due()
    run = prepare(world, BLUE, soak=300)
    world.kernel.after(200, lambda: point_to(world, BLUE, world.facts["old_image"]))
    run()
    failed(run, "failed", "moved from", "Run again")
    assert sizes(world) == (4, 4, 4)
    assert traces(world) == CLEAN
    assert world.judge.breaches == []


def test_a_maximum_somebody_changed_meanwhile_is_left_and_told() -> None:
    world = due()
    run = prepare(world, BLUE)
    world.kernel.after(150, lambda: setattr(world.account.groups[BLUE], "maximum", 9))
    run()
    assert run.result is not None
    assert run.result.error is None
    assert sizes(world) == (4, 4, 9)
    assert "somebody changed it" in run.result.values["not_restored"][0]


def test_an_impolite_account_changes_nothing_but_the_time() -> None:
    behavior = AwsBehavior(
        contention_odds=0.2, scaling_in_progress_odds=0.2, throttle_odds=0.05, page_size=2
    )
    world = due(aws=behavior)
    run = rotate(world, BLUE)
    assert run.result is not None, run.story()[-5:]
    assert run.result.error is None, run.story()[-5:]
    assert all_current(world)
    assert sizes(world) == (4, 4, 4)
    assert traces(world) == CLEAN
    assert world.judge.breaches == []


@pytest.mark.parametrize("verb", ["watch daemonsets", "watch poddisruptionbudgets"])
def test_what_cannot_be_read_is_told_before_anything_is_touched(verb: str) -> None:
    world = due()
    world.cluster.denied.extend([("*", verb), ("*", verb.replace("watch", "list"))])
    run = rotate(world, BLUE)
    failed(run, "refused", verb.split()[1])
    assert old_only(world)
    assert not any(
        "Lease" in type(c).__name__ and "Write" in type(c).__name__ for _at, c in run.inbox.commands
    )


def test_a_template_taken_back_by_a_new_version_with_the_old_content_makes_nobody_outdated() -> (
    None
):
    world = due()
    point_to(world, BLUE, world.facts["old_image"])
    run = rotate(world, BLUE)
    assert run.result is not None
    assert run.result.status == "unchanged"
    assert run.result.values["target"]["version"] == "3"
    assert old_only(world)


@pytest.mark.parametrize("after", [0.2, 1.0, 5.0])
def test_a_raise_right_after_our_decrement_is_not_taken_for_its_failure(after: float) -> None:
    world = due(replicas=4)
    world.account.groups[BLUE].maximum = 8

    def follow(call: Call) -> None:
        if call.params.get("ShouldDecrementDesiredCapacity"):
            world.gate.judges.remove(follow)
            world.kernel.after(after, more)

    def more() -> None:
        params = {"AutoScalingGroupName": BLUE, "DesiredCapacity": 5}
        world.account.call("autoscaling", "SetDesiredCapacity", params, "operator")
        grown(world, 1)

    world.gate.judges.append(follow)
    run = rotate(world, BLUE)
    assert run.result is not None, run.story()[-5:]
    assert run.result.error is None, run.story()[-5:]
    assert sizes(world) == (5, 5, 8)
    assert all_current(world)
    assert traces(world) == CLEAN


def test_a_minimum_raised_in_mid_run_is_the_size_and_leaves_no_record() -> None:
    world = due()
    world.account.groups[BLUE].maximum = 8

    def more() -> None:
        wanted = world.account.groups[BLUE].desired
        params = {"AutoScalingGroupName": BLUE, "MinSize": wanted}
        world.account.call("autoscaling", "UpdateAutoScalingGroup", params, "operator")

    world.kernel.after(150, more)
    grown(world, 1)
    run = rotate(world, BLUE)
    assert run.result is not None, run.story()[-5:]
    assert run.result.error is None, run.story()[-5:]
    assert sizes(world) == (5, 5, 8)
    assert all_current(world)
    assert traces(world) == CLEAN


def test_a_group_that_becomes_smaller_as_its_canary_goes_tests_another_one() -> None:
    """Nothing comes in the place of the first, so nothing can be watched."""
    world = due(size=3, replicas=3)
    group = world.account.groups[BLUE]
    group.minimum = 1
    run = prepare(world, BLUE, canary=1, max_surge="0", max_unavailable="1", soak=20)

    def shrink(_group: object, member: object) -> None:
        if member.doomed and group.desired == 3:  # type: ignore[attr-defined]
            world.judge.rules[BLUE].base = 2
            params = {"AutoScalingGroupName": BLUE, "DesiredCapacity": 2}
            world.account.call("autoscaling", "SetDesiredCapacity", params, "operator")

    world.account.member_observers.append(shrink)
    run()
    assert run.result is not None
    assert (run.result.status, run.result.values["canary"]) == ("complete", "passed")
    assert sizes(world)[:2] == (2, 2)
    assert all_current(world)
    assert world.judge.breaches == []
