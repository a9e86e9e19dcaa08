# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody puts into standby is left to him, and counts for nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.builders import (
    BLUE,
    CLEAN,
    all_current,
    due,
    sizes,
    traces,
)
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run, prepare, rotate
from ansible_collections.nodeops.rotator.tests.simulation.virtual import Killed
from ansible_collections.nodeops.rotator.tests.simulation.world import World

HOURS = 3600.0


def asg(world: World, operation: str, **params: Any) -> None:
    """Let an operator call Auto Scaling about demo-blue."""
    params = {"AutoScalingGroupName": BLUE, **params}
    world.account.call("autoscaling", operation, params, "operator")


def settle(world: World) -> None:
    """Let everything that was begun come to its end."""
    world.kernel.advance(world.kernel.now + 600)


def put_aside(world: World, instance: str, decrement: bool = True) -> None:
    """Let an operator put an instance into standby; with decrement the base shrinks."""
    asg(world, "EnterStandby", InstanceIds=[instance], ShouldDecrementDesiredCapacity=decrement)
    world.judge.rules[BLUE].base -= decrement


def put_back(world: World, instance: str) -> None:
    """Let an operator put an instance back into service."""
    asg(world, "ExitStandby", InstanceIds=[instance])
    world.judge.rules[BLUE].base += 1


def old_ones(world: World) -> list[str]:
    """The instances in service that do not run the new image."""
    members = [one.instance_id for one in world.account.groups[BLUE].counted()]
    new = world.facts["new_image"]
    return [one for one in members if world.account.instances[one].image_id != new]


def aside(world: World, decrement: bool = True, size: int = 4) -> tuple[World, str]:
    """A world with one of the outdated nodes in standby."""
    world.account.groups[BLUE].minimum = 1
    name = old_ones(world)[0]
    put_aside(world, name, decrement)
    settle(world)
    assert len(world.account.groups[BLUE].counted()) == size - decrement
    return world, name


def ended(world: World, **options: Any) -> Run:
    """Rotate without a breach, within four hours."""
    run = prepare(world, BLUE, **options)
    run.inbox.past = world.kernel.now + 4 * HOURS
    run()
    assert run.result is not None
    assert world.judge.breaches == []
    return run


def result(run: Run) -> dict[str, Any]:
    """What the module returns."""
    assert run.result is not None
    return run.result.values


def node_of(world: World, instance: str) -> dict[str, Any]:
    """The Node of an instance, as it is now."""
    return next(
        node
        for node in world.cluster.objects("nodes")
        if node["spec"]["providerID"].endswith(instance)
    )


def check_untouched(world: World, instance: str) -> None:
    """It stands by, and nothing on its node is ours."""
    member = world.account.groups[BLUE].members[instance]
    assert (member.lifecycle_state, member.doomed) == ("Standby", False)
    node = node_of(world, instance)
    assert not node["spec"].get("unschedulable")
    assert not [taint for taint in node["spec"].get("taints") or () if "nodeops" in taint["key"]]
    assert not [name for name in node["metadata"]["annotations"] if "nodeops" in name]


@pytest.mark.parametrize(
    ("window", "decrement"), [(("1", "0"), True), (("0", "1"), True), (("50%", "0"), False)]
)
def test_an_outdated_instance_in_standby_is_left_and_the_rest_is_replaced(
    window: tuple[str, str], decrement: bool
) -> None:
    world, name = aside(due(), decrement)
    surge, unavailable = window
    run = ended(world, max_surge=surge, max_unavailable=unavailable)
    assert (run.result and run.result.status, run.result and run.result.error) == ("partial", None)
    assert all_current(world)
    assert sizes(world)[:2] == (4 - decrement, 4 - decrement)
    check_untouched(world, name)
    (left,) = result(run)["left_outdated"]
    node = node_of(world, name)["metadata"]["name"]
    assert (left["instance_id"], left["name"]) == (name, node)
    assert left["why"].startswith("in standby, version 1, target is 2")
    assert [one["instance_id"] for one in result(run)["standby"]] == [name]
    assert traces(world) == CLEAN
    again = ended(world, run_id="r2")
    assert again.result is not None
    assert (again.result.status, again.result.changed) == ("partial", False)


def test_the_plan_names_it_and_changes_nothing() -> None:
    world, name = aside(due())
    run = ended(world, plan_only=True)
    assert run.result is not None
    assert run.result.status == "planned"
    assert [one["instance_id"] for one in result(run)["left_outdated"]] == [name]
    assert name not in result(run)["foreseen"]["order"]
    assert len(result(run)["foreseen"]["order"]) == 3
    assert any("outdated node left" in event.text for _at, event in run.events)


def test_a_current_instance_in_standby_keeps_no_rotation_from_being_complete() -> None:
    world = due()
    ended(world, limit=1)
    members = {one.instance_id for one in world.account.groups[BLUE].counted()}
    (name,) = members - set(old_ones(world))
    put_aside(world, name, decrement=False)
    settle(world)
    run = ended(world, run_id="r2")
    assert run.result is not None
    assert run.result.status == "complete"
    assert result(run)["left_outdated"] == []
    (told,) = result(run)["standby"]
    assert (told["instance_id"], told["outdated"]) == (name, "")
    check_untouched(world, name)


def test_it_is_refused_if_that_is_asked() -> None:
    world, name = aside(due())
    world.gate.calls.clear()
    run = ended(world, standby_instances="refuse")
    assert run.result is not None
    assert run.result.status == "refused"
    assert f"has an instance in standby ({name})" in str(run.result.error)
    assert not any(":Set" in call or ":update" in call for call in world.gate.calls)
    check_untouched(world, name)


def when(world: World, ready: Callable[[], bool], act: Callable[[], None]) -> None:
    """Act as soon as this is so."""

    def watch() -> None:
        if ready():
            act()
        else:
            world.kernel.after(1, watch)

    world.kernel.after(1, watch)


@pytest.mark.parametrize("surge", [1, 2])
def test_what_is_put_there_in_mid_run_with_decrement_makes_the_base_smaller(surge: int) -> None:
    world = due(size=5, replicas=5)
    group = world.account.groups[BLUE]
    group.minimum = 1
    names: list[str] = []

    def leave() -> None:
        names.append(old_ones(world)[-1])
        put_aside(world, names[0])

    when(world, lambda: len(group.counted()) == 5 + surge, leave)
    run = ended(world, max_surge=str(surge))
    assert run.result is not None
    assert (run.result.status, result(run)["base"]) == ("partial", 4), run.story()[-6:]
    assert sizes(world)[:2] == (4, 4)
    assert all_current(world)
    settle(world)
    check_untouched(world, names[0])
    assert traces(world) == CLEAN
    group.maximum = 9
    put_back(world, names[0])
    settle(world)
    again = ended(world, run_id="r2")
    assert again.result is not None
    assert again.result.status == "complete"
    assert sizes(world)[:2] == (5, 5)
    assert all_current(world)


@pytest.mark.parametrize("delay", [5, 200])
def test_what_is_put_back_in_mid_run_is_replaced_too_and_makes_the_base_larger(delay: int) -> None:
    world, name = aside(due())
    world.account.groups[BLUE].maximum = 9
    world.kernel.after(delay, lambda: put_back(world, name))
    run = ended(world)
    assert run.result is not None
    assert (run.result.status, result(run)["base"]) == ("complete", 4), run.story()[-6:]
    assert sizes(world) == (4, 4, 9)
    assert all_current(world)
    assert name in {node["instance_id"] for node in result(run)["nodes"] if node["replaced"]}
    assert traces(world) == CLEAN


@pytest.mark.parametrize("at", [20, 60])
def test_a_killed_run_is_resumed_beside_an_instance_in_standby(at: int) -> None:
    world, name = aside(due())
    with pytest.raises(Killed):
        prepare(world, BLUE, kill_at_command=at)()
    run = rotate(world, BLUE, run_id="r2")
    assert run.result is not None
    assert run.result.status == "partial"
    assert sizes(world)[:2] == (3, 3)
    assert all_current(world)
    check_untouched(world, name)
    assert traces(world) == CLEAN
    assert world.judge.breaches == []


@pytest.mark.parametrize(
    ("does", "status", "said"),
    [("leave", "partial", "in standby, "), ("refuse", "failed", "is in standby and outdated")],
)
def test_the_last_outdated_node_in_standby_keeps_a_rotation_from_being_complete(
    does: str, status: str, said: str
) -> None:
    world = due(size=2, replicas=2)

    def leave() -> None:
        put_aside(world, old_ones(world)[0], decrement=False)

    when(world, lambda: len(old_ones(world)) == 1, leave)
    run = ended(world, canary=0, standby_instances=does)
    assert run.result is not None
    assert run.result.status == status
    left = [one["why"] for one in result(run)["left_outdated"]]
    assert said in f"{run.result.error} {left}"
