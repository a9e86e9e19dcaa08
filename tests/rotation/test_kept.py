# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a failed canary leaves: its console output, on request its instance."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.builders import (
    BLUE,
    all_current,
    due,
    sizes,
)
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run, prepare, rotate
from ansible_collections.nodeops.rotator.tests.simulation.scenarios.eks import point_to
from ansible_collections.nodeops.rotator.tests.simulation.virtual import Killed
from ansible_collections.nodeops.rotator.tests.simulation.world import (
    NEVER_JOINS,
    NEVER_READY,
    World,
)

KEPT = "nodeops.rotator/kept"
BOTH = pytest.mark.parametrize("how", [NEVER_JOINS, NEVER_READY])


def bad(how: str) -> World:
    """An account whose newest image makes no node."""
    world = due()
    world.bad_images[world.facts["new_image"]] = how
    return world


def failed_node(run: Run) -> dict[str, Any]:
    """What the result tells of the replacement node that failed."""
    assert run.result is not None
    (found,) = (node for node in run.result.values["nodes"] if node["reason"] == "broken")
    return dict(found)


def in_standby(world: World) -> list[str]:
    """The instances of the group in standby."""
    members = world.account.groups[BLUE].members.values()
    return [one.instance_id for one in members if one.lifecycle_state.endswith("Standby")]


def calls(world: World, operation: str) -> int:
    """How often this operation of AWS was called."""
    return sum(count for name, count in world.gate.calls.items() if name.endswith(":" + operation))


@BOTH
def test_the_console_of_a_failed_canary_is_read_before_it_goes(how: str) -> None:
    world = bad(how)
    run = rotate(world, BLUE, boot_timeout=300)
    node = failed_node(run)
    assert node["phase"] == "terminated"
    assert node["console_output"].endswith("Started kubelet.")
    assert node["instance_id"] in node["console_output"]
    assert run.result is not None
    assert "keep_failed" in str(run.result.error)
    assert in_standby(world) == []
    assert world.judge.breaches == []


def test_a_console_that_may_not_be_read_holds_up_nothing() -> None:
    world = bad(NEVER_JOINS)
    world.account.denied.append(("*", "ec2:GetConsoleOutput"))
    run = rotate(world, BLUE, boot_timeout=300)
    node = failed_node(run)
    assert (node["phase"], node["console_output"]) == ("terminated", "")
    assert any("console output" in line and "warning" in line for line in run.story())
    assert sizes(world) == (4, 4, 4)


@BOTH
def test_a_failed_canary_is_kept_in_standby_once_the_template_is_back(how: str) -> None:
    world = bad(how)
    run = rotate(world, BLUE, boot_timeout=300, keep_failed=True)
    node = failed_node(run)
    assert run.result is not None
    assert run.result.status == "failed"
    assert node["phase"] == "kept"
    assert in_standby(world) == [node["instance_id"]]
    assert world.account.instances[node["instance_id"]].state == "running"
    assert KEPT in world.account.instances[node["instance_id"]].tags
    assert sizes(world) == (4, 4, 4), "what is in standby does not count"
    (sentence,) = run.result.values["not_restored"]
    assert node["instance_id"] in sentence
    assert "kept in standby" in sentence
    phases = run.phases()
    assert phases.index("template") < phases.index("kept")
    if how == NEVER_READY:
        story = [(event.phase, event.subject) for _at, event in run.events]
        assert story.index(("template", BLUE)) < story.index(("cordoned", node["name"]))
        (shown,) = (
            one
            for one in world.cluster.objects("nodes")
            if one["spec"]["providerID"].endswith(node["instance_id"])
        )
        assert shown["spec"]["unschedulable"] is True
    assert world.judge.breaches == []


def test_later_runs_leave_it_alone() -> None:
    world = bad(NEVER_READY)
    kept = failed_node(rotate(world, BLUE, boot_timeout=300, keep_failed=True))["instance_id"]
    world.bad_images.clear()
    point_to(world, BLUE, world.facts["new_image"])
    run = rotate(world, BLUE, run_id="r2", soak=20)
    assert run.result is not None, run.result
    assert run.result.status == "complete", run.result
    assert in_standby(world) == [kept]
    assert all_current(world)
    assert world.judge.breaches == []


@pytest.mark.parametrize("options", [{"max_surge": "0", "max_unavailable": "1"}])
def test_without_a_surge_it_is_ended_with_a_warning(options: dict[str, str]) -> None:
    world = bad(NEVER_JOINS)
    run = rotate(world, BLUE, boot_timeout=300, keep_failed=True, **options)
    assert failed_node(run)["phase"] == "terminated"
    assert in_standby(world) == []
    assert any("it is not kept" in line for line in run.story())
    assert calls(world, "EnterStandby") == 0


@pytest.mark.parametrize("denied", ["autoscaling:EnterStandby", "ec2:CreateTags"])
def test_one_that_may_not_be_kept_is_ended_in_the_end(denied: str) -> None:
    world = bad(NEVER_JOINS)
    world.account.denied.append(("*", denied))
    run = rotate(world, BLUE, boot_timeout=300, keep_failed=True)
    assert failed_node(run)["phase"] == "terminated"
    assert in_standby(world) == []
    assert any("it is not kept" in line for line in run.story())
    assert sizes(world) == (4, 4, 4)
    assert world.judge.breaches == []


@pytest.mark.parametrize("offset", range(4))
def test_a_run_that_is_killed_on_the_way_is_resumed(offset: int) -> None:
    for command in range(20 + offset, 90, 4):
        world = bad(NEVER_READY)
        run = prepare(world, BLUE, boot_timeout=300, keep_failed=True, kill_at_command=command)
        try:
            run()
        except Killed:
            world.kernel.advance(world.kernel.now + 60)
            again = rotate(world, BLUE, run_id="r2", restore_only=True, keep_failed=True)
            assert again.result is not None, again.story()[-4:]
            assert again.result.error is None, again.story()[-4:]
        assert world.account.groups[BLUE].desired >= 4
        assert world.judge.breaches == [], command
