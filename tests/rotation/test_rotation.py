# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rotation without trouble replaces all, and leaves nothing behind.

It does so in every shape, and breaks nothing.
"""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.builders import (
    BLUE,
    CLEAN,
    all_current,
    due,
    sizes,
    traces,
)
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.runs import rotate
from ansible_collections.nodeops.rotator.tests.simulation.scenarios import eks
from ansible_collections.nodeops.rotator.tests.simulation.world import World


@pytest.mark.parametrize("seed", range(1, 7))
@pytest.mark.parametrize(
    "size, surge, unavailable",
    [
        (1, "1", "0"),
        (3, "1", "0"),
        (4, "0", "1"),
        (5, "2", "1"),
        (6, "50%", "0"),
        (7, "0", "34%"),
        (6, "100%", "0"),
    ],
)
def test_it_replaces_every_node_within_the_budget_and_leaves_nothing_behind(
    size: int, surge: str, unavailable: str, seed: int
) -> None:
    world = due(seed, size=size, replicas=2 * size)
    run = rotate(world, BLUE, max_surge=surge, max_unavailable=unavailable)
    assert run.result is not None, run.story()[-5:]
    assert run.result.error is None, run.story()[-5:]
    assert run.result.values["replaced"] == size
    assert all_current(world)
    assert sizes(world) == (size, size, size)
    assert traces(world) == CLEAN
    assert world.judge.breaches == []


def test_a_second_run_changes_nothing_and_writes_nothing() -> None:
    world = due()
    rotate(world, BLUE)
    world.gate.calls.clear()
    second = rotate(world, BLUE, run_id="r2")
    assert second.result is not None
    assert second.result.status == "unchanged"
    assert not second.result.changed
    verbs = (
        "Set",
        "Update",
        "Terminate",
        "Suspend",
        "Resume",
        "Create",
        "Delete",
        "patch",
        "update",
        "create",
        "delete",
    )
    assert [name for name in world.gate.calls if name.split(":")[1].startswith(verbs)] == []


def test_check_mode_names_every_outdated_node_and_touches_nothing() -> None:
    world = due()
    before = traces(world), sizes(world)
    run = rotate(world, BLUE, plan_only=True)
    assert run.result is not None
    assert run.result.status == "planned"
    assert not run.result.changed
    assert [node["phase"] for node in run.result.values["nodes"]] == ["outdated"] * 4
    assert (traces(world), sizes(world)) == before
    assert not any(
        name.split(":")[1].startswith(("patch", "update", "create", "Set"))
        for name in world.gate.calls
    )


@pytest.mark.parametrize("group", ["demo-blue", "demo-green", "demo-storage"])
def test_every_way_of_pointing_at_a_template_with_target_groups_and_volumes(group: str) -> None:
    world = eks.furnish(World(Kernel(3)))
    others = {name for name in world.account.groups if name != group}
    eks.point_to(world, group, world.facts["new_image"])
    run = rotate(world, group)
    assert run.result is not None, run.story()[-5:]
    assert run.result.error is None, run.story()[-5:]
    assert all_current(world, group)
    assert traces(world, group) == CLEAN
    assert not any(all_current(world, other) for other in others)
    assert world.judge.breaches == []


def test_workloads_keep_what_their_budgets_promise() -> None:
    world = eks.furnish(World(Kernel(5)))
    eks.point_to(world, "demo-blue", world.facts["new_image"])
    rotate(world, "demo-blue", max_surge="2")
    least = world.figures.report()["ready_least"]
    assert least["Deployment shop/cart"] >= 5
    assert least["Deployment shop/catalogue"] >= 6
    assert least["Deployment ingress/proxy"] >= 2
    assert world.figures.report()["available_least"]["demo-blue"] >= 5


def test_a_canary_goes_first_and_is_watched() -> None:
    world = due()
    run = rotate(world, BLUE, max_surge="3", soak=120)
    ended = [at for at, event in run.events if event.phase == "terminated"]
    passed = next(
        at for at, event in run.events if (event.phase, event.text) == ("canary", "passed")
    )
    assert ended[0] < passed <= ended[1]
    assert passed - ended[0] > 120 - 1e-6
    assert [at for at, event in run.events if event.phase == "cordoned"][1] >= passed


def test_aws_is_asked_a_few_times_per_node_and_not_more_in_a_larger_group() -> None:
    calls = {}
    for size in (4, 12):
        world = due(size=size, replicas=size)
        world.gate.calls.clear()
        rotate(world, BLUE, max_surge="1")
        aws = sum(
            count for name, count in world.gate.calls.items() if not name.startswith("kubernetes")
        )
        calls[size] = aws / size
    assert calls[12] <= calls[4] < 40


def test_a_hundred_nodes_rotate_in_virtual_time() -> None:
    world = due(size=100, replicas=200, max_unavailable="10%")
    run = rotate(world, BLUE, max_surge="10%", poll_interval=60)
    assert run.result is not None
    assert run.result.values["replaced"] == 100
    assert world.judge.breaches == []


@pytest.mark.parametrize("confirmed", [False, True])
def test_as_many_unavailable_nodes_as_the_group_has_need_a_confirmation(confirmed: bool) -> None:
    world = due(size=3)
    world.judge.rules[BLUE].unavailable = 3
    run = rotate(world, BLUE, max_surge="0", max_unavailable="3", confirm_sizes=confirmed)
    assert run.result is not None
    assert run.result.status == ("complete" if confirmed else "refused")
    if not confirmed:
        assert "the group has 3 nodes: all at one time" in str(run.result.error)
        assert traces(world) == CLEAN


@pytest.mark.parametrize("surge", ["1", "3"])
def test_the_result_says_what_came_how_long_it_took_and_what_was_restored(surge: str) -> None:
    world = due()
    began = world.kernel.now
    run = rotate(world, BLUE, max_surge=surge)
    assert run.result is not None
    values, lasted = run.result.values, world.kernel.now - began
    here = {member.instance_id for member in world.account.groups[BLUE].counted()}
    assert {node["instance_id"] for node in values["new_nodes"]} == here
    assert all(30 < node["seconds"] < 300 for node in values["new_nodes"])
    for node in values["nodes"]:
        spent = node["phase_seconds"]
        assert abs(sum(spent.values()) - node["seconds"]) < 0.5
        assert all(0 <= seconds <= lasted for seconds in spent.values())
    said = " ".join(values["restored"])
    assert all(word in said for word in ("MaxSize", "AZRebalance", "protection", "taint"))


def test_processes_are_suspended_if_asked_for_and_run_again_at_the_end() -> None:
    world = due()
    seen: set[str] = set()
    world.kernel.every(5, lambda: seen.update(world.account.groups[BLUE].suspended))
    run = rotate(world, BLUE, suspend_processes=("AlarmNotification", "ScheduledActions"))
    assert run.result is not None
    assert run.result.status == "complete"
    assert seen == {"AZRebalance", "AlarmNotification", "ScheduledActions"}
    assert traces(world) == CLEAN
